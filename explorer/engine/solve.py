"""Ridge models of blocks of targets, from factors of the features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from explorer.engine.batches import BUDGET, chunks, run_blocks, targets_in_rows
from explorer.engine.device import exact_matmul
from explorer.engine.factors import Factors, Whole
from explorer.engine.gcv import LeaveOneOut, gcv_errors, project
from explorer.engine.guided import all_errors, bounded_errors, guided_errors
from explorer.engine.penalties import penalties, share_at_edge
from explorer.engine.validation import FoldErrors, centre, fold_errors


@dataclass(frozen=True)
class RidgeFit:
    """Ridge models of all targets, each with its own alpha.

    A target that holds a NaN is NaN in everything here, and changes no other.

    Parameters
    ----------
    alpha : (n_targets,), as on the grid
    absolute_alpha : (n_targets,), the penalty that was applied, as in scikit-learn's ``Ridge``
    cv_error : (n_alphas, n_targets), mean squared error over all validation rows, or 1 - r where
        alpha was chosen by correlation; NaN for an alpha that was not tried
    at_edge : share of targets whose alpha is the first or the last of the grid; 0 if the grid has
        one value; NaN targets do not count
    whole : the features of the fit, and their axes
    coefficients : (rank, n_targets), on these axes
    Y_mean : (n_targets,), over training rows
    notes : what had to be repaired or done in smaller blocks
    """

    alpha: Tensor
    absolute_alpha: Tensor
    cv_error: Tensor
    at_edge: float
    whole: Whole
    coefficients: Tensor
    Y_mean: Tensor
    notes: tuple[str, ...] = ()

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
        return self.predict_rotated(self.whole.rotate(X_test))

    @exact_matmul()
    def predict_rotated(self, rows: Tensor) -> Tensor:
        """Predicted responses to rows that ``whole.rotate`` made, once for all blocks of targets.

        Parameters
        ----------
        rows : (n_test, rank)

        Returns
        -------
        Y_hat : (n_test, n_targets)
        """
        return torch.addmm(self.Y_mean, rows, self.coefficients)

    @exact_matmul()
    def weights(self) -> Tensor:
        """Weights of the features as they come: (n_features, n_targets)."""
        return self.whole.axes.to(self.coefficients) @ self.coefficients

    @exact_matmul()
    def intercept(self) -> Tensor:
        """Prediction where every feature is 0: (n_targets,)."""
        whole = self.whole
        on_axes = ((whole.mean + whole.scaling[0]) @ whole.axes).to(self.coefficients)
        return self.Y_mean - on_axes @ self.coefficients


@exact_matmul()
def solve(factors: Factors, Y: Tensor, *, budget: int = BUDGET) -> RidgeFit:
    """Fit ridge to each target with the alpha of least error.

    Minimises ``||Y - X w||^2 + alpha ||w||^2`` with an unpenalised intercept. Memory beside what is
    given and returned does not grow with the number of targets; what is returned does, so stream
    very many targets through here in pieces (with ``selection="global"``, one alpha per piece).

    Parameters
    ----------
    factors : of the features, see ``fit_factors``
    Y : (n, n_targets), rows as those of the features, same dtype and device; NaN or infinite
        makes that target NaN. The transpose of a contiguous (n_targets, n) is read fastest
    budget : bytes of temporaries; a block that does not fit the memory is halved, with a note

    Raises
    ------
    ValueError
        if the responses do not fit the factors
    """
    check_responses(factors.whole.X, Y)
    n_targets, rank = Y.shape[1], len(factors.whole.values)
    n_alphas = len(factors.settings.alphas)
    fit = _Fit(
        errors=Y.new_empty(n_targets, n_alphas),
        Z=Y.new_empty(n_targets, rank),
        Y_mean=Y.new_empty(n_targets),
        missing=torch.zeros(n_targets, dtype=torch.bool, device=Y.device),
    )
    step = max(1, budget // target_bytes(factors, Y.element_size()))
    job = partial(_fit_block, _Search(factors, n_targets), Y, fit)
    notes = factors.notes + run_blocks(n_targets, step, job)
    return _finish(factors, fit, notes)


def target_bytes(factors: Factors, itemsize: int) -> int:
    """Bytes of temporaries that one target needs in ``solve``.

    Parameters
    ----------
    factors : of the features
    itemsize : bytes of a number of the responses
    """
    n, d = factors.whole.X.shape
    rank = len(factors.whole.values)
    kept = 5 * n + 4 * rank
    if factors.kind == "primal":
        kept += (len(factors.folds) + 2) * d
        kept += sum(fold.basis.shape[1] for fold in factors.folds)
    return itemsize * (kept + 4 * len(factors.settings.alphas))


@dataclass(frozen=True)
class _Fit:
    """What blocks write to, targets in rows: errors, inner products with the axes, means."""

    errors: Tensor
    Z: Tensor
    Y_mean: Tensor
    missing: Tensor


class _Search:
    """How errors of a block are found, with what all blocks share."""

    def __init__(self, factors: Factors, n_targets: int) -> None:
        self.factors = factors
        settings = factors.settings
        needs_all = settings.selection == "global" or settings.mode == "kfold"
        self.everything = needs_all or (settings.mode, settings.criterion) == ("loo", "correlation")
        self.folds: FoldErrors | None = None
        self.loo: LeaveOneOut | None = None
        if settings.uses_folds:
            self.folds = fold_errors(factors, n_targets)
        elif settings.mode == "loo":
            self.loo = LeaveOneOut(factors.whole, settings)

    def find(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Errors, (k, n_alphas), and inner products with the axes, (k, rank)."""
        settings, whole = self.factors.settings, self.factors.whole
        n, n_alphas = y.shape[1], len(settings.alphas)
        moments = self.folds.load(y) if self.folds else None
        found = project(whole, y, moments)
        if self.folds and self.everything:
            self.folds.arrange(None, found.Z)
            return all_errors(self.folds.error, len(y), n_alphas), found.Z
        if self.loo and self.everything:
            self.loo.load(y, found.Z)
            return all_errors(self.loo.error, len(y), n_alphas), found.Z
        guess = gcv_errors(whole, settings, found, n)
        if settings.mode == "gcv":
            return guess, found.Z
        first, order = guess.nan_to_num(nan=torch.inf).argmin(1).sort(stable=True)
        errors = torch.empty_like(guess)
        if self.folds:
            self.folds.arrange(order, found.Z)
            errors[order] = guided_errors(self.folds.error, first, n_alphas)
        elif self.loo:
            self.loo.load(y[order], found.Z[order])
            floor = self.loo.floor(guess[order])
            errors[order] = bounded_errors(self.loo.error, first, floor)
        return errors, found.Z


def _fit_block(search: _Search, Y: Tensor, fit: _Fit, block: slice) -> None:
    """Errors and inner products of one block of targets."""
    order = search.factors.order if search.factors.folds else None
    y, mean = centre(targets_in_rows(Y, block, order))
    missing = ~mean[:, 0].isfinite()
    if missing.any():
        y[missing] = 0
    errors, Z = search.find(y)
    fit.errors[block], fit.Z[block] = errors, Z
    fit.Y_mean[block], fit.missing[block] = mean[:, 0], missing


def _finish(factors: Factors, fit: _Fit, notes: tuple[str, ...]) -> RidgeFit:
    """Choose alphas, and shrink the coefficients by them."""
    settings, whole = factors.settings, factors.whole
    missing = fit.missing | ~fit.errors.nan_to_num(nan=0.0).isfinite().all(1)
    if settings.selection == "global":
        mean = fit.errors[~missing].double().mean(0) if not missing.all() else fit.errors[0]
        best = mean.argmin().expand(len(missing))
    else:
        best = fit.errors.nan_to_num(nan=torch.inf).argmin(1)
    penalty = penalties(settings, whole.mean_value)
    shrink = (1 / (whole.values + penalty[:, None])).to(fit.Z)  # (n_alphas, rank)
    for part in chunks(slice(0, len(missing)), fit.Z.device):
        fit.Z[part] *= shrink[best[part]]
    for tensor in (fit.Z, fit.Y_mean, fit.errors):
        tensor[missing] = torch.nan
    grid = torch.tensor(settings.alphas, dtype=torch.float64).to(fit.Z)
    alpha = grid[best].masked_fill(missing, torch.nan)
    return RidgeFit(
        alpha=alpha,
        absolute_alpha=penalty.to(fit.Z)[best].masked_fill(missing, torch.nan),
        cv_error=fit.errors.T,
        at_edge=share_at_edge(alpha, settings),
        whole=whole,
        coefficients=fit.Z.T,
        Y_mean=fit.Y_mean,
        notes=notes,
    )


def check_responses(X: Tensor, Y: Tensor) -> None:
    """Make sure that responses go with features.

    Parameters
    ----------
    X : (n, n_features)
    Y : (n, n_targets)

    Raises
    ------
    ValueError
        if they differ in rows, dtype or device
    """
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
