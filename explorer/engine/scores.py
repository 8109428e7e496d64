"""How well predictions fit: one number per target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.device import to_double
from explorer.engine.vectors import unit

DOUBLES = 6 * 8  # bytes of float64 temporaries per entry of Y
CPU_BLOCK = 64  # targets at a time: they stay in the cache


@dataclass(frozen=True)
class Metric:
    """A way to score predictions.

    Parameters
    ----------
    name : key in the table of metrics, such as ``"pearson"``
    label : text at an axis, such as ``"Pearson r"``
    function : maps ``Y, Y_hat``, both (n, n_targets), to (n_targets,)
    bounds : lowest and highest value; the second is a perfect prediction
    unit : ``"1"``, a pure number
    """

    name: str
    label: str
    function: Callable[[Tensor, Tensor], Tensor]
    bounds: tuple[float, float]
    unit: str


def pearson(Y: Tensor, Y_hat: Tensor) -> Tensor:
    """Pearson correlation of each target with its prediction, over stimuli.

    Parameters
    ----------
    Y : (n, n_targets), responses
    Y_hat : (n, n_targets), predictions

    Returns
    -------
    r : (n_targets,), -1 to 1; NaN where either is constant or holds a NaN

    Raises
    ------
    ValueError
        if the shapes differ
    """
    return _by_target(_pearson, Y, Y_hat)


def r2(Y: Tensor, Y_hat: Tensor) -> Tensor:
    """Coefficient of determination, ``1 - sum((y - y_hat)^2) / sum((y - mean(y))^2)``.

    The mean is that of the given (test) responses, not of the training set, as in scikit-learn. A
    prediction with the wrong scale can have r > 0 and R2 < 0.

    Parameters
    ----------
    Y : (n, n_targets), responses
    Y_hat : (n, n_targets), predictions

    Returns
    -------
    r2 : (n_targets,), at most 1, no lower bound; NaN where Y is constant or either holds a NaN

    Raises
    ------
    ValueError
        if the shapes differ
    """
    return _by_target(_r2, Y, Y_hat)


def cosine(Y: Tensor, Y_hat: Tensor) -> Tensor:
    """Cosine of the angle between each target and its prediction, over stimuli; not centred.

    Parameters
    ----------
    Y : (n, n_targets), responses
    Y_hat : (n, n_targets), predictions

    Returns
    -------
    cosine : (n_targets,), -1 to 1; NaN where either is all zero or holds a NaN

    Raises
    ------
    ValueError
        if the shapes differ
    """
    return _by_target(_cosine, Y, Y_hat)


PEARSON = Metric("pearson", "Pearson r", pearson, (-1.0, 1.0), "1")
R2 = Metric("r2", "R\N{SUPERSCRIPT TWO}", r2, (-inf, 1.0), "1")
COSINE = Metric("cosine", "Cosine similarity", cosine, (-1.0, 1.0), "1")


def check_pair(Y: Tensor, Y_hat: Tensor) -> None:
    """Make sure that predictions belong to responses.

    Parameters
    ----------
    Y : (n, n_targets), responses
    Y_hat : (n, n_targets), predictions

    Raises
    ------
    ValueError
        if the shapes differ or are not two-dimensional
    """
    if Y.ndim != 2 or Y.shape != Y_hat.shape:  # noqa: PLR2004 - stimuli and targets
        raise ValueError(
            f"Y has shape {tuple(Y.shape)} and Y_hat {tuple(Y_hat.shape)}, expected the same "
            "(n, n_targets) for both. Give one column per target, also for a single one."
        )


def _by_target(score: Callable[[Tensor, Tensor], Tensor], Y: Tensor, Y_hat: Tensor) -> Tensor:
    """Apply ``score`` to blocks of targets: float64 copies of all responses may not fit."""
    check_pair(Y, Y_hat)
    out = Y.new_empty(Y.shape[1])
    most = CPU_BLOCK if Y.device.type == "cpu" else None
    for block in column_batches(Y.shape[1], len(Y) * DOUBLES, most=most):
        out[block] = score(Y[:, block], Y_hat[:, block]).to(out)
    return out


def _pearson(y: Tensor, y_hat: Tensor) -> Tensor:
    return (unit(y, 0) * unit(y_hat, 0)).sum(0).clamp(-1, 1)


def _cosine(y: Tensor, y_hat: Tensor) -> Tensor:
    return (unit(y, 0, centre=False) * unit(y_hat, 0, centre=False)).sum(0).clamp(-1, 1)


def _r2(y: Tensor, y_hat: Tensor) -> Tensor:
    direction = unit(y, 0)  # NaN where y is constant
    y = to_double(y)
    residual = (y - to_double(y_hat)).square().sum(0)
    return 1 - residual / ((y - y.mean(0)) * direction).sum(0).square()
