"""Trees, bushes and clouds."""

from __future__ import annotations

import math

from explorer.demo.canvas import Canvas, drawn
from explorer.demo.colours import Colour, darker, hex_colour, lighter, mix, with_alpha
from explorer.demo.paths import Point

LEAF = hex_colour("5d9a4e")
BARK = hex_colour("7a5436")
NIGHT_GREEN = (20, 50, 40)
CROWN = (  # of a round tree: x, y, radius and shade of each ball of leaves
    (-0.17, -0.56, 0.19, 0.84),
    (0.18, -0.58, 0.2, 0.82),
    (-0.02, -0.56, 0.22, 0.88),
    (0.1, -0.74, 0.19, 0.93),
    (-0.09, -0.72, 0.2, 0.97),
    (0.0, -0.8, 0.17, 1.02),
)
FRONDS = (-2.75, 2.85, -2.15, -0.05, -1.5, 0.4, -0.75)  # directions, radians


@drawn
def draw_tree(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    kind: str = "round",
    colour: Colour = LEAF,
) -> None:
    """Draw a tree of height ``size`` at ``(x, y)``: "round", "pine" or "palm"."""
    canvas.shadow(x + size * 0.03, y, size * 0.3, size * 0.05, 45)
    draw = {"pine": _draw_pine, "palm": _draw_palm}.get(kind, _draw_round)
    with canvas.push(x, y, size):
        draw(canvas, colour)


def _draw_round(canvas: Canvas, colour: Colour) -> None:
    canvas.line([(0, 0), (0, -0.5)], 0.09, BARK, 0.06)
    canvas.line([(0.02, 0), (0.02, -0.45)], 0.03, with_alpha(darker(BARK, 0.6), 90))
    canvas.line([(0, -0.34), (0.14, -0.52)], 0.04, BARK)
    canvas.line([(0, -0.3), (-0.12, -0.46)], 0.035, BARK)
    for x, y, radius, shade in CROWN:
        canvas.ellipse(x, y, radius, radius * 0.92, darker(colour, min(shade, 1.0)))
    for x, y, radius in ((-0.1, -0.8, 0.1), (0.08, -0.68, 0.07), (-0.2, -0.62, 0.07)):
        canvas.ellipse(x, y, radius, radius * 0.75, with_alpha(lighter(colour, 0.4), 85))


def _draw_pine(canvas: Canvas, colour: Colour) -> None:
    canvas.rect(-0.04, -0.16, 0.04, 0, hex_colour("6e4b30"))
    for tier in range(3):
        base, half = -0.12 - 0.24 * tier, 0.3 - 0.07 * tier
        green = mix(colour, NIGHT_GREEN, 0.12 * (2 - tier))
        top = base - 0.4
        skirt = [(half * s, base + (0.025 if i % 2 else -0.01)) for i, s in enumerate(_STEPS)]
        canvas.polygon([(0, top), *skirt], green)
        shaded = [(0, top), (half, base - 0.01), (half * 0.5, base + 0.02), (half * 0.2, base)]
        canvas.polygon(shaded, with_alpha(darker(green, 0.7), 95))


_STEPS = (1.0, 0.67, 0.33, 0.0, -0.33, -0.67, -1.0)


def _draw_palm(canvas: Canvas, colour: Colour) -> None:
    trunk = hex_colour("9a7048")
    canvas.curve([(0, 0), (0.06, -0.4), (0.16, -0.8)], 0.06, trunk, 0.04)
    for i in range(1, 9):
        y = -0.09 * i
        x = 0.06 * (y / -0.4) ** 1.45
        canvas.line([(x - 0.024, y), (x + 0.024, y - 0.012)], 0.009, darker(trunk, 0.78))
    for i, angle in enumerate(FRONDS):
        u, v = math.cos(angle), math.sin(angle)
        leaf = [
            (0.16, -0.82),
            (0.14 + 0.2 * u, -0.89 + 0.2 * v),
            (0.16 + 0.43 * u, -0.71 + 0.34 * v),
            (0.18 + 0.2 * u, -0.77 + 0.16 * v),
        ]
        canvas.blob(leaf, darker(colour, 0.82 + 0.06 * (i % 4)))
        rib = [leaf[0], (0.16 + 0.2 * u, -0.83 + 0.18 * v), (0.16 + 0.38 * u, -0.73 + 0.3 * v)]
        canvas.curve(rib, 0.008, lighter(colour, 0.3), 0.003)
    for x, y in ((0.13, -0.79), (0.19, -0.78), (0.16, -0.765)):
        canvas.ellipse(x, y, 0.026, 0.026, hex_colour("6b4a2c"))


@drawn
def draw_cloud(canvas: Canvas, x: float, y: float, size: float, alpha: int = 235) -> None:
    """Draw a cloud of width ``size`` about ``(x, y)``."""
    with canvas.push(x, y, size):
        canvas.polygon(_OUTLINE, (255, 255, 255, alpha))
        canvas.rounded(-0.45, 0.08, 0.52, 0.15, 0.035, (140, 165, 195, alpha // 7))
        canvas.ellipse(-0.08, -0.14, 0.16, 0.11, (255, 255, 255, alpha // 3))


def _outline_cloud() -> list[Point]:
    """The outline of all balls of a cloud together, in unit coordinates.

    One polygon, so that a translucent cloud shows no balls through one another.
    """
    x0, y0 = 0.04, 0.06
    path = []
    for i in range(120):
        angle = math.tau * i / 120
        u, v = math.cos(angle), math.sin(angle)
        reach = 0.0
        for x, y, radius in CLOUD:
            # distance at which the ray leaves the ball: |(x0, y0) + t (u, v) - (x, y)| = radius
            along = (x - x0) * u + (y - y0) * v
            across = radius**2 - (x - x0) ** 2 - (y - y0) ** 2 + along**2
            if across > 0:
                reach = max(reach, along + math.sqrt(across))
        path.append((x0 + reach * u, min(y0 + reach * v, CLOUD_BASE)))
    return path


CLOUD_BASE = 0.15
CLOUD = (  # x, y and radius of each ball
    (-0.4, 0.06, 0.12),
    (-0.24, -0.03, 0.18),
    (0.0, -0.08, 0.24),
    (0.26, -0.02, 0.19),
    (0.44, 0.06, 0.13),
    (0.04, 0.06, 0.12),
)
_OUTLINE = _outline_cloud()
