"""The body plan that animals on four legs share."""

from __future__ import annotations

import math
from dataclasses import dataclass

from explorer.demo.canvas import Canvas
from explorer.demo.colours import INK, Colour, darker, hex_colour, lighter, mix, with_alpha
from explorer.demo.limbs import bend_limb
from explorer.demo.paths import Point

STEPS: dict[str, tuple[float, float, float, float]] = {  # where the hind and fore feet stand
    "stand": (-0.3, -0.22, 0.24, 0.32),
    "walk": (-0.38, -0.18, 0.18, 0.4),
    "graze": (-0.3, -0.2, 0.2, 0.36),
}
GALLOP: tuple[Point, ...] = ((-0.58, -0.06), (-0.45, -0.0), (0.5, -0.08), (0.62, -0.18))
SPOTS: tuple[Point, ...] = ((-0.3, -0.06), (-0.12, 0.05), (0.02, -0.09), (0.2, 0.0), (0.3, -0.1))
PATCHES: tuple[Point, ...] = (
    (-0.3, -0.06), (-0.28, 0.05), (-0.19, -0.1), (-0.17, 0.02), (-0.1, 0.1), (-0.06, -0.05),
    (0.02, -0.12), (0.04, 0.05), (0.13, -0.04), (0.16, 0.09), (0.24, -0.1), (0.26, 0.03),
)  # fmt: skip
PATCH = hex_colour("b5743a")
STRIPE: Colour = (36, 34, 40)


@dataclass(frozen=True)
class Build:
    """Proportions of an animal that looks to the right; its body length is about 1.

    Attributes
    ----------
    body : half its length, half its height, and the height of its middle (up is negative)
    leg : thickness of the legs
    neck : where it starts and where the head sits
    neck_width : width of the neck
    head : half its width, half its height, and its length to the nose
    ear : "point", "flop", "side" or "horn"
    tail : "up", "long" or "thin"
    coat : "", "spots", "patches" or "stripes"
    mane, muzzle, hoof : their colours; None without
    low : where the head sits while grazing
    """

    body: tuple[float, float, float]
    neck: tuple[Point, Point]
    neck_width: float
    head: tuple[float, float, float]
    leg: float = 0.095
    ear: str = "point"
    tail: str = "thin"
    coat: str = ""
    mane: Colour | None = None
    muzzle: Colour | None = None
    hoof: Colour | None = None
    low: Point | None = None


def draw_quadruped(canvas: Canvas, build: Build, colour: Colour, pose: str) -> None:
    """Draw an animal in the current frame, its feet at y = 0; ``pose`` of ``STEPS`` or "run"."""
    (bx, by, middle), (neck, head) = build.body, build.neck
    feet = GALLOP if pose == "run" else tuple((x, 0.0) for x in STEPS[pose])
    if pose == "graze" and build.low:
        head = build.low
    far = darker(colour, 0.8)
    _draw_leg(canvas, build, feet, 0, far)
    _draw_leg(canvas, build, feet, 3, far)
    _draw_tail(canvas, build, darker(colour, 0.85), pose)
    canvas.line([(neck[0] - 0.08, middle), (head[0] - 0.02, head[1] + 0.02)],
                build.neck_width * 1.4, colour, build.neck_width)  # fmt: skip
    canvas.blob(
        [
            (-bx, middle), (-bx * 0.82, middle - by), (0, middle - by * 0.9),
            (bx * 0.8, middle - by * 1.04), (bx * 1.02, middle), (bx * 0.7, middle + by),
            (0, middle + by * 0.86), (-bx * 0.75, middle + by * 0.8),
        ],
        colour,
    )  # fmt: skip
    belly = [
        (-bx * 0.8, middle + by * 0.55), (0, middle + by * 0.4), (bx * 0.85, middle + by * 0.5),
        (bx * 0.65, middle + by), (0, middle + by * 0.88), (-bx * 0.7, middle + by * 0.8),
    ]  # fmt: skip
    canvas.blob(belly, with_alpha(darker(colour, 0.6), 60))
    _draw_coat(canvas, build, head)
    if build.mane:
        crest = [
            (neck[0] - 0.15, middle - by * 0.9),
            ((neck[0] + head[0]) / 2 - 0.11, (middle + head[1]) / 2 - 0.07),
            (head[0] - 0.07, head[1] - 0.09),
        ]
        canvas.curve(crest, build.neck_width * 0.48, build.mane, build.neck_width * 0.4)
    _draw_head(canvas, build, head, colour, 0.75 if pose == "graze" else 0.0)
    _draw_leg(canvas, build, feet, 1, colour)
    _draw_leg(canvas, build, feet, 2, colour)


def _draw_leg(
    canvas: Canvas, build: Build, feet: tuple[Point, ...], i: int, colour: Colour
) -> None:
    """Draw leg ``i``: 0 and 1 the hind ones, 2 and 3 the fore ones, 0 and 3 on the far side."""
    middle = build.body[2]
    scale = build.body[0] / 0.42
    hip = ((-0.28, -0.24, 0.24, 0.29)[i] * scale, middle + 0.04)
    foot = (feet[i][0] * scale, feet[i][1])
    x, y = foot
    foot = (x, y - 0.035) if build.hoof else foot  # the round end stays within the hoof
    part = math.dist(hip, foot) * 0.515
    knee, _ = bend_limb(hip, foot, part, 1 if i < 2 else -0.6)  # noqa: PLR2004 - a hind leg
    hock = ((knee[0] + foot[0]) / 2, (knee[1] + foot[1]) / 2)
    canvas.line([hip, knee], build.leg * 1.75, colour, build.leg * 1.15)
    canvas.line([knee, hock, foot], build.leg * 1.15, colour, build.leg * 0.8)
    if build.hoof:
        canvas.polygon([(x - 0.04, y - 0.055), (x + 0.04, y - 0.055), (x + 0.06, y + 0.005),
                        (x - 0.05, y + 0.005)], build.hoof)  # fmt: skip
    else:
        canvas.ellipse(x + 0.025, y - 0.02, 0.065, 0.036, colour)


def _draw_tail(canvas: Canvas, build: Build, colour: Colour, pose: str) -> None:
    bx, _, y = build.body
    x = 0.03 - bx
    swing = 0.1 if pose == "run" else 0.0
    if build.tail == "up":
        canvas.curve([(x, y - 0.04), (x - 0.11, y - 0.14), (x - 0.1 - swing, y - 0.3)],
                     0.075, colour, 0.04)  # fmt: skip
    elif build.tail == "long":
        hair = build.mane or colour
        canvas.curve([(x, y - 0.1), (x - 0.1 - swing, y - 0.02), (x - 0.09 - 2 * swing, y + 0.28)],
                     0.075, hair, 0.1)  # fmt: skip
    else:
        tip = (x - 0.06 - swing, y + 0.22)
        canvas.curve([(x, y - 0.08), (x - 0.07 - swing, y + 0.05), tip], 0.032, colour)
        canvas.ellipse(tip[0], tip[1] + 0.03, 0.036, 0.062, build.mane or darker(colour, 0.6))


def _draw_coat(canvas: Canvas, build: Build, head: Point) -> None:
    """Draw spots, patches or stripes on body and neck."""
    (_, by, middle), (neck, _) = build.body, build.neck
    start = (neck[0] - 0.06, middle)
    way = (head[0] - 0.02 - start[0], head[1] - middle)
    if build.coat == "spots":
        for i, (x, y) in enumerate(SPOTS):
            wide = 0.1 + 0.03 * (i % 2)
            spot = [(-wide, 0.01), (-0.02, -0.065), (wide, -0.03), (0.05, 0.06), (-0.05, 0.045)]
            canvas.blob([(x + a, middle + y + b) for a, b in spot], (52, 46, 46))
    elif build.coat == "patches":
        for i, (x, y) in enumerate(PATCHES):
            turn = 0.6 * i
            patch = [(0.05, 0.01), (0.01, 0.042), (-0.045, 0.024), (-0.04, -0.03), (0.02, -0.042)]
            with canvas.push(x, middle + y, rotation=turn):
                canvas.polygon(patch, PATCH)
        for i in range(8):
            share = 0.12 + 0.8 * i / 7
            x = start[0] + way[0] * share + (0.03 if i % 2 else -0.025)
            canvas.ellipse(x, start[1] + way[1] * share, 0.036, 0.034, PATCH)
    elif build.coat == "stripes":
        for i in range(9):
            x = -0.33 + 0.08 * i
            top, low = middle - by * 0.95 * (1 - 0.35 * abs(x)), middle + by * 0.72
            slant = -0.05 if i < 3 else 0.0  # noqa: PLR2004 - the haunches
            canvas.curve([(x, top), (x + 0.02, middle), (x + slant, low)], 0.036, STRIPE, 0.012)
        for i in range(6):
            share = 0.22 + 0.75 * i / 5
            x, y = start[0] + way[0] * share, start[1] + way[1] * share
            half = build.neck_width * (0.62 - 0.15 * share)
            canvas.line([(x - half, y - 0.03), (x + half * 0.9, y + 0.04)], 0.025, STRIPE, 0.012)


def _draw_head(canvas: Canvas, build: Build, at: Point, colour: Colour, nod: float) -> None:
    """Draw the head, turned downwards by ``nod`` radians."""
    r, h, nose = build.head
    far = darker(colour, 0.8)
    with canvas.push(*at, rotation=nod):
        if build.ear in ("point", "side"):
            _draw_ear(canvas, build, far, far, -0.035)
        elif build.ear == "horn":
            canvas.curve([(0.04, -h), (0.1, -h * 1.5), (0.08, -h * 2.1)], 0.035,
                         (226, 216, 196), 0.015)  # fmt: skip
        canvas.blob(
            [
                (-r * 0.7, -h * 0.9), (r * 0.1, -h * 1.3), (nose * 0.6, -h * 0.6),
                (nose * 0.96, -h * 0.3), (nose * 1.02, h * 0.25), (nose * 0.88, h * 0.75),
                (r * 0.3, h), (-r * 0.6, h * 0.75),
            ],
            colour,
        )  # fmt: skip
        jaw = [(-r * 0.5, h * 0.5), (nose * 0.5, h * 0.4), (nose * 0.9, h * 0.6), (r * 0.3, h)]
        canvas.blob(jaw, with_alpha(darker(colour, 0.6), 55))
        if build.muzzle:
            canvas.blob(
                [
                    (nose * 0.6, -h * 0.5), (nose * 0.97, -h * 0.3), (nose * 1.03, h * 0.25),
                    (nose * 0.88, h * 0.78), (nose * 0.55, h * 0.8),
                ],
                build.muzzle,
            )  # fmt: skip
        if build.coat == "stripes":
            for x in (-0.02, 0.08):
                canvas.line([(x, -h * 1.05), (x + 0.03, -h * 0.5)], 0.02, STRIPE, 0.008)
        dark = mix(build.muzzle or colour, INK, 0.75)
        if build.hoof:
            canvas.ellipse(nose * 0.9, -h * 0.02, 0.016, 0.014, dark)
        else:
            canvas.ellipse(nose * 0.97, -h * 0.12, 0.036, 0.028, INK)
        canvas.curve([(nose * 0.98, h * 0.3), (nose * 0.78, h * 0.42), (nose * 0.6, h * 0.38)],
                     0.012, dark)  # fmt: skip
        canvas.ellipse(r * 0.4, -h * 0.4, 0.026, 0.03, INK)
        canvas.ellipse(r * 0.4 + 0.008, -h * 0.4 - 0.01, 0.009, 0.009, (255, 255, 255))
        _draw_ear(canvas, build, far, colour, 0.0)


def _draw_ear(canvas: Canvas, build: Build, far: Colour, colour: Colour, shift: float) -> None:
    """Draw the near ear, or one moved by ``shift``."""
    r, h, _ = build.head
    x = shift * -2
    if build.ear == "point":
        ear = [(x - r * 0.55, -h * 0.7), (x - r * 0.3, -h * 2.0), (x + r * 0.3, -h * 1.1)]
        canvas.polygon(ear, colour)
        inner = [(x - r * 0.35, -h * 0.95), (x - r * 0.25, -h * 1.65), (x + r * 0.05, -h * 1.1)]
        canvas.polygon(inner, with_alpha(mix(far, (230, 150, 140), 0.4), 150))
    elif build.ear == "flop":
        flap = [
            (-0.02, -h * 1.1),
            (-0.13, -h * 0.5),
            (-0.13, h * 0.8),
            (-0.04, h * 0.75),
            (0.02, 0),
        ]
        canvas.blob(flap, far)
    elif build.ear == "side":
        canvas.line([(x + 0.01, -h * 1.0), (x, -h * 2.0)], 0.028, far)
        canvas.ellipse(x, -h * 2.1, 0.03, 0.03, hex_colour("6a4630"))
        canvas.ellipse(x - 0.1, -h * 0.85, 0.075, 0.032, colour)
        canvas.ellipse(x - 0.1, -h * 0.82, 0.045, 0.016, lighter(far, 0.3))
    else:
        canvas.curve(
            [(-0.04, -h), (-0.02, -h * 1.6), (-0.06, -h * 2.2)], 0.04, (240, 232, 214), 0.016
        )
        canvas.ellipse(-r * 0.75, -h * 0.65, 0.1, 0.05, far)
        canvas.ellipse(-r * 0.75, -h * 0.62, 0.06, 0.024, (226, 164, 150))
