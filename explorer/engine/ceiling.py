"""The best score that noise allows: of one subject, across subjects, and for RDMs."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.device import to_double
from explorer.engine.rdm import choose_comparison
from explorer.engine.scores import pearson
from explorer.engine.vectors import CONSTANT, mid_ranks, unit

HALF_BLOCK = 512  # targets at a time in split_half


def split_half(Y: Tensor, *, n_splits: int = 100, seed: int = 0) -> Tensor:
    """Reliability of the mean over all repeats, from random halves of the repeats.

    The mean Pearson r between the halves, over splits, corrected to all repeats by Spearman and
    Brown (1910), ``m r / (1 + (m - 1) |r|)``; a negative r, which only chance makes, is mirrored,
    so that noise averages to 0. Each half holds floor(k / 2) of the k repeats of a
    stimulus, drawn anew for each split and stimulus, so an odd k leaves one out. m is how much
    noisier a half is: mean(1 / floor(k / 2)) / mean(1 / k) over stimuli, 2 for an even k and 3 for
    k = 3. A perfect model correlates with the mean by the *square root* of this value.

    Parameters
    ----------
    Y : (n_repeats, n_stimuli, n_targets); a repeat that was not shown is NaN for every target, and
        a stimulus with fewer than two repeats is left out. A NaN elsewhere makes its target NaN
    n_splits : number of random splits
    seed : of the splits

    Returns
    -------
    reliability : (n_targets,), -1 to 1; NaN for a constant target, or
        if fewer than two stimuli have two repeats
    """
    _check_repeats(Y)
    shown = ~Y.isnan().all(2)
    shown &= shown.sum(0) > 1
    k = shown.sum(0)[shown.any(0)]
    if len(k) < 2:  # noqa: PLR2004 - a correlation needs two stimuli
        return Y.new_full((Y.shape[2],), torch.nan)
    m = float((1 / (k // 2)).mean() / (1 / k).mean())
    generator = torch.Generator().manual_seed(seed)
    halves = [_draw_halves(count, n_splits, generator) for count in k.tolist()]
    stimulus, repeat = shown.T.nonzero(as_tuple=True)  # one stimulus after the other

    out = Y.new_empty(Y.shape[2])
    for block in column_batches(Y.shape[2], 8 * (3 * len(repeat) + 8 * n_splits), most=HALF_BLOCK):
        rows = unit(Y[:, :, block][repeat, stimulus], 0) * len(repeat) ** 0.5
        r = _mean_half_correlation(rows.split(k.tolist()), halves)
        out[block] = (m * r / (1 + (m - 1) * r.abs())).to(out)
    return out


def ncsnr(Y: Tensor) -> Tensor:
    """Noise-ceiling signal-to-noise ratio: sd of the signal over sd of the noise of one repeat.

    Allen et al. 2022 (NSD, Methods): the noise variance is the variance over the repeats of a
    stimulus (n - 1), averaged over stimuli; the signal variance is the variance of all single
    repeats less the noise variance, at least 0.

    Parameters
    ----------
    Y : (n_repeats, n_stimuli, n_targets), single repeats; NaN where a stimulus was shown less
        often. Stimuli with fewer than two repeats count for the total variance only

    Returns
    -------
    ncsnr : (n_targets,), at least 0; NaN if no stimulus has two repeats, or nothing varies
    """
    _check_repeats(Y)
    out = Y.new_empty(Y.shape[2])
    for block in column_batches(Y.shape[2], 5 * 8 * Y.shape[0] * Y.shape[1]):
        y = to_double(Y[:, :, block])
        k = (~y.isnan()).sum(0)
        within = (y - y.nanmean(0)).square().nansum(0) / (k - 1).clamp(min=1)
        noise = within.where(k > 1, torch.nan).nanmean(0)
        total = (y - y.nanmean((0, 1))).square().nansum((0, 1)) / (k.sum(0) - 1)
        out[block] = ((total - noise).clamp(min=0) / noise).sqrt().to(out)
    return out


def noise_ceiling_r(ncsnr: Tensor, n_repeats: float) -> Tensor:
    """Highest correlation a model can reach with a mean over repeats.

    ``sqrt(ncsnr^2 / (ncsnr^2 + 1 / n_repeats))``: the square root of NSD's noise ceiling, which is
    a share of variance (Allen et al. 2022).

    Parameters
    ----------
    ncsnr : (n_targets,), see ``ncsnr``
    n_repeats : repeats averaged in the responses that are predicted, > 0; if it varies between
        stimuli, the harmonic mean

    Returns
    -------
    r : (n_targets,), 0 to 1; NaN where ``ncsnr`` is

    Raises
    ------
    ValueError
        if ``n_repeats`` is not positive
    """
    return noise_ceiling_variance(ncsnr, n_repeats).sqrt()


def noise_ceiling_variance(ncsnr: Tensor, n_repeats: float) -> Tensor:
    """Largest share of variance a model can explain of a mean over repeats: NSD's noise ceiling.

    Compare it with a squared r or an R2, never with r. Give the repeats of the averages that are
    predicted: with those of the training set it may be twice too high.

    Parameters
    ----------
    ncsnr : (n_targets,), see ``ncsnr``
    n_repeats : repeats averaged in the responses that are predicted, > 0; if it varies between
        stimuli, ``harmonic_repeats`` of them

    Returns
    -------
    share : (n_targets,), 0 to 1 (NSD gives percent); NaN where ``ncsnr`` is

    Raises
    ------
    ValueError
        if ``n_repeats`` is not positive
    """
    if not n_repeats > 0:
        raise ValueError(f"n_repeats is {n_repeats}, expected more than 0.")
    signal = ncsnr.square()
    return (signal / (signal + 1 / n_repeats)).masked_fill(ncsnr == torch.inf, 1)


def harmonic_repeats(counts: Tensor) -> float:
    """Repeats that stand for stimuli shown differently often: ``1 / mean(1 / count)``.

    With A stimuli shown once, B twice and C three times, 1 / n of the ceiling becomes
    ``(A / 1 + B / 2 + C / 3) / (A + B + C)`` (Allen et al. 2022).

    Parameters
    ----------
    counts : (n_stimuli,), repeats averaged for each stimulus that is predicted

    Raises
    ------
    ValueError
        if there is no stimulus, or one was never shown
    """
    if not len(counts) or not bool((counts > 0).all()):
        raise ValueError(
            f"{len(counts)} counts of repeats, expected one or more, each above 0. Leave out "
            "stimuli that were not shown."
        )
    return float(1 / (1 / counts.double()).mean())


def rdm_ceiling(rdms: Tensor, method: str = "spearman") -> tuple[Tensor, Tensor]:
    """Bounds on how well any model RDM can match the RDMs of these subjects (Nili et al. 2014).

    Upper: mean similarity of each subject with the mean of all; lower: with the mean of the others.
    Before averaging, RDMs are ranked (spearman), z-scored (pearson) or scaled to unit length
    (cosine), so that the mean is the best model of all. For kendall_tau_a they are ranked as well,
    as in rsatoolbox: the mean rank is close to the best but not exactly, so the upper bound may be
    slightly low.

    Parameters
    ----------
    rdms : (n_subjects, n_pairs); a pair that is NaN in one subject is left out of all
    method : a name in ``RDM_COMPARISONS``

    Returns
    -------
    lower : ()
    upper : (); NaN, both, for fewer than two subjects

    Raises
    ------
    ValueError
        if no method has this name
    """
    compare = choose_comparison(method)
    shared = to_double(rdms[:, ~rdms.isnan().any(0)])
    if len(rdms) < 2 or shared.shape[1] < 2:  # noqa: PLR2004 - no other subject, or no two pairs
        nothing = rdms.new_full((), torch.nan)
        return nothing, nothing
    if method in ("spearman", "kendall_tau_a"):
        prepared = mid_ranks(shared)
    else:
        prepared = unit(shared, 1, centre=method != "cosine")
    others = (prepared.sum(0) - prepared) / (len(rdms) - 1)
    upper = compare(prepared.mean(0)[None], shared).mean()
    each = [compare(other[None], one[None]) for other, one in zip(others, shared, strict=True)]
    return torch.stack(each).mean().to(rdms), upper.to(rdms)


def intersubject(Y: Tensor) -> Tensor:
    """Mean correlation of each subject with the mean of the others.

    Bounds models that are the same for every subject; a model fitted to a subject may exceed it.

    Parameters
    ----------
    Y : (n_subjects, n_stimuli, n_targets), the same stimuli and targets; NaN makes its target NaN

    Returns
    -------
    r : (n_targets,), -1 to 1; NaN for fewer than two subjects, or a target that is constant in one
    """
    _check_repeats(Y)
    if len(Y) < 2:  # noqa: PLR2004 - there is no other subject
        return Y.new_full((Y.shape[2],), torch.nan)
    return leave_one_subject_out(Y).mean(0)


def leave_one_subject_out(Y: Tensor) -> Tensor:
    """Correlation of each subject with the mean of the others (Doerig et al. 2025).

    Parameters
    ----------
    Y : (n_subjects, n_stimuli, n_targets), the same stimuli and targets; NaN makes its target NaN

    Returns
    -------
    r : (n_subjects, n_targets), -1 to 1; NaN for a target that is constant in a subject

    Raises
    ------
    ValueError
        if there are fewer than two subjects
    """
    _check_repeats(Y)
    if len(Y) < 2:  # noqa: PLR2004 - there is no other subject
        raise ValueError(f"There are {len(Y)} subjects, expected at least 2 to leave one out.")
    total = Y.sum(0)
    others = [(total - y) / (len(Y) - 1) for y in Y]
    return torch.stack([pearson(y, mean) for y, mean in zip(Y, others, strict=True)])


def _draw_halves(k: int, n_splits: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Weights that average each half of ``k`` repeats: two of (n_splits, k), float64."""
    half = k // 2
    place = torch.rand(n_splits, k, generator=generator).argsort(1)
    first, second = place < half, (place >= half) & (place < 2 * half)
    return first.to(torch.float64) / half, second.to(torch.float64) / half


def _mean_half_correlation(rows: tuple[Tensor, ...], halves: list[tuple[Tensor, Tensor]]) -> Tensor:
    """Mean r between halves: rows (k, n_targets) of each stimulus, unit variance, to (n_targets,).

    Sums run over stimuli one by one, which keeps the halves of all splits in the cache.
    """
    n_splits = len(halves[0][0])
    a_sum, b_sum, aa, bb, ab = rows[0].new_zeros(5, n_splits, rows[0].shape[1])
    for y, (first, second) in zip(rows, halves, strict=True):
        a, b = first.to(y) @ y, second.to(y) @ y
        a_sum += a
        b_sum += b
        aa.addcmul_(a, a)
        bb.addcmul_(b, b)
        ab.addcmul_(a, b)
    n = len(rows)
    variance_a, variance_b = aa / n - (a_sum / n).square(), bb / n - (b_sum / n).square()
    constant = torch.minimum(variance_a, variance_b) < CONSTANT
    scale = (variance_a * variance_b).sqrt().masked_fill(constant, torch.nan)
    return ((ab / n - a_sum * b_sum / n**2) / scale).mean(0)


def _check_repeats(Y: Tensor) -> None:
    if Y.ndim != 3:  # noqa: PLR2004 - repeats or subjects, stimuli, targets
        raise ValueError(
            f"Y has shape {tuple(Y.shape)}, expected (n_repeats or n_subjects, n_stimuli, "
            "n_targets). Keep all three, also where there is one of a kind."
        )
