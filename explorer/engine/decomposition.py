"""What ridge needs to know of the features alone: principal axes, and validation rows on them.

Features are centred, scaled and rotated with numbers of the training rows only. The ``d x d`` (or
``n x n``) stage is float64 whatever the dtype of the features, so rank-deficient features are safe.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.folds import complement

COMPRESSED = 1.5  # validation rows per axis from which a QR decomposition pays


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
    """

    values: Tensor
    vectors: Tensor
    mean_value: Tensor


@dataclass(frozen=True)
class Fold:
    """Features of one fold, expressed on the principal axes of its training rows.

    Parameters
    ----------
    test : (n_test,), validation rows
    train : (n_train,), the others
    values : (rank,), eigenvalues of the Gram matrix of the scaled training rows, float64
    mean_value : (), the unit of relative alphas, float64
    mean : (n_features,), training mean
    axes : (n_features, rank), scaled axes, if primal; (n_train, rank), training rows on the axes,
        if dual; in the dtype of the features
    rows : (m, rank), validation rows on the axes; m is n_test, or rank if that is far less
    basis : (n_test, m), orthonormal, where ``basis @ rows`` are the validation rows; None if
        ``rows`` are the validation rows themselves
    """

    test: Tensor
    train: Tensor
    values: Tensor
    mean_value: Tensor
    mean: Tensor
    axes: Tensor
    rows: Tensor
    basis: Tensor | None


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


def fit_spectrum(gram: Tensor, n_features: int, n_components: int | None) -> Spectrum:
    """Spectrum of a Gram matrix.

    Parameters
    ----------
    gram : (k, k), float64, of centred and scaled features; either ``X'X`` or ``XX'``
    n_features : number of features, whichever of the two it is
    n_components : keep only that many of the largest eigenvalues (PCA); None keeps all
    """
    values, vectors = torch.linalg.eigh(gram)
    total, of = values.clamp(min=0).sum(), n_features
    if n_components is not None and n_components < n_features:
        values, vectors = values[-n_components:], vectors[:, -n_components:]
        total, of = values.clamp(min=0).sum(), n_components
    smallest = values[-1:] * torch.finfo(gram.dtype).eps * max(len(gram), n_features)
    kept = (values > smallest) & (values > 0)
    return Spectrum(values[kept], vectors[:, kept], total / of)


def fit_axes(
    X: Tensor, scaling: Scaling, n_components: int | None
) -> tuple[Spectrum, Tensor, Tensor]:
    """Principal axes of training rows, from whichever Gram matrix is the smaller.

    Parameters
    ----------
    X : (n_train, n_features), float64
    scaling : of the same rows
    n_components : keep only that many axes; None keeps all

    Returns
    -------
    spectrum : of the scaled rows
    axes : (n_features, rank), to be multiplied with ``X - mean``
    rows : (n_train, rank), that product
    """
    n_train, n_features = X.shape
    scaled = scaling.apply(X)
    if n_features <= n_train:
        spectrum = fit_spectrum(scaled.T @ scaled, n_features, n_components)
        axes = scaling.scale[:, None] * spectrum.vectors
        return spectrum, axes, scaled @ spectrum.vectors
    spectrum = fit_spectrum(scaled @ scaled.T, n_features, n_components)
    root = spectrum.values.sqrt()
    axes = scaled.T @ (spectrum.vectors / root)
    return spectrum, scaling.scale[:, None] * axes, spectrum.vectors * root


def decompose_folds(
    X: Tensor,
    shift: Tensor,
    folds: list[Tensor],
    standardise: bool,
    n_components: int | None,
    like: Tensor,
) -> list[Fold]:
    """One eigendecomposition per fold, shared by all alphas and all targets.

    Primal folds take their Gram matrix from the total by subtracting the held-out part, which is
    safe in float64; dual ones form theirs.

    Parameters
    ----------
    X : (n, n_features), float64, columns centred over all rows
    shift : (n_features,), what was subtracted to centre them
    folds : list of (n_test,), test rows of each fold
    standardise : scale by the training standard deviations
    n_components : keep that many principal components of the training rows; None keeps all
    like : (...), any tensor with the dtype of the features as they came, and the device wanted
    """
    n, n_features = X.shape
    primal = is_primal(X, folds)
    total = X.T @ X if primal else X.new_empty(0)
    out = []
    for fold in folds:
        test = fold.to(X.device)
        train = complement(n, test)
        scaling = fit_scaling(X[train], shift, standardise, like.dtype)
        tested = scaling.apply(X[test])
        if primal:
            gram = total - X[test].T @ X[test]
            gram -= len(train) * torch.outer(scaling.mean, scaling.mean)
            gram *= torch.outer(scaling.scale, scaling.scale)
            spectrum = fit_spectrum(gram, n_features, n_components)
            axes, rows = scaling.scale[:, None] * spectrum.vectors, tested @ spectrum.vectors
        else:
            trained = scaling.apply(X[train])
            spectrum = fit_spectrum(trained @ trained.T, n_features, n_components)
            root = spectrum.values.sqrt()
            axes = spectrum.vectors * root
            rows = (tested @ trained.T) @ (spectrum.vectors / root)
        basis = None
        if len(test) > COMPRESSED * rows.shape[1]:
            basis, rows = torch.linalg.qr(rows)
            basis = basis.to(like)
        values, mean_value, mean = spectrum.values, spectrum.mean_value, scaling.mean.to(like)
        test, train = test.to(like.device), train.to(like.device)
        out.append(Fold(test, train, values, mean_value, mean, axes.to(like), rows.to(like), basis))
    return out


def is_primal(X: Tensor, folds: list[Tensor]) -> bool:
    """Whether the smallest training set has at least as many rows as there are features.

    Parameters
    ----------
    X : (n, n_features)
    folds : list of (n_test,), test rows of each fold
    """
    n, n_features = X.shape
    return n_features <= n - max(len(test) for test in folds)
