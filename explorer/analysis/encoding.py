"""Encoding: features of each layer predict each target; held-out scores, ceilings, intervals."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.run import Run, store_result
from explorer.analysis.spec import Spec
from explorer.analysis.targets import Targets, layer_coords, read_targets
from explorer.engine import METRICS
from explorer.engine.bootstrap import bootstrap_score
from explorer.engine.ceiling import split_half
from explorer.engine.device import choose_device
from explorer.engine.folds import complement, kfold
from explorer.engine.foldwise import scale_folds
from explorer.engine.nulls import permuted_targets, pooled_p
from explorer.engine.ridge import RidgeSettings, crossval_ridge, ridge_cv, share_at_edge
from explorer.engine.stats import fdr_bh, permutation_p
from explorer.errors import AnalysisError
from explorer.study.align import MIN_STIMULI
from explorer.study.stimuli import labels
from explorer.study.study import Study

BOUNDS = (0.025, 0.975)  # ends of the 95 % interval
_REGION_BATCH = 4096  # targets whose bootstrap samples are held at once


@dataclass(frozen=True)
class Split:
    """Which stimuli are scored, and how they were kept from the fit.

    Attributes
    ----------
    folds : test rows of each fold; one fold where the study says what is held out
    text : for people
    contiguous : folds are blocks of a story
    """

    folds: list[Tensor]
    text: str
    contiguous: bool

    @property
    def scored(self) -> Tensor:
        """Rows that get a held-out prediction, in order."""
        return torch.cat(self.folds).sort().values


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
        features = torch.from_numpy(targets.features.feature.isel(layer=k).values).to(device)
        part, edge = _layer(features.to(responses.dtype), responses, spec, targets, split)
        parts.append(part)
        at_edge.append(edge)
    run.step(n_layers, n_layers, "ceilings")
    result = xr.concat(parts, "layer").assign_coords(
        {**layer_coords(targets.features), **targets.coords()}
    )
    result["q_value"] = (result.p_value.dims, fdr_bh(torch.tensor(result.p_value.values)).numpy())
    result = result.assign(_ceilings(targets))
    result = result.assign(_region_responses(targets, split))
    result.attrs = {
        **_describe(spec, targets, split),
        "n_targets_nan": int(np.isnan(result.score.isel(layer=0).values).sum()),
        "alpha_at_edge": float(np.mean(at_edge)),
    }
    return store_result(study, spec, result, started)


def find_split(study: Study, spec: Spec, targets: Targets) -> Split:
    """The study's own train and test stimuli, else folds: shuffled, or blocks for a story."""
    ids = targets.responses.stimulus.values.tolist()
    n_folds = int(spec.settings["n_folds"])
    seed = int(spec.settings["seed"])
    if spec.modality == "ieeg":
        text = f"{n_folds}-fold cross-validation over contiguous blocks of the story"
        return Split(kfold(len(ids), n_folds, seed=None), text, contiguous=True)
    split = labels(study, "split")
    known = [split.get(i, "").strip().lower() for i in ids]
    test = torch.tensor([k for k, s in enumerate(known) if s == "test"])
    n_train = sum(s == "train" for s in known)
    if len(test) >= MIN_STIMULI and n_train >= MIN_STIMULI:
        if n_train + len(test) < len(known):
            raise AnalysisError(
                f"{len(known) - n_train - len(test)} stimuli are neither 'train' nor 'test' in "
                "stimuli/images/split. Say for each, or leave the column out."
            )
        text = f"held-out split of the study: {n_train} train, {len(test)} test"
        return Split([test], text, contiguous=False)
    text = f"{n_folds}-fold cross-validation over stimuli"
    return Split(kfold(len(ids), n_folds, seed=seed), text, contiguous=False)


def _layer(
    features: Tensor, responses: Tensor, spec: Spec, targets: Targets, split: Split
) -> tuple[xr.Dataset, float]:
    chosen = spec.settings
    settings = RidgeSettings(
        alphas=tuple(chosen["alphas"]),
        standardise=bool(chosen["standardise"]),
        n_components=chosen["n_components"],
        n_inner=int(chosen["n_inner"]),
        seed=int(chosen["seed"]),
    )
    folds = [f.to(responses.device) for f in split.folds]
    rows = split.scored.to(responses.device)
    n_targets = responses.shape[1]
    if len(folds) == 1:
        train = complement(len(features), folds[0])
        inner = kfold(len(train), settings.n_inner, seed=settings.seed)
        fit = ridge_cv(
            features[train], responses[train], [f.to(responses.device) for f in inner], settings
        )
        held_out, alpha, at_edge = fit.predict(features[rows]), fit.alpha, fit.at_edge
    else:
        responses = torch.cat([responses, _null_targets(responses, spec, split)], 1)
        crossval = crossval_ridge(features, responses, folds, settings, contiguous=split.contiguous)
        held_out, by_fold = crossval.Y_hat[rows], crossval.alpha[:, :n_targets]
        alpha = by_fold.log().mean(0).exp()  # geometric mean over folds
        at_edge = share_at_edge(by_fold, settings)
    within = [torch.searchsorted(rows, fold) for fold in folds]  # rows are sorted
    p_value = _p_values(responses[rows], held_out, within, n_targets, spec)
    held_out = held_out[:, :n_targets]
    measured, predicted = scale_folds(responses[rows, :n_targets], held_out, within, spec.metric)
    score = METRICS[spec.metric].function(measured, predicted)
    interval = np.full((len(targets.regions), 2), np.nan)
    if not split.contiguous:  # words of a story are no independent draws
        interval = _region_intervals(measured, predicted, spec, targets)
    region = {n: score[torch.from_numpy(i)] for n, i in targets.regions.items()}
    place = [held_out[:, torch.from_numpy(i)].nanmean(1) for i in targets.regions.values()]
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


def _ceilings(targets: Targets) -> dict[str, tuple[tuple[str, ...] | str, np.ndarray]]:
    """Highest correlation the noise allows: the root of the reliability of the mean."""
    if targets.repeats is None:
        return {}
    reliability = split_half(torch.from_numpy(targets.repeats).float()).numpy()
    ceiling = np.sqrt(np.clip(reliability, 0, None)).astype(np.float32)
    by_region = [_nanmean(ceiling[i]) for i in targets.regions.values()]
    return {
        "noise_ceiling": (targets.dims, targets.restore(ceiling)),
        "roi_ceiling": ("roi", np.array(by_region, np.float32)),
    }


def _region_responses(targets: Targets, split: Split) -> xr.Dataset:
    rows = split.scored.numpy()
    responses = targets.matrix[rows]
    means = [_nanmean(responses[:, i], axis=1) for i in targets.regions.values()]
    names = np.array(list(targets.regions), dtype=object)
    stimulus = targets.responses.stimulus.values[rows]
    response = np.stack(means, 1).astype(np.float32)
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
        "noise_ceiling": (
            f"root of the split-half reliability of {targets.n_repeats} repeats (Spearman-Brown)"
            if targets.repeats is not None
            else "none: each stimulus was shown once"
        ),
    }


def _null_text(spec: Spec, split: Split) -> str:
    n = spec.settings["n_permutations"]
    if len(split.folds) == 1:
        return f"permutation of held-out stimuli ({n} or the next multiple of n)"
    order = "shifted round" if split.contiguous else "permuted"
    return f"among {n} targets refitted with their stimuli {order}, pooled"
