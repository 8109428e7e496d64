"""Best layer of each region without bias, from a stored encoding: chosen here, scored there."""

from __future__ import annotations

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.region_predictions import RegionPredictions, read_predictions
from explorer.engine import METRICS
from explorer.engine.layer_choice import choose_split_half, layer_interval

CHOSEN = (
    "chosen on one half of the held-out stimuli, scored on the other, both ways; the layer named "
    "is the best on all. Of the mean response of a region: results hold no predictions of single "
    "vertices, whose best layer is chosen and shown on the same stimuli"
)


def best_layer(result: xr.Dataset, *, n_bootstraps: int = 1000, seed: int = 0) -> xr.Dataset:
    """Best layer of each region, its score where it was not chosen, and how sure it is.

    Parameters
    ----------
    result : a stored encoding (ridge or fractional ridge)
    n_bootstraps : resamples of stimuli of the interval of the layer
    seed : of the resamples

    Returns
    -------
    best : ``best_layer`` (its number), ``score``, ``interval`` (bound) of the layer, and ``share``
        of resamples in which each layer is the best; NaN where no layer has a score, and for a
        story, whose words are not independent, in the interval

    Raises
    ------
    AnalysisError
        if the result holds no predictions of regions
    """
    found = read_predictions(result)
    choice = choose_split_half(
        found.measured, found.predicted, found.metric, first=found.first_half
    )
    shape = (len(found.layers), len(found.regions))
    bounds, share = np.full((2, shape[1]), np.nan), np.full(shape, np.nan)
    if not found.contiguous:
        sure = layer_interval(
            found.measured, found.predicted, found.metric, n_bootstraps=n_bootstraps, seed=seed
        )
        bounds = np.stack([_number(end, found) for end in (sure.low, sure.high)])
        share = sure.share.numpy()
    return xr.Dataset(
        {
            "best_layer": ("roi", _number(choice.layer, found)),
            "score": ("roi", choice.score.numpy()),
            "interval": (("bound", "roi"), bounds),
            "share": (("layer", "roi"), share),
        },
        {"roi": np.array(found.regions, dtype=object), "layer": found.layers},
        {"metric": found.metric, "n_stimuli": len(found.stimulus), "chosen": CHOSEN},
    )


def unbiased_predictions(found: RegionPredictions) -> Tensor:
    """Predictions of the layer that is best on the other half of the stimuli: (n, n_regions)."""
    first, function = found.first_half, METRICS[found.metric].function
    out = torch.full_like(found.measured, torch.nan)
    for chosen_on, used_on in ((first, ~first), (~first, first)):
        curves = torch.stack(
            [function(found.measured[chosen_on], layer[chosen_on]) for layer in found.predicted]
        )
        best = curves.nan_to_num(-torch.inf).argmax(0)
        columns = torch.arange(len(found.regions))
        out[used_on] = found.predicted[best[:, None], used_on.nonzero()[:, 0], columns[:, None]].T
        out[:, curves.isnan().all(0)] = torch.nan
    return out


def _number(index: Tensor, found: RegionPredictions) -> np.ndarray:
    """Numbers of layers from their places; NaN stays NaN."""
    known = index.nan_to_num().long().numpy()
    return np.where(index.isnan().numpy(), np.nan, found.layers[known].astype(float))
