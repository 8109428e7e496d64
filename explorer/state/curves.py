"""Score over layers: the curves that the selection asks for, picked from stored results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from explorer.analysis.encoding_parts import partial_result
from explorer.analysis.results import find_result
from explorer.analysis.spec import GROUP, MEASURES, Spec, make_spec, models
from explorer.errors import ExplorerError
from explorer.study.rois import WHOLE
from explorer.study.study import Study

MAIN, MODEL, SUBJECT, PINNED = "main", "model", "subject", "pinned"


@dataclass(frozen=True)
class Curve:
    """Score of each layer.

    Attributes
    ----------
    role : main, another model, one subject of the group, or a pinned region
    name : what tells it from the others of its role
    layer, score : (n_layers,)
    low, high : (n_layers,), ends of the band; NaN where there is none
    ceiling : lower and upper bound; NaN where there is none
    """

    role: str
    name: str
    layer: np.ndarray
    score: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ceiling: tuple[float, float] = (np.nan, np.nan)


@dataclass(frozen=True)
class Curves:
    """Everything the layers view draws, and what is known of the numbers.

    Attributes
    ----------
    curves : main first
    about : n, split, metric, subject, band, ceiling, in words
    missing : specs of the main curve without a result; the main curve then holds the layers of one
        subject that are done, if any are
    """

    curves: tuple[Curve, ...]
    about: dict[str, str]
    missing: tuple[Spec, ...]


def subjects_of(study: Study, state: dict[str, Any]) -> list[str]:
    """The subjects whose results make up the selection's subject."""
    if state["subject"] == GROUP:
        return study.names(f"responses/{state['modality']}/")
    return [state["subject"]]


def specs_of(study: Study, state: dict[str, Any], model: str = "") -> list[Spec]:
    """One spec per subject for the selection's measure; none if features are missing."""
    model = model or state["model"]
    variant = state["variant"] if model == state["model"] else ""
    try:
        return [
            make_spec(
                study,
                state["modality"],
                subject,
                model,
                state["metric"],
                variant=variant,
                atlas=state["atlas"],
            )
            for subject in subjects_of(study, state)
        ]
    except ExplorerError:
        return []


def read_curves(study: Study, state: dict[str, Any]) -> Curves:
    """Curves of the chosen model, the other models, the group's subjects and pinned regions."""
    main_specs = specs_of(study, state)
    found = [(s, find_result(study, s)) for s in main_specs]
    missing = tuple(s for s, result in found if result is None)
    results = [(s, r) for s, r in found if r is not None]
    if not results or missing:
        others, begun = tuple(_others(study, state)), _begun(study, missing)
        if begun is None:
            return Curves(others, _about(state, results), missing)
        curve = _curve_so_far(begun[1], state)
        return Curves((curve, *others), _about_begun(state, *begun), missing)
    datasets = [r for _, r in results]
    curves = [_mean_curve(MAIN, state["model"], datasets, state)]
    curves += _others(study, state)
    if len(results) > 1:
        for spec, result in results:
            curves.append(_mean_curve(SUBJECT, spec.subject, [result], state))
    for roi in state["pinned"]:
        if roi != state["roi"]:
            curves.append(_mean_curve(PINNED, roi, datasets, {**state, "roi": roi}))
    return Curves(tuple(c for c in curves if c.score.size), _about(state, results), missing)


def _begun(study: Study, missing: tuple[Spec, ...]) -> tuple[Spec, xr.Dataset] | None:
    """The first of the missing results of which some layers are there already."""
    for spec in missing:
        found = partial_result(study, spec)
        if found is not None:
            return spec, found
    return None


def _curve_so_far(result: xr.Dataset, state: dict[str, Any]) -> Curve:
    """Layers that are done, without what is only known at the end: band and ceiling."""
    nothing = np.full((result.sizes["roi"], 2), np.nan)
    interval = np.broadcast_to(nothing, (result.sizes["layer"], *nothing.shape))
    score, low, high = pick(
        result.assign(roi_interval=(("layer", "roi", "bound"), interval)), state
    )
    return Curve(MAIN, state["model"], result.layer.values, score, low, high)


def _about_begun(state: dict[str, Any], spec: Spec, result: xr.Dataset) -> dict[str, str]:
    attrs = result.attrs
    done = f"{attrs['layers_done']} of {attrs['n_layers']} layers"
    return {
        "metric": MEASURES[state["metric"]].label,
        "n": f"n = {attrs['n_stimuli']} stimuli",
        "split": str(attrs["split"]),
        "subject": f"{spec.subject} alone, {done} so far",
    }


def _others(study: Study, state: dict[str, Any]) -> list[Curve]:
    """Curves of all other models that have been computed for the same selection."""
    curves = []
    for model in models(study, state["modality"]):
        if model == state["model"]:
            continue
        specs = specs_of(study, state, model)
        results = [r for s in specs if (r := find_result(study, s)) is not None]
        if results and len(results) == len(specs):
            curves.append(_mean_curve(MODEL, model, results, state))
    return curves


def _mean_curve(role: str, name: str, results: list[xr.Dataset], state: dict[str, Any]) -> Curve:
    """Mean over subjects with its standard error; for one subject, the bootstrap interval."""
    picked = [pick(r, state) for r in results]
    scores = np.stack([score for score, _, _ in picked])
    layer = _values(results[0], "layer")
    if len(results) == 1:
        _, low, high = picked[0]
    else:
        spread = scores.std(0, ddof=1) / np.sqrt(len(scores))
        low, high = scores.mean(0) - spread, scores.mean(0) + spread
    ceilings = np.array([_ceiling(r, state) for r in results])
    ceiling = ceilings.mean(0)
    return Curve(
        role, name, layer, scores.mean(0), low, high, (float(ceiling[0]), float(ceiling[1]))
    )


def pick(result: xr.Dataset, state: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Score, low and high of each layer for the selection's region, channel and time."""
    nothing = np.full(result.sizes["layer"], np.nan)
    channel = state["channel"]
    if channel and "channel" in result.score.dims:
        chosen = result.score.sel(channel=channel)
        return at_time(chosen, state).values, nothing, nothing
    if "roi_score" in result:
        k = _region(result, state, WHOLE)
        if k is None:
            return nothing, nothing, nothing
        interval = _values(result, "roi_interval")[:, k]
        return _values(result, "roi_score")[:, k], interval[:, 0], interval[:, 1]
    at = _axis(result, state)
    interval = result.interval.isel(at).values
    return result.score.isel(at).values, interval[:, 0], interval[:, 1]


def at_time(values: xr.DataArray, state: dict[str, Any]) -> xr.DataArray:
    """Values at the time in focus; of a story, whose words follow fast, their mean after onset."""
    if "time" not in values.dims:
        return values
    if state["modality"] == "ieeg":
        return values.sel(time=values.time >= 0).mean("time", skipna=True)
    return values.sel(time=state["time"], method="nearest")


def _axis(result: xr.Dataset, state: dict[str, Any]) -> dict[str, int]:
    """Place of the selection's region or time on the axis of an RSA result."""
    if "time" in result.score.dims:
        return {"time": int(np.abs(result.time.values - state["time"]).argmin())}
    if "roi" in result.score.dims:
        return {"roi": _region(result, state) or 0}
    return {}


def _values(result: xr.Dataset, name: str) -> np.ndarray:
    """Values of a part of a result, without the labels whose making takes longer than all else."""
    return np.asarray(result.variables[name].values)


def _region(result: xr.Dataset, state: dict[str, Any], otherwise: str = "") -> int | None:
    """Place of the region in focus, or of the other if that is not there; None without both."""
    names = _values(result, "roi").tolist()
    known = [n for n in (state["roi"], otherwise) if n in names]
    return names.index(known[0]) if known else None


def _ceiling(result: xr.Dataset, state: dict[str, Any]) -> tuple[float, float]:
    if "ceiling" in result:
        low, high = result.ceiling.isel(_axis(result, state)).values
        return float(low), float(high)
    if "roi_ceiling" not in result or MEASURES[state["metric"]].metric != "pearson":
        return np.nan, np.nan
    if state["channel"] and "channel" in result.score.dims:
        chosen = result.noise_ceiling.sel(channel=state["channel"])
        return np.nan, float(at_time(chosen, state))
    k = _region(result, state, WHOLE)
    return np.nan, float(_values(result, "roi_ceiling")[k]) if k is not None else np.nan


def _about(state: dict[str, Any], results: list[tuple[Spec, xr.Dataset]]) -> dict[str, str]:
    """What must stand beside every number: metric, n, split, subject, band, ceiling."""
    about = {"metric": MEASURES[state["metric"]].label if state["metric"] in MEASURES else ""}
    if not results:
        return about
    attrs = results[0][1].attrs
    n = sorted({int(r.attrs["n_stimuli"]) for _, r in results})
    about["n"] = f"n = {n[0]} stimuli" if len(n) == 1 else f"n = {n[0]} to {n[-1]} stimuli"
    about["split"] = str(attrs["split"])
    if len(results) > 1:
        about["subject"] = f"mean of {len(results)} subjects"
        about["band"] = f"band: ± standard error over {len(results)} subjects"
    else:
        about["subject"] = results[0][0].subject
        channel = state["channel"] and "channel" in results[0][1].score.dims
        about["band"] = "no band for one channel" if channel else f"band: {attrs['interval']}"
    has_ceiling = "ceiling" in results[0][1] or MEASURES[state["metric"]].metric == "pearson"
    kind = attrs.get("ceiling", attrs.get("noise_ceiling", "none"))
    about["ceiling"] = f"ceiling: {kind if has_ceiling else 'none for this metric'}"
    return about
