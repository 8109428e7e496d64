"""Held-out predictions of one layer as labelled scores: p-values, regions, intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.held_out import Split
from explorer.analysis.response_blocks import ResponseBlocks
from explorer.analysis.spec import Spec
from explorer.analysis.targets import Targets
from explorer.engine import METRICS
from explorer.engine.batches import column_batches
from explorer.engine.bootstrap import bootstrap_score
from explorer.engine.ceiling import split_half
from explorer.engine.foldwise import scale_folds
from explorer.engine.intervals import percentile_interval
from explorer.engine.nulls import pooled_p
from explorer.engine.stats import permutation_p

Labelled = dict[str, tuple[tuple[str, ...] | str, np.ndarray]]  # variables: dims and values


@dataclass(frozen=True)
class HeldOut:
    """What was measured and what was predicted of it.

    Attributes
    ----------
    measured : (n_scored, n_targets), responses to the scored stimuli
    predicted : (n_scored, n_targets), by models that did not see them
    null : the same two of permuted targets that were fitted as well; None with a held-out split
    unseen : (n_unseen, n_targets), predictions of stimuli that were never shown
    """

    measured: Tensor
    predicted: Tensor
    null: tuple[Tensor, Tensor] | None
    unseen: Tensor


def describe_data(spec: Spec, targets: Targets, split: Split) -> dict[str, int | str]:
    """What stands beside every held-out score: n, split and metric, as attributes of a result."""
    return {
        "n_stimuli": len(split.scored),
        "n_repeats": targets.n_repeats,
        "n_targets": targets.matrix.shape[1],
        "split": split.text,
        "metric": spec.metric,
    }


def score_layer(found: HeldOut, spec: Spec, targets: Targets, split: Split) -> xr.Dataset:
    """Scores of one layer: by target and by region, with p-values and intervals, float32."""
    rows = split.scored.to(found.measured.device)
    within = [torch.searchsorted(rows, f.to(rows)) for f in split.folds]  # rows are sorted
    measured, predicted = scale_folds(found.measured, found.predicted, within, spec.metric)
    score = METRICS[spec.metric].function(measured, predicted)
    p_value = _p_value(found, within, spec)
    interval = np.full((len(targets.regions), 2), np.nan)
    if not split.contiguous:  # words of a story are no independent draws
        interval = _region_intervals(measured, predicted, spec, targets)
    every = torch.cat([found.predicted, found.unseen])
    place = [every[:, torch.from_numpy(i)].nanmean(1) for i in targets.regions.values()]
    by_region = [float(score[torch.from_numpy(i)].nanmean()) for i in targets.regions.values()]
    return xr.Dataset(
        {
            "score": (targets.dims, targets.restore(score.cpu().numpy())),
            "p_value": (targets.dims, targets.restore(p_value.cpu().numpy())),
            "roi_score": ("roi", by_region),
            "roi_interval": (("roi", "bound"), interval),
            "roi_prediction": (("stimulus", "roi"), torch.stack(place, 1).cpu().numpy()),
        }
    ).astype(np.float32)


def label_ceiling(ceiling: np.ndarray, targets: Targets | ResponseBlocks) -> Labelled:
    """The ceiling of every target, (n_targets,), and its mean over those of each region."""
    known = [values[np.isfinite(values)] for values in map(ceiling.take, targets.regions.values())]
    by_region = [float(values.mean()) if len(values) else np.nan for values in known]
    return {
        "noise_ceiling": (targets.dims, targets.restore(ceiling)),
        "roi_ceiling": ("roi", np.array(by_region, np.float32)),
    }


def split_half_text(n_repeats: int) -> str:
    """How a ceiling is known that was found from repeats."""
    return f"root of the split-half reliability of {n_repeats} repeats (Spearman-Brown)"


def null_text(spec: Spec, split: Split) -> str:
    """What p-values are among."""
    n = spec.settings["n_permutations"]
    if len(split.folds) == 1:
        return f"permutation of held-out stimuli ({n} or the next multiple of n)"
    order = "shifted round" if split.contiguous else "permuted"
    return f"among {n} targets refitted with their stimuli {order}, pooled"


def read_ceilings(targets: Targets, split: Split) -> tuple[Labelled, str]:
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
        text = split_half_text(targets.n_repeats)
    else:
        return {}, "none: each stimulus was shown once"
    return label_ceiling(ceiling, targets), text


def region_responses(targets: Targets, split: Split) -> xr.Dataset:
    """Mean response of each region to the scored stimuli; NaN for those never shown."""
    rows = split.scored.numpy()
    responses = torch.from_numpy(targets.matrix[rows])
    means = [responses[:, torch.from_numpy(i)].nanmean(1) for i in targets.regions.values()]
    response = torch.stack(means, 1).numpy().astype(np.float32)
    ids = targets.responses.stimulus.values
    return label_responses(response, ids, split, targets)


def label_responses(
    response: np.ndarray, ids: np.ndarray, split: Split, targets: Targets | ResponseBlocks
) -> xr.Dataset:
    """Responses of regions, (n_scored, n_regions); those never shown are added, as NaN."""
    stimulus = ids[split.scored.numpy()]
    if len(split.folds) == 1:
        unseen = targets.unseen.stimulus.values
        stimulus = np.concatenate([stimulus, unseen])
        nothing = np.full((len(unseen), response.shape[1]), np.nan, np.float32)
        response = np.concatenate([response, nothing])
    names = np.array(list(targets.regions), dtype=object)
    return xr.Dataset(
        {"roi_response": (("stimulus", "roi"), response)}, {"stimulus": stimulus, "roi": names}
    )


def _p_value(found: HeldOut, within: list[Tensor], spec: Spec) -> Tensor:
    """P of Pearson r: of a fixed model by permutation, of cross-validated ones among refits."""
    if found.null is None:
        return permutation_p(
            found.measured,
            found.predicted,
            n_permutations=int(spec.settings["n_permutations"]),
            seed=int(spec.settings["seed"]),
        )
    pearson = METRICS["pearson"].function
    score = pearson(*scale_folds(found.measured, found.predicted, within, "pearson"))
    return pooled_p(score, pearson(*scale_folds(*found.null, within, "pearson")))


def _region_intervals(
    measured: Tensor, predicted: Tensor, spec: Spec, targets: Targets
) -> np.ndarray:
    """95 % bootstrap interval over stimuli of each region's mean score: (n_regions, 2)."""
    n, seed = int(spec.settings["n_bootstraps"]), int(spec.settings["seed"])
    out = np.full((len(targets.regions), 2), np.nan)
    if n < 1:
        return out
    for k, places in enumerate(targets.regions.values()):
        index = torch.from_numpy(places).to(measured.device)
        total, count = (torch.zeros(n, dtype=torch.float64) for _ in range(2))
        for block in column_batches(len(index), 8 * n):
            y, y_hat = (x[:, index[block]] for x in (measured, predicted))
            drawn = bootstrap_score(y, y_hat, spec.metric, n_bootstraps=n, seed=seed)
            drawn = drawn.double().cpu()
            total += drawn.nan_to_num().sum(1)
            count += drawn.isfinite().sum(1)
        out[k] = percentile_interval((total / count)[:, None])[:, 0].numpy()
    return out
