"""Chance and uncertainty: permutation tests, bootstraps, false discovery rate."""

from __future__ import annotations

import numpy as np
import torch
from scipy import stats
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.cyclic import TIE, draw_orders, shifted_correlations
from explorer.engine.device import exact_matmul, to_double
from explorer.engine.rdm import (
    check_rdms,
    choose_comparison,
    compare_rdms,
    count_stimuli,
    missing_patterns,
    square,
)
from explorer.engine.resampling import draw_counts, pair_weights, weighted_similarity
from explorer.engine.vectors import mid_ranks

RESAMPLES = 64  # at a time: running sums of weights stay in the cache


def fdr_bh(p: Tensor) -> Tensor:
    """q-values of Benjamini & Hochberg (1995): the false discovery rate of calling p and all below.

    Parameters
    ----------
    p : (...), p-values, 0 to 1; NaN marks what was not tested

    Returns
    -------
    q : (...), 0 to 1; NaN stays NaN and does not count as a test

    Raises
    ------
    ValueError
        if a p-value is outside 0 to 1
    """
    return _step_up(p, 1.0)


def fdr_by(p: Tensor) -> Tensor:
    """q-values of Benjamini & Yekutieli (2001), which hold under any dependence of the tests.

    Those of ``fdr_bh`` times ``1 + 1/2 + ... + 1/n``: some ten times larger for 20,000 targets.

    Parameters
    ----------
    p : (...), p-values, 0 to 1; NaN marks what was not tested

    Returns
    -------
    q : (...), 0 to 1; NaN stays NaN and does not count as a test

    Raises
    ------
    ValueError
        if a p-value is outside 0 to 1
    """
    n = int((~p.isnan()).sum())
    return _step_up(p, float((1 / torch.arange(1, n + 1, dtype=torch.float64)).sum()))


def permutation_p(
    Y: Tensor, Y_hat: Tensor, *, n_permutations: int = 1000, seed: int = 0, circular: bool = False
) -> Tensor:
    """One-sided p of Pearson r on held-out data, ``(1 + #{r* >= r}) / (1 + B)``.

    Tests a fixed model on data it was not fitted to. The permutations are all cyclic shifts of a
    random order, and of further random orders as needed, so that one FFT gives n of them; together
    with the identity they are cosets of a group, which keeps the test exact (Hemerik & Goeman
    2018). Order and shifts are the same for every target.

    Parameters
    ----------
    Y : (n, n_targets), held-out responses
    Y_hat : (n, n_targets), predictions
    n_permutations : at least that many; B is the next multiple of n, less one
    seed : of the orders
    circular : rows are samples of a time series: take the n - 1 shifts of the order as it is, which
        keep autocorrelation, whatever ``n_permutations``. Rows must be contiguous in time

    Returns
    -------
    p : (n_targets,), 1 / (1 + B) to 1; NaN where r is NaN

    Raises
    ------
    ValueError
        if the shapes differ or there are fewer than one permutation or two rows
    """
    orders = draw_orders(len(Y), n_permutations, seed, circular=circular)
    out = Y.new_empty(Y.shape[1])
    for block, r, shifted in shifted_correlations(Y, Y_hat, orders):
        count = torch.zeros_like(r)
        for values in shifted:
            count += (values >= r[:, None] - TIE).sum(1)
        # the identity is among the shifts, and is the 1 of the formula
        p = count.clamp(min=1) / (len(Y) * len(orders))
        out[block] = p.masked_fill(r.isnan(), torch.nan).to(out)
    return out


def rdm_permutation_p(
    a: Tensor, b: Tensor, method: str = "spearman", n_permutations: int = 1000, seed: int = 0
) -> Tensor:
    """One-sided p of the similarity of an RDM with others, permuting stimuli (Nili et al. 2014).

    Parameters
    ----------
    a : (1, n_pairs), the RDM whose stimuli are permuted
    b : (n_b, n_pairs)
    method : a name in ``RDM_COMPARISONS``
    n_permutations : B; p is ``(1 + #{s* >= s}) / (1 + B)``
    seed : of the permutations, the same for every RDM in ``b``

    Returns
    -------
    p : (n_b,), 1 / (1 + B) to 1; NaN where the similarity is NaN

    Raises
    ------
    ValueError
        if no method has this name, ``a`` holds more than one RDM, or the shapes do not fit
    """
    choose_comparison(method)
    check_rdms(a, b)
    if len(a) != 1:
        raise ValueError(f"a holds {len(a)} RDMs, expected 1. Test them one at a time.")
    like, a, b = b, to_double(a), to_double(b)
    if method == "spearman" and not bool(a.isnan().any() or b.isnan().any()):
        a, b, method = mid_ranks(a), mid_ranks(b), "pearson"  # ranks move with their pairs
    observed = compare_rdms(a, b, method)[0]
    matrix = square(a[0])
    i, j = torch.triu_indices(len(matrix), len(matrix), 1, device=a.device)
    generator = torch.Generator().manual_seed(seed)
    count = torch.zeros_like(observed)
    for block in column_batches(n_permutations, 6 * 8 * a.shape[1]):
        drawn = torch.rand(block.stop - block.start, len(matrix), generator=generator)
        orders = drawn.argsort(1).to(a.device)
        permuted = matrix[orders[:, i], orders[:, j]]  # (block, n_pairs)
        count += (compare_rdms(permuted, b, method) >= observed - TIE).sum(0)
    p = (1 + count) / (1 + n_permutations)
    return p.masked_fill(observed.isnan(), torch.nan).to(like)


@exact_matmul()
def bootstrap_rdm(
    a: Tensor, b: Tensor, method: str = "spearman", *, n_bootstraps: int = 1000, seed: int = 0
) -> Tensor:
    """Similarities of RDMs under resampling of stimuli with replacement (Nili et al. 2014).

    Pairs of a stimulus with a copy of itself are left out. The resamples are the same for every
    RDM, so differences between models are paired.

    Parameters
    ----------
    a : (n_a, n_pairs), NaN pairs are left out as in ``compare_rdms``
    b : (n_b, n_pairs)
    method : a name in ``RDM_COMPARISONS``; kendall_tau_a goes through the resamples one by one,
        which is slow: milliseconds for each pair of RDMs
    n_bootstraps : number of resamples
    seed : of the resamples

    Returns
    -------
    similarity : (n_bootstraps, n_a, n_b); NaN where a resample has nothing to compare

    Raises
    ------
    ValueError
        if no method has this name, or the shapes do not fit
    """
    compare = choose_comparison(method)
    check_rdms(a, b)
    out = a.new_full((n_bootstraps, len(a), len(b)), torch.nan)
    like, a, b = a, to_double(a), to_double(b)
    counts = draw_counts(count_stimuli(a.shape[1]), n_bootstraps, seed).to(a.device)
    bytes_each = 8 * a.shape[1] * (2 * (len(a) + len(b)) + 4)
    for rows_a, rows_b, kept in missing_patterns(a, b):
        from_a, from_b = a[rows_a][:, kept], b[rows_b][:, kept]
        for block in column_batches(n_bootstraps, bytes_each, most=RESAMPLES):
            weights = pair_weights(counts[block])[kept]
            if method == "kendall_tau_a":
                each = torch.arange(len(weights), device=a.device)
                copies = [each.repeat_interleave(w.long()) for w in weights.T]
                drawn = [compare(from_a[:, c], from_b[:, c]) for c in copies]
                similarity = torch.stack(drawn)
            else:
                similarity = weighted_similarity(from_a, from_b, weights, method)
            here = torch.arange(block.start, block.stop, device=a.device)
            out[here[:, None, None], rows_a[:, None], rows_b] = similarity.to(like)
    return out


def two_sided_p(r: Tensor, n: int) -> Tensor:
    """P of Pearson r of ``n`` independent normal pairs: the t-test with n - 2 degrees of freedom.

    It is the tail of a beta distribution on -1 to 1, as in ``scipy.stats.pearsonr``, which is the
    same test and needs no division by 1 - r^2.

    Parameters
    ----------
    r : (...), -1 to 1
    n : pairs, at least 3

    Returns
    -------
    p : (...), 0 to 1, float64; NaN where r is NaN
    """
    null = stats.beta(n / 2 - 1, n / 2 - 1, loc=-1, scale=2)
    return torch.from_numpy(np.minimum(2 * null.sf(np.abs(r.double().numpy())), 1.0))


def _step_up(p: Tensor, factor: float) -> Tensor:
    """Smallest ``factor * p * n / rank`` at this rank or above, at most 1."""
    tested = ~p.isnan()
    known = to_double(p[tested])
    if bool(((known < 0) | (known > 1)).any()):
        raise ValueError(
            f"p-values run from {float(known.min()):g} to {float(known.max()):g}, expected 0 to 1."
        )
    ordered, order = known.sort()
    rank = torch.arange(1, len(known) + 1, dtype=known.dtype, device=known.device)
    smallest = (factor * ordered * len(known) / rank).flip(0).cummin(0).values.flip(0)
    q = torch.full_like(p, torch.nan)
    q[tested] = torch.empty_like(known).scatter_(0, order, smallest.clamp(max=1)).to(p)
    return q
