"""Fewer features: sparse random projection, and how many dimensions features effectively have."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.engine.decomposition import check_features, fit_scaling
from explorer.engine.device import exact_matmul, to_double


@dataclass(frozen=True)
class Projection:
    """A sparse random projection, the same for every fold: it has seen no data.

    Parameters
    ----------
    matrix : (n_components, n_features), sparse, float32; entries are 0 or plus or minus one value
    density : expected share of entries that are not 0
    """

    matrix: Tensor
    density: float

    @exact_matmul()
    def apply(self, X: Tensor) -> Tensor:
        """Projected features, (n, n_components), in the dtype of the features.

        Parameters
        ----------
        X : (n, n_features), finite, float32 or float64

        Raises
        ------
        ValueError
            if ``X`` has NaN or infinite values, or another number of features
        """
        check_features(X)
        if X.shape[1] != self.matrix.shape[1]:
            raise ValueError(
                f"X has {X.shape[1]} features, expected {self.matrix.shape[1]}, those the "
                "projection was drawn for. Draw another."
            )
        matrix = self.matrix.to(device=X.device, dtype=X.dtype)
        # a strided right side is forty times slower
        return torch.sparse.mm(matrix, X.T.contiguous()).T.contiguous()


def distortion_dim(n: int, eps: float) -> int:
    """Components that keep all squared distances of ``n`` stimuli within a factor 1 - eps, 1 + eps.

    Johnson & Lindenstrauss, in the bound of Dasgupta & Gupta 2003, as in scikit-learn:
    ``4 ln(n) / (eps^2 / 2 - eps^3 / 3)``, rounded down.

    Raises
    ------
    ValueError
        if ``n`` is below 2, or eps is not between 0 and 1
    """
    if n < 2 or not 0 < eps < 1:  # noqa: PLR2004 - a distance
        raise ValueError(f"n is {n} and eps {eps}, expected 2 or more, and between 0 and 1.")
    return int(4 * math.log(n) / (eps**2 / 2 - eps**3 / 3))


def draw_projection(
    n_features: int, n_components: int, *, seed: int = 0, density: float | None = None
) -> Projection:
    """Sparse random projection, without any dense matrix of its shape.

    Entries are ``+-sqrt(1 / (density n_components))``, each with probability ``density / 2``, so
    squared lengths are kept on average (Achlioptas 2003; Li, Hastie & Church 2006).

    Parameters
    ----------
    n_features : of the features to project
    n_components : of the result; see ``distortion_dim``
    seed : of the draw; one seed gives the same projection on every device
    density : share of entries that are not 0; None for 1 / sqrt(n_features) (Li et al.)

    Raises
    ------
    ValueError
        if there are no features or no components, or density is not in (0, 1]
    """
    if n_features < 1 or n_components < 1:
        raise ValueError(
            f"A projection of {n_features} features to {n_components} was asked for, expected 1 or "
            "more of each."
        )
    density = 1 / math.sqrt(n_features) if density is None else density
    if not 0 < density <= 1:
        raise ValueError(f"density is {density}, expected above 0 and at most 1.")
    generator = np.random.default_rng(seed)
    counts = generator.binomial(n_features, density, n_components)
    columns = [
        np.sort(generator.choice(n_features, count, replace=False, shuffle=False))
        for count in counts
    ]
    rows = np.repeat(np.arange(n_components), counts)
    signs = generator.integers(0, 2, len(rows), dtype=np.int8) * 2.0 - 1
    where = torch.from_numpy(np.stack([rows, np.concatenate(columns)]))
    values = torch.from_numpy(signs / math.sqrt(density * n_components)).float()
    shape = (n_components, n_features)
    matrix = torch.sparse_coo_tensor(
        where, values, shape, is_coalesced=True, check_invariants=False
    )
    return Projection(matrix, density)


def effective_dim(X: Tensor, *, standardise: bool = False) -> float:
    """Effective dimensionality of features: the participation ratio of their variances.

    ``(sum lambda)^2 / sum lambda^2`` of the eigenvalues of the covariance (Elmoznino & Bonner
    2024): n_features if all directions vary alike, 1 if one does. No eigenvalue is computed: these
    are the squared trace and the squared entries of the smaller Gram matrix.

    Parameters
    ----------
    X : (n, n_features), finite; centred here
    standardise : divide features by their standard deviation first

    Returns
    -------
    dim : 1 to min(n - 1, n_features); NaN if no feature varies

    Raises
    ------
    ValueError
        if ``X`` has NaN or infinite values
    """
    check_features(X)
    X64 = to_double(X)
    shift = X64.mean(0)
    X64 = X64 - shift
    scaled = fit_scaling(X64, shift, standardise, X.dtype).apply(X64)
    gram = scaled.T @ scaled if scaled.shape[1] <= len(scaled) else scaled @ scaled.T
    trace = gram.diagonal().sum()
    if trace == 0:
        return math.nan
    gram = gram / trace
    return float(1 / gram.square().sum())
