"""Food and drink."""

from __future__ import annotations

import math

from explorer.demo.canvas import Canvas, drawn
from explorer.demo.colours import COLOURS, WHITE, Colour, darker, hex_colour, lighter, with_alpha

CRUST = hex_colour("c98a45")
CHEESE = hex_colour("f4cf6a")
SAUCE = hex_colour("d6492f")
SALAMI = hex_colour("c13a2c")
BASIL = hex_colour("4f8a3c")
SPONGE = hex_colour("d79a58")
CREAM = hex_colour("fcf4e4")
BREAD = hex_colour("d9a662")
DOUGH = hex_colour("d39a56")
COFFEE = hex_colour("6b4428")
STALK = hex_colour("6d4a2b")
CHINA: Colour = (250, 249, 246)
CHINA_SHADE: Colour = (228, 228, 226)
APPLES = {
    "red": hex_colour("d63b36"),
    "green": hex_colour("8fbf4a"),
    "yellow": hex_colour("ecc94b"),
}
CANDLES = ("blue", "yellow", "green")
HERBS = ((0.05, 2.1), (0.22, 0.9), (0.34, 2.7), (0.3, 4.0), (0.16, 5.2), (0.36, 5.9), (0.25, 3.3))
SPRINKLES = tuple(6.2 * i / 11 for i in range(11))


@drawn
def draw_plate(canvas: Canvas, x: float, y: float, radius: float, flat: float = 0.3) -> None:
    """Draw an empty plate about ``(x, y)``; ``flat`` is its height over its width."""
    canvas.shadow(x, y + radius * 0.12, radius * 1.02, radius * flat)
    canvas.ellipse(x, y + radius * 0.04, radius, radius * flat, darker(CHINA_SHADE, 0.9))
    canvas.ellipse(x, y, radius, radius * flat, CHINA)
    canvas.ellipse(x, y, radius * 0.76, radius * flat * 0.74, CHINA_SHADE)
    canvas.ellipse(x, y + radius * flat * 0.04, radius * 0.74, radius * flat * 0.7, (240, 240, 238))


@drawn
def draw_pizza(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    plate: bool = True,
    flat: float = 0.5,
    cut: bool = True,
) -> None:
    """Draw a pizza about ``(x, y)``, its plate 1.16 ``size`` wide; ``flat``: see ``draw_plate``."""
    if plate:
        draw_plate(canvas, x, y, size * 0.58, flat)
    with canvas.push(x, y, size, size * flat):
        canvas.ellipse(0, 0.04, 0.48, 0.48, darker(CRUST, 0.78))
        canvas.ellipse(0, 0, 0.48, 0.48, CRUST)
        canvas.ellipse(0, 0, 0.44, 0.44, SAUCE)
        canvas.ellipse(0, 0, 0.42, 0.42, CHEESE)
        for i in range(6):
            angle = 1.1 * i + 0.4
            canvas.ellipse(0.27 * math.cos(angle), 0.27 * math.sin(angle), 0.09, 0.06,
                           with_alpha(lighter(CHEESE, 0.5), 150))  # fmt: skip
        for i in range(9):
            angle, reach = math.tau * i / 9 + 0.3, 0.15 + 0.155 * (i % 2)
            cx, cy = reach * math.cos(angle), reach * math.sin(angle)
            canvas.ellipse(cx, cy + 0.012, 0.075, 0.075, darker(SALAMI, 0.7))
            canvas.ellipse(cx, cy, 0.075, 0.075, SALAMI)
            canvas.ellipse(cx - 0.02, cy - 0.02, 0.022, 0.022, lighter(SALAMI, 0.3))
        for reach, angle in HERBS:
            with canvas.push(reach * math.cos(angle), reach * math.sin(angle), rotation=angle * 2):
                canvas.ellipse(0, 0, 0.04, 0.02, BASIL)
        if cut:
            for angle in (0.3, 1.35, 2.4):
                u, v = 0.46 * math.cos(angle), 0.46 * math.sin(angle)
                canvas.line([(-u, -v), (u, v)], 0.012, hex_colour("a9682c"))


@drawn
def draw_slice(canvas: Canvas, x: float, y: float, size: float, rotation: float = 0.0) -> None:
    """Draw a slice of pizza about ``(x, y)``, its tip downwards, half as wide as ``size``."""
    with canvas.push(x, y, size, rotation=rotation):
        canvas.polygon([(-0.25, -0.4), (0.25, -0.4), (0.0, 0.32)], CHEESE)
        canvas.polygon([(0.25, -0.4), (0.0, 0.32), (0.12, -0.4)], with_alpha(SAUCE, 40))
        canvas.line([(-0.24, -0.42), (0.24, -0.42)], 0.13, CRUST)
        canvas.line([(-0.22, -0.44), (0.22, -0.44)], 0.04, lighter(CRUST, 0.25))
        for cx, cy in ((-0.08, -0.24), (0.1, -0.16), (0, 0.03)):
            canvas.ellipse(cx, cy, 0.066, 0.066, SALAMI)
        canvas.ellipse(0.03, -0.29, 0.04, 0.02, BASIL)


@drawn
def draw_cake(
    canvas: Canvas, x: float, y: float, size: float, candles: int = 3, colour: str = "pink"
) -> None:
    """Draw a layer cake 0.84 ``size`` wide on a plate at ``(x, y)``, iced with ``colour``."""
    icing = lighter(COLOURS[colour], 0.35)
    draw_plate(canvas, x, y, size * 0.56, 0.26)
    with canvas.push(x, y, size):
        canvas.ellipse(0, -0.04, 0.42, 0.1, darker(SPONGE, 0.85))
        canvas.rect(-0.42, -0.36, 0.42, -0.04, SPONGE)
        canvas.rect(-0.42, -0.215, 0.42, -0.155, CREAM)
        canvas.sector(0, -0.16, (0.42, 0.1), (0, 180), CREAM)
        canvas.sector(0, -0.215, (0.42, 0.1), (0, 180), SPONGE)
        canvas.rect(0.22, -0.36, 0.42, -0.04, with_alpha(darker(SPONGE, 0.6), 45))
        drips = [(-0.42, -0.36)]
        for i in range(13):
            sag = 0.1 * math.sqrt(1 - (i / 6 - 1) ** 2)
            drips.append((-0.42 + 0.07 * i, -0.3 + sag + (0.0 if i % 2 else 0.06)))
        canvas.blob([*drips, (0.42, -0.36)], icing)
        canvas.ellipse(0, -0.36, 0.42, 0.11, icing)
        canvas.ellipse(0, -0.37, 0.38, 0.09, lighter(icing, 0.35))
        for i in range(10):
            angle = math.tau * i / 10
            cx, cy = 0.34 * math.cos(angle), -0.375 + 0.08 * math.sin(angle)
            canvas.ellipse(cx, cy, 0.032, 0.024, lighter(icing, 0.75))
        for i in range(candles):
            _draw_candle(canvas, (i - (candles - 1) / 2) * 0.15, -0.37, COLOURS[CANDLES[i % 3]])


def _draw_candle(canvas: Canvas, x: float, y: float, colour: Colour) -> None:
    canvas.rect(x - 0.018, y - 0.21, x + 0.018, y, colour)
    for step in (0.05, 0.12, 0.19):
        canvas.line(
            [(x - 0.016, y - step), (x + 0.016, y - step - 0.02)], 0.012, lighter(colour, 0.6)
        )
    canvas.ellipse(x, y - 0.265, 0.065, 0.085, (255, 226, 140, 70))
    canvas.blob([(x, y - 0.33), (x + 0.03, y - 0.25), (x, y - 0.21), (x - 0.03, y - 0.25)],
                hex_colour("ffd25e"))  # fmt: skip
    canvas.ellipse(x, y - 0.24, 0.013, 0.026, hex_colour("ff8f3c"))


@drawn
def draw_cake_slice(canvas: Canvas, x: float, y: float, size: float, colour: str = "pink") -> None:
    """Draw a piece of cake of width ``size`` about ``(x, y)``."""
    icing = lighter(COLOURS[colour], 0.35)
    with canvas.push(x, y, size):
        canvas.polygon([(-0.45, -0.1), (0.5, -0.2), (0.5, 0.3), (-0.45, 0.34)], SPONGE)
        canvas.polygon([(-0.45, 0.09), (0.5, 0.02), (0.5, 0.11), (-0.45, 0.17)], CREAM)
        canvas.polygon([(-0.45, -0.1), (0.25, -0.36), (0.5, -0.2)], lighter(icing, 0.35))
        canvas.polygon([(-0.45, -0.12), (0.5, -0.22), (0.5, -0.1), (-0.45, -0.0)], icing)
        canvas.ellipse(0.22, -0.32, 0.09, 0.09, COLOURS["red"])


@drawn
def draw_apple(canvas: Canvas, x: float, y: float, radius: float, colour: str = "red") -> None:
    """Draw an apple about ``(x, y)``: red, green or yellow."""
    skin = APPLES[colour]
    with canvas.push(x, y, radius):
        canvas.ellipse(-0.25, 0, 0.8, 0.95, skin)
        canvas.ellipse(0.25, 0, 0.8, 0.95, skin)
        canvas.blob([(0.5, -0.75), (1.02, 0), (0.5, 0.88), (0.1, 0.9), (0.7, 0.2)],
                    with_alpha(darker(skin, 0.6), 70))  # fmt: skip
        canvas.ellipse(0, -0.8, 0.3, 0.1, darker(skin, 0.75))
        canvas.line([(0, -0.8), (0.12, -1.3)], 0.14, STALK, 0.1)
        canvas.blob(
            [(0.12, -1.05), (0.4, -1.36), (0.75, -1.25), (0.45, -1.0)], hex_colour("5aa04a")
        )
        canvas.ellipse(-0.42, -0.3, 0.18, 0.28, (255, 255, 255, 110))


@drawn
def draw_orange(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """Draw an orange about ``(x, y)``."""
    peel = hex_colour("f0922f")
    with canvas.push(x, y, radius):
        canvas.ellipse(0, 0, 1, 1, peel)
        canvas.blob([(0.55, -0.8), (0.98, 0), (0.5, 0.85), (0, 0.98), (0.62, 0.3)],
                    with_alpha(darker(peel, 0.7), 70))  # fmt: skip
        for cx, cy in ((-0.1, 0.2), (0.25, -0.1), (0.1, 0.55), (-0.5, 0.3), (-0.2, -0.2)):
            canvas.ellipse(cx, cy, 0.045, 0.045, with_alpha(darker(peel, 0.75), 120))
        canvas.ellipse(-0.35, -0.35, 0.2, 0.22, (255, 255, 255, 100))
        canvas.blob([(-0.05, -0.9), (0.35, -1.15), (0.55, -0.95), (0.2, -0.82)], BASIL)
        canvas.ellipse(0, -0.88, 0.12, 0.08, STALK)


@drawn
def draw_banana(canvas: Canvas, x: float, y: float, size: float, rotation: float = 0.0) -> None:
    """Draw a banana of length ``size`` about ``(x, y)``."""
    peel = hex_colour("f4d13d")
    with canvas.push(x, y, size, rotation=rotation):
        canvas.blob([(-0.45, -0.22), (-0.25, 0.08), (0.1, 0.17), (0.42, -0.02), (0.48, -0.12),
                     (0.36, -0.07), (0.05, -0.02), (-0.22, -0.09), (-0.37, -0.25)],
                    peel)  # fmt: skip
        canvas.curve([(-0.4, -0.18), (-0.2, 0.02), (0.08, 0.09), (0.4, -0.05)], 0.025,
                     darker(peel, 0.82), 0.012)  # fmt: skip
        canvas.line([(-0.42, -0.23), (-0.45, -0.31)], 0.06, hex_colour("8a6a2a"))
        canvas.ellipse(0.47, -0.11, 0.024, 0.024, STALK)


@drawn
def draw_fruit_bowl(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw a bowl of fruit standing at ``(x, y)``, 0.92 ``size`` wide."""
    bowl = hex_colour("4a86b5")
    canvas.shadow(x, y, size * 0.48, size * 0.09)
    with canvas.push(x, y, size):
        canvas.ellipse(0, -0.3, 0.46, 0.05, darker(bowl, 0.7))
        for cx, cy in ((0.1, -0.52), (0.18, -0.55), (0.14, -0.47), (0.23, -0.48)):
            canvas.ellipse(cx, cy, 0.06, 0.06, COLOURS["purple"])
            canvas.ellipse(cx - 0.02, cy - 0.02, 0.015, 0.015, lighter(COLOURS["purple"], 0.5))
        draw_apple(canvas, 0.0, -0.47, 0.15, "green")
        draw_orange(canvas, 0.24, -0.36, 0.16)
        draw_apple(canvas, -0.24, -0.38, 0.16)
        draw_banana(canvas, 0.02, -0.34, 0.62, -0.2)
        canvas.sector(0, -0.3, (0.46, 0.3), (0, 180), bowl)
        canvas.sector(0.1, -0.29, (0.34, 0.27), (0, 100), with_alpha(darker(bowl, 0.6), 60))
        canvas.line([(-0.45, -0.29), (0.45, -0.29)], 0.035, lighter(bowl, 0.25))
        canvas.rounded(-0.16, -0.035, 0.16, 0.01, 0.02, darker(bowl, 0.8))
        canvas.curve(
            [(-0.36, -0.2), (-0.28, -0.12), (-0.18, -0.07)], 0.03, lighter(bowl, 0.4), 0.012
        )


@drawn
def draw_sandwich(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw a sandwich on a plate of width 1.2 ``size`` at ``(x, y)``."""
    draw_plate(canvas, x, y, size * 0.6, 0.3)
    with canvas.push(x, y - size * 0.05, size):
        canvas.rounded(-0.4, -0.12, 0.4, 0, 0.05, BREAD)
        canvas.line([(-0.36, -0.02), (0.36, -0.02)], 0.025, darker(BREAD, 0.8))
        leaf = [(-0.45, -0.13), (-0.3, -0.19), (-0.14, -0.14), (0, -0.19), (0.15, -0.14),
                (0.3, -0.19), (0.45, -0.13), (0.28, -0.08), (0.1, -0.11), (-0.1, -0.07),
                (-0.3, -0.1)]  # fmt: skip
        canvas.blob(leaf, hex_colour("6fb04c"))
        canvas.rounded(-0.39, -0.215, 0.39, -0.155, 0.03, hex_colour("d64f3c"))
        canvas.polygon([(-0.41, -0.25), (0.41, -0.25), (0.3, -0.19), (0.16, -0.21), (0, -0.17),
                        (-0.2, -0.21), (-0.32, -0.18)], hex_colour("f3c64e"))  # fmt: skip
        canvas.blob(
            [(-0.42, -0.24), (-0.37, -0.39), (0, -0.47), (0.37, -0.39), (0.42, -0.24)], BREAD
        )
        canvas.curve([(-0.3, -0.38), (-0.1, -0.43), (0.12, -0.43)], 0.03,
                     with_alpha(lighter(BREAD, 0.5), 150))  # fmt: skip
        for cx in (-0.22, -0.1, 0.04, 0.17, 0.28):
            canvas.ellipse(cx, -0.36 + abs(cx) * 0.12, 0.02, 0.012, hex_colour("faecc8"))


@drawn
def draw_donut(canvas: Canvas, x: float, y: float, radius: float, colour: str = "pink") -> None:
    """Draw a doughnut about ``(x, y)`` with icing of ``colour``."""
    icing = COLOURS[colour]
    with canvas.push(x, y, radius):
        canvas.ellipse(0, 0.08, 1, 0.8, darker(DOUGH, 0.8))
        canvas.ellipse(0, 0, 1, 0.8, DOUGH)
        edge = [
            ((0.9 + 0.05 * (-1) ** i) * math.cos(t), (0.7 + 0.04 * (-1) ** i) * math.sin(t) - 0.06)
            for i, t in enumerate(math.tau * k / 14 for k in range(14))
        ]
        canvas.blob(edge, icing)
        canvas.curve([(-0.65, -0.25), (-0.4, -0.5), (0.0, -0.6)], 0.1, with_alpha(WHITE, 90), 0.04)
        for i, angle in enumerate(SPRINKLES):
            reach = 0.55 + 0.14 * (i % 2)
            cx, cy = reach * math.cos(angle), 0.72 * reach * math.sin(angle) - 0.05
            tint = (WHITE, COLOURS["yellow"], COLOURS["blue"])[i % 3]
            lean = 0.07 * math.cos(angle * 3)
            canvas.line([(cx - lean, cy - 0.05), (cx + lean, cy + 0.05)], 0.075, tint)
        canvas.ellipse(0, -0.03, 0.32, 0.22, darker(icing, 0.8))
        canvas.ellipse(0, 0.0, 0.29, 0.18, darker(DOUGH, 0.7))


@drawn
def draw_cup(canvas: Canvas, x: float, y: float, size: float, colour: str = "white") -> None:
    """Draw a cup of coffee standing at ``(x, y)``, 0.6 ``size`` tall."""
    china = COLOURS[colour]
    canvas.shadow(x, y, size * 0.36, size * 0.07)
    with canvas.push(x, y, size):
        canvas.curve(
            [(0.27, -0.44), (0.46, -0.4), (0.44, -0.2), (0.26, -0.14)], 0.07, darker(china, 0.9)
        )
        canvas.polygon([(-0.3, -0.55), (0.3, -0.55), (0.26, -0.08), (0.18, 0), (-0.18, 0),
                        (-0.26, -0.08)], china)  # fmt: skip
        canvas.polygon([(0.12, -0.55), (0.3, -0.55), (0.26, -0.08), (0.18, 0), (0.08, 0)],
                       with_alpha(darker(china, 0.7), 70))  # fmt: skip
        canvas.ellipse(0, -0.55, 0.3, 0.08, lighter(china, 0.2))
        canvas.ellipse(0, -0.54, 0.255, 0.06, COFFEE)
        for cx in (-0.08, 0.08):
            steam = [(cx, -0.64), (cx + 0.05, -0.74), (cx - 0.03, -0.84), (cx + 0.03, -0.94)]
            canvas.curve(steam, 0.035, (255, 255, 255, 130), 0.01)
