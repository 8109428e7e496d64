"""How a limb of two equal parts bends to reach a point."""

from __future__ import annotations

import math

from explorer.demo.paths import Point

TAUT = 1e-3  # a limb is never quite straight, so that its joint stays on one side


def bend_limb(start: Point, end: Point, part: float, side: float) -> tuple[Point, Point]:
    """Where the joint and the end of a limb lie.

    Parameters
    ----------
    start, end : from where it starts to where it should end; nearer if that is out of reach
    part : length of each of its two parts
    side : to which side the joint bends, and how far: 1 fully to the left of the way, -1 right
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    distance = math.hypot(dx, dy)
    if distance == 0.0:
        return (start[0], start[1] + part), end
    u, v = dx / distance, dy / distance
    distance = min(distance, 2 * part - TAUT)
    height = math.sqrt(max(part**2 - distance**2 / 4, 0.0)) * side
    joint = (
        start[0] + u * distance / 2 - v * height,
        start[1] + v * distance / 2 + u * height,
    )
    return joint, (start[0] + u * distance, start[1] + v * distance)
