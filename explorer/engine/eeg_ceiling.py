"""Bounds for models of averaged EEG, from random halves of the repeats."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.vectors import unit

HALF_TARGETS = 64  # at a time on a CPU: half means stay in the cache


def half_bounds(Y: Tensor, *, n_splits: int = 100, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Lower and upper noise ceiling of THINGS-EEG2 (Gifford et al. 2022, NeuroImage 264).

    For each random half of the repeats, r over stimuli of its mean with the mean of the other half
    (lower), and with the mean of all repeats (upper), averaged over splits. To be compared with a
    model's r with the mean of such a half. The upper bound shares that half's data, noise included:
    it is no attainable score, and is far above 0 for pure noise.

    Parameters
    ----------
    Y : (n_repeats, n_stimuli, n_targets), every stimulus shown equally often; NaN makes its target
        NaN. An odd number of repeats leaves one out of both halves
    n_splits : number of random halves, the same for all stimuli and targets
    seed : of the halves

    Returns
    -------
    lower : (n_targets,)
    upper : (n_targets,); NaN, both, for a target that is constant in a half

    Raises
    ------
    ValueError
        if the shape is wrong, or there are fewer than two repeats or stimuli
    """
    if Y.ndim != 3 or min(Y.shape[:2]) < 2 or n_splits < 1:  # noqa: PLR2004
        raise ValueError(
            f"Y has shape {tuple(Y.shape)} and {n_splits} splits are asked for, expected "
            "(n_repeats, n_stimuli, n_targets), two repeats and two stimuli or more, and a split."
        )
    k, n = Y.shape[:2]
    half = k // 2
    generator = torch.Generator().manual_seed(seed)
    place = torch.rand(n_splits, k, generator=generator).argsort(1)
    first = (place < half).to(Y) / half
    second = ((place >= half) & (place < 2 * half)).to(Y) / half
    lower, upper = Y.new_empty(2, Y.shape[2])
    most = HALF_TARGETS if Y.device.type == "cpu" else None
    for block in column_batches(Y.shape[2], 8 * n * (3 * k + 6 * n_splits), most=most):
        y = Y[:, :, block]
        y = (y - y.mean((0, 1))).flatten(1)  # large offsets would cost digits
        shape = (n_splits, n, -1)
        a, b = (unit((weights @ y).reshape(shape), 1) for weights in (first, second))
        whole = unit(y.mean(0).reshape(n, -1), 0)
        lower[block] = (a * b).sum(1).mean(0).to(lower)
        upper[block] = (a * whole).sum(1).mean(0).to(upper)
    return lower, upper
