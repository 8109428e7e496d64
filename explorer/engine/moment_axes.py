"""Principal axes of the training rows of a fold, its columns scaled, and errors on these axes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.decomposition import fit_spectrum
from explorer.engine.moments import FoldFeatures, FoldTargets

STEPS = 4  # row blocks in which a triangle is multiplied: 3 of 8 products are skipped


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


def squared_error(
    part: Decomposed, targets: FoldTargets, penalties: Tensor, blocks: list[slice]
) -> Tensor:
    """Squared validation error of each penalty, summed over the rows of the fold.

    Directions whose eigenvalue is below rounding of the penalty are left out of the product.

    Parameters
    ----------
    part : axes of the fold
    targets : its responses
    penalties : (n_alphas,), absolute, float64
    blocks : of targets, taken at a time

    Returns
    -------
    error : (n_alphas, n_targets)
    """
    like = targets.moment
    shrink = (1 / (part.values + penalties[:, None])).to(like)  # (n_alphas, rank)
    negligible = torch.finfo(like.dtype).eps * penalties[:, None]
    ranks = (part.values > negligible).sum(1).tolist()
    weighted = [part.rows[:, :rank] * row[:rank] for rank, row in zip(ranks, shrink, strict=True)]
    out = like.new_empty(len(penalties), like.shape[1])
    for block in blocks:
        Z = part.axes.T @ like[:, block]
        tested = targets.tested[:, block]
        if part.turn is not None:
            tested = part.turn.T @ tested
        residual = torch.empty_like(tested)  # reused: fresh memory costs a tenth of the time
        beyond = {rank: tested[rank:].square().sum(0) for rank in set(ranks)}
        for i, rank in enumerate(ranks):
            subtract(tested, weighted[i], Z[:rank], part.turn is not None, residual)
            if part.turn is None:
                torch.sum(residual.square_(), 0, out=out[i, block])
                continue
            torch.sum(residual[:rank].square_(), 0, out=out[i, block])
            out[i, block] += beyond[rank]
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
