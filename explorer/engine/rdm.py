"""Representational dissimilarity matrices: made from patterns, compared with one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import torch
from scipy.stats import kendalltau
from torch import Tensor

from explorer.engine.batches import BUDGET
from explorer.engine.device import to_double
from explorer.engine.distances import RDM_METHODS, write_distances
from explorer.engine.vectors import MANY, mid_ranks, unit

Comparison = Callable[[Tensor, Tensor], Tensor]

_CACHED = 2**22  # bytes of dissimilarities at a time on a CPU


def rdm(X: Tensor, method: str = "correlation") -> Tensor:
    """Dissimilarity of each pair of stimuli.

    Parameters
    ----------
    X : (..., n_stimuli, n_features), patterns; leading dimensions are separate RDMs
    method : a name in ``RDM_METHODS``: ``"correlation"`` (1 - Pearson r over features),
        ``"cosine"`` (1 - cosine), ``"euclidean"`` or ``"sqeuclidean"``, its square

    Returns
    -------
    condensed : (..., n_pairs), pairs (0, 1), (0, 2), ... as ``scipy.spatial.distance.squareform``;
        NaN for the pairs of a pattern which holds a NaN, is constant (correlation) or all zero
        (cosine)

    Raises
    ------
    ValueError
        if no method has this name
    """
    check_method(method, RDM_METHODS)
    *leading, n, d = X.shape
    each = X.reshape(-1, n, d)
    condensed = X.new_empty(len(each), n * (n - 1) // 2)
    write_distances(each, method, condensed)
    return condensed.view(*leading, -1)


def square(condensed: Tensor) -> Tensor:
    """Symmetric matrix with a zero diagonal from its pairs.

    Parameters
    ----------
    condensed : (..., n_pairs)

    Returns
    -------
    matrix : (..., n_stimuli, n_stimuli)

    Raises
    ------
    ValueError
        if n_pairs is not n (n - 1) / 2 for any n
    """
    n = count_stimuli(condensed.shape[-1])
    i, j = torch.triu_indices(n, n, 1, device=condensed.device)
    matrix = condensed.new_zeros(*condensed.shape[:-1], n, n)
    matrix[..., i, j] = condensed
    matrix[..., j, i] = condensed
    return matrix


def condense(matrix: Tensor, *, tolerance: float = 1e-5) -> Tensor:
    """Pairs of a dissimilarity matrix: the inverse of ``square``.

    Parameters
    ----------
    matrix : (..., n_stimuli, n_stimuli); a NaN must be mirrored by a NaN
    tolerance : how far from symmetric, or its diagonal from zero, it may be, relative to the
        largest absolute value

    Returns
    -------
    condensed : (..., n_pairs), from the upper triangle

    Raises
    ------
    ValueError
        if it is not square, not symmetric, or its diagonal is not zero
    """
    n = matrix.shape[-1]
    if matrix.ndim < 2 or matrix.shape[-2] != n:  # noqa: PLR2004 - a matrix
        raise ValueError(f"matrix has shape {tuple(matrix.shape)}, expected (..., n, n).")
    allowed = tolerance * float(matrix.abs().nan_to_num(nan=0).max()) if matrix.numel() else 0.0
    if not torch.allclose(matrix, matrix.mT, rtol=0, atol=allowed, equal_nan=True):
        raise ValueError(
            "matrix is not symmetric, expected dissimilarities. Average it with its transpose."
        )
    if not bool((matrix.diagonal(dim1=-2, dim2=-1).abs() <= allowed).all()):
        raise ValueError(
            "matrix has a diagonal that is not zero, expected dissimilarities. "
            "Subtract similarities from 1 first."
        )
    i, j = torch.triu_indices(n, n, 1, device=matrix.device)
    return matrix[..., i, j]


def compare_rdms(a: Tensor, b: Tensor, method: str = "spearman") -> Tensor:
    """Similarity of each RDM in ``a`` with each in ``b``.

    A pair of stimuli that is NaN in either of two RDMs is left out of their comparison, and ranks
    are taken over what remains. RDMs with the same missing pairs are compared in one product.

    Parameters
    ----------
    a : (n_a, n_pairs)
    b : (n_b, n_pairs), same dtype and device
    method : a name in ``RDM_COMPARISONS``: ``"spearman"`` (mid-ranks for ties), ``"pearson"``,
        ``"cosine"``, or ``"kendall_tau_a"``, which Nili et al. 2014 advise where models predict
        ties; it is computed one by one on the CPU

    Returns
    -------
    similarity : (n_a, n_b), -1 to 1; NaN if fewer than two pairs remain or one RDM is constant
        (cosine: all zero)

    Raises
    ------
    ValueError
        if no method has this name, or the shapes do not fit
    """
    compare = choose_comparison(method)
    check_rdms(a, b)
    out = a.new_full((len(a), len(b)), torch.nan)
    for rows_a, rows_b, kept in missing_patterns(a, b):
        if len(kept) > 1:
            similarity = compare(_chosen(a, rows_a, kept), _chosen(b, rows_b, kept))
            out[rows_a[:, None], rows_b] = similarity.to(out)
    return out


def _chosen(x: Tensor, rows: Tensor, kept: Tensor) -> Tensor:
    """Some rows and columns of ``x``; ``x`` itself, not a copy, where that is all of it."""
    x = x if len(rows) == len(x) else x[rows]
    return x if len(kept) == x.shape[1] else x[:, kept]


def choose_comparison(method: str) -> Comparison:
    """Function in ``RDM_COMPARISONS``; ValueError, with the names there are, if there is none."""
    check_method(method, RDM_COMPARISONS)
    return RDM_COMPARISONS[method]


def missing_patterns(a: Tensor, b: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Rows of ``a`` and ``b`` which lack the same pairs, and the pairs that neither lacks.

    Parameters
    ----------
    a : (n_a, n_pairs), NaN where missing
    b : (n_b, n_pairs), NaN where missing

    Yields
    ------
    rows_a : (k_a,), indices of rows with one pattern of NaN
    rows_b : (k_b,), indices
    kept : (k_pairs,), indices of pairs
    """
    for rows_a, missing_a in _by_missing(a):
        for rows_b, missing_b in _by_missing(b):
            yield rows_a, rows_b, (~(missing_a | missing_b)).nonzero()[:, 0]


def count_stimuli(n_pairs: int) -> int:
    """Number of stimuli n with n (n - 1) / 2 = ``n_pairs``; ValueError if there is none."""
    n = round((1 + (1 + 8 * n_pairs) ** 0.5) / 2)
    if n * (n - 1) != 2 * n_pairs:
        raise ValueError(
            f"An RDM has {n_pairs} pairs, expected n (n - 1) / 2 for some number of stimuli n, "
            f"such as {n * (n - 1) // 2}. Pass the condensed form."
        )
    return n


def check_rdms(a: Tensor, b: Tensor) -> None:
    """Make sure that two stacks of condensed RDMs are of the same stimuli.

    Parameters
    ----------
    a : (n_a, n_pairs)
    b : (n_b, n_pairs)

    Raises
    ------
    ValueError
        if they are not, or n_pairs is not n (n - 1) / 2 for any n
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:  # noqa: PLR2004 - RDMs and pairs
        raise ValueError(
            f"RDMs have shapes {tuple(a.shape)} and {tuple(b.shape)}, expected (n_a, n_pairs) and "
            "(n_b, n_pairs) of the same stimuli. Condense them, and align the stimuli."
        )
    count_stimuli(a.shape[1])


def _by_missing(x: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Rows with the same NaN, and where these are: (k,) indices and (n_pairs,) booleans."""
    missing = x.isnan()
    if not missing.any():
        return [(torch.arange(len(x), device=x.device), missing.new_zeros(x.shape[1]))]
    patterns, of = torch.unique(missing, dim=0, return_inverse=True)
    return [((of == k).nonzero()[:, 0], pattern) for k, pattern in enumerate(patterns)]


def _pearson(a: Tensor, b: Tensor) -> Tensor:
    return _products(a, b, centre=True)


def _cosine(a: Tensor, b: Tensor) -> Tensor:
    return _products(a, b, centre=False)


def _spearman(a: Tensor, b: Tensor) -> Tensor:
    return _products(mid_ranks(to_double(a)), mid_ranks(to_double(b)), centre=True)


def _products(a: Tensor, b: Tensor, *, centre: bool) -> Tensor:
    scale = partial(unit, dim=1, centre=centre)
    if a.device.type == "cpu" and max(a.numel(), b.numel()) > MANY:
        from explorer.engine.row_kernels import unit_rows  # noqa: PLC0415 - compiles for seconds

        scale = partial(unit_rows, centre=centre)
    other = scale(b).T
    block = max(1, (_CACHED if a.device.type == "cpu" else BUDGET) // max(1, 8 * a.shape[1]))
    rows = [scale(some) @ other for some in torch.split(a, block)]
    return torch.cat(rows).clamp_(-1, 1)


def _kendall_tau_a(a: Tensor, b: Tensor) -> Tensor:
    """(Concordant - discordant) / all pairs of pairs; scipy counts them in O(n log n)."""
    rows_a, rows_b = a.cpu().numpy(), b.cpu().numpy()
    untied_a, untied_b = [[_untied(row) for row in rows] for rows in (rows_a, rows_b)]
    every = a.shape[1] * (a.shape[1] - 1) / 2
    tau = np.full((len(a), len(b)), np.nan)
    for i, row_a in enumerate(rows_a):
        for j, row_b in enumerate(rows_b):
            if untied_a[i] and untied_b[j]:
                tau_b = kendalltau(row_a, row_b, method="asymptotic").statistic
                tau[i, j] = tau_b * (untied_a[i] * untied_b[j]) ** 0.5 / every
    return torch.from_numpy(tau)


def _untied(row: np.ndarray) -> float:
    """Number of pairs of entries that differ."""
    counts = np.unique(row, return_counts=True)[1].astype(float)
    return len(row) * (len(row) - 1) / 2 - float((counts * (counts - 1) / 2).sum())


def check_method(method: str, table: Mapping[str, object]) -> None:
    """Make sure that ``table`` has ``method``; ValueError, with the names there are, if not."""
    if method not in table:
        raise ValueError(f"No method is called {method!r}, expected one of: {', '.join(table)}.")


#: Name to function from (n_a, n_pairs) and (n_b, n_pairs), no NaN, to (n_a, n_b).
RDM_COMPARISONS: dict[str, Comparison] = {
    "spearman": _spearman,
    "pearson": _pearson,
    "kendall_tau_a": _kendall_tau_a,
    "cosine": _cosine,
}
