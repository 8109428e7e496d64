"""Alignment by label: the stimuli that responses and features share, in one order."""

from __future__ import annotations

import numpy as np
import xarray as xr

from explorer.errors import AnalysisError

MIN_STIMULI = 10


def align(responses: xr.Dataset, features: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Select the stimuli that both have, in the responses' order.

    Raises
    ------
    AnalysisError
        if ids repeat, or fewer than ten stimuli are shared
    """
    ids = shared_stimuli([responses.stimulus.values, features.stimulus.values])
    return responses.sel(stimulus=ids), features.sel(stimulus=ids)


def shared_stimuli(lists: list[np.ndarray]) -> np.ndarray:
    """Ids that are in every list, in the order of the first: (n_shared,)."""
    for ids in lists:
        unique, counts = np.unique(ids, return_counts=True)
        if (counts > 1).any():
            raise AnalysisError(
                f"Stimulus {unique[counts > 1][0]} is there {counts.max()} times, expected once. "
                "Keep showings of one stimulus in the dim 'repeat'."
            )
    shared = [i for i in lists[0].tolist() if all(np.isin(i, other) for other in lists[1:])]
    if len(shared) < MIN_STIMULI:
        raise AnalysisError(
            f"Only {len(shared)} stimuli are shared (of {', '.join(str(len(x)) for x in lists)}), "
            f"expected at least {MIN_STIMULI}. Check that the ids mean the same stimuli."
        )
    return np.array(shared)


def mean_repeats(values: xr.DataArray) -> xr.DataArray:
    """Mean over repeats, those that are NaN left out: (repeat, stimulus, …) to (stimulus, …)."""
    if "repeat" not in values.dims:
        return values
    return values.mean("repeat", skipna=True, keep_attrs=True)


def condensed_index(n: int, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Place of the pairs (i, j), i != j, in a condensed vector over ``n`` stimuli."""
    low, high = np.minimum(i, j), np.maximum(i, j)
    return low * n - low * (low + 1) // 2 + high - low - 1


def select_pairs(values: xr.DataArray, stimuli: np.ndarray, chosen: np.ndarray) -> xr.DataArray:
    """Condensed dissimilarities over ``stimuli`` reduced to the stimuli ``chosen``."""
    position = {s: k for k, s in enumerate(stimuli.tolist())}
    places = np.array([position[s] for s in chosen.tolist()])
    rows, columns = np.triu_indices(len(places), k=1)
    index = condensed_index(len(stimuli), places[rows], places[columns])
    return values.isel(pair=index)
