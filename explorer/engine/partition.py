"""Variance partitioning: what each set of features explains alone, and what several share."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from explorer.engine.band_fit import fit_bands
from explorer.engine.band_settings import BandedSettings
from explorer.engine.banded import join_bands
from explorer.engine.batches import column_batches
from explorer.engine.bootstrap import bootstrap_score
from explorer.engine.device import exact_matmul
from explorer.engine.folds import complement, kfold
from explorer.engine.foldwise import scale_folds
from explorer.engine.moments import check_problem, fold_features, fold_targets
from explorer.engine.scores import r2
from explorer.engine.solve import check_responses
from explorer.engine.validation import centre_columns

FEWEST, MOST = 2, 4  # bands: 3 to 15 models
LOW, HIGH = 0.025, 0.975  # of the interval
SPARE = 4  # times the usual budget: predictions of all models are kept for the bootstrap


@dataclass(frozen=True)
class Partition:
    """Held-out R2 of all nested models, and its parts; negative numbers are left as they are.

    Model and part m belong to the bands in ``subsets[m]``. A part is what exactly these bands
    share: of one band, its unique variance. The parts sum to R2 of the joint model. A target that
    holds a NaN, or is constant in a fold, is NaN.

    Parameters
    ----------
    subsets : bands of each model, the joint one last
    r2 : (n_subsets, n_targets), of each model, mean over folds
    part : (n_subsets, n_targets), of the variance
    low, high : (n_subsets, n_targets), 95 % interval of each part over resampled stimuli; the
        fitted models stay as they are. NaN without a bootstrap
    p_value : (n_subsets, n_targets), one-sided: (1 + resamples in which the part is not above 0)
        / (1 + resamples); NaN without a bootstrap
    """

    subsets: tuple[tuple[int, ...], ...]
    r2: Tensor
    part: Tensor
    low: Tensor
    high: Tensor
    p_value: Tensor

    def shapley(self) -> Tensor:
        """R2 of the joint model shared out, each part evenly among its bands: (n_bands, n_targets).

        The mean gain in R2 when a band joins, over all orders of joining (Shapley 1953).
        """
        n_bands = len(self.subsets[-1])
        shares = [
            [1 / len(subset) if band in subset else 0.0 for subset in self.subsets]
            for band in range(n_bands)
        ]
        return torch.tensor(shares).to(self.part) @ self.part


def list_subsets(n_bands: int) -> tuple[tuple[int, ...], ...]:
    """Non-empty subsets of bands: single ones first, all bands last."""
    return tuple(
        subset for size in range(1, n_bands + 1) for subset in combinations(range(n_bands), size)
    )


def commonalities(n_bands: int) -> Tensor:
    """Matrix that turns R2 of nested models into parts of variance: (n_subsets, n_subsets).

    Rows and columns as ``list_subsets``. The part of A is the sum over B within A of
    ``(-1)^(|A| - |B| + 1) R2(all but B)`` (Mood 1971; Nimon et al. 2008, commonality analysis).
    """
    subsets = list_subsets(n_bands)
    row = {subset: m for m, subset in enumerate(subsets)}
    out = torch.zeros(len(subsets), len(subsets), dtype=torch.float64)
    for subset in subsets:
        for size in range(len(subset) + 1):
            for left_out in combinations(subset, size):
                rest = tuple(b for b in range(n_bands) if b not in left_out)
                if rest:  # R2 without any feature is 0
                    out[row[subset], row[rest]] += (-1) ** (len(subset) - size + 1)
    return out


@exact_matmul()
def partition_variance(
    bands: list[Tensor],
    Y: Tensor,
    folds: list[Tensor],
    settings: BandedSettings | None = None,
    *,
    groups: Tensor | None = None,
    contiguous: bool = False,
    n_bootstraps: int = 1000,
) -> Partition:
    """Partition held-out variance among two to four sets of features.

    Every subset of bands is a banded ridge model of its own, with scalings and alphas chosen within
    the training rows of each fold: sub-blocks of the same matrices, in the same folds. A plain
    joint model (``BandedSettings(n_gammas=1)``) penalises unlike bands alike, so it can predict
    worse than its best band and make unique variance negative.

    Parameters
    ----------
    bands : list of (n, n_features), two to four, finite, aligned by stimulus
    Y : (n, n_targets), same dtype and device
    folds : list of (n_test,), a partition of the rows, see ``kfold``
    settings : scalings, penalties, number of inner folds and seed; None for the defaults
    groups : (n,), integers; the inner folds split no group. The outer ones are the caller's
    contiguous : inner folds are blocks, as time series need
    n_bootstraps : resamples of stimuli, the same for all models and targets; 0 for none

    Raises
    ------
    ValueError
        if there are not two to four bands, gammas are given for more than two, or as
        ``banded_ridge_cv``
    """
    settings = settings or BandedSettings()
    if not FEWEST <= len(bands) <= MOST:
        raise ValueError(
            f"There are {len(bands)} bands, expected {FEWEST} to {MOST}. Join some of them, or "
            "compare two at a time."
        )
    if settings.gammas is not None and len(bands) > FEWEST:
        raise ValueError(
            f"gammas are given for {len(bands)} bands, expected None: models of fewer bands need "
            "their own. Set n_gammas."
        )
    X, sizes = join_bands(bands)
    check_problem(X, Y, folds)
    folds = [fold.to(Y.device) for fold in folds]
    subsets = list_subsets(len(bands))
    score = Y.new_empty(len(subsets), Y.shape[1])
    resampled = [torch.full_like(score, torch.nan) for _ in range(3)]
    mixing = commonalities(len(bands)).to(Y)
    for slab in column_batches(Y.shape[1], len(subsets) * Y[:, :1].nbytes // SPARE):
        y = Y[:, slab]
        Y_hat = _predict(X, y, folds, sizes, (settings, groups, contiguous))
        pairs = [scale_folds(y, model, folds, "r2") for model in Y_hat]
        score[:, slab] = torch.stack([r2(*pair) for pair in pairs])
        if n_bootstraps:
            for out, found in zip(
                resampled, _bootstrap(pairs, mixing, n_bootstraps, settings.seed), strict=True
            ):
                out[:, slab] = found
    return Partition(subsets, score, mixing @ score, *resampled)


@exact_matmul()
def predict_nested(
    bands: list[Tensor],
    Y: Tensor,
    folds: list[Tensor],
    settings: BandedSettings | None = None,
    *,
    groups: Tensor | None = None,
    contiguous: bool = False,
) -> Tensor:
    """Predictions of every nested model, as ``partition_variance`` makes them.

    Parameters
    ----------
    bands : list of (n, n_features), finite, aligned by stimulus
    Y : (n, n_targets), same dtype and device; NaN makes that target NaN
    folds : list of (n_test,), disjoint: each is predicted by models of all other rows. One fold is
        a held-out split
    settings : scalings, penalties, number of inner folds and seed; None for the defaults
    groups : (n,), integers; the inner folds split no group
    contiguous : inner folds are blocks, as time series need

    Returns
    -------
    Y_hat : (n_subsets, n, n_targets), models as in ``list_subsets``; NaN in rows of no fold

    Raises
    ------
    ValueError
        as ``banded_ridge_cv``, or if folds share a row
    """
    X, sizes = join_bands(bands)
    check_responses(X, Y)
    rows = torch.cat(folds)
    if int(torch.bincount(rows).max()) > 1:
        raise ValueError("Folds share rows, expected each row in one fold at most. See kfold.")
    folds = [fold.to(Y.device) for fold in folds]
    how = (settings or BandedSettings(), groups, contiguous)
    Y_hat = _predict(X, Y, folds, sizes, how)
    Y_hat[:, complement(len(Y), rows.to(Y.device))] = torch.nan
    return Y_hat


def _predict(
    X: Tensor,
    Y: Tensor,
    folds: list[Tensor],
    sizes: tuple[int, ...],
    how: tuple[BandedSettings, Tensor | None, bool],
) -> Tensor:
    """Out-of-fold predictions of every nested model: (n_subsets, n, n_targets)."""
    settings, groups, contiguous = how
    seed = None if contiguous else settings.seed
    spans = torch.split(torch.arange(X.shape[1], device=X.device), list(sizes))
    subsets = list_subsets(len(sizes))
    Y_hat = Y.new_empty(len(subsets), *Y.shape)
    for test in folds:
        train = complement(len(X), test)
        kept = None if groups is None else groups.to(Y.device)[train]
        inner = kfold(len(train), settings.n_inner, seed=seed, groups=kept)
        parts, whole, mean = fold_features(X[train], inner, settings.standardise)
        trained, tested = ((X[rows] - mean.to(X.device)).to(Y) for rows in (train, test))
        column = (len(inner) + 2) * (trained.shape[1] + len(trained)) * Y.element_size()
        for slab in column_batches(Y.shape[1], column):
            y, Y_mean = centre_columns(Y[train, slab])
            targets, total = fold_targets(trained, y, parts, whole)
            for m, subset in enumerate(subsets):
                columns = torch.cat([spans[b] for b in subset])
                on = columns.to(whole.side.device)
                nested = [part.take(on) for part in parts], whole.take(on)
                moments = [
                    target.take(columns if part.primal else None)
                    for target, part in zip((*targets, total), (*parts, whole), strict=True)
                ]
                some = tuple(sizes[b] for b in subset)
                gammas = settings.scalings(len(subset))
                fit = fit_bands(nested, (moments[:-1], moments[-1]), some, gammas, settings)
                Y_hat[m, test, slab] = tested[:, columns] @ fit.W + Y_mean
    Y_hat[:, :, ~Y.isfinite().all(0)] = torch.nan
    return Y_hat


def _bootstrap(
    pairs: list[tuple[Tensor, Tensor]], mixing: Tensor, n_bootstraps: int, seed: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Interval and p value of each part; the models share their resamples, so parts are paired."""
    scores = torch.stack(
        [
            bootstrap_score(y, y_hat, "r2", n_bootstraps=n_bootstraps, seed=seed)
            for y, y_hat in pairs
        ]
    )  # (n_subsets, n_bootstraps, n_targets)
    ends, p_value = [], torch.empty_like(scores[:, 0])
    for m, row in enumerate(mixing):
        part = torch.einsum("m,mbt->bt", row, scores).sort(0).values
        missing = part.isnan().any(0)
        p_value[m] = ((1 + (part <= 0).sum(0)) / (1 + n_bootstraps)).masked_fill(missing, torch.nan)
        picked = [round(q * (n_bootstraps - 1)) for q in (LOW, HIGH)]
        ends.append(part[picked].masked_fill(missing, torch.nan))
    return *torch.stack(ends, 1), p_value
