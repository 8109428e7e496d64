"""Which scalings and penalties of bands are tried."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.band_search import draw_gammas
from explorer.engine.penalties import DEFAULT_ALPHAS, SMALL_ALPHA, check_grid

SIMPLEX = 1e-4  # how far a sum of gammas may be from 1


@dataclass(frozen=True)
class BandedSettings:
    """Which scalings and penalties of the bands are tried.

    The penalty of band b is ``alpha / gamma_b``; the gammas of a model are >= 0 and sum to 1, as in
    himalaya's ``GroupRidgeCV``. Two bands with gammas of a half are ridge with twice the alpha.

    Parameters
    ----------
    alphas : grid of penalties, each > 0, increasing
    relative : alphas are multiples of trace(X'X) / n_features of the training rows, over all bands,
        centred and scaled; otherwise absolute
    standardise : divide features by their standard deviation over the training rows
    n_gammas : random scalings; the first is uniform, so 1 is plain ridge
    gammas : (n_gammas, n_bands) as tuples, instead of random ones; None to draw them
    screened : cross-validate only that many gammas per target, those of least generalised
        cross-validation error on all rows; None for all. Rows must be independent
    n_steps : evaluations of the error in a descent from the best scaling; 0 for none
    n_inner : folds within each training set, in ``crossval_banded_ridge``
    seed : of the gammas, and of the shuffle that makes inner folds
    """

    alphas: tuple[float, ...] = DEFAULT_ALPHAS
    relative: bool = True
    standardise: bool = True
    n_gammas: int = 20
    gammas: tuple[tuple[float, ...], ...] | None = None
    screened: int | None = None
    n_steps: int = 0
    n_inner: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        check_grid("alphas", self.alphas, SMALL_ALPHA)
        for name, least in (("n_gammas", 1), ("n_steps", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}, expected {least} or more.")
        if self.screened is not None and self.screened < 1:
            raise ValueError(f"screened is {self.screened}, expected 1 or more, or None for all.")
        for row in self.gammas or ():
            if min(row) < 0 or not abs(sum(row) - 1) < SIMPLEX:
                raise ValueError(f"gammas hold {row}, expected numbers >= 0 that sum to 1.")

    def scalings(self, n_bands: int) -> Tensor:
        """Gammas to try: (n_gammas, n_bands), float64."""
        if n_bands == 1:
            return torch.ones(1, 1, dtype=torch.float64)
        if self.gammas is None:
            return draw_gammas(self.n_gammas, n_bands, self.seed)
        if not self.gammas or any(len(row) != n_bands for row in self.gammas):
            raise ValueError(
                f"gammas are {self.gammas}, expected rows of {n_bands} numbers, one per band."
            )
        return torch.tensor(self.gammas, dtype=torch.float64)
