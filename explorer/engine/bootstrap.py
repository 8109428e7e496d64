"""Bootstrap of any score over stimuli, as products with a matrix of counts."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.device import exact_matmul
from explorer.engine.resampling import draw_counts
from explorer.engine.scores import check_pair
from explorer.engine.stats import BOOTSTRAP_TARGETS, bootstrap_pearson
from explorer.engine.vectors import CONSTANT


@exact_matmul()
def bootstrap_score(
    Y: Tensor, Y_hat: Tensor, metric: str, *, n_bootstraps: int = 1000, seed: int = 0
) -> Tensor:
    """A score of each target under resampling of stimuli with replacement.

    Parameters
    ----------
    Y : (n, n_targets), responses
    Y_hat : (n, n_targets), predictions
    metric : pearson, r2 or cosine, as in ``METRICS``
    n_bootstraps : number of resamples
    seed : of the resamples, the same for every target

    Returns
    -------
    score : (n_bootstraps, n_targets); NaN where a resample has no variance or no length

    Raises
    ------
    ValueError
        if the shapes differ, or the metric has no bootstrap
    """
    if metric == "pearson":
        return bootstrap_pearson(Y, Y_hat, n_bootstraps=n_bootstraps, seed=seed)
    if metric not in _FROM_SHARES:
        known = ", ".join(["pearson", *_FROM_SHARES])
        raise ValueError(f"metric is {metric!r}, expected one of {known}.")
    check_pair(Y, Y_hat)
    n = len(Y)
    shares = draw_counts(n, n_bootstraps, seed) / n
    out = Y.new_empty(n_bootstraps, Y.shape[1])
    budget = 8 * (8 * n_bootstraps + 6 * n)
    for block in column_batches(Y.shape[1], budget, most=BOOTSTRAP_TARGETS):
        # one scale for both: no score here changes, and sums neither overflow nor vanish
        y, y_hat = Y[:, block].double(), Y_hat[:, block].double()
        scale = y.square().mean(0).sqrt()
        scale = torch.where(scale > 0, scale, torch.ones_like(scale))
        out[:, block] = _FROM_SHARES[metric](shares.to(y), y / scale, y_hat / scale).to(out)
    return out


def _r2(shares: Tensor, y: Tensor, y_hat: Tensor) -> Tensor:
    """1 - residual / total, the total about the mean of the resample: (n_resamples, block)."""
    residual = shares @ (y - y_hat).square()
    centred = y - y.mean(0)
    total = shares @ centred.square() - (shares @ centred).square()
    return 1 - residual / total.masked_fill(total < CONSTANT, torch.nan)


def _cosine(shares: Tensor, y: Tensor, y_hat: Tensor) -> Tensor:
    """Inner product over both lengths: (n_resamples, block)."""
    length = ((shares @ y.square()) * (shares @ y_hat.square())).sqrt()
    return (shares @ (y * y_hat)) / length.masked_fill(length < CONSTANT, torch.nan)


_FROM_SHARES = {"r2": _r2, "cosine": _cosine}
