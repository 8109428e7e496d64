"""Fractional ridge: penalties stated as the length of the weights relative to least squares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.decomposition import check_features
from explorer.engine.device import exact_matmul, to_double
from explorer.engine.fraction_scores import (
    axis_blocks,
    fraction_coefficients,
    score_fold,
    shrink_by,
)
from explorer.engine.moment_axes import Decomposed, decompose
from explorer.engine.moments import FoldFeatures, check_problem, fold_features, fold_targets
from explorer.engine.penalties import check_grid
from explorer.engine.validation import centre_columns

DEFAULT_FRACTIONS: tuple[float, ...] = tuple(k / 20 for k in range(1, 21))


@dataclass(frozen=True)
class FractionalSettings:
    """Which fractions are tried, and how one is chosen.

    Doerig et al. 2025 used ``numpy.linspace(0.05, 1.05, 20)``, features as they come, one fraction
    for all targets by R2, and contiguous folds.

    Parameters
    ----------
    fractions : increasing, > 0; 1 and above are least squares
    per_target : each target has its own fraction; otherwise the one of the best mean score over
        targets serves all
    criterion : ``"r2"`` or ``"pearson"``, of each fold's validation rows, averaged over folds
    exact : the alpha of exactly that length; otherwise that of fracridge, interpolated
    standardise : divide features by their standard deviation over the training rows
    n_components : replace features by that many principal components of the training rows
    """

    fractions: tuple[float, ...] = DEFAULT_FRACTIONS
    per_target: bool = True
    criterion: Literal["r2", "pearson"] = "r2"
    exact: bool = False
    standardise: bool = True
    n_components: int | None = None

    def __post_init__(self) -> None:
        check_grid(
            "fractions", self.fractions, "For nearly no weights take a small one, such as 0.01."
        )
        if self.criterion not in ("r2", "pearson"):
            raise ValueError(f"criterion is {self.criterion!r}, expected 'r2' or 'pearson'.")
        if self.n_components is not None and self.n_components < 1:
            raise ValueError(
                f"n_components is {self.n_components}, expected 1 or more, or None for no PCA."
            )


@dataclass(frozen=True)
class FractionalPath:
    """Weights of every fraction.

    Parameters
    ----------
    alpha : (n_fractions, n_targets), the penalties, as in scikit-learn's ``Ridge``, float64
    W : (n_fractions, n_features, n_targets), weights of the features as they come
    """

    alpha: Tensor
    W: Tensor


@dataclass(frozen=True)
class FractionalFit:
    """Fractional ridge models of all targets; a target that holds a NaN is NaN in everything.

    Parameters
    ----------
    fraction : (n_targets,), the one chosen
    alpha : (n_targets,), the penalty that was applied, as in scikit-learn's ``Ridge``
    cv_score : (n_fractions, n_targets), mean over folds; NaN also for a target that is constant in
        the validation rows of a fold
    at_edge : share of targets whose fraction is the first or the last; 0 if there is but one
    X_mean : (n_features,), over training rows, float64
    W : (n_features, n_targets), weights of the features as they come; None if not asked for
    Y_mean : (n_targets,), over training rows
    """

    fraction: Tensor
    alpha: Tensor
    cv_score: Tensor
    at_edge: float
    X_mean: Tensor
    W: Tensor | None
    Y_mean: Tensor

    @exact_matmul()
    def predict(self, X_test: Tensor) -> Tensor:
        """Predicted responses.

        Parameters
        ----------
        X_test : (n_test, n_features), as they come

        Returns
        -------
        Y_hat : (n_test, n_targets)

        Raises
        ------
        ValueError
            if ``X_test`` has NaN or infinite values or another number of features, or the fit has
            no weights
        """
        check_features(X_test)
        if self.W is None:
            raise ValueError("The fit has scores only, expected weights. Fit with weights=True.")
        if X_test.shape[1] != len(self.X_mean):
            raise ValueError(
                f"X_test has {X_test.shape[1]} features, expected {len(self.X_mean)}, those of "
                "the training set. Take both from the same layer."
            )
        return (X_test - self.X_mean.to(X_test.device)).to(self.W) @ self.W + self.Y_mean


@exact_matmul()
def fractional_ridge(
    X: Tensor, Y: Tensor, settings: FractionalSettings | None = None
) -> FractionalPath:
    """Weights of every fraction of the least-squares length, for all rows (Rokem & Kay 2020).

    Parameters
    ----------
    X : (n, n_features), finite; centred here, so the intercept is not penalised
    Y : (n, n_targets), same dtype and device; NaN makes that target NaN
    settings : fractions and treatment of features; None for the defaults

    Raises
    ------
    ValueError
        if ``X`` has NaN or infinite values, or X and Y do not fit
    """
    settings = settings or FractionalSettings()
    halves = list(torch.arange(len(X)).tensor_split(2))
    check_problem(X, Y, halves)
    _, whole, X_mean = fold_features(X, [], settings.standardise)
    X = (X - X_mean.to(X.device)).to(Y)
    fractions = torch.tensor(settings.fractions, dtype=torch.float64)
    alpha = torch.empty(len(fractions), Y.shape[1], dtype=torch.float64)
    alpha = alpha.to(whole.side.device)
    W = Y.new_empty(len(fractions), X.shape[1], Y.shape[1])
    axes = decompose(whole, torch.ones_like(whole.mean), Y, settings.n_components)
    vectors = whole.scale.to(Y)[:, None] * axes.vectors
    for slab in _slabs(X, Y, 1):
        _, target = fold_targets(X, centre_columns(Y[:, slab])[0], [], whole)
        for block in axis_blocks(len(X), axes, target.mean):
            Z, penalties = fraction_coefficients(
                axes, target.take(targets=block), fractions, settings.exact
            )
            to = slice(slab.start + block.start, slab.start + block.stop)
            alpha[:, to] = penalties
            for f, shrunk in enumerate(shrink_by(axes, Z, penalties)):
                W[f, :, to] = vectors @ shrunk
    return FractionalPath(alpha, W)


@exact_matmul()
def fractional_ridge_cv(
    X: Tensor,
    Y: Tensor,
    folds: list[Tensor],
    settings: FractionalSettings | None = None,
    *,
    weights: bool = True,
) -> FractionalFit:
    """Fit ridge to each target with the fraction of best validation score.

    One decomposition per fold serves all fractions and targets. Lengths are float64.

    Parameters
    ----------
    X : (n, n_features), finite
    Y : (n, n_targets), same dtype and device; NaN makes that target NaN
    folds : list of (n_test,), a partition of the rows, see ``kfold``
    settings : fractions, criterion and treatment of features; None for the defaults
    weights : keep those of the chosen fraction, to predict with; without, scores and alphas only

    Raises
    ------
    ValueError
        if ``X`` has NaN or infinite values, X and Y do not fit, or the folds are no partition
    """
    settings = settings or FractionalSettings()
    check_problem(X, Y, folds)
    parts, whole, X_mean = fold_features(X, folds, settings.standardise)
    X = (X - X_mean.to(X.device)).to(Y)
    fractions = torch.tensor(settings.fractions, dtype=torch.float64)
    score, Y_mean = Y.new_empty(len(fractions), Y.shape[1]), Y.new_empty(Y.shape[1])
    ones = torch.ones_like(whole.mean)
    axes = [decompose(part, ones, Y, settings.n_components) for part in (*parts, whole)]
    for slab in _slabs(X, Y, len(parts)):
        y, Y_mean[slab] = centre_columns(Y[:, slab])
        targets, _ = fold_targets(X, y, parts, whole)
        rounding = Y[:, slab].abs().amax(0) * 2 * torch.finfo(Y.dtype).eps
        total = torch.zeros_like(score[:, slab])
        for part, on, target in zip(parts, axes[:-1], targets, strict=True):
            tested = y[part.test]
            total += score_fold(
                part, on, tested, target, fractions,
                criterion=settings.criterion, exact=settings.exact,
            )  # fmt: skip
            total[:, tested.std(0, correction=0) <= rounding] = torch.nan
        score[:, slab] = total
    score /= len(parts)
    missing = ~score.isfinite().all(0)
    score[:, missing] = torch.nan
    best = score.nan_to_num(nan=-torch.inf).argmax(0)
    if not settings.per_target:
        mean = to_double(score[:, ~missing]).mean(1)  # of nothing is NaN
        best = mean.nan_to_num(nan=-torch.inf).argmax().to(best.device).expand_as(best)
    fraction = fractions.to(Y)[best].masked_fill(missing, torch.nan)
    edge = ((best == 0) | (best == len(fractions) - 1))[~missing]
    alpha, W = _refit(X, Y, (whole, axes[-1]), (best, missing), (settings, weights))
    return FractionalFit(
        fraction,
        alpha,
        score,
        float(edge.float().mean()) if len(fractions) > 1 and len(edge) else 0.0,
        X_mean,
        W,
        Y_mean.masked_fill(missing, torch.nan),
    )


def _refit(
    X: Tensor,
    Y: Tensor,
    whole: tuple[FoldFeatures, Decomposed],
    chosen: tuple[Tensor, Tensor],
    how: tuple[FractionalSettings, bool],
) -> tuple[Tensor, Tensor | None]:
    """Penalty and weights of each target at its fraction, from all rows."""
    (part, axes), (best, missing), (settings, weights) = whole, chosen, how
    fractions = torch.tensor(settings.fractions, dtype=torch.float64)
    vectors = part.scale.to(Y)[:, None] * axes.vectors
    alpha = Y.new_empty(Y.shape[1])
    W = Y.new_empty(X.shape[1], Y.shape[1]) if weights else None
    for slab in _slabs(X, Y, 1):
        _, target = fold_targets(X, centre_columns(Y[:, slab])[0], [], part)
        for block in axis_blocks(len(X), axes, target.mean):
            to = slice(slab.start + block.start, slab.start + block.stop)
            Z, path = fraction_coefficients(
                axes, target.take(targets=block), fractions, settings.exact
            )
            penalty = path.gather(0, best[to].to(path.device)[None])
            alpha[to] = penalty[0].to(alpha)
            if W is not None:
                W[:, to] = vectors @ next(shrink_by(axes, Z, penalty))
    alpha[missing] = torch.nan
    if W is not None:
        W[:, missing] = torch.nan
    return alpha, W


def _slabs(X: Tensor, Y: Tensor, n_folds: int) -> Iterator[slice]:
    """Targets whose moments of all folds fit the budget."""
    floats = (n_folds + 2) * (X.shape[1] + len(X))
    return column_batches(Y.shape[1], floats * Y.element_size())
