"""Encoding: features of each layer predict each target; held-out scores, ceilings, intervals.

Targets are read in blocks, and every finished part (a layer by a span of targets) is kept beside
the result's place until all are there: memory does not grow with targets, and a killed run goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from functools import partial

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.encoding_parts import (
    PER_TARGET,
    RESPONSES,
    Part,
    all_parts,
    join,
    layer_parts,
)
from explorer.analysis.encoding_work import EncodingWork
from explorer.analysis.familywise import describe_familywise, familywise_p
from explorer.analysis.finished_parts import Arrays
from explorer.analysis.parts import layer_coords
from explorer.analysis.region_sums import add_up, divide
from explorer.analysis.run import Run, store_result
from explorer.analysis.scoring import (
    Labelled,
    label_ceiling,
    label_responses,
    null_text,
    split_half_text,
)
from explorer.analysis.spec import Spec
from explorer.analysis.targets import read_targets
from explorer.engine.stats import fdr_bh
from explorer.study.study import Study

log = logging.getLogger(__name__)

BOUNDS = (0.025, 0.975)  # ends of the 95 % interval
_FINE = 1000  # steps of progress within a part
_ROWS = 4096  # stimuli that regions are predicted for at once


def run_encoding(study: Study, spec: Spec, run: Run) -> str:
    """Fit and score every layer; returns the name of the stored result."""
    started = time.monotonic()
    work = open_work(study, spec, run)
    compute_parts(work, run)
    return finish(study, spec, work, run, started)


def open_work(study: Study, spec: Spec, run: Run) -> EncodingWork:
    """Open a spec for computing; a result that could not be stored is refused here."""
    run.step(0, 1, "reading responses and features")
    work = EncodingWork(study, spec, run)
    work.parts.prepare()
    width, step = work.blocks.width, work.plan.step
    log.info("blocks of %d targets, at most %.0f MB", step * width, work.plan.n_bytes / 1e6)
    return work


def compute_parts(work: EncodingWork, run: Run) -> None:
    """Compute the parts that are not there yet."""
    parts = all_parts(work.blocks)
    for k, part in enumerate(parts):
        run.step(k, len(parts), part.note)
        if not work.parts.has(part.name):
            work.compute(part, partial(_tell, run, k, len(parts), part.note))


def _tell(run: Run, done: int, total: int, note: str, share: float) -> None:
    run.step(round(_FINE * (done + share)), _FINE * total, note)


def finish(study: Study, spec: Spec, work: EncodingWork, run: Run, started: float) -> str:
    """Put the result together from its parts and store it; the parts are then deleted."""
    run.step(1, 1, "putting the layers together")
    blocks = work.blocks
    layers = range(blocks.features.sizes["layer"])
    made, edges = [], []
    for layer in layers:
        run.check(f"layer {layer}")
        parts = load_parts(work, layer)
        made.append(_layer_dataset(work, layer, parts))
        total, known = add_up(parts, "edge")
        edges.append(total / known if known else 0.0)
    result = xr.concat(made, "layer").assign_coords(
        {**layer_coords(blocks.features), **blocks.coords()}
    )
    result["q_value"] = (result.p_value.dims, fdr_bh(torch.tensor(result.p_value.values)).numpy())
    if spec.settings.get("fwer"):  # the one thing that needs all responses at once
        result = result.assign(familywise_p(read_targets(study, spec), work.split, spec, run))
    parts = load_parts(work, RESPONSES)
    ceilings, ceiling_text = _ceilings(work, parts)
    result = result.assign(ceilings)
    result = result.assign(_region_responses(work, parts))
    result.attrs = {
        **_describe(work),
        **describe_familywise(spec, work.split),
        "noise_ceiling": ceiling_text,
        "n_targets_nan": int(np.isnan(result.score.isel(layer=0).values).sum()) - blocks.n_outside,
        "alpha_at_edge": float(np.mean(edges)),
    }
    name = store_result(study, spec, result, started)
    work.parts.delete()
    return name


def load_parts(work: EncodingWork, layer: int) -> list[Arrays]:
    """All parts of a layer; one that is damaged is computed again."""

    def load(part: Part) -> Arrays:
        found = work.parts.load(part.name)
        return work.compute(part, lambda _share: None) if found is None else found

    return [load(part) for part in layer_parts(work.blocks, layer)]


def _layer_dataset(work: EncodingWork, layer: int, parts: list[Arrays]) -> xr.Dataset:
    blocks = work.blocks
    flat = {name: join(parts, name) for name in PER_TARGET}
    score = torch.from_numpy(flat["score"])
    means = [float(score[torch.from_numpy(i)].nanmean()) for i in blocks.regions.values()]
    intervals = np.full((len(blocks.regions), 2), np.nan)
    if not work.split.contiguous:  # words of a story are no independent draws
        intervals = _region_intervals(parts)
    data = {name: (blocks.dims, blocks.restore(values)) for name, values in flat.items()}
    part = xr.Dataset(
        {
            **data,
            "roi_score": ("roi", means),
            "roi_interval": (("roi", "bound"), intervals),
            "roi_prediction": (("stimulus", "roi"), _region_predictions(work, layer, parts)),
        }
    )
    return part.astype(np.float32)


def _region_intervals(parts: list[Arrays]) -> np.ndarray:
    """Bootstrap interval over stimuli of each region's mean score: (n_regions, 2)."""
    total, count = add_up(parts, "sample_sum"), add_up(parts, "sample_count")
    means = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    known = np.isfinite(means).any(0)
    intervals = np.full((means.shape[1], 2), np.nan)
    if known.any():  # quantiles of nothing have another shape
        intervals[known] = np.nanquantile(means[:, known], BOUNDS, axis=0).T
    return intervals


def _region_predictions(work: EncodingWork, layer: int, parts: list[Arrays]) -> np.ndarray:
    """Mean prediction of each region for the scored stimuli, then for those never shown."""
    n_scored = len(work.split.scored)
    n_unseen = 0 if work.crossvalidated else work.blocks.unseen.sizes["stimulus"]
    made = np.empty((n_scored + n_unseen, len(work.blocks.regions)), np.float32)
    place = {int(row): k for k, row in enumerate(work.split.scored)}
    features = work.features(layer)
    for k, fold in enumerate(work.split.folds):
        rows = [place[row] for row in fold.tolist()]
        made[rows] = _predict_regions(features[fold.to(features.device)], parts, k)
    for some in _slices(n_unseen):
        values = _predict_regions(work.features(layer, some, unseen=True), parts, 0)
        made[n_scored + some.start : n_scored + some.stop] = values
    return made


def _predict_regions(features: Tensor, parts: list[Arrays], fold: int) -> np.ndarray:
    """Mean prediction over the targets of each region: (n, n_regions)."""
    weight, mean, count = (add_up(parts, f"{name}_{fold}") for name in ("weight", "mean", "count"))
    centred = features.cpu().double().numpy() - parts[0][f"shift_{fold}"]
    return divide(centred @ weight + mean, count)


def _slices(n: int) -> Iterator[slice]:
    return (slice(start, min(start + _ROWS, n)) for start in range(0, n, _ROWS))


def _ceilings(work: EncodingWork, parts: list[Arrays]) -> tuple[Labelled, str]:
    """Highest correlation the noise allows on the scored stimuli, and how it is known.

    It comes with the responses, or is the root of the reliability of the mean over repeats.
    """
    blocks = work.blocks
    known = blocks.about.get("noise_ceiling")
    if known is not None:
        ceiling = np.asarray(known.values, np.float32).reshape(-1)
        text = str(known.attrs.get("method", "as it came with the responses"))
    elif work.needs_repeats:
        ceiling = join(parts, "ceiling")
        text = split_half_text(blocks.n_repeats)
    else:
        return {}, "none: each stimulus was shown once"
    return label_ceiling(ceiling, blocks), text


def _region_responses(work: EncodingWork, parts: list[Arrays]) -> xr.Dataset:
    """Measured response of each region to the scored stimuli; NaN for those never shown."""
    blocks = work.blocks
    response = divide(add_up(parts, "response_sum"), add_up(parts, "response_count"))
    response = response.astype(np.float32)
    return label_responses(response, blocks.ids, work.split, blocks)


def _describe(work: EncodingWork) -> dict[str, str | int]:
    settings = work.spec.settings
    return {
        "n_stimuli": len(work.split.scored),
        "n_repeats": work.blocks.n_repeats,
        "n_targets": work.blocks.n_targets,
        "split": work.split.text,
        "metric": work.spec.metric,
        "interval": (
            "none: the words of a story are not independent"
            if work.split.contiguous
            else f"95 % bootstrap over stimuli, models kept ({settings['n_bootstraps']} resamples)"
        ),
        "p_value": f"one-sided, Pearson r, {null_text(work.spec, work.split)}; "
        "q: Benjamini-Hochberg over all layers and targets",
    }
