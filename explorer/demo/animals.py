"""Animals of house and garden: dogs, cats and birds."""

from __future__ import annotations

from explorer.demo.canvas import Canvas, drawn
from explorer.demo.colours import (
    COLOURS,
    INK,
    WHITE,
    Colour,
    darker,
    hex_colour,
    lighter,
    mix,
    with_alpha,
)
from explorer.demo.quadrupeds import Build, draw_quadruped

DOG_COLOURS: dict[str, Colour] = {
    "brown": hex_colour("9a6237"),
    "black": hex_colour("3b3a40"),
    "white": hex_colour("efe9df"),
    "tan": hex_colour("d3a468"),
    "grey": hex_colour("8e9196"),
}
CAT_COLOURS: dict[str, Colour] = {
    "orange": hex_colour("e29a4c"),
    "grey": hex_colour("8d9096"),
    "black": hex_colour("36343a"),
    "white": hex_colour("f1ece4"),
}
BIRD_COLOURS: dict[str, Colour] = {
    name: COLOURS[name] for name in ("blue", "red", "yellow", "green", "white", "black")
}

ROSE = hex_colour("e8a0a0")
NOSE_PINK = hex_colour("d77b80")
TONGUE = hex_colour("e77a86")
CAT_EYE = hex_colour("cfe07a")
BEAK = hex_colour("f0a63c")
COLLARS = {"brown": "blue", "black": "red", "white": "red", "tan": "green", "grey": "yellow"}


@drawn
def draw_dog(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "brown",
    pose: str = "stand",
) -> None:
    """Draw a dog of body length ``size`` on the ground at ``(x, y)``.

    ``face`` 1 looks right, -1 left; ``colour`` is of ``DOG_COLOURS``, "" the usual one; ``pose``
    is stand, walk, run, sit or lie.
    """
    colour = colour or "brown"
    coat, collar = DOG_COLOURS[colour], COLOURS[COLLARS[colour]]
    still = pose in ("sit", "lie")
    canvas.shadow(x, y, size * (0.32 if pose == "sit" else 0.52), size * 0.055)
    with canvas.push(x, y, size * face, size):
        if pose == "sit":
            canvas.curve([(-0.18, -0.06), (-0.34, -0.1), (-0.4, -0.24)], 0.08, darker(coat), 0.045)
            _draw_seated_body(canvas, coat)
            canvas.line([(-0.01, -0.49), (0.17, -0.47)], 0.05, collar)
            canvas.ellipse(0.12, -0.43, 0.028, 0.028, COLOURS["yellow"])
        elif pose == "lie":
            _draw_lying_body(canvas, coat)
            canvas.line([(0.2, -0.15), (0.36, -0.12)], 0.05, collar)
        else:
            build = Build(
                body=(0.4, 0.145, -0.42),
                neck=((0.32, -0.46), (0.45, -0.66)),
                neck_width=0.17,
                head=(0.17, 0.12, 0.28),
                leg=0.085,
                ear="flop",
                tail="up",
                muzzle=lighter(coat, 0.35),
            )
            draw_quadruped(canvas, build, coat, pose)
            canvas.line([(0.3, -0.6), (0.47, -0.52)], 0.045, collar)
        if still:
            with canvas.push(0.1 if pose == "sit" else 0.32, -0.62 if pose == "sit" else -0.24):
                _draw_dog_head(canvas, coat)


def _draw_dog_head(canvas: Canvas, coat: Colour) -> None:
    shade, muzzle = darker(coat, 0.78), lighter(coat, 0.35)
    canvas.ellipse(0, 0, 0.165, 0.155, coat)
    canvas.blob([(0.1, -0.12), (0.17, -0.08), (0.19, 0.06), (0.14, 0.06)], shade)
    canvas.ellipse(0.07, 0.12, 0.034, 0.05, TONGUE)
    canvas.ellipse(0.075, 0.05, 0.105, 0.078, muzzle)
    canvas.curve([(0.02, 0.085), (0.07, 0.1), (0.13, 0.08)], 0.012, INK)
    canvas.ellipse(0.095, 0.008, 0.038, 0.028, INK)
    canvas.ellipse(0.085, 0.0, 0.01, 0.008, (200, 200, 205))
    for x in (-0.03, 0.125):
        canvas.ellipse(x, -0.045, 0.023, 0.028, INK)
        canvas.ellipse(x + 0.007, -0.055, 0.008, 0.009, WHITE)
    canvas.blob([(-0.08, -0.14), (-0.18, -0.08), (-0.2, 0.1), (-0.12, 0.11), (-0.07, -0.02)], shade)


@drawn
def draw_cat(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "orange",
    pose: str = "sit",
) -> None:
    """Draw a cat as ``draw_dog`` a dog, its ``colour`` of ``CAT_COLOURS``; it lies asleep."""
    coat = CAT_COLOURS[colour or "orange"]
    canvas.shadow(x, y, size * (0.32 if pose == "sit" else 0.48), size * 0.05)
    with canvas.push(x, y, size * face, size):
        if pose == "sit":
            tail = [(-0.18, -0.06), (-0.35, -0.07), (-0.39, -0.22), (-0.3, -0.32)]
            canvas.curve(tail, 0.075, darker(coat), 0.05)
            _draw_seated_body(canvas, coat)
            _draw_stripes(canvas, coat, ((-0.2, -0.28), (-0.16, -0.36), (-0.22, -0.19)))
            with canvas.push(0.1, -0.6):
                _draw_cat_head(canvas, coat, awake=True)
        elif pose == "lie":
            _draw_lying_body(canvas, coat)
            _draw_stripes(canvas, coat, ((-0.3, -0.27), (-0.18, -0.3), (-0.06, -0.3)))
            with canvas.push(0.32, -0.19):
                _draw_cat_head(canvas, coat, awake=False)
        else:
            build = Build(
                body=(0.38, 0.12, -0.34),
                neck=((0.3, -0.4), (0.4, -0.5)),
                neck_width=0.14,
                head=(0.15, 0.125, 0.16),
                leg=0.07,
                tail="up",
                muzzle=lighter(coat, 0.3),
            )
            draw_quadruped(canvas, build, coat, pose)
            _draw_stripes(canvas, coat, ((-0.22, -0.44), (-0.08, -0.44), (0.06, -0.44)))
            for low in (-0.005, 0.025):
                canvas.line([(0.5, -0.47 + low), (0.66, -0.48 + 2 * low)], 0.008, WHITE)


def _draw_stripes(canvas: Canvas, coat: Colour, places: tuple[tuple[float, float], ...]) -> None:
    """Draw short stripes that start at the places."""
    for x, y in places:
        canvas.curve([(x, y), (x + 0.03, y + 0.05), (x + 0.03, y + 0.11)], 0.035,
                     darker(coat, 0.85), 0.012)  # fmt: skip


def _draw_cat_head(canvas: Canvas, coat: Colour, awake: bool) -> None:
    for side in (-1, 1):
        tip = side * 0.15
        canvas.polygon([(side * 0.165, -0.02), (tip, -0.25), (side * 0.02, -0.11)], coat)
        canvas.polygon([(side * 0.135, -0.07), (side * 0.13, -0.19), (side * 0.06, -0.11)], ROSE)
    canvas.ellipse(0, 0, 0.175, 0.148, coat)
    for x in (-0.04, 0.01, 0.06):
        canvas.line([(x, -0.14), (x * 0.8 + 0.002, -0.085)], 0.018, darker(coat, 0.8), 0.008)
    canvas.ellipse(0.012, 0.062, 0.075, 0.05, lighter(coat, 0.5))
    for x in (-0.065, 0.085):
        if awake:
            canvas.ellipse(x, -0.012, 0.037, 0.042, CAT_EYE)
            canvas.ellipse(x + 0.003, -0.012, 0.015, 0.037, INK)
            canvas.ellipse(x + 0.01, -0.025, 0.009, 0.009, WHITE)
        else:
            canvas.curve([(x - 0.035, -0.01), (x, 0.012), (x + 0.035, -0.01)], 0.016, INK)
    canvas.polygon([(-0.012, 0.035), (0.036, 0.035), (0.012, 0.06)], NOSE_PINK)
    for side in (-1, 1):
        lip = [(0.012, 0.062), (0.012 + side * 0.025, 0.085), (0.012 + side * 0.05, 0.075)]
        canvas.curve(lip, 0.01, darker(coat, 0.5))
        for low in (-0.012, 0.018):
            start = (0.012 + side * 0.07, 0.055 + low)
            end = (0.012 + side * 0.22, 0.045 + 2.2 * low)
            canvas.line([start, end], 0.008, mix(WHITE, darker(coat, 0.7), 0.3))


def _draw_seated_body(canvas: Canvas, coat: Colour) -> None:
    """Draw the body of a dog or cat that sits."""
    shade, pale = darker(coat, 0.8), lighter(coat, 0.12)
    body = [
        (-0.25, -0.02),
        (-0.25, -0.22),
        (-0.1, -0.46),
        (0.1, -0.52),
        (0.18, -0.3),
        (0.16, -0.02),
    ]
    canvas.blob(body, coat)
    canvas.ellipse(-0.14, -0.105, 0.135, 0.125, shade)
    canvas.ellipse(-0.125, -0.1, 0.125, 0.115, coat)
    canvas.blob([(0.05, -0.46), (0.15, -0.44), (0.15, -0.27), (0.07, -0.3)],
                with_alpha(lighter(coat, 0.5), 190))  # fmt: skip
    canvas.line([(0.055, -0.34), (0.065, -0.03)], 0.08, coat)
    canvas.line([(0.1, -0.3), (0.105, -0.04)], 0.012, shade)
    canvas.line([(0.145, -0.34), (0.15, -0.03)], 0.078, pale)
    for x, tone in ((-0.07, coat), (0.085, coat), (0.17, pale)):
        canvas.ellipse(x, -0.02, 0.068, 0.034, tone)
        canvas.line([(x + 0.02, -0.03), (x + 0.02, -0.005)], 0.008, shade)


def _draw_lying_body(canvas: Canvas, coat: Colour) -> None:
    """Draw the body of a dog or cat that lies."""
    shade = darker(coat, 0.8)
    canvas.curve([(-0.36, -0.1), (-0.52, -0.06), (-0.34, -0.03), (-0.1, -0.03)], 0.08, shade, 0.05)
    body = [
        (-0.43, -0.06),
        (-0.37, -0.26),
        (-0.05, -0.32),
        (0.26, -0.26),
        (0.36, -0.05),
        (0, -0.01),
    ]
    canvas.blob(body, coat)
    canvas.blob([(-0.4, -0.06), (0, -0.08), (0.34, -0.06), (0, -0.01)],
                with_alpha(darker(coat, 0.6), 60))  # fmt: skip
    canvas.ellipse(-0.22, -0.1, 0.17, 0.11, shade)
    canvas.ellipse(-0.2, -0.1, 0.16, 0.1, coat)
    canvas.ellipse(-0.1, -0.03, 0.1, 0.035, coat)
    for x in (0.2, 0.36):
        canvas.ellipse(x, -0.035, 0.1, 0.042, lighter(coat, 0.18))


@drawn
def draw_bird(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "blue",
    pose: str = "fly",
) -> None:
    """Draw a bird of ``colour`` (of ``BIRD_COLOURS``): fly, about ``(x, y)``, or perch there."""
    plumage = BIRD_COLOURS[colour or "blue"]
    with canvas.push(x, y, size * face, size):
        if pose == "fly":
            _draw_flying(canvas, plumage)
        else:
            _draw_perching(canvas, plumage)


def _draw_flying(canvas: Canvas, plumage: Colour) -> None:
    wing, near = darker(plumage, 0.72), mix(plumage, WHITE, 0.16)
    canvas.blob([(-0.06, 0), (-0.3, -0.3), (-0.3, -0.48), (0.02, -0.34), (0.15, -0.04)], wing)
    canvas.polygon([(-0.3, 0.02), (-0.58, -0.03), (-0.5, 0.06), (-0.55, 0.14)], wing)
    canvas.blob([(-0.36, 0.05), (-0.1, -0.1), (0.2, -0.14), (0.35, -0.03), (0.14, 0.12),
                     (-0.1, 0.13)],
                plumage)  # fmt: skip
    belly = [(-0.2, 0.09), (0.05, 0.05), (0.24, 0.03), (0.14, 0.115), (-0.08, 0.125)]
    canvas.blob(belly, with_alpha(lighter(plumage, 0.7), 170))
    canvas.blob([(-0.06, 0.0), (-0.06, -0.36), (0.08, -0.56), (0.26, -0.3), (0.18, 0.0)], near)
    for x, y in ((0.0, -0.34), (0.07, -0.38), (0.15, -0.36)):
        feather = [(x, y), (x + 0.02, y * 0.6), (x * 0.6 + 0.03, -0.06)]
        canvas.curve(feather, 0.012, with_alpha(darker(plumage, 0.6), 150))
    canvas.polygon([(0.33, -0.07), (0.47, -0.01), (0.33, 0.03)], BEAK)
    canvas.ellipse(0.245, -0.045, 0.032, 0.034, INK)
    canvas.ellipse(0.255, -0.055, 0.011, 0.011, WHITE)


def _draw_perching(canvas: Canvas, plumage: Colour) -> None:
    wing = darker(plumage, 0.72)
    for x in (-0.02, 0.08):
        canvas.line([(x, -0.16), (x, -0.01)], 0.024, BEAK)
        canvas.line([(x - 0.04, 0.0), (x + 0.06, 0.0)], 0.024, BEAK)
    canvas.polygon([(-0.22, -0.32), (-0.58, -0.17), (-0.52, -0.05), (-0.16, -0.16)], wing)
    canvas.blob([(-0.3, -0.26), (-0.12, -0.5), (0.18, -0.54), (0.28, -0.3), (0.1, -0.12),
                 (-0.14, -0.12)], plumage)  # fmt: skip
    canvas.ellipse(0.18, -0.56, 0.165, 0.155, plumage)
    breast = [(0.15, -0.45), (0.29, -0.38), (0.2, -0.18), (0.06, -0.16), (0.1, -0.3)]
    canvas.blob(breast, with_alpha(lighter(plumage, 0.65), 205))
    canvas.blob([(-0.32, -0.22), (-0.1, -0.44), (0.09, -0.38), (0.03, -0.22), (-0.14, -0.16)], wing)
    for y in (-0.32, -0.26):
        feather = [(0.0, y), (-0.1, y + 0.06), (-0.22, y + 0.09)]
        canvas.curve(feather, 0.014, lighter(wing, 0.25))
    canvas.polygon([(0.31, -0.62), (0.48, -0.56), (0.32, -0.51)], BEAK)
    canvas.line([(0.33, -0.56), (0.46, -0.56)], 0.012, darker(BEAK, 0.7))
    canvas.ellipse(0.23, -0.6, 0.034, 0.036, INK)
    canvas.ellipse(0.242, -0.612, 0.012, 0.012, WHITE)
