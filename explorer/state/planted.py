"""What was planted in simulated regions, beside what a model's predictions recover of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from explorer.analysis.results import find_result
from explorer.state.choices import in_modality
from explorer.state.curves import specs_of
from explorer.study.study import Study

LEAST = 0.2  # largest planted selectivity of a region that counts as driven by any dimension


@dataclass(frozen=True)
class Planted:
    """Selectivity of every region for every planted dimension, mean over subjects.

    Attributes
    ----------
    roi, dimension : names
    planted : (roi, dimension) correlation of the noise-free response with the dimension
    recovered : (roi, dimension) correlation of the predicted response with it
    driven : (roi,) whether any dimension drives the region
    latency : (roi,) s, of the planted EEG source; NaN where there is none
    r : correlation of planted with recovered over all driven regions and dimensions
    about : n, model, subjects, in words
    missing : why there is nothing; "" if there is something
    """

    roi: tuple[str, ...]
    dimension: tuple[str, ...]
    planted: np.ndarray
    recovered: np.ndarray
    driven: np.ndarray
    latency: np.ndarray
    r: float
    about: str
    missing: str = ""


def read_planted(study: Study, state: dict[str, Any]) -> Planted | None:
    """Planted and recovered selectivity; None where nothing was planted."""
    state = in_modality(study, state, "fmri")
    specs = specs_of(study, state)
    truths = [study.get(f"truth/fmri/{s.subject}") for s in specs]
    scenes = study.get("truth/scenes")
    known = [t for t in truths if t is not None]
    if not known or len(known) < len(truths) or scenes is None or "value" not in scenes:
        return None
    results = [find_result(study, s) for s in specs]
    found = [r for r in results if r is not None and "roi_prediction" in r]
    first = known[0]
    roi = tuple(str(n) for n in first.roi.values)
    dimension = tuple(str(n) for n in first.dimension.values)
    planted = np.mean([t.selectivity.sel(roi=list(roi)).values for t in known], 0)
    latency = _latencies(study, roi)
    if not found or len(found) < len(results):
        nothing = np.full_like(planted, np.nan)
        return Planted(roi, dimension, planted, nothing, _driven(planted), latency, np.nan, "",
                       f"{state['model']} has not been scored here.")  # fmt: skip
    recovered = np.mean([_recovered(r, scenes, roi, state["layer"]) for r in found], 0)
    driven = _driven(planted)
    r = float(np.corrcoef(planted[driven].ravel(), recovered[driven].ravel())[0, 1])
    about = (
        f"{state['model']} layer {state['layer']} · mean of {len(found)} subjects · "
        f"n = {found[0].sizes['stimulus']} stimuli that trained no model · planted against "
        f"recovered r = {r:.2f} over {driven.sum()} regions × {len(dimension)} dimensions"
    )
    return Planted(roi, dimension, planted, recovered, driven, latency, r, about)


def _recovered(
    result: xr.Dataset, scenes: xr.Dataset, roi: tuple[str, ...], layer: int
) -> np.ndarray:
    """Correlation of each region's prediction with each dimension: (roi, dimension)."""
    layer = min(layer, result.sizes["layer"] - 1)
    names = [str(n) for n in result.roi.values]
    predicted = result.roi_prediction.isel(layer=layer).values[:, [names.index(n) for n in roi]]
    values = scenes.value.sel(stimulus=result.stimulus.values).values
    a, b = (_standardised(np.asarray(x, float)) for x in (predicted, values))
    return a.T @ b / len(a)


def _standardised(values: np.ndarray) -> np.ndarray:
    spread = values.std(0)
    return (values - values.mean(0)) / np.where(spread > 0, spread, 1)


def _driven(planted: np.ndarray) -> np.ndarray:
    return np.asarray(np.nan_to_num(np.abs(planted)).max(1) >= LEAST)


def _latencies(study: Study, roi: tuple[str, ...]) -> np.ndarray:
    names = study.groups("truth/eeg/")
    if not names:
        return np.full(len(roi), np.nan)
    truth = study[names[0]]
    at = dict(zip((str(n) for n in truth.roi.values), truth.latency.values.tolist(), strict=True))
    return np.array([at.get(n, np.nan) for n in roi])
