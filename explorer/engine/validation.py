"""Validation error of every alpha for every target, from decomposed folds."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.decomposition import Fold, is_primal

CPU_BLOCK = 1024  # targets at a time: the residuals of a fold stay in the cache


def validation_mse(X: Tensor, Y: Tensor, folds: list[Fold], penalties: list[Tensor]) -> Tensor:
    """Mean squared error over all validation rows.

    With L the validation rows on the principal axes of the training rows, S^2 the eigenvalues and
    Z = V'X_train'y_train, the prediction is ``L (S^2 + alpha)^-1 Z``: one product per alpha. Where
    there are more validation rows than axes, L = QR gives the same error from R and Q'y, plus what
    of y lies outside Q, which is the same for every alpha.

    Parameters
    ----------
    X : (n, n_features), columns centred
    Y : (n, n_targets)
    folds : decomposed, a partition of the rows
    penalties : list of (n_alphas,), absolute alphas of each fold

    Returns
    -------
    mse : (n_alphas, n_targets); NaN for a target that holds a NaN
    """
    shrinks = [
        (1 / (fold.values + penalty[:, None])).to(Y)  # (n_alphas, rank)
        for fold, penalty in zip(folds, penalties, strict=True)
    ]
    mse = Y.new_zeros(len(penalties[0]), Y.shape[1])
    for block in target_blocks(X, Y):
        y, _ = centre(Y[:, block])
        rotated = _rotate(X, y, folds)
        for fold, shrink, (held_out, Z) in zip(folds, shrinks, rotated, strict=True):
            tested = held_out
            if fold.basis is not None:
                tested = fold.basis.T @ held_out
                outside = torch.addmm(held_out, fold.basis, tested, beta=-1)
                mse[:, block] += outside.square_().sum(0)
            error = torch.empty_like(tested)  # reused: fresh memory costs a tenth of the time
            for i, weight in enumerate(shrink):
                torch.addmm(tested, fold.rows * weight, Z, beta=-1, out=error)
                mse[i, block] += error.square_().sum(0)
    return mse.div_(len(Y))


def centre(y: Tensor) -> tuple[Tensor, Tensor]:
    """Centred columns, and their means: the second pass takes out the rounding of the first.

    Parameters
    ----------
    y : (n, n_targets)

    Returns
    -------
    y : (n, n_targets)
    mean : (n_targets,)
    """
    mean = y.mean(0)
    y = y - mean
    rest = y.mean(0)
    return y.sub_(rest), mean + rest


def target_blocks(X: Tensor, Y: Tensor) -> Iterator[slice]:
    """Blocks of targets whose temporaries fit the budget.

    Parameters
    ----------
    X : (n, n_features)
    Y : (n, n_targets)
    """
    floats = 4 * len(Y) + 8 * min(X.shape)
    most = CPU_BLOCK if Y.device.type == "cpu" else None
    return column_batches(Y.shape[1], floats * Y.element_size(), most=most)


def _rotate(X: Tensor, y: Tensor, folds: list[Fold]) -> Iterator[tuple[Tensor, Tensor]]:
    """Of each fold: test rows of y less the training mean, and ``V'X_train'y_train``.

    Primal folds subtract the held-out part from the total of X'y; dual ones hold X_train V.
    """
    primal = is_primal(X, [fold.test for fold in folds])
    y_sum = y.sum(0)
    total = X.T @ y if primal else X
    for fold in folds:
        tested = y[fold.test]
        rest = y_sum - tested.sum(0)
        if primal:
            moment = total - X[fold.test].T @ tested
            Z = fold.axes.T @ moment.addr_(fold.mean, rest, alpha=-1)
        else:
            Z = fold.axes.T @ y[fold.train]
        yield tested - rest / len(fold.train), Z
