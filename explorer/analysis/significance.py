"""Cluster tests of maps over time and channels, with names: across subjects, and within one."""

from __future__ import annotations

from collections.abc import Sequence

import mne
import numpy as np
import torch
import xarray as xr
from scipy import sparse, stats

from explorer.engine.clusters import cluster_test, grid_edges
from explorer.errors import AnalysisError

MIN_SUBJECTS = 2
FORMING_P = 0.05  # two-sided p of a point at which clusters form, as in MNE
TAILS = (-1, 0, 1)
OLDER_NAMES = {f"standard_{cap}": f"colin27_{cap}" for cap in ("1005", "1020")}  # of MNE


def channel_neighbours(channels: Sequence[str], montage: str) -> np.ndarray:
    """Which channels lie side by side, by Delaunay triangulation: (n_channels, n_channels), bool.

    Parameters
    ----------
    channels : names, in the order of the data
    montage : name of one of MNE's montages, such as ``"standard_1020"``

    Raises
    ------
    AnalysisError
        if the montage is unknown, or lacks a channel
    """
    known = mne.channels.get_builtin_montages()
    montage = OLDER_NAMES.get(montage, montage)
    if montage not in known:
        raise AnalysisError(
            f"No montage is called {montage!r}, expected one of {', '.join(known)}."
        )
    made = mne.channels.make_standard_montage(montage)
    missing = [name for name in channels if name not in made.ch_names]
    if missing:
        raise AnalysisError(
            f"{montage} has no channel {', '.join(missing)}. Choose the montage of the recording, "
            "or leave these channels out."
        )
    with mne.use_log_level("ERROR"):
        info = mne.create_info(list(channels), 100.0, "eeg").set_montage(made)
        matrix, names = mne.channels.find_ch_adjacency(info, "eeg")
    order = [names.index(name) for name in channels]
    neighbours = matrix.toarray()[np.ix_(order, order)].astype(bool)
    return neighbours & ~np.eye(len(order), dtype=bool)


def cluster_subjects(
    values: xr.DataArray,
    neighbours: np.ndarray | None = None,
    *,
    threshold: float | None = None,
    tail: int = 0,
    n_permutations: int = 1024,
    seed: int = 0,
) -> xr.Dataset:
    """Clusters in which subjects' values differ from 0, by MNE's sign-flip permutation test.

    Parameters
    ----------
    values : (subject, time) or (subject, time, channel), such as differences of two models' scores
    neighbours : (n_channels, n_channels), bool, see ``channel_neighbours``; needed with channels
    threshold : t beyond which points form clusters; None takes that of a two-sided p of .05, or
        one-sided with a tail
    tail : 1 for values above 0, -1 below, 0 for both
    n_permutations : with the data; all flips, and exact, if there are fewer
    seed : of the flips

    Returns
    -------
    clusters : ``t_value``, ``cluster`` (its number from 1, 0 for none), ``p_value`` of the point's
        cluster (NaN outside) over (time[, channel]), and ``cluster_p`` and ``cluster_mass`` over
        the clusters

    Raises
    ------
    AnalysisError
        if dims, neighbours, tail, threshold or numbers of subjects do not serve, or a value is
        missing
    """
    values, neighbours = _check(values, "subject", neighbours, tail)
    n = values.sizes["subject"]
    if n < MIN_SUBJECTS:
        raise AnalysisError(
            f"There are {n} subjects, expected at least 2. Within one subject permute stimuli "
            "(cluster_stimuli)."
        )
    if threshold is None:
        threshold = float(stats.t.isf(FORMING_P / (1 if tail else 2), n - 1))
    _check_threshold(threshold)
    data = values.values.astype(np.float64)
    adjacency = None
    if neighbours is not None:
        lattice = grid_edges(values.sizes["time"], torch.from_numpy(neighbours)).numpy()
        adjacency = _symmetric(lattice, data[0].size)
        data = data.reshape(n, -1)
    t, found, p, _ = mne.stats.permutation_cluster_1samp_test(
        data,
        threshold=-threshold if tail < 0 else threshold,
        n_permutations=n_permutations,
        tail=tail,
        adjacency=adjacency,
        out_type="mask",
        rng=seed,
        verbose="ERROR",
    )
    label = np.zeros(t.size, np.int64)
    masses = np.zeros(len(found))
    for k, mask in enumerate(found):
        inside = _whole_mask(mask, t.shape).ravel()
        label[inside], masses[k] = k + 1, t.ravel()[inside].sum()
    exact = 2 ** (n - (tail == 0)) - 1 < n_permutations
    about = {
        "n_subjects": n,
        "n_permutations": 2 ** (n - (tail == 0)) if exact else n_permutations,
        "threshold": threshold,
        "tail": tail,
        "method": (
            f"cluster mass of t over {n} subjects, {'all' if exact else 'random'} sign flips "
            "(mne.stats.permutation_cluster_1samp_test; Maris & Oostenveld 2007)"
        ),
    }
    return _label(values.isel(subject=0, drop=True), t, label, masses, np.asarray(p), about)


def cluster_stimuli(
    score: xr.DataArray,
    null: xr.DataArray,
    neighbours: np.ndarray | None = None,
    *,
    threshold: float,
    tail: int = 1,
) -> xr.Dataset:
    """Clusters of scores within one subject, against maps from permuted stimuli.

    Parameters
    ----------
    score : (time) or (time, channel), such as Pearson r
    null : (permutation, time[, channel]), scores under permutations that all points share
    neighbours : (n_channels, n_channels), bool, see ``channel_neighbours``; needed with channels
    threshold : score beyond which points form clusters
    tail : 1 for scores above ``threshold``, -1 below ``-threshold``, 0 for both

    Returns
    -------
    clusters : as of ``cluster_subjects``, with ``score`` in place of ``t_value``

    Raises
    ------
    AnalysisError
        if dims, neighbours, tail or threshold do not serve, or a null score is missing
    """
    null, neighbours = _check(null, "permutation", neighbours, tail)
    _check_threshold(threshold)
    score = score.transpose(*null.dims[1:])
    if score.shape != null.shape[1:]:
        raise AnalysisError(
            f"score is {dict(score.sizes)} and null {dict(null.sizes)}, expected the same times "
            "and channels."
        )
    sides = None if neighbours is None else torch.from_numpy(neighbours)
    found = cluster_test(
        torch.tensor(score.values.ravel()),
        torch.tensor(null.values.reshape(len(null), -1)),
        grid_edges(score.sizes["time"], sides),
        threshold,
        tail=tail,
    )
    about = {
        "n_permutations": len(null),
        "threshold": threshold,
        "tail": tail,
        "method": (
            f"cluster mass over {len(null)} permutations of stimuli, each shared by all points "
            "(Maris & Oostenveld 2007)"
        ),
    }
    parts = (found.label.numpy(), found.mass.numpy(), found.p_value.numpy())
    return _label(score, score.values, *parts, about).rename(t_value="score")


def _check(
    values: xr.DataArray, first: str, neighbours: np.ndarray | None, tail: int
) -> tuple[xr.DataArray, np.ndarray | None]:
    """Values with their dims in order, and neighbours that fit them."""
    dims = (first, "time", "channel") if "channel" in values.dims else (first, "time")
    if set(values.dims) != set(dims):
        raise AnalysisError(
            f"Values are over {', '.join(map(str, values.dims))}, expected {first}, time and, "
            "where there are several, channel."
        )
    if tail not in TAILS:
        raise AnalysisError(f"tail is {tail}, expected 1, -1 or 0.")
    values = values.transpose(*dims)
    if not np.isfinite(values.values).all():
        raise AnalysisError(
            f"{int((~np.isfinite(values.values)).sum())} values are missing or infinite, and a "
            f"cluster test needs all. Leave out the {first}, channel or time."
        )
    if "channel" not in dims:
        return values, None
    n = values.sizes["channel"]
    if neighbours is None or neighbours.shape != (n, n) or not (neighbours == neighbours.T).all():
        shape = None if neighbours is None else neighbours.shape
        raise AnalysisError(
            f"neighbours have shape {shape}, expected a symmetric {(n, n)}: which channels lie "
            "side by side (channel_neighbours)."
        )
    return values, neighbours.astype(bool)


def _check_threshold(threshold: float) -> None:
    if not threshold > 0:
        raise AnalysisError(f"threshold is {threshold}, expected more than 0.")


def _symmetric(edges: np.ndarray, n_points: int) -> sparse.coo_matrix:
    both = np.concatenate([edges, edges[:, ::-1]])
    ones = np.ones(len(both), np.int8)
    return sparse.coo_matrix((ones, (both[:, 0], both[:, 1])), shape=(n_points, n_points))


def _whole_mask(mask: np.ndarray | tuple[slice, ...], shape: tuple[int, ...]) -> np.ndarray:
    """A cluster as MNE gives it, a mask or, of times alone, a slice: bool of ``shape``."""
    whole = np.zeros(shape, bool)
    whole[mask] = True
    return whole


def _label(
    like: xr.DataArray,
    statistic: np.ndarray,
    label: np.ndarray,
    mass: np.ndarray,
    p_value: np.ndarray,
    about: dict[str, object],
) -> xr.Dataset:
    shape, dims = like.shape, like.dims
    by_point = np.concatenate([[np.nan], p_value])[label]
    clusters = xr.Dataset(
        {
            "t_value": (dims, statistic.reshape(shape)),
            "cluster": (dims, label.reshape(shape)),
            "p_value": (dims, by_point.reshape(shape)),
            "cluster_p": ("cluster_number", p_value),
            "cluster_mass": ("cluster_number", mass),
        },
        {**like.coords, "cluster_number": np.arange(1, len(p_value) + 1)},
    )
    clusters.attrs = about
    return clusters
