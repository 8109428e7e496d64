"""What the cortex shows: one number per vertex, its colours' range, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from explorer.analysis.results import find_result
from explorer.analysis.spec import MEASURES, Spec, weights_spec
from explorer.state.choices import MINUS, QUANTITIES, in_modality
from explorer.state.curves import specs_of, subjects_of
from explorer.state.subjects import ALPHA, mean_known, name_subjects
from explorer.study.layers import read_layer
from explorer.study.rois import regions
from explorer.study.stimuli import labels
from explorer.study.study import Study
from explorer.study.surface import MESHES, why_no_mesh

SEQUENTIAL, DIVERGING, LAYERS = "sequential", "diverging", "layers"
_ROBUST = 99.0  # percentile of magnitudes that the colours reach
_LEAST_CEILING = 0.1  # below this ceiling a normalised score is noise divided by noise


@dataclass(frozen=True)
class SurfaceMap:
    """One number per vertex.

    Attributes
    ----------
    values : (n_vertices,) float32; NaN is not painted
    kind : sequential, diverging about 0, or layers (whole numbers)
    low, high : ends of the colours; beyond them they stay as at the end
    label : what the numbers are, with their unit
    about : n, split, metric, subject, correction, in words
    missing : why nothing is painted; "" if something is
    wish : specs that would fill what is missing
    """

    values: np.ndarray
    kind: str
    low: float
    high: float
    label: str
    about: str
    missing: str = ""
    wish: tuple[Spec, ...] = ()


def read_map(study: Study, state: dict[str, Any]) -> SurfaceMap:
    """The map that the selection asks for; fMRI of all subjects if another modality is in focus."""
    mesh = study.manifest.mesh
    if not mesh or not study.groups("responses/fmri/"):
        return _nothing(0, "", _why_no_cortex(study))
    state = in_modality(study, state, "fmri")
    readers = {"predicted": _predicted, "measured": _measured}
    return readers.get(state["quantity"], _scored)(study, state, MESHES[mesh])


def _scored(study: Study, state: dict[str, Any], n_vertices: int) -> SurfaceMap:
    """Score, normalised score, ceiling, best layer or difference, mean over subjects."""
    short = MEASURES[state["metric"]].label.rpartition(", ")[2]
    label = f"{short}, {QUANTITIES[state['quantity']]}"
    specs = specs_of(study, state)
    found = [find_result(study, s) for s in specs]
    results = [r for r in found if r is not None]
    if not results or len(results) < len(found):
        missing = tuple(s for s, r in zip(specs, found, strict=True) if r is None)
        return _nothing(n_vertices, label, f"{state['model']} has not been scored here.", missing)
    if "vertex" not in results[0].score.dims:
        return _by_region(study, state, results, n_vertices)
    quantity = state["quantity"]
    about = _about(state, specs, results[0])
    if quantity == "difference":
        return _difference(study, state, results, about)
    pickers = {
        "score": lambda r: _significant(r, state["layer"]),
        "normalised": lambda r: _normalised(r, state["layer"]),
        "noise_ceiling": _ceiling,
        "best_layer": _best_layer,
    }
    values = _mean([pickers[quantity](r) for r in results])
    if quantity == "best_layer":
        about += "; the best of several layers is chosen and shown on the same stimuli"
        return SurfaceMap(values, LAYERS, 0, results[0].sizes["layer"] - 1, "best layer", about)
    if quantity == "noise_ceiling":
        label = "noise ceiling (r)"
        about = f"{results[0].attrs.get('noise_ceiling', '')} · {name_subjects(state, len(specs))}"
        if not np.isfinite(values).any():
            return _nothing(n_vertices, label, f"No noise ceiling: {about}")
    elif quantity == "normalised":
        label = f"{short} / noise ceiling"
        about += f"; only where the ceiling is above {_LEAST_CEILING}"
    high = _robust(values) if quantity != "normalised" else 1.0
    about += f" · layer {state['layer']}" if quantity in ("score", "normalised") else ""
    label = short if quantity == "score" else label
    return SurfaceMap(values, SEQUENTIAL, 0.0, high, label, about)


def _difference(
    study: Study, state: dict[str, Any], results: list[xr.Dataset], about: str
) -> SurfaceMap:
    """Model less baseline, each at its own layer: the baseline's last if it has fewer."""
    n_vertices = results[0].sizes["vertex"]
    baseline = state["baseline"]
    label = f"{state['model']} {MINUS} {baseline or 'baseline'} ({MEASURES[state['metric']].label})"
    if not baseline:
        return _nothing(n_vertices, label, "Choose a baseline to subtract from the model.")
    model, _, variant = baseline.partition("/")
    chosen = {**state, "model": model, "variant": variant}
    specs = specs_of(study, chosen)
    others = [find_result(study, s) for s in specs]
    if not others or any(r is None for r in others):
        missing = tuple(s for s, r in zip(specs, others, strict=True) if r is None)
        return _nothing(n_vertices, label, f"{baseline} has not been scored here.", missing)
    parts, used = [], 0
    for result, other in zip(results, others, strict=True):
        assert other is not None  # told above
        used = min(state["layer"], other.sizes["layer"] - 1)
        a, b = _score(result, state["layer"]), _score(other, used)
        either = _passes(result, state["layer"]) | _passes(other, used)
        parts.append(np.where(either, a - b, np.nan))
    values = _mean(parts)
    about += f" · layer {state['layer']} against layer {used} of {baseline}; where either passes"
    high = _robust(values)
    return SurfaceMap(values, DIVERGING, -high, high, label, about)


def _by_region(
    study: Study, state: dict[str, Any], results: list[xr.Dataset], n_vertices: int
) -> SurfaceMap:
    """A score per region painted on all its vertices."""
    label = MEASURES[state["metric"]].label
    if "roi" not in results[0].score.dims:
        return _nothing(n_vertices, label, "This measure has one number for all places, no map.")
    first = study[study.groups("responses/fmri/")[0]]
    places = regions(study, first, state["atlas"])
    names = [str(n) for n in results[0].roi.values]
    layer = min(state["layer"], results[0].sizes["layer"] - 1)
    score = _mean([np.asarray(r.score.isel(layer=layer).values, np.float32) for r in results])
    values = np.full(n_vertices, np.nan, np.float32)
    for name, value in zip(names, score, strict=True):
        if name in places and len(places[name]) < n_vertices:
            values[places[name]] = value
    about = f"one number per region of {state['atlas']} · layer {layer}"
    return SurfaceMap(values, SEQUENTIAL, 0.0, _robust(values), label, about)


def _measured(study: Study, state: dict[str, Any], n_vertices: int) -> SurfaceMap:
    """The response to the stimulus in focus, mean over subjects."""
    stimulus, label = state["stimulus"], "measured response (z)"
    if stimulus < 0:
        return _nothing(n_vertices, label, "Choose a caption or a picture to see its response.")
    names = [f"responses/fmri/{s}" for s in subjects_of(study, state)]
    how = study.promised(*names)
    if how:
        return _nothing(n_vertices, label, f"Responses are not there yet: they are {how}.")
    rows = []
    for name in names:
        group = study[name]
        if stimulus not in group.stimulus.values:
            reason = f"Stimulus {stimulus} was never shown, so nothing was measured."
            return _nothing(n_vertices, label, reason)
        row = group.response.sel(stimulus=stimulus)
        if "repeat" in row.dims:
            row = row.mean("repeat", skipna=True)
        rows.append(np.asarray(row.values, np.float32))
    units = study[names[0]].response.attrs.get("units", "")
    values = _mean(rows)
    high = _robust(values)
    about = f"stimulus {stimulus}, {_split(study, stimulus)} · {name_subjects(state, len(names))}"
    return SurfaceMap(values, DIVERGING, -high, high, f"measured response ({units})", about)


def _predicted(study: Study, state: dict[str, Any], n_vertices: int) -> SurfaceMap:
    """What the layer's weights predict for the stimulus in focus, mean over subjects."""
    stimulus, label = state["stimulus"], "predicted response (z)"
    if stimulus < 0:
        return _nothing(n_vertices, label, "Choose a caption or a picture to see its prediction.")
    if labels(study, "split").get(stimulus) == "train":
        reason = "This stimulus was used to fit the model, so a prediction would not be one."
        return _nothing(n_vertices, label, reason)
    specs = [weights_spec(s, state["layer"]) for s in specs_of(study, state)]
    found = [find_result(study, s) for s in specs]
    missing = tuple(s for s, r in zip(specs, found, strict=True) if r is None)
    if missing or not specs:
        return _nothing(n_vertices, label, "The weights of this layer are not there.", missing)
    features = study[specs[0].feature_group()].sel(stimulus=stimulus)
    x = read_layer(features, state["layer"]).values
    rows = [predict(study, s, np.asarray(x, np.float32)) for s in specs]
    scored = [find_result(study, s) for s in specs_of(study, state)]
    for row, result in zip(rows, scored, strict=True):
        if result is not None:
            row[~_passes(result, state["layer"])] = np.nan
    values = _mean(rows)
    high = _robust(values)
    about = (
        f"stimulus {stimulus}, {_split(study, stimulus)} · {state['model']} layer "
        f"{state['layer']} · {name_subjects(state, len(specs))} · {found[0].attrs['split']} · "  # type: ignore[union-attr]
        f"where the score passes q < {ALPHA:g} (FDR)"
    )
    return SurfaceMap(values, DIVERGING, -high, high, label, about)


def predict(study: Study, spec: Spec, features: np.ndarray) -> np.ndarray:
    """Predicted responses from stored weights: (n_units,) to (n_vertices,)."""
    name = spec.result_name(study)
    weight = study.remember(name, "weight", lambda: _load(study, name))
    return np.asarray(features @ weight + study[name].intercept.values, np.float32)


def _load(study: Study, name: str) -> np.ndarray:
    return np.asarray(study[name].weight.values, np.float32)


def _score(result: xr.Dataset, layer: int) -> np.ndarray:
    return np.asarray(result.score.isel(layer=_within(result, layer)).values, np.float32)


def _passes(result: xr.Dataset, layer: int) -> np.ndarray:
    """Vertices whose score is significant after correction; all if it was not tested."""
    if "q_value" not in result:
        return np.ones(result.sizes["vertex"], bool)
    return np.asarray(result.q_value.isel(layer=_within(result, layer)).values < ALPHA)


def _significant(result: xr.Dataset, layer: int) -> np.ndarray:
    return np.where(_passes(result, layer), _score(result, layer), np.nan)


def _normalised(result: xr.Dataset, layer: int) -> np.ndarray:
    ceiling = _ceiling(result)
    usable = ceiling > _LEAST_CEILING
    divisor = np.where(usable, ceiling, 1)
    return np.where(usable, _significant(result, layer) / divisor, np.nan)


def _ceiling(result: xr.Dataset) -> np.ndarray:
    if "noise_ceiling" not in result:
        return np.full(result.sizes["vertex"], np.nan, np.float32)
    return np.asarray(result.noise_ceiling.values, np.float32)


def _best_layer(result: xr.Dataset) -> np.ndarray:
    scores = np.asarray(result.score.values, np.float32)
    passing = np.stack([_passes(result, k) for k in range(len(scores))])
    best = np.where(passing & np.isfinite(scores), scores, -np.inf).argmax(0)
    return np.where(passing.any(0), best, np.nan).astype(np.float32)


def _within(result: xr.Dataset, layer: int) -> int:
    return min(layer, result.sizes["layer"] - 1)


def _mean(rows: list[np.ndarray]) -> np.ndarray:
    """Mean over subjects where at least half of them have a value: (n_vertices,)."""
    enough = 2 * np.isfinite(rows).sum(0) >= len(rows)
    return np.where(enough, mean_known(rows), np.nan).astype(np.float32)


def _robust(values: np.ndarray) -> float:
    """The magnitude that colours reach: the 99th percentile, so that no single vertex sets it."""
    finite = np.abs(values[np.isfinite(values)])
    return float(np.percentile(finite, _ROBUST)) or 1.0 if finite.size else 1.0


def _nothing(n_vertices: int, label: str, reason: str, wish: tuple[Spec, ...] = ()) -> SurfaceMap:
    values = np.full(n_vertices, np.nan, np.float32)
    return SurfaceMap(values, SEQUENTIAL, 0.0, 1.0, label, "", reason, wish)


def _about(state: dict[str, Any], specs: list[Spec], result: xr.Dataset) -> str:
    attrs = result.attrs
    corrected = f"q < {ALPHA:g} (FDR)" if "q_value" in result else "uncorrected"
    if len(specs) > 1:
        corrected += " in at least half of the subjects"
    return (
        f"{MEASURES[state['metric']].label} · {name_subjects(state, len(specs))} · "
        f"n = {attrs['n_stimuli']} stimuli · {attrs['split']} · {corrected}"
    )


def _split(study: Study, stimulus: int) -> str:
    named = {"test": "held out", "train": "used for fitting", "pool": "never shown"}
    return named.get(labels(study, "split").get(stimulus, ""), "no split")


def _why_no_cortex(study: Study) -> str:
    groups = study.groups("responses/fmri/")
    if not groups:
        return "The study has no fMRI, so there is nothing to paint."
    return why_no_mesh(study[groups[0]].sizes.get("target", 0))
