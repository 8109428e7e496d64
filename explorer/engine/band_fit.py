"""One banded model of every target, from moments: search, descent if asked for, solution."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from explorer.engine.band_gradient import SURE, descend, start_fold
from explorer.engine.band_search import CPU_BLOCK, Search, search_gammas, solve_targets
from explorer.engine.band_settings import BandedSettings
from explorer.engine.batches import column_batches
from explorer.engine.device import to_double
from explorer.engine.moments import FoldFeatures, FoldTargets

LEAST_GAMMA = 1e-3  # a descent starts from no less: at 0 a band has no gradient


@dataclass(frozen=True)
class Fitted:
    """Scalings, penalties and weights of every target, see ``BandedFit``.

    Parameters
    ----------
    gamma : (n_bands, n_targets), float64
    alpha : (n_targets,), float64
    cv_mse : (n_targets,)
    gamma_mse : (n_gammas, n_targets)
    W : (n_features, n_targets)
    n_at_edge : targets whose alpha in the search is at an edge of the grid
    """

    gamma: Tensor
    alpha: Tensor
    cv_mse: Tensor
    gamma_mse: Tensor
    W: Tensor
    n_at_edge: int


def fit_bands(
    parts: tuple[list[FoldFeatures], FoldFeatures],
    targets: tuple[list[FoldTargets], FoldTargets],
    sizes: tuple[int, ...],
    gammas: Tensor,
    settings: BandedSettings,
) -> Fitted:
    """Fit every target of a slab.

    Parameters
    ----------
    parts : features of each fold, and of all rows
    targets : the same of responses
    sizes : number of features of each band
    gammas : (n_gammas, n_bands), float64
    settings : penalties, screening and descent
    """
    grid = torch.tensor(settings.alphas, dtype=torch.float64)
    units = [
        float(part.mean_value()) if settings.relative else 1.0 for part in (*parts[0], parts[1])
    ]
    device = parts[1].side.device
    penalties = [grid.to(device) * unit for unit in units]
    weights = gammas.sqrt().repeat_interleave(torch.tensor(sizes), 1)
    found = search_gammas(parts, targets, weights, penalties, settings.screened)
    W = solve_targets(parts[1], targets[1], weights, penalties[-1], found)
    gamma = gammas.to(device)[found.gamma.to(device)].T.clone()
    alpha = grid.to(device)[found.alpha.to(device)]
    edge = (found.alpha == 0) | (found.alpha == len(grid) - 1)
    at_edge = int((edge & ~found.cv_mse.isnan()).sum()) if len(grid) > 1 else 0
    fit = Fitted(gamma, alpha, found.cv_mse, found.gamma_mse, W, at_edge)
    if not settings.n_steps or len(sizes) == 1:
        return fit
    return _descend(parts, targets, sizes, (units, settings.n_steps), (fit, found))


def _descend(
    parts: tuple[list[FoldFeatures], FoldFeatures],
    targets: tuple[list[FoldTargets], FoldTargets],
    sizes: tuple[int, ...],
    how: tuple[list[float], int],
    reached: tuple[Fitted, Search],
) -> Fitted:
    """Better scalings of each target where a descent from its own finds any."""
    fit, found = reached
    units, n_steps = how
    n = sum(len(part.test) for part in parts[0])
    ends = torch.tensor(sizes).cumsum(0).tolist()
    bands = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    scale = parts[1].scale.to(fit.W)[:, None]
    gamma, alpha, mse, W = (x.clone() for x in (fit.gamma, fit.alpha, fit.cv_mse, fit.W))
    known = ~mse.isnan()
    for g in sorted(set(found.gamma[known].tolist())):
        mine = ((found.gamma == g) & known).nonzero()[:, 0]
        first = gamma[:, mine[0].to(gamma.device)].clamp(min=LEAST_GAMMA)
        weight = first.repeat_interleave(torch.tensor(sizes, device=first.device)).sqrt()
        most = CPU_BLOCK if W.device.type == "cpu" else None
        floats = (4 * (len(units) + 1) + 8) * len(weight)
        for block in column_batches(len(mine), floats * W.element_size(), most=most):
            cols = mine[block]
            start = alpha[cols.to(alpha.device)]
            started = [
                start_fold(part, target.take(targets=cols), weight, start * unit, bands)
                for part, target, unit in zip(
                    (*parts[0], parts[1]), (*targets[0], targets[1]), units, strict=True
                )
            ]
            x, error = descend(started[:-1], n_steps)
            better = error / n < to_double(mse[cols]) * (1 - SURE)
            ratio = first[:, None] * x[:, better].exp() / start[better]  # gamma / alpha
            kept = cols[better.to(cols.device)]
            whole, moved = started[-1], (-x).exp().to(W)
            u = whole.solve(whole.Z, moved, None)[:, better.to(W.device)]
            W[:, kept] = scale * weight.to(W)[:, None] * (whole.vectors @ u)
            alpha[kept.to(alpha.device)] = 1 / ratio.sum(0)
            gamma[:, kept.to(alpha.device)] = ratio / ratio.sum(0)
            mse[kept] = (error[better] / n).to(mse)
    return replace(fit, gamma=gamma, alpha=alpha, cv_mse=mse, W=W)
