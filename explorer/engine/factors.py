"""What ridge needs to know of the features alone: decompositions of all rows and of each fold.

They serve any responses to the same stimuli, every alpha and every target, so they can be kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise

import torch
from torch import Tensor

from explorer.engine.batches import FILTER_BYTES
from explorer.engine.decomposition import (
    Scaling,
    check_features,
    fit_scaling,
    fit_spectrum,
    gram,
)
from explorer.engine.device import exact_matmul, to_double
from explorer.engine.fold_factors import FoldFactors, Rows, dual_folds, gram_scaling, primal_folds
from explorer.engine.folds import check_partition
from explorer.engine.penalties import RidgeSettings

KINDS = ("spectrum", "primal", "dual", "closed")  # by which the error of an alpha is found
TWO_PRODUCTS = 1.25  # time of two products over that of one with as many operations, as measured
TYPICAL = 10_000  # targets for which the cheaper kind is chosen, as their number is not known


@dataclass(frozen=True)
class Whole:
    """Features of all training rows on their principal axes.

    Parameters
    ----------
    X : (n, n_features), centred, in the dtype of the features as they came, rows in the order of
        the folds
    mean : (n_features,), what was subtracted, float64
    scaling : (2, n_features), mean and scale of the columns of ``X``, float64
    values : (rank,), eigenvalues of the Gram matrix of the scaled rows, increasing, float64
    mean_value : (), the unit of relative alphas, float64
    vectors : (n_features, rank), principal axes, float64; (n_features, 0) if there are more
        features than rows: ``axes`` then forms them from ``left``
    left : (n, rank), rows on the axes, scaled to length 1, in the dtype of ``X``; (n, 0) where
        nothing needs them
    """

    X: Tensor
    mean: Tensor
    scaling: Tensor
    values: Tensor
    mean_value: Tensor
    vectors: Tensor
    left: Tensor

    @cached_property
    def axes(self) -> Tensor:
        """Principal axes, (n_features, rank), float64, to be multiplied with ``X - mean``."""
        mean, scale = self.scaling
        vectors = self.vectors
        if vectors.shape[1] < len(self.values):
            scaled = Scaling(mean, scale).apply(self.X.to(self.values))
            vectors = scaled.T @ (self.left.to(self.values) / self.values.sqrt())
        return scale[:, None] * vectors

    @exact_matmul()
    def rotate(self, X_test: Tensor) -> Tensor:
        """Rows on the axes: done once, they serve every block of targets.

        Parameters
        ----------
        X_test : (n_test, n_features), as they come: centred and scaled here

        Returns
        -------
        rows : (n_test, rank), in the dtype and on the device of the features of the fit

        Raises
        ------
        ValueError
            if ``X_test`` has NaN or infinite values, or another number of features
        """
        check_features(X_test)
        if X_test.shape[1] != len(self.mean):
            raise ValueError(
                f"X_test has {X_test.shape[1]} features, expected {len(self.mean)}, those of "
                "the training set. Take both from the same layer."
            )
        shift = self.mean + self.scaling[0]
        return ((to_double(X_test).to(shift) - shift) @ self.axes).to(self.X)


@dataclass(frozen=True)
class Factors:
    """Everything of a ridge fit that depends on features, folds and settings alone.

    Parameters
    ----------
    settings : for which they were made
    kind : how the error of an alpha is found: ``"spectrum"`` (GCV, leave-one-out), a decomposition
        per fold, ``"primal"`` or ``"dual"``, or one for all folds, ``"closed"``
    whole : all rows
    order : (n,), row of X for each row of ``whole``; a fold is a run of these
    bounds : (n_folds + 1,), where each fold starts, and the end; on the CPU
    folds : one for each fold; () where kind is ``"spectrum"``
    notes : what had to be repaired
    """

    settings: RidgeSettings
    kind: str
    whole: Whole
    order: Tensor
    bounds: Tensor
    folds: tuple[FoldFactors, ...]
    notes: tuple[str, ...] = ()

    @property
    def slices(self) -> list[slice]:
        """Rows of ``whole`` that each fold holds out."""
        return [slice(a, b) for a, b in pairwise(self.bounds.tolist())]

    def tensors(self) -> dict[str, Tensor]:
        """All numbers, by name, to be stored; ``from_tensors`` takes them back."""
        out = {f"whole.{f.name}": getattr(self.whole, f.name) for f in fields(Whole)}
        for k, fold in enumerate(self.folds):
            out |= {f"fold.{k}.{f.name}": getattr(fold, f.name) for f in fields(FoldFactors)}
        notes = torch.tensor(list("\n".join(self.notes).encode()), dtype=torch.uint8)
        out |= {"order": self.order, "bounds": self.bounds, "notes": notes}
        out["kind"] = torch.tensor(KINDS.index(self.kind))
        return {name: tensor.contiguous() for name, tensor in out.items()}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor], settings: RidgeSettings) -> Factors:
        """Factors from what ``tensors`` gave, with the settings for which they were made.

        Parameters
        ----------
        tensors : mapping of name to (...), on any one device
        settings : the same as then; only those that concern features and folds are in the numbers
        """
        part = {f.name: tensors[f"whole.{f.name}"] for f in fields(Whole)}
        kind = KINDS[int(tensors["kind"])]
        bounds = tensors["bounds"].cpu()
        n_folds = 0 if kind == "spectrum" else len(bounds) - 1
        folds = tuple(
            FoldFactors(**{f.name: tensors[f"fold.{k}.{f.name}"] for f in fields(FoldFactors)})
            for k in range(n_folds)
        )
        text = bytes(tensors["notes"].tolist()).decode()
        notes = tuple(text.split("\n")) if text else ()
        return cls(settings, kind, Whole(**part), tensors["order"], bounds, folds, notes)


@exact_matmul()
def fit_factors(
    X: Tensor, folds: list[Tensor] | None = None, settings: RidgeSettings | None = None
) -> Factors:
    """Decompose features: of all rows and, where alpha is chosen on folds, of each training set.

    Everything of size ``d x d`` (or ``n x n``) is float64 whatever the dtype of the features, so
    rank-deficient features are safe. The Gram matrix of a training set is the total less that of
    its held-out rows. Folds without scaling or PCA of their own may need no decomposition: the
    held-out residual is ``(I - H_ff)^-1`` times that of the fit to all rows, exactly (Cook &
    Weisberg 1982, eq. 2.2.20, for sets of rows), with H the hat matrix of that fold's penalty.

    Parameters
    ----------
    X : (n, n_features), finite
    folds : list of (n_test,), a partition of the rows, see ``kfold``; not looked at in modes
        ``"gcv"`` and ``"loo"``
    settings : treatment of features, grid, mode; None for the defaults

    Raises
    ------
    ValueError
        if ``X`` has NaN or infinite values or fewer than 2 rows, or the folds are no partition
    """
    settings = settings or RidgeSettings()
    check_features(X)
    n = len(X)
    if n < 2 or X.shape[1] == 0:  # noqa: PLR2004 - nothing varies over one row
        raise ValueError(
            f"X has shape {tuple(X.shape)}, expected 2 rows and 1 feature or more. "
            "Give more stimuli, or another layer."
        )
    if settings.uses_folds:
        check_partition(n, folds or [])
    held_out = [fold.to(X.device) for fold in folds or []] if settings.uses_folds else []
    order = torch.cat(held_out) if held_out else torch.arange(n, device=X.device)
    sizes = torch.tensor([0, *(len(fold) for fold in held_out)] if held_out else [0, n])
    bounds = sizes.cumsum(0)
    rows = _centred(X if not held_out else X[order], bounds)
    primal = is_primal(n, X.shape[1], max(map(len, held_out), default=0), settings)
    kind = _choose_kind(rows, primal, settings)
    grams = None
    if primal:
        cut = rows.slices if kind == "primal" else [slice(0, n)]
        quick = settings.mode == "gcv"  # an estimate: a product in float32 is exact enough
        grams = [to_double(gram((rows.X if quick else rows.X64)[part])) for part in cut]
        grams = [(G + G.T) / 2 for G in grams] if quick else grams  # rounded alike on both sides
    with_left = not primal or kind == "closed" or settings.mode == "loo"
    whole, notes = _fit_whole(rows, grams, settings, with_left)
    fitted: list[FoldFactors] = []
    if kind == "closed":
        fitted = [FoldFactors.of_closed(unit) for unit in rows.mean_values()]
    elif kind == "primal":
        fitted, more = primal_folds(rows, grams or [], settings)
        notes += more
    elif kind == "dual":
        fitted, more = dual_folds(rows, settings)
        notes += more
    return Factors(settings, kind, whole, order, bounds, tuple(fitted), notes)


def is_primal(n: int, n_features: int, largest: int, settings: RidgeSettings) -> bool:
    """Whether products with features are cheaper than products with training rows.

    A target costs ``n d`` once and ``n d`` per alpha tried with features, ``n n_train`` per alpha
    with rows.

    Parameters
    ----------
    n : rows
    n_features : features
    largest : rows of the largest fold; 0 without folds
    settings : mode and grid
    """
    if not settings.uses_folds:
        return n_features < n
    tried = 3 if settings.mode == "guided" else len(settings.alphas)
    return n_features * (tried + 1) <= (n - largest) * tried


def _centred(X: Tensor, bounds: Tensor) -> Rows:
    """Centred features: what float32 keeps of them *is* the data, here and in every product."""
    shift = X.mean(0)  # near enough: what it leaves is taken out later
    slices = [slice(a, b) for a, b in pairwise(bounds.tolist())]
    return Rows(X - shift, to_double(shift), slices)


def _fit_whole(
    rows: Rows, grams: list[Tensor] | None, settings: RidgeSettings, with_left: bool
) -> tuple[Whole, tuple[str, ...]]:
    X, shift = rows.X, rows.shift
    n, d = X.shape
    left = shift.new_empty(n, 0)
    if grams is not None:
        total = torch.stack(grams).sum(0) if len(grams) > 1 else grams[0].clone()
        mean, squares = to_double(X.mean(0)), total.diagonal().clone()
        total -= n * torch.outer(mean, mean)
        scaling = gram_scaling(rows, slice(0, 0), mean, (total.diagonal(), squares), settings)
        total *= torch.outer(scaling.scale, scaling.scale)
        spectrum = fit_spectrum(total, d, settings.n_components, lambda: scaling.apply(rows.X64))
        vectors = spectrum.vectors
        if with_left:
            left = scaling.apply(rows.X64) @ (vectors / spectrum.values.sqrt())
    else:
        scaling = fit_scaling(rows.X64, shift, settings.standardise, rows.X.dtype)
        scaled = scaling.apply(rows.X64)
        spectrum = fit_spectrum(gram(scaled.T), d, settings.n_components, lambda: scaled.T)
        vectors, left = shift.new_empty(d, 0), spectrum.vectors
    parts = torch.stack([scaling.mean, scaling.scale])
    kept = (spectrum.values, spectrum.mean_value, vectors, left.to(rows.X))
    return Whole(rows.X, shift, parts, *kept), spectrum.notes


def _choose_kind(rows: Rows, primal: bool, settings: RidgeSettings) -> str:
    """The kind with the fewest operations for a typical number of targets."""
    if not settings.uses_folds:
        return "spectrum"
    by_fold = "primal" if primal else "dual"
    n, d = rows.X.shape
    if settings.standardise or (settings.n_components or d) < d:
        return by_fold
    sizes = [part.stop - part.start for part in rows.slices]
    numbers = len(settings.alphas) * sum(size * (min(n, d) + size) for size in sizes)
    if numbers * rows.X.element_size() > FILTER_BYTES:
        return by_fold
    tried = 3 if settings.mode == "guided" else len(settings.alphas)
    rank = min(n - 1, d)
    grid = len(settings.alphas)
    decompositions = sum(10 * min(d, n - size) ** 3 for size in sizes)  # as measured
    filters = grid * sum(size * min(d, n - size) ** 2 for size in sizes)
    closed = grid * sum(4 * size * size * rank + 4 * size**3 for size in sizes)
    closed += TYPICAL * tried * sum(size * (rank + size) for size in sizes) * TWO_PRODUCTS
    per_target = d * sum(size + tried * min(d, size) for size in sizes)
    if not primal:
        per_target = tried * sum(size * (n - size) for size in sizes)
    return "closed" if closed < decompositions + filters + TYPICAL * per_target else by_fold
