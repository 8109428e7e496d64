"""Model against model: across subjects, and within one subject over the same stimuli."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.bootstrap import bootstrap_pearson
from explorer.engine.group import GroupTest, one_sample_t, sign_flip, unpaired_t, wilcoxon
from explorer.engine.scores import check_pair, pearson
from explorer.engine.stats import fdr_bh
from explorer.engine.vectors import unit

TIE = 1e-9  # a difference this little below the observed one counts as equal
SWAPPED_TARGETS = 1024  # at a time on a CPU


@dataclass(frozen=True)
class ModelMatrix:
    """Every model against every other: (n_models, n_models, n_regions) each, NaN on the diagonal.

    Attributes
    ----------
    difference : mean over subjects of the row's score less the column's
    statistic : of the test, of row less column
    p_value : two-sided
    q_value : Benjamini-Hochberg over the pairs of models, within each region
    effect : Cohen's dz (d if unpaired), of row less column
    """

    difference: Tensor
    statistic: Tensor
    p_value: Tensor
    q_value: Tensor
    effect: Tensor


@dataclass(frozen=True)
class PredictionTest:
    """Two models' predictions of the same held-out stimuli: (n_targets,) each unless said.

    Attributes
    ----------
    difference : r of the first less r of the second
    interval : (2, n_targets), bounds of the paired bootstrap over stimuli
    p_value : two-sided, swapping the models' predictions stimulus by stimulus
    """

    difference: Tensor
    interval: Tensor
    p_value: Tensor


def compare_models(scores: Tensor, test: str = "paired") -> ModelMatrix:
    """Test the difference of every pair of models across subjects.

    Parameters
    ----------
    scores : (n_models, n_subjects, n_regions), of the same subjects in every model
    test : paired (t), sign_flip, wilcoxon, or unpaired (t, as published by Doerig et al. 2025,
        whose subjects are nevertheless the same)

    Returns
    -------
    matrix : signed numbers change sign with the order of the pair

    Raises
    ------
    ValueError
        if no test has this name, the shape is wrong, or there are fewer than two models or subjects
    """
    if test not in _TESTS:
        raise ValueError(f"test is {test!r}, expected one of {', '.join(_TESTS)}.")
    if scores.ndim != 3 or len(scores) < 2:  # noqa: PLR2004 - models, subjects, regions; a pair
        raise ValueError(
            f"scores has shape {tuple(scores.shape)}, expected (n_models, n_subjects, n_regions) "
            "with two models or more."
        )
    n_models = len(scores)
    i, j = torch.triu_indices(n_models, n_models, 1, device=scores.device)
    found = [_TESTS[test](scores[a], scores[b]) for a, b in zip(i, j, strict=True)]
    p = torch.stack([f.p_value for f in found])  # (n_pairs, n_regions)
    q = torch.stack([fdr_bh(region) for region in p.T], 1)
    means = scores.mean(1)
    signed = [
        means[i] - means[j],
        torch.stack([f.statistic for f in found]),
        torch.stack([f.effect for f in found]),
    ]
    back = 1 if test == "wilcoxon" else -1  # W is the smaller rank sum, whichever comes first
    parts = [p, q, *signed]
    signs = [1, 1, -1, back, -1]
    full = [_matrix(part, i, j, n_models, sign) for part, sign in zip(parts, signs, strict=True)]
    return ModelMatrix(full[2], full[3], full[0], full[1], full[4])


def compare_predictions(
    Y: Tensor,
    Y_hat_a: Tensor,
    Y_hat_b: Tensor,
    *,
    n_permutations: int = 1000,
    n_bootstraps: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> PredictionTest:
    """Difference of two models' Pearson r within one subject, on the same held-out stimuli.

    If the models are equally good, a stimulus' two predictions can trade places once both are
    z-scored over stimuli. Swaps and resamples are the same for all targets. Stimuli must be
    independent: not for time series.

    Parameters
    ----------
    Y : (n, n_targets), held-out responses
    Y_hat_a : (n, n_targets), predictions of one model
    Y_hat_b : (n, n_targets), of the other
    n_permutations : random swaps, B; p is ``(1 + #{|d*| >= |d|}) / (1 + B)``
    n_bootstraps : resamples of stimuli
    level : of the interval, between 0 and 1
    seed : of swaps and resamples

    Returns
    -------
    test : of every target; NaN where either r is

    Raises
    ------
    ValueError
        if the shapes differ, or there is nothing to draw
    """
    check_pair(Y, Y_hat_a)
    check_pair(Y, Y_hat_b)
    if n_permutations < 1:
        raise ValueError(f"n_permutations is {n_permutations}, expected 1 or more.")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, expected between 0 and 1, such as 0.95.")
    difference = pearson(Y, Y_hat_a) - pearson(Y, Y_hat_b)
    tails = torch.tensor([(1 - level) / 2, (1 + level) / 2], device=Y.device, dtype=Y.dtype)
    interval = Y.new_empty(2, Y.shape[1])
    for block in column_batches(Y.shape[1], 4 * Y.element_size() * n_bootstraps):
        y, a, b = (x[:, block] for x in (Y, Y_hat_a, Y_hat_b))
        drawn = bootstrap_pearson(y, a, n_bootstraps=n_bootstraps, seed=seed)
        drawn = drawn - bootstrap_pearson(y, b, n_bootstraps=n_bootstraps, seed=seed)
        interval[:, block] = torch.nanquantile(drawn.T.contiguous(), tails, 1)
    return PredictionTest(difference, interval, _swap_p(Y, Y_hat_a, Y_hat_b, n_permutations, seed))


def _swap_p(Y: Tensor, Y_hat_a: Tensor, Y_hat_b: Tensor, n_permutations: int, seed: int) -> Tensor:
    """P of the difference, from sums over the swapped stimuli: three products for all swaps."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(2, (n_permutations, len(Y)), generator=generator)
    out = Y.new_empty(Y.shape[1])
    most = SWAPPED_TARGETS if Y.device.type == "cpu" else None
    for block in column_batches(Y.shape[1], 10 * 8 * n_permutations, most=most):
        y, a, b = (unit(x[:, block], 0) for x in (Y, Y_hat_a, Y_hat_b))
        swap, step = drawn.to(y), b - a
        by_y, total, power = swap @ (y * step), swap @ step, swap @ (b.square() - a.square())
        n = len(y)
        r_a = ((y * a).sum(0) + by_y) / (1 + power - total.square() / n).sqrt()
        r_b = ((y * b).sum(0) - by_y) / (1 - power - total.square() / n).sqrt()
        observed = ((y * a).sum(0) - (y * b).sum(0)).abs()
        at_least = ((r_a - r_b).abs() >= observed - TIE).sum(0)
        p = (1 + at_least).to(y) / (1 + n_permutations)
        out[block] = p.masked_fill(observed.isnan(), torch.nan).to(out)
    return out


def _matrix(pairs: Tensor, i: Tensor, j: Tensor, n_models: int, sign: int) -> Tensor:
    """Upper triangle to the whole matrix, the lower one times ``sign``."""
    out = pairs.new_full((n_models, n_models, *pairs.shape[1:]), torch.nan)
    out[i, j], out[j, i] = pairs, sign * pairs
    return out


_TESTS: dict[str, Callable[[Tensor, Tensor], GroupTest]] = {
    "paired": lambda a, b: one_sample_t(a - b),
    "sign_flip": lambda a, b: sign_flip(a - b),
    "wilcoxon": lambda a, b: wilcoxon(a - b),
    "unpaired": unpaired_t,
}
