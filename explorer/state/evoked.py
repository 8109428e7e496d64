"""Evoked responses: what EEG measured after one stimulus, or after all of them."""

from __future__ import annotations

import numpy as np

from explorer.state.subjects import mean_known
from explorer.study.study import Study

KEPT_BYTES = 2**27  # a larger array of single responses is not kept in memory


def read_evoked(study: Study, group: str, stimulus: int) -> np.ndarray:
    """Response of one subject to ``stimulus``, or the mean over all of them (-1).

    Means over repeats are kept in memory while they fit ``KEPT_BYTES``, so that the next stimulus
    is there at once.

    Returns
    -------
    response : (n_channels, n_times), mean over repeats, in the units of the group; NaN is missing

    Raises
    ------
    KeyError
        if the stimulus was not shown to the subject
    """
    if stimulus < 0:
        return study.remember(group, "mean response", lambda: mean_known(_single(study, group)))
    sizes = study[group].response.sizes
    if 4 * sizes["stimulus"] * sizes["channel"] * sizes["time"] > KEPT_BYTES:
        one = study[group].response.sel(stimulus=stimulus).astype(np.float32)
        one = one.mean("repeat", skipna=True) if "repeat" in one.dims else one
        return np.asarray(one.transpose("channel", "time").values)
    rows = study.remember(group, "single responses", lambda: _single(study, group))
    places = study.remember(group, "rows of stimuli", lambda: _places(study, group))
    return np.asarray(rows[places[stimulus]])


def _places(study: Study, group: str) -> dict[int, int]:
    return {s: k for k, s in enumerate(study[group].stimulus.values.tolist())}


def _single(study: Study, group: str) -> np.ndarray:
    """Mean over repeats, read one after another: (n_stimuli, n_channels, n_times) float32."""
    response = study[group].response
    if "repeat" not in response.dims:
        response = response.expand_dims("repeat")
    response = response.transpose("repeat", "stimulus", "channel", "time")
    total = np.zeros(response.shape[1:], np.float32)
    count = np.zeros(response.shape[1:], np.uint16)
    for k in range(len(response)):
        one = np.asarray(response.isel(repeat=k).values, np.float32)
        known = np.isfinite(one)
        total += np.where(known, one, 0)
        count += known
    total[count == 0] = np.nan
    return total / np.maximum(count, 1)
