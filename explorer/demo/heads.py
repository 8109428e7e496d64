"""Heads of people: faces, hair and headgear."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from explorer.demo.canvas import Canvas
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
from explorer.demo.paths import Point

if TYPE_CHECKING:
    from explorer.demo.people import Look

BLUSH: Colour = (232, 104, 96, 85)
LIP = hex_colour("a8453f")
STRAW = hex_colour("efd7a1")
GOGGLES = hex_colour("323c50")
BEHIND = ("long", "wavy", "ponytail", "pigtails", "afro")  # styles with hair behind the body
FRINGED = ("long", "wavy", "ponytail", "pigtails", "bun", "bob")
LOW_HATS = ("helmet", "beanie", "cap", "chef", "sun")  # they press down what stands up


def draw_hair_behind(canvas: Canvas, neck: Point, radius: float, look: Look) -> None:
    """Draw the hair that hangs behind the body, if the style has any; see ``draw_head``."""
    if look.hair_style not in BEHIND:
        return
    hair, shade = look.hair, darker(look.hair, 0.86)
    with canvas.push(neck[0] + 0.012, neck[1] - radius * 1.12, radius):
        if look.hair_style == "long":
            fall = [(-1.12, -0.4), (0, -1.2), (0.95, -0.4), (0.88, 1.4), (-0.1, 1.75), (-1.2, 1.5)]
            canvas.blob(fall, shade)
        elif look.hair_style == "wavy":
            canvas.blob([(-1.15, -0.4), (0, -1.2), (1.0, -0.4), (0.8, 0.7), (-1.0, 0.9)], shade)
            for x, y in ((-1.05, 0.35), (-1.15, 0.85), (-0.9, 1.25), (0.8, 0.5), (0.86, 0.95)):
                canvas.ellipse(x, y, 0.36, 0.36, shade)
        elif look.hair_style == "ponytail":
            canvas.blob([(-0.8, -0.7), (-1.3, -0.75), (-1.75, 0.1), (-1.5, 1.0), (-1.1, 0.2)], hair)
        elif look.hair_style == "pigtails":
            canvas.blob(
                [(-0.85, -0.15), (-1.35, -0.2), (-1.6, 0.6), (-1.2, 1.0), (-0.9, 0.4)], hair
            )
            canvas.blob([(0.9, -0.1), (1.3, -0.1), (1.5, 0.6), (1.2, 0.95), (0.95, 0.4)], shade)
        else:
            canvas.ellipse(-0.05, -0.38, 1.4, 1.32, hair)
            canvas.ellipse(-0.25, -0.75, 0.8, 0.6, with_alpha(lighter(hair, 0.25), 40))


def draw_head(canvas: Canvas, neck: Point, radius: float, look: Look, headgear: str = "") -> None:
    """Draw a head of this radius above a neck, turned a little to the right.

    The unit of ``neck`` and ``radius`` is that of the current frame; ``headgear`` is one of
    ``HEADGEAR`` or "" for none.
    """
    skin = look.skin
    with canvas.push(neck[0] + 0.012, neck[1] - radius * 1.12, radius):
        if look.hair_style == "bun" and headgear not in LOW_HATS:
            canvas.ellipse(-0.1, -1.2, 0.44, 0.4, look.hair)
            canvas.ellipse(-0.2, -1.3, 0.2, 0.14, lighter(look.hair, 0.14))
        canvas.ellipse(-0.95, 0.1, 0.18, 0.21, darker(skin, 0.9))
        canvas.blob(FACE, skin)
        canvas.blob(JAW, with_alpha(darker(skin, 0.72), 60))
        _draw_features(canvas, look)
        _draw_hair(canvas, look)
        if look.glasses and headgear != "beanie":
            for x in (-0.16, 0.48):
                canvas.ellipse(x, 0.04, 0.25, 0.24, (255, 255, 255, 32))
                canvas.ring(x, 0.04, 0.25, 0.06, GOGGLES)
            canvas.line([(0.08, 0.02), (0.24, 0.02)], 0.06, GOGGLES)
            canvas.line([(-0.4, 0.02), (-0.85, -0.04)], 0.05, GOGGLES)
        if headgear:
            HEADGEAR[headgear](canvas, look.shirt_rgb)


FACE = (
    (-0.93, -0.1), (-0.66, -0.76), (0.0, -1.02), (0.66, -0.76), (0.93, -0.1), (0.86, 0.45),
    (0.45, 0.9), (0.04, 1.02), (-0.42, 0.92), (-0.86, 0.45),
)  # fmt: skip
JAW = ((-0.93, 0.0), (-0.84, 0.45), (-0.4, 0.92), (0.06, 1.02), (-0.3, 0.72), (-0.72, 0.3))


def _draw_features(canvas: Canvas, look: Look) -> None:
    """Draw eyes, brows, nose, cheeks, beard and mouth."""
    skin, baby = look.skin, look.kind == "baby"
    brow = mix(look.hair, darker(skin, 0.5), 0.35)
    tall = 0.15 if baby or look.is_child else 0.14
    for x in (-0.16, 0.48):
        canvas.ellipse(x, 0.03, 0.105, tall, INK)
        canvas.ellipse(x + 0.035, -0.025, 0.035, 0.042, WHITE)
        if look.kind in ("woman", "girl"):
            out = math.copysign(1, x)
            canvas.line([(x + 0.07 * out, -0.07), (x + 0.16 * out, -0.12)], 0.05, INK)
        if not baby:
            canvas.curve([(x - 0.14, -0.21), (x, -0.27), (x + 0.13, -0.22)], 0.065, brow)
    canvas.ellipse(-0.34, 0.37, 0.18, 0.12, BLUSH)
    canvas.ellipse(0.66, 0.37, 0.15, 0.12, BLUSH)
    canvas.curve([(0.2, 0.16), (0.27, 0.24), (0.2, 0.28)], 0.055, darker(skin, 0.74))
    if look.beard:
        canvas.blob(BEARD, look.hair)
        canvas.curve([(-0.06, 0.4), (0.17, 0.33), (0.42, 0.4)], 0.12, look.hair)
    if look.is_child or baby:
        canvas.sector(0.16, 0.44, (0.25, 0.2), (0, 180), LIP)
        canvas.sector(0.16, 0.44, (0.21, 0.07), (0, 180), WHITE)
    else:
        smile = [(0.16 + 0.26 * math.cos(t), 0.42 + 0.17 * math.sin(t)) for t in SMILE]
        canvas.line(smile, 0.085, (240, 235, 230) if look.beard else mix(LIP, skin, 0.15))


SMILE = tuple(0.35 + (math.pi - 0.7) * i / 6 for i in range(7))
BEARD = (
    (-0.86, 0.05), (-0.8, 0.5), (-0.42, 1.0), (0.12, 1.17), (0.6, 0.95), (0.9, 0.4), (0.9, 0.1),
    (0.66, 0.34), (0.4, 0.36), (0.16, 0.3), (-0.2, 0.38), (-0.56, 0.3),
)  # fmt: skip


def _draw_hair(canvas: Canvas, look: Look) -> None:
    """Draw the hair on the head."""
    hair, style = look.hair, look.hair_style
    gleam = with_alpha(lighter(hair, 0.4), 70)
    if style in FRINGED:
        low = 0.62 if style == "bob" else 0.12
        near = 0.35 if style == "bob" else -0.1
        canvas.blob(
            [
                (-1.06, low), (-1.04, -0.55), (-0.45, -1.13), (0.35, -1.13), (0.98, -0.5),
                (0.96, near), (0.72, -0.38), (-0.1, -0.62), (-0.64, -0.12), (-0.72, low),
            ],
            hair,
        )  # fmt: skip
        canvas.curve([(-0.72, -0.62), (-0.35, -0.86), (0.2, -0.9)], 0.1, gleam, 0.03)
    elif style in ("short", "side", "curly", "afro", "mop"):
        canvas.blob(SHORT[style] if style in SHORT else SHORT["short"], hair)
        if style == "curly":
            for i in range(9):
                angle = -2.95 + 2.75 * i / 8
                x, y = 0.88 * math.cos(angle), 0.93 * math.sin(angle)
                canvas.ellipse(x, y, 0.27, 0.27, hair)
                canvas.ellipse(x - 0.06, y - 0.08, 0.1, 0.08, gleam)
        elif style != "afro":
            canvas.curve([(-0.75, -0.6), (-0.35, -0.9), (0.25, -0.92)], 0.1, gleam, 0.03)
    elif style == "crop":
        canvas.blob(CROP, mix(hair, look.skin, 0.18))
    elif style == "tuft":
        canvas.blob([(-0.35, -0.85), (0.0, -1.22), (0.35, -0.92), (0.1, -0.72)], hair)
        canvas.curve([(0.0, -1.0), (0.22, -1.2), (0.34, -1.08)], 0.09, hair, 0.04)
    else:  # bald, with a fringe above the ears
        canvas.blob([(-0.96, 0.1), (-0.98, -0.3), (-0.8, -0.35), (-0.74, 0.05)], hair)
        canvas.ellipse(-0.25, -0.7, 0.26, 0.13, (255, 255, 255, 60))


CROP = (
    (-0.98, 0.0), (-0.92, -0.55), (-0.45, -1.04), (0.3, -1.06), (0.88, -0.6), (0.9, -0.25),
    (0.55, -0.58), (-0.3, -0.62), (-0.74, -0.35), (-0.76, -0.02),
)  # fmt: skip
SHORT = {
    "short": (
        (-1.0, 0.05), (-0.98, -0.6), (-0.4, -1.14), (0.35, -1.14), (0.95, -0.55), (0.88, -0.25),
        (0.3, -0.52), (-0.45, -0.46), (-0.72, -0.05),
    ),
    "side": (
        (-1.0, 0.08), (-1.0, -0.6), (-0.5, -1.2), (0.4, -1.26), (1.05, -0.8), (0.94, -0.28),
        (0.7, -0.6), (0.1, -0.72), (-0.5, -0.5), (-0.74, -0.05),
    ),
    "mop": (
        (-1.03, 0.2), (-1.06, -0.6), (-0.45, -1.2), (0.4, -1.2), (1.02, -0.55), (0.98, -0.05),
        (0.75, -0.32), (0.45, -0.24), (0.15, -0.36), (-0.2, -0.24), (-0.5, -0.34), (-0.74, 0.1),
    ),
}  # fmt: skip


def _draw_helmet(canvas: Canvas, colour: Colour) -> None:
    shell = COLOURS["red"] if colour == COLOURS["black"] else colour
    canvas.sector(0, -0.32, (1.14, 0.96), (180, 360), shell)
    for x in (-0.45, 0.1):
        canvas.curve([(x, -1.1), (x + 0.22, -0.85), (x + 0.3, -0.55)], 0.11, darker(shell, 0.7))
    canvas.rounded(-1.18, -0.46, 1.26, -0.26, 0.1, darker(shell))
    canvas.line([(-0.72, -0.28), (-0.55, 0.75)], 0.06, GOGGLES)


def _draw_cap(canvas: Canvas, colour: Colour) -> None:
    canvas.sector(0, -0.36, (1.04, 0.86), (180, 360), colour)
    canvas.blob(
        [(0.1, -0.5), (1.0, -0.55), (1.62, -0.36), (1.0, -0.28), (0.1, -0.3)], darker(colour)
    )
    canvas.line([(0, -1.2), (-0.1, -0.4)], 0.04, darker(colour))
    canvas.ellipse(0, -1.21, 0.1, 0.07, darker(colour))


def _draw_beanie(canvas: Canvas, colour: Colour) -> None:
    wool = darker(colour, 0.9)
    canvas.ellipse(0, -1.34, 0.27, 0.27, lighter(colour, 0.5))
    canvas.sector(0, -0.28, (1.1, 1.02), (180, 360), wool)
    for x in (-0.55, 0.0, 0.55):
        canvas.curve([(x * 0.6, -1.2), (x, -0.8), (x * 1.1, -0.4)], 0.05, darker(wool, 0.86))
    canvas.rounded(-1.13, -0.48, 1.13, -0.17, 0.12, lighter(colour, 0.3))
    canvas.rounded(-0.5, -0.17, 1.0, 0.24, 0.18, GOGGLES)
    canvas.line([(-0.3, -0.06), (0.1, -0.08)], 0.09, (150, 190, 225, 170))
    canvas.line([(-0.5, 0.02), (-0.95, -0.05)], 0.16, GOGGLES)


def _draw_chef_hat(canvas: Canvas, colour: Colour) -> None:
    for x in (-0.55, 0.55, 0.0):
        canvas.ellipse(x, -1.28, 0.55, 0.5, (250, 250, 250))
    canvas.rounded(-0.88, -1.12, 0.88, -0.42, 0.1, (250, 250, 250))
    for x in (-0.4, 0.0, 0.4):
        canvas.line([(x, -1.05), (x, -0.62)], 0.04, (214, 216, 222))
    canvas.line([(-0.84, -0.46), (0.84, -0.46)], 0.1, lighter(colour, 0.3))


def _draw_sun_hat(canvas: Canvas, colour: Colour) -> None:
    canvas.ellipse(0, -0.46, 1.65, 0.3, darker(STRAW, 0.9))
    canvas.sector(0, -0.5, (0.97, 0.82), (180, 360), STRAW)
    canvas.ellipse(0, -0.5, 0.97, 0.14, colour)
    canvas.ellipse(0.05, -0.4, 1.2, 0.16, STRAW)


def _draw_party_hat(canvas: Canvas, colour: Colour) -> None:
    canvas.polygon([(-0.5, -0.75), (0.5, -0.82), (0.06, -1.95)], COLOURS["teal"])
    for share in (0.2, 0.5):
        x, y = 0.5 - 0.44 * share, -0.8 - 1.15 * share
        canvas.line([(-x, y + 0.06), (x, y)], 0.12, COLOURS["yellow"])
    canvas.ellipse(0.06, -1.95, 0.17, 0.17, COLOURS["pink"])


HEADGEAR: dict[str, Callable[[Canvas, Colour], None]] = {
    "helmet": _draw_helmet,
    "cap": _draw_cap,
    "beanie": _draw_beanie,
    "chef": _draw_chef_hat,
    "sun": _draw_sun_hat,
    "party": _draw_party_hat,
}
