"""Resamples of stimuli as weights: a stimulus drawn twice weighs twice, and nothing is copied."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.vectors import tied_runs

EXACT = 2**22  # total weight up to which float32 holds every mid-rank exactly


def draw_counts(n: int, n_resamples: int, seed: int) -> Tensor:
    """How often each of ``n`` stimuli is drawn, with replacement: (n_resamples, n), float64."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(n, (n_resamples, n), generator=generator)
    counts = torch.zeros(n_resamples, n, dtype=torch.float64)
    return counts.scatter_add_(1, drawn, torch.ones((), dtype=torch.float64).expand(drawn.shape))


def pair_weights(counts: Tensor) -> Tensor:
    """Copies of each pair in a resampled RDM; a stimulus is never paired with itself.

    Parameters
    ----------
    counts : (n_resamples, n_stimuli), how often each stimulus was drawn

    Returns
    -------
    weights : (n_pairs, n_resamples)
    """
    n = counts.shape[1]
    i, j = torch.triu_indices(n, n, 1, device=counts.device)
    by_stimulus = counts.T.contiguous()
    return by_stimulus[i] * by_stimulus[j]


def weighted_similarity(a: Tensor, b: Tensor, weights: Tensor, method: str) -> Tensor:
    """Similarity of RDMs in which pairs are repeated, equal to that of RDMs with copied entries.

    Parameters
    ----------
    a : (n_a, n_pairs), no NaN
    b : (n_b, n_pairs), no NaN
    weights : (n_pairs, n_resamples), copies of each pair, whole numbers
    method : ``"spearman"``, ``"pearson"`` or ``"cosine"``

    Returns
    -------
    similarity : (n_resamples, n_a, n_b), float64; NaN where nothing varies
    """
    root = weights.T.to(torch.float64).sqrt()[:, None]  # (n_resamples, 1, n_pairs)
    weigh = _weighted_ranks if method == "spearman" else _weighted_values
    units = []
    for x in (a, b):
        values, largest = weigh(x, weights, method != "cosine")
        values *= root
        length = torch.linalg.vector_norm(values, dim=-1, keepdim=True)
        rounding = 2 * torch.finfo(x.dtype).eps * root.square().sum(-1, keepdim=True).sqrt()
        units.append(values / length.masked_fill(length <= rounding * largest, torch.nan))
    return torch.bmm(units[0], units[1].mT).clamp_(-1, 1)


def _weighted_ranks(x: Tensor, weights: Tensor, centre: bool) -> tuple[Tensor, Tensor]:
    """Mid-ranks of repeated entries less their mean: (n_resamples, n, n_pairs), float64.

    An RDM is sorted once; in a resample, the ranks are running sums of the weights in that order.
    """
    total = weights.sum(0)  # (n_resamples,)
    exact = torch.float32 if bool((total < EXACT).all()) else torch.float64
    weights, total = weights.to(exact), total.to(exact)
    out = x.new_empty(weights.shape[1], *x.shape, dtype=torch.float64)
    below = weights.new_zeros(len(weights) + 1, weights.shape[1])
    for row, (order, first, end) in enumerate(zip(*tied_runs(x), strict=True)):
        torch.cumsum(weights[order], 0, out=below[1:])
        ranks = (below[first] + below[end] - total) / 2  # 0 is the mean rank
        out[:, row] = ranks.T
    return out, total.to(out)[:, None, None]


def _weighted_values(x: Tensor, weights: Tensor, centre: bool) -> tuple[Tensor, Tensor]:
    """Values less their weighted mean: (n_resamples, n, n_pairs), float64."""
    x = x.to(torch.float64)
    largest = x.abs().amax(1)[None, :, None]
    if not centre:
        return x.expand(weights.shape[1], *x.shape).clone(), largest
    weights = weights.to(torch.float64)
    middle = x.mean(1, keepdim=True)
    mean = middle + (x - middle) @ weights / weights.sum(0)  # (n, n_resamples)
    return x - mean.T[:, :, None], largest
