"""Gram matrices and products with the responses, fold by fold: all that nested models need.

A model that scales some columns, or leaves some out, has a sub-block of the same matrices, scaled
from both sides. So bands, their subsets and every scaling of them cost one pass over the data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from explorer.engine.decomposition import check_features, fit_scaling
from explorer.engine.device import to_double
from explorer.engine.folds import check_partition, complement
from explorer.engine.solve import check_responses


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
    check_responses(X, Y)
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
