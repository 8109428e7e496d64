"""Scores as shares of what noise allows, and correlations as shares of variance."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Normalised:
    """Scores divided by their ceilings.

    Attributes
    ----------
    value : (...), NaN where masked; never clipped
    masked : (...), bool, ceiling unknown or not above the floor, though there is a score
    above : (...), bool, value above 1: noise in either, or a ceiling that does not bound this model
    """

    value: Tensor
    masked: Tensor
    above: Tensor

    @property
    def n_masked(self) -> int:
        """Number of scores whose ceiling is too low, or unknown, to divide by."""
        return int(self.masked.sum())

    @property
    def n_above(self) -> int:
        """Number of values above 1."""
        return int(self.above.sum())


def normalise(score: Tensor, ceiling: Tensor, floor: float) -> Normalised:
    """Divide scores by their noise ceilings, where these are above a floor.

    Both must be in one unit: r by a ceiling of r, R2 or squared r by a ceiling of variance. Without
    a floor single targets explode: the mean of r^2 / ceiling over simulated targets was 1,012, with
    a floor of 0.05 (variance) 0.99. For a mean over targets prefer ``ratio_of_means``.

    Parameters
    ----------
    score : (...), signed
    ceiling : (...), that can be broadcast to ``score``
    floor : ceilings up to this are not divided by, at least 0; 0.05 of variance is 0.22 of r

    Returns
    -------
    normalised : values, and what was masked and what exceeds 1

    Raises
    ------
    ValueError
        if the floor is negative, a ceiling exceeds 1, or the shapes do not fit
    """
    ceiling = _check(score, ceiling, floor)
    usable = ceiling > floor
    value = torch.where(usable, score / ceiling, torch.nan)
    return Normalised(value, ~usable & ~score.isnan(), value > 1)


def ratio_of_means(score: Tensor, ceiling: Tensor, floor: float = 0.0) -> Tensor:
    """Mean score over mean ceiling of the same targets: normalised, without single explosions.

    Parameters
    ----------
    score : (..., n_targets), in the unit of the ceiling
    ceiling : (..., n_targets), that can be broadcast to ``score``
    floor : targets with a ceiling up to this count in neither mean

    Returns
    -------
    ratio : (...); NaN where no target has both

    Raises
    ------
    ValueError
        if the floor is negative, a ceiling exceeds 1, or the shapes do not fit
    """
    ceiling = _check(score, ceiling, floor)
    usable = (ceiling > floor) & ~score.isnan()
    attained = torch.where(usable, score, 0).sum(-1)
    possible = torch.where(usable, ceiling, 0).sum(-1)
    return attained / possible.masked_fill(possible == 0, torch.nan)


def signed_square(r: Tensor) -> Tensor:
    """Correlations as shares of variance, ``sign(r) r^2``; a negative r stays negative.

    The share that a prediction of the *best* scale would explain: R2 of the prediction as it is can
    be far lower (r = .164 with R2 = -.17 of a weak one with the wrong scale).

    Parameters
    ----------
    r : (...), -1 to 1

    Returns
    -------
    share : (...), -1 to 1; NaN stays NaN
    """
    return r * r.abs()


def signed_root(share: Tensor) -> Tensor:
    """Shares of variance as correlations, ``sign(v) sqrt(|v|)``: the inverse of ``signed_square``.

    Parameters
    ----------
    share : (...), such as NSD's noise ceiling over 100

    Returns
    -------
    r : (...); NaN stays NaN
    """
    return share.sign() * share.abs().sqrt()


def _check(score: Tensor, ceiling: Tensor, floor: float) -> Tensor:
    if not floor >= 0:
        raise ValueError(f"floor is {floor}, expected 0 or more.")
    if bool((ceiling > 1 + 1e-6).any()):
        raise ValueError(
            f"A ceiling is {float(ceiling.nan_to_num().max()):g}, expected at most 1. Divide "
            "percentages by 100."
        )
    try:
        return ceiling.expand_as(score)
    except RuntimeError:
        raise ValueError(
            f"score has shape {tuple(score.shape)} and ceiling {tuple(ceiling.shape)}, expected "
            "shapes that fit."
        ) from None
