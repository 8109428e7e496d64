"""Clusters of neighbouring points, tested by their mass against maps of chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from torch import Tensor

TIE = 1e-9  # relative: a mass this little below the observed one counts as equal


@dataclass(frozen=True)
class Clusters:
    """Clusters of one map, and how rarely chance makes one as heavy.

    Attributes
    ----------
    label : (n_points,), int64, number of the point's cluster from 1; 0 where there is none
    mass : (n_clusters,), float64, sum of the values, negative below ``-threshold``
    p_value : (n_clusters,), corrected over all points
    """

    label: Tensor
    mass: Tensor
    p_value: Tensor

    @property
    def point_p(self) -> Tensor:
        """P of the cluster that each point is in: (n_points,); NaN outside clusters."""
        padded = torch.cat([self.p_value.new_full((1,), torch.nan), self.p_value])
        return padded[self.label]


def grid_edges(n_times: int, channels: Tensor | None = None) -> Tensor:
    """Neighbours on a grid of times and channels, the channel running fastest.

    Parameters
    ----------
    n_times : number of times, each the neighbour of the next
    channels : (n_channels, n_channels), bool, symmetric; None for a single channel

    Returns
    -------
    edges : (n_edges, 2), int64, pairs of points ``time * n_channels + channel``

    Raises
    ------
    ValueError
        if there is no time, or ``channels`` is no symmetric bool matrix
    """
    if channels is None:
        channels = torch.zeros(1, 1, dtype=torch.bool)
    square = channels.ndim == 2 and channels.shape[0] == channels.shape[1]  # noqa: PLR2004
    if n_times < 1 or not square or channels.dtype != torch.bool or not channels.equal(channels.T):
        raise ValueError(
            f"{n_times} times and neighbours of shape {tuple(channels.shape)}, expected one time "
            "or more and a symmetric bool matrix of channels."
        )
    n = len(channels)
    points = torch.arange(n_times * n).reshape(n_times, n)
    later = torch.stack([points[:-1].flatten(), points[1:].flatten()], 1)
    pairs = channels.triu(1).nonzero()
    beside = (points[:, :1, None] + pairs).reshape(-1, 2)
    return torch.cat([later, beside])


def cluster_test(
    observed: Tensor, null: Tensor, edges: Tensor, threshold: float, *, tail: int = 0
) -> Clusters:
    """Test the mass of each cluster against the heaviest cluster of every map of chance.

    Cluster mass of Maris & Oostenveld (2007). One permutation makes one whole map, so that points
    stay as alike as they are. A cluster's p says that there is an effect somewhere, not that it
    begins or ends where the cluster does (Sassenhagen & Draschkow 2019).

    Parameters
    ----------
    observed : (n_points,), such as r or t; a NaN point is in no cluster
    null : (n_maps, n_points), of permutations, without the data; see ``null_scores``
    edges : (n_edges, 2), neighbours, see ``grid_edges``
    threshold : points beyond it form clusters, > 0
    tail : 1 for values above ``threshold``, -1 below ``-threshold``, 0 for both, kept apart

    Returns
    -------
    clusters : p is ``(1 + #{heaviest >= mass}) / (1 + n_maps)``

    Raises
    ------
    ValueError
        if the shapes do not fit, the threshold is not positive, or the tail is unknown
    """
    if observed.ndim != 1 or null.ndim != 2 or null.shape[1:] != observed.shape:  # noqa: PLR2004
        raise ValueError(
            f"observed has shape {tuple(observed.shape)} and null {tuple(null.shape)}, expected "
            "(n_points,) and (n_maps, n_points)."
        )
    if not threshold > 0 or tail not in (-1, 0, 1):
        raise ValueError(
            f"threshold is {threshold} and tail {tail}, expected more than 0, and -1, 0 or 1."
        )
    pairs = edges.cpu().numpy().reshape(-1, 2)
    if pairs.size and not 0 <= pairs.min() <= pairs.max() < len(observed):
        raise ValueError(f"edges name points outside 0 to {len(observed) - 1}. Check the grid.")
    label, mass = _clusters(observed.double().cpu().numpy(), pairs, threshold, tail)
    heaviest = np.zeros(len(null))
    for k, values in enumerate(null):
        _, masses = _clusters(values.double().cpu().numpy(), pairs, threshold, tail)
        heaviest[k] = np.abs(masses).max(initial=0)
    at_least = (heaviest >= np.abs(mass)[:, None] * (1 - TIE)).sum(1)
    p = (1 + at_least) / (1 + len(null))
    return Clusters(torch.from_numpy(label), torch.from_numpy(mass), torch.from_numpy(p))


def _clusters(
    values: NDArray[np.float64], pairs: NDArray[np.int64], threshold: float, tail: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Label of each point, 0 for none, and mass of each cluster in the order of first points."""
    side = np.zeros(len(values), np.int8)
    side[values > threshold] = 1 if tail >= 0 else 0
    side[values < -threshold] = -1 if tail <= 0 else 0
    label = np.zeros(len(values), np.int64)
    within = np.flatnonzero(side)
    if not len(within):
        return label, np.zeros(0)
    a, b = side[pairs[:, 0]], side[pairs[:, 1]]
    place = np.cumsum(side != 0) - 1
    joined = place[pairs[(a != 0) & (a == b)]]
    shape = (len(within), len(within))
    graph = coo_array((np.ones(len(joined), np.int8), (joined[:, 0], joined[:, 1])), shape=shape)
    n, component = connected_components(graph, directed=False)
    label[within] = component + 1
    return label, np.bincount(component, values[within], minlength=n).astype(np.float64)
