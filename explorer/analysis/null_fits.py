"""Cross-validated fits of responses and of permuted targets, which do not touch the choice."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from explorer.engine.folds import complement, trim_gap
from explorer.engine.penalties import RidgeSettings
from explorer.engine.ridge import CrossvalFit, crossval_ridge, ridge_cv


def crossval_with_null(
    features: Tensor,
    responses: Tensor,
    null: Tensor,
    folds: list[Tensor],
    settings: RidgeSettings,
    *,
    contiguous: bool,
) -> CrossvalFit:
    """Out-of-fold predictions of responses and, in the columns after them, of permuted targets.

    Where each target has its own alpha, permuted targets are targets like others. Where one alpha
    serves all, that of each fold is chosen by the responses alone, and permuted targets take it.
    ``at_edge`` then is that of the responses.

    Parameters
    ----------
    features : (n, n_features)
    responses : (n, n_targets)
    null : (n, n_null), see ``engine.nulls``
    folds : list of (n_test,), a partition of the rows
    settings : of the ridge
    contiguous : folds are blocks of a time series
    """
    if settings.selection == "target":
        both = torch.cat([responses, null], 1)
        return crossval_ridge(features, both, folds, settings, contiguous=contiguous)
    real = crossval_ridge(features, responses, folds, settings, contiguous=contiguous)
    predicted = torch.full_like(null, torch.nan)
    chosen = real.alpha.nan_to_num(0).amax(1)  # one for all; 0 where every target is NaN
    for test, alpha in zip(folds, chosen.tolist(), strict=True):
        if not alpha:
            continue
        train = trim_gap(complement(len(features), test), test, settings.gap)
        fixed = replace(
            settings, alphas=(alpha,), mode="gcv", criterion="mse", selection="target", gap=0
        )
        fit = ridge_cv(features[train], null[train], None, fixed)
        predicted[test] = fit.predict(features[test])
    alpha_null = chosen[:, None].expand(-1, null.shape[1])
    return CrossvalFit(
        torch.cat([real.Y_hat, predicted], 1), torch.cat([real.alpha, alpha_null], 1), real.at_edge
    )
