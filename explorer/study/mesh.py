"""Shapes of the cortex: coordinates, faces and folds of both hemispheres of a named mesh."""

from __future__ import annotations

import functools
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from scipy.spatial import ConvexHull

from explorer.errors import StudyError
from explorer.study.surface import MESHES

SHAPES = ("white", "pial", "inflated", "sphere", "flat")
_FINE = "fsaverage5"  # comes with nilearn
_COARSE = ("fsaverage3", "fsaverage4")  # the first vertices of every finer fsaverage
_FILES = {
    "white": "white", "pial": "pial", "inflated": "infl", "sphere": "sphere", "flat": "flat",
}  # fmt: skip
_LONGEST = 3.0  # median edges; a longer edge of a coarse flat map spans one of its cuts


@dataclass(frozen=True)
class Mesh:
    """A mesh of both hemispheres, left first; indices of the right one follow.

    Attributes
    ----------
    name : as in ``surface.MESHES``
    coordinates : shape to (n_vertices, 3) float32, mm; NaN where the flat map lacks a vertex
    faces : (n_faces, 3) int32, counter-clockwise from outside
    flat_faces : (n_flat_faces, 3) int32, those that the flat map keeps
    sulc : (n_vertices,) float32, sulcal depth, positive in sulci
    curv : (n_vertices,) float32, 1/mm, positive in sulci
    area : (n_vertices,) float32, mm² of the middle of the grey matter
    """

    name: str
    coordinates: dict[str, np.ndarray]
    faces: np.ndarray
    flat_faces: np.ndarray
    sulc: np.ndarray
    curv: np.ndarray
    area: np.ndarray

    @property
    def n_left(self) -> int:
        """Vertices of the left hemisphere."""
        return len(self.sulc) // 2

    @property
    def middle(self) -> np.ndarray:
        """Middle of the grey matter, between white and pial: (n_vertices, 3) float32, mm."""
        return (self.coordinates["white"] + self.coordinates["pial"]) / 2


@functools.cache
def read_mesh(name: str) -> Mesh:
    """Read a mesh; its arrays are shared and cannot be changed.

    Raises
    ------
    StudyError
        if no mesh has this name, or its shape is not at hand
    """
    if name not in MESHES:
        raise StudyError(f"No mesh is called {name!r}. There are: {', '.join(MESHES)}.")
    if name not in (_FINE, *_COARSE):
        raise StudyError(
            f"The shape of {name} is not at hand, so maps on it cannot be drawn; shapes of "
            f"{', '.join((*_COARSE, _FINE))} are. Resample the responses to one of these."
        )
    folder = _folder()
    halves = [_read_half(folder, side) for side in ("left", "right")]
    if name in _COARSE:
        halves = [_coarsen(half, MESHES[name] // 2) for half in halves]
    mesh = _join(name, halves)
    for array in (*mesh.coordinates.values(), mesh.faces, mesh.flat_faces, mesh.sulc, mesh.curv):
        array.flags.writeable = False
    return mesh


@dataclass(frozen=True)
class _Half:
    coordinates: dict[str, np.ndarray]
    faces: np.ndarray
    flat_faces: np.ndarray
    sulc: np.ndarray
    curv: np.ndarray


def _folder() -> Path:
    """Where nilearn keeps its meshes; nilearn itself, slow to import, is not loaded."""
    found = importlib.util.find_spec("nilearn")
    folder = Path(found.origin).parent / "datasets/data" / _FINE if found and found.origin else None
    if folder is None or not folder.is_dir():
        raise StudyError(
            f"The shapes of {_FINE} are missing; they come with nilearn 0.14. Install the tested "
            "version: `python -m pip install -c assets/constraints.txt -e .`."
        )
    return folder


def _read_half(folder: Path, side: str) -> _Half:
    arrays = {k: _arrays(folder / f"{f}_{side}.gii.gz") for k, f in _FILES.items()}
    coordinates = {k: np.asarray(a[0], np.float32) for k, a in arrays.items()}
    flat_faces = np.asarray(arrays["flat"][1], np.int32)
    coordinates["flat"] = _only_used(coordinates["flat"], flat_faces)
    sulc, curv = (
        np.asarray(_arrays(folder / f"{f}_{side}.gii.gz")[0], np.float32) for f in ("sulc", "curv")
    )
    return _Half(coordinates, np.asarray(arrays["white"][1], np.int32), flat_faces, sulc, curv)


def _arrays(file: Path) -> list[np.ndarray]:
    image: Any = nibabel.load(file)  # its type depends on the file
    return [a.data for a in image.darrays]


def _coarsen(half: _Half, n: int) -> _Half:
    """The first ``n`` vertices, joined as neighbours on the sphere are."""
    coordinates = {k: v[:n] for k, v in half.coordinates.items()}
    faces = _hull(coordinates["sphere"])
    flat_faces = _drop_long(coordinates["flat"], faces)
    coordinates["flat"] = _only_used(coordinates["flat"], flat_faces)
    return _Half(coordinates, faces, flat_faces, half.sulc[:n], half.curv[:n])


def _hull(sphere: np.ndarray) -> np.ndarray:
    """Triangles of points on a sphere, counter-clockwise from outside: (n_faces, 3)."""
    faces = ConvexHull(sphere.astype(float)).simplices.astype(np.int32)
    a, b, c = (sphere[faces[:, k]] for k in range(3))
    inward = np.einsum("ij,ij->i", np.cross(b - a, c - a), a + b + c) < 0
    faces[inward] = faces[inward][:, ::-1]
    return faces


def _drop_long(flat: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Faces whose vertices the flat map has, without those that span one of its cuts."""
    edges = np.linalg.norm(flat[faces] - flat[np.roll(faces, 1, 1)], axis=2)
    limit = _LONGEST * np.nanmedian(edges)
    return faces[(np.nan_to_num(edges, nan=np.inf) < limit).all(1)]


def _only_used(flat: np.ndarray, faces: np.ndarray) -> np.ndarray:
    used = np.zeros(len(flat), bool)
    used[faces.ravel()] = True
    return np.where(used[:, None], flat, np.nan).astype(np.float32)


def _join(name: str, halves: list[_Half]) -> Mesh:
    left, right = halves
    n = len(left.sulc)
    coordinates = {k: np.concatenate([left.coordinates[k], right.coordinates[k]]) for k in SHAPES}
    faces = np.concatenate([left.faces, right.faces + n])
    middle = (coordinates["white"] + coordinates["pial"]) / 2
    a, b, c = (middle[faces[:, k]] for k in range(3))
    size = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    area = np.bincount(faces.ravel(), np.repeat(size / 3, 3), minlength=2 * n).astype(np.float32)
    area.flags.writeable = False
    return Mesh(
        name,
        coordinates,
        faces,
        np.concatenate([left.flat_faces, right.flat_faces + n]),
        np.concatenate([left.sulc, right.sulc]),
        np.concatenate([left.curv, right.curv]),
        area,
    )
