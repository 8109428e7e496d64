"""Variance partitioning: what sets of features explain of a target alone, and what they share."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.held_out import Split, find_split
from explorer.analysis.parts import layer_coords
from explorer.analysis.run import Run, store_result
from explorer.analysis.scoring import describe_data
from explorer.analysis.spec import Spec
from explorer.analysis.targets import Targets, align_targets
from explorer.engine.band_settings import BandedSettings
from explorer.engine.batches import column_batches
from explorer.engine.bootstrap import bootstrap_score
from explorer.engine.device import choose_device
from explorer.engine.foldwise import scale_folds
from explorer.engine.intervals import percentile_interval
from explorer.engine.partition import commonalities, list_subsets, predict_nested
from explorer.engine.scores import r2
from explorer.errors import AnalysisError
from explorer.study.align import shared_stimuli
from explorer.study.layers import read_layer
from explorer.study.study import Study

BETWEEN = " & "  # in the name of what several sets share
SPARE = 16  # times the usual budget: each block of targets makes the Gram matrices again


def run_partition(study: Study, spec: Spec, run: Run) -> str:
    """Partition the held-out variance of every target; returns the name of the stored result.

    Raises
    ------
    AnalysisError
        if the sets of features share too few stimuli, or responses hold no target
    """
    started = time.monotonic()
    run.step(0, 2, "reading responses and features")
    names = list(spec.settings["features"])
    targets = align_targets(study, spec, _read_features(study, names))
    split = find_split(study, spec, targets)
    responses = torch.from_numpy(targets.matrix).to(choose_device(run.device))
    bands = [
        torch.from_numpy(np.asarray(targets.features[f"band_{k}"].values)).to(responses)
        for k in range(len(names))
    ]
    run.step(1, 2, f"{2 ** len(names) - 1} models of {', '.join(names)}")
    result = _label(_parts(bands, responses, spec, targets, split), names, targets)
    result.attrs = _describe(spec, targets, split)
    result.attrs["n_targets_nan"] = int(np.isnan(result.unique.values[0]).sum()) - targets.n_outside
    return store_result(study, spec, result, started)


def _read_features(study: Study, names: list[str]) -> xr.Dataset:
    """One variable ``band_k`` (stimulus, unit) for each set, on the stimuli that all have."""
    bands = []
    for name in names:
        group, _, number = name.partition(":")
        features = study[f"features/{group}"]
        row = layer_coords(features)["layer"].tolist().index(int(number))
        bands.append(read_layer(features, row).transpose("stimulus", "unit"))
    try:
        ids = shared_stimuli([b.stimulus.values for b in bands])
    except AnalysisError as error:
        raise AnalysisError(f"{' and '.join(names)} are of different stimuli: {error}") from error
    return xr.Dataset(
        {
            f"band_{k}": (("stimulus", f"unit_{k}"), band.sel(stimulus=ids).values)
            for k, band in enumerate(bands)
        },
        {"stimulus": ids},
    )


@dataclass(frozen=True)
class _Parts:
    """R2 of every nested model and parts of variance, (n_subsets, …) each, by target and region."""

    r2: Tensor
    part: Tensor
    interval: Tensor  # (n_subsets, 2, n_targets)
    p_value: Tensor
    roi_r2: Tensor
    roi_part: Tensor
    roi_interval: Tensor  # (n_subsets, 2, n_regions)


def _parts(
    bands: list[Tensor], responses: Tensor, spec: Spec, targets: Targets, split: Split
) -> _Parts:
    n = 0 if split.contiguous else int(spec.settings["n_bootstraps"])
    rows = split.scored.to(responses.device)
    within = [torch.searchsorted(rows, f.to(rows)) for f in split.folds]  # rows are sorted
    mixing = commonalities(len(bands)).to(responses)
    member = _members(targets).to(responses)
    score = responses.new_empty(len(mixing), responses.shape[1])
    interval = responses.new_full((len(mixing), 2, responses.shape[1]), torch.nan)
    p_value = torch.full_like(score, torch.nan)
    total, count = (responses.new_zeros(len(mixing), n, member.shape[1]) for _ in range(2))
    column = len(mixing) * (len(responses) + n) * responses.element_size() // SPARE
    for block in column_batches(responses.shape[1], column):
        y = responses[:, block]
        predicted = _predict(bands, y, spec, split)[:, rows]
        pairs = [scale_folds(y[rows], model, within, "r2") for model in predicted]
        score[:, block] = torch.stack([r2(*pair) for pair in pairs])
        if n:
            seed = int(spec.settings["seed"])
            drawn = torch.stack(
                [bootstrap_score(*pair, "r2", n_bootstraps=n, seed=seed) for pair in pairs]
            )  # (n_subsets, n_bootstraps, n_block)
            # a resample varies less about its mean than the data do: R2 would sink by (1 - R2) / n
            drawn = 1 - (1 - drawn) * (len(rows) - 1) / len(rows)
            total += drawn.nan_to_num() @ member[block]
            count += drawn.isfinite().to(drawn) @ member[block]
            part = torch.einsum("pm,mbt->pbt", mixing, drawn)
            missing = part.isnan().any(1)
            at_most = (part <= 0).sum(1)
            p_value[:, block] = ((1 + at_most) / (1 + n)).masked_fill(missing, torch.nan).to(part)
            interval[:, :, block] = torch.stack([percentile_interval(p) for p in part])
    roi_r2 = score.nan_to_num() @ member / (score.isfinite().to(score) @ member)
    roi_interval = roi_r2.new_full((len(mixing), 2, member.shape[1]), torch.nan)
    if n:
        samples = torch.einsum("pm,mbr->pbr", mixing, total / count)
        roi_interval = torch.stack([percentile_interval(p) for p in samples])
    return _Parts(score, mixing @ score, interval, p_value, roi_r2, mixing @ roi_r2, roi_interval)


def _members(targets: Targets) -> Tensor:
    """Which targets belong to each region: (n_targets, n_regions), 1 or 0."""
    member = torch.zeros(targets.matrix.shape[1], len(targets.regions))
    for k, places in enumerate(targets.regions.values()):
        member[torch.from_numpy(places), k] = 1
    return member


def _predict(bands: list[Tensor], responses: Tensor, spec: Spec, split: Split) -> Tensor:
    """Held-out predictions of every nested model: (n_subsets, n_stimuli, n_targets)."""
    chosen = spec.settings
    try:
        settings = BandedSettings(
            alphas=tuple(chosen["alphas"]),
            standardise=bool(chosen["standardise"]),
            n_gammas=int(chosen["n_gammas"]),
            n_inner=int(chosen["n_inner"]),
            seed=int(chosen["seed"]),
        )
        return predict_nested(bands, responses, split.folds, settings, contiguous=split.contiguous)
    except ValueError as error:
        raise AnalysisError(str(error)) from error


def part_names(features: list[str]) -> list[str]:
    """What each part is called: the set it belongs to, or the sets that share it."""
    return [BETWEEN.join(features[b] for b in s) for s in list_subsets(len(features))]


def _label(found: _Parts, names: list[str], targets: Targets) -> xr.Dataset:
    n = len(names)

    def place(values: Tensor) -> np.ndarray:
        return targets.restore(values.cpu().numpy())

    variables = {
        "unique": (("features", *targets.dims), place(found.part[:n])),
        "shared": (("part", *targets.dims), place(found.part[n:])),
        "unique_interval": (("features", "bound", *targets.dims), place(found.interval[:n])),
        "unique_p": (("features", *targets.dims), place(found.p_value[:n])),
        "score": (targets.dims, place(found.r2[-1])),
        "model_score": (("features", *targets.dims), place(found.r2[:n])),
        "roi_unique": (("features", "roi"), found.roi_part[:n].cpu().numpy()),
        "roi_shared": (("part", "roi"), found.roi_part[n:].cpu().numpy()),
        "roi_unique_interval": (("features", "bound", "roi"), found.roi_interval[:n].cpu().numpy()),
        "roi_shared_interval": (("part", "bound", "roi"), found.roi_interval[n:].cpu().numpy()),
        "roi_score": ("roi", found.roi_r2[-1].cpu().numpy()),
    }
    coords = {
        "features": np.array(names, dtype=object),
        "part": np.array(part_names(names)[n:], dtype=object),
        "roi": np.array(list(targets.regions), dtype=object),
        **targets.coords(),
    }
    return xr.Dataset(variables, coords).astype(np.float32)


def _describe(spec: Spec, targets: Targets, split: Split) -> dict[str, Any]:
    n, bands = spec.settings["n_bootstraps"], int(spec.settings["n_gammas"])
    return {
        "subject": spec.subject,
        **describe_data(spec, targets, split),
        "method": (
            "held-out R² of every subset of features, "
            + ("one penalty for all sets" if bands == 1 else f"banded ridge, {bands} scalings")
            + "; parts by commonality analysis (Mood 1971). A part may be below 0"
        ),
        "interval": (
            "none: the words of a story are not independent"
            if split.contiguous
            else f"95 % paired bootstrap over stimuli, models kept ({n} resamples)"
        ),
        "p_value": (
            "none"
            if split.contiguous
            else "one-sided: share of resamples in which the unique part is not above 0; "
            "uncorrected"
        ),
    }
