"""Stimuli in the order the selection gives them: by prediction, by measurement, or by likeness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from explorer.analysis.results import find_result
from explorer.analysis.spec import GROUP, MEASURES
from explorer.state.curves import specs_of, subjects_of
from explorer.state.pairs import read_brain
from explorer.study.align import condensed_index, mean_repeats
from explorer.study.rois import WHOLE, regions
from explorer.study.study import Study


@dataclass(frozen=True)
class Ranking:
    """Stimuli, best first.

    Attributes
    ----------
    stimulus : (n,) ids
    value : (n,), what they are ranked by; NaN last
    second : (n,), shown beside it; NaN where there is none
    label, second_label : what the numbers are
    note : (n,) how each stimulus was kept from the fit: held out, never shown, or ""
    about : n, how, and what stands in the way of a better ranking, in words
    """

    stimulus: np.ndarray
    value: np.ndarray
    second: np.ndarray
    label: str
    second_label: str
    note: tuple[str, ...]
    about: str


def read_ranking(study: Study, state: dict[str, Any]) -> Ranking | None:
    """The best ranking that the study allows; None if it has nothing to rank by."""
    if state["modality"] == "rdm":
        return _by_likeness(study, state)
    if state["modality"] == "ieeg":  # a word of a story has neither caption nor picture
        return None
    if MEASURES[state["metric"]].analysis == "encoding" and not state["channel"]:
        predicted = _by_prediction(study, state)
        if predicted is not None:
            return predicted
    return _by_measurement(study, state)


def _by_prediction(study: Study, state: dict[str, Any]) -> Ranking | None:
    found = [find_result(study, s) for s in specs_of(study, state)]
    results = [r for r in found if r is not None and "roi_prediction" in r]
    if not results or len(results) < len(found):
        return None
    ids = results[0].stimulus.values
    if any(not np.array_equal(r.stimulus.values, ids) for r in results):
        return None
    layer = min(state["layer"], results[0].sizes["layer"] - 1)
    predicted = [_region(r.roi_prediction.isel(layer=layer), state) for r in results]
    measured = [_region(r.roi_response, state) for r in results]
    value, second = np.mean(predicted, 0), np.mean(measured, 0)
    shown = np.isfinite(second)
    unseen = f" and {(~shown).sum()} never shown" if not shown.all() else ""
    about = (
        f"{shown.sum()} held-out stimuli{unseen} by {state['model']} layer {layer}'s prediction "
        f"of {_place(state)}; predicted against measured r = {_correlation(value, second):.2f} "
        f"(n = {shown.sum()}){_reliability(results, state)}"
    )
    notes = np.where(shown, "held out", "never shown")
    if state["order"].startswith("measured"):
        labels, first, other = ("measured", "predicted"), second, value
    else:
        labels, first, other = ("predicted", "measured"), value, second
    return _sorted(
        ids, first, other, labels, about, notes=notes, lowest=state["order"].endswith("lowest")
    )


def _reliability(results: list[xr.Dataset], state: dict[str, Any]) -> str:
    """The region's noise ceiling, mean over subjects, in words."""
    known = [r.roi_ceiling for r in results if "roi_ceiling" in r]
    if not known:
        return ""
    value = float(np.mean([_region(c, state) for c in known]))
    return f"; noise ceiling of its vertices r = {value:.2f}"


def _by_measurement(study: Study, state: dict[str, Any]) -> Ranking | None:
    names = (
        subjects_of(study, {**state, "subject": GROUP}) if _pooled(state) else [state["subject"]]
    )
    columns, ids = [], None
    for name in names:
        group = study[f"responses/{state['modality']}/{name}"]
        if study.promised(f"responses/{state['modality']}/{name}"):
            return None
        if ids is not None and not np.array_equal(group.stimulus.values, ids):
            return None
        ids = group.stimulus.values
        columns.append(_measured(study, group, state))
    if ids is None:
        return None
    value = np.mean(columns, 0)
    units = str(group.response.attrs.get("units", ""))
    if units == "V":  # shown in the unit that people use
        value, units = 1e6 * value, "µV"
    about = f"{len(ids)} stimuli ranked by the measured response of {_place(state)}"
    label = f"measured ({units})" if units else "measured"
    nothing = np.full(len(ids), np.nan)
    return _sorted(
        ids, value, nothing, (label, ""), about, lowest=state["order"].endswith("lowest")
    )


def _measured(study: Study, group: xr.Dataset, state: dict[str, Any]) -> np.ndarray:
    response = group.response
    if "channel" in response.dims and state["channel"]:
        response = response.sel(channel=state["channel"])
    elif state["roi"] != WHOLE:
        places = regions(study, group, state["atlas"]).get(state["roi"])
        dim = str(response.dims[-1])
        response = response if places is None else response.isel({dim: places})
    if "time" in response.dims:
        response = response.sel(time=state["time"], method="nearest")
    response = mean_repeats(response)
    others = [d for d in response.dims if d != "stimulus"]
    return np.asarray(response.mean(others).values, dtype=float)


def _by_likeness(study: Study, state: dict[str, Any]) -> Ranking | None:
    brain = read_brain(study, state)
    if brain is None:
        return None
    ids, values = brain.stimulus, brain.values
    n = len(ids)
    everyone = np.arange(n)
    focus = np.flatnonzero(ids == state["stimulus"])
    if len(focus):
        others = everyone[everyone != focus[0]]
        value = np.zeros(n)
        value[others] = values[condensed_index(n, np.full(n - 1, focus[0]), others)]
        about = f"{n} stimuli, those first that are most like the chosen one in {_place(state)}"
    else:
        square = np.zeros((n, n))
        square[np.triu_indices(n, 1)] = values
        value = (square + square.T).sum(1) / (n - 1)
        about = (
            f"{n} stimuli, the most typical first (least mean dissimilarity in {_place(state)}); "
            "choose one to see its neighbours"
        )
    missing = np.full(n, np.nan)
    ranked = _sorted(ids, -value, missing, ("dissimilarity", ""), about)
    return replace(ranked, value=-ranked.value)


def _region(values: xr.DataArray, state: dict[str, Any]) -> np.ndarray:
    names = [str(n) for n in values.roi.values]
    k = names.index(state["roi"]) if state["roi"] in names else names.index(WHOLE)
    return np.asarray(values.isel(roi=k).values, dtype=float)


def _pooled(state: dict[str, Any]) -> bool:
    return state["subject"] in (GROUP, "mean")


def _place(state: dict[str, Any]) -> str:
    everywhere = "the brain" if state["modality"] == "rdm" else "all places"
    place = state["channel"] or (everywhere if state["roi"] == WHOLE else state["roi"])
    when = f" at {state['time'] * 1000:.0f} ms" if state["modality"] == "eeg" else ""
    return f"{place}{when} ({state['subject']})"


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    usable = np.isfinite(a) & np.isfinite(b)
    if usable.sum() < 3 or a[usable].std() == 0 or b[usable].std() == 0:  # noqa: PLR2004
        return float("nan")
    return float(np.corrcoef(a[usable], b[usable])[0, 1])


def _sorted(
    ids: np.ndarray,
    value: np.ndarray,
    second: np.ndarray,
    labels: tuple[str, str],
    about: str,
    *,
    notes: np.ndarray | None = None,
    lowest: bool = False,
) -> Ranking:
    """Stimuli by value, highest first or lowest first; NaN last either way."""
    sign = 1 if lowest else -1
    order = np.argsort(np.where(np.isnan(value), np.inf, sign * value), kind="stable")
    note = tuple(np.asarray(notes)[order].tolist()) if notes is not None else ("",) * len(ids)
    return Ranking(ids[order], value[order], second[order], *labels, note, about)
