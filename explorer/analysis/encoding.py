"""Encoding: features of each layer predict each target; held-out scores, ceilings, intervals."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.familywise import describe_familywise, familywise_p
from explorer.analysis.held_out import Split, find_split, fit_training, ridge_settings
from explorer.analysis.null_fits import crossval_with_null
from explorer.analysis.parts import layer_coords
from explorer.analysis.run import Run, store_result
from explorer.analysis.spec import Spec
from explorer.analysis.targets import Targets, read_targets
from explorer.engine import METRICS
from explorer.engine.bootstrap import bootstrap_score
from explorer.engine.ceiling import split_half
from explorer.engine.device import choose_device
from explorer.engine.foldwise import scale_folds
from explorer.engine.nulls import permuted_targets, pooled_p
from explorer.engine.penalties import share_at_edge
from explorer.engine.stats import fdr_bh, permutation_p
from explorer.study.study import Study

BOUNDS = (0.025, 0.975)  # ends of the 95 % interval
_REGION_BATCH = 4096  # targets whose bootstrap samples are held at once


def run_encoding(study: Study, spec: Spec, run: Run) -> str:
    """Fit and score every layer; returns the name of the stored result."""
    started = time.monotonic()
    run.step(0, 1, "reading responses and features")
    targets = read_targets(study, spec)
    split = find_split(study, spec, targets)
    device = choose_device(run.device)
    responses = torch.from_numpy(targets.matrix).to(device)
    n_layers = targets.features.sizes["layer"]
    parts, at_edge = [], []
    for k in range(n_layers):
        run.step(k, n_layers, f"layer {k}")
        part, edge = _layer(_read_layer(targets, k, responses), responses, spec, targets, split)
        parts.append(part)
        at_edge.append(edge)
    run.step(n_layers, n_layers, "ceilings")
    result = xr.concat(parts, "layer").assign_coords(
        {**layer_coords(targets.features), **targets.coords()}
    )
    result["q_value"] = (result.p_value.dims, fdr_bh(torch.tensor(result.p_value.values)).numpy())
    result = result.assign(familywise_p(targets, split, spec, run))
    ceilings, ceiling_text = read_ceilings(targets, split)
    result = result.assign(ceilings)
    result = result.assign(_region_responses(targets, split))
    result.attrs = {
        **_describe(spec, targets, split),
        **describe_familywise(spec, split),
        "noise_ceiling": ceiling_text,
        "n_targets_nan": int(np.isnan(result.score.isel(layer=0).values).sum()) - targets.n_outside,
        "alpha_at_edge": float(np.mean(at_edge)),
    }
    return store_result(study, spec, result, started)


@dataclass(frozen=True)
class Layer:
    """Features of one layer: of the stimuli that were shown, and of those that were not."""

    shown: Tensor
    unseen: Tensor


def _read_layer(targets: Targets, k: int, like: Tensor) -> Layer:
    shown, unseen = (
        torch.from_numpy(np.asarray(f.feature.isel(layer=k).values)).to(like)
        for f in (targets.features, targets.unseen)
    )
    return Layer(shown, unseen)


def _layer(
    layer: Layer, responses: Tensor, spec: Spec, targets: Targets, split: Split
) -> tuple[xr.Dataset, float]:
    settings = ridge_settings(spec)
    features = layer.shown
    folds = [f.to(responses.device) for f in split.folds]
    rows = split.scored.to(responses.device)
    n_targets = responses.shape[1]
    if len(folds) == 1:
        fit = fit_training(features, responses, folds[0], settings)
        held_out, alpha, at_edge = fit.predict(features[rows]), fit.alpha, fit.at_edge
        unseen = fit.predict(layer.unseen)
    else:
        null = _null_targets(responses, spec, split)
        crossval = crossval_with_null(
            features, responses, null, folds, settings, contiguous=split.contiguous
        )
        responses = torch.cat([responses, null], 1)
        held_out, by_fold = crossval.Y_hat[rows], crossval.alpha[:, :n_targets]
        alpha = by_fold.log().mean(0).exp()  # geometric mean over folds
        at_edge = share_at_edge(by_fold, settings)
        unseen = held_out[:0, :n_targets]  # there is no one model to predict them
    within = [torch.searchsorted(rows, fold) for fold in folds]  # rows are sorted
    p_value = _p_values(responses[rows], held_out, within, n_targets, spec)
    held_out = held_out[:, :n_targets]
    measured, predicted = scale_folds(responses[rows, :n_targets], held_out, within, spec.metric)
    score = METRICS[spec.metric].function(measured, predicted)
    interval = np.full((len(targets.regions), 2), np.nan)
    if not split.contiguous:  # words of a story are no independent draws
        interval = _region_intervals(measured, predicted, spec, targets)
    region = {n: score[torch.from_numpy(i)] for n, i in targets.regions.items()}
    predictions = torch.cat([held_out, unseen])
    place = [predictions[:, torch.from_numpy(i)].nanmean(1) for i in targets.regions.values()]
    dims = targets.dims
    part = xr.Dataset(
        {
            "score": (dims, targets.restore(score.cpu().numpy())),
            "alpha": (dims, targets.restore(alpha.cpu().numpy())),
            "p_value": (dims, targets.restore(p_value.cpu().numpy())),
            "roi_score": ("roi", [float(v.nanmean()) for v in region.values()]),
            "roi_interval": (("roi", "bound"), interval),
            "roi_prediction": (("stimulus", "roi"), torch.stack(place, 1).cpu().numpy()),
        }
    )
    return part.astype(np.float32), at_edge


def _null_targets(responses: Tensor, spec: Spec, split: Split) -> Tensor:
    return permuted_targets(
        responses,
        int(spec.settings["n_permutations"]),
        seed=int(spec.settings["seed"]),
        circular=split.contiguous,
    )


def _p_values(
    responses: Tensor, held_out: Tensor, folds: list[Tensor], n_targets: int, spec: Spec
) -> Tensor:
    """P of Pearson r: of a fixed model by permutation, of cross-validated ones among refits."""
    if len(folds) == 1:
        return permutation_p(
            responses,
            held_out,
            n_permutations=int(spec.settings["n_permutations"]),
            seed=int(spec.settings["seed"]),
        )
    score = METRICS["pearson"].function(*scale_folds(responses, held_out, folds, "pearson"))
    return pooled_p(score[:n_targets], score[n_targets:])


def _region_intervals(
    measured: Tensor, predicted: Tensor, spec: Spec, targets: Targets
) -> np.ndarray:
    """Bootstrap interval over stimuli of each region's mean score: (n_regions, 2)."""
    n, n_targets = int(spec.settings["n_bootstraps"]), measured.shape[1]
    member = torch.zeros(n_targets, len(targets.regions), device=measured.device)
    for k, places in enumerate(targets.regions.values()):
        member[torch.from_numpy(places), k] = 1
    total, count = (torch.zeros(n, member.shape[1], device=measured.device) for _ in range(2))
    for start in range(0, n_targets, _REGION_BATCH):
        block = slice(start, start + _REGION_BATCH)
        samples = bootstrap_score(
            measured[:, block],
            predicted[:, block],
            spec.metric,
            n_bootstraps=n,
            seed=int(spec.settings["seed"]),
        )
        total += samples.nan_to_num() @ member[block]
        count += samples.isfinite().to(member) @ member[block]
    means = (total / count).cpu().numpy()  # NaN where a resample has no score at all
    known = np.isfinite(means).any(0)
    intervals = np.full((means.shape[1], 2), np.nan)
    intervals[known] = np.nanquantile(means[:, known], BOUNDS, axis=0).T
    return intervals


def read_ceilings(
    targets: Targets, split: Split
) -> tuple[dict[str, tuple[tuple[str, ...] | str, np.ndarray]], str]:
    """Highest correlation the noise allows on the scored stimuli, and how it is known.

    It comes with the responses, or is the root of the reliability of the mean over repeats.
    """
    known = targets.responses.get("noise_ceiling")
    if known is not None:
        ceiling = np.asarray(known.values, np.float32).reshape(-1)
        text = str(known.attrs.get("method", "as it came with the responses"))
    elif targets.repeats is not None:
        repeats = torch.from_numpy(targets.repeats[:, split.scored.numpy()]).float()
        ceiling = np.sqrt(np.clip(split_half(repeats).numpy(), 0, None)).astype(np.float32)
        text = f"root of the split-half reliability of {targets.n_repeats} repeats (Spearman-Brown)"
    else:
        return {}, "none: each stimulus was shown once"
    by_region = [_nanmean(ceiling[i]) for i in targets.regions.values()]
    return {
        "noise_ceiling": (targets.dims, targets.restore(ceiling)),
        "roi_ceiling": ("roi", np.array(by_region, np.float32)),
    }, text


def _region_responses(targets: Targets, split: Split) -> xr.Dataset:
    """Measured response of each region to the scored stimuli; NaN for those never shown."""
    rows = split.scored.numpy()
    responses = targets.matrix[rows]
    means = [_nanmean(responses[:, i], axis=1) for i in targets.regions.values()]
    names = np.array(list(targets.regions), dtype=object)
    stimulus = targets.responses.stimulus.values[rows]
    response = np.stack(means, 1).astype(np.float32)
    if len(split.folds) == 1:
        unseen = targets.unseen.stimulus.values
        stimulus = np.concatenate([stimulus, unseen])
        nothing = np.full((len(unseen), response.shape[1]), np.nan, np.float32)
        response = np.concatenate([response, nothing])
    return xr.Dataset(
        {"roi_response": (("stimulus", "roi"), response)}, {"stimulus": stimulus, "roi": names}
    )


def _nanmean(values: np.ndarray, axis: int | None = None) -> np.ndarray:
    kept = np.isfinite(values)
    total = np.where(kept, values, 0).sum(axis)
    count = kept.sum(axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _describe(spec: Spec, targets: Targets, split: Split) -> dict[str, str | int]:
    return {
        "n_stimuli": len(split.scored),
        "n_repeats": targets.n_repeats,
        "n_targets": targets.matrix.shape[1],
        "split": split.text,
        "metric": spec.metric,
        "interval": (
            "none: the words of a story are not independent"
            if split.contiguous
            else "95 % bootstrap over stimuli, models kept "
            f"({spec.settings['n_bootstraps']} resamples)"
        ),
        "p_value": f"one-sided, Pearson r, {_null_text(spec, split)}; "
        "q: Benjamini-Hochberg over all layers and targets",
    }


def _null_text(spec: Spec, split: Split) -> str:
    n = spec.settings["n_permutations"]
    if len(split.folds) == 1:
        return f"permutation of held-out stimuli ({n} or the next multiple of n)"
    order = "shifted round" if split.contiguous else "permuted"
    return f"among {n} targets refitted with their stimuli {order}, pooled"
