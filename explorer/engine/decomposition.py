"""Scaling of features and spectra of their Gram matrices, in float64, repaired where they fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

TOLERANCE = 1e-9  # of V diag(s) V'x against G x, relative to the largest eigenvalue
STRIPE = 4  # a Gram matrix is made in this many stripes, of which only one triangle is computed


@dataclass(frozen=True)
class Scaling:
    """How features are shifted and scaled; ``(X - mean) * scale``.

    Parameters
    ----------
    mean : (n_features,), mean over training rows
    scale : (n_features,), 1 / sd when standardised, else 1; 0 for a column that is constant over
        training rows, which therefore carries no weight
    """

    mean: Tensor
    scale: Tensor

    def apply(self, X: Tensor) -> Tensor:
        """Scaled features.

        Parameters
        ----------
        X : (n, n_features), float64
        """
        return (X - self.mean).mul_(self.scale)


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of the Gram matrix of scaled features, above rounding, and their vectors.

    Parameters
    ----------
    values : (rank,), increasing, > 0
    vectors : (n_features, rank) of ``X'X``, or (n_train, rank) of ``XX'``
    mean_value : (), trace / n_features, over the components kept when reduced by PCA: the unit of
        relative alphas
    notes : what had to be repaired
    """

    values: Tensor
    vectors: Tensor
    mean_value: Tensor
    notes: tuple[str, ...] = ()


def check_features(X: Tensor) -> None:
    """Make sure that features are a matrix of finite floats.

    Parameters
    ----------
    X : (n, n_features)

    Raises
    ------
    ValueError
        if ``X`` is not two-dimensional, not float32 or float64, or has NaN or infinite values
    """
    if X.ndim != 2 or X.dtype not in (torch.float32, torch.float64):  # noqa: PLR2004 - a matrix
        raise ValueError(
            f"X is {X.dtype} of shape {tuple(X.shape)}, expected float32 or float64 of shape "
            "(n, n_features). Convert it."
        )
    if X.sum().isfinite():  # one pass; a sum that overflows is looked into
        return
    bad = int((~X.isfinite()).any(0).sum())
    if bad:
        raise ValueError(
            f"X has NaN or infinite values in {bad} of its {X.shape[1]} columns, expected finite "
            "features. Leave these columns out."
        )


def fit_scaling(X: Tensor, shift: Tensor, standardise: bool, dtype: torch.dtype) -> Scaling:
    """Mean and scale of each column.

    Parameters
    ----------
    X : (n_train, n_features), float64, features less ``shift``
    shift : (n_features,), what was subtracted from the features as they came
    standardise : divide by the standard deviation (over n, not n - 1)
    dtype : of the features as they came

    Returns
    -------
    scaling : whose scale is 0 for a column that is constant to within the rounding of ``dtype``
    """
    sd, mean = torch.std_mean(X, 0, correction=0)
    varies = sd > 2 * torch.finfo(dtype).eps * (mean + shift).abs()
    scale = 1 / sd if standardise else torch.ones_like(sd)
    return Scaling(mean, scale.where(varies, 0))


def gram(X: Tensor) -> Tensor:
    """``X'X``, of which one triangle of blocks is computed and the other copied.

    Parameters
    ----------
    X : (n, n_features)

    Returns
    -------
    gram : (n_features, n_features)
    """
    d = X.shape[1]
    out = X.new_empty(d, d)
    edges = [round(d * k / STRIPE) for k in range(STRIPE + 1)]
    for low, high in pairwise(edges):
        out[low:high, :high] = X[:, low:high].T @ X[:, :high]
        out[:low, low:high] = out[low:high, :low].T
    return out


def fit_spectrum(
    matrix: Tensor,
    n_features: int,
    n_components: int | None,
    rows: Callable[[], Tensor] | None = None,
) -> Spectrum:
    """Spectrum of a Gram matrix.

    A decomposition that raises, is not finite or does not give the matrix back is repeated with
    jitter, then on the CPU, then as an SVD of the features, and noted.

    Parameters
    ----------
    matrix : (k, k), float64, of centred and scaled features; either ``X'X`` or ``XX'``
    n_features : number of features, whichever of the two it is
    n_components : keep only that many of the largest eigenvalues (PCA); None keeps all
    rows : makes the factor R, (m, k), where ``matrix`` is ``R'R``; None takes the matrix itself

    Raises
    ------
    ValueError
        if nothing decomposes it
    """
    values, vectors, notes = _decompose(matrix, rows)
    total, of = values.clamp(min=0).sum(), n_features
    if n_components is not None and n_components < n_features:
        values, vectors = values[-n_components:], vectors[:, -n_components:]
        total, of = values.clamp(min=0).sum(), n_components
    smallest = values[-1:] * torch.finfo(matrix.dtype).eps * max(len(matrix), n_features)
    kept = (values > smallest) & (values > 0)
    if not kept.all():
        values, vectors = values[kept], vectors[:, kept]
    return Spectrum(values, vectors, total / of, notes)


def _decompose(
    matrix: Tensor, rows: Callable[[], Tensor] | None
) -> tuple[Tensor, Tensor, tuple[str, ...]]:
    trials: tuple[tuple[str, Callable[[], tuple[Tensor, Tensor]]], ...] = (
        ("", lambda: torch.linalg.eigh(matrix)),
        ("jitter", lambda: _jittered(matrix)),
        ("the CPU", lambda: torch.linalg.eigh(matrix.cpu())),
        ("an SVD of the features", lambda: _svd(matrix if rows is None else rows(), rows is None)),
    )
    for name, trial in trials:
        try:
            values, vectors = (part.to(matrix) for part in trial())
        except torch.linalg.LinAlgError:  # type: ignore[attr-defined]  # torch exports it so
            continue
        if _gives_back(matrix, values, vectors):
            notes = (f"eigendecomposition failed, repaired by {name}",) if name else ()
            return values, vectors, notes
    raise ValueError(
        f"A Gram matrix of shape {tuple(matrix.shape)} cannot be decomposed, expected finite "
        "numbers of moderate size. Standardise the features, or leave out enormous ones."
    )


def _jittered(matrix: Tensor) -> tuple[Tensor, Tensor]:
    jitter = float(matrix.diagonal().mean()) * 1e-10
    values, vectors = torch.linalg.eigh(matrix + jitter * torch.eye(len(matrix)).to(matrix))
    return values - jitter, vectors


def _svd(rows: Tensor, squared: bool) -> tuple[Tensor, Tensor]:
    """Eigenvalues, increasing, and vectors, all k of them, of R'R from R (or from itself)."""
    _, values, right = torch.linalg.svd(rows.cpu(), full_matrices=True)
    if not squared:
        values = values.square()
    missing = len(right) - len(values)
    values = torch.cat([values, values.new_zeros(missing)])
    return values.flip(0), right.T.flip(1)


def _gives_back(matrix: Tensor, values: Tensor, vectors: Tensor) -> bool:
    """Whether the decomposition multiplies three probes as the matrix does."""
    k = len(matrix)
    if k == 0:
        return True
    angle = torch.arange(3 * k, dtype=matrix.dtype, device=matrix.device).reshape(k, 3)
    probe = (angle * 1.7 + 0.3).sin()
    expected = matrix @ probe
    found = vectors @ (values[:, None] * (vectors.T @ probe))
    limit = TOLERANCE * values.abs().max() * probe.norm()
    return bool(((found - expected).norm() <= limit) & limit.isfinite())
