"""Rows as int8 with a scale each: a quarter of the memory, and a bound on what rounding changes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

LEVELS = 127  # -128 is left unused, so that signs are symmetric
BLOCK_ROWS = 1024  # at a time: they stay in the cache


@dataclass(frozen=True)
class Int8Rows:
    """A table of rows, such as the embeddings of captions, ``values * scale[:, None]``.

    Attributes
    ----------
    values : (n_rows, n_features), int8; may lie in a memory-mapped file
    scale : (n_rows,), float32; NaN for a row that held a NaN or infinity, which is never found
    length : (n_rows,), float32, Euclidean length of the row as it was
    centred_length : (n_rows,), float32, the same after subtracting the row's mean
    rounding : largest length of a row's rounding error, in units of its scale; an inner product
        with q is off by no more than ``rounding * scale * |q|``
    longest : largest length of a row of ``values``
    relative_error : root mean square over rows of rounding error / length
    """

    values: Tensor
    scale: Tensor
    length: Tensor
    centred_length: Tensor
    rounding: float
    longest: float
    relative_error: float


def quantise(rows: Tensor, *, out: Tensor | None = None) -> Int8Rows:
    """Round each row to 255 levels between minus and plus its largest absolute entry.

    Parameters
    ----------
    rows : (n_rows, n_features), floats; read in blocks, so it may lie in a memory-mapped file
    out : (n_rows, n_features), int8, to be filled, such as a memory-mapped file; None makes it

    Returns
    -------
    table : on the device of ``rows``

    Raises
    ------
    ValueError
        if the rows are no matrix of floats, or ``out`` does not fit
    """
    if rows.ndim != 2 or not rows.is_floating_point():  # noqa: PLR2004 - rows and features
        raise ValueError(
            f"rows has shape {tuple(rows.shape)} and dtype {rows.dtype}, expected floats of "
            "(n_rows, n_features)."
        )
    if out is None:
        out = torch.empty(rows.shape, dtype=torch.int8, device=rows.device)
    if out.shape != rows.shape or out.dtype != torch.int8:
        raise ValueError(
            f"out has shape {tuple(out.shape)} and dtype {out.dtype}, expected int8 of "
            f"{tuple(rows.shape)}."
        )
    scale, length, centred = torch.empty(3, len(rows), device=rows.device)
    rounding, longest, squared, counted = 0.0, 0.0, 0.0, 0
    for start in range(0, len(rows), BLOCK_ROWS):
        block = slice(start, min(start + BLOCK_ROWS, len(rows)))
        x = rows[block].float()
        usable = x.isfinite().all(1)
        x = x.masked_fill(~usable[:, None], 0)
        step = x.abs().amax(1) / LEVELS if x.shape[1] else x.sum(1)
        whole = (x / step.masked_fill(step == 0, 1)[:, None]).round_().clamp_(-LEVELS, LEVELS)
        out[block] = whole.to(out)
        error = torch.linalg.vector_norm(x - whole * step[:, None], dim=1)
        size = torch.linalg.vector_norm(x, dim=1)
        middle = x.mean(1, keepdim=True) if x.shape[1] else x.sum(1, keepdim=True)
        scale[block] = step.masked_fill(~usable, torch.nan)
        length[block], centred[block] = size, torch.linalg.vector_norm(x - middle, dim=1)
        some = step > 0
        if bool(some.any()):
            rounding = max(rounding, float((error[some] / step[some]).max()))
            longest = max(longest, float(torch.linalg.vector_norm(whole, dim=1).max()))
            squared += float((error[some] / size[some]).square().sum())
            counted += int(some.sum())
    relative = (squared / max(counted, 1)) ** 0.5
    return Int8Rows(out, scale, length, centred, rounding, longest, relative)
