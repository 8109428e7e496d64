"""The cortex drawn by the server, for browsers that cannot: four views with a map, as PNG."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from explorer.widgets.surface_geometry import Geometry

# Rows of the screen (right, up, towards the viewer) for the left hemisphere; the right one is the
# mirror image. The bottom is seen as if the side view were rolled up.
_VIEWS = {
    "lateral": np.array([[0, -1, 0], [0, 0, 1], [-1, 0, 0]], float),
    "ventral": np.array([[0, -1, 0], [-1, 0, 0], [0, 0, -1]], float),
}
_MARGIN = 7.0  # mm around each view
_LIGHT = np.array([-0.35, 0.55, 0.75]) / np.linalg.norm([-0.35, 0.55, 0.75])
_GREYS = {False: (0.90, 0.71), True: (0.58, 0.39)}  # gyri and sulci, on a light and a dark page


@dataclass(frozen=True)
class Look:
    """How values become colours: as in the canvas."""

    palette: bytes
    low: float
    high: float
    threshold: float | None = None
    symmetric: bool = False
    dark: bool = False


def draw_picture(
    geometry: Geometry, values: np.ndarray, look: Look, width: int, height: int
) -> bytes:
    """Both hemispheres from the side and from below, inflated: PNG with a transparent ground.

    Parameters
    ----------
    geometry : the mesh
    values : (n_vertices,), NaN where there is no value; or empty
    look : the colours
    width, height : of the picture, in pixels
    """
    colours = colour_vertices(geometry, values, look)
    image = np.zeros((height, width, 4), np.uint8)
    for place in find_places(geometry, width, height):
        _draw_view(image, geometry, colours, place)
    file = io.BytesIO()
    Image.fromarray(image, "RGBA").save(file, "PNG")
    return file.getvalue()


@dataclass(frozen=True)
class Place:
    """Where one view stands: pixel = centre + scale * (right, down)."""

    view: str
    side: int  # 0 left, 1 right
    turn: np.ndarray  # (3, 3), rows right, up, towards the viewer
    middle: np.ndarray  # (3,) mm, in the turned frame
    centre: tuple[float, float]  # pixels, from the top left
    scale: float  # pixels per mm

    def project(self, points: np.ndarray) -> np.ndarray:
        """Places in mm to pixels from the left and the top, and mm towards the viewer: (n, 3)."""
        seen = points @ self.turn.T - self.middle
        return np.column_stack(
            [
                self.centre[0] + self.scale * seen[:, 0],
                self.centre[1] - self.scale * seen[:, 1],
                seen[:, 2],
            ]
        )


def find_places(geometry: Geometry, width: int, height: int) -> list[Place]:
    """Where the four views stand: left and right beside one another, the side above the bottom."""
    sizes, middles, turns = {}, {}, {}
    for side in (0, 1):
        part = slice(0, geometry.n_left) if side == 0 else slice(geometry.n_left, None)
        points = geometry.coordinates["inflated"][part]
        for view, own in _VIEWS.items():
            mirror = np.diag([-1.0, 1, 1]) if side else np.eye(3)
            turn = mirror @ own @ mirror
            seen = points @ turn.T
            low, high = seen.min(axis=0), seen.max(axis=0)
            turns[view, side], middles[view, side] = turn, (low + high) / 2
            sizes[view, side] = (high - low)[:2] + _MARGIN
    tall = {view: max(sizes[view, side][1] for side in (0, 1)) for view in _VIEWS}
    wide = 2 * max(size[0] for size in sizes.values())
    scale = min(width / wide, height / sum(tall.values()))
    places, top = [], 0.0
    for view in _VIEWS:
        share = height * tall[view] / sum(tall.values())
        places += [
            Place(
                view,
                side,
                turns[view, side],
                middles[view, side],
                (width * (0.25 + 0.5 * side), top + share / 2),
                scale,
            )
            for side in (0, 1)
        ]
        top += share
    return places


def colour_vertices(geometry: Geometry, values: np.ndarray, look: Look) -> np.ndarray:
    """Colour of each vertex before light falls on it: (n_vertices, 3), 0 … 1."""
    gyrus, sulcus = _GREYS[look.dark]
    deep = np.clip((geometry.sulc + 0.35) / 0.8, 0, 1)
    deep = deep * deep * (3 - 2 * deep)
    ground = np.repeat((gyrus + (sulcus - gyrus) * deep)[:, None], 3, axis=1)
    if not len(values):
        return ground
    low, high = look.low, look.high
    if look.symmetric:
        high = max(abs(low), abs(high))
        low = -high
    palette = np.frombuffer(look.palette, np.uint8).reshape(256, 3) / 255
    share = (np.nan_to_num(values, nan=low) - low) / max(high - low, 1e-6)
    strength = np.abs(values) if look.symmetric else values
    seen = np.isfinite(values)
    if look.threshold is not None:
        seen &= np.nan_to_num(strength, nan=-np.inf) >= look.threshold
    colours = palette[np.rint(255 * np.clip(share, 0, 1)).astype(int)]
    return np.where(seen[:, None], colours * (1 - 0.07 * deep[:, None]), ground)


def _draw_view(image: np.ndarray, geometry: Geometry, colours: np.ndarray, place: Place) -> None:
    """Paint one view: triangles as dense points, the nearest of each pixel seen."""
    height, width = image.shape[:2]
    faces = geometry.faces
    own = faces[(faces[:, 0] >= geometry.n_left) == bool(place.side)]
    points = place.project(geometry.coordinates["inflated"])
    corners = points[own]  # (m, 3, 3)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    # pixels count downwards, so that triangles turned towards the viewer run the other way
    front = across[:, 2] < 0
    own, corners = own[front], corners[front]
    light = _shade(geometry, place)
    lit = np.clip(colours * light[:, None], 0, 1)
    edge = np.abs(np.diff(corners[:, [0, 1, 2, 0], :2], axis=1)).max(initial=1.0)
    weights = _weights(int(np.ceil(edge * 1.25)) + 1)  # (w, 3)
    depth = np.full(height * width, -np.inf)
    flat = image.reshape(-1, 4)
    for weight in weights:
        at = np.tensordot(corners, weight, (1, 0))  # (m, 3)
        column, row = np.floor(at[:, 0]).astype(int), np.floor(at[:, 1]).astype(int)
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        pixel = row[inside] * width + column[inside]
        z = at[inside, 2]
        np.maximum.at(depth, pixel, z)
        nearest = z >= depth[pixel]
        mixed = np.tensordot(lit[own[inside][nearest]], weight, (1, 0))
        flat[pixel[nearest], :3] = np.rint(255 * mixed)
        flat[pixel[nearest], 3] = 255


def _shade(geometry: Geometry, place: Place) -> np.ndarray:
    """Light on each vertex, from the mean of the triangles around it: (n_vertices,)."""
    points = geometry.coordinates["inflated"] @ place.turn.T
    a, b, c = (points[geometry.faces[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, geometry.faces[:, k], across)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12
    light = 0.5 + 0.5 * normals @ _LIGHT
    return 0.70 + 0.32 * light


def _weights(n: int) -> np.ndarray:
    """Places within a triangle, ``n`` along each edge: (n * (n + 1) / 2, 3)."""
    steps = [(i, j, n - 1 - i - j) for i in range(n) for j in range(n - i)]
    return np.array(steps, float) / max(1, n - 1)
