"""Validation error of an alpha for targets in rows, from factors of the folds."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from explorer.engine.batches import BUDGET, chunks
from explorer.engine.factors import Factors
from explorer.engine.gcv import correlation_error
from explorer.engine.penalties import penalties


class FoldErrors(Protocol):
    """Validation errors of a block of targets; ``load`` first, then any of the others."""

    def load(self, y: Tensor) -> Tensor | None:
        """Take (k, n) centred targets, which may be overwritten; returns ``X'y`` if it is made."""

    def arrange(self, order: Tensor | None) -> None:
        """Put the targets into that order, (k,), and get ready; None keeps theirs."""

    def error(self, i: int, targets: slice | Tensor) -> Tensor:
        """Error with alpha ``i`` of some targets, (m,)."""


def fold_errors(factors: Factors, n_targets: int) -> FoldErrors:
    """What finds the errors for factors of this kind.

    Parameters
    ----------
    factors : of kind primal, dual or closed
    n_targets : how many there will be in all: few do not repay filters made for each alpha
    """
    if factors.kind == "primal":
        return PrimalErrors(factors, n_targets)
    return ClosedErrors(factors) if factors.kind == "closed" else DualErrors(factors)


def centre(y: Tensor) -> tuple[Tensor, Tensor]:
    """Centred rows, and their means: the second pass takes out the rounding of the first.

    Parameters
    ----------
    y : (n_targets, n)

    Returns
    -------
    y : (n_targets, n)
    mean : (n_targets, 1)
    """
    mean = y.mean(1, keepdim=True)
    y = y - mean
    rest = y.mean(1, keepdim=True)
    return y.sub_(rest), mean + rest


class PrimalErrors:
    """Errors from ``X_train'y = X'y - X_f'y_f`` of each fold.

    With A the axes of a fold, L its validation rows on them and S^2 its eigenvalues, the prediction
    is ``L (S^2 + alpha)^-1 A' X_train'y`` (Hastie, Tibshirani & Friedman 2009, eq. 3.47): one
    product per alpha with a filter ``L (S^2 + alpha)^-1 A'`` or, where few targets do not repay
    filters, with ``L (S^2 + alpha)^-1`` after one with A. Where a fold has more rows than features,
    ``L = Q R`` gives the same error from R and Q'y, plus what of y lies outside Q.

    Parameters
    ----------
    factors : of kind primal
    n_targets : how many there will be in all
    """

    def __init__(self, factors: Factors, n_targets: int) -> None:
        self._factors = factors
        self._correlation = factors.settings.criterion == "correlation"
        self._slices = factors.slices
        self._shrinks = [
            1 / (fold.values + penalties(factors.settings, fold.mean_value)[:, None])
            for fold in factors.folds
        ]
        n_alphas = len(factors.settings.alphas)
        n_filtered = sum(fold.rows.numel() for fold in factors.folds) * n_alphas
        few = n_targets * len(factors.folds) < n_filtered / max(1, factors.whole.X.shape[1])
        width = factors.whole.X.shape[1] * factors.whole.X.element_size() * n_alphas
        large = sum(len(fold.rows) for fold in factors.folds) * width > BUDGET
        reduced = any(2 * fold.axes.shape[1] < fold.axes.shape[0] for fold in factors.folds)
        self._rotated = few or large or reduced
        self._filters: dict[tuple[int, int], Tensor] = {}

    def load(self, y: Tensor) -> Tensor:
        """Take targets; returns ``X'y``, (k, n_features)."""
        self._y, self._tested, self._moments, self._outside = y, [], [], []
        for part, fold in zip(self._slices, self._factors.folds, strict=True):
            tested = y[:, part]
            if fold.basis.numel():
                compressed = tested @ fold.basis
                rest = tested.square().sum(1) - compressed.square().sum(1)
                self._outside.append(rest.clamp_(min=0))
                self._tested.append(compressed)
                self._moments.append(compressed @ fold.moments)
            else:
                self._outside.append(tested.new_zeros(len(y)))
                self._tested.append(tested)
                self._moments.append(tested @ self._factors.whole.X[part])
        self._total = self._moments[0].clone()
        for moment in self._moments[1:]:
            self._total += moment
        return self._total

    def arrange(self, order: Tensor | None) -> None:
        """Put the targets into that order, (k,), and centre each fold by its training rows."""
        n = self._y.shape[1]
        total = self._total if order is None else self._total[order]
        sums = self._y.sum(1) if order is None else self._y.sum(1)[order]
        for k, (part, fold) in enumerate(zip(self._slices, self._factors.folds, strict=True)):
            size = part.stop - part.start
            own = self._y[:, part].sum(1)
            tested, moment = self._tested[k], self._moments[k]
            if order is not None:
                own, tested, moment = own[order], tested[order], moment[order]
                self._outside[k] = self._outside[k][order]
            rest = sums - own
            moment = torch.sub(total, moment, out=moment).addr_(rest, fold.mean, alpha=-1)
            self._moments[k] = moment @ fold.axes if self._rotated else moment
            if fold.basis.numel():
                tested[:, 0] -= rest * (size**0.5 / (n - size))
                self._tested[k] = tested[:, 1:] if self._correlation else tested
            elif self._correlation:
                self._tested[k] = tested - tested.mean(1, keepdim=True)
            else:
                self._tested[k] = tested.sub_(rest[:, None] / (n - size))
        del self._y

    def error(self, i: int, targets: slice | Tensor) -> Tensor:
        """Error with alpha ``i`` of some targets, (m,)."""
        parts = [self._error(i, part) for part in chunks(targets, self._total.device)]
        return torch.cat(parts) if len(parts) != 1 else parts[0]

    def _error(self, i: int, part: slice | Tensor) -> Tensor:
        out = self._total.new_zeros(())
        for k in range(len(self._slices)):
            tested, Z = self._tested[k][part], self._moments[k][part]
            if self._correlation:
                y_hat = Z @ self._filter(k, i)
                squares = tested.square().sum(1) + self._outside[k][part]
                length = (squares * y_hat.square().sum(1)).sqrt()
                r = torch.where(length > 0, (tested * y_hat).sum(1) / length, 0)
                out = out + (1 - r) / len(self._slices)
            else:
                residual = torch.addmm(tested, Z, self._filter(k, i), beta=-1)
                out = out + residual.square_().sum(1) + self._outside[k][part]
        return out if self._correlation else out / len(self._factors.order)

    def _filter(self, k: int, i: int) -> Tensor:
        """What maps the moments of fold ``k`` to predictions: (n_features or rank, m)."""
        if (k, i) in self._filters:
            return self._filters[k, i]
        fold = self._factors.folds[k]
        rows = fold.rows
        if self._correlation:  # predictions of mean 0
            rows = rows[1:] if fold.basis.numel() else rows - rows.mean(0)
        weighted = (rows * self._shrinks[k][i].to(rows)).T
        if self._rotated:
            return weighted
        self._filters[k, i] = fold.axes @ weighted
        return self._filters[k, i]


class DualErrors:
    """Errors from the training rows of each fold: one product of y per alpha, nothing before.

    The filter, (n, n_test) with zeros for the rows of the fold, holds the mean as well: predictions
    of the fold are ``y @ filter``.

    Parameters
    ----------
    factors : of kind dual
    """

    def __init__(self, factors: Factors) -> None:
        self._factors = factors
        self._correlation = factors.settings.criterion == "correlation"
        self._slices = factors.slices
        self._filters: dict[tuple[int, int], Tensor] = {}

    def load(self, y: Tensor) -> None:
        """Take targets."""
        self._y = y

    def arrange(self, order: Tensor | None) -> None:
        """Put the targets into that order, (k,)."""
        self._y = self._y if order is None else self._y[order]

    def error(self, i: int, targets: slice | Tensor) -> Tensor:
        """Error with alpha ``i`` of some targets, (m,)."""
        parts = [self._error(i, self._y[part]) for part in chunks(targets, self._y.device)]
        return torch.cat(parts) if len(parts) != 1 else parts[0]

    def _error(self, i: int, y: Tensor) -> Tensor:
        out = y.new_zeros(())
        for k, part in enumerate(self._slices):
            weights = self._filter(k, i)
            residual = torch.addmm(y[:, part], y[:, : part.start], weights[: part.start], alpha=-1)
            residual.addmm_(y[:, part.stop :], weights[part.start :], alpha=-1)
            if self._correlation:
                r = correlation_error(y[:, part], y[:, part] - residual)
                out = out + r / len(self._slices)
            else:
                out = out + residual.square_().sum(1) / y.shape[1]
        return out

    def _filter(self, k: int, i: int) -> Tensor:
        """What maps training rows of y to predictions of the fold: (n_train, n_test)."""
        if (k, i) not in self._filters:
            fold = self._factors.folds[k]
            shrink = 1 / (fold.values + penalties(self._factors.settings, fold.mean_value)[i])
            weights = fold.axes @ (fold.rows * shrink.to(fold.rows)).T
            self._filters[k, i] = weights + 1 / max(1, len(fold.axes))
        return self._filters[k, i]


class ClosedErrors:
    """Errors ``(I - H_ff)^-1 e_f`` of each fold from one decomposition of all rows.

    Parameters
    ----------
    factors : of kind closed
    """

    def __init__(self, factors: Factors) -> None:
        self._factors = factors
        self._correlation = factors.settings.criterion == "correlation"
        self._slices = factors.slices
        self._filters: dict[tuple[int, int], tuple[Tensor, Tensor]] = {}

    def load(self, y: Tensor) -> None:
        """Take targets."""
        self._y, self._projected = y, y @ self._factors.whole.left

    def arrange(self, order: Tensor | None) -> None:
        """Put the targets into that order, (k,)."""
        if order is not None:
            self._y, self._projected = self._y[order], self._projected[order]

    def error(self, i: int, targets: slice | Tensor) -> Tensor:
        """Error with alpha ``i`` of some targets, (m,)."""
        parts = [self._error(i, part) for part in chunks(targets, self._y.device)]
        return torch.cat(parts) if len(parts) != 1 else parts[0]

    def _error(self, i: int, targets: slice | Tensor) -> Tensor:
        y, projected = self._y[targets], self._projected[targets]
        out = y.new_zeros(())
        for k, part in enumerate(self._slices):
            inverse, fitted = self._filter(k, i)
            residual = torch.addmm(y[:, part] @ inverse, projected, fitted, alpha=-1)
            if self._correlation:
                r = correlation_error(y[:, part], y[:, part] - residual)
                out = out + r / len(self._slices)
            else:
                out = out + residual.square_().sum(1) / y.shape[1]
        return out

    def _filter(self, k: int, i: int) -> tuple[Tensor, Tensor]:
        """``(I - H_ff)^-1``, (n_test, n_test), and what it makes of the fit, (rank, n_test)."""
        if (k, i) not in self._filters:
            whole, part = self._factors.whole, self._slices[k]
            unit = self._factors.folds[k].mean_value
            kept = whole.values / (whole.values + penalties(self._factors.settings, unit)[i])
            left = whole.left[part].to(whole.values)
            weighted = left * kept
            free = -(weighted @ left.T) - 1 / len(whole.left)
            free.diagonal().add_(1)
            inverse = torch.linalg.inv(free)
            pair = (inverse.T, (inverse @ weighted).T)
            self._filters[k, i] = (pair[0].to(whole.left), pair[1].to(whole.left))
        return self._filters[k, i]
