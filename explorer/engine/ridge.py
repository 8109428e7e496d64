"""Ridge regression with an alpha per target, chosen by cross-validation on an exact grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.decomposition import check_features, decompose_folds, fit_axes, fit_scaling
from explorer.engine.device import exact_matmul, to_double
from explorer.engine.folds import check_partition, complement, kfold
from explorer.engine.validation import centre, target_blocks, validation_mse

#: Multiples of the mean eigenvalue of the Gram matrix, so that one grid serves every layer.
DEFAULT_ALPHAS: tuple[float, ...] = tuple(10.0**k for k in range(-5, 5))


@dataclass(frozen=True)
class RidgeSettings:
    """What is done to the features, and which penalties are tried.

    Parameters
    ----------
    alphas : grid of penalties, each > 0, increasing
    relative : alphas are multiples of trace(X'X) / n_features of the training rows, centred and
        scaled; otherwise absolute, as in scikit-learn's ``Ridge``
    standardise : divide features by their standard deviation over the training rows; a constant
        feature becomes 0
    n_components : replace features by that many principal components of the training rows; the
        mean eigenvalue is then over these. None keeps all features
    n_inner : folds within each training set, to choose alpha in ``crossval_ridge``
    seed : of the shuffle that makes these inner folds
    """

    alphas: tuple[float, ...] = DEFAULT_ALPHAS
    relative: bool = True
    standardise: bool = True
    n_components: int | None = None
    n_inner: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.alphas or not all(0 < a < float("inf") for a in self.alphas):
            raise ValueError(
                f"alphas are {self.alphas}, expected one or more finite numbers > 0. "
                "For nearly no penalty take a small one, such as 1e-5."
            )
        if list(self.alphas) != sorted(set(self.alphas)):
            raise ValueError(f"alphas are {self.alphas}, expected increasing. Sort them.")
        if self.n_components is not None and self.n_components < 1:
            raise ValueError(
                f"n_components is {self.n_components}, expected 1 or more, or None for no PCA."
            )


@dataclass(frozen=True)
class RidgeFit:
    """Ridge models of all targets, each with its own alpha.

    A target that holds a NaN is NaN in everything here, and changes no other.

    Parameters
    ----------
    alpha : (n_targets,), as on the grid
    absolute_alpha : (n_targets,), the penalty that was applied, as in scikit-learn's ``Ridge``
    cv_mse : (n_alphas, n_targets), mean squared error over all validation rows
    at_edge : share of targets whose alpha is the first or the last of the grid; 0 if the grid has
        one value; NaN targets do not count
    X_mean : (n_features,), over training rows, float64
    axes : (n_features, rank), principal axes of the scaled features, float64
    coefficients : (rank, n_targets), on these axes
    Y_mean : (n_targets,), over training rows
    """

    alpha: Tensor
    absolute_alpha: Tensor
    cv_mse: Tensor
    at_edge: float
    X_mean: Tensor
    axes: Tensor
    coefficients: Tensor
    Y_mean: Tensor

    @exact_matmul()
    def predict(self, X_test: Tensor) -> Tensor:
        """Predicted responses.

        Parameters
        ----------
        X_test : (n_test, n_features), as they come: centred and scaled here

        Returns
        -------
        Y_hat : (n_test, n_targets)

        Raises
        ------
        ValueError
            if ``X_test`` has NaN or infinite values, or another number of features
        """
        check_features(X_test)
        if X_test.shape[1] != len(self.X_mean):
            raise ValueError(
                f"X_test has {X_test.shape[1]} features, expected {len(self.X_mean)}, those of "
                "the training set. Take both from the same layer."
            )
        on_axes = (to_double(X_test) - self.X_mean) @ self.axes
        return on_axes.to(self.coefficients) @ self.coefficients + self.Y_mean

    @exact_matmul()
    def weights(self) -> Tensor:
        """Weights of the features as they come: (n_features, n_targets)."""
        return self.axes.to(self.coefficients) @ self.coefficients

    @exact_matmul()
    def intercept(self) -> Tensor:
        """Prediction where every feature is 0: (n_targets,)."""
        on_axes = (self.X_mean @ self.axes).to(self.coefficients)
        return self.Y_mean - on_axes @ self.coefficients


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


@exact_matmul()
def ridge_cv(
    X: Tensor, Y: Tensor, folds: list[Tensor], settings: RidgeSettings | None = None
) -> RidgeFit:
    """Fit ridge to each target with the alpha of least validation error.

    Minimises ``||Y - X w||^2 + alpha ||w||^2`` with an unpenalised intercept. Per fold there is one
    decomposition ``X_train = U S V'``; every alpha and target then costs one product,
    ``X_val V (S^2 + alpha)^-1 V' X_train' Y`` (Hastie, Tibshirani & Friedman 2009, eq. 3.47).
    Means, standard deviations and principal components are those of the training rows of each fold.

    Parameters
    ----------
    X : (n, n_features), finite
    Y : (n, n_targets), same dtype and device; NaN makes that target NaN
    folds : list of (n_test,), a partition of the rows, see ``kfold``
    settings : penalties and treatment of features; None for the defaults

    Raises
    ------
    ValueError
        if ``X`` has NaN or infinite values, X and Y do not fit, or the folds are no partition
    """
    settings = settings or RidgeSettings()
    _check(X, Y, folds)
    X64 = to_double(X)
    shift = X64.mean(0)
    X64 = X64 - shift
    decomposed = decompose_folds(X64, shift, folds, settings.standardise, settings.n_components, Y)
    penalties = [_penalties(settings, fold.mean_value) for fold in decomposed]
    cv_mse = validation_mse(X64.to(Y), Y, decomposed, penalties)
    del decomposed

    best = cv_mse.nan_to_num(nan=torch.inf).argmin(0)
    missing = ~cv_mse.isfinite().all(0)
    scaling = fit_scaling(X64, shift, settings.standardise, X.dtype)
    spectrum, axes, rows = fit_axes(X64, scaling, settings.n_components)
    full_penalties = _penalties(settings, spectrum.mean_value)
    shrink = (1 / (spectrum.values + full_penalties[:, None])).to(Y)  # (n_alphas, rank)
    rows = rows.to(Y)

    coefficients = Y.new_empty(rows.shape[1], Y.shape[1])
    Y_mean = Y.new_empty(Y.shape[1])
    for block in target_blocks(X, Y):
        y, Y_mean[block] = centre(Y[:, block])
        coefficients[:, block] = (rows.T @ y).mul_(shrink.T[:, best[block]])
    coefficients[:, missing] = torch.nan
    Y_mean[missing] = torch.nan
    grid = torch.tensor(settings.alphas, dtype=torch.float64).to(Y)
    alpha = grid[best].masked_fill(missing, torch.nan)
    return RidgeFit(
        alpha=alpha,
        absolute_alpha=full_penalties.to(Y)[best].masked_fill(missing, torch.nan),
        cv_mse=cv_mse,
        at_edge=share_at_edge(alpha, settings),
        X_mean=scaling.mean + shift,
        axes=axes,
        coefficients=coefficients,
        Y_mean=Y_mean,
    )


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
        as ``ridge_cv``; or if a training set has too few rows or groups for the inner folds
    """
    settings = settings or RidgeSettings()
    _check(X, Y, folds)
    Y_hat, alpha = torch.empty_like(Y), Y.new_empty(len(folds), Y.shape[1])
    seed = None if contiguous else settings.seed
    for k, test in enumerate(fold.to(X.device) for fold in folds):
        train = complement(len(X), test).to(X.device)
        kept = None if groups is None else groups.to(X.device)[train]
        inner = kfold(len(train), settings.n_inner, seed=seed, groups=kept)
        fit = ridge_cv(X[train], Y[train], inner, settings)
        Y_hat[test], alpha[k] = fit.predict(X[test]), fit.alpha
        if on_fold:
            on_fold(k + 1, len(folds))
    missing = ~Y.isfinite().all(0)
    Y_hat[:, missing] = torch.nan
    alpha[:, missing] = torch.nan
    return CrossvalFit(Y_hat, alpha, share_at_edge(alpha, settings))


def _check(X: Tensor, Y: Tensor, folds: list[Tensor]) -> None:
    check_features(X)
    if Y.ndim != 2 or len(X) != len(Y):  # noqa: PLR2004 - stimuli and targets
        raise ValueError(
            f"X has {len(X)} rows and Y has shape {tuple(Y.shape)}, expected (n, n_targets) with "
            "the same n. Align them by stimulus."
        )
    if X.dtype != Y.dtype or X.device != Y.device:
        raise ValueError(
            f"X is {X.dtype} on {X.device} but Y is {Y.dtype} on {Y.device}, expected the same. "
            "Convert one of them."
        )
    check_partition(len(X), folds)


def _penalties(settings: RidgeSettings, mean_value: Tensor) -> Tensor:
    """Absolute alphas, (n_alphas,), float64, for features of this mean eigenvalue."""
    grid = torch.tensor(settings.alphas, dtype=torch.float64).to(mean_value)
    return grid * mean_value if settings.relative else grid


def share_at_edge(alpha: Tensor, settings: RidgeSettings) -> float:
    """Share of alphas that are the first or the last of the grid: it may be too narrow.

    Parameters
    ----------
    alpha : (...), as on the grid; NaN do not count
    settings : whose grid it is; a grid of one value has no edge
    """
    grid = torch.tensor(settings.alphas, dtype=torch.float64).to(alpha)
    known = alpha[~alpha.isnan()]
    if len(grid) == 1 or not len(known):
        return 0.0
    return float(((known == grid[0]) | (known == grid[-1])).double().mean())
