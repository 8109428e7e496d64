"""Random search over the scalings of bands: every scaling is solved from the same moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.moment_axes import Decomposed, decompose, squared_error
from explorer.engine.moments import FoldFeatures, FoldTargets

CPU_BLOCK = 512  # targets at a time: the residuals of a fold stay in the cache


@dataclass(frozen=True)
class Search:
    """The best scaling and penalty of each target.

    Parameters
    ----------
    gamma : (n_targets,), row of the scalings
    alpha : (n_targets,), index on the grid
    cv_mse : (n_targets,), mean squared error over all validation rows at these; NaN for a target
        that holds a NaN
    gamma_mse : (n_gammas, n_targets), the same, at the best alpha of each scaling; NaN where the
        scaling was screened out
    """

    gamma: Tensor
    alpha: Tensor
    cv_mse: Tensor
    gamma_mse: Tensor


def draw_gammas(
    n_gammas: int, n_bands: int, seed: int, concentration: tuple[float, ...] = (0.1, 1.0)
) -> Tensor:
    """Scalings of bands on the simplex: (n_gammas, n_bands), float64; the first is uniform.

    Dirichlet samples; the concentrations take turns, so that some scalings are sparse (0.1) and
    some spread evenly (1), as in Dupré la Tour et al. 2022.
    """
    generator = np.random.default_rng(seed)
    drawn = [
        generator.dirichlet(np.full(n_bands, concentration[i % len(concentration)]))
        for i in range(n_gammas)
    ]
    drawn[0] = np.full(n_bands, 1 / n_bands)
    return torch.from_numpy(np.stack(drawn))


def search_gammas(
    parts: tuple[list[FoldFeatures], FoldFeatures],
    targets: tuple[list[FoldTargets], FoldTargets],
    weights: Tensor,
    penalties: list[Tensor],
    screened: int | None = None,
) -> Search:
    """Validation error of every scaling and penalty, and the best of them for each target.

    Parameters
    ----------
    parts : features of each fold, and of all rows
    targets : the same of responses
    weights : (n_gammas, n_features), what each scaling multiplies the columns by, float64
    penalties : list of (n_alphas,), absolute, of each fold and of all rows
    screened : cross-validate only that many scalings of each target, those of least generalised
        cross-validation error on all rows; None for all
    """
    folds, n_targets = parts[0], targets[1].moment.shape[1]
    like = targets[1].moment
    n = sum(len(part.test) for part in folds)
    kept = None
    if screened is not None and screened < len(weights):
        gcv = like.new_empty(len(weights), n_targets)
        for g, weight in enumerate(weights):
            axes = decompose(parts[1], weight.to(parts[1].side), like)
            gcv[g] = _least_gcv(axes, targets[1], penalties[-1], n)
        kept = gcv.nan_to_num(nan=torch.inf).topk(screened, dim=0, largest=False).indices
    gamma_mse = like.new_full((len(weights), n_targets), torch.nan)
    alpha = torch.zeros(len(weights), n_targets, dtype=torch.int64, device=like.device)
    for g, weight in enumerate(weights):
        chosen = None if kept is None else (kept == g).any(0).nonzero()[:, 0]
        if chosen is not None and not len(chosen):
            continue
        count = n_targets if chosen is None else len(chosen)
        mse = like.new_zeros(len(penalties[0]), count)
        for part, target, penalty in zip(folds, targets[0], penalties[:-1], strict=True):
            axes = decompose(part, weight.to(part.side), like)
            taken = target if chosen is None else target.take(targets=chosen)
            mse += squared_error(axes, taken, penalty, _blocks(axes, count, like))
        to = slice(None) if chosen is None else chosen
        least = mse.nan_to_num(nan=torch.inf).min(0)
        gamma_mse[g, to], alpha[g, to] = least.values / n, least.indices
    gamma_mse = gamma_mse.masked_fill(gamma_mse.isinf(), torch.nan)
    best = gamma_mse.nan_to_num(nan=torch.inf).min(0)
    missing = best.values.isinf()
    chosen_alpha = alpha.gather(0, best.indices[None])[0]
    return Search(
        best.indices, chosen_alpha, best.values.masked_fill(missing, torch.nan), gamma_mse
    )


def solve_targets(
    whole: FoldFeatures, targets: FoldTargets, weights: Tensor, penalties: Tensor, found: Search
) -> Tensor:
    """Weights of the features as they come, less their mean: (n_features, n_targets).

    Parameters
    ----------
    whole : features of all rows
    targets : responses of all rows
    weights : (n_gammas, n_features), of the scalings, float64
    penalties : (n_alphas,), absolute, of all rows
    found : scaling and penalty of each target
    """
    like = targets.moment
    W = like.new_empty(len(whole.mean), like.shape[1])
    scale = whole.scale.to(like)[:, None]
    for g in sorted(set(found.gamma.tolist())):
        mine = (found.gamma == g).nonzero()[:, 0]
        axes = decompose(whole, weights[g].to(whole.side), like)
        for block in _blocks(axes, len(mine), like):
            taken = mine[block]
            alpha = penalties.to(axes.values)[found.alpha[taken].to(axes.values.device)]
            shrink = (1 / (axes.values[:, None] + alpha)).to(like)  # (rank, block)
            W[:, taken] = scale * (axes.vectors @ (axes.axes.T @ like[:, taken] * shrink))
    return W


def _blocks(axes: Decomposed, count: int, like: Tensor) -> list[slice]:
    floats = 4 * len(axes.axes) + 6 * len(axes.rows)
    most = CPU_BLOCK if like.device.type == "cpu" else None
    return list(column_batches(count, floats * like.element_size(), most=most))


def _least_gcv(axes: Decomposed, targets: FoldTargets, penalties: Tensor, n: int) -> Tensor:
    """Least generalised cross-validation error over penalties, (n_targets,).

    Golub, Heath & Wahba 1979; the residual is a sum of squares, so that nothing cancels where
    the features explain all of the training rows.
    """
    out = targets.outside.new_empty(targets.moment.shape[1])
    shrunk = penalties[:, None] / (axes.values + penalties[:, None])  # (n_alphas, rank)
    df = 1 + (1 - shrunk).sum(1)
    weight = (shrunk.square() / (1 - df / n).square()[:, None] / axes.values).to(out)
    for block in _blocks(axes, len(out), out):
        explained = (axes.axes.T @ targets.moment[:, block]).square_()
        ratio = (1 / axes.values).to(out)
        beyond = (targets.length[block] - ratio @ explained).clamp_(min=0)
        if len(axes.values) >= n - 1:
            beyond.zero_()
        gcv = weight @ explained + beyond / (1 - df / n).square().to(out)[:, None]
        out[block] = gcv.amin(0)
    return out
