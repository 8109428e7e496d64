"""The two geometries side by side: dissimilarities of the brain and of one layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from explorer.analysis.geometry import rdm_spec, stored_rdm
from explorer.analysis.spec import GROUP, make_spec
from explorer.errors import ExplorerError
from explorer.study.align import select_pairs
from explorer.study.rois import WHOLE
from explorer.study.stimuli import labels
from explorer.study.study import Study


@dataclass(frozen=True)
class Geometry:
    """Dissimilarities between all pairs of stimuli.

    Attributes
    ----------
    stimulus : (n,) ids, in the order of the pairs
    values : (n_pairs,) condensed; NaN is unknown
    label : whose geometry it is
    """

    stimulus: np.ndarray
    values: np.ndarray
    label: str


@dataclass(frozen=True)
class Pairs:
    """Brain and model over the same stimuli, ordered by condition.

    Attributes
    ----------
    brain, model : None where it has yet to be computed
    order : (n,) ids in the order of drawing
    bounds : (name, first, stop) of every condition along that order
    """

    brain: Geometry | None
    model: Geometry | None
    order: np.ndarray
    bounds: tuple[tuple[str, int, int], ...]


def read_pairs(study: Study, state: dict[str, Any]) -> Pairs:
    """Both geometries on the stimuli they share."""
    brain, model = read_brain(study, state), read_model(study, state)
    if brain is not None and model is not None:
        kept = brain.stimulus[np.isin(brain.stimulus, model.stimulus)]
        brain, model = _only(brain, kept), _only(model, kept)
    ids = brain.stimulus if brain is not None else model.stimulus if model is not None else None
    if ids is None:
        return Pairs(None, None, np.array([], int), ())
    order, bounds = by_condition(study, ids)
    return Pairs(brain, model, order, bounds)


def read_brain(study: Study, state: dict[str, Any]) -> Geometry | None:
    """The subject's dissimilarities in the region or at the time; for a group their mean."""
    subjects = [state["subject"]]
    if state["subject"] == GROUP:
        subjects = study.names(f"responses/{state['modality']}/")
    found = []
    for subject in subjects:
        spec = _spec(study, {**state, "subject": subject})
        if spec is None:
            return None
        dataset = stored_rdm(study, rdm_spec(spec, of_model=False))
        if dataset is None:
            return None
        found.append((dataset.stimulus.values, np.asarray(_row(dataset, state).values)))
    ids = found[0][0]
    if any(not np.array_equal(other, ids) for other, _ in found):
        return None
    values = np.mean([v for _, v in found], axis=0)
    label = state["subject"] if len(found) == 1 else f"mean of {len(found)} subjects"
    place = "" if state["roi"] == WHOLE else f", {state['roi']}"
    return Geometry(ids, values, f"{label}{place}")


def read_model(study: Study, state: dict[str, Any]) -> Geometry | None:
    """Dissimilarities of the chosen layer."""
    spec = _spec(study, state)
    if spec is None:
        return None
    dataset = stored_rdm(study, rdm_spec(spec, of_model=True))
    if dataset is None:
        return None
    layer = min(state["layer"], dataset.sizes["layer"] - 1)
    values = np.asarray(dataset.dissimilarity.isel(layer=layer).values)
    return Geometry(dataset.stimulus.values, values, f"{state['model']}, layer {layer}")


def by_condition(
    study: Study, ids: np.ndarray
) -> tuple[np.ndarray, tuple[tuple[str, int, int], ...]]:
    """Stimuli sorted by condition (or concept), and where each condition begins and ends."""
    known = labels(study, "condition") or labels(study, "concept")
    if not known:
        return ids, ()
    names = [known.get(i, "") for i in ids.tolist()]
    rank = {name: k for k, name in enumerate(dict.fromkeys(names))}
    order = np.argsort([rank[n] for n in names], kind="stable")
    sorted_names = [names[k] for k in order]
    bounds, start = [], 0
    for k in range(1, len(sorted_names) + 1):
        if k == len(sorted_names) or sorted_names[k] != sorted_names[start]:
            bounds.append((sorted_names[start], start, k))
            start = k
    return ids[order], tuple(bounds)


def _spec(study: Study, state: dict[str, Any]) -> Any:
    """An RSA spec of the selection; RDMs are shared between all metrics."""
    try:
        return make_spec(
            study,
            state["modality"],
            state["subject"],
            state["model"],
            "rdm_spearman",
            variant=state["variant"],
            atlas=state["atlas"],
        )
    except ExplorerError:
        return None


def _row(dataset: xr.Dataset, state: dict[str, Any]) -> xr.DataArray:
    values = dataset.dissimilarity
    if "roi" in values.dims:
        names = [str(n) for n in dataset.roi.values]
        return values.isel(roi=names.index(state["roi"]) if state["roi"] in names else 0)
    if "time" in values.dims:
        return values.isel(time=int(np.abs(dataset.time.values - state["time"]).argmin()))
    return values


def _only(geometry: Geometry, ids: np.ndarray) -> Geometry:
    if np.array_equal(geometry.stimulus, ids):
        return geometry
    values = xr.DataArray(geometry.values, dims="pair")
    return Geometry(ids, select_pairs(values, geometry.stimulus, ids).values, geometry.label)
