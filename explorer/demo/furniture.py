"""Furniture: couches, tables, chairs and television sets."""

from __future__ import annotations

from explorer.demo.canvas import Canvas, drawn
from explorer.demo.colours import COLOURS, Colour, darker, hex_colour, lighter

OAK = hex_colour("b98452")
LEG = hex_colour("6b4a30")


@drawn
def draw_couch(canvas: Canvas, x: float, y: float, size: float, colour: str = "teal") -> None:
    """Draw a couch of width 1.1 ``size`` on the floor at ``(x, y)``; its seat is 0.3 high."""
    cloth = COLOURS[colour]
    canvas.shadow(x, y, size * 0.56, size * 0.05)
    with canvas.push(x, y, size):
        for leg in (-0.46, 0.42):
            canvas.rect(leg, -0.06, leg + 0.04, 0, LEG)
        canvas.rounded(-0.5, -0.55, 0.5, -0.1, 0.07, darker(cloth, 0.9))
        for cushion in (-0.4, 0.0):
            canvas.rounded(cushion, -0.52, cushion + 0.4, -0.2, 0.05, darker(cloth, 0.97))
        canvas.line([(0, -0.52), (0, -0.22)], 0.012, darker(cloth, 0.78))
        canvas.rounded(-0.44, -0.3, 0.44, -0.06, 0.04, cloth)
        canvas.line([(-0.4, -0.165), (0.4, -0.165)], 0.01, darker(cloth, 0.84))
        for arm in (-0.54, 0.39):
            canvas.rounded(arm, -0.38, arm + 0.15, -0.05, 0.06, lighter(cloth, 0.1))


@drawn
def draw_armchair(canvas: Canvas, x: float, y: float, size: float, colour: str = "red") -> None:
    """Draw an armchair of width ``size`` on the floor at ``(x, y)``."""
    cloth = COLOURS[colour]
    canvas.shadow(x, y, size * 0.5, size * 0.07)
    with canvas.push(x, y, size):
        for leg in (-0.36, 0.3):
            canvas.rect(leg, -0.08, leg + 0.06, 0, LEG)
        canvas.rounded(-0.38, -0.98, 0.38, -0.2, 0.14, darker(cloth, 0.9))
        for dot in (-0.16, 0.16):
            canvas.ellipse(dot, -0.7, 0.02, 0.02, darker(cloth, 0.7))
        canvas.rounded(-0.36, -0.46, 0.36, -0.1, 0.08, cloth)
        for arm in (-0.5, 0.3):
            canvas.rounded(arm, -0.58, arm + 0.2, -0.07, 0.09, lighter(cloth, 0.1))


@drawn
def draw_table(
    canvas: Canvas, x: float, y: float, width: float, height: float = 16, colour: Colour = OAK
) -> None:
    """Draw a table on the floor at ``(x, y)``; its top is ``height`` + 2 above."""
    canvas.shadow(x, y, width * 0.55, 2)
    for part in (-0.42, 0.42):
        leg = x + part * width
        canvas.polygon(
            [(leg - 1.2, y - height), (leg + 1.2, y - height), (leg + 0.8, y), (leg - 0.8, y)],
            darker(colour, 0.75),
        )
    left, right = x - width / 2, x + width / 2
    canvas.rect(left + 3, y - height, right - 3, y - height + 3, darker(colour, 0.84))
    canvas.rounded(left, y - height - 2, right, y - height + 1.6, 0.8, colour)
    canvas.rounded(left, y - height + 0.5, right, y - height + 1.6, 0.5, darker(colour, 0.8))


@drawn
def draw_chair(
    canvas: Canvas, x: float, y: float, size: float, face: int = 1, colour: Colour = OAK
) -> None:
    """Draw a chair of height ``size`` at ``(x, y)``, seen from the side; its seat is 0.46 high."""
    canvas.shadow(x, y, size * 0.3, size * 0.05)
    with canvas.push(x, y, size * face, size):
        shade = darker(colour, 0.78)
        for leg in (-0.17, 0.2):
            canvas.line([(leg * 0.85, -0.44), (leg, -0.01)], 0.05, shade)
        canvas.line([(-0.17, -0.44), (-0.22, -0.9)], 0.055, colour)
        canvas.rounded(-0.27, -0.98, -0.17, -0.66, 0.04, colour)
        canvas.rounded(-0.22, -0.5, 0.24, -0.43, 0.03, lighter(colour, 0.1))


@drawn
def draw_tv(canvas: Canvas, x: float, y: float, size: float, show: str = "field") -> None:
    """Draw a television set of width ``size`` on a low stand at ``(x, y)``.

    It shows a "field", the "sea" or "news".
    """
    canvas.shadow(x, y, size * 0.62, size * 0.06)
    with canvas.push(x, y, size):
        wood = hex_colour("7a5436")
        canvas.rounded(-0.6, -0.24, 0.6, -0.03, 0.02, wood)
        canvas.rect(-0.6, -0.24, 0.6, -0.21, lighter(wood, 0.15))
        for foot in (-0.5, 0.44):
            canvas.rect(foot, -0.03, foot + 0.06, 0, darker(wood, 0.7))
        canvas.rect(-0.1, -0.3, 0.1, -0.23, hex_colour("2c2e34"))
        canvas.rounded(-0.5, -0.9, 0.5, -0.28, 0.03, hex_colour("2c2e34"))
        top, low = {
            "field": ("5aa2d6", "6fb35c"),
            "sea": ("a7d8f0", "2f8fb8"),
            "news": ("4a5f9a", "c9485f"),
        }[show]
        canvas.rect(-0.46, -0.86, 0.46, -0.32, hex_colour(top))
        if show == "news":
            canvas.rounded(-0.4, -0.42, 0.4, -0.36, 0.01, hex_colour(low))
            canvas.ellipse(0, -0.68, 0.09, 0.1, hex_colour("eab98f"))
            canvas.sector(0, -0.42, (0.2, 0.17), (180, 360), hex_colour("31333b"))
        else:
            canvas.rect(-0.46, -0.52, 0.46, -0.32, hex_colour(low))
            canvas.ellipse(0.24, -0.74, 0.06, 0.06, hex_colour("ffe9a3"))
