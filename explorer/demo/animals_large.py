"""Large animals: horses, cows, sheep, elephants, giraffes and zebras."""

from __future__ import annotations

import math

from explorer.demo.canvas import Canvas, drawn
from explorer.demo.colours import INK, Colour, darker, hex_colour, with_alpha
from explorer.demo.quadrupeds import Build, draw_quadruped

HORSE_COLOURS: dict[str, Colour] = {
    "brown": hex_colour("8a5630"),
    "white": hex_colour("eee8df"),
    "black": hex_colour("39343a"),
    "grey": hex_colour("a0a2a6"),
}
COW_COLOURS: dict[str, Colour] = {"white": hex_colour("f4f0ea"), "brown": hex_colour("8e5a38")}
SHEEP_COLOURS: dict[str, Colour] = {"white": hex_colour("f6f3ec"), "black": hex_colour("55504f")}
ELEPHANT_COLOURS: dict[str, Colour] = {"grey": hex_colour("8f97a3")}
GIRAFFE_COLOURS: dict[str, Colour] = {"yellow": hex_colour("ecc87e")}
ZEBRA_COLOURS: dict[str, Colour] = {"white": hex_colour("f2f0ec")}

BLACK_MANE = hex_colour("141214")
IVORY = hex_colour("f6f0e2")
DARK_FACE = hex_colour("4a4444")


@drawn
def draw_horse(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "brown",
    pose: str = "stand",
) -> None:
    """Draw a horse of body length ``size`` on the ground at ``(x, y)``; stand, walk, run or graze.

    ``face`` 1 looks right, -1 left; ``colour`` is of ``HORSE_COLOURS``, "" the usual one. Its
    back is 0.78 ``size`` above the ground.
    """
    coat = HORSE_COLOURS[colour or "brown"]
    build = Build(
        body=(0.42, 0.165, -0.62),
        neck=((0.36, -0.68), (0.55, -0.99)),
        neck_width=0.165,
        head=(0.13, 0.09, 0.28),
        leg=0.08,
        tail="long",
        mane=BLACK_MANE if colour == "black" else darker(coat, 0.5),
        muzzle=darker(coat, 0.78),
        hoof=(50, 42, 40),
        low=(0.6, -0.3),
    )
    _draw_on_ground(canvas, (x, y, size, face), build, coat, pose)


@drawn
def draw_zebra(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "white",
    pose: str = "stand",
) -> None:
    """Draw a zebra as ``draw_horse`` a horse, its ``colour`` of ``ZEBRA_COLOURS``."""
    build = Build(
        body=(0.42, 0.17, -0.58),
        neck=((0.36, -0.64), (0.53, -0.92)),
        neck_width=0.17,
        head=(0.13, 0.09, 0.26),
        leg=0.082,
        coat="stripes",
        mane=(40, 38, 40),
        muzzle=(62, 58, 60),
        hoof=(50, 46, 46),
        low=(0.6, -0.28),
    )
    _draw_on_ground(canvas, (x, y, size, face), build, ZEBRA_COLOURS[colour or "white"], pose)


@drawn
def draw_giraffe(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "yellow",
    pose: str = "stand",
) -> None:
    """Draw a giraffe, 1.85 times as tall as its body is long; stand or walk."""
    build = Build(
        body=(0.36, 0.17, -0.82),
        neck=((0.32, -0.9), (0.56, -1.66)),
        neck_width=0.13,
        head=(0.11, 0.075, 0.22),
        leg=0.085,
        ear="side",
        coat="patches",
        mane=PATCH_MANE,
        muzzle=hex_colour("f4dfb0"),
        hoof=(90, 66, 44),
    )
    _draw_on_ground(canvas, (x, y, size, face), build, GIRAFFE_COLOURS[colour or "yellow"], pose)


PATCH_MANE = hex_colour("a86f3c")


@drawn
def draw_cow(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "white",
    pose: str = "stand",
) -> None:
    """Draw a cow; stand, walk or graze; ``colour`` of ``COW_COLOURS``."""
    coat = COW_COLOURS[colour or "white"]
    build = Build(
        body=(0.46, 0.2, -0.5),
        neck=((0.4, -0.55), (0.56, -0.68)),
        neck_width=0.2,
        head=(0.15, 0.115, 0.25),
        leg=0.1,
        ear="horn",
        coat="" if colour == "brown" else "spots",
        muzzle=hex_colour("e7b7a8"),
        hoof=(60, 52, 48),
        low=(0.6, -0.24),
    )
    _draw_on_ground(canvas, (x, y, size, face), build, coat, pose)
    with canvas.push(x, y, size * face, size):
        if pose != "graze":
            canvas.ellipse(-0.12, -0.3, 0.09, 0.05, hex_colour("e7b7a8"))


@drawn
def draw_sheep(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "white",
    pose: str = "stand",
) -> None:
    """Draw a sheep; stand, walk or graze; ``colour`` of ``SHEEP_COLOURS``."""
    wool = SHEEP_COLOURS[colour or "white"]
    stride = 0.06 if pose == "walk" else 0.0
    canvas.shadow(x, y, size * 0.45, size * 0.06)
    with canvas.push(x, y, size * face, size):
        for i, foot in enumerate((-0.22, -0.12, 0.14, 0.24)):
            shift = stride if i % 2 else -stride
            tone = DARK_FACE if i in (1, 2) else darker(DARK_FACE, 0.8)
            canvas.line([(foot, -0.3), (foot + shift, -0.02)], 0.075, tone, 0.06)
        for i in range(14):
            angle = math.tau * i / 14
            tone = wool if math.sin(angle) < 0.5 else darker(wool, 0.9)  # noqa: PLR2004 - below
            canvas.ellipse(0.32 * math.cos(angle), -0.42 + 0.18 * math.sin(angle), 0.13, 0.12, tone)
        canvas.ellipse(0, -0.43, 0.35, 0.2, wool)
        for cx, cy in ((-0.22, -0.46), (-0.02, -0.54), (0.16, -0.44), (-0.06, -0.36)):
            canvas.sector(cx, cy, (0.07, 0.05), (0, 180), with_alpha(darker(wool, 0.8), 110))
        down = pose == "graze"
        with canvas.push(0.42, -0.26 if down else -0.54, rotation=0.9 if down else 0.25):
            canvas.ellipse(-0.1, -0.02, 0.085, 0.04, DARK_FACE)
            canvas.blob([(-0.1, -0.12), (0.06, -0.13), (0.15, 0.04), (0.12, 0.14), (0, 0.12)],
                        DARK_FACE)  # fmt: skip
            canvas.ellipse(0.03, -0.03, 0.024, 0.028, (250, 250, 250))
            canvas.ellipse(0.035, -0.028, 0.012, 0.018, INK)
            for cx, cy in ((-0.1, -0.12), (-0.02, -0.16), (0.06, -0.13)):
                canvas.ellipse(cx, cy, 0.07, 0.06, wool)


@drawn
def draw_elephant(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "grey",
    pose: str = "stand",
) -> None:
    """Draw an elephant; stand or walk. Its back is 0.83 ``size`` above the ground."""
    skin = ELEPHANT_COLOURS[colour or "grey"]
    far = darker(skin, 0.82)
    stride = 0.05 if pose == "walk" else 0.0
    canvas.shadow(x, y, size * 0.56, size * 0.06)
    with canvas.push(x, y, size * face, size):
        _draw_pillars(canvas, ((-0.24 + stride, 0.0), (0.29 + stride, 0.0)), far)
        canvas.curve([(-0.44, -0.62), (-0.53, -0.45), (-0.5, -0.3)], 0.03, far)
        canvas.ellipse(-0.5, -0.27, 0.022, 0.045, darker(far, 0.6))
        canvas.blob(
            [
                (-0.47, -0.45), (-0.42, -0.72), (-0.05, -0.84), (0.3, -0.78), (0.42, -0.5),
                (0.3, -0.3), (-0.1, -0.26), (-0.36, -0.28),
            ],
            skin,
        )  # fmt: skip
        belly = [
            (-0.42, -0.42),
            (0, -0.37),
            (0.36, -0.42),
            (0.28, -0.3),
            (0, -0.27),
            (-0.32, -0.28),
        ]
        canvas.blob(belly, with_alpha(darker(skin, 0.65), 75))
        _draw_pillars(canvas, ((-0.34 - stride, 0.0), (0.18 - stride, 0.0)), skin)
        _draw_elephant_head(canvas, skin)


def _draw_pillars(canvas: Canvas, feet: tuple[tuple[float, float], ...], colour: Colour) -> None:
    """Draw an elephant's legs with their nails."""
    for foot, _ in feet:
        canvas.line([(foot * 0.95, -0.45), (foot, -0.07)], 0.185, colour, 0.16)
        canvas.rounded(foot - 0.085, -0.11, foot + 0.09, 0.0, 0.03, colour)
        for shift in (0.0, 0.045, 0.08):
            canvas.sector(foot + shift, 0.0, (0.02, 0.03), (180, 360), (236, 230, 216))


def _draw_elephant_head(canvas: Canvas, skin: Colour) -> None:
    far = darker(skin, 0.82)
    trunk = [(0.57, -0.68), (0.68, -0.5), (0.68, -0.28), (0.64, -0.13), (0.71, -0.07)]
    canvas.curve([(0.55, -0.53), (0.63, -0.45), (0.74, -0.47)], 0.04, darker(IVORY, 0.85), 0.016)
    canvas.curve(trunk, 0.145, skin, 0.06)
    canvas.blob([(0.28, -0.72), (0.38, -0.9), (0.55, -0.88), (0.66, -0.7), (0.6, -0.54),
                 (0.42, -0.52)], skin)  # fmt: skip
    for cx, cy, half in ((0.665, -0.48, 0.05), (0.68, -0.4, 0.045), (0.675, -0.32, 0.04)):
        crease = [(cx - half, cy - 0.01), (cx, cy + 0.012), (cx + half, cy)]
        canvas.curve(crease, 0.01, with_alpha(darker(skin, 0.6), 130))
    canvas.curve([(0.53, -0.54), (0.62, -0.46), (0.75, -0.49)], 0.05, IVORY, 0.018)
    ear = [(0.4, -0.85), (0.28, -0.92), (0.13, -0.78), (0.14, -0.58), (0.26, -0.46), (0.38, -0.55),
           (0.43, -0.7)]  # fmt: skip
    canvas.blob(ear, far)
    inner = [(0.37, -0.79), (0.28, -0.85), (0.18, -0.75), (0.2, -0.6), (0.28, -0.52), (0.36, -0.6)]
    canvas.blob(inner, with_alpha(hex_colour("c9a3a3"), 110))
    canvas.ellipse(0.525, -0.73, 0.026, 0.03, INK)
    canvas.ellipse(0.533, -0.74, 0.009, 0.01, (255, 255, 255))
    canvas.curve([(0.49, -0.79), (0.53, -0.8), (0.565, -0.775)], 0.012, far)


def _draw_on_ground(
    canvas: Canvas, place: tuple[float, float, float, int], build: Build, coat: Colour, pose: str
) -> None:
    """Draw a quadruped and its shadow at ``place``: x, y, size and face."""
    x, y, size, face = place
    canvas.shadow(x, y, size * 0.55, size * 0.06)
    with canvas.push(x, y, size * face, size):
        draw_quadruped(canvas, build, coat, pose)
