"""Searchlights: the geometry around each place against models, sphere by sphere, none kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.batches import BUDGET
from explorer.engine.device import exact_matmul, to_double
from explorer.engine.distances import CENTRED, RDM_METHODS
from explorer.engine.neighbourhoods import Neighbourhoods
from explorer.engine.rdm import (
    check_method,
    check_rdms,
    choose_comparison,
    compare_rdms,
    rdm,
)
from explorer.engine.vectors import mid_ranks, unit

Progress = Callable[[int, int], None]

MIN_STIMULI = 3  # two pairs or more, so that there is something to correlate
MIN_MEMBERS = 2  # of a sphere; one target alone has no pattern
_CACHED = 2**21  # bytes of similarities at a time on a CPU: they stay in the cache


@dataclass(frozen=True)
class Searchlight:
    """Scores of models around each centre.

    Attributes
    ----------
    score : (n_centres, n_models); NaN for a sphere of fewer than two targets, and as in
        ``compare_rdms``
    missing : (n_centres,), int64, pairs of stimuli that have no dissimilarity in the sphere and
        were left out
    """

    score: Tensor
    missing: Tensor


def watch_nothing(done: int, total: int) -> None:
    """Progress that nobody watches."""


@exact_matmul()
def searchlight_rsa(
    Y: Tensor,
    models: Tensor,
    neighbourhoods: Neighbourhoods,
    *,
    dissimilarity: str = "correlation",
    comparison: str = "spearman",
    progress: Progress = watch_nothing,
) -> Searchlight:
    """Similarity of model RDMs with the RDM in each sphere (Kriegeskorte et al. 2006).

    Equal to ``compare_rdms(rdm(Y[:, sphere]), models)`` sphere by sphere, up to the rounding of
    ``Y``'s dtype: a few 1e-6 in float32. No RDM outlives its comparison; as many are held at a
    time as the cache or ``batches.BUDGET`` has room for, or one. Correlation and cosine with
    pearson and spearman are fast. A sphere in which a stimulus has no direction (a constant
    pattern), models with NaN pairs, and other names go through ``compare_rdms`` itself.

    Parameters
    ----------
    Y : (n_stimuli, n_targets), responses; a target that holds a NaN is left out of every sphere
    models : (n_models, n_pairs), RDMs of the same stimuli, on the same device
    neighbourhoods : spheres of these targets
    dissimilarity : a name in ``RDM_METHODS``
    comparison : a name in ``RDM_COMPARISONS``
    progress : called with (spheres done, spheres in all) after each batch; an exception that it
        raises ends the search

    Returns
    -------
    searchlight : scores in the dtype of ``Y``

    Raises
    ------
    ValueError
        if there are fewer than three stimuli, the models are of other stimuli, a sphere names a
        target that is not there, or a name is unknown
    """
    check_method(dissimilarity, RDM_METHODS)
    choose_comparison(comparison)
    check_spheres(Y, neighbourhoods)
    check_rdms(Y.new_empty(1, len(Y) * (len(Y) - 1) // 2), models)
    models = models.to(Y)
    spheres = neighbourhoods.to(Y.device).keep(~Y.isnan().any(0))
    rows = Y.T.contiguous()  # the responses of a target lie together
    n_centres, n_pairs = len(spheres.sizes), models.shape[1]
    score = Y.new_full((n_centres, len(models)), torch.nan)
    missing = torch.full((n_centres,), n_pairs, device=Y.device)
    compare = _comparer(models, comparison) if dissimilarity in CENTRED else None
    budget = _CACHED if compare and _on_cpu(Y) else BUDGET
    item, done, total = Y.element_size(), 0, int((spheres.sizes > 0).sum())
    for centres, members in spheres.batches(4 * item * len(Y), 4 * item * len(Y) ** 2, 4 * budget):
        slow = torch.ones(len(centres), dtype=torch.bool, device=Y.device)
        if members.shape[1] < MIN_MEMBERS:
            slow[:] = False
        elif compare:
            patterns, slow = _gather(rows, members, centre=CENTRED[dissimilarity])
            similarity = torch.bmm(patterns.mT, patterns)  # (n_spheres, n_stimuli, n_stimuli)
            score[centres] = compare(similarity)
            missing[centres] = 0
        if bool(slow.any()):
            patterns = rows[members[slow]]
            rdms = rdm(patterns.mT, dissimilarity)
            score[centres[slow]] = compare_rdms(rdms, models, comparison)
            missing[centres[slow]] = rdms.isnan().sum(1)
        done += len(centres)
        progress(done, total)
    return Searchlight(score, missing)


def check_spheres(Y: Tensor, neighbourhoods: Neighbourhoods) -> None:
    """Make sure that spheres are of the targets of ``Y``, and that there are stimuli enough.

    Parameters
    ----------
    Y : (n_stimuli, n_targets)
    neighbourhoods : spheres of these targets

    Raises
    ------
    ValueError
        if they are not
    """
    if Y.ndim != 2 or len(Y) < MIN_STIMULI:  # noqa: PLR2004 - a matrix
        raise ValueError(
            f"Y has shape {tuple(Y.shape)}, expected (n_stimuli, n_targets) with "
            f"{MIN_STIMULI} stimuli or more. Two stimuli have one dissimilarity: no geometry."
        )
    members = neighbourhoods.members
    if len(members) and not 0 <= int(members.min()) <= int(members.max()) < Y.shape[1]:
        raise ValueError(
            f"Spheres name targets {int(members.min())} to {int(members.max())}, expected 0 to "
            f"{Y.shape[1] - 1}. Make them from the mesh or the mask of these responses."
        )


def _on_cpu(tensor: Tensor) -> bool:
    return tensor.device.type == "cpu"


def _gather(rows: Tensor, members: Tensor, *, centre: bool) -> tuple[Tensor, Tensor]:
    """``sphere_kernels.gather_patterns`` on any device."""
    if _on_cpu(rows):
        from explorer.engine.sphere_kernels import gather_patterns  # noqa: PLC0415 - loads numba

        return gather_patterns(rows, members, centre=centre)
    patterns = rows[members]
    mean = patterns.mean(1, keepdim=True) if centre else patterns.new_zeros(())
    patterns -= mean
    length = patterns.square().sum(1, keepdim=True).sqrt_()
    rounding = 2 * torch.finfo(patterns.dtype).eps * patterns.shape[1] ** 0.5
    flat = length <= rounding * (mean.abs() + length)
    patterns /= length.masked_fill(flat, 1)
    return patterns, flat.flatten(1).any(1)


def _comparer(models: Tensor, comparison: str) -> Callable[[Tensor], Tensor] | None:
    """From similarities (n_spheres, n_stimuli, n_stimuli) to scores (n_spheres, n_models)."""
    if bool(models.isnan().any()):
        return None
    if comparison == "pearson":
        values = unit(models, 1).to(models)
        return lambda similarity: _pearson(similarity, values)
    if comparison == "spearman":
        ranks = unit(mid_ranks(to_double(models)), 1).to(models)
        return lambda similarity: _spearman(similarity, ranks)
    return None


def _pearson(similarity: Tensor, models: Tensor) -> Tensor:
    """Correlations of 1 - similarity with unit models (n_models, n_pairs)."""
    if _on_cpu(similarity):
        from explorer.engine.sphere_kernels import centre_triangles  # noqa: PLC0415 - loads numba

        pairs, length = centre_triangles(similarity)
    else:
        pairs = _upper(similarity)
        pairs -= pairs.mean(1, keepdim=True)
        length = torch.linalg.vector_norm(pairs, dim=1, keepdim=True)
    rounding = 2 * torch.finfo(pairs.dtype).eps * pairs.shape[1] ** 0.5
    length.masked_fill_(length <= rounding, torch.nan)  # that of similarities near 1
    return (pairs @ models.T).div_(-length).clamp_(-1, 1)


def _spearman(similarity: Tensor, models: Tensor) -> Tensor:
    """Correlations of ranks of 1 - similarity with unit ranks of models (n_models, n_pairs)."""
    if _on_cpu(similarity):
        from explorer.engine.ranks import rank_triangles  # noqa: PLC0415 - loads numba

        ranks = rank_triangles(similarity)
    else:
        ranks = mid_ranks(_upper(similarity))
        ranks -= (ranks.shape[1] + 1) / 2
    length = torch.linalg.vector_norm(ranks, dim=1, keepdim=True)
    return (ranks @ models.T).div_(-length).clamp_(-1, 1)  # 0 / 0 is NaN, as it should be


def _upper(matrix: Tensor) -> Tensor:
    """Pairs above the diagonal: (n, n_stimuli, n_stimuli) to (n, n_pairs)."""
    n = matrix.shape[1]
    i, j = torch.triu_indices(n, n, 1, device=matrix.device)
    return matrix.flatten(1)[:, i * n + j]
