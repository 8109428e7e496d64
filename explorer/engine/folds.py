"""Which stimuli are held out together."""

from __future__ import annotations

import heapq

import numpy as np
import torch
from torch import Tensor


def kfold(
    n: int, n_folds: int, *, seed: int | None = 0, groups: Tensor | None = None
) -> list[Tensor]:
    """Test indices of each fold; together they are a partition of ``range(n)``.

    Parameters
    ----------
    n : number of stimuli
    n_folds : 2 or more
    seed : of the shuffle; None cuts contiguous blocks, which time series need: shuffled folds of
        two unrelated slow series give a correlation near 1
    groups : (n,), integers; stimuli of one group (repeats of an image, words of a story) are
        never split over folds. Shuffled: the largest group first, each to the smallest fold;
        contiguous: groups in order of first appearance

    Returns
    -------
    folds : list of (n_test,), increasing int64, on the device of ``groups`` or the CPU

    Raises
    ------
    ValueError
        if there are fewer than 2 folds, or more folds than stimuli or groups
    """
    if groups is None:
        _check_count(n_folds, n, "stimuli")
        order = torch.arange(n) if seed is None else torch.randperm(n, generator=_generator(seed))
        return [part.sort().values for part in torch.tensor_split(order, n_folds)]
    if groups.shape != (n,) or groups.is_floating_point():
        raise ValueError(
            f"groups is {groups.dtype} of shape {tuple(groups.shape)}, expected integers of shape "
            f"({n},): one group number per stimulus."
        )
    _, inverse, counts = np.unique(groups.cpu().numpy(), return_inverse=True, return_counts=True)
    members, sizes = torch.from_numpy(inverse), torch.from_numpy(counts)
    _check_count(n_folds, len(sizes), "groups")
    fold_of = (
        _cut(members, sizes.tolist(), n_folds)
        if seed is None
        else _spread(sizes, n_folds, _generator(seed))
    )
    fold = fold_of[members]
    return [(fold == k).nonzero()[:, 0].to(groups.device) for k in range(n_folds)]


def complement(n: int, test: Tensor) -> Tensor:
    """Indices of ``range(n)`` which are not in ``test``.

    Parameters
    ----------
    n : number of stimuli
    test : (n_test,), indices

    Returns
    -------
    train : (n - n_test,), increasing
    """
    kept = torch.ones(n, dtype=torch.bool, device=test.device)
    kept[test] = False
    return kept.nonzero()[:, 0]


def trim_gap(train: Tensor, test: Tensor, gap: int) -> Tensor:
    """Training rows that are more than ``gap`` rows away from every test row.

    Rows are in order of time. Neighbours in time resemble each other, so those of a test block
    betray it; make folds of time series with ``kfold(n, n_folds, seed=None)`` and trim each.

    Parameters
    ----------
    train : (n_train,), indices
    test : (n_test,), indices
    gap : rows left out on either side of a test row; 0 leaves out none

    Returns
    -------
    train : (n_kept,), in the order given

    Raises
    ------
    ValueError
        if the gap is negative, or leaves no training row
    """
    if gap < 0:
        raise ValueError(f"gap is {gap}, expected a number of rows, 0 or more.")
    if gap == 0:
        return train
    near = test[:, None] + torch.arange(-gap, gap + 1, device=test.device)
    kept = train[~torch.isin(train, near)]
    if not len(kept):
        raise ValueError(
            f"A gap of {gap} rows around {len(test)} test rows leaves no training row of "
            f"{len(train)}. Take a smaller gap, or longer contiguous folds."
        )
    return kept


def check_disjoint(ids_train: Tensor, ids_test: Tensor) -> None:
    """Make sure that no stimulus was both trained on and tested: its repeats stay together.

    Features unrelated to the responses reach r = 0.19 where three repeats are split over training
    and test rows.

    Parameters
    ----------
    ids_train : (n_train,), integers, which stimulus each training row shows
    ids_test : (n_test,), the same for test rows

    Raises
    ------
    ValueError
        if an identifier is in both
    """
    shared = sorted(set(ids_train[torch.isin(ids_train, ids_test)].tolist()))
    if shared:
        raise ValueError(
            f"{len(shared)} stimuli are in both the training and the test rows, such as "
            f"{shared[:3]}, expected none. Give kfold the identifiers as groups."
        )


def check_partition(n: int, folds: list[Tensor]) -> None:
    """Make sure that ``folds`` hold each of ``n`` stimuli once.

    Parameters
    ----------
    n : number of stimuli
    folds : list of (n_test,), indices

    Raises
    ------
    ValueError
        if there are fewer than 2 folds, one is empty, or they are no partition of ``range(n)``
    """
    if len(folds) < 2 or any(len(fold) == 0 for fold in folds):  # noqa: PLR2004 - train and test
        sizes = [len(fold) for fold in folds]
        raise ValueError(
            f"There are folds of sizes {sizes}, expected 2 or more, none empty. See kfold."
        )
    held_out = torch.cat(folds).sort().values
    if not torch.equal(held_out, torch.arange(n, device=held_out.device)):
        distinct = len(set(held_out.tolist()))
        raise ValueError(
            f"The folds hold {len(held_out)} indices, {distinct} of them distinct, "
            f"expected each of the {n} stimuli in exactly one fold. Make the folds with kfold."
        )


def _check_count(n_folds: int, n: int, what: str) -> None:
    if not 2 <= n_folds <= n:  # noqa: PLR2004 - a fold to test on and one to train on
        raise ValueError(
            f"{n_folds} folds were asked for, expected 2 to {n}, the number of {what}. "
            "Ask for another number of folds."
        )


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _spread(sizes: Tensor, n_folds: int, generator: torch.Generator) -> Tensor:
    """Fold of each group: the largest first, each to the fold that is smallest so far."""
    shuffled = torch.randperm(len(sizes), generator=generator)
    order = shuffled[torch.argsort(sizes[shuffled], descending=True, stable=True)]
    fold_of = torch.empty_like(sizes)
    filled = [(0, k) for k in range(n_folds)]
    for group in order.tolist():
        size, k = heapq.heappop(filled)
        fold_of[group] = k
        heapq.heappush(filled, (size + int(sizes[group]), k))
    return fold_of


def _cut(members: Tensor, sizes: list[int], n_folds: int) -> Tensor:
    """Fold of each group: runs of groups in order of appearance, of about equal size."""
    order = list(dict.fromkeys(members.tolist()))
    fold_of = torch.empty(len(sizes), dtype=torch.int64)
    fold, opened, taken = 0, False, 0
    for i, group in enumerate(order):
        full = taken + sizes[group] / 2 > (fold + 1) * len(members) / n_folds
        needed = len(order) - i < n_folds - fold  # the folds to come still need a group each
        if opened and fold < n_folds - 1 and (full or needed):
            fold, opened = fold + 1, False
        fold_of[group], opened = fold, True
        taken += sizes[group]
    return fold_of
