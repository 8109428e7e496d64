"""Best layer without bias: the layer is chosen on other data than those that score it.

The best of 32 layers that predict nothing scores r = 0.145 on 200 stimuli. The same functions
choose the best time, lag or context length: whatever the first dimension counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.bootstrap import draw_shares, weighted_score

HALVES = 2


@dataclass(frozen=True)
class Choice:
    """The best layer of each target, and what it scores where it was not chosen.

    Attributes
    ----------
    layer : (n_targets,), index of the layer, as a float; NaN where no layer has a score
    score : (n_targets,), of that layer on data that did not choose it; NaN likewise
    """

    layer: Tensor
    score: Tensor


@dataclass(frozen=True)
class LayerInterval:
    """How sure the best layer is, over resamples of stimuli.

    Attributes
    ----------
    layer : (n_targets,), index of the best layer of the data, as a float; NaN where there is none
    low, high : (n_targets,), bounds of the interval, indices of layers: "layer 7 [5-9]"
    share : (n_layers, n_targets), resamples in which a layer is the best; columns sum to 1
    """

    layer: Tensor
    low: Tensor
    high: Tensor
    share: Tensor


def choose_nested(chosen_on: Tensor, scored_on: Tensor) -> Choice:
    """Layer with the highest cross-validated training score; its score on held-out data.

    Parameters
    ----------
    chosen_on : (n_layers, n_targets), scores within the training set; NaN is never chosen
    scored_on : (n_layers, n_targets), scores on stimuli that took no part in it

    Returns
    -------
    choice : ties go to the earlier layer

    Raises
    ------
    ValueError
        if the shapes differ or there is no layer
    """
    if chosen_on.ndim != 2 or chosen_on.shape != scored_on.shape or not len(chosen_on):  # noqa: PLR2004
        raise ValueError(
            f"Scores have shapes {tuple(chosen_on.shape)} and {tuple(scored_on.shape)}, expected "
            "the same (n_layers, n_targets) for both, one layer or more."
        )
    best = _best(chosen_on)
    score = scored_on.gather(0, best.nan_to_num().long()[None])[0]
    return Choice(best.to(scored_on), score.masked_fill(best.isnan(), torch.nan))


def choose_split_half(
    Y: Tensor,
    Y_hat: Tensor,
    metric: str = "pearson",
    *,
    regions: Tensor | None = None,
    first: Tensor | None = None,
) -> Choice:
    """Choose on one half of the held-out stimuli, score on the other; both ways, averaged.

    The layer that is shown is the best on all stimuli: it says where, and scores nothing.

    Parameters
    ----------
    Y : (n, n_targets), held-out responses
    Y_hat : (n_layers, n, n_targets), predictions of each layer
    metric : pearson, r2 or cosine
    regions : (n_regions, n_targets), bool: choose for the mean score of each region instead
    first : (n,), bool, rows of one half; None takes every second. For a time series give two
        stretches, with a gap left out of ``Y``

    Returns
    -------
    choice : of each target or region; NaN if a half has no score for any layer

    Raises
    ------
    ValueError
        if the shapes do not fit, or a half has fewer than two stimuli
    """
    _check_layers(Y, Y_hat)
    n = len(Y)
    if first is None:
        first = torch.arange(n, device=Y.device) % HALVES == 0
    if first.shape != (n,) or first.dtype != torch.bool or not HALVES <= int(first.sum()) <= n - 2:
        raise ValueError(
            f"The halves of {n} stimuli are not halves: expected a bool for each, and two stimuli "
            "or more on either side."
        )
    both = first.new_ones(n)
    shares = torch.stack([first, ~first, both]).double()
    shares = shares / shares.sum(1, keepdim=True)
    curves = [_regional(weighted_score(Y, layer, shares, metric), regions) for layer in Y_hat]
    odd, even, whole = torch.stack(curves, 1)  # (n_layers, n_targets or n_regions) each
    score = (choose_nested(odd, even).score + choose_nested(even, odd).score) / HALVES
    layer = _best(whole).to(score)
    return Choice(layer.masked_fill(score.isnan(), torch.nan), score)


def layer_interval(
    Y: Tensor,
    Y_hat: Tensor,
    metric: str = "pearson",
    *,
    regions: Tensor | None = None,
    n_bootstraps: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> LayerInterval:
    """Interval of the best layer over resamples of stimuli, the same for all layers and targets.

    Parameters
    ----------
    Y : (n, n_targets), held-out responses
    Y_hat : (n_layers, n, n_targets), predictions of each layer
    metric : pearson, r2 or cosine
    regions : (n_regions, n_targets), bool: of the mean score of each region instead
    n_bootstraps : number of resamples
    level : of the interval, between 0 and 1
    seed : of the resamples

    Returns
    -------
    interval : the smallest layers with at least ``(1 - level) / 2`` and ``(1 + level) / 2`` of the
        resamples at or below them

    Raises
    ------
    ValueError
        if the shapes do not fit, or the level is not between 0 and 1
    """
    _check_layers(Y, Y_hat)
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, expected between 0 and 1, such as 0.95.")
    n, n_targets = Y.shape
    data = torch.full((1, n), 1 / n, dtype=torch.float64)
    shares = torch.cat([data, draw_shares(n, n_bootstraps, seed)])  # the data come first
    columns = n_targets if regions is None else len(regions)
    count = Y.new_zeros(len(Y_hat), columns)
    layer = Y.new_empty(columns)
    step = 4 * Y.element_size() * len(shares)
    blocks = column_batches(n_targets, step) if regions is None else iter([slice(0, n_targets)])
    for block in blocks:
        into = block if regions is None else slice(0, columns)
        highest = Y.new_full((len(shares), into.stop - into.start), -torch.inf)
        best = torch.full_like(highest, torch.nan)
        for k, predicted in enumerate(Y_hat):
            drawn = weighted_score(Y[:, block], predicted[:, block], shares, metric)
            drawn = _regional(drawn, regions)
            better = drawn > highest
            highest = torch.where(better, drawn, highest)
            best.masked_fill_(better, k)
        layer[into] = best[0]
        for k in range(len(Y_hat)):
            count[k, into] = (best[1:] == k).sum(0).to(count)
    share = count / count.sum(0).masked_fill(layer.isnan(), torch.nan)
    below = share.cumsum(0)
    low, high = (_first_at_least(below, at) for at in ((1 - level) / 2, (1 + level) / 2))
    return LayerInterval(layer, low, high, share)


def centre_of_mass(curve: Tensor, places: Tensor | None = None) -> Tensor:
    """Mean layer, weighted by its score: where along the layers, without choosing one.

    Parameters
    ----------
    curve : (n_layers, n_targets), scores; those below 0 weigh nothing, NaN neither
    places : (n_layers,), where each layer lies, such as its relative depth; None for 0, 1, 2, ...

    Returns
    -------
    place : (n_targets,), in the units of ``places``; NaN where no score is above 0

    Raises
    ------
    ValueError
        if there is not one place for each layer
    """
    if places is None:
        places = torch.arange(len(curve), device=curve.device)
    if curve.ndim != 2 or places.shape != (len(curve),):  # noqa: PLR2004 - layers and targets
        raise ValueError(
            f"curve has shape {tuple(curve.shape)} and places {tuple(places.shape)}, expected "
            "(n_layers, n_targets) and (n_layers,)."
        )
    weight = curve.nan_to_num(0).clamp(min=0)
    total = weight.sum(0)
    return places.to(curve) @ weight / total.masked_fill(total == 0, torch.nan)


def _best(curve: Tensor) -> Tensor:
    """Index of the highest score as a float; NaN where all are: (n_targets,)."""
    best = curve.nan_to_num(-torch.inf, posinf=torch.inf, neginf=-torch.inf).argmax(0)
    return best.to(curve).masked_fill(curve.isnan().all(0), torch.nan)


def _regional(scores: Tensor, regions: Tensor | None) -> Tensor:
    """Mean over the targets of each region that have a score: (..., n_targets) to (..., n)."""
    if regions is None:
        return scores
    member = regions.T.to(scores)
    return scores.nan_to_num(0) @ member / (scores.isfinite().to(scores) @ member)


def _first_at_least(below: Tensor, at: float) -> Tensor:
    """First layer by which a share ``at`` of the resamples is reached; NaN where unknown."""
    reached = (below < at - 1e-6).sum(0).clamp(max=len(below) - 1).to(below)
    return reached.masked_fill(below[-1].isnan(), torch.nan)


def _check_layers(Y: Tensor, Y_hat: Tensor) -> None:
    if Y.ndim != 2 or Y_hat.ndim != 3 or Y_hat.shape[1:] != Y.shape or not len(Y_hat):  # noqa: PLR2004
        raise ValueError(
            f"Y has shape {tuple(Y.shape)} and Y_hat {tuple(Y_hat.shape)}, expected (n, n_targets) "
            "and (n_layers, n, n_targets)."
        )
