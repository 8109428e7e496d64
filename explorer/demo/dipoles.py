"""Where the dipoles of simulated EEG lie on the cortex, and which way they point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Vertices = NDArray[np.int64]

# Halves of early visual areas lie on both banks of a fissure and so look at opposite sides.
SPLIT = ("V1", "V2", "V3")


@dataclass(frozen=True)
class Dipole:
    """One dipole, for the vertices that it sums up.

    Attributes
    ----------
    region, hemi : of these vertices
    vertices : (n_vertices,), indices into the mesh
    place : (3,), mm in fsaverage's surface coordinates
    direction : (3,), unit vector, out of the cortex
    """

    region: str
    hemi: str
    vertices: Vertices
    place: Array
    direction: Array


def vertex_normals(place: Array, faces: NDArray[np.int32]) -> Array:
    """Unit vectors out of the cortex: (vertex, 3); each face counts by its area."""
    a, b, c = (place[faces[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    normal = np.zeros_like(place)
    for corner in faces.T:
        np.add.at(normal, corner, across)
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


def place_dipoles(
    place: Array,
    normal: Array,
    regions: Mapping[tuple[str, str], Vertices],
    angle: Array,
) -> list[Dipole]:
    """One dipole for each region of each hemisphere, two for each of ``SPLIT``.

    A dipole lies at the vertex nearest to the middle of its vertices and points as they do on
    average.

    Parameters
    ----------
    place, normal : (vertex, 3), mm and unit vectors
    regions : vertices by (hemisphere, region); empty ones get no dipole
    angle : (vertex,), degrees from the upper vertical meridian, in ``SPLIT``: below 90 is ventral
    """
    found = []
    for (hemi, region), vertices in regions.items():
        upper = angle[vertices] < 90  # noqa: PLR2004 - the horizontal meridian
        parts = [vertices[upper], vertices[~upper]] if region in SPLIT else [vertices]
        for part in parts:
            if not len(part):
                continue
            off = np.linalg.norm(place[part] - place[part].mean(0), axis=1)
            mean = normal[part].mean(0)
            found.append(
                Dipole(region, hemi, part, place[part[off.argmin()]], mean / np.linalg.norm(mean))
            )
    return found
