"""Ridge regression with an alpha per target, chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.decomposition import check_features
from explorer.engine.factors import fit_factors
from explorer.engine.folds import check_partition, complement, kfold, trim_gap
from explorer.engine.penalties import RidgeSettings, share_at_edge
from explorer.engine.solve import RidgeFit, check_responses, solve


@dataclass(frozen=True)
class CrossvalFit:
    """Out-of-fold predictions.

    Parameters
    ----------
    Y_hat : (n, n_targets), each row predicted by a model that did not see it; NaN for a target
        that holds a NaN. A score pooled over contiguous folds is biased down by the fold means:
        score each fold, then average
    alpha : (n_folds, n_targets), as on the grid
    at_edge : share of these that are the first or the last of the grid; NaN do not count
    """

    Y_hat: Tensor
    alpha: Tensor
    at_edge: float


def ridge_cv(
    X: Tensor, Y: Tensor, folds: list[Tensor] | None = None, settings: RidgeSettings | None = None
) -> RidgeFit:
    """Fit ridge to each target with the alpha of least error: ``fit_factors``, then ``solve``.

    Minimises ``||Y - X w||^2 + alpha ||w||^2`` with an unpenalised intercept. On folds, means,
    standard deviations and principal components are those of the training rows of each fold.

    Parameters
    ----------
    X : (n, n_features), finite
    Y : (n, n_targets), same dtype and device; NaN makes that target NaN
    folds : list of (n_test,), a partition of the rows, see ``kfold``; not looked at in modes
        ``"gcv"`` and ``"loo"``
    settings : penalties, treatment of features, mode; None for the defaults

    Raises
    ------
    ValueError
        if ``X`` has NaN or infinite values, X and Y do not fit, or the folds are no partition
    """
    check_features(X)
    check_responses(X, Y)
    return solve(fit_factors(X, folds, settings), Y)


def crossval_ridge(
    X: Tensor,
    Y: Tensor,
    folds: list[Tensor],
    settings: RidgeSettings | None = None,
    *,
    groups: Tensor | None = None,
    contiguous: bool = False,
    on_fold: Callable[[int, int], None] | None = None,
) -> CrossvalFit:
    """Predict every row from models fitted to the other folds; alphas chosen within these.

    Parameters
    ----------
    X : (n, n_features), finite
    Y : (n, n_targets), same dtype and device; NaN makes that target NaN
    folds : list of (n_test,), a partition of the rows, see ``kfold``
    settings : penalties, treatment of features, number of inner folds; None for the defaults
    groups : (n,), integers; the inner folds split no group. The outer ones are the caller's
    contiguous : inner folds are blocks, as time series need
    on_fold : called with (folds done, folds in all) after each

    Raises
    ------
    ValueError
        as ``ridge_cv``; or if a training set has too few rows or groups for the inner folds,
        or groups come with a mode that uses no folds
    """
    settings = settings or RidgeSettings()
    if groups is not None and not settings.uses_folds:
        raise ValueError(
            f"groups were given with mode {settings.mode!r}, which takes rows for "
            "independent. Take mode 'kfold' or 'guided', whose inner folds split no group."
        )
    check_features(X)
    check_responses(X, Y)
    check_partition(len(X), folds)
    Y_hat, alpha = torch.empty_like(Y), Y.new_empty(len(folds), Y.shape[1])
    seed = None if contiguous else settings.seed
    for k, test in enumerate(fold.to(X.device) for fold in folds):
        train = trim_gap(complement(len(X), test), test, settings.gap)
        kept = None if groups is None else groups.to(X.device)[train]
        inner = None
        if settings.uses_folds:
            inner = kfold(len(train), settings.n_inner, seed=seed, groups=kept)
        fit = ridge_cv(X[train], Y[train], inner, settings)
        Y_hat[test], alpha[k] = fit.predict(X[test]), fit.alpha
        if on_fold:
            on_fold(k + 1, len(folds))
    missing = ~Y.isfinite().all(0)
    Y_hat[:, missing] = torch.nan
    alpha[:, missing] = torch.nan
    return CrossvalFit(Y_hat, alpha, share_at_edge(alpha, settings))
