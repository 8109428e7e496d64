"""Searchlight RSA: how like a model's geometry that around each vertex of a cortex is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.geometry import rdm_spec, released_rdm
from explorer.analysis.parts import layer_coords
from explorer.analysis.run import Run, store_result
from explorer.analysis.spec import MEAN, Spec
from explorer.analysis.targets import check_promises, mean_subject
from explorer.engine.device import choose_device
from explorer.engine.neighbourhoods import Neighbourhoods, surface_neighbourhoods
from explorer.engine.rdm import rdm
from explorer.engine.samples import draw_samples, mean_correlation
from explorer.engine.searchlight import MIN_MEMBERS, searchlight_rsa
from explorer.errors import AnalysisError
from explorer.study.align import MIN_STIMULI, mean_repeats, select_pairs
from explorer.study.layers import has_widths, read_layer
from explorer.study.mesh import read_mesh
from explorer.study.study import Study

AVERAGES = ("mean", "fisher_z")


def run_searchlight(study: Study, spec: Spec, run: Run) -> str:
    """Compare every layer's RDM with that of the sphere around each vertex, on samples of stimuli.

    Samples are drawn from the subject's own stimuli, whatever the model, and depend on nothing but
    their ids and the seed: every model is scored on the same ones, without a file that could be
    lost or belong to other data. A model without features for a sampled stimulus is refused. Which
    sample a stimulus was in is stored with the scores.

    Raises
    ------
    AnalysisError
        if responses are not on a mesh whose shape is known, or the model lacks sampled stimuli
    """
    started = time.monotonic()
    chosen, device = spec.settings, choose_device(run.device)
    run.step(0, 1, "reading responses")
    responses = _read_responses(study, spec)
    samples, sample = _sample(responses.stimulus.values, spec)
    valid = torch.from_numpy(~np.isnan(responses.values[sample >= 0]).any(0))
    run.step(0, 1, "neighbourhoods")
    spheres = _neighbourhoods(study, spec, valid)
    missing = 0

    def score_samples() -> Iterator[Tensor]:
        nonlocal missing
        for k, ids in enumerate(samples):
            found = searchlight_rsa(
                torch.from_numpy(responses.sel(stimulus=ids).values).to(device),
                _model_rdms(study, spec, ids, device),
                spheres,
                dissimilarity=str(chosen["dissimilarity"]),
                comparison=spec.metric,
                progress=partial(_tell, run, k, len(samples)),
            )
            missing += int(found.missing.cpu()[spheres.sizes >= MIN_MEMBERS].sum())
            yield found.score.T  # (n_layers, n_vertices)

    score = mean_correlation(score_samples(), fisher=chosen["average"] == "fisher_z").cpu()
    result = xr.Dataset(
        {
            "score": (("layer", "vertex"), np.ascontiguousarray(score.numpy(), np.float32)),
            "sphere_size": ("vertex", spheres.sizes.numpy().astype(np.int32)),
            "sample": ("stimulus", sample),
        },
        {"stimulus": responses.stimulus.values, **layer_coords(study[spec.feature_group()])},
        _describe(study, spec, samples),
    )
    result.attrs["n_pairs_missing"] = missing
    result.attrs["n_targets"] = score.shape[1]
    result.attrs["n_targets_nan"] = int(score.isnan().all(0).sum())
    return store_result(study, spec, result, started)


def _read_responses(study: Study, spec: Spec) -> xr.DataArray:
    """The subject's responses, averaged over repeats, in the order of ids: (stimulus, vertex)."""
    chosen = spec.settings
    if chosen["average"] not in AVERAGES:
        raise AnalysisError(
            f"average is {chosen['average']!r}, expected one of: {', '.join(AVERAGES)}."
        )
    groups = spec.response_groups(study)
    check_promises(study, groups)
    lacking = [g for g in groups if "vertex" not in study[g].response.dims]
    if spec.modality != "fmri" or lacking or not study.manifest.mesh:
        raise AnalysisError(
            f"{', '.join(lacking or groups)}: responses are not on a mesh, expected fMRI of the "
            "vertices of a mesh in study.json: a searchlight needs to know what lies near what. "
            "Import again with --mesh."
        )
    if spec.subject == MEAN:
        response = mean_subject([study[g] for g in groups], groups).response
    else:
        response = mean_repeats(study[groups[0]].response)
    response = response.load().astype(np.float32).sortby("stimulus")
    return response.transpose("stimulus", "vertex")


def _sample(ids: np.ndarray, spec: Spec) -> tuple[list[np.ndarray], np.ndarray]:
    """Ids of each sample, and for each id the number of its sample, -1 for none."""
    if len(ids) < MIN_STIMULI or len(np.unique(ids)) < len(ids):
        raise AnalysisError(
            f"{spec.subject} has {len(ids)} stimuli, {len(np.unique(ids))} of them different, "
            f"expected {MIN_STIMULI} or more, each once."
        )
    chosen = spec.settings
    size = min(int(chosen["sample_size"]), len(ids))
    try:
        rows = draw_samples(
            len(ids), size, n_samples=chosen["n_samples"], seed=int(chosen["seed"])
        ).numpy()
    except ValueError as error:
        raise AnalysisError(str(error)) from error
    sample = np.full(len(ids), -1, np.int32)
    for k, row in enumerate(rows):
        sample[row] = k
    return [ids[row] for row in rows], sample


def _model_rdms(study: Study, spec: Spec, ids: np.ndarray, device: torch.device) -> Tensor:
    """Dissimilarities of every layer over ``ids``: (n_layers, n_pairs)."""
    group = study[spec.feature_group()]
    lacking = ids[~np.isin(ids, group.stimulus.values)]
    if len(lacking):
        raise AnalysisError(
            f"{spec.feature_group()} lacks {len(lacking)} of {len(ids)} sampled stimuli, such as "
            f"{lacking[0]}. Samples are the same for every model: extract features for all stimuli "
            "of the subject."
        )
    released = released_rdm(study, rdm_spec(spec, of_model=True))
    if released is not None:
        pairs = select_pairs(released.dissimilarity, released.stimulus.values, ids)
        return torch.from_numpy(pairs.values.astype(np.float32)).to(device)
    chosen, dissimilarity = group.sel(stimulus=ids), str(spec.settings["dissimilarity"])
    if has_widths(group):
        layers = [read_layer(chosen, k).values for k in range(group.sizes["layer"])]
        made = [torch.from_numpy(layer.astype(np.float32)).to(device) for layer in layers]
        return torch.stack([rdm(patterns, dissimilarity) for patterns in made])
    features = chosen.feature.transpose("layer", "stimulus", "unit")
    patterns = torch.from_numpy(features.values.astype(np.float32))
    return rdm(patterns.to(device), dissimilarity)


def _neighbourhoods(study: Study, spec: Spec, valid: Tensor) -> Neighbourhoods:
    mesh = read_mesh(study.manifest.mesh)
    if len(valid) != len(mesh.middle):
        raise AnalysisError(
            f"{spec.subject} has {len(valid):,} vertices, but {mesh.name} has "
            f"{len(mesh.middle):,}. Set the mesh in study.json."
        )
    k, radius = spec.settings["k"], spec.settings["radius"]
    try:
        return surface_neighbourhoods(
            torch.from_numpy(mesh.middle.copy()),
            torch.from_numpy(mesh.faces.copy()),
            k=k if radius is None else None,
            radius=radius,
            valid=valid,
        )
    except ValueError as error:
        raise AnalysisError(str(error)) from error


def _tell(run: Run, k: int, n: int, done: int, total: int) -> None:
    run.step(k * total + done, n * total, f"sample {k + 1} of {n}")


def _describe(study: Study, spec: Spec, samples: list[np.ndarray]) -> dict[str, Any]:
    chosen, n, size = spec.settings, len(samples), len(samples[0])
    sphere = (
        f"the {chosen['k']} nearest vertices"
        if chosen["radius"] is None
        else f"vertices within {chosen['radius']:g} mm"
    )
    return {
        "n_stimuli": size * n,
        "n_samples": n,
        "n_pairs": size * (size - 1) // 2,
        "metric": spec.metric,
        "dissimilarity": chosen["dissimilarity"],
        "sphere": f"{sphere} along the edges of {study.manifest.mesh}, between white and pial",
        "split": (
            f"no split (RSA fits nothing); {n} disjoint samples of {size} stimuli, the same for "
            f"every model, averaged ({chosen['average']})"
        ),
        "p_value": (
            "none: samples share one brain and its noise, so they do not say how subjects differ; "
            "test maps across subjects"
        ),
    }
