"""The poses of people, by name."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.demo.paths import Point


@dataclass(frozen=True)
class Pose:
    """Where hands, feet and hip are, in the person's own frame; see ``draw_person``."""

    hands: tuple[Point, Point] = ((-0.15, -0.42), (0.15, -0.42))
    feet: tuple[Point, Point] = ((-0.06, 0.0), (0.07, 0.0))
    hip: Point | None = None
    lean: float = 0.0


POSES: dict[str, Pose] = {
    "stand": Pose(),
    "walk": Pose(((0.13, -0.45), (-0.14, -0.45)), ((-0.16, -0.02), (0.15, 0.0)), lean=0.01),
    "run": Pose(((0.2, -0.62), (-0.18, -0.5)), ((-0.27, -0.14), (0.2, -0.02)), lean=0.05),
    "hold": Pose(((0.19, -0.57), (0.23, -0.57))),
    "wave": Pose(((-0.15, -0.42), (0.25, -0.98))),
    "reach": Pose(((-0.13, -0.42), (0.3, -0.62))),
    "cheer": Pose(((-0.24, -0.98), (0.25, -0.98))),
    "sit": Pose(((0.2, -0.38), (0.23, -0.38)), ((0.24, 0.0), (0.29, 0.0)), (0.0, -0.27)),
    "ride": Pose(((0.22, -0.5), (0.26, -0.5)), ((0.06, -0.06), (0.1, -0.02)), (0.0, -0.42)),
    "crouch": Pose(((-0.3, -0.62), (0.3, -0.6)), ((-0.17, 0.0), (0.17, 0.0)), (-0.03, -0.33), 0.1),
    "ski": Pose(((0.25, -0.5), (0.3, -0.52)), ((-0.08, -0.01), (0.1, 0.02)), (-0.04, -0.36), 0.1),
}  # fmt: skip
