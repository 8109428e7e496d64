"""Models compared by their stored encodings: across subjects, and within each over its stimuli."""

from __future__ import annotations

import time
from itertools import combinations
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.best_layer import best_layer, unbiased_predictions
from explorer.analysis.region_predictions import RegionPredictions, read_predictions
from explorer.analysis.run import Run, store_result
from explorer.analysis.spec import Spec
from explorer.engine.group import MIN_SUBJECTS
from explorer.engine.model_comparison import compare_models, compare_predictions
from explorer.errors import AnalysisError
from explorer.study.study import Study

TESTS = ("paired", "sign_flip", "wilcoxon")
PUBLISHED = "unpaired"  # as Doerig et al. 2025 tested


def run_comparison(study: Study, spec: Spec, run: Run) -> str:
    """Test every pair of models; returns the name of the stored result.

    Raises
    ------
    AnalysisError
        if the models have no region in common, were scored on different stimuli, or lack the layer
    """
    started = time.monotonic()
    models, subjects = spec.settings["models"], spec.settings["subjects"]
    names = iter(spec.settings["encodings"])
    results = {m: {s: study[next(names)] for s in subjects} for m in models}
    regions = _shared_regions(results)
    run.step(0, 2, "scores of regions")
    scores, layers = _scores(results, regions, spec)
    result = xr.Dataset(
        {"score": (("model", "subject", "roi"), scores)},
        {"model": _text(models), "subject": _text(subjects), "roi": _text(regions)},
    )
    if layers is not None:
        result["best_layer"] = (("model", "subject", "roi"), layers)
    across = "none: fewer than two subjects"
    if len(subjects) >= MIN_SUBJECTS:
        tests = [*TESTS, *([PUBLISHED] if spec.settings["as_published"] else [])]
        result = result.merge(_across(torch.from_numpy(scores), tests, models))
        across = f"{len(subjects)} subjects; q: Benjamini-Hochberg over pairs within each region"
    run.step(1, 2, "stimuli within subjects")
    within = "none: the words of a story are not independent"
    if spec.metric != "pearson":
        within = "none: it is for Pearson r"
    elif spec.modality != "ieeg":
        result = result.merge(_within(results, regions, spec, run))
        chosen = spec.settings
        within = (
            f"paired bootstrap over stimuli ({chosen['n_bootstraps']} resamples, 95 %), p by "
            f"{chosen['n_permutations']} swaps of predictions; of regions' mean responses"
        )
    result = result.astype(dict.fromkeys(result.data_vars, np.float32))
    result.attrs = _describe(results, spec, across, within)
    return store_result(study, spec, result, started)


def _shared_regions(results: dict[str, dict[str, xr.Dataset]]) -> list[str]:
    """Regions of every result, in the order of the first; each subject's stimuli must agree."""
    every = [r for of_model in results.values() for r in of_model.values()]
    names = [[str(n) for n in r.roi.values] for r in every if "roi" in r.dims]
    shared = [n for n in (names[0] if names else []) if all(n in other for other in names)]
    if not shared or len(names) < len(every):
        raise AnalysisError("The encodings share no region. Choose one atlas for all.")
    first, *others = results
    for other in others:
        for subject, result in results[first].items():
            if not _scored(result).equals(_scored(results[other][subject])):
                raise AnalysisError(
                    f"{first} and {other} were scored on different stimuli of {subject}. Extract "
                    "the features of both for the same stimuli."
                )
    return shared


def _scored(result: xr.Dataset) -> xr.DataArray:
    stimuli = result.stimulus[: int(result.attrs["n_stimuli"])]
    return stimuli.reset_coords(drop=True)


def _scores(
    results: dict[str, dict[str, xr.Dataset]], regions: list[str], spec: Spec
) -> tuple[np.ndarray, np.ndarray | None]:
    """Score of each region, (n_models, n_subjects, n_regions), and its layer if it was chosen."""
    layer = spec.settings["layer"]
    if layer is not None:
        rows = [
            [_of_layer(r, layer, model).roi_score.sel(roi=regions).values for r in of.values()]
            for model, of in results.items()
        ]
        return np.array(rows, float), None
    best = [
        [best_layer(r, n_bootstraps=1).sel(roi=regions) for r in of.values()]
        for of in results.values()
    ]
    scores = [[b.score.values for b in of] for of in best]
    return np.array(scores), np.array([[b.best_layer.values for b in of] for of in best])


def _of_layer(result: xr.Dataset, layer: int, model: str) -> xr.Dataset:
    known = result.layer.values.tolist()
    if layer not in known:
        raise AnalysisError(f"{model} has no layer {layer}. It has {known[0]} to {known[-1]}.")
    return result.isel(layer=known.index(layer))


def _across(scores: Tensor, tests: list[str], models: list[str]) -> xr.Dataset:
    found = [compare_models(scores, test) for test in tests]
    dims = ("test", "model", "other", "roi")

    def stack(field: str) -> np.ndarray:
        return torch.stack([getattr(f, field) for f in found]).numpy()

    variables: dict[str, Any] = {
        name: (dims, stack(name)) for name in ("statistic", "effect", "p_value", "q_value")
    }
    variables["difference"] = (dims[1:], found[0].difference.numpy())
    return xr.Dataset(variables, {"test": _text(tests), "other": _text(models)})


def _within(
    results: dict[str, dict[str, xr.Dataset]], regions: list[str], spec: Spec, run: Run
) -> xr.Dataset:
    """Every pair of models within each subject: difference, interval and p."""
    models, subjects = list(results), spec.settings["subjects"]
    shape = (len(models), len(models), len(subjects), len(regions))
    difference, p_value = np.full(shape, np.nan), np.full(shape, np.nan)
    interval = np.full((*shape[:2], 2, *shape[2:]), np.nan)
    for s, subject in enumerate(subjects):
        run.step(1, 2, f"stimuli of {subject}")
        of_models = [read_predictions(results[m][subject]) for m in models]
        predicted = [_predictions(f, regions, spec) for f in of_models]
        measured = of_models[0].measured[:, [of_models[0].regions.index(r) for r in regions]]
        for a, b in combinations(range(len(models)), 2):
            test = compare_predictions(
                measured,
                predicted[a],
                predicted[b],
                n_permutations=int(spec.settings["n_permutations"]),
                n_bootstraps=int(spec.settings["n_bootstraps"]),
                seed=int(spec.settings["seed"]),
            )
            for i, j, sign in ((a, b, 1), (b, a, -1)):
                difference[i, j, s] = sign * test.difference.numpy()
                interval[i, j, :, s] = np.sort(sign * test.interval.numpy(), 0)
                p_value[i, j, s] = test.p_value.numpy()
    dims = ("model", "other", "subject", "roi")
    return xr.Dataset(
        {
            "subject_difference": (dims, difference),
            "subject_interval": ((*dims[:2], "bound", *dims[2:]), interval),
            "subject_p": (dims, p_value),
        },
        {"other": _text(models)},
    )


def _predictions(found: RegionPredictions, regions: list[str], spec: Spec) -> Tensor:
    """Predictions of the layer that is asked for, else of that best on other stimuli."""
    layer, columns = spec.settings["layer"], [found.regions.index(r) for r in regions]
    if layer is None:
        return unbiased_predictions(found)[:, columns]
    return found.predicted[found.layers.tolist().index(layer)][:, columns]


def _describe(
    results: dict[str, dict[str, xr.Dataset]], spec: Spec, across: str, within: str
) -> dict[str, Any]:
    first = next(iter(next(iter(results.values())).values()))
    layer = spec.settings["layer"]
    return {
        "n_stimuli": first.attrs["n_stimuli"],
        "n_subjects": len(spec.settings["subjects"]),
        "split": first.attrs["split"],
        "metric": spec.metric,
        "layer": (
            "of each model, subject and region the best on one half of the held-out stimuli, "
            "scored on the other, both ways; of regions' mean responses"
            if layer is None
            else f"layer {layer} of every model, mean score of a region's targets"
        ),
        "p_value": f"two-sided, {across}; within subjects: {within}",
    }


def _text(names: list[str]) -> np.ndarray:
    return np.array(names, dtype=object)
