"""Things to play and race with: balls, boards, kites, rackets and bats."""

from __future__ import annotations

import math

from explorer.demo.canvas import Canvas, drawn
from explorer.demo.colours import (
    COLOURS,
    RUBBER,
    WHITE,
    Colour,
    darker,
    hex_colour,
    lighter,
    with_alpha,
)
from explorer.demo.paths import Point

PANELS: tuple[Colour, ...] = (
    COLOURS["red"], (250, 250, 246), COLOURS["blue"], COLOURS["yellow"], (250, 250, 246),
    COLOURS["teal"],
)  # fmt: skip
LEATHER: Colour = (246, 246, 244)
PATCH: Colour = (44, 44, 50)
TENNIS = hex_colour("d9e45a")
ASH = hex_colour("c98f56")


@drawn
def draw_ball(
    canvas: Canvas,
    x: float,
    y: float,
    radius: float,
    kind: str = "soccer",
    shade: bool = True,
) -> None:
    """Draw a ball about ``(x, y)``: "soccer", "beach", "tennis" or "baseball".

    ``shade`` draws its shadow on the ground right below it.
    """
    if shade:
        canvas.shadow(x, y + radius, radius, radius * 0.2)
    with canvas.push(x, y, radius):
        if kind == "soccer":
            _draw_football(canvas)
        elif kind == "beach":
            for i, panel in enumerate(PANELS):
                turn = [math.radians(60 * i + a + 12) for a in range(0, 61, 10)]
                arc = [(math.cos(t), math.sin(t)) for t in turn]
                canvas.polygon([(-0.1, -0.12), *arc], panel)
            canvas.ellipse(-0.1, -0.12, 0.16, 0.16, WHITE)
        elif kind == "tennis":
            canvas.ellipse(0, 0, 1, 1, TENNIS)
            canvas.curve([(-0.75, -0.6), (-0.2, -0.1), (-0.6, 0.75)], 0.14, WHITE)
        else:
            canvas.ellipse(0, 0, 1, 1, (248, 246, 240))
            for side in (-1, 1):
                seam = [(side * 0.6, -0.75), (side * 0.25, 0), (side * 0.6, 0.75)]
                canvas.curve(seam, 0.12, COLOURS["red"])
        canvas.blob(
            [(0.5, -0.8), (0.98, 0.05), (0.4, 0.9), (-0.2, 0.96), (0.5, 0.35)], (20, 20, 50, 40)
        )
        canvas.ellipse(-0.38, -0.42, 0.2, 0.16, (255, 255, 255, 120))


def _draw_football(canvas: Canvas) -> None:
    canvas.ellipse(0, 0, 1, 1, LEATHER)
    turns = [math.tau * i / 5 - math.pi / 2 for i in range(5)]
    canvas.polygon([(0.36 * math.cos(t), 0.36 * math.sin(t)) for t in turns], PATCH)
    for t in turns:
        u, v = math.cos(t), math.sin(t)
        canvas.line([(0.36 * u, 0.36 * v), (0.72 * u, 0.72 * v)], 0.06, PATCH)
        edge = [(0.98 * math.cos(t + a), 0.98 * math.sin(t + a)) for a in (-0.3, -0.1, 0.1, 0.3)]
        inner = [(0.68 * math.cos(t + a), 0.68 * math.sin(t + a)) for a in (0.2, -0.2)]
        canvas.polygon([*edge, *inner], PATCH)


@drawn
def draw_surfboard(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    colour: str = "yellow",
    rotation: float = 0.0,
) -> None:
    """Draw a surfboard of length ``size`` from the side, about ``(x, y)``, nose to the right.

    A negative ``size`` turns the nose to the left.
    """
    foam = COLOURS[colour]
    with canvas.push(x, y, size, abs(size), rotation):
        canvas.polygon([(-0.4, 0.03), (-0.34, 0.03), (-0.42, 0.12)], darker(foam, 0.6))
        outline = [(-0.47, -0.005), (-0.2, -0.045), (0.2, -0.05), (0.46, -0.045), (0.53, -0.03),
                   (0.42, 0.035), (0.0, 0.055), (-0.38, 0.05)]  # fmt: skip
        canvas.blob(outline, foam)
        canvas.blob([(-0.44, 0.02), (0.1, 0.015), (0.5, -0.02), (0.42, 0.035), (0, 0.055),
                     (-0.38, 0.05)],
                    with_alpha(darker(foam, 0.6), 90))  # fmt: skip
        canvas.curve([(-0.42, 0.0), (0.05, -0.01), (0.46, -0.022)], 0.013, (252, 252, 250))
        stripe = COLOURS["teal" if colour == "red" else "red"]
        canvas.polygon([(0.2, -0.048), (0.25, -0.048), (0.22, 0.045), (0.17, 0.048)], stripe)


@drawn
def draw_skateboard(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    colour: str = "orange",
    rotation: float = 0.0,
) -> None:
    """Draw a skateboard of length ``size``; its deck is at ``(x, y)``, its wheels 0.17 lower."""
    deck = COLOURS[colour]
    with canvas.push(x, y, size, rotation=rotation):
        for wheel in (-0.31, 0.31):
            canvas.line([(wheel, 0.03), (wheel, 0.1)], 0.04, (130, 132, 138))
            canvas.ellipse(wheel, 0.11, 0.062, 0.062, RUBBER)
            canvas.ellipse(wheel, 0.11, 0.024, 0.024, (240, 236, 226))
        canvas.curve([(-0.52, -0.05), (-0.4, 0.025), (0.4, 0.025), (0.52, -0.05)], 0.065, deck)
        canvas.curve([(-0.51, -0.07), (-0.4, 0.0), (0.4, 0.0), (0.51, -0.07)], 0.022, (52, 50, 54))


@drawn
def draw_snowboard(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    colour: str = "green",
    rotation: float = 0.0,
) -> None:
    """Draw a snowboard of length ``size`` from the side, its top at ``(x, y)``."""
    board = COLOURS[colour]
    with canvas.push(x, y, size, rotation=rotation):
        canvas.curve([(-0.5, -0.045), (-0.4, 0.018), (0.4, 0.018), (0.5, -0.045)], 0.06, board)
        canvas.curve([(-0.48, -0.01), (-0.38, 0.04), (0.38, 0.04), (0.48, -0.01)], 0.016,
                     darker(board, 0.65))  # fmt: skip
        for foot in (-0.2, 0.2):
            canvas.rounded(foot - 0.06, -0.03, foot + 0.06, 0.02, 0.02, PATCH)


@drawn
def draw_skis(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    colour: str = "red",
    rotation: float = 0.0,
) -> None:
    """Draw a pair of skis of length ``size`` about ``(x, y)``, tips to the right.

    A negative ``size`` turns the tips to the left.
    """
    ski = COLOURS[colour]
    thick = 0.028
    with canvas.push(x, y, size, abs(size), rotation):
        for low, tone in ((0.0, darker(ski, 0.8)), (0.045, ski)):
            canvas.curve([(-0.5, low), (0.0, low), (0.42, low), (0.54, low - 0.05)], thick, tone)
            canvas.line([(-0.46, low), (-0.2, low)], thick * 0.4, lighter(ski, 0.6))


@drawn
def draw_frisbee(canvas: Canvas, x: float, y: float, size: float, colour: str = "red") -> None:
    """Draw a flying disc of width ``size`` about ``(x, y)``."""
    disc = COLOURS[colour]
    with canvas.push(x, y, size):
        canvas.ellipse(0, 0.03, 0.5, 0.19, darker(disc, 0.75))
        canvas.ellipse(0, -0.01, 0.5, 0.18, disc)
        canvas.ellipse(0, -0.035, 0.38, 0.12, lighter(disc, 0.3))
        canvas.ellipse(0, -0.025, 0.34, 0.1, lighter(disc, 0.12))


@drawn
def draw_racket(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "red",
    rotation: float = 0.0,
) -> None:
    """Draw a tennis racket of length ``size`` held at ``(x, y)``, up and towards ``face``.

    ``rotation`` turns it further away from upright, in radians.
    """
    frame = COLOURS[colour]
    with canvas.push(x, y, size * face, size, (0.5 + rotation) * face):
        for i in range(5):
            step = -0.12 + 0.06 * i
            reach = math.sqrt(max(1 - (step / 0.19) ** 2, 0))
            canvas.line([(step, -0.73 - 0.25 * reach), (step, -0.73 + 0.25 * reach)], 0.01, STRING)
        for i in range(6):
            step = -0.18 + 0.07 * i
            reach = 0.19 * math.sqrt(max(1 - (step / 0.25) ** 2, 0))
            canvas.line([(-reach, -0.73 + step), (reach, -0.73 + step)], 0.01, STRING)
        canvas.line([(0, 0.06), (0, -0.22)], 0.06, (60, 60, 66))
        canvas.line([(0, -0.2), (0, -0.34)], 0.035, darker(frame, 0.8))
        canvas.line([(0, -0.33), (-0.1, -0.52)], 0.03, frame)
        canvas.line([(0, -0.33), (0.1, -0.52)], 0.03, frame)
        with canvas.push(0, -0.73, 0.76, 1.0):
            canvas.ring(0, 0, 0.25, 0.042, frame)


STRING: Colour = (250, 250, 250, 190)


@drawn
def draw_bat(
    canvas: Canvas, x: float, y: float, size: float, face: int = 1, rotation: float = 0.0
) -> None:
    """Draw a baseball bat of length ``size`` held at ``(x, y)``, up and away from ``face``.

    ``rotation`` turns it further away from upright, in radians.
    """
    with canvas.push(x, y, size * face, size, -(0.54 + rotation) * face):
        canvas.ellipse(0, 0.06, 0.035, 0.024, darker(ASH, 0.7))
        canvas.line([(0, 0.05), (0, -0.24)], 0.04, darker(ASH, 0.7))
        canvas.curve([(0, -0.22), (0, -0.5), (0, -0.75), (0, -0.94)], 0.042, ASH, 0.105)
        canvas.line([(-0.02, -0.45), (-0.03, -0.88)], 0.014, lighter(ASH, 0.4))


@drawn
def draw_kite(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    colour: str = "red",
    tail: bool = True,
    to: Point | None = None,
) -> None:
    """Draw a kite of height ``size`` about ``(x, y)``, on a line that ends at ``to``."""
    cloth = COLOURS[colour]
    if to:
        middle = ((x + to[0]) / 2 + 3, (y + to[1]) / 2 + 4)
        canvas.curve([(x, y + size * 0.1), middle, to], 0.35, (250, 250, 250, 210))
    with canvas.push(x, y, size, rotation=0.3):
        if tail:
            canvas.curve([(0, 0.45), (0.15, 0.7), (-0.1, 0.95), (0.12, 1.2)], 0.025, darker(cloth))
            for cx, cy in ((0.12, 0.66), (-0.0, 0.86), (-0.0, 1.06)):
                canvas.polygon([(cx - 0.08, cy - 0.05), (cx + 0.08, cy + 0.05),
                                (cx + 0.08, cy - 0.05),
                                (cx - 0.08, cy + 0.05)], COLOURS["yellow"])  # fmt: skip
        top, right, low, left, cross = (
            (0, -0.5),
            (0.34, -0.08),
            (0, 0.45),
            (-0.34, -0.08),
            (0, -0.08),
        )
        pale = lighter(cloth, 0.4)
        for a, b, tone in ((top, right, cloth), (top, left, pale), (low, right, pale),
                           (low, left, cloth)):  # fmt: skip
            canvas.polygon([a, b, cross], tone)
        canvas.line([top, low], 0.014, darker(cloth, 0.6))
        canvas.line([left, right], 0.014, darker(cloth, 0.6))
