"""The scalp from above: where channels lie, how values between them are drawn, the outline."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.spatial.distance import cdist

SIDE = 176  # pixels on a side: more than the screen shows of a panel's map would be wasted
REACH = 0.45  # radii of the head; nothing is painted further than that from all channels
EDGE = 1.14  # how far out the map goes; electrodes below the ears lie outside the outline
LEVELS = 254  # the highest index of a colour
CLEAR = 255  # the index of no colour

# Rows of the 10-10 system: degrees from the top to the front on the midline, and degrees from the
# front on the ring around the head; 0 where a row has no end on the ring.
_ROWS = {
    "FP": (90, 18), "AF": (67.5, 36), "F": (45, 54), "FC": (22.5, 72), "C": (0, 90),
    "CP": (-22.5, 108), "P": (-45, 126), "PO": (-67.5, 144), "O": (-90, 162), "I": (-112.5, 0),
}  # fmt: skip
_SAME_ROW = {"T": "C", "FT": "FC", "TP": "CP"}
_OLD_NAMES = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"}
_OUTER = 4  # steps from the midline to the ring
_FEWEST_FOR_SPHERE = 10  # fewer places do not fix a sphere


@dataclass(frozen=True)
class ScalpGrid:
    """How to draw a map of the scalp from one value per channel.

    Attributes
    ----------
    weights : (n_painted, n_channels) float32, from channels to painted pixels
    painted : (``SIDE``, ``SIDE``) bool, which pixels are painted; the first row is the lowest
    """

    weights: np.ndarray
    painted: np.ndarray


def place_channels(names: tuple[str, ...], positions: np.ndarray | None) -> np.ndarray:
    """Where channels lie on the disc of the head: (n_channels, 2), nose up, 1 at the ears' height.

    Places are projected from a sphere fitted to ``positions`` with distance to the top kept
    (azimuthal equidistant), as maps of EEG are drawn. Channels without one go by their name.

    Parameters
    ----------
    names : as in the 10-10 system, for those whose place is not known
    positions : (n_channels, 3), right, front, up, in any unit; None if nothing is known

    Returns
    -------
    places : (n_channels, 2); NaN for a channel of which nothing is known
    """
    named = np.array([_named_place(n) for n in names]).reshape(-1, 3)
    places = _project(named)
    if positions is None:
        return places
    known = np.isfinite(positions).all(1)
    if known.sum() < _FEWEST_FOR_SPHERE and np.isfinite(places[known]).all():
        return places
    if not known.any():
        return places
    found = positions[known].astype(float)
    if len(found) >= _FEWEST_FOR_SPHERE:
        # |p|^2 = 2 p.c + (r^2 - |c|^2) is linear in the centre c
        design = np.column_stack([2 * found, np.ones(len(found))])
        found = found - np.linalg.lstsq(design, (found**2).sum(1), rcond=None)[0][:3]
    places[known] = _project(found)
    return places


def scalp_grid(places: np.ndarray) -> ScalpGrid:
    """Weights of a thin-plate spline through channels at ``places`` (n_channels, 2), all finite.

    Channels on one line, or fewer than four, are interpolated linearly with distance instead.
    """
    axis = (np.arange(SIDE) + 0.5) / SIDE * 2 - 1
    x, y = np.meshgrid(axis * EDGE, axis * EDGE)
    pixels = np.column_stack([x.ravel(), y.ravel()])
    near = cdist(pixels, places).min(1) <= REACH
    painted = (np.hypot(*pixels.T) <= EDGE) & near
    flat = np.linalg.matrix_rank(places - places.mean(0), tol=1e-3) < 2  # noqa: PLR2004 - a plane
    each = np.eye(len(places))
    if flat or len(places) < 4:  # noqa: PLR2004 - a spline bends over a plane, which three points fix
        weights = RBFInterpolator(places, each, kernel="linear")(pixels[painted])
    else:
        weights = RBFInterpolator(places, each, kernel="thin_plate_spline")(pixels[painted])
    return ScalpGrid(weights.astype(np.float32), painted.reshape(SIDE, SIDE))


def draw_scalp(grid: ScalpGrid, values: np.ndarray, high: float) -> np.ndarray:
    """Colours of a map: values (n_channels,) from -high to high as indices of ``theme.DIVERGING``.

    Returns
    -------
    image : (``SIDE``, ``SIDE``) uint8, 0 to ``LEVELS``, ``CLEAR`` where nothing is painted
    """
    image = np.full(grid.painted.shape, CLEAR, np.uint8)
    between = grid.weights @ np.nan_to_num(values).astype(np.float32)
    share = np.clip(between / (high or 1.0), -1, 1)
    image[grid.painted] = np.round((share + 1) / 2 * LEVELS).astype(np.uint8)
    return image


def outline() -> tuple[list[list[float]], list[list[float]]]:
    """Head, nose and ears as lines: their x, and their y."""
    turn = np.linspace(0, 2 * np.pi, 121)
    ear_x = np.array([0.0, 0.055, 0.085, 0.09, 0.075, 0.085, 0.06, 0.02, 0.0]) + 0.985
    ear_y = np.array([0.17, 0.185, 0.14, 0.06, 0.0, -0.09, -0.16, -0.17, -0.13])
    nose_x, nose_y = (
        np.array([-0.14, -0.04, 0.0, 0.04, 0.14]),
        np.array([0.99, 1.11, 1.13, 1.11, 0.99]),
    )
    xs = [np.cos(turn), nose_x, ear_x, -ear_x]
    ys = [np.sin(turn), nose_y, ear_y, ear_y]
    return [x.tolist() for x in xs], [y.tolist() for y in ys]


def robust_high(values: np.ndarray, percent: float = 99.8) -> float:
    """The magnitude that colours reach: over all channels and times, so that they never flicker."""
    finite = np.abs(values[np.isfinite(values)])
    return float(np.percentile(finite, percent)) or 1.0 if finite.size else 1.0


@functools.cache
def _named_place(name: str) -> tuple[float, float, float]:
    """Place of a channel of the 10-10 system on a unit sphere (Oostenveld & Praamstra 2001).

    Rows run over the head on arcs from the midline to the ring around it, in equal steps.
    """
    name = _OLD_NAMES.get(name.strip().upper(), name.strip().upper())
    letters = name.rstrip("0123456789Z")
    row, number = _SAME_ROW.get(letters, letters), name[len(letters) :]
    if row not in _ROWS or not (number == "Z" or number.isdecimal()):
        return (np.nan, np.nan, np.nan)
    middle, around = np.deg2rad(_ROWS[row])
    top = np.array([0.0, np.sin(middle), np.cos(middle)])
    if number == "Z":
        return _triple(top)
    step = (int(number) + 1) // 2  # 1 beside the midline, 4 on the ring, 5 below it
    if not around or not 1 <= step <= _OUTER + 1:
        return (np.nan, np.nan, np.nan)
    side = np.array([np.sin(around), np.cos(around), 0.0])
    if step > _OUTER:
        point = side - [0.0, 0.0, np.tan(np.pi / 8)]
    else:
        angle = np.arccos(top @ side)
        share = 1.0 if row in ("FP", "O") else step / _OUTER
        point = (np.sin((1 - share) * angle) * top + np.sin(share * angle) * side) / np.sin(angle)
    return _triple(point * [1 if int(number) % 2 == 0 else -1, 1, 1])


def _triple(point: np.ndarray) -> tuple[float, float, float]:
    x, y, z = point.tolist()
    return (x, y, z)


def _project(points: np.ndarray) -> np.ndarray:
    """Azimuthal equidistant: (n, 3) about the centre of the head to (n, 2), 1 at 90 degrees."""
    x, y, z = points.T
    beside = np.hypot(x, y)
    distance = np.arctan2(beside, z) / (np.pi / 2)
    scale = distance / np.where(beside > 0, beside, 1)
    return np.column_stack([x * scale, y * scale])
