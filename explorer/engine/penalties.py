"""What a ridge fit is asked for: the grid of penalties, and how one of them is chosen."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

#: Multiples of the mean eigenvalue of the Gram matrix, so that one grid serves every layer.
DEFAULT_ALPHAS: tuple[float, ...] = tuple(10.0**k for k in range(-5, 5))

SMALL_ALPHA = "For nearly no penalty take a small one, such as 1e-5."
MODES = ("kfold", "guided", "gcv", "loo")
CRITERIA = ("mse", "correlation")
SELECTIONS = ("target", "global")


@dataclass(frozen=True)
class RidgeSettings:
    """What is done to the features, which penalties are tried, and how one is chosen.

    Parameters
    ----------
    alphas : grid of penalties, each > 0, increasing
    relative : alphas are multiples of trace(X'X) / n_features of the training rows, centred and
        scaled; otherwise absolute, as in scikit-learn's ``Ridge``
    standardise : divide features by their standard deviation over the training rows; a constant
        feature becomes 0
    n_components : replace features by that many principal components of the training rows; the
        mean eigenvalue is then over these. None keeps all features
    n_inner : folds within each training set, to choose alpha in ``crossval_ridge``
    seed : of the shuffle that makes these inner folds
    gap : rows left out of training on either side of the test rows in ``crossval_ridge``, for time
        series with contiguous folds; the inner folds, which choose alpha only, leave no gap
    mode : ``"kfold"`` tries every alpha on every fold. ``"guided"`` tries, on the same folds, those
        around the choice of GCV until the least error found lies between two larger ones (a local
        search: a curve with two minima may keep the wrong one). ``"gcv"`` is generalised
        cross-validation (Golub, Heath & Wahba 1979), ``"loo"`` leave-one-out in closed form, as
        scikit-learn's ``RidgeCV``: both need one decomposition, assume that rows are independent,
        and use no folds. In these two, means, standard deviations and components are those of all
        rows given, so the error of a row is not free of it; rows kept from the fit never enter
    criterion : ``"mse"``, least mean squared error over all validation rows; or
        ``"correlation"``, greatest Pearson r, mean over folds (pooled in ``"loo"``), which ignores
        the scale of predictions; not with ``"gcv"``
    selection : an alpha for each ``"target"``, or one for all, ``"global"``: that of the least
        mean error over targets; guided then tries every alpha
    """

    alphas: tuple[float, ...] = DEFAULT_ALPHAS
    relative: bool = True
    standardise: bool = True
    n_components: int | None = None
    n_inner: int = 5
    seed: int = 0
    gap: int = 0
    mode: str = "kfold"
    criterion: str = "mse"
    selection: str = "target"

    def __post_init__(self) -> None:
        check_grid("alphas", self.alphas, SMALL_ALPHA)
        if self.n_components is not None and self.n_components < 1:
            raise ValueError(
                f"n_components is {self.n_components}, expected 1 or more, or None for no PCA."
            )
        for name, known in (("mode", MODES), ("criterion", CRITERIA), ("selection", SELECTIONS)):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}, expected one of {', '.join(known)}."
                )
        if self.mode == "gcv" and self.criterion == "correlation":
            raise ValueError(
                "mode is 'gcv' with criterion 'correlation', expected 'mse': GCV is an estimate of "
                "squared error. Take mode 'loo', 'kfold' or 'guided'."
            )

    @property
    def uses_folds(self) -> bool:
        """Whether alpha is chosen on folds: not so for GCV and leave-one-out."""
        return self.mode in ("kfold", "guided")


def check_grid(name: str, values: tuple[float, ...], hint: str) -> None:
    """Make sure that a grid holds increasing finite numbers > 0.

    Parameters
    ----------
    name : what it is a grid of, as the setting is called
    values : the grid
    hint : what to do instead of 0

    Raises
    ------
    ValueError
        if it does not
    """
    if not values or not all(0 < value < float("inf") for value in values):
        raise ValueError(f"{name} are {values}, expected one or more finite numbers > 0. {hint}")
    if list(values) != sorted(set(values)):
        raise ValueError(f"{name} are {values}, expected increasing. Sort them.")


def penalties(settings: RidgeSettings, mean_value: Tensor) -> Tensor:
    """Absolute alphas, (n_alphas,), float64, for features of this mean eigenvalue.

    Parameters
    ----------
    settings : whose grid it is
    mean_value : (), unit of relative alphas, float64
    """
    grid = torch.tensor(settings.alphas, dtype=torch.float64).to(mean_value)
    return grid * mean_value if settings.relative else grid


def share_at_edge(alpha: Tensor, settings: RidgeSettings) -> float:
    """Share of alphas that are the first or the last of the grid: it may be too narrow.

    Parameters
    ----------
    alpha : (...), as on the grid; NaN do not count
    settings : whose grid it is; a grid of one value has no edge
    """
    grid = torch.tensor(settings.alphas, dtype=torch.float64).to(alpha)
    known = alpha[~alpha.isnan()]
    if len(grid) == 1 or not len(known):
        return 0.0
    return float(((known == grid[0]) | (known == grid[-1])).double().mean())
