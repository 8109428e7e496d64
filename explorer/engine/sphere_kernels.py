"""Steps of a searchlight that are bound by memory, compiled so that a sphere stays in the cache."""

from __future__ import annotations

from functools import partial

import numba
import numpy as np
import torch
from torch import Tensor

from explorer.engine.ranks import share_rows

_SUMS = {"reassoc", "contract"}  # sums in any order, so that they are vectorised; NaN stay NaN


def gather_patterns(rows: Tensor, members: Tensor, *, centre: bool) -> tuple[Tensor, Tensor]:
    """Patterns of each sphere, scaled to unit length.

    Parameters
    ----------
    rows : (n_targets, n_stimuli), on the CPU, contiguous, no NaN
    members : (n_spheres, size), int64, indices of targets
    centre : subtract the mean over the sphere first

    Returns
    -------
    patterns : (n_spheres, size, n_stimuli)
    flat : (n_spheres,), booleans: a stimulus has no direction there; its pattern is left unscaled
    """
    shape = (*members.shape, rows.shape[1])
    patterns = np.empty(shape, rows.numpy().dtype)
    flat = np.zeros(len(members), np.bool_)
    given = (rows.numpy(), members.contiguous().numpy(), centre, patterns, flat)
    share_rows(partial(_gather, *given), len(members))
    return torch.from_numpy(patterns), torch.from_numpy(flat)


def centre_triangles(G: Tensor) -> tuple[Tensor, Tensor]:
    """Upper triangle of each matrix less its mean, with the length that is left.

    Parameters
    ----------
    G : (n_matrices, n, n), on the CPU, contiguous; only what is above the diagonal is read

    Returns
    -------
    pairs : (n_matrices, n_pairs), mean 0
    length : (n_matrices, 1), Euclidean, of ``pairs``
    """
    n = G.shape[1]
    pairs = np.empty((len(G), n * (n - 1) // 2), G.numpy().dtype)
    length = np.empty((len(G), 1), pairs.dtype)
    share_rows(partial(_centre, G.numpy(), pairs, length), len(G))
    return torch.from_numpy(pairs), torch.from_numpy(length)


@numba.njit(nogil=True)
def _gather(rows, members, centre, patterns, flat, start, stop):  # type: ignore[no-untyped-def]  # compiled
    size, n = members.shape[1], rows.shape[1]
    mean, total = np.empty(n, rows.dtype), np.empty(n, rows.dtype)
    share = rows.dtype.type(1 / size)
    rounding = rows.dtype.type(2 * np.finfo(rows.dtype).eps * np.sqrt(size))
    for sphere in range(start, stop):
        mean[:] = 0
        total[:] = 0
        own = patterns[sphere]
        for k in range(size):
            row = rows[members[sphere, k]]
            for i in range(n):
                own[k, i] = row[i]
                mean[i] += row[i]
        if not centre:
            mean[:] = 0
        for i in range(n):
            mean[i] *= share
        for k in range(size):
            for i in range(n):
                own[k, i] -= mean[i]
                total[i] += own[k, i] * own[k, i]
        for i in range(n):
            length = np.sqrt(total[i])
            if length <= rounding * (abs(mean[i]) + length):
                flat[sphere] = True
                total[i] = 1
            else:
                total[i] = 1 / length
        for k in range(size):
            for i in range(n):
                own[k, i] *= total[i]


@numba.njit(nogil=True, fastmath=_SUMS)
def _centre(G, pairs, length, start, stop):  # type: ignore[no-untyped-def]  # compiled
    n, n_pairs = G.shape[1], pairs.shape[1]
    for matrix in range(start, stop):
        own = pairs[matrix]
        p = 0
        for i in range(n - 1):
            own[p : p + n - 1 - i] = G[matrix, i, i + 1 :]
            p += n - 1 - i
        mean = own.dtype.type(0)
        for p in range(n_pairs):
            mean += own[p]
        mean /= own.dtype.type(n_pairs)
        squares = own.dtype.type(0)
        for p in range(n_pairs):
            own[p] -= mean
            squares += own[p] * own[p]
        length[matrix, 0] = np.sqrt(squares)
