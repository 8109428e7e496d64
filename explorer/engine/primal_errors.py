"""Validation errors where features are fewer than rows: from ``X'y`` of each fold."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from explorer.engine.batches import FILTER_BYTES, chunks
from explorer.engine.factors import Factors
from explorer.engine.fold_factors import is_triangular
from explorer.engine.penalties import penalties

BLOCKS = 4  # of a triangle of rows, each multiplied without the zeros before it


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
        large = sum(len(fold.rows) for fold in factors.folds) * width > FILTER_BYTES
        reduced = any(2 * fold.axes.shape[1] < fold.axes.shape[0] for fold in factors.folds)
        compressed = all(fold.basis.numel() for fold in factors.folds)
        self._triangular = compressed and is_triangular(factors.settings)
        self._rotated = few or large or reduced or self._triangular
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

    def arrange(self, order: Tensor | None, Z: Tensor) -> None:
        """Put the targets into that order, (k,), and centre each fold by its training rows."""
        n = self._y.shape[1]
        total = self._total if order is None else self._total.index_select(0, order)
        sums = self._y.sum(1) if order is None else self._y.sum(1)[order]
        for k, (part, fold) in enumerate(zip(self._slices, self._factors.folds, strict=True)):
            size = part.stop - part.start
            own = self._y[:, part].sum(1)
            tested, moment = self._tested[k], self._moments[k]
            if order is not None:
                own, self._outside[k] = own[order], self._outside[k][order]
                tested, moment = tested.index_select(0, order), moment.index_select(0, order)
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
                residual = self._residual(tested, Z, self._filter(k, i))
                out = out + residual.square_().sum(1) + self._outside[k][part]
        return out if self._correlation else out / len(self._factors.order)

    def _residual(self, tested: Tensor, Z: Tensor, weights: Tensor) -> Tensor:
        if not self._triangular:
            return torch.addmm(tested, Z, weights, beta=-1)
        residual = tested.clone()
        rank, size = weights.shape
        edges = [round(size * block / BLOCKS) for block in range(BLOCKS + 1)]
        for low, high in pairwise(edges):
            first = min(max(0, low - 1), rank)  # the first row of all is full
            residual[:, low:high].addmm_(Z[:, first:], weights[first:, low:high], alpha=-1)
        return residual

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
