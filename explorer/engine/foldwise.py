"""Scores of cross-validated predictions, fold by fold, so that folds do not bias one another.

A correlation pooled over folds is negative under the null: a fold whose mean is high was left out
of a training set whose mean is low, and the penalties differ (on noise, n = 120 and 5 folds, the
pooled r is about -0.13, the mean of the folds' r about 0). Here both sides are scaled within each
fold so that the pooled score *is* the mean over folds; it can then be resampled as one.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from explorer.engine.scores import check_pair
from explorer.engine.vectors import unit


def scale_folds(
    Y: Tensor, Y_hat: Tensor, folds: list[Tensor], metric: str
) -> tuple[Tensor, Tensor]:
    """Responses and predictions scaled so that their pooled score is the mean over folds.

    Parameters
    ----------
    Y : (n, n_targets), responses
    Y_hat : (n, n_targets), predictions
    folds : list of (n_test,), rows of each fold; together all rows, each once
    metric : pearson, r2 or cosine, as in ``METRICS``

    Returns
    -------
    Y, Y_hat : (n, n_targets); NaN for a target that has no score in some fold. The mean over folds
        is weighted by their sizes

    Raises
    ------
    ValueError
        if the shapes differ, or the metric is unknown
    """
    if metric not in _SCALINGS:
        raise ValueError(f"metric is {metric!r}, expected one of {', '.join(_SCALINGS)}.")
    check_pair(Y, Y_hat)
    if len(folds) == 1:
        return Y, Y_hat
    scaled, scaled_hat = torch.empty_like(Y), torch.empty_like(Y_hat)
    for rows in folds:
        root = len(rows) ** 0.5
        y, y_hat = _SCALINGS[metric](Y[rows], Y_hat[rows])
        scaled[rows], scaled_hat[rows] = (root * y).to(Y), (root * y_hat).to(Y)
    return scaled, scaled_hat


def _pearson(y: Tensor, y_hat: Tensor) -> tuple[Tensor, Tensor]:
    return unit(y, 0), unit(y_hat, 0)


def _cosine(y: Tensor, y_hat: Tensor) -> tuple[Tensor, Tensor]:
    return unit(y, 0, centre=False), unit(y_hat, 0, centre=False)


def _r2(y: Tensor, y_hat: Tensor) -> tuple[Tensor, Tensor]:
    """Both about the test mean and over the test length: residual and total keep their ratio."""
    centred = y - y.mean(0)
    length = centred.square().sum(0).sqrt()
    length = length.masked_fill(length == 0, torch.nan)
    return centred / length, (y_hat - y.mean(0)) / length


_SCALINGS: dict[str, Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]] = {
    "pearson": _pearson,
    "r2": _r2,
    "cosine": _cosine,
}
