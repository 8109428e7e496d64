"""Features of each fold on the principal axes of its training rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

import torch
from torch import Tensor

from explorer.engine.decomposition import Scaling, fit_scaling, fit_spectrum, gram
from explorer.engine.device import to_double
from explorer.engine.penalties import RidgeSettings

COMPRESSED = 1.4  # validation rows per feature from which a QR decomposition of them pays
DOUBTFUL = 1e-6  # variance in training over variance in all, below which the first is recomputed
ENOUGH = 5  # alphas from which a triangle of compressed rows pays
WELL_CONDITIONED = 1e-4  # diagonal of a Cholesky factor, smallest over largest


@dataclass(frozen=True)
class FoldFactors:
    """Features of one fold; parts that its kind does not need have a length of 0.

    Parameters
    ----------
    mean_value : (), the unit of relative alphas, float64
    values : (rank,), eigenvalues of the Gram matrix of the scaled training rows, float64
    mean : (n_features,), training mean
    axes : (n_features, rank), scaled axes, if primal; (n_train, rank), training rows on the axes,
        if dual; in the dtype of the features
    rows : (m, rank), validation rows on the axes; m is n_test, or n_features + 1 if that is far
        less; see ``is_triangular``
    basis : (n_test, m), orthonormal, the first column constant, where ``basis @ rows`` are the
        validation rows on the axes; (0, 0) if ``rows`` are
    moments : (m, n_features), where ``basis @ moments`` are the validation rows
    """

    mean_value: Tensor
    values: Tensor
    mean: Tensor
    axes: Tensor
    rows: Tensor
    basis: Tensor
    moments: Tensor

    @classmethod
    def of_closed(cls, mean_value: Tensor) -> FoldFactors:
        """A fold of which only the unit of alpha is needed.

        Parameters
        ----------
        mean_value : (), float64
        """
        none, square = mean_value.new_empty(0), mean_value.new_empty(0, 0)
        return cls(mean_value, none, none, square, square, square, square)


@dataclass(frozen=True)
class Rows:
    """Features in the order of the folds.

    Parameters
    ----------
    X : (n, n_features), centred, in the dtype of the features as they came
    shift : (n_features,), what was subtracted to centre them, float64
    slices : rows of each fold
    """

    X: Tensor
    shift: Tensor
    slices: list[slice]

    @cached_property
    def X64(self) -> Tensor:  # noqa: N802 - a matrix
        """The same features in float64: (n, n_features)."""
        return to_double(self.X)

    def mean_values(self) -> list[Tensor]:
        """Mean eigenvalue over features of each training set, unscaled."""
        n, n_features = self.X64.shape
        sums = torch.stack([self.X64[part].sum(0) for part in self.slices])
        squares = torch.stack([self.X64[part].square().sum() for part in self.slices])
        out = []
        for k, part in enumerate(self.slices):
            n_train = n - (part.stop - part.start)
            mean = (sums.sum(0) - sums[k]) / n_train
            trace = squares.sum() - squares[k] - n_train * mean.square().sum()
            out.append(trace.clamp(min=0) / n_features)
        return out


def is_triangular(settings: RidgeSettings) -> bool:
    """Whether compressed rows are turned so that, after the first, they form a triangle.

    Products then cost 5/8, which pays where every alpha of a grid is tried.

    Parameters
    ----------
    settings : mode and grid
    """
    return settings.mode == "kfold" and len(settings.alphas) >= ENOUGH


def gram_scaling(
    rows: Rows,
    held_out: slice,
    mean: Tensor,
    squares: tuple[Tensor, Tensor],
    settings: RidgeSettings,
) -> Scaling:
    """Scaling from sums; columns that vary in held-out rows almost alone are looked at again.

    Parameters
    ----------
    rows : features
    held_out : rows that are not for training; an empty slice if all are
    mean : (n_features,), over training rows
    squares : both (n_features,), sums of squares: of training rows about that mean, and of all rows
    settings : whether to divide by the standard deviation
    """
    n = len(rows.X)
    n_train = n - (held_out.stop - held_out.start)
    variance = squares[0].clamp(min=0) / n_train
    rounding = 2 * torch.finfo(rows.X.dtype).eps * (mean + rows.shift).abs()
    doubtful = variance <= DOUBTFUL * squares[1] / n
    doubtful |= variance <= 4 * rounding.square()
    mean, scale = mean.clone(), variance.rsqrt() if settings.standardise else variance * 0 + 1
    if doubtful.any():
        columns = rows.X64[:, doubtful]
        train = torch.cat([columns[: held_out.start], columns[held_out.stop :]])
        again = fit_scaling(train, rows.shift[doubtful], settings.standardise, rows.X.dtype)
        mean[doubtful], scale[doubtful] = again.mean, again.scale
    return Scaling(mean, scale)


def primal_folds(
    rows: Rows, grams: list[Tensor], settings: RidgeSettings
) -> tuple[list[FoldFactors], tuple[str, ...]]:
    """One eigendecomposition of ``X'X`` per fold, from the total less the held-out part.

    Parameters
    ----------
    rows : features
    grams : list of (n_features, n_features), float64, ``X'X`` of each fold
    settings : scaling and PCA, fitted to training rows

    Returns
    -------
    folds : one for each fold
    notes : what had to be repaired
    """
    X, n = rows.X64, len(rows.X64)
    total = torch.stack(grams).sum(0)
    sums = torch.stack([X[part].sum(0) for part in rows.slices])
    folds: list[FoldFactors] = []
    notes: tuple[str, ...] = ()
    for part, held_out, own in zip(rows.slices, grams, sums, strict=True):
        n_train = n - (part.stop - part.start)
        mean = (sums.sum(0) - own) / n_train
        train = total - held_out
        train -= n_train * torch.outer(mean, mean)
        scaling = gram_scaling(rows, part, mean, (train.diagonal(), total.diagonal()), settings)
        train *= torch.outer(scaling.scale, scaling.scale)

        spectrum = fit_spectrum(
            train, X.shape[1], settings.n_components, partial(_trained, X, part, scaling)
        )
        axes = scaling.scale[:, None] * spectrum.vectors
        basis, moments = X.new_empty(0, 0), X.new_empty(0, 0)
        if part.stop - part.start > COMPRESSED * (X.shape[1] + 1):
            basis, moments = _compress(X[part], held_out)
            shifted = moments.clone()
            shifted[0] -= (part.stop - part.start) ** 0.5 * scaling.mean
            tested = shifted @ axes
            if is_triangular(settings):
                turn, triangle = torch.linalg.qr(tested[1:], mode="complete")
                tested = torch.cat([tested[:1], triangle])
                basis = torch.cat([basis[:, :1], basis[:, 1:] @ turn], 1)
                moments = torch.cat([moments[:1], turn.T @ moments[1:]])
        else:
            tested = (X[part] - scaling.mean) @ axes
        parts = [t.to(rows.X) for t in (scaling.mean, axes, tested, basis, moments)]
        folds.append(FoldFactors(spectrum.mean_value, spectrum.values, *parts))
        notes += spectrum.notes
    return folds, notes


def dual_folds(rows: Rows, settings: RidgeSettings) -> tuple[list[FoldFactors], tuple[str, ...]]:
    """One eigendecomposition of ``XX'`` per fold.

    Parameters
    ----------
    rows : features
    settings : scaling and PCA, fitted to training rows

    Returns
    -------
    folds : one for each fold
    notes : what had to be repaired
    """
    X = rows.X64
    folds: list[FoldFactors] = []
    notes: tuple[str, ...] = ()
    none = X.new_empty(0, 0).to(rows.X)
    for part in rows.slices:
        train = torch.cat([X[: part.start], X[part.stop :]])
        scaling = fit_scaling(train, rows.shift, settings.standardise, rows.X.dtype)
        trained, tested = scaling.apply(train), scaling.apply(X[part])
        spectrum = fit_spectrum(
            gram(trained.T), X.shape[1], settings.n_components, partial(_transposed, trained)
        )
        root = spectrum.values.sqrt()
        axes = (spectrum.vectors * root).to(rows.X)
        on_axes = ((tested @ trained.T) @ (spectrum.vectors / root)).to(rows.X)
        mean = scaling.mean.to(rows.X)
        folds.append(
            FoldFactors(spectrum.mean_value, spectrum.values, mean, axes, on_axes, none, none)
        )
        notes += spectrum.notes
    return folds, notes


def _compress(X: Tensor, own: Tensor) -> tuple[Tensor, Tensor]:
    """Q, R with ``X = Q R`` and a first column of Q that is constant.

    By Cholesky of the Gram matrix of the rows where that is well conditioned (it costs a quarter),
    else by reflections.
    """
    n = len(X)
    root, mean = n**0.5, X.mean(0)
    centred = X - mean
    factor, failed = torch.linalg.cholesky_ex(own - n * torch.outer(mean, mean), upper=True)
    size = factor.diagonal()
    if failed == 0 and bool(size.min() > WELL_CONDITIONED * size.max()):
        Q = torch.linalg.solve_triangular(factor, centred, upper=True, left=False)
        Q = torch.cat([torch.full_like(Q[:, :1], 1 / root), Q], 1)
        return Q, torch.cat([root * mean[None], factor])
    Q, R = torch.linalg.qr(torch.cat([torch.full_like(X[:, :1], 1 / root), X], 1))
    sign = R[0, 0].sign()
    Q[:, 0] *= sign
    R[0] *= sign
    return Q, R[:, 1:]


def _trained(X: Tensor, held_out: slice, scaling: Scaling) -> Tensor:
    """Scaled training rows."""
    return scaling.apply(torch.cat([X[: held_out.start], X[held_out.stop :]]))


def _transposed(X: Tensor) -> Tensor:
    return X.T
