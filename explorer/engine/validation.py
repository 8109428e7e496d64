"""Validation error of an alpha for targets in rows, from factors of the folds."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from explorer.engine.batches import FILTER_BYTES, chunks
from explorer.engine.factors import Factors
from explorer.engine.gcv import correlation_error
from explorer.engine.penalties import penalties
from explorer.engine.primal_errors import PrimalErrors


class FoldErrors(Protocol):
    """Validation errors of a block of targets; ``load`` first, then any of the others."""

    def load(self, y: Tensor) -> Tensor | None:
        """Take (k, n) centred targets, which may be overwritten; returns ``X'y`` if it is made."""

    def arrange(self, order: Tensor | None, Z: Tensor) -> None:
        """Put the targets into that order, (k,), and get ready; None keeps theirs.

        ``Z`` are their inner products with the rows of all folds on the axes, (k, rank).
        """

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


def centre_columns(y: Tensor) -> tuple[Tensor, Tensor]:
    """The same for columns.

    Parameters
    ----------
    y : (n, n_targets)

    Returns
    -------
    y : (n, n_targets)
    mean : (n_targets,)
    """
    rows, mean = centre(y.T)
    return rows.T, mean[:, 0]


class DualErrors:
    """Errors from the training rows of each fold: one product of y per alpha, nothing before.

    The filter holds the mean as well: predictions of the fold are ``y_train @ filter``. Where
    filters would fill the memory, y is first put on the axes of each fold.

    Parameters
    ----------
    factors : of kind dual
    """

    def __init__(self, factors: Factors) -> None:
        self._factors = factors
        self._correlation = factors.settings.criterion == "correlation"
        self._slices = factors.slices
        numbers = sum(fold.axes.shape[0] * fold.rows.shape[0] for fold in factors.folds)
        size = numbers * len(factors.settings.alphas) * factors.whole.X.element_size()
        self._rotated = size > FILTER_BYTES
        self._filters: dict[tuple[int, int], Tensor] = {}

    def load(self, y: Tensor) -> None:
        """Take targets."""
        self._y = y

    def arrange(self, order: Tensor | None, Z: Tensor) -> None:
        """Put the targets into that order, (k,)."""
        y = self._y if order is None else self._y.index_select(0, order)
        self._y, self._moments = y, []
        for part, fold in zip(self._slices, self._factors.folds, strict=True):
            if self._rotated:
                moment = y[:, : part.start] @ fold.axes[: part.start]
                self._moments.append(moment.addmm_(y[:, part.stop :], fold.axes[part.start :]))

    def error(self, i: int, targets: slice | Tensor) -> Tensor:
        """Error with alpha ``i`` of some targets, (m,)."""
        parts = [self._error(i, part) for part in chunks(targets, self._y.device)]
        return torch.cat(parts) if len(parts) != 1 else parts[0]

    def _error(self, i: int, targets: slice | Tensor) -> Tensor:
        y, out = self._y[targets], self._y.new_zeros(())
        for k, part in enumerate(self._slices):
            weights, tested = self._filter(k, i), y[:, part]
            before, after = y[:, : part.start], y[:, part.stop :]
            if self._rotated:
                mean = (before.sum(1) + after.sum(1)) / (before.shape[1] + after.shape[1])
                Z = self._moments[k][targets]
                residual = torch.addmm(tested - mean[:, None], Z, weights, alpha=-1)
            else:
                residual = torch.addmm(tested, before, weights[: part.start], alpha=-1)
                residual.addmm_(after, weights[part.start :], alpha=-1)
            if self._correlation:
                r = correlation_error(tested, tested - residual)
                out = out + r / len(self._slices)
            else:
                out = out + residual.square_().sum(1) / y.shape[1]
        return out

    def _filter(self, k: int, i: int) -> Tensor:
        """What maps y to predictions of the fold: (n_train, n_test), or (rank, n_test)."""
        if (k, i) in self._filters:
            return self._filters[k, i]
        fold = self._factors.folds[k]
        shrink = 1 / (fold.values + penalties(self._factors.settings, fold.mean_value)[i])
        weights = (fold.rows * shrink.to(fold.rows)).T
        if self._rotated:
            return weights
        self._filters[k, i] = fold.axes @ weights + 1 / max(1, len(fold.axes))
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
        self._y = y

    def arrange(self, order: Tensor | None, Z: Tensor) -> None:
        """Put the targets into that order, (k,)."""
        self._Z = Z if order is None else Z.index_select(0, order)
        if order is not None:
            self._y = self._y.index_select(0, order)

    def error(self, i: int, targets: slice | Tensor) -> Tensor:
        """Error with alpha ``i`` of some targets, (m,)."""
        parts = [self._error(i, part) for part in chunks(targets, self._y.device)]
        return torch.cat(parts) if len(parts) != 1 else parts[0]

    def _error(self, i: int, targets: slice | Tensor) -> Tensor:
        y, Z = self._y[targets], self._Z[targets]
        out = y.new_zeros(())
        for k, part in enumerate(self._slices):
            inverse, fitted = self._filter(k, i)
            residual = torch.addmm(y[:, part] @ inverse, Z, fitted, alpha=-1)
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
            free = -((left * kept) @ left.T) - 1 / len(whole.left)
            free.diagonal().add_(1)
            inverse = torch.linalg.inv(free).to(whole.left)
            fitted = whole.left[part] * (kept / whole.values.sqrt()).to(whole.left)
            self._filters[k, i] = (inverse.T, (inverse @ fitted).T)
        return self._filters[k, i]
