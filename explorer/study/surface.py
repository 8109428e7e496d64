"""Meshes of the cortex: which one a number of vertices means, and where its hemispheres part."""

from __future__ import annotations

import numpy as np

from explorer.errors import StudyError

# Vertices of both hemispheres. fsaverage subdivides an icosahedron: 10 * 4**k + 2 per hemisphere
# (Fischl et al. 1999); fsLR as distributed by the Human Connectome Project.
MESHES = {
    "fsaverage3": 2 * 642,
    "fsaverage4": 2 * 2_562,
    "fsaverage5": 2 * 10_242,
    "fsaverage6": 2 * 40_962,
    "fsaverage7": 2 * 163_842,
    "fsLR-32k": 2 * 32_492,
    "fsLR-164k": 2 * 163_842,
}


def find_mesh(n_vertices: int, mesh: str = "") -> str:
    """Name of the mesh with this many vertices; "" if there is none.

    Raises
    ------
    StudyError
        if ``mesh`` is unknown or has another size, or if several meshes have this size
    """
    if mesh:
        if mesh not in MESHES:
            raise StudyError(f"No mesh is called {mesh!r}. There are: {', '.join(MESHES)}.")
        if MESHES[mesh] != n_vertices:
            raise StudyError(
                f"The responses have {n_vertices:,} vertices, but {mesh} has "
                f"{MESHES[mesh]:,} (both hemispheres). {_nearest(n_vertices)}"
            )
        return mesh
    fitting = [name for name, n in MESHES.items() if n == n_vertices]
    if len(fitting) > 1:
        raise StudyError(
            f"{n_vertices:,} vertices may be {' or '.join(fitting)}: say which with --mesh."
        )
    return fitting[0] if fitting else ""


def why_no_mesh(n_targets: int) -> str:
    """Why responses with so many targets cannot be drawn on the cortex, and what would help."""
    return (
        f"{n_targets:,} targets fit no known mesh ({_sizes()}), so there is no map of the "
        "cortex; scores, curves, captions and RDMs work. One hemisphere alone cannot be told "
        "from its number: put left and right side by side, left first."
    )


def hemispheres(mesh: str) -> np.ndarray:
    """Hemisphere of each vertex, "left" first: (n_vertices,)."""
    return np.repeat(["left", "right"], MESHES[mesh] // 2)


def _sizes() -> str:
    return ", ".join(f"{name} {n:,}" for name, n in MESHES.items())


def _nearest(n_vertices: int) -> str:
    halves = [name for name, n in MESHES.items() if n == 2 * n_vertices]
    if halves:
        return f"They are one hemisphere of {halves[0]}: give both, left then right."
    return f"Known meshes: {_sizes()}."
