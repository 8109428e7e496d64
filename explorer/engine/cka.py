"""Linear centred kernel alignment: how alike two sets of features arrange the same stimuli."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from explorer.engine.batches import BUDGET
from explorer.engine.device import exact_matmul, to_double
from explorer.engine.neighbourhoods import Neighbourhoods
from explorer.engine.searchlight import MIN_MEMBERS, Progress, check_spheres, watch_nothing

MIN_DEBIASED = 4  # stimuli; the estimate divides by n - 3


def linear_cka(X: Sequence[Tensor], Y: Sequence[Tensor], *, debiased: bool = False) -> Tensor:
    """CKA of each feature set in ``X`` with each in ``Y``, such as layers with regions.

    ``HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L))`` of the linear kernels of stimuli (Kornblith et al.
    2019). The plain estimate grows with the number of features over stimuli, for noise as well;
    the debiased one takes HSIC_1 of Song et al. (2012, eq. 5), 0 on average for unrelated features
    (Murphy, Zylberberg & Fyshe 2024). Kernels are not formed where features are fewer.

    Parameters
    ----------
    X : sequence of (n_stimuli, n_features), feature sets of any width
    Y : sequence of (n_stimuli, n_features), of the same stimuli, same dtype and device
    debiased : take the debiased estimate

    Returns
    -------
    cka : (n_X, n_Y), dtype of the first set; 0 to 1, or -1 to 1 debiased; NaN where a feature set
        holds a NaN, does not vary, or (debiased) has no self-similarity above noise

    Raises
    ------
    ValueError
        if the stimuli differ in number, or are too few: 2, or 4 if debiased
    """
    _check_sets([*X, *Y], debiased=debiased)
    a, b = [_Set(x) for x in X], [_Set(y) for y in Y]
    of_a = torch.stack([_hsic(x, x, debiased) for x in a])
    of_b = torch.stack([_hsic(y, y, debiased) for y in b])
    of_both = torch.stack([torch.stack([_hsic(x, y, debiased) for y in b]) for x in a])
    return _ratio(of_both, of_a[:, None], of_b[None]).to(X[0])


@exact_matmul()
def searchlight_cka(
    Y: Tensor,
    models: Sequence[Tensor],
    neighbourhoods: Neighbourhoods,
    *,
    debiased: bool = False,
    progress: Progress = watch_nothing,
) -> Tensor:
    """Linear CKA of model features with the responses in each sphere.

    The similarity of kernels is a sum over targets, so it is computed once per target and added up
    over spheres; only the norm of a sphere's own kernel needs the sphere, as a product of size x
    size instead of n_stimuli x n_stimuli where that is smaller.

    Parameters
    ----------
    Y : (n_stimuli, n_targets), responses; a target that holds a NaN is left out of every sphere
    models : sequence of (n_stimuli, n_features), features of the same stimuli, same device
    neighbourhoods : spheres of these targets
    debiased : as in ``linear_cka``
    progress : called with (spheres done, spheres in all) after each batch; an exception that it
        raises ends the search

    Returns
    -------
    cka : (n_centres, n_models), dtype of ``Y``; NaN for a sphere of fewer than two targets, and as
        in ``linear_cka``

    Raises
    ------
    ValueError
        as ``linear_cka`` and ``searchlight_rsa``
    """
    check_spheres(Y, neighbourhoods)
    _check_sets([Y, *models], debiased=debiased)
    spheres = neighbourhoods.to(Y.device).keep(~Y.isnan().any(0))
    Z = Y - to_double(Y).mean(0).to(Y)
    scale = Z.square().mean().sqrt().nan_to_num(nan=0)  # CKA has no unit; sums of 4th powers do
    Z = Z / (scale if scale > 0 else 1)
    rows, squares = Z.T.contiguous(), Z.T.square().contiguous()
    sets = [_Set(m) for m in models]
    of_target = torch.stack([_per_target(rows, squares, m, debiased) for m in sets], 1)
    of_model = torch.stack([_hsic(m, m, debiased) for m in sets])
    n, done, total = len(Y), 0, int((spheres.sizes > 0).sum())
    out = Y.new_full((len(spheres.sizes), len(sets)), torch.nan)
    for centres, members in spheres.batches(16 * n, 16 * min(n, 1024) ** 2, BUDGET):
        if members.shape[1] >= MIN_MEMBERS:
            patterns = rows[members]  # (n_spheres, size, n_stimuli)
            small = patterns if members.shape[1] <= n else patterns.mT
            norm = to_double(torch.bmm(small, small.mT).square().flatten(1).sum(1))
            own = to_double(squares[members].sum(1))  # diagonals of the kernels
            of_sphere = norm + _correction(own, own) if debiased else norm
            of_both = of_target[members].sum(1)
            out[centres] = _ratio(of_both, of_sphere[:, None], of_model).to(out)
        done += len(centres)
        progress(done, total)
    return out


class _Set:
    """Centred features, in float64, with the diagonal of their kernel."""

    def __init__(self, X: Tensor) -> None:
        X = to_double(X)
        varies = (X[:1] != X).any()
        X = X - X.mean(0)
        # of length 1, or NaN for what does not vary but for rounding
        self.features = X / torch.linalg.vector_norm(X).masked_fill(~varies, torch.nan)
        self.diagonal = self.features.square().sum(1)


def _hsic(x: _Set, y: _Set, debiased: bool) -> Tensor:
    """HSIC up to a factor that depends on the number of stimuli alone: ()."""
    n, p, q = len(x.features), x.features.shape[1], y.features.shape[1]
    if p * q <= n * (p + q):
        inner = (x.features.T @ y.features).square().sum()
    else:
        inner = ((x.features @ x.features.T) * (y.features @ y.features.T)).sum()
    return inner + _correction(x.diagonal, y.diagonal) if debiased else inner


def _correction(a: Tensor, b: Tensor) -> Tensor:
    """What makes ``tr KL`` of centred kernels HSIC_1 times n (n - 3), from their diagonals.

    Centred kernels have rows that sum to 0, so that every sum in Song et al. (2012), eq. 5, which
    leaves the diagonals out, is one over diagonals.

    (..., n_stimuli) each, to (...).
    """
    n = a.shape[-1]
    return a.sum(-1) * b.sum(-1) / ((n - 1) * (n - 2)) - (a * b).sum(-1) * n / (n - 2)


def _per_target(rows: Tensor, squares: Tensor, model: _Set, debiased: bool) -> Tensor:
    """Each target's share of the similarity of its spheres with a model: (n_targets,), float64."""
    inner = to_double((rows @ model.features.to(rows)).square().sum(1))
    if not debiased:
        return inner
    n = len(model.diagonal)
    weight = model.diagonal.sum() / ((n - 1) * (n - 2)) - model.diagonal * n / (n - 2)
    return inner + to_double(squares) @ weight


def _ratio(both: Tensor, a: Tensor, b: Tensor) -> Tensor:
    scale = (a.masked_fill(a <= 0, torch.nan) * b.masked_fill(b <= 0, torch.nan)).sqrt()
    return both / scale


def _check_sets(sets: Sequence[Tensor], *, debiased: bool) -> None:
    fewest = MIN_DEBIASED if debiased else 2
    shapes = [tuple(x.shape) for x in sets]
    if any(len(s) != 2 for s in shapes) or len({s[0] for s in shapes}) > 1:  # noqa: PLR2004
        raise ValueError(
            f"Feature sets have shapes {shapes}, expected (n_stimuli, n_features) of the same "
            "stimuli. Align them first."
        )
    if shapes and shapes[0][0] < fewest:
        raise ValueError(f"There are {shapes[0][0]} stimuli, expected {fewest} or more.")
