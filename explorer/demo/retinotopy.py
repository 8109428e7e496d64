"""Early visual cortex from the folds alone: bands along the calcarine sulcus, with their fields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Array = NDArray[np.float64]

# Ends of the path in MNI152 space, mm, on the right; the left ones are mirrored. Behind lies the
# fovea at the occipital pole, before it the far periphery.
POLE, FRONT = (13.0, -99.0, -6.0), (19.0, -62.0, 5.0)

FOLD_WEIGHT = 1.2  # how much the path prefers the fundus: cost of an edge × exp(-weight × sulc)
SMOOTHING = 2.0  # mm, over which the position along the path is averaged
V2_WIDTH, V3_WIDTH = 9.0, 7.0  # mm along edges, of one bank

# Eccentricity along the path, of the form of Horton & Hoyt 1991: degrees and mm.
ECCENTRICITY_SCALE, ECCENTRICITY_LENGTH, ECCENTRICITY_FLOOR = 0.75, 17.3, 0.1


@dataclass(frozen=True)
class Hemisphere:
    """What the bands are made from, for one hemisphere.

    Attributes
    ----------
    place : (vertex, 3), mm, middle of the grey matter
    sphere : (vertex, 3), the same vertices on the sphere
    sulc : (vertex,), depth, positive in sulci
    edges : (vertex, vertex), mm between neighbours
    """

    place: Array
    sphere: Array
    sulc: Array
    edges: csr_array


@dataclass(frozen=True)
class Bands:
    """Early visual areas of one hemisphere.

    Attributes
    ----------
    area : (vertex,), 1 to 3 in V1 to V3, else 0
    eccentricity : (vertex,), degrees; beyond V3 that of the nearest place of the path
    angle : (vertex,), degrees from the upper vertical meridian, 180 is the lower one; 90 beyond V3
    path : vertices along the fundus of the calcarine sulcus, from the pole
    length : mm, of the path
    """

    area: NDArray[np.int32]
    eccentricity: Array
    angle: Array
    path: NDArray[np.int64]
    length: float


def lay_bands(hemisphere: Hemisphere, pole: int, front: int) -> Bands:
    """V1 to V3 as bands on both sides of a path along the calcarine sulcus.

    The horizontal meridian runs along the path, vertical meridians along the borders of V1 with
    V2, and V3 mirrors V2. Widths are chosen to give areas as measured by Dougherty et al. 2003.

    Parameters
    ----------
    hemisphere : folded and spherical shape
    pole, front : vertices at the ends of the path
    """
    path = _follow_fundus(hemisphere, pole, front)
    steps = np.linalg.norm(np.diff(hemisphere.place[path], axis=0), axis=1)
    along_path = np.concatenate([[0.0], np.cumsum(steps)])
    length = float(along_path[-1])
    away = dijkstra(hemisphere.edges, indices=path)  # (path, vertex)
    nearest, distance = away.argmin(0), away.min(0)
    weight = np.exp(-(away - distance) / SMOOTHING)
    along = (weight * along_path[:, None]).sum(0) / weight.sum(0)
    side = _tell_banks(hemisphere, path, nearest, distance)

    v1 = 7 + 8.5 * np.sin(np.pi * np.clip(0.1 + 0.8 * along / length, 0, 1))
    borders = np.stack([v1, v1 + V2_WIDTH, v1 + V2_WIDTH + V3_WIDTH])
    area = np.where(distance <= borders[2], 1 + (distance > borders[:2]).sum(0), 0)
    area[(nearest == len(path) - 1) & (distance > V2_WIDTH)] = 0  # before the end of the sulcus
    # From the horizontal meridian (0) to the vertical (1) and back, from area to area.
    off = np.select(
        [area == k for k in (1, 2, 3)],
        [distance / v1, 1 - (distance - v1) / V2_WIDTH, (distance - borders[1]) / V3_WIDTH],
        0.0,
    )
    return Bands(
        area.astype(np.int32),
        ECCENTRICITY_SCALE * (np.exp(along / ECCENTRICITY_LENGTH) - 1) + ECCENTRICITY_FLOOR,
        90 + 90 * side * np.clip(off, 0, 1),
        path,
        length,
    )


def _follow_fundus(hemisphere: Hemisphere, pole: int, front: int) -> NDArray[np.int64]:
    edges = hemisphere.edges.tocoo()
    depth = (hemisphere.sulc[edges.row] + hemisphere.sulc[edges.col]) / 2
    cost = csr_array(
        (edges.data * np.exp(-FOLD_WEIGHT * depth), (edges.row, edges.col)), edges.shape
    )
    _, before = dijkstra(cost, indices=np.array([pole]), return_predecessors=True)
    path = [front]
    while path[-1] != pole:
        path.append(int(before[0, path[-1]]))
    return np.array(path[::-1])


def _tell_banks(
    hemisphere: Hemisphere, path: NDArray[np.int64], nearest: NDArray[np.int64], distance: Array
) -> Array:
    """Side of the path on the sphere: 1 on the dorsal bank, -1 on the ventral one."""
    points = hemisphere.sphere[path]
    across = np.cross(points, np.gradient(points, axis=0))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    padded = np.pad(across, ((2, 2), (0, 0)), mode="edge")
    smooth = np.mean([padded[k : k + len(across)] for k in range(5)], axis=0)
    side = np.einsum("ij,ij->i", hemisphere.sphere - points[nearest], smooth[nearest])
    near = distance < 15  # noqa: PLR2004 - mm; V1 for sure
    height = hemisphere.place[near, 2] - hemisphere.place[path][nearest[near], 2]
    upward = np.corrcoef(side[near], height)[0, 1]
    return np.sign(side) * np.sign(upward)
