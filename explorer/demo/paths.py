"""Paths of points: circles, smooth curves and the edges of strokes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

Point = tuple[float, float]

ROUND = 44  # corners of a polygon that stands for an ellipse
SMOOTH = 8  # pieces between two points of a curve
SAME = 1e-6  # points nearer than this are one; far less than a pixel


@lru_cache(64)
def circle(start: float, end: float, n: int = ROUND) -> list[Point]:
    """``n`` points of the unit circle between two angles, degrees clockwise from the right."""
    angles = [math.radians(start + (end - start) * i / (n - 1)) for i in range(n)]
    return [(math.cos(t), math.sin(t)) for t in angles]


def _catmull_rom(t: float) -> tuple[float, float, float, float]:
    """Weights of four points at ``t`` between the middle two (Catmull and Rom 1974)."""
    return (
        0.5 * (2 * t**2 - t - t**3),
        0.5 * (2 - 5 * t**2 + 3 * t**3),
        0.5 * (t + 4 * t**2 - 3 * t**3),
        0.5 * (t**3 - t**2),
    )


_WEIGHTS = [_catmull_rom(i / SMOOTH) for i in range(SMOOTH)]


def smooth(points: Sequence[Sequence[float]]) -> list[Point]:
    """Points of the Catmull-Rom spline from the second to the last but one."""
    path = []
    for (ax, ay), (bx, by), (cx, cy), (dx, dy) in zip(
        points, points[1:], points[2:], points[3:], strict=False
    ):
        for p, q, r, s in _WEIGHTS:
            path.append((p * ax + q * bx + r * cx + s * dx, p * ay + q * by + r * cy + s * dy))
    return path


def distinct(path: list[Point]) -> list[Point]:
    """The path without points that repeat the one before."""
    kept = path[:1]
    for point in path[1:]:
        if math.dist(point, kept[-1]) > SAME:
            kept.append(point)
    return kept


def outline(path: list[Point], radii: list[float]) -> list[Point]:
    """Both edges of a stroke, one polygon, so that a translucent stroke is even."""
    left, right = [], []
    for i, ((x, y), r) in enumerate(zip(path, radii, strict=True)):
        (x0, y0), (x1, y1) = path[max(i - 1, 0)], path[min(i + 1, len(path) - 1)]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        u, v = (y0 - y1) / length * r, (x1 - x0) / length * r
        left.append((x + u, y + v))
        right.append((x - u, y - v))
    return left + right[::-1]
