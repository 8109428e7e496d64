"""Errors of every alpha from one decomposition: generalised cross-validation and leave-one-out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.batches import chunks
from explorer.engine.factors import Whole
from explorer.engine.penalties import RidgeSettings, penalties

MARGIN = 1e-3  # by which a lower bound must exceed an error, so that float32 cannot mislead


@dataclass(frozen=True)
class Projections:
    """Responses on the principal axes.

    Parameters
    ----------
    Z : (k, rank), inner products with the rows on the axes: divided by eigenvalue + alpha they
        are the coefficients
    squares : (k, rank), squares of those with the rows on the axes scaled to length 1
    outside : (k,), sum of squares of what lies outside the axes
    """

    Z: Tensor
    squares: Tensor
    outside: Tensor


def project(whole: Whole, y: Tensor, moments: Tensor | None) -> Projections:
    """Responses on the principal axes, from the rows on the axes or from ``X'y``.

    Directions whose length is lost in the rounding of ``X'y`` count as outside.

    Parameters
    ----------
    whole : decomposition of the features
    y : (k, n), targets in rows, centred
    moments : (k, n_features), ``X'y``, where already known; else None
    """
    n, root = y.shape[1], whole.values.sqrt().to(y)
    total = y.square().sum(1)
    if whole.left.shape[1] == len(root):
        unit = y @ whole.left
        Z, squares = unit * root, unit.square_()
    else:
        Z = (y @ whole.X if moments is None else moments) @ whole.axes.to(y)
        largest = whole.values[-1:] * torch.finfo(y.dtype).eps
        inverse = torch.where(whole.values > largest, 1 / whole.values, 0).to(y)
        squares = Z.square().mul_(inverse)
    outside = (total - squares.sum(1)).clamp_(min=0)
    return Projections(Z, squares, outside.zero_() if len(root) >= n - 1 else outside)


def gcv_errors(whole: Whole, settings: RidgeSettings, found: Projections, n: int) -> Tensor:
    """Generalised cross-validation: ``n RSS / (n - df)^2`` (Golub, Heath & Wahba 1979, eq. 1.4).

    The residual sum is what lies outside the axes plus ``(alpha / (s^2 + alpha))^2`` of what lies
    along each: nothing cancels. The intercept counts as one degree of freedom.

    Parameters
    ----------
    whole : decomposition of the features
    settings : grid
    found : (k, ...), responses on the axes
    n : rows

    Returns
    -------
    errors : (k, n_alphas), an estimate of the mean squared error of prediction
    """
    penalty = penalties(settings, whole.mean_value)[:, None]
    left = penalty / (whole.values + penalty)  # (n_alphas, rank), the share that is not fitted
    free = left.sum(1) + (n - 1 - len(whole.values))  # n - df
    scale = n / free.clamp(min=torch.finfo(free.dtype).tiny).square()
    weights = (left.square() * scale[:, None]).to(found.Z)
    return torch.addmm(found.outside[:, None] * scale.to(found.Z), found.squares, weights.T)


class LeaveOneOut:
    """Leave-one-out errors, ``e_i / (1 - h_ii)`` (Cook & Weisberg 1982, eq. 2.2.20).

    Parameters
    ----------
    whole : decomposition of the features, with ``left``
    settings : grid and criterion
    """

    def __init__(self, whole: Whole, settings: RidgeSettings) -> None:
        self._whole, self._settings = whole, settings
        values = whole.values
        penalty = penalties(settings, whole.mean_value)[:, None]
        self._kept = values / (values + penalty)  # (n_alphas, rank)
        left = whole.left.to(values)
        leverage = self._kept @ left.square().T + 1 / len(left)  # (n_alphas, n)
        free = (1 - leverage).clamp(min=torch.finfo(values.dtype).eps)
        self._inflation = free.reciprocal()
        self._filters: dict[int, Tensor] = {}

    def floor(self, errors: Tensor) -> Tensor:
        """Lower bounds of the errors: residuals as GCV has them, inflated by the least leverage.

        Parameters
        ----------
        errors : (k, n_alphas), from ``gcv_errors``
        """
        n, values = self._inflation.shape[1], self._whole.values
        free = (1 - self._kept).sum(1) + (n - 1 - len(values))
        least = self._inflation.amin(1).square() * (free / n).square()
        return errors * (least * (1 - MARGIN)).to(errors)

    def load(self, y: Tensor, Z: Tensor) -> None:
        """Take a block of targets.

        Parameters
        ----------
        y : (k, n), targets in rows, centred
        Z : (k, rank), their inner products with the rows on the axes
        """
        self._y, self._Z = y, Z

    def error(self, i: int, targets: slice | Tensor) -> Tensor:
        """Error with alpha ``i`` of some targets, (m,)."""
        parts = [self._error(i, part) for part in chunks(targets, self._y.device)]
        return torch.cat(parts) if len(parts) != 1 else parts[0]

    def _error(self, i: int, part: slice | Tensor) -> Tensor:
        if i not in self._filters:
            kept = self._kept[i] / self._whole.values.sqrt()
            self._filters[i] = (self._whole.left * kept.to(self._y)).T.contiguous()
        inflation = self._inflation[i].to(self._y)
        y = self._y[part]
        residual = torch.addmm(y, self._Z[part], self._filters[i], alpha=-1)
        if self._settings.criterion == "mse":
            return residual.square_() @ (inflation.square() / y.shape[1])
        return correlation_error(y, y - residual * inflation)


def correlation_error(y: Tensor, y_hat: Tensor) -> Tensor:
    """1 - Pearson r of each row; 1 where either is constant.

    Parameters
    ----------
    y : (k, n)
    y_hat : (k, n)
    """
    y, y_hat = y - y.mean(1, keepdim=True), y_hat - y_hat.mean(1, keepdim=True)
    length = (y.square().sum(1) * y_hat.square().sum(1)).sqrt()
    return 1 - torch.where(length > 0, (y * y_hat).sum(1) / length, 0)
