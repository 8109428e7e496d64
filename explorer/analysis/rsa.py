"""RSA: how like the geometry of each layer that of a brain is, with ceilings and intervals."""

from __future__ import annotations

import time

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.encoding import BOUNDS
from explorer.analysis.geometry import rdm_spec
from explorer.analysis.parts import layer_coords
from explorer.analysis.rdm import find_rdm
from explorer.analysis.run import Run, store_result
from explorer.analysis.spec import MEAN, Spec
from explorer.engine.ceiling import rdm_ceiling
from explorer.engine.rdm import compare_rdms
from explorer.engine.stats import bootstrap_rdm, fdr_bh, rdm_permutation_p
from explorer.study.align import select_pairs, shared_stimuli
from explorer.study.study import Study


def run_rsa(study: Study, spec: Spec, run: Run) -> str:
    """Compare every layer's RDM with the brain's; returns the name of the stored result."""
    started = time.monotonic()
    run.step(0, 3, "dissimilarities")
    model = find_rdm(study, rdm_spec(spec, of_model=True), run)
    brain = find_rdm(study, rdm_spec(spec, of_model=False), run)
    ids = shared_stimuli([brain.stimulus.values, model.stimulus.values])
    a, _ = _pairs(model, ids)
    b, axis = _pairs(brain, ids)
    run.step(1, 3, f"{len(a)} layers against {len(b)} RDMs")
    result = _score(a, b, spec, run)
    ceiling, n_subjects = _ceiling(study, spec, run, ids, b.shape)
    result["ceiling"] = (("axis", "bound"), ceiling)
    result = result.assign_coords(layer_coords(model))
    result = result.rename(axis=axis) if axis else result.isel(axis=0)
    if axis:
        result = result.assign_coords({axis: brain[axis]})
    result.attrs = {
        "n_stimuli": len(ids),
        "n_pairs": a.shape[1],
        "split": "no split (RSA fits nothing)",
        "metric": spec.metric,
        "dissimilarity": spec.settings["dissimilarity"],
        "interval": f"95 % bootstrap over stimuli ({spec.settings['n_bootstraps']} resamples)",
        "p_value": (
            f"one-sided permutation of stimulus labels ({spec.settings['n_permutations']}); "
            "q: Benjamini-Hochberg over all layers and RDMs"
        ),
        "ceiling": (
            f"lower and upper bound between {n_subjects} subjects (Nili et al. 2014)"
            if n_subjects > 1
            else "none: bounds hold for single subjects and their mean score, not the mean RDM"
            if spec.subject == MEAN
            else "none: one subject only"
        ),
    }
    return store_result(study, spec, result, started)


def _pairs(dataset: xr.Dataset, ids: np.ndarray) -> tuple[Tensor, str]:
    """Dissimilarities over ``ids``: (n_rows, n_pairs), and the dim of the rows ("" for one)."""
    values = select_pairs(dataset.dissimilarity, dataset.stimulus.values, ids)
    axis = next((str(d) for d in values.dims if d != "pair"), "")
    array = np.atleast_2d(values.values).astype(np.float32)
    return torch.from_numpy(array), axis


def _score(a: Tensor, b: Tensor, spec: Spec, run: Run) -> xr.Dataset:
    chosen = spec.settings
    seed = int(chosen["seed"])
    score = compare_rdms(a, b, spec.metric)
    samples = bootstrap_rdm(a, b, spec.metric, n_bootstraps=int(chosen["n_bootstraps"]), seed=seed)
    interval = np.full((*score.shape, 2), np.nan)
    finite = samples.isfinite().any(0).numpy()
    if finite.any():  # quantiles of nothing have another shape
        interval[finite] = np.nanquantile(samples.numpy()[:, finite], BOUNDS, axis=0).T
    p_value = torch.full_like(score, torch.nan)
    for k in range(len(a)):
        run.step(2, 3, f"permutations of layer {k}")
        p_value[k] = rdm_permutation_p(
            a[k : k + 1], b, spec.metric, n_permutations=int(chosen["n_permutations"]), seed=seed
        )
    dims = ("layer", "axis")
    result = xr.Dataset(
        {
            "score": (dims, score.numpy()),
            "interval": ((*dims, "bound"), interval),
            "p_value": (dims, p_value.numpy()),
            "q_value": (dims, fdr_bh(p_value).numpy()),
        }
    )
    return result.astype(np.float32)


def _ceiling(
    study: Study, spec: Spec, run: Run, ids: np.ndarray, shape: torch.Size
) -> tuple[np.ndarray, int]:
    """Bounds between subjects for each RDM of the brain: (n_axis, 2), and how many subjects."""
    groups = study.groups(f"responses/{spec.modality}/")
    subjects = []
    for group in groups:
        one = rdm_spec(spec.replace(subject=group.rpartition("/")[2]), of_model=False)
        dataset = find_rdm(study, one, run)
        if np.isin(ids, dataset.stimulus.values).all():
            subjects.append(_pairs(dataset, ids)[0])
    alike = [s for s in subjects if s.shape == shape]
    if len(alike) < 2 or spec.subject == MEAN:  # noqa: PLR2004 - a ceiling needs two
        return np.full((shape[0], 2), np.nan, np.float32), 0
    stacked = torch.stack(alike, 1)  # (n_axis, n_subjects, n_pairs)
    bounds = [[float(v) for v in rdm_ceiling(rows, spec.metric)] for rows in stacked]
    return np.array(bounds, np.float32), len(alike)
