"""Clusters of channels and times that a model predicts in several subjects, from encodings."""

from __future__ import annotations

import time

import numpy as np
import xarray as xr

from explorer.analysis.parts import select_window
from explorer.analysis.run import Run, store_result
from explorer.analysis.significance import MIN_SUBJECTS, channel_neighbours, cluster_subjects
from explorer.analysis.spec import Spec
from explorer.errors import AnalysisError
from explorer.study.study import Study


def run_clusters(study: Study, spec: Spec, run: Run) -> str:
    """Cluster test of one layer's scores, or of their difference; the stored result's name.

    Raises
    ------
    AnalysisError
        if there are fewer than two subjects, no time, channels that differ, or no montage
    """
    started = time.monotonic()
    run.step(0, 1, "clusters")
    chosen = spec.settings
    values, layers = _values(study, spec)
    neighbours = None
    if "channel" in values.dims:
        if not study.manifest.montage:
            raise AnalysisError(
                "study.json names no montage, so it is not known which channels lie side by side. "
                "Set 'montage', such as standard_1020."
            )
        names = [str(c) for c in values.channel.values]
        neighbours = channel_neighbours(names, study.manifest.montage)
    result = cluster_subjects(
        values,
        neighbours,
        threshold=chosen["threshold"],
        tail=int(chosen["tail"]),
        n_permutations=int(chosen["n_permutations"]),
        seed=int(chosen["seed"]),
    )
    result["score"] = values.mean("subject").transpose(*result.t_value.dims)
    result = result.map(
        lambda v: v.astype(np.float32) if v.dtype.kind == "f" else v, keep_attrs=True
    )
    first = study[chosen["encodings"][0]]
    result.attrs |= {
        "n_stimuli": first.attrs["n_stimuli"],
        "split": first.attrs["split"],
        "metric": spec.metric,
        "layer": layers,
    }
    return store_result(study, spec, result, started)


def _values(study: Study, spec: Spec) -> tuple[xr.DataArray, str]:
    """Scores of each subject, or differences of two models': (subject, time, channel)."""
    models, subjects = spec.settings["models"], spec.settings["subjects"]
    if len(subjects) < MIN_SUBJECTS:
        raise AnalysisError(
            f"There is {len(subjects)} subject, expected two or more: a cluster test is across "
            "subjects. Within one take `encode --fwer`."
        )
    results = [study[name] for name in spec.settings["encodings"]]
    maps, told = [], []
    for k, model in enumerate(models):
        of_model = results[k * len(subjects) : (k + 1) * len(subjects)]
        known = of_model[0].layer.values.tolist()
        layer = known[-1] if spec.settings["layer"] is None else spec.settings["layer"]
        if layer not in known:
            raise AnalysisError(f"{model} has no layer {layer}. It has {known[0]} to {known[-1]}.")
        told.append(f"layer {layer} of {model}")
        maps.append(_stack(of_model, known.index(layer), spec))
    values = maps[0] if len(maps) == 1 else maps[0] - maps[1]
    return values.assign_coords(subject=np.array(subjects, dtype=object)), " less ".join(told)


def _stack(results: list[xr.Dataset], row: int, spec: Spec) -> xr.DataArray:
    scores = [select_window(r, spec).score.isel(layer=row, drop=True) for r in results]
    for dim in scores[0].dims:
        if dim not in ("time", "channel"):
            raise AnalysisError(f"Scores are over {dim}, expected time and channel: choose EEG.")
    if any(not s[d].equals(scores[0][d]) for s in scores[1:] for d in scores[0].dims):
        raise AnalysisError(
            "Subjects differ in channels or times, so there is no map that all have. Choose "
            "subjects of one montage."
        )
    kept = [s.reset_coords(drop=True) for s in scores]
    return xr.concat(kept, "subject")
