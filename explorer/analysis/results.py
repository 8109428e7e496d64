"""Stored results: found by what was asked, and told in a few numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from explorer.analysis.geometry import stored_rdm
from explorer.analysis.run import provenance
from explorer.analysis.spec import Spec
from explorer.errors import UnknownNameError
from explorer.study.rois import WHOLE
from explorer.study.study import Study


def find_result(study: Study, spec: Spec) -> xr.Dataset | None:
    """The stored result of ``spec`` on the study's present data; None if there is none."""
    try:
        if spec.analysis == "rdm":
            return stored_rdm(study, spec)
        name = spec.result_name(study)
    except UnknownNameError:
        return None
    return study.get(name)


def summarise(dataset: xr.Dataset) -> dict[str, Any]:
    """Mean score per layer, and per layer and region, channel or time; plain data."""
    score = dataset.score
    others = [d for d in score.dims if d != "layer"]
    summary: dict[str, Any] = {
        "layer": plain_values(dataset.layer.values),
        "score": plain_values(score.mean(others, skipna=True).values)
        if others
        else plain_values(score.values),
    }
    if "roi_score" in dataset:
        summary["roi"] = _by_name(dataset.roi_score, "roi")
    for dim in ("roi", "channel"):
        if dim in score.dims:
            rest = [d for d in others if d != dim]
            summary[dim] = _by_name(score.mean(rest, skipna=True), dim)
    if "time" in score.dims:
        rest = [d for d in others if d != "time"]
        mean = score.mean(rest, skipna=True).transpose("layer", "time")
        summary["time"] = {
            "seconds": plain_values(dataset.time.values),
            "score": plain_values(mean.values),
        }
    if "ceiling" in dataset and "roi" not in dataset.ceiling.dims:
        bounds = dataset.ceiling.mean([d for d in dataset.ceiling.dims if d != "bound"]).values
        summary["ceiling"] = {"lower": plain_values(bounds[0]), "upper": plain_values(bounds[1])}
    shown = ("n_stimuli", "n_repeats", "n_pairs", "n_targets", "n_targets_nan", "split", "metric")
    more = ("interval", "p_value", "noise_ceiling", "ceiling", "alpha_at_edge", "seconds", "spec")
    attrs = provenance(dataset)
    summary["about"] = {k: attrs[k] for k in (*shown, *more) if k in attrs}
    return summary


def layer_scores(dataset: xr.Dataset, roi: str = "") -> list[float | None]:
    """One score per layer: of a region, or over all there is."""
    summary = summarise(dataset)
    regions = summary.get("roi", {})
    chosen = regions.get(roi or WHOLE)
    return list(chosen if chosen is not None else summary["score"])


def _by_name(values: xr.DataArray, dim: str) -> dict[str, Any]:
    values = values.transpose(dim, "layer")
    return {str(n): plain_values(v.values) for n, v in zip(values[dim].values, values, strict=True)}


def plain_values(values: Any) -> Any:
    """Numbers as JSON has them; NaN is null."""
    array = np.asarray(values, dtype=object if np.asarray(values).dtype.kind in "iu" else float)
    if array.ndim == 0:
        value = array.item()
        return None if value != value else value  # noqa: PLR0124 - NaN
    return [plain_values(v) for v in array]
