"""Bootstrap over subjects and over stimuli, alone and together."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.bootstrap import bootstrap_pearson, draw_shares, weighted_score
from explorer.engine.resampling import draw_counts
from explorer.engine.scores import check_pair

MIN_SUBJECTS = 2


def bootstrap_subjects(values: Tensor, *, n_bootstraps: int = 1000, seed: int = 0) -> Tensor:
    """Mean over subjects drawn with replacement.

    Parameters
    ----------
    values : (n_subjects, ...), such as the scores of each subject; NaN makes its target NaN
    n_bootstraps : number of resamples
    seed : of the resamples, the same for every target

    Returns
    -------
    mean : (n_bootstraps, ...)

    Raises
    ------
    ValueError
        if there are fewer than two subjects, or no resample to draw
    """
    _check_subjects(values)
    shares = draw_shares(len(values), n_bootstraps, seed).to(values)
    return (shares @ values.flatten(1)).reshape(n_bootstraps, *values.shape[1:])


def bootstrap_both(
    Y: Tensor, Y_hat: Tensor, *, nested: bool = False, n_bootstraps: int = 1000, seed: int = 0
) -> Tensor:
    """Mean over subjects of Pearson r, resampling subjects and stimuli together.

    Crossed, all subjects of a resample share its stimuli, as they do when all have seen the same:
    the two-way bootstrap of rsatoolbox (Schuett et al. 2023), whose variance counts what subjects
    and stimuli share twice and is corrected by ``two_way_variance``. Nested, stimuli are drawn anew
    for each drawn subject: the hierarchical bootstrap of Saravanan et al. (2020), for stimuli that
    differ between subjects.

    Parameters
    ----------
    Y : (n_subjects, n, n_targets), responses; NaN makes its target NaN
    Y_hat : (n_subjects, n, n_targets), predictions
    nested : draw stimuli within each drawn subject
    n_bootstraps : number of resamples
    seed : of the resamples. Crossed, the stimuli are those of ``bootstrap_pearson`` of this seed,
        the subjects those of ``bootstrap_subjects`` of the next

    Returns
    -------
    r : (n_bootstraps, n_targets); NaN where a resample is constant in a drawn subject

    Raises
    ------
    ValueError
        if the shapes differ, there are fewer than two subjects, or no resample to draw
    """
    _check_subjects(Y)
    if Y.ndim != 3 or Y.shape != Y_hat.shape:  # noqa: PLR2004 - subjects, stimuli, targets
        raise ValueError(
            f"Y has shape {tuple(Y.shape)} and Y_hat {tuple(Y_hat.shape)}, expected the same "
            "(n_subjects, n, n_targets) for both."
        )
    times = draw_counts(len(Y), n_bootstraps, seed + 1).to(Y)  # (n_bootstraps, n_subjects)
    total = Y.new_zeros(n_bootstraps, Y.shape[2])
    for s, (y, y_hat) in enumerate(zip(Y, Y_hat, strict=True)):
        check_pair(y, y_hat)
        if nested:
            total += _sum_of_draws(y, y_hat, times[:, s].long(), seed + 2 + s)
            continue
        r = bootstrap_pearson(y, y_hat, n_bootstraps=n_bootstraps, seed=seed)
        lost = y.isnan().any(0) | y_hat.isnan().any(0)
        weight = times[:, s, None]
        total += torch.where((weight > 0) | lost, weight * r, 0)
    return total / len(Y)


def two_way_variance(
    both: Tensor,
    subjects: Tensor,
    stimuli: Tensor,
    *,
    n_subjects: int | None = None,
    n_stimuli: int | None = None,
) -> Tensor:
    """Variance of a score over new subjects and new stimuli, from three bootstraps.

    Resampling both counts measurement noise, and what the two have in common, several times over;
    ``2 (subjects + stimuli) - both`` takes it out, held between the larger single variance and that
    of both (Schuett et al. 2023, eLife 12:e82566; ``eval_dual_bootstrap`` in rsatoolbox).

    Parameters
    ----------
    both : (...), variance over resamples of subjects and stimuli, crossed
    subjects : (...), over resamples of subjects only
    stimuli : (...), over resamples of stimuli only
    n_subjects, n_stimuli : with both given, the formula for small samples

    Returns
    -------
    variance : (...); NaN where any is

    Raises
    ------
    ValueError
        if the shapes differ, or there are fewer than two subjects or stimuli
    """
    if not both.shape == subjects.shape == stimuli.shape:
        raise ValueError(
            f"The variances have shapes {tuple(both.shape)}, {tuple(subjects.shape)} and "
            f"{tuple(stimuli.shape)}, expected one shape."
        )
    if n_subjects is None or n_stimuli is None:
        corrected = 2 * (subjects + stimuli) - both
    else:
        if min(n_subjects, n_stimuli) < MIN_SUBJECTS:
            raise ValueError(
                f"{n_subjects} subjects and {n_stimuli} stimuli, expected at least 2 of each."
            )
        a, b = n_subjects / (n_subjects - 1), n_stimuli / (n_stimuli - 1)
        subjects, stimuli = a * subjects, b * stimuli
        corrected = subjects + stimuli - a * b * (both - subjects / a - stimuli / b)
    return torch.minimum(torch.maximum(torch.maximum(corrected, subjects), stimuli), both)


def _sum_of_draws(y: Tensor, y_hat: Tensor, times: Tensor, seed: int) -> Tensor:
    """Sum of r over ``times`` draws of one subject, each with stimuli of its own."""
    resample = torch.arange(len(times), device=y.device).repeat_interleave(times)
    out = y.new_zeros(len(times), y.shape[1])
    if len(resample):
        shares = draw_shares(len(y), len(resample), seed)
        out.index_add_(0, resample, weighted_score(y, y_hat, shares, "pearson"))
    return out


def _check_subjects(values: Tensor) -> None:
    if values.ndim < 1 or len(values) < MIN_SUBJECTS:
        n = len(values) if values.ndim else 0
        raise ValueError(
            f"There are {n} subjects, expected at least 2. Resample stimuli within the one there "
            "is (bootstrap_score)."
        )
