"""The penalty that shortens the weights of a target to a given fraction."""

from __future__ import annotations

import torch
from torch import Tensor

GRID_STEP = 0.2  # decades between penalties of the grid, as in fracridge
LEAST, MOST = 1e-2, 1e4  # of the least and largest eigenvalue: where that grid begins and ends
NEWTON_STEPS = 40  # at most; from the grid, four or five reach rounding
SQUARED_IS_ROUNDING = 1e-7  # a relative step after which the next is rounding of float64


def penalty_grid(values: Tensor) -> Tensor:
    """Penalties between which fracridge interpolates: 0, then five per decade.

    Rokem & Kay 2020, as in their code: from 0.01 of the least eigenvalue to 10,000 times the
    largest, both rounded outwards to a power of ten.

    Parameters
    ----------
    values : (rank,), eigenvalues of the Gram matrix, > 0, float64

    Returns
    -------
    grid : (n_grid,), increasing, float64
    """
    if not len(values):
        return values.new_zeros(1)
    first = torch.log10(LEAST * values.min()).floor().item()
    last = torch.log10(MOST * values.max()).ceil().item()
    steps = torch.arange(first, last, GRID_STEP, dtype=torch.float64).to(values)
    return torch.cat([values.new_zeros(1), 10**steps])


def fraction_penalties(
    values: Tensor, squared: Tensor, fractions: Tensor, *, exact: bool = False
) -> Tensor:
    """Penalty at which the weights of a target are a fraction of their unpenalised length.

    Parameters
    ----------
    values : (rank,), eigenvalues of the Gram matrix, > 0, float64
    squared : (rank, n_targets), squared unpenalised weights on the principal axes, float64
    fractions : (n_fractions,), > 0; from 1 upwards the penalty is 0
    exact : solve for the length by Newton's method; otherwise interpolate log(1 + alpha) linearly
        in the length on the grid, as fracridge does, which misses the length a little

    Returns
    -------
    alpha : (n_fractions, n_targets), float64; a length below that of the largest penalty of the
        grid gets this penalty; NaN for a target that holds a NaN
    """
    grid = penalty_grid(values)
    shrink = (values / (values + grid[:, None])).square()  # (n_grid, rank)
    lengths = (shrink @ squared).sqrt_()
    lengths = (lengths / lengths[0].clamp(min=torch.finfo(lengths.dtype).tiny)).T.contiguous()
    missing = ~lengths.isfinite().all(1)
    wanted = fractions.to(lengths).expand(len(lengths), -1).contiguous()  # (n_targets, n_fractions)
    above = torch.searchsorted(-lengths, -wanted).clamp(1, max(1, len(grid) - 1))
    if len(grid) == 1:
        return torch.zeros_like(wanted.T)
    upper, lower = lengths.gather(1, above - 1), lengths.gather(1, above)
    part = ((upper - wanted) / (upper - lower).clamp(min=torch.finfo(upper.dtype).tiny)).clamp_(
        0, 1
    )
    logs = grid.log1p()
    alpha = torch.lerp(logs[above - 1], logs[above], part).expm1_().T.contiguous()
    if exact:
        full = squared.sum(0)
        shares = squared / torch.where(full > 0, full, 1)
        for f, fraction in enumerate(fractions.tolist()):
            ends = grid[above[:, f] - 1], grid[above[:, f]]
            inner = (alpha[f] > 0) & (alpha[f] < grid[-1])
            alpha[f] = _solve(values, shares, fraction, alpha[f], ends).where(inner, alpha[f])
    return alpha.masked_fill_(missing, torch.nan)


def _solve(
    values: Tensor, shares: Tensor, fraction: float, alpha: Tensor, ends: tuple[Tensor, Tensor]
) -> Tensor:
    """Newton's method on 1 / length, almost linear in alpha, held between ``ends`` by bisection."""
    low, high = ends
    for _ in range(NEWTON_STEPS):
        inverse = 1 / (values[:, None] + alpha)
        shrunk = (values[:, None] * inverse).square_().mul_(shares)
        length = shrunk.sum(0).sqrt_()
        slope = shrunk.mul_(inverse).sum(0)
        low = torch.where(length > fraction, alpha, low)
        high = torch.where(length > fraction, high, alpha)
        new = alpha + (length / fraction - 1) * length.square() / slope
        new = torch.where((new > low) & (new < high), new, (low + high) / 2)
        moved = ((new - alpha).abs() > SQUARED_IS_ROUNDING * alpha) & (high > low)
        alpha = new
        if not bool(moved.any()):
            break
    return alpha
