"""Exact mid-ranks on the CPU in linear time: a counting sort, then repair of what shares a bin."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numba
import numpy as np
import torch
from torch import Tensor

# Two passes of a counting sort over 2048 bins each: 4 million bins of equal width between the
# least and the greatest value, while both tables of counts stay in the fastest cache.
_BITS = 11
_SIZE = 1 << _BITS
_LOW = np.uint32(_SIZE - 1)
_SHIFT = np.uint32(_BITS)
_TOP = float((1 << 2 * _BITS) - 1)
_ONE = np.uint32(1)


def rank_rows(x: Tensor) -> Tensor:
    """Mid-ranks of each row, less their mean: from -(n - 1) / 2 to (n - 1) / 2.

    Parameters
    ----------
    x : (n_rows, n), float32 or float64, on the CPU

    Returns
    -------
    ranks : (n_rows, n), dtype of ``x`` (float32 holds them exactly up to n = 2**24); equal values
        share their mean rank; NaN for a row that holds a NaN
    """
    values = np.ascontiguousarray(x.numpy())
    ranks = np.empty_like(values)
    share_rows(partial(_rank_each, values, ranks), len(values))
    return torch.from_numpy(ranks)


def rank_triangles(G: Tensor) -> Tensor:
    """Mid-ranks of the upper triangle of each matrix, less their mean.

    Parameters
    ----------
    G : (n_matrices, n, n), float32 or float64, on the CPU, contiguous; only what is above the
        diagonal is read

    Returns
    -------
    ranks : (n_matrices, n_pairs), as ``rank_rows`` of the condensed matrices
    """
    n = G.shape[1]
    values = G.numpy()
    ranks = np.empty((len(values), n * (n - 1) // 2), values.dtype)
    share_rows(partial(_rank_triangle, values, ranks), len(values))
    return torch.from_numpy(ranks)


def share_rows(kernel: Callable[[int, int], None], n_rows: int) -> None:
    """Run ``kernel(start, stop)`` on blocks of rows, in as many threads as torch takes."""
    n_threads = min(torch.get_num_threads(), n_rows)
    if n_threads < 2:  # noqa: PLR2004 - nothing to share
        kernel(0, n_rows)
        return
    edges = np.linspace(0, n_rows, n_threads + 1).astype(int).tolist()
    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(kernel, edges[:-1], edges[1:]))


@numba.njit(nogil=True)
def _rank_each(values, ranks, start, stop):  # type: ignore[no-untyped-def]  # compiled
    n = values.shape[1]
    low, high = np.empty(_SIZE, np.uint32), np.empty(_SIZE, np.uint32)
    work = np.empty((4, n), np.uint32)
    for row in range(start, stop):
        _rank(values[row], ranks[row], low, high, work)


@numba.njit(nogil=True)
def _rank_triangle(G, ranks, start, stop):  # type: ignore[no-untyped-def]  # compiled
    n, n_pairs = G.shape[1], ranks.shape[1]
    low, high = np.empty(_SIZE, np.uint32), np.empty(_SIZE, np.uint32)
    work = np.empty((4, n_pairs), np.uint32)
    pairs = np.empty(n_pairs, G.dtype)
    for row in range(start, stop):
        p = 0
        for i in range(n - 1):
            pairs[p : p + n - 1 - i] = G[row, i, i + 1 :]
            p += n - 1 - i
        _rank(pairs, ranks[row], low, high, work)


@numba.njit(nogil=True)
def _rank(x, ranks, low, high, work):  # type: ignore[no-untyped-def]  # compiled
    """Mid-ranks of ``x`` less their mean; the arguments after ``ranks`` are scratch."""
    n = len(x)
    order, key = work[0], work[1]
    kind = _sort_by_bin(x, low, high, work)
    if kind < 0:
        ranks[:] = np.nan
        return
    if kind == 0:  # no bins fit: infinite, or nothing varies
        for p in range(n):
            order[p] = np.uint32(p)
        key[:] = 0
    first = 0
    while first < n:
        end = first + 1
        while end < n and key[end] == key[first]:
            end += 1
        if end - first > 1:
            _sort_run(x, order[first:end])
        while first < end:  # equal values within the bin share a rank
            after = first + 1
            value = x[order[first]]
            while after < end and x[order[after]] == value:
                after += 1
            for s in range(first, after):
                ranks[order[s]] = 0.5 * (first + after - n)
            first = after


@numba.njit(nogil=True)
def _sort_by_bin(x, low, high, work):  # type: ignore[no-untyped-def]  # compiled
    """Order by bin, and the bins in this order; 1 if done, 0 if there are no bins, -1 if NaN."""
    n = len(x)
    order, key, by_low, key_by_low = work[0], work[1], work[2], work[3]
    least, greatest = x[0], x[0]
    for p in range(n):
        if x[p] != x[p]:  # NaN
            return -1
        least, greatest = min(least, x[p]), max(greatest, x[p])
    spread = np.float64(greatest) - np.float64(least)
    if not 1e-30 < spread < 1e30:  # noqa: PLR2004 - where float32 can scale it
        return 0
    scale = x.dtype.type(_TOP / spread)
    low[:] = 0
    high[:] = 0
    for p in range(n):
        key[p] = np.uint32(np.int32((x[p] - least) * scale))
    for p in range(n):
        low[key[p] & _LOW] += _ONE
        high[key[p] >> _SHIFT] += _ONE
    below_low, below_high = np.uint32(0), np.uint32(0)
    for q in range(_SIZE):
        count = low[q]
        low[q] = below_low
        below_low += count
        count = high[q]
        high[q] = below_high
        below_high += count
    for p in range(n):
        digit = key[p] & _LOW
        place = low[digit]
        low[digit] = place + _ONE
        by_low[place] = np.uint32(p)
        key_by_low[place] = key[p]
    for p in range(n):
        digit = key_by_low[p] >> _SHIFT
        place = high[digit]
        high[digit] = place + _ONE
        order[place] = by_low[p]
        key[place] = key_by_low[p]
    return 1


@numba.njit(nogil=True)
def _sort_run(x, order):  # type: ignore[no-untyped-def]  # compiled
    """Sort the indices of one bin by value: Shell's sort, which for a few is by insertion."""
    n = len(order)
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for s in range(gap, n):
            here = order[s]
            r = s
            while r >= gap and x[order[r - gap]] > x[here]:
                order[r] = order[r - gap]
                r -= gap
            order[r] = here
        gap //= 3
