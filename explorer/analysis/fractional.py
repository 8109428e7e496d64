"""Fractional ridge: an encoding whose penalties are lengths of the weights, chosen as fractions."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.held_out import Split, find_split
from explorer.analysis.method_specs import is_published
from explorer.analysis.parts import layer_coords
from explorer.analysis.run import Run, store_result
from explorer.analysis.scoring import (
    HeldOut,
    describe_data,
    null_text,
    read_ceilings,
    region_responses,
    score_layer,
)
from explorer.analysis.spec import Spec
from explorer.analysis.targets import Targets, read_targets
from explorer.engine.device import choose_device
from explorer.engine.folds import complement, kfold
from explorer.engine.fractional import FractionalSettings, fractional_ridge_cv
from explorer.engine.nulls import permuted_targets
from explorer.engine.stats import fdr_bh
from explorer.errors import AnalysisError
from explorer.study.layers import read_layer
from explorer.study.study import Study


def run_fractional(study: Study, spec: Spec, run: Run) -> str:
    """Fit and score every layer by fractional ridge; returns the name of the stored result.

    What is held out is what ridge holds out; fractions are chosen within the training stimuli.

    Raises
    ------
    AnalysisError
        if the settings make no sense
    """
    started = time.monotonic()
    settings = _settings(spec)
    run.step(0, 1, "reading responses and features")
    targets = read_targets(study, spec)
    split = find_split(study, spec, targets)
    responses = torch.from_numpy(targets.matrix).to(choose_device(run.device))
    null = _null_targets(responses, spec, split)
    n_layers, parts, at_edge = targets.features.sizes["layer"], [], []
    for k in range(n_layers):
        run.step(k, n_layers, f"layer {k}")
        shown, unseen = (
            torch.from_numpy(np.asarray(read_layer(f, k).values)).to(responses)
            for f in (targets.features, targets.unseen)
        )
        found, fraction, edge = _fit(shown, unseen, responses, null, split, (spec, settings))
        part = score_layer(found, spec, targets, split)
        part["fraction"] = (targets.dims, targets.restore(fraction.cpu().numpy()))
        parts.append(part)
        at_edge.append(edge)
    result = xr.concat(parts, "layer").assign_coords(
        {**layer_coords(targets.features), **targets.coords()}
    )
    result["q_value"] = (result.p_value.dims, fdr_bh(torch.tensor(result.p_value.values)).numpy())
    ceilings, ceiling_text = read_ceilings(targets, split)
    result = result.assign(ceilings).assign(region_responses(targets, split))
    result.attrs = {
        **_describe(spec, targets, split),
        "noise_ceiling": ceiling_text,
        "n_targets_nan": int(np.isnan(result.score.isel(layer=0).values).sum()) - targets.n_outside,
        "fraction_at_edge": float(np.mean(at_edge)),
    }
    return store_result(study, spec, result, started)


def _settings(spec: Spec) -> FractionalSettings:
    chosen = spec.settings
    try:
        return FractionalSettings(
            fractions=tuple(chosen["fractions"]),
            per_target=bool(chosen["per_target"]),
            criterion=chosen["criterion"],
            exact=bool(chosen["exact"]),
            standardise=bool(chosen["standardise"]),
            n_components=chosen["n_components"],
        )
    except ValueError as error:
        raise AnalysisError(str(error)) from error


def _null_targets(responses: Tensor, spec: Spec, split: Split) -> Tensor:
    """Permuted targets to be refitted; none with a held-out split, whose models stay fixed."""
    n = 0 if len(split.folds) == 1 else int(spec.settings["n_permutations"])
    seed = int(spec.settings["seed"])
    return permuted_targets(responses, n, seed=seed, circular=split.contiguous)


def _fit(
    shown: Tensor,
    unseen: Tensor,
    responses: Tensor,
    null: Tensor,
    split: Split,
    how: tuple[Spec, FractionalSettings],
) -> tuple[HeldOut, Tensor, float]:
    """Out-of-fold predictions, the mean fraction of each target, and how often it is an end."""
    spec, settings = how
    predicted, predicted_null = (torch.full_like(y, torch.nan) for y in (responses, null))
    fractions, edges = [], []
    extra = unseen[:0] @ responses[:0].new_zeros(unseen.shape[1], responses.shape[1])
    for test in (fold.to(responses.device) for fold in split.folds):
        train = complement(len(shown), test)
        inner = _inner_folds(len(train), spec, split)
        fit = fractional_ridge_cv(shown[train], responses[train], inner, settings)
        predicted[test] = fit.predict(shown[test])
        fractions.append(fit.fraction)
        edges.append(fit.at_edge)
        if len(split.folds) == 1:
            extra = fit.predict(unseen)
        elif null.shape[1]:
            known = fit.fraction[fit.fraction.isfinite()]
            fixed = settings  # one fraction for all is chosen by the responses, not by chance
            if not settings.per_target and len(known):
                fixed = replace(settings, fractions=(float(known[0]),))
            refit = fractional_ridge_cv(shown[train], null[train], inner, fixed)
            predicted_null[test] = refit.predict(shown[test])
    rows = split.scored.to(responses.device)
    of_null = None if len(split.folds) == 1 else (null[rows], predicted_null[rows])
    found = HeldOut(responses[rows], predicted[rows], of_null, extra)
    return found, torch.stack(fractions).mean(0), float(np.mean(edges))


def _inner_folds(n: int, spec: Spec, split: Split) -> list[Tensor]:
    shuffled = spec.settings["shuffled"] and not split.contiguous
    seed = int(spec.settings["seed"]) if shuffled else None
    return kfold(n, int(spec.settings["n_inner"]), seed=seed)


def _describe(spec: Spec, targets: Targets, split: Split) -> dict[str, Any]:
    chosen = spec.settings
    shared = "each target its own" if chosen["per_target"] else "one for all targets"
    published = ", as published by Doerig et al. 2025" if is_published(chosen) else ""
    return {
        **describe_data(spec, targets, split),
        "method": (
            f"fractional ridge, {len(chosen['fractions'])} fractions from "
            f"{min(chosen['fractions']):g} to {max(chosen['fractions']):g}, {shared}, by "
            f"{chosen['criterion']} over {chosen['n_inner']} "
            f"{'shuffled' if chosen['shuffled'] else 'contiguous'} folds of the training "
            f"stimuli{published}"
        ),
        "interval": (
            "none: the words of a story are not independent"
            if split.contiguous
            else f"95 % bootstrap over stimuli, models kept ({chosen['n_bootstraps']} resamples)"
        ),
        "p_value": f"one-sided, Pearson r, {null_text(spec, split)}; "
        "q: Benjamini-Hochberg over all layers and targets",
    }
