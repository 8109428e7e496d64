"""Validation scores of fractions, from one decomposition per fold."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.moment_axes import Decomposed, subtract
from explorer.engine.moments import FoldFeatures, FoldTargets
from explorer.engine.shrinkage import fraction_penalties

CPU_BLOCK = 512  # targets at a time: what one fraction needs stays in the cache


def score_fold(
    part: FoldFeatures,
    axes: Decomposed,
    y: Tensor,
    target: FoldTargets,
    fractions: Tensor,
    *,
    criterion: str,
    exact: bool,
) -> Tensor:
    """Score of every fraction on the validation rows of one fold.

    Parameters
    ----------
    part : features of the fold
    axes : its principal axes
    y : (n_test, n_targets), validation responses
    target : responses of the fold
    fractions : (n_fractions,), > 0
    criterion : r2 or pearson
    exact : see ``fraction_penalties``

    Returns
    -------
    score : (n_fractions, n_targets); NaN for a target that holds a NaN
    """
    out = y.new_empty(len(fractions), y.shape[1])
    variance, mean = torch.var_mean(y, 0, correction=0)
    squares, shift = variance * len(y), mean - target.mean
    ones = y.new_ones(len(y)) if part.basis is None else part.basis.sum(0)
    turned = axes.turn is not None
    for block in axis_blocks(len(y), axes, mean):
        taken = target.take(targets=block)
        Z, penalties = fraction_coefficients(axes, taken, fractions, exact)
        tested, total, beyond = taken.tested, ones, taken.outside
        if axes.turn is not None:
            tested, total = axes.turn.T @ tested, axes.turn.T @ ones
            beyond = beyond + tested[len(Z) :].square().sum(0)
            tested, total = tested[: len(Z)], total[: len(Z)]
        residual, rows = torch.empty_like(tested), axes.rows[: len(tested)]
        for f, coefficients in enumerate(shrink_by(axes, Z, penalties)):
            subtract(tested, rows, coefficients, turned, residual)
            if criterion == "r2":
                error = residual.square_().sum(0) + beyond
                out[f, block] = 1 - error / squares[block]
                continue
            y_hat = residual.add_(tested)
            sums = total @ y_hat
            covariance = (tested * y_hat).sum(0) - shift[block] * sums
            spread = y_hat.square().sum(0) - sums.square() / len(y)
            out[f, block] = covariance / (spread * squares[block]).sqrt()
    return out


def fraction_coefficients(
    axes: Decomposed, target: FoldTargets, fractions: Tensor, exact: bool
) -> tuple[Tensor, Tensor]:
    """Responses on the axes, and the penalty of each fraction.

    Parameters
    ----------
    axes : principal axes of training rows
    target : their responses
    fractions : (n_fractions,), > 0
    exact : see ``fraction_penalties``

    Returns
    -------
    Z : (rank, n_targets)
    penalties : (n_fractions, n_targets), float64
    """
    Z = axes.axes.T @ target.moment
    squared = (Z.to(axes.values) / axes.values[:, None]).square_()
    return Z, fraction_penalties(axes.values, squared, fractions, exact=exact)


def shrink_by(axes: Decomposed, Z: Tensor, penalties: Tensor) -> Iterator[Tensor]:
    """Coefficients on the axes for each row of penalties: (rank, n_targets), in memory reused.

    Parameters
    ----------
    axes : principal axes of training rows
    Z : (rank, n_targets), responses on them
    penalties : (n_fractions, n_targets)
    """
    values, out = axes.values.to(Z)[:, None], torch.empty_like(Z)
    for penalty in penalties.to(Z):
        torch.add(values, penalty, out=out)
        yield torch.div(Z, out, out=out)


def axis_blocks(n: int, axes: Decomposed, like: Tensor) -> Iterator[slice]:
    """Blocks of targets whose temporaries fit the budget.

    Parameters
    ----------
    n : rows
    axes : principal axes
    like : (n_targets,), any tensor of the dtype and device of the responses
    """
    most = CPU_BLOCK if like.device.type == "cpu" else None
    floats = 6 * n + 12 * len(axes.values)
    return column_batches(len(like), floats * like.element_size(), most=most)
