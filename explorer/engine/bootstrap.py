"""Bootstrap and jackknife of scores over stimuli, as products with a matrix of weights."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.device import exact_matmul, to_double
from explorer.engine.resampling import draw_counts
from explorer.engine.scores import check_pair
from explorer.engine.vectors import CONSTANT, unit

BOOTSTRAP_TARGETS = 2048


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
    check_pair(Y, Y_hat)
    return weighted_score(Y, Y_hat, draw_shares(len(Y), n_bootstraps, seed), metric)


def bootstrap_pearson(
    Y: Tensor,
    Y_hat: Tensor,
    *,
    n_bootstraps: int = 1000,
    seed: int = 0,
    quantiles: tuple[float, ...] | None = None,
    batch_targets: int = BOOTSTRAP_TARGETS,
) -> Tensor:
    """Pearson r of each target under resampling of stimuli with replacement.

    A resample is a row of counts, so that all resamples of all sums are one product. They are the
    same for every target. Rows must be independent: not for time series.

    Parameters
    ----------
    Y : (n, n_targets), responses
    Y_hat : (n, n_targets), predictions
    n_bootstraps : number of resamples
    seed : of the resamples
    quantiles : 0 to 1, return these over the resamples instead, such as ``(0.025, 0.975)``
    batch_targets : most targets at a time

    Returns
    -------
    r : (n_bootstraps, n_targets), or (n_quantiles, n_targets); NaN where r of the data is NaN, or
        (not in quantiles, which skip these) where a resample is constant

    Raises
    ------
    ValueError
        if the shapes differ, or there is no resample to draw
    """
    check_pair(Y, Y_hat)
    n = len(Y)
    shares = draw_shares(n, n_bootstraps, seed)
    out = Y.new_empty(len(quantiles) if quantiles else n_bootstraps, Y.shape[1])
    for block in column_batches(Y.shape[1], 8 * (8 * n_bootstraps + 6 * n), most=batch_targets):
        r = weighted_score(Y[:, block], Y_hat[:, block], shares, "pearson")
        if quantiles:
            at = torch.tensor(quantiles, dtype=r.dtype, device=r.device)
            r = torch.nanquantile(r.T.contiguous(), at, 1)
        out[:, block] = r
    return out


def jackknife_score(Y: Tensor, Y_hat: Tensor, metric: str = "pearson") -> Tensor:
    """A score of each target with each stimulus left out in turn, for ``bca_interval``.

    Parameters
    ----------
    Y : (n, n_targets), responses
    Y_hat : (n, n_targets), predictions
    metric : pearson, r2 or cosine

    Returns
    -------
    score : (n, n_targets), float64; NaN where the rest has no variance or no length

    Raises
    ------
    ValueError
        if the shapes differ, there are fewer than two stimuli, or the metric is unknown
    """
    check_pair(Y, Y_hat)
    n = len(Y)
    if n < 2:  # noqa: PLR2004 - nothing is left
        raise ValueError(f"Y has {n} stimuli, expected at least 2 to leave one out.")
    shares = (1 - torch.eye(n, dtype=torch.float64)) / (n - 1)
    return weighted_score(to_double(Y), to_double(Y_hat), shares, metric)


@exact_matmul()
def weighted_score(Y: Tensor, Y_hat: Tensor, shares: Tensor, metric: str) -> Tensor:
    """A score of each target over weighted stimuli, for each set of weights.

    Parameters
    ----------
    Y : (n, n_targets), responses
    Y_hat : (n, n_targets), predictions
    shares : (n_resamples, n), weight of each stimulus, rows sum to 1
    metric : pearson, r2 or cosine

    Returns
    -------
    score : (n_resamples, n_targets), dtype of Y; NaN where nothing varies

    Raises
    ------
    ValueError
        if the shapes differ, or the metric is unknown
    """
    if metric not in _FROM_SHARES:
        raise ValueError(f"metric is {metric!r}, expected one of {', '.join(_FROM_SHARES)}.")
    check_pair(Y, Y_hat)
    if shares.ndim != 2 or shares.shape[1] != len(Y):  # noqa: PLR2004 - resamples and stimuli
        raise ValueError(
            f"shares has shape {tuple(shares.shape)}, expected (n_resamples, {len(Y)}): a weight "
            "for each stimulus."
        )
    exact = Y.dtype if metric == "pearson" else torch.float64
    shares = shares.to(Y.device, exact)
    out = Y.new_empty(len(shares), Y.shape[1])
    budget = 8 * (8 * len(shares) + 6 * len(Y))
    for block in column_batches(Y.shape[1], budget, most=BOOTSTRAP_TARGETS):
        out[:, block] = _FROM_SHARES[metric](shares, Y[:, block], Y_hat[:, block]).to(out)
    return out


def draw_shares(n: int, n_resamples: int, seed: int) -> Tensor:
    """Weights of ``n`` stimuli drawn with replacement: (n_resamples, n), float64, rows sum to 1.

    Raises
    ------
    ValueError
        if there is nothing to draw, or nothing to draw from
    """
    if n < 1 or n_resamples < 1:
        raise ValueError(f"{n_resamples} resamples of {n} were asked for, expected 1 or more of 1.")
    return draw_counts(n, n_resamples, seed) / n


def _pearson(shares: Tensor, y: Tensor, y_hat: Tensor) -> Tensor:
    """Pearson r from weighted moments: (n_resamples, block)."""
    # of unit variance, so that float32 loses nothing that counts
    root = len(y) ** 0.5
    y, y_hat = ((unit(x, 0) * root).to(shares) for x in (y, y_hat))
    mean, mean_hat = shares @ y, shares @ y_hat
    # in place: fresh memory for each step takes a third of the time
    covariance = (shares @ (y * y_hat)).addcmul_(mean, mean_hat, value=-1)
    variance = (shares @ y.square()).addcmul_(mean, mean, value=-1)
    variance_hat = (shares @ y_hat.square()).addcmul_(mean_hat, mean_hat, value=-1)
    least = max(CONSTANT, 8 * torch.finfo(y.dtype).eps)
    constant = torch.minimum(variance, variance_hat, out=mean) < least
    scale = variance.mul_(variance_hat).sqrt_().masked_fill_(constant, torch.nan)
    return covariance.div_(scale).clamp_(-1, 1)


def _same_scale(y: Tensor, y_hat: Tensor) -> tuple[Tensor, Tensor]:
    """Both over one scale: no score changes, and sums neither overflow nor vanish."""
    y, y_hat = y.double(), y_hat.double()
    scale = y.square().mean(0).sqrt()
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    return y / scale, y_hat / scale


def _r2(shares: Tensor, y: Tensor, y_hat: Tensor) -> Tensor:
    """1 - residual / total, the total about the mean of the resample: (n_resamples, block)."""
    y, y_hat = _same_scale(y, y_hat)
    residual = shares @ (y - y_hat).square()
    centred = y - y.mean(0)
    total = shares @ centred.square() - (shares @ centred).square()
    return 1 - residual / total.masked_fill(total < CONSTANT, torch.nan)


def _cosine(shares: Tensor, y: Tensor, y_hat: Tensor) -> Tensor:
    """Inner product over both lengths: (n_resamples, block)."""
    y, y_hat = _same_scale(y, y_hat)
    length = ((shares @ y.square()) * (shares @ y_hat.square())).sqrt()
    return (shares @ (y * y_hat)) / length.masked_fill(length < CONSTANT, torch.nan)


_FROM_SHARES = {"pearson": _pearson, "r2": _r2, "cosine": _cosine}
