"""Gram matrices and products with the responses, fold by fold: all that nested models need.

A model that scales some columns, or leaves some out, has a sub-block of the same matrices, scaled
from both sides. So bands, their subsets and every scaling of them cost one pass over the data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from explorer.engine.decomposition import check_features, fit_scaling, fit_spectrum
from explorer.engine.device import to_double
from explorer.engine.folds import check_partition, complement

STEPS = 4  # row blocks in which a triangle is multiplied: 3 of 8 products are skipped


@dataclass(frozen=True)
class FoldFeatures:
    """Features of one fold, scaled with numbers of its training rows.

    Parameters
    ----------
    test : (n_test,), validation rows; may be empty, then all rows train
    train : (n_train,), the others
    mean : (n_features,), over training rows, of the features as they came less their total mean
    scale : (n_features,), 1 / sd over training rows or 1; 0 for a constant column
    primal : whether ``side`` is the Gram matrix
    side : (n_features, n_features), Gram matrix of the scaled training rows, or these rows
        themselves, (n_train, n_features), where they are fewer than the features; float64
    rows : (m, n_features), scaled validation rows, or R of their QR decomposition; float64
    basis : (n_test, m), Q of that decomposition, in the dtype of the responses; None without
    """

    test: Tensor
    train: Tensor
    mean: Tensor
    scale: Tensor
    primal: bool
    side: Tensor
    rows: Tensor
    basis: Tensor | None

    def mean_value(self) -> Tensor:
        """Mean eigenvalue of the Gram matrix, the unit of relative alphas: (), float64."""
        trace = self.side.diagonal().sum() if self.primal else self.side.square().sum()
        return trace / len(self.mean)

    def take(self, columns: Tensor) -> FoldFeatures:
        """Features of a nested model.

        Parameters
        ----------
        columns : (n_kept,), indices
        """
        side = self.side[columns][:, columns] if self.primal else self.side[:, columns]
        mean, scale = self.mean[columns], self.scale[columns]
        return replace(self, mean=mean, scale=scale, side=side, rows=self.rows[:, columns])


@dataclass(frozen=True)
class FoldTargets:
    """Responses of one fold, as its features need them; a column per target.

    Parameters
    ----------
    moment : (n_features, n_targets), scaled training rows' times responses, if primal;
        (n_train, n_targets), centred training responses, if not
    tested : (m, n_targets), validation responses less the training mean, on the basis if any
    outside : (n_targets,), their squared length outside the basis; 0 without
    mean : (n_targets,), the training mean
    length : (n_targets,), squared length of the centred training responses
    """

    moment: Tensor
    tested: Tensor
    outside: Tensor
    mean: Tensor
    length: Tensor

    def take(
        self, columns: Tensor | None = None, targets: Tensor | slice | None = None
    ) -> FoldTargets:
        """Responses for a nested model, or of some targets.

        Parameters
        ----------
        columns : (n_kept,), features of a primal moment; None for all
        targets : (n_taken,), indices, or a slice; None for all
        """
        moment = self.moment if columns is None else self.moment[columns]
        if targets is None:
            return replace(self, moment=moment)
        tested, outside, mean = self.tested[:, targets], self.outside[targets], self.mean[targets]
        return FoldTargets(moment[:, targets], tested, outside, mean, self.length[targets])


@dataclass(frozen=True)
class Decomposed:
    """Principal axes of the training rows of a fold, after a scaling of its columns.

    Parameters
    ----------
    values : (rank,), eigenvalues, decreasing, > 0, float64
    axes : (n_side, rank); ``axes' moment`` are the responses on the axes
    vectors : (n_features, rank), scaled axes: weights are these times coefficients
    rows : (m, rank), validation rows on the axes; upper triangular if turned
    turn : (m, m), orthonormal, which made ``rows`` triangular; None where rank > m
    """

    values: Tensor
    axes: Tensor
    vectors: Tensor
    rows: Tensor
    turn: Tensor | None


def check_problem(X: Tensor, Y: Tensor, folds: list[Tensor]) -> None:
    """Make sure that features, responses and folds fit.

    Parameters
    ----------
    X : (n, n_features)
    Y : (n, n_targets)
    folds : list of (n_test,)

    Raises
    ------
    ValueError
        if ``X`` has NaN or infinite values, X and Y do not fit, or the folds are no partition
    """
    check_features(X)
    if X.shape[1] == 0:
        raise ValueError("X has no columns, expected one feature or more. Leave such a set out.")
    if Y.ndim != 2 or len(X) != len(Y):  # noqa: PLR2004 - stimuli and targets
        raise ValueError(
            f"X has {len(X)} rows and Y has shape {tuple(Y.shape)}, expected (n, n_targets) with "
            "the same n. Align them by stimulus."
        )
    if X.dtype != Y.dtype or X.device != Y.device:
        raise ValueError(
            f"X is {X.dtype} on {X.device} but Y is {Y.dtype} on {Y.device}, expected the same. "
            "Convert one of them."
        )
    check_partition(len(X), folds)


def fold_features(
    X: Tensor, folds: list[Tensor], standardise: bool
) -> tuple[list[FoldFeatures], FoldFeatures, Tensor]:
    """Features of each fold, and of all rows together.

    Gram matrices of training rows are the total less the held-out part, safe in float64.

    Parameters
    ----------
    X : (n, n_features), as they come
    folds : list of (n_test,), a partition of the rows
    standardise : divide by the standard deviation over the training rows

    Returns
    -------
    parts : of each fold
    whole : trained on all rows
    mean : (n_features,), over all rows, float64
    """
    X64 = to_double(X)
    shift = X64.mean(0)
    X64 = X64 - shift
    n, n_features = X64.shape
    total = X64.T @ X64 if n_features <= n else X64.new_empty(0)
    none = torch.empty(0, dtype=torch.int64, device=X64.device)
    parts = []
    for held_out in (*folds, none):
        test = held_out.to(X64.device)
        train = complement(n, test)
        scaling = fit_scaling(X64[train], shift, standardise, X.dtype)
        primal = n_features <= len(train)
        if primal:
            side = total - X64[test].T @ X64[test]
            side -= len(train) * torch.outer(scaling.mean, scaling.mean)
            side *= torch.outer(scaling.scale, scaling.scale)
        else:
            side = scaling.apply(X64[train])
        rows, basis = scaling.apply(X64[test]), None
        if len(test) > n_features:
            basis, rows = torch.linalg.qr(rows)
            basis = basis.to(X)
        indices = test.to(X.device), train.to(X.device)
        parts.append(FoldFeatures(*indices, scaling.mean, scaling.scale, primal, side, rows, basis))
    return parts[:-1], parts[-1], shift


def fold_targets(
    X: Tensor, y: Tensor, parts: list[FoldFeatures], whole: FoldFeatures
) -> tuple[list[FoldTargets], FoldTargets]:
    """Responses of each fold, and of all rows, from one product with the features.

    Parameters
    ----------
    X : (n, n_features), columns centred, in the dtype of ``y``
    y : (n, n_targets), columns centred
    parts : of each fold
    whole : of all rows

    Returns
    -------
    targets : of each fold
    total : of all rows
    """
    out = []
    products = X.T @ y if whole.primal else X
    y_sum, squares = y.sum(0), y.square().sum(0)
    for part in (*parts, whole):
        tested = y[part.test]
        rest = y_sum - tested.sum(0)
        mean = rest / len(part.train)
        if part.primal:
            moment = products - X[part.test].T @ tested
            moment.addr_(part.mean.to(y), rest, alpha=-1).mul_(part.scale.to(y)[:, None])
        else:
            moment = y[part.train] - mean
        length = squares - tested.square().sum(0) - len(part.train) * mean.square()
        tested, outside = tested - mean, torch.zeros_like(mean)
        if part.basis is not None:
            on_basis = part.basis.T @ tested
            outside = torch.addmm(tested, part.basis, on_basis, beta=-1).square_().sum(0)
            tested = on_basis
        out.append(FoldTargets(moment, tested, outside, mean, length))
    return out[:-1], out[-1]


def decompose(
    part: FoldFeatures, weight: Tensor, like: Tensor, n_components: int | None = None
) -> Decomposed:
    """Principal axes of the training rows after each column is multiplied by its weight.

    Parameters
    ----------
    part : of one fold
    weight : (n_features,), >= 0, float64
    like : (...), any tensor of the dtype and device wanted
    n_components : keep that many of the largest axes; None keeps all
    """
    n_features = len(weight)
    scaled = part.side * weight
    if part.primal or n_features < len(part.side):
        gram = weight[:, None] * scaled if part.primal else scaled.T @ scaled
        spectrum = fit_spectrum(gram, n_features, n_components)
        values, vectors = spectrum.values.flip(0), spectrum.vectors.flip(1)
        axes = weight[:, None] * vectors if part.primal else scaled @ vectors
    else:
        spectrum = fit_spectrum(scaled @ scaled.T, n_features, n_components)
        values, left = spectrum.values.flip(0), spectrum.vectors.flip(1)
        axes = left * values.sqrt()
        vectors = scaled.T @ (left / values.sqrt())
    vectors = weight[:, None] * vectors
    rows, turn = part.rows @ vectors, None
    if len(rows) >= rows.shape[1]:
        turn, rows = torch.linalg.qr(rows, mode="complete")
        turn = turn.to(like)
    return Decomposed(values, axes.to(like), vectors.to(like), rows.to(like), turn)


def squared_error(part: Decomposed, targets: FoldTargets, penalties: Tensor) -> Tensor:
    """Squared validation error of each penalty, summed over the rows of the fold.

    Directions whose eigenvalue is below rounding of the penalty are left out of the product.

    Parameters
    ----------
    part : axes of the fold
    targets : its responses
    penalties : (n_alphas,), absolute, float64

    Returns
    -------
    error : (n_alphas, n_targets)
    """
    Z = part.axes.T @ targets.moment
    tested = targets.tested if part.turn is None else part.turn.T @ targets.tested
    shrink = (1 / (part.values + penalties[:, None])).to(Z)  # (n_alphas, rank)
    negligible = torch.finfo(Z.dtype).eps * penalties[:, None]
    ranks = (part.values > negligible).sum(1).tolist()
    out = Z.new_empty(len(penalties), Z.shape[1])
    residual = torch.empty_like(tested)  # reused: fresh memory costs a tenth of the time
    beyond: dict[int, Tensor] = {}
    for i, rank in enumerate(ranks):
        weighted = part.rows[:, :rank] * shrink[i, :rank]
        subtract(tested, weighted, Z[:rank], part.turn is not None, residual)
        if part.turn is None:
            out[i] = residual.square_().sum(0)
            continue
        if rank not in beyond:
            beyond[rank] = tested[rank:].square().sum(0)
        torch.sum(residual[:rank].square_(), 0, out=out[i])
        out[i] += beyond[rank]
    return out.add_(targets.outside)


def subtract(y: Tensor, rows: Tensor, Z: Tensor, triangular: bool, out: Tensor) -> None:
    """Write ``rows Z - y`` to ``out``; of a triangle only its first ``rank`` rows.

    Parameters
    ----------
    y : (m, n_targets)
    rows : (m, rank)
    Z : (rank, n_targets)
    triangular : whether what lies below the diagonal of ``rows`` is 0
    out : (m, n_targets)
    """
    if not triangular:
        torch.addmm(y, rows, Z, beta=-1, out=out)
        return
    rank = rows.shape[1]
    step = max(64, -(-rank // STEPS))
    for a in range(0, rank, step):
        b = min(a + step, rank)
        torch.addmm(y[a:b], rows[a:b, a:], Z[a:], beta=-1, out=out[a:b])
