"""Tests across subjects: t, sign flips, Wilcoxon, each with its effect size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import stats
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.device import to_double
from explorer.engine.stats import fdr_bh

MIN_SUBJECTS = 2
TIE = 1e-9  # relative: a statistic this little below the observed one counts as equal


@dataclass(frozen=True)
class GroupTest:
    """A test of each target across subjects.

    Attributes
    ----------
    statistic : (...), t, or the rank sum W of Wilcoxon
    p_value : (...), two-sided
    effect : (...), Cohen's dz, mean over standard deviation (n - 1) of the subjects' values or
        differences; of two independent groups Cohen's d, over the pooled deviation
    """

    statistic: Tensor
    p_value: Tensor
    effect: Tensor


@dataclass(frozen=True)
class GroupMap:
    """A test against 0 of every target, corrected and not, side by side.

    Attributes
    ----------
    mean : (n_targets,), over subjects
    test : t-test of each target
    q_value : (n_targets,), Benjamini-Hochberg over the targets
    corrected : (n_targets,), bool, q below the level
    uncorrected : (n_targets,), bool, p below the level
    """

    mean: Tensor
    test: GroupTest
    q_value: Tensor
    corrected: Tensor
    uncorrected: Tensor


def one_sample_t(values: Tensor) -> GroupTest:
    """Two-sided t-test of the mean over subjects against 0; of differences, the paired t-test.

    Parameters
    ----------
    values : (n_subjects, ...), scores, or differences of two models; NaN makes its target NaN

    Returns
    -------
    test : (...) each; NaN where the subjects do not differ at all

    Raises
    ------
    ValueError
        if there are fewer than two subjects
    """
    check_subjects(values)
    x, n = to_double(values), len(values)
    mean, spread = x.mean(0), _spread(x)
    t = mean / (spread / n**0.5)
    return _answer(t, _t_tail(t, n - 1), mean / spread, values)


def unpaired_t(a: Tensor, b: Tensor) -> GroupTest:
    """Two-sided t-test of two independent groups with one variance, ``scipy.stats.ttest_ind``.

    For scores of the same subjects the paired test is the right one; Doerig et al. (2025) published
    this one, and it is here to repeat what they did.

    Parameters
    ----------
    a : (n_a, ...), scores of one group
    b : (n_b, ...), of the other

    Returns
    -------
    test : (...) each; NaN where neither group varies

    Raises
    ------
    ValueError
        if a group has fewer than two subjects, or the shapes do not fit
    """
    check_subjects(a)
    check_subjects(b)
    if a.shape[1:] != b.shape[1:]:
        raise ValueError(
            f"The groups have shapes {tuple(a.shape)} and {tuple(b.shape)}, expected the same "
            "targets in both."
        )
    x, y = to_double(a), to_double(b)
    df = len(a) + len(b) - 2
    pooled = (((len(a) - 1) * _spread(x).square() + (len(b) - 1) * _spread(y).square()) / df).sqrt()
    effect = (x.mean(0) - y.mean(0)) / pooled
    t = effect / (1 / len(a) + 1 / len(b)) ** 0.5
    return _answer(t, _t_tail(t, df), effect, a)


def sign_flip(
    values: Tensor, *, n_permutations: int = 10_000, seed: int = 0, familywise: bool = False
) -> GroupTest:
    """Two-sided permutation test of the mean over subjects: each subject's sign may flip.

    All 2^n flips, so that p is exact, if there are at most ``n_permutations`` of them; else random
    ones and the data. The flips are the same for all targets. Assumes symmetry about 0 under the
    null, as differences of exchangeable models have. With n subjects p is at least 2 / 2^n.

    Parameters
    ----------
    values : (n_subjects, ...), scores or differences; NaN makes its target NaN
    n_permutations : flips, with the data
    seed : of random flips
    familywise : compare with the largest absolute t over all targets of each flip (max-T)

    Returns
    -------
    test : (...) each, the statistic is t; NaN where the subjects' values are all the same

    Raises
    ------
    ValueError
        if there are fewer than two subjects, or no permutation
    """
    check_subjects(values)
    if n_permutations < 1:
        raise ValueError(f"n_permutations is {n_permutations}, expected 1 or more.")
    observed = one_sample_t(values)
    x = to_double(values).flatten(1)
    t = to_double(observed.statistic).flatten().abs()
    x, known = x.masked_fill(t.isnan(), torch.nan), t.isfinite()
    signs = _signs(len(x), n_permutations, seed).to(x)
    power = x.square().sum(0)
    at_least, highest = torch.zeros_like(t), t.new_zeros(len(signs))
    for block in column_batches(x.shape[1], 4 * 8 * len(signs)):
        mean = signs @ x[:, block] / len(x)
        spread = ((power[block] - len(x) * mean.square()).clamp(min=0) / (len(x) - 1)).sqrt()
        drawn = mean.abs() / (spread / len(x) ** 0.5)  # inf where a flip makes all values one
        at_least[block] = (drawn >= t[block] * (1 - TIE)).sum(0).to(t)
        if bool(known[block].any()):
            torch.maximum(highest, drawn[:, known[block]].amax(1), out=highest)
    if familywise:
        ordered = highest.sort().values
        at_least = len(signs) - torch.searchsorted(ordered, (t * (1 - TIE)).nan_to_num())
    p = (at_least.to(t) / len(signs)).masked_fill(t.isnan(), torch.nan)
    p = p.reshape(observed.statistic.shape).to(values)
    return GroupTest(observed.statistic, p, observed.effect)


def wilcoxon(values: Tensor) -> GroupTest:
    """Two-sided signed-rank test across subjects; zeros are left out (Wilcoxon 1945).

    Exact up to 50 subjects without ties, else by the normal approximation, as scipy chooses.

    Parameters
    ----------
    values : (n_subjects, ...), scores or differences; NaN makes its target NaN

    Returns
    -------
    test : (...) each; NaN where all values are 0

    Raises
    ------
    ValueError
        if there are fewer than two subjects
    """
    check_subjects(values)
    x = to_double(values).flatten(1)
    usable = x.isfinite().all(0) & (x != 0).any(0)
    statistic, p = (torch.full_like(x[0], torch.nan) for _ in range(2))
    if bool(usable.any()):
        # targets with ties or zeros must not take the exact test away from the others
        magnitude = x[:, usable].abs().sort(0).values
        plain = (magnitude[0] > 0) & (magnitude.diff(dim=0) > 0).all(0)
        for kind in (True, False):
            chosen = usable.nonzero()[:, 0][plain == kind]
            if len(chosen):
                found = stats.wilcoxon(x[:, chosen].cpu().numpy(), axis=0)
                statistic[chosen] = torch.as_tensor(np.asarray(found.statistic)).to(x)
                p[chosen] = torch.as_tensor(np.asarray(found.pvalue)).to(x)
    shape = values.shape[1:]
    return _answer(statistic.reshape(shape), p.reshape(shape), one_sample_t(values).effect, values)


def group_map(values: Tensor, level: float = 0.05) -> GroupMap:
    """One-sample t-test of every target, with masks corrected for false discoveries and not.

    Parameters
    ----------
    values : (n_subjects, n_targets), scores or contrasts
    level : of p and of q, between 0 and 1

    Returns
    -------
    map : of every target; what was not tested is in no mask

    Raises
    ------
    ValueError
        if there are fewer than two subjects, or the level is not between 0 and 1
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, expected between 0 and 1, such as 0.05.")
    test = one_sample_t(values)
    q = fdr_bh(test.p_value)
    return GroupMap(values.mean(0), test, q, q < level, test.p_value < level)


def check_subjects(values: Tensor) -> None:
    """Make sure that there are subjects to test across.

    Parameters
    ----------
    values : (n_subjects, ...)

    Raises
    ------
    ValueError
        if there are fewer than two, or a value is infinite
    """
    n = len(values) if values.ndim else 0
    if n < MIN_SUBJECTS:
        raise ValueError(
            f"There are {n} subjects, expected at least 2. Test one subject over its stimuli "
            "(max_permutation, compare_predictions)."
        )
    if bool(values.isinf().any()):
        raise ValueError("A subject has an infinite value, expected numbers, or NaN for missing.")


def _spread(x: Tensor) -> Tensor:
    """Standard deviation over subjects (n - 1); NaN where it is only rounding."""
    spread = x.std(0)
    return spread.masked_fill(spread <= 1e-14 * x.abs().amax(0), torch.nan)


def _t_tail(t: Tensor, df: int) -> Tensor:
    """Two-sided p of t."""
    return torch.from_numpy(np.asarray(2 * stats.t.sf(np.abs(t.cpu().numpy()), df))).to(t)


def _answer(statistic: Tensor, p_value: Tensor, effect: Tensor, like: Tensor) -> GroupTest:
    return GroupTest(statistic.to(like), p_value.to(like), effect.to(like))


def _signs(n: int, n_permutations: int, seed: int) -> Tensor:
    """Flips of the subjects, the data first: (n_flips, n), 1 or -1, float64."""
    if 2**n <= n_permutations:
        bits = (torch.arange(2**n)[:, None] >> torch.arange(n)) & 1
    else:
        generator = torch.Generator().manual_seed(seed)
        bits = torch.randint(2, (n_permutations, n), generator=generator)
        bits[0] = 0
    return 1 - 2 * bits.double()
