"""Banded ridge: every target its own penalty for each set of features."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.band_fit import fit_bands
from explorer.engine.band_settings import BandedSettings
from explorer.engine.batches import column_batches
from explorer.engine.decomposition import check_features
from explorer.engine.device import exact_matmul
from explorer.engine.folds import complement, kfold
from explorer.engine.moments import check_problem, fold_features, fold_targets
from explorer.engine.validation import centre_columns


@dataclass(frozen=True)
class BandedFit:
    """Banded ridge models of all targets; a target that holds a NaN is NaN in everything.

    Parameters
    ----------
    gamma : (n_bands, n_targets), scaling of each band, on the simplex
    alpha : (n_targets,), in the unit of the grid
    cv_mse : (n_targets,), mean squared error over all validation rows, at these
    gamma_mse : (n_gammas, n_targets), the same at the best alpha of each scaling that was tried;
        NaN where it was screened out
    at_edge : share of targets whose alpha in the search is the first or the last of the grid
    X_mean : (n_features,), over training rows, of all bands side by side, float64
    W : (n_features, n_targets), weights of the features as they come
    Y_mean : (n_targets,), over training rows
    sizes : number of features of each band
    """

    gamma: Tensor
    alpha: Tensor
    cv_mse: Tensor
    gamma_mse: Tensor
    at_edge: float
    X_mean: Tensor
    W: Tensor
    Y_mean: Tensor
    sizes: tuple[int, ...]

    def predict(self, bands: list[Tensor]) -> Tensor:
        """Predicted responses.

        Parameters
        ----------
        bands : list of (n_test, n_features), as they come

        Returns
        -------
        Y_hat : (n_test, n_targets)

        Raises
        ------
        ValueError
            if the bands are not those of the training set, or hold NaN or infinite values
        """
        return self.predict_bands(bands).sum(0) + self.Y_mean

    @exact_matmul()
    def predict_bands(self, bands: list[Tensor]) -> Tensor:
        """What each band adds to the prediction; with ``Y_mean`` they sum to it.

        Parameters
        ----------
        bands : list of (n_test, n_features), as they come

        Returns
        -------
        Y_hat : (n_bands, n_test, n_targets)

        Raises
        ------
        ValueError
            as ``predict``
        """
        X, sizes = join_bands(bands)
        if sizes != self.sizes:
            raise ValueError(
                f"The bands have {sizes} features, expected {self.sizes}, those of the training "
                "set. Give the same bands in the same order."
            )
        X = (X - self.X_mean.to(X.device)).to(self.W)  # float64 less float64, then rounded
        ends = torch.tensor(sizes).cumsum(0).tolist()
        spans = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
        return torch.stack([X[:, span] @ self.W[span] for span in spans])

    @exact_matmul()
    def intercept(self) -> Tensor:
        """Prediction where every feature is 0: (n_targets,)."""
        return self.Y_mean - self.X_mean.to(self.W) @ self.W


def join_bands(bands: list[Tensor]) -> tuple[Tensor, tuple[int, ...]]:
    """Bands side by side, and their sizes.

    Parameters
    ----------
    bands : list of (n, n_features)

    Raises
    ------
    ValueError
        if there is no band, one is empty, or they differ in rows, dtype or device
    """
    if not bands:
        raise ValueError("There are no bands, expected one or more sets of features.")
    for b, band in enumerate(bands):
        try:
            check_features(band)
        except ValueError as error:
            raise ValueError(f"Band {b}: {error}") from error
        if band.shape[1] == 0:
            raise ValueError(f"Band {b} has no features, expected one or more. Leave it out.")
        here, first = (len(band), band.dtype, band.device), bands[0]
        if here != (len(first), first.dtype, first.device):
            raise ValueError(
                f"Band {b} has {len(band)} stimuli of {band.dtype} on {band.device}, band 0 "
                f"{len(first)} of {first.dtype} on {first.device}, expected the same. "
                "Align the bands by stimulus."
            )
    return torch.cat(bands, 1), tuple(band.shape[1] for band in bands)


@exact_matmul()
def banded_ridge_cv(
    bands: list[Tensor], Y: Tensor, folds: list[Tensor], settings: BandedSettings | None = None
) -> BandedFit:
    """Fit banded ridge to each target with the scalings and alpha of least validation error.

    Minimises ``||Y - sum_b X_b w_b||^2 + sum_b alpha / gamma_b ||w_b||^2`` with an unpenalised
    intercept (Nunez-Elizalde et al. 2019). Gram matrices of all bands together are made once per
    fold; a scaling multiplies their rows and columns, so none passes over the data again.

    Parameters
    ----------
    bands : list of (n, n_features), finite, aligned by stimulus
    Y : (n, n_targets), same dtype and device; NaN makes that target NaN
    folds : list of (n_test,), a partition of the rows, see ``kfold``
    settings : penalties, scalings and treatment of features; None for the defaults

    Raises
    ------
    ValueError
        if bands have NaN or infinite values, bands and Y do not fit, or the folds are no partition
    """
    settings = settings or BandedSettings()
    X, sizes = join_bands(bands)
    check_problem(X, Y, folds)
    gammas = settings.scalings(len(sizes))
    parts, whole, X_mean = fold_features(X, folds, settings.standardise)
    X = (X - X_mean.to(X.device)).to(Y)
    gamma, alpha, cv_mse = Y.new_empty(len(sizes), Y.shape[1]), Y[0].clone(), Y[0].clone()
    gamma_mse, W, Y_mean = (
        Y.new_empty(len(gammas), Y.shape[1]),
        Y.new_empty(X.shape[1], Y.shape[1]),
        Y[0].clone(),
    )
    edge = 0
    column = (len(folds) + 2) * (X.shape[1] + len(X)) * Y.element_size()
    for slab in column_batches(Y.shape[1], column):
        y, Y_mean[slab] = centre_columns(Y[:, slab])
        targets = fold_targets(X, y, parts, whole)
        fit = fit_bands((parts, whole), targets, sizes, gammas, settings)
        gamma[:, slab], alpha[slab], cv_mse[slab] = fit.gamma.to(Y), fit.alpha.to(Y), fit.cv_mse
        gamma_mse[:, slab], W[:, slab] = fit.gamma_mse, fit.W
        edge += fit.n_at_edge
    missing = cv_mse.isnan()
    for part in (gamma, alpha, W, Y_mean):
        part[..., missing] = torch.nan
    known = max(1, int((~missing).sum()))
    return BandedFit(gamma, alpha, cv_mse, gamma_mse, edge / known, X_mean, W, Y_mean, sizes)


def crossval_banded_ridge(
    bands: list[Tensor],
    Y: Tensor,
    folds: list[Tensor],
    settings: BandedSettings | None = None,
    *,
    groups: Tensor | None = None,
    contiguous: bool = False,
) -> Tensor:
    """Predict every row, band by band, from models fitted to the other folds.

    Parameters
    ----------
    bands : list of (n, n_features), finite, aligned by stimulus
    Y : (n, n_targets), same dtype and device; NaN makes that target NaN
    folds : list of (n_test,), a partition of the rows, see ``kfold``
    settings : scalings, penalties, number of inner folds; None for the defaults
    groups : (n,), integers; the inner folds split no group. The outer ones are the caller's
    contiguous : inner folds are blocks, as time series need

    Returns
    -------
    Y_hat : (n_bands + 1, n, n_targets), what each band adds, and last the training means; their
        sum is the prediction

    Raises
    ------
    ValueError
        as ``banded_ridge_cv``; or if a training set has too few rows or groups for inner folds
    """
    settings = settings or BandedSettings()
    X, _ = join_bands(bands)
    check_problem(X, Y, folds)
    Y_hat = Y.new_empty(len(bands) + 1, *Y.shape)
    seed = None if contiguous else settings.seed
    for test in (fold.to(Y.device) for fold in folds):
        train = complement(len(Y), test)
        kept = None if groups is None else groups.to(Y.device)[train]
        inner = kfold(len(train), settings.n_inner, seed=seed, groups=kept)
        fit = banded_ridge_cv([band[train] for band in bands], Y[train], inner, settings)
        Y_hat[:-1, test] = fit.predict_bands([band[test] for band in bands])
        Y_hat[-1, test] = fit.Y_mean
    Y_hat[..., ~Y.isfinite().all(0)] = torch.nan
    return Y_hat
