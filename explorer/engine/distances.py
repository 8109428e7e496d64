"""Dissimilarities of patterns, in the condensed order of pairs."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.device import exact_matmul, to_double
from explorer.engine.vectors import MANY, unit

CENTRED = {"correlation": True, "cosine": False}  # whether patterns are, before they are scaled

_STRIP = 64  # rows of a matrix that are multiplied at once, at least
_CACHED = 2**20  # bytes of patterns or of dissimilarities at a time on a CPU


def write_distances(X: Tensor, method: str, condensed: Tensor) -> None:
    """Write the dissimilarity of each pair of patterns.

    Parameters
    ----------
    X : (n_rdms, n_stimuli, n_features)
    method : a name in ``RDM_METHODS``
    condensed : (n_rdms, n_pairs), same dtype and device, contiguous; written to
    """
    n, d = X.shape[1:]
    matrix_bytes = 8 * n * max(n, d)
    most = max(1, _CACHED // max(1, matrix_bytes)) if X.device.type == "cpu" else None
    single_or_double = X.dtype in (torch.float32, torch.float64)
    if most and single_or_double and method in CENTRED and len(X) * matrix_bytes > 8 * MANY:
        _write_compiled(X, condensed, centre=CENTRED[method], most=most)
        return
    i, j = torch.triu_indices(n, n, 1, device=X.device)
    for block in column_batches(len(X), 4 * matrix_bytes, most=most):
        condensed[block] = RDM_METHODS[method](X[block], i * n + j)


def _correlation_distance(X: Tensor, pairs: Tensor) -> Tensor:
    return _unit_distance(unit(X, -1), pairs)


def _cosine_distance(X: Tensor, pairs: Tensor) -> Tensor:
    return _unit_distance(unit(X, -1, centre=False), pairs)


def _unit_distance(Z: Tensor, pairs: Tensor) -> Tensor:
    similarity = _upper_products(Z).flatten(1).index_select(1, pairs.to(Z.device))
    return similarity.neg_().add_(1).clamp_(0, 2)


@exact_matmul()
def _upper_products(Z: Tensor) -> Tensor:
    """Inner products of rows; anything may stand below the diagonal: (n_rdms, n, n)."""
    n = Z.shape[1]
    step = max(_STRIP, n // 4)
    products = Z.new_empty(len(Z), n, n)
    for k in range(0, n, step):  # strips from the diagonal on: 5/8 of all products
        products[:, k : k + step, k:] = Z[:, k : k + step] @ Z[:, k:].mT
    return products


def _write_compiled(X: Tensor, condensed: Tensor, *, centre: bool, most: int) -> None:
    """The same as ``_unit_distance``, on the CPU, ``most`` RDMs at a time."""
    from explorer.engine.row_kernels import unit_rows, upper_distances  # noqa: PLC0415 - compiles

    for some, out in zip(torch.split(X, most), torch.split(condensed, most), strict=True):
        Z = unit_rows(some.flatten(0, 1), centre=centre, dtype=X.dtype).view(some.shape)
        upper_distances(_upper_products(Z), out)


def _euclidean_distance(X: Tensor, pairs: Tensor) -> Tensor:
    # not by inner products: these lose half the digits of near-equal patterns
    X = to_double(X)
    distance = torch.cdist(X, X, compute_mode="donot_use_mm_for_euclid_dist")
    return distance.flatten(1).index_select(1, pairs.to(X.device))


def _squared_distance(X: Tensor, pairs: Tensor) -> Tensor:
    return _euclidean_distance(X, pairs).square()


#: Name to function from patterns (n_rdms, n_stimuli, n_features) and the places of the pairs in a
#: flat matrix (n_pairs,) to (n_rdms, n_pairs).
RDM_METHODS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "correlation": _correlation_distance,
    "cosine": _cosine_distance,
    "euclidean": _euclidean_distance,
    "sqeuclidean": _squared_distance,
}
