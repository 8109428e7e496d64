"""Dissimilarities of a model's layers or of a brain's regions or times, stored to be reused."""

from __future__ import annotations

import time

import numpy as np
import torch
import xarray as xr

from explorer.analysis.geometry import stored_rdm
from explorer.analysis.parts import layer_coords, region_places, select_layers, select_window
from explorer.analysis.run import Run, store_result
from explorer.analysis.spec import MEAN, Spec
from explorer.analysis.targets import mean_subject
from explorer.engine.device import choose_device
from explorer.engine.rdm import rdm
from explorer.study.align import mean_repeats
from explorer.study.layers import read_layer
from explorer.study.rois import WHOLE, place_dim, regions
from explorer.study.study import Study


def find_rdm(study: Study, spec: Spec, run: Run) -> xr.Dataset:
    """RDMs as ``spec`` says: as released, as stored, or computed and stored now."""
    found = stored_rdm(study, spec)
    return found if found is not None else study[run_rdm(study, spec, run)]


def run_rdm(study: Study, spec: Spec, run: Run) -> str:
    """Compute the RDMs of every layer, or of every region or time; returns the result's name."""
    started = time.monotonic()
    result = _model_rdm(study, spec, run) if spec.model else _brain_rdm(study, spec, run)
    result.attrs = {"n_stimuli": result.sizes["stimulus"], "metric": spec.metric}
    return store_result(study, spec, result, started)


def _model_rdm(study: Study, spec: Spec, run: Run) -> xr.Dataset:
    features = select_layers(study[spec.feature_group()], spec)
    device = choose_device(run.device)
    n_layers = features.sizes["layer"]
    rows = []
    for k in range(n_layers):
        run.step(k, n_layers, f"dissimilarities of layer {k}")
        patterns = torch.from_numpy(read_layer(features, k).values).to(device)
        rows.append(rdm(patterns.float(), spec.metric).cpu().numpy())
    coords = {"stimulus": features.stimulus.values, **layer_coords(features)}
    return xr.Dataset({"dissimilarity": (("layer", "pair"), np.stack(rows))}, coords)


def _brain_rdm(study: Study, spec: Spec, run: Run) -> xr.Dataset:
    groups = spec.response_groups(study)
    if spec.subject == MEAN:
        dataset = mean_subject([study[g] for g in groups], groups)
    else:
        dataset = study[groups[0]]
        dataset = dataset.assign(response=mean_repeats(dataset.response))
    dataset = select_window(dataset, spec)
    chosen = region_places(study, dataset, spec)
    if chosen is not None and place_dim(dataset) == "channel":
        dataset = dataset.isel(channel=chosen)
    response = dataset.response.load()
    device = choose_device(run.device)
    stimulus = {"stimulus": dataset.stimulus.values}
    if "time" in response.dims:  # patterns over channels, at every time
        patterns = torch.from_numpy(response.transpose("time", "stimulus", "channel").values)
        values = rdm(patterns.float().to(device), spec.metric).cpu().numpy()
        coords = {**stimulus, "time": ("time", dataset.time.values, {"units": "s"})}
        return xr.Dataset({"dissimilarity": (("time", "pair"), values)}, coords)
    places = regions(study, dataset, spec.atlas)
    if place_dim(dataset) == "channel":
        places = {WHOLE: places[WHOLE]}  # a region of one contact has no pattern
    elif chosen is not None:
        places = {str(spec.settings["region"]): chosen}
    rows = []
    for k, (name, index) in enumerate(places.items()):
        run.step(k, len(places), f"dissimilarities of {name}")
        patterns = torch.from_numpy(response.values[:, index])
        patterns = patterns[:, torch.isfinite(patterns).all(0)]
        rows.append(rdm(patterns.float().to(device), spec.metric).cpu().numpy())
    coords = {**stimulus, "roi": np.array(list(places), dtype=object)}
    return xr.Dataset({"dissimilarity": (("roi", "pair"), np.stack(rows))}, coords)
