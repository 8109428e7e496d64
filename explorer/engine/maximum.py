"""Max-statistic permutation tests: error controlled over targets, layers and times at once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.cyclic import TIE, draw_orders, shifted_correlations
from explorer.engine.device import to_double


@dataclass(frozen=True)
class Familywise:
    """Scores tested against the largest score of each permutation (Westfall & Young 1993).

    Attributes
    ----------
    p_value : (n_targets,) or (n_sets, n_targets), corrected over all of them; NaN where r is NaN
    maximum : (1 + B,), float64, the largest r, or absolute r, of each permutation; the first entry
        is that of the data
    """

    p_value: Tensor
    maximum: Tensor

    def threshold(self, level: float = 0.05) -> float:
        """Scores above this are significant at ``level``, as ``p_value <= level`` has it.

        Raises
        ------
        ValueError
            if ``level`` is not between 0 and 1, or no score was tested
        """
        if not 0 < level < 1:
            raise ValueError(f"level is {level}, expected more than 0 and less than 1.")
        if not bool(self.maximum.isfinite().all()):
            raise ValueError("No score was tested: every target is NaN. Look at the responses.")
        allowed = int(level * len(self.maximum) + 1e-9)
        return float(self.maximum.sort(descending=True).values[allowed])


def max_permutation(
    Y: Tensor,
    Y_hat: Tensor,
    *,
    n_permutations: int = 1000,
    seed: int = 0,
    two_sided: bool = False,
    circular: bool = False,
    min_shift: int = 1,
) -> Familywise:
    """Familywise p of Pearson r on held-out data: the same permutations for all targets.

    ``#{max r* >= r} / (1 + B)``, the data among the maxima. Only the maximum of a permutation is
    kept, so memory does not grow with the number of targets. Tests fixed models on data they were
    not fitted to; see ``permutation_p`` for the permutations.

    Parameters
    ----------
    Y : (n, n_targets), held-out responses; a target at several times is several targets
    Y_hat : (n, n_targets), or (n_sets, n, n_targets) to correct over sets, such as layers, too
    n_permutations : at least that many; B is the next multiple of n, less one
    seed : of the orders
    two_sided : test the absolute r
    circular : rows are samples of a time series, contiguous in time: shift them round, which keeps
        autocorrelation, instead of permuting; B is the number of shifts, whatever
        ``n_permutations``
    min_shift : with ``circular``, rows by which a shift moves at least, in either direction. Above
        1, such as the memory of the series, the shifts are no group and the test is approximate

    Returns
    -------
    test : p of every target, and the maxima

    Raises
    ------
    ValueError
        if the shapes differ, there is too little to permute, or ``min_shift`` leaves no shift
    """
    sets = Y_hat if Y_hat.ndim == 3 else Y_hat[None]  # noqa: PLR2004 - sets, rows, targets
    n = len(Y)
    orders = draw_orders(n, n_permutations, seed, circular=circular)
    like = to_double(Y[:0])  # where float64 is: mps has none
    kept = _kept_shifts(n, min_shift if circular else 1).to(like.device)
    null = like.new_full((len(orders), len(kept)), -torch.inf)
    r = like.new_empty(len(sets), Y.shape[1])
    for row, Y_set in zip(r, sets, strict=True):
        for block, observed, shifted in shifted_correlations(Y, Y_set, orders):
            row[block] = observed
            known = observed.isfinite()
            whole = bool(known.all())
            for largest, values in zip(null, shifted, strict=True):
                one = values if whole else values[known]
                if len(one):
                    torch.maximum(largest, _largest(one, two_sided)[kept], out=largest)
    tested = r.abs() if two_sided else r
    missing = tested.isnan()
    maximum = null.flatten()
    maximum[0] = tested.masked_fill(missing, -torch.inf).max() if tested.numel() else torch.nan
    if bool(missing.all()):
        maximum.fill_(torch.nan)
    ordered = maximum.sort().values
    at_least = len(maximum) - torch.searchsorted(ordered, (tested - TIE).nan_to_num())
    p = (at_least.double() / len(maximum)).masked_fill(missing, torch.nan).to(Y)
    return Familywise(p if Y_hat.ndim == 3 else p[0], maximum)  # noqa: PLR2004


def null_scores(
    Y: Tensor, Y_hat: Tensor, *, n_permutations: int = 1000, seed: int = 0, circular: bool = False
) -> Tensor:
    """Pearson r of every target under each permutation, the same for all: maps of chance.

    For clusters over channels and times; where only the maximum counts, ``max_permutation`` needs
    no memory for the maps.

    Parameters
    ----------
    Y : (n, n_targets), held-out responses
    Y_hat : (n, n_targets), predictions
    n_permutations : at least that many; B is the next multiple of n, less one
    seed : of the orders
    circular : shift rows round instead, see ``max_permutation``

    Returns
    -------
    r : (B, n_targets), without the data themselves; NaN where r of the data is NaN
    """
    orders = draw_orders(len(Y), n_permutations, seed, circular=circular)
    out = Y.new_empty(len(orders), len(Y), Y.shape[1])
    for block, _, shifted in shifted_correlations(Y, Y_hat, orders):
        for k, values in enumerate(shifted):
            out[k, :, block] = values.T.to(out)
    return out.flatten(0, 1)[1:]


def _largest(values: Tensor, two_sided: bool) -> Tensor:
    """Largest of each shift, signed or absolute: (n_block, n) to (n,)."""
    highest = values.amax(0)
    return torch.maximum(highest, -values.amin(0)) if two_sided else highest


def _kept_shifts(n: int, min_shift: int) -> Tensor:
    """Shift 0, which is the data, and those that move rows far enough."""
    if not 1 <= min_shift <= n // 2:
        raise ValueError(
            f"min_shift is {min_shift} of {n} rows, expected 1 to {n // 2}. A shift by more than "
            "half the rows is a smaller one the other way round."
        )
    moved = torch.arange(min_shift, n - min_shift + 1)
    return torch.cat([torch.zeros_like(moved[:1]), moved])
