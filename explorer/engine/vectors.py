"""Unit vectors and ranks: what correlations are made of."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.device import to_double

CONSTANT = 1e-12  # variance of a resample, relative to that of the data, which is only rounding
MANY = 2**18  # elements from which on a compiled ranking is worth loading


def unit(x: Tensor, dim: int, *, centre: bool = True) -> Tensor:
    """``x`` with mean 0 and length 1 along ``dim``, in float64; inner products are correlations.

    Parameters
    ----------
    x : (...), float32 or float64
    dim : the dimension along which a vector lies
    centre : subtract the mean first; without, inner products are cosines

    Returns
    -------
    x : (...), float64; NaN for a vector that holds a NaN or has no direction: all zero or, when
        centred, constant to within the rounding of the input's dtype
    """
    rounding = 2 * torch.finfo(x.dtype).eps * x.shape[dim] ** 0.5
    given, x = x, to_double(x)
    mean = x.mean(dim, keepdim=True) if centre else x.new_zeros(())
    x = x - mean if x is given else x.sub_(mean)  # a copy either way, scaled in place
    length = torch.linalg.vector_norm(x, dim=dim, keepdim=True)
    flat = length <= rounding * (mean.abs() + length)
    return x.div_(length.masked_fill_(flat, torch.nan))


def tied_runs(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Sorted order along the last dimension, and for each element the run of its equals.

    Parameters
    ----------
    x : (..., n), no NaN

    Returns
    -------
    order : (..., n), indices that sort ``x``
    first : (..., n), position in the sorted order of the first element equal to this one
    end : (..., n), position after the last one
    """
    ordered, order = x.sort(dim=-1)
    n = x.shape[-1]
    position = torch.arange(n, device=x.device).expand(x.shape)
    differs = ordered[..., 1:] != ordered[..., :-1]
    edge = torch.ones_like(differs[..., :1]) if n > 1 else torch.ones_like(x, dtype=torch.bool)
    starts = torch.cat([edge, differs], dim=-1)[..., :n]
    ends = torch.cat([differs, edge], dim=-1)[..., -n:]
    first = position.where(starts, 0).cummax(dim=-1).values
    end = (position + 1).where(ends, n).flip(-1).cummin(dim=-1).values.flip(-1)
    rank = order.argsort(dim=-1)
    return order, first.gather(-1, rank), end.gather(-1, rank)


def mid_ranks(x: Tensor) -> Tensor:
    """Ranks along the last dimension, from 1; equal values share their mean rank.

    Parameters
    ----------
    x : (..., n), no NaN

    Returns
    -------
    ranks : (..., n), dtype of ``x``
    """
    if x.device.type == "cpu" and x.is_floating_point() and x.numel() > MANY:
        from explorer.engine.ranks import rank_rows  # noqa: PLC0415 - compiles for seconds

        return rank_rows(x.reshape(-1, x.shape[-1])).add_((x.shape[-1] + 1) / 2).view(x.shape)
    _, first, end = tied_runs(x)
    return (first + end + 1).to(x.dtype) / 2
