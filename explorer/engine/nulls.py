"""Chance for cross-validated scores: targets that are refitted with their rows out of order.

Permuting predictions that are already made understates chance under cross-validation: folds share
training rows, so null scores spread more (on noise, n = 60 and 5 folds, one in nine has p < .05).
Permuted targets go through the same fit as the others and cost no further decomposition; their
scores are pooled, since all targets share stimuli and features.
"""

from __future__ import annotations

import torch
from torch import Tensor


def permuted_targets(
    Y: Tensor, n_permuted: int, *, seed: int = 0, circular: bool = False
) -> Tensor:
    """Draw targets and put the rows of each in an order of its own.

    Parameters
    ----------
    Y : (n, n_targets), responses; targets with a NaN are not drawn
    n_permuted : number of targets to draw, with replacement
    seed : of targets and orders
    circular : rows are samples of a time series: shift each target round, by 1 to n - 1 rows

    Returns
    -------
    Y_null : (n, n_permuted); (n, 0) if no target is finite
    """
    usable = Y.isfinite().all(0).nonzero()[:, 0].cpu()
    drawn, order = draw_permuted(usable, len(Y), n_permuted, seed=seed, circular=circular)
    return Y[:, drawn.to(Y.device)].gather(0, order.to(Y.device))


def draw_permuted(
    usable: Tensor, n: int, n_permuted: int, *, seed: int = 0, circular: bool = False
) -> tuple[Tensor, Tensor]:
    """Which targets ``permuted_targets`` draws, and in which orders: without looking at them.

    Parameters
    ----------
    usable : (n_usable,), int64, targets without a NaN, increasing, on the CPU
    n : rows
    n_permuted, seed, circular : as there

    Returns
    -------
    drawn : (n_permuted,), of ``usable``; (0,) if there is none to draw
    order : (n, n_permuted), a row of the target for each row
    """
    generator = torch.Generator().manual_seed(seed)
    if not len(usable) or n < 2:  # noqa: PLR2004 - one row has one order
        return usable[:0], torch.empty(n, 0, dtype=torch.int64)
    drawn = usable[torch.randint(len(usable), (n_permuted,), generator=generator)]
    if circular:
        shift = torch.randint(1, n, (n_permuted,), generator=generator)
        return drawn, (torch.arange(n)[:, None] + shift) % n
    return drawn, torch.rand(n, n_permuted, generator=generator).argsort(0)


def pooled_p(score: Tensor, null: Tensor) -> Tensor:
    """One-sided p of each score among pooled null scores, ``(1 + #{null >= s}) / (1 + B)``.

    Parameters
    ----------
    score : (n_targets,); NaN gives NaN
    null : (n_null,), scores of permuted targets; NaN are left out

    Returns
    -------
    p : (n_targets,), 1 / (1 + B) to 1; all NaN if there is no null score
    """
    known = null[~null.isnan()].sort().values
    if not len(known):
        return torch.full_like(score, torch.nan)
    above = len(known) - torch.searchsorted(known, score.nan_to_num().contiguous())
    p = (1 + above).to(score) / (1 + len(known))
    return p.masked_fill(score.isnan(), torch.nan)
