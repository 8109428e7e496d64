"""Which targets lie around each centre of a searchlight: on a mesh or in a volume."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numba
import numpy as np
import torch
from scipy.sparse import coo_array
from torch import Tensor

from explorer.engine.batches import column_batches

_Batch = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Neighbourhoods:
    """The members of the sphere around each centre, one sphere after another.

    Attributes
    ----------
    start : (n_centres + 1,), int64, where in ``members`` each sphere begins; the last is the end
    members : (n_members,), int32, indices of targets; nearest first on a mesh
    """

    start: Tensor
    members: Tensor

    @property
    def sizes(self) -> Tensor:
        """Members of each sphere: (n_centres,), int64."""
        return self.start.diff()

    def keep(self, kept: Tensor) -> Neighbourhoods:
        """The same spheres without some targets.

        Parameters
        ----------
        kept : (n_targets,), booleans
        """
        stays = kept[self.members.long()]
        before = torch.cat([stays.new_zeros(1, dtype=torch.int64), stays.cumsum(0)])
        return Neighbourhoods(before[self.start], self.members[stays])

    def batches(self, row_bytes: int, sphere_bytes: int, budget: int) -> Iterator[_Batch]:
        """Spheres of one size after another, as many at a time as fit ``budget``, or one.

        Parameters
        ----------
        row_bytes : of temporaries for each member of a sphere
        sphere_bytes : of temporaries for each sphere beside that
        budget : bytes

        Yields
        ------
        centres : (n_chosen,), int64, indices of centres; empty spheres are left out
        members : (n_chosen, size), int64, indices of targets
        """
        sizes = self.sizes
        for size in filter(None, torch.unique(sizes).tolist()):
            centres = (sizes == size).nonzero()[:, 0]
            steps = torch.arange(size, device=centres.device)
            n = max(1, budget // (size * row_bytes + sphere_bytes))
            for chosen in centres.split(n):
                yield chosen, self.members[self.start[chosen][:, None] + steps].long()

    def to(self, device: torch.device) -> Neighbourhoods:
        """The same on another device."""
        return Neighbourhoods(self.start.to(device), self.members.to(device))


def surface_neighbourhoods(
    coordinates: Tensor,
    faces: Tensor,
    *,
    k: int | None = None,
    radius: float | None = None,
    valid: Tensor | None = None,
) -> Neighbourhoods:
    """Spheres around every vertex of a mesh, by distance along its edges (Dijkstra 1959).

    A path along edges is never shorter than the geodesic, and on a triangulated sphere about a
    tenth longer. Hemispheres that share no edge share no sphere.

    Parameters
    ----------
    coordinates : (n_vertices, 3), mm
    faces : (n_faces, 3), integers, the vertices of each triangle
    k : the k nearest valid vertices, the centre among them; of equally near ones the lower index.
        Fewer where the surface that can be reached has fewer
    radius : instead of k, all valid vertices at most so far, mm
    valid : (n_vertices,), booleans; a vertex that is not (the medial wall) is no member, and has
        an empty sphere, but paths may cross it. None: all are

    Returns
    -------
    neighbourhoods : n_vertices spheres, nearest member first, on the CPU

    Raises
    ------
    ValueError
        if not exactly one of ``k`` and ``radius`` is given, or it is not positive, or the faces
        name vertices that are not there
    """
    given = [size for size in (k, radius) if size is not None]
    if len(given) != 1 or not given[0] > 0:
        raise ValueError(
            f"k is {k} and radius is {radius}, expected one of them, more than 0. Give the number "
            "of vertices of a sphere or its radius in mm."
        )
    n = len(coordinates)
    if faces.numel() and not 0 <= int(faces.min()) <= int(faces.max()) < n:
        raise ValueError(
            f"faces name vertices {int(faces.min())} to {int(faces.max())}, expected 0 to {n - 1}. "
            "Give the coordinates of all vertices of the mesh."
        )
    points = coordinates.cpu().double().numpy()
    edges = _edges(points, faces.cpu().numpy())
    usable = np.ones(n, bool) if valid is None else valid.cpu().numpy().astype(bool)
    most = n if k is None else min(k, n)
    parts, counts = [], np.zeros(n, np.int64)
    # blocks, so that what is reserved for members stays small where a radius sets no number
    for block in column_batches(n, 4 * most):
        members, found = _grow_all(
            edges, usable, (block.start, block.stop), most, math.inf if radius is None else radius
        )
        counts[block] = found
        parts.append(members[np.arange(most) < found[:, None]])
    start = np.concatenate([[0], counts.cumsum()])
    return Neighbourhoods(torch.from_numpy(start), torch.from_numpy(np.concatenate(parts)))


def volume_neighbourhoods(
    mask: Tensor, radius: float, *, size: tuple[float, float, float] = (1, 1, 1), share: float = 0.5
) -> tuple[Neighbourhoods, Tensor]:
    """Spheres in a volume: what of the mask lies nearer than ``radius`` to a centre in the mask.

    As in Doerig et al. 2025: nearer than 6 steps of the grid, strictly (895 places if all are in
    the mask), and at least half of the full sphere in the mask.

    Parameters
    ----------
    mask : (n_x, n_y, n_z), booleans
    radius : in the unit of ``size``: mm, or steps of the grid where ``size`` is left out
    size : distance between neighbours along each axis
    share : of the full sphere that must be in the mask, 0 to 1; what lies outside the volume is
        not in the mask

    Returns
    -------
    neighbourhoods : one sphere per centre; members count the places in the mask, in the order of
        ``mask.flatten()``, as responses ``[:, mask.flatten()]`` have them
    centres : (n_centres,), int64, likewise

    Raises
    ------
    ValueError
        if the mask is not a volume, or the radius or a size is not positive
    """
    if mask.ndim != 3 or radius <= 0 or min(size) <= 0:  # noqa: PLR2004 - a volume
        raise ValueError(
            f"The mask has shape {tuple(mask.shape)}, radius is {radius} and size {size}, expected "
            "(n_x, n_y, n_z) and lengths above 0."
        )
    inside = mask.cpu().numpy().astype(bool)
    reach = [int(radius / step) for step in size]
    grid = np.stack(np.meshgrid(*(np.arange(-r, r + 1) for r in reach), indexing="ij"), -1)
    offsets = grid.reshape(-1, 3)
    offsets = offsets[((offsets * np.array(size)) ** 2).sum(1) < radius**2]
    number = np.full([n + 2 * r for n, r in zip(inside.shape, reach, strict=True)], -1, np.int32)
    core = tuple(slice(r, r + n) for n, r in zip(inside.shape, reach, strict=True))
    number[core][inside] = np.arange(inside.sum(), dtype=np.int32)
    steps = offsets @ (np.array(number.strides) // number.itemsize)
    flat, places = number.ravel(), np.flatnonzero(number.ravel() >= 0)
    parts, sizes, centres = [np.empty(0, np.int32)], [np.zeros(0, int)], [np.zeros(0, int)]
    for block in column_batches(len(places), 16 * len(offsets)):
        around = flat[places[block, None] + steps]  # (n_block, n_offsets)
        count = (around >= 0).sum(1)
        enough = count >= share * len(offsets)
        around = around[enough]
        parts.append(around[around >= 0])
        sizes.append(count[enough])
        centres.append(block.start + np.flatnonzero(enough))
    start = np.concatenate([[0], np.concatenate(sizes).cumsum()])
    neighbourhoods = Neighbourhoods(
        torch.from_numpy(start), torch.from_numpy(np.concatenate(parts))
    )
    return neighbourhoods, torch.from_numpy(np.concatenate(centres))


def _edges(points: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both directions of every edge with its length, as the arrays of a CSR matrix."""
    a, b = faces.astype(np.int64), np.roll(faces, 1, 1).astype(np.int64)
    rows, columns = np.concatenate([a, b]).ravel(), np.concatenate([b, a]).ravel()
    there = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(points),) * 2).tocsr()
    there.sum_duplicates()
    rows = np.repeat(np.arange(len(points)), np.diff(there.indptr))
    length = np.linalg.norm(points[rows] - points[there.indices], axis=1)
    return there.indptr.astype(np.int64), there.indices.astype(np.int32), length


@numba.njit(nogil=True)
def _grow_all(edges, usable, block, most, radius):  # type: ignore[no-untyped-def]  # compiled
    """Nearest usable vertices of each centre of ``block``: (n, most) members and how many."""
    first, to, length = edges
    n_vertices = len(usable)
    members = np.empty((block[1] - block[0], most), np.int32)
    found = np.zeros(block[1] - block[0], np.int64)
    distance = np.full(n_vertices, np.inf)
    touched = np.empty(n_vertices, np.int32)
    for row in range(len(found)):
        centre = block[0] + row
        if not usable[centre]:
            continue
        distance[centre] = 0.0
        touched[0] = centre
        n_touched = 1
        heap = [(0.0, centre)]
        while len(heap) > 0 and found[row] < most:
            here, vertex = heapq.heappop(heap)
            if here > distance[vertex]:
                continue
            if usable[vertex]:
                members[row, found[row]] = vertex
                found[row] += 1
            for e in range(first[vertex], first[vertex + 1]):
                neighbour, there = np.int64(to[e]), here + length[e]
                if there <= radius and there < distance[neighbour]:
                    if distance[neighbour] == np.inf:
                        touched[n_touched] = neighbour
                        n_touched += 1
                    distance[neighbour] = there
                    heapq.heappush(heap, (there, neighbour))
        for t in range(n_touched):
            distance[touched[t]] = np.inf
    return members, found
