"""Intervals from bootstrap samples: percentile, and bias-corrected and accelerated."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.device import to_double


def percentile_interval(samples: Tensor, level: float = 0.95) -> Tensor:
    """Quantiles of the samples that leave ``(1 - level) / 2`` on either side.

    Parameters
    ----------
    samples : (n_bootstraps, ...); NaN samples are left out
    level : share within, between 0 and 1

    Returns
    -------
    bounds : (2, ...), lower and upper; NaN where every sample is

    Raises
    ------
    ValueError
        if there is no sample, or the level is not between 0 and 1
    """
    _check(samples, level)
    flat = to_double(samples).flatten(1).T.contiguous()
    at = torch.tensor([(1 - level) / 2, (1 + level) / 2], dtype=flat.dtype, device=flat.device)
    return torch.nanquantile(flat, at, 1).reshape(2, *samples.shape[1:]).to(samples)


def bca_interval(
    samples: Tensor, observed: Tensor, jackknife: Tensor, level: float = 0.95
) -> Tensor:
    """Bias-corrected and accelerated interval (Efron 1987; Efron & Tibshirani 1993, ch. 14).

    Percentiles that are shifted by how far the samples' median lies from the observed value, and
    stretched by the skewness of the jackknife: second-order correct, unlike plain percentiles.

    Parameters
    ----------
    samples : (n_bootstraps, ...); a NaN among them makes the interval NaN
    observed : (...), the score of the data
    jackknife : (n, ...), the score with each stimulus (or subject) left out
    level : share within, between 0 and 1

    Returns
    -------
    bounds : (2, ...), lower and upper; NaN where any input is, where all samples lie on one side of
        the observed value, or where the jackknife does not vary

    Raises
    ------
    ValueError
        if the shapes do not fit, there is no sample, or the level is not between 0 and 1
    """
    _check(samples, level)
    if not samples.shape[1:] == observed.shape == jackknife.shape[1:]:
        raise ValueError(
            f"samples {tuple(samples.shape)}, observed {tuple(observed.shape)} and jackknife "
            f"{tuple(jackknife.shape)} do not fit, expected (n_bootstraps, ...), (...), (n, ...)."
        )
    drawn = to_double(samples).flatten(1).T.sort(1).values  # (n_values, n_bootstraps)
    centre = to_double(observed).flatten()[:, None]
    below = ((drawn < centre).sum(1) + (drawn <= centre).sum(1)).to(drawn)
    bias = torch.special.ndtri(below / (2 * drawn.shape[1]))
    left_out = to_double(jackknife).flatten(1)
    deviation = left_out.mean(0) - left_out
    skewness = deviation.pow(3).sum(0) / (6 * deviation.square().sum(0).pow(1.5))
    tail = torch.tensor([(1 - level) / 2, (1 + level) / 2], dtype=drawn.dtype, device=drawn.device)
    z = bias + torch.special.ndtri(tail)[:, None]  # (2, n_values)
    at = torch.special.ndtr(bias + z / (1 - skewness * z))
    unknown = ~(at.isfinite().all(0) & drawn.isfinite().all(1) & centre[:, 0].isfinite())
    place = at.masked_fill(unknown, 0) * (drawn.shape[1] - 1)
    low = place.floor().long()
    high = (low + 1).clamp(max=drawn.shape[1] - 1)
    step = place - low
    bounds = drawn.gather(1, low.T).T * (1 - step) + drawn.gather(1, high.T).T * step
    return bounds.masked_fill(unknown, torch.nan).reshape(2, *observed.shape).to(samples)


def _check(samples: Tensor, level: float) -> None:
    if samples.ndim < 1 or not len(samples):
        raise ValueError("There is no bootstrap sample. Draw some first.")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, expected between 0 and 1, such as 0.95.")
