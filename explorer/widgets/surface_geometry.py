"""The cortex as the canvas draws it: packed shapes, borders between regions, ranges, palettes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

SHAPES = ("white", "pial", "inflated", "flat")  # in the order in which they turn into one another
VERSION = 1
_STEP = 0.01  # mm between neighbouring packed coordinates; 16 bits then reach ± 327 mm
_SULC_STEP = 1 / 60  # of the file's unit; sulcal depth is a shade only
_SHORT = 2**16  # vertices that two bytes can number


class Surface(Protocol):
    """What is asked of a mesh: left hemisphere first, the right one's indices follow.

    ``coordinates`` maps a shape to (n, 3) mm, NaN where the flat map lacks a vertex; ``faces``
    and ``flat_faces`` are (m, 3); ``sulc`` is (n,).
    """

    @property
    def coordinates(self) -> dict[str, np.ndarray]: ...  # noqa: D102
    @property
    def faces(self) -> np.ndarray: ...  # noqa: D102
    @property
    def flat_faces(self) -> np.ndarray: ...  # noqa: D102
    @property
    def sulc(self) -> np.ndarray: ...  # noqa: D102


@dataclass(frozen=True)
class Geometry:
    """A mesh ready to be sent, and its arrays for what the server draws or finds itself."""

    packed: bytes
    coordinates: dict[str, np.ndarray]  # shape to (n, 3) float32 in mm; flat stands upright
    faces: np.ndarray  # (m, 3) int32
    sulc: np.ndarray  # (n,) float32
    n_left: int  # vertices of the left hemisphere, which come first

    @property
    def n_vertices(self) -> int:
        """Vertices of both hemispheres."""
        return len(self.sulc)


def build_geometry(mesh: Surface) -> Geometry:
    """Pack a mesh for the canvas; once per process, for the bytes are shared by all sessions.

    The flat maps are turned in their plane, and stood up, so that each lies as its hemisphere
    does when seen from the side.

    Raises
    ------
    ValueError
        if the hemispheres differ in size or the flat map has triangles that the mesh lacks
    """
    n = len(mesh.sulc)
    n_left = n // 2
    coordinates = {k: np.asarray(mesh.coordinates[k], np.float32) for k in SHAPES[:3]}
    faces, counts = _ordered_faces(np.asarray(mesh.faces), np.asarray(mesh.flat_faces), n_left)
    flat = np.full((n, 3), np.nan, np.float32)
    for side, first in enumerate((0, n_left)):
        part = slice(first, first + n_left)
        own = np.asarray(mesh.coordinates["flat"])[part]
        flat[part] = _stand_up(own, coordinates["inflated"][part], side)
    coordinates["flat"] = flat
    faces = _outward(faces, coordinates["inflated"], n_left)
    kind = np.uint16 if n <= _SHORT else np.uint32
    head = np.array([VERSION, n, n_left, *counts, np.dtype(kind).itemsize], np.int32)
    blocks = [head, *(_shortened(coordinates[k]) for k in SHAPES)]
    sulc = np.asarray(mesh.sulc, np.float32)
    blocks.append(np.clip(np.rint(sulc / _SULC_STEP), -127, 127).astype(np.int8))
    blocks.append(faces.astype(kind))
    packed = b"".join(_padded(b.tobytes()) for b in blocks)
    for array in (*coordinates.values(), faces, sulc):
        array.flags.writeable = False
    return Geometry(packed, coordinates, faces, sulc, n_left)


def find_borders(faces: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Pieces of border between regions, from the edges whose ends differ in label.

    A triangle with two labels has one piece, from the middle of one crossing edge to that of the
    other; a triangle with three has three pieces, from its middle to those of its edges.

    Parameters
    ----------
    faces : (m, 3), triangles
    labels : (n,), region of each vertex, -1 where there is none

    Returns
    -------
    (k, 9) int32: vertices a, b, c around each of two ends (c is -1 in the middle of an edge), then
    the regions on both sides, then the triangle; in the order of ``faces``
    """
    corner = np.asarray(labels)[faces]  # (m, 3)
    crossing = corner != np.roll(corner, -1, axis=1)  # edge k runs from corner k to k + 1
    count = crossing.sum(axis=1)
    edges = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], axis=2), axis=2)  # (m, 3, 2)
    pieces: list[np.ndarray] = []
    for same in range(3):  # the edge that does not cross
        mine = (count == 2) & ~crossing[:, same]  # noqa: PLR2004 - two edges of three
        first, second = (same + 1) % 3, (same + 2) % 3
        ends = [_with_gap(edges[mine, first]), _with_gap(edges[mine, second])]
        regions = corner[mine][:, [first, second]]
        pieces.append(np.column_stack([*ends, regions, np.flatnonzero(mine)]))
    mine = count == 3  # noqa: PLR2004 - all edges
    middle = np.sort(faces[mine], axis=1)
    for edge in range(3):
        regions = corner[mine][:, [edge, (edge + 1) % 3]]
        ends = [middle, _with_gap(edges[mine, edge])]
        pieces.append(np.column_stack([*ends, regions, np.flatnonzero(mine)]))
    found = np.concatenate(pieces)
    return found[np.argsort(found[:, -1], kind="stable")].astype(np.int32)


def robust_range(
    values: np.ndarray, *, symmetric: bool = False, low: float = 2, high: float = 98
) -> tuple[float, float]:
    """Percentiles ``low`` and ``high`` of the finite values, or the same distance on both sides
    of 0; (0, 1) where there are none.
    """  # noqa: D205
    finite = np.asarray(values, float)[np.isfinite(values)]
    if not finite.size:
        return (-1.0, 1.0) if symmetric else (0.0, 1.0)
    if symmetric:
        bound = float(np.percentile(np.abs(finite), high)) or 1.0
        return -bound, bound
    least, greatest = (float(x) for x in np.percentile(finite, [low, high]))
    return (least, greatest) if greatest > least else (least, least + 1.0)


def palette_bytes(colours: Sequence[str]) -> bytes:
    """256 colours (red, green, blue) from hex strings: as they are, or in equal steps if fewer.

    With k names of categories and values 0 … k - 1, each category gets its own colour.
    """
    at = np.rint(np.linspace(0, len(colours) - 1, 256)).astype(int)
    rgb = [bytes.fromhex(colours[k].removeprefix("#")) for k in at]
    return b"".join(rgb)


def _ordered_faces(
    faces: np.ndarray, flat_faces: np.ndarray, n_left: int
) -> tuple[np.ndarray, list[int]]:
    """Triangles: left those of the flat map, left others, right likewise; and how many of each."""
    n = 2 * n_left
    in_flat = np.isin(_face_keys(faces, n), _face_keys(flat_faces, n))
    if in_flat.sum() != len(flat_faces):
        raise ValueError("the flat map has triangles that the mesh lacks")
    right = faces.min(axis=1) >= n_left
    if np.any(right != (faces.max(axis=1) >= n_left)):
        raise ValueError("a triangle joins both hemispheres, or they differ in size")
    order = np.lexsort((np.arange(len(faces)), ~in_flat, right))
    counts = [
        int(k)
        for side in (~right, right)
        for k in (np.count_nonzero(side & in_flat), np.count_nonzero(side))
    ]
    return np.ascontiguousarray(faces[order], dtype=np.int32), counts


def _outward(faces: np.ndarray, points: np.ndarray, n_left: int) -> np.ndarray:
    """Triangles whose corners run against the clock, seen from outside: the canvas skips others.

    A closed surface that runs the right way encloses a positive volume.
    """
    turned = faces.copy()
    for side in (faces[:, 0] < n_left, faces[:, 0] >= n_left):
        a, b, c = (points[faces[side, k]].astype(float) for k in range(3))
        if np.einsum("ij,ij->", a, np.cross(b, c)) < 0:
            turned[side] = faces[side][:, [0, 2, 1]]
    return turned


def _face_keys(faces: np.ndarray, n: int) -> np.ndarray:
    """One number per triangle, whatever the order of its corners."""
    a, b, c = np.sort(faces, axis=1).astype(np.int64).T
    return (a * n + b) * n + c


def _stand_up(flat: np.ndarray, inflated: np.ndarray, side: int) -> np.ndarray:
    """A flat map turned (not mirrored) to fit the hemisphere's side view: (n, 3) in mm.

    The turn is the orthogonal Procrustes solution in two dimensions (Schönemann 1966).
    """
    known = np.isfinite(flat[:, 0])
    outward = -1.0 if side == 0 else 1.0
    across = inflated[known][:, [1, 2]].astype(float)
    across[:, 0] *= outward  # as seen from that side: right, up
    own = flat[known][:, :2].astype(float)
    own -= own.mean(axis=0)
    across -= across.mean(axis=0)
    u, _, vt = np.linalg.svd(own.T @ across)
    turn = u @ np.diag([1.0, np.sign(np.linalg.det(u @ vt))]) @ vt
    seen = own @ turn
    low, high = seen.min(axis=0), seen.max(axis=0)
    seen -= (low + high) / 2
    standing = np.full(flat.shape, np.nan)
    standing[known] = np.column_stack([np.zeros(len(seen)), seen[:, 0] * outward, seen[:, 1]])
    return standing.astype(np.float32)


def _shortened(coordinates: np.ndarray) -> np.ndarray:
    steps = np.rint(np.nan_to_num(coordinates, nan=0.0) / _STEP)
    if np.abs(steps).max() >= _SHORT // 2:
        raise ValueError("a coordinate lies further than 327 mm from the middle")
    return steps.astype(np.int16)


def _padded(block: bytes) -> bytes:
    return block + b"\0" * (-len(block) % 4)


def _with_gap(edge: np.ndarray) -> np.ndarray:
    return np.column_stack([edge, np.full(len(edge), -1)])
