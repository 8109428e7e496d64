"""Steps of RDMs that are bound by memory, compiled for the CPU: a row is read once."""

from __future__ import annotations

from functools import partial

import numba
import numpy as np
import torch
from torch import Tensor

from explorer.engine.ranks import share_rows

_SUMS = {"reassoc", "contract"}  # sums in any order, so that they are vectorised; NaN stay NaN


def unit_rows(x: Tensor, *, centre: bool, dtype: torch.dtype = torch.float64) -> Tensor:
    """``vectors.unit`` along the last dimension, with sums in float64.

    Parameters
    ----------
    x : (n_rows, n), float32 or float64, on the CPU
    centre : subtract the mean of each row first
    dtype : of what is returned, float32 or float64

    Returns
    -------
    x : (n_rows, n); NaN as in ``vectors.unit``
    """
    values = np.ascontiguousarray(x.numpy())
    out = torch.empty(x.shape, dtype=dtype).numpy()
    rounding = 2 * torch.finfo(x.dtype).eps * x.shape[1] ** 0.5
    share_rows(partial(_unit, values, out, centre, rounding), len(values))
    return torch.from_numpy(out)


def upper_distances(similarity: Tensor, condensed: Tensor) -> None:
    """Write 1 - similarity, 0 to 2, of the upper triangle of each matrix.

    Parameters
    ----------
    similarity : (n_rdms, n_stimuli, n_stimuli), float32 or float64, on the CPU, contiguous
    condensed : (n_rdms, n_pairs), written to; contiguous
    """
    kernel = partial(_upper, similarity.numpy(), condensed.numpy())
    share_rows(kernel, len(similarity))


@numba.njit(nogil=True, fastmath=_SUMS)
def _unit(values, out, centre, rounding, start, stop):  # type: ignore[no-untyped-def]  # compiled
    n = values.shape[1]
    for row in range(start, stop):
        own, given = out[row], values[row]
        mean = 0.0
        if centre:
            for p in range(n):
                mean += np.float64(given[p])
            mean /= n
        squares = 0.0
        for p in range(n):
            deviation = np.float64(given[p]) - mean
            squares += deviation * deviation
        length = np.sqrt(squares)
        scale = np.nan if length <= rounding * (abs(mean) + length) else 1 / length
        for p in range(n):
            own[p] = (np.float64(given[p]) - mean) * scale


@numba.njit(nogil=True)
def _upper(similarity, condensed, start, stop):  # type: ignore[no-untyped-def]  # compiled
    n = similarity.shape[1]
    for row in range(start, stop):
        p = 0
        for i in range(n - 1):
            own = similarity[row, i]
            for j in range(i + 1, n):
                distance = 1 - own[j]
                if distance < 0:
                    distance = 0.0
                elif distance > 2:  # noqa: PLR2004 - of opposite patterns
                    distance = 2.0
                condensed[row, p] = distance
                p += 1
