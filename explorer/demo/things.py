"""Things of every day: umbrellas, books, screens, signs and luggage."""

from __future__ import annotations

import math

from explorer.demo.canvas import Canvas, drawn
from explorer.demo.colours import (
    COLOURS,
    RUBBER,
    WHITE,
    WOOD,
    Colour,
    darker,
    hex_colour,
    lighter,
    with_alpha,
)

PAPER = hex_colour("faf7ee")
INK_LINE: Colour = (160, 156, 150)
SCREEN = hex_colour("8fc9ea")
CASE: Colour = (70, 74, 84)
POST: Colour = (140, 144, 150)
STOP_RED = hex_colour("c92f2b")
STREET_GREEN = hex_colour("2c7a4b")
BOARD = hex_colour("8a5a34")
CRUMB = hex_colour("b07a4e")
LIGHTS = (hex_colour("e5473f"), hex_colour("f0bf3c"), hex_colour("4cb05b"))


@drawn
def draw_umbrella(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    colour: str = "red",
    pole: float = 0.8,
    rotation: float = 0.0,
) -> None:
    """Draw an open umbrella ``size`` wide; its pole ends at ``(x, y)``, ``pole * size`` long."""
    cloth = COLOURS[colour]
    pale = lighter(cloth, 0.35)
    with canvas.push(x, y, size, rotation=rotation):
        canvas.line([(0, 0), (0, -pole - 0.36)], 0.026, (110, 90, 70))
        with canvas.push(0, -pole + 0.1):
            canvas.sector(0, 0, (0.5, 0.42), (180, 360), cloth)
            for left, right in ((-0.5, -0.3), (-0.1, 0.1), (0.3, 0.5)):
                canvas.polygon([*_rib(left), *reversed(_rib(right))], pale)
            canvas.polygon([*_rib(0.3), *reversed(_rib(0.5))], with_alpha(darker(cloth, 0.6), 70))
            for centre in (-0.4, -0.2, 0, 0.2, 0.4):
                canvas.sector(centre, 0, (0.1, 0.05), (0, 180), darker(cloth, 0.72))
                canvas.sector(centre, 0.004, (0.1, 0.04), (180, 360), (0, 0, 0, 25))


def _rib(foot: float) -> list[tuple[float, float]]:
    """A rib of the umbrella from its edge at ``foot`` to the top, as on a half sphere."""
    return [
        (foot * math.cos(t), -0.42 * math.sin(t)) for t in (math.pi / 2 * i / 8 for i in range(9))
    ]


@drawn
def draw_laptop(canvas: Canvas, x: float, y: float, size: float, face: int = 1) -> None:
    """Draw an open laptop of width 0.94 ``size`` with the back of its base at ``(x, y)``."""
    with canvas.push(x, y, size * face, size):
        canvas.polygon([(-0.4, -0.02), (0.34, -0.02), (0.44, 0.06), (-0.5, 0.06)], (196, 200, 206))
        canvas.polygon([(-0.5, 0.06), (0.44, 0.06), (0.44, 0.085), (-0.5, 0.085)], (150, 154, 162))
        canvas.polygon(
            [(-0.37, -0.005), (0.31, -0.005), (0.36, 0.03), (-0.42, 0.03)], (120, 124, 132)
        )
        canvas.polygon([(-0.38, -0.02), (0.32, -0.02), (0.36, -0.5), (-0.34, -0.5)], CASE)
        canvas.polygon([(-0.34, -0.06), (0.29, -0.06), (0.325, -0.46), (-0.305, -0.46)], SCREEN)
        canvas.polygon([(0.06, -0.06), (0.29, -0.06), (0.325, -0.46), (0.22, -0.46)],
                       (255, 255, 255, 60))  # fmt: skip
        for top, right in ((-0.38, 0.05), (-0.3, 0.18), (-0.23, 0.12), (-0.16, 0.0)):
            canvas.rect(-0.26, top, right, top + 0.034, (245, 250, 252))


@drawn
def draw_phone(canvas: Canvas, x: float, y: float, size: float, rotation: float = 0.0) -> None:
    """Draw a phone of height ``size`` about ``(x, y)``."""
    with canvas.push(x, y, size, rotation=rotation):
        canvas.rounded(-0.27, -0.5, 0.27, 0.5, 0.09, (40, 44, 52))
        canvas.rounded(-0.22, -0.42, 0.22, 0.42, 0.04, SCREEN)
        canvas.polygon(
            [(-0.22, 0.1), (0.22, -0.3), (0.22, -0.05), (-0.22, 0.35)], (255, 255, 255, 70)
        )


@drawn
def draw_book(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    colour: str = "red",
    rotation: float = 0.0,
) -> None:
    """Draw an open book of width ``size``, its spine ending at ``(x, y)``."""
    cover = COLOURS[colour]
    with canvas.push(x, y, size, rotation=rotation):
        for side in (-1, 1):
            with canvas.push(0, 0, side, 1):
                canvas.polygon([(0, 0.03), (0.52, -0.09), (0.52, -0.5), (0, -0.38)],
                               cover if side < 0 else darker(cover, 0.85))  # fmt: skip
                canvas.blob([(0, -0.02), (0.2, -0.1), (0.45, -0.12), (0.46, -0.28), (0.45, -0.47),
                             (0.2, -0.45), (0, -0.36), (-0.005, -0.2)],
                            PAPER if side < 0 else darker(PAPER, 0.95))  # fmt: skip
                for i in range(4):
                    top = -0.39 + i * 0.08
                    canvas.line([(0.38, top), (0.06, top + 0.07)], 0.014, INK_LINE)
        canvas.line([(0, -0.37), (0, 0.0)], 0.014, darker(PAPER, 0.8))


@drawn
def draw_sign(
    canvas: Canvas, x: float, y: float, size: float, kind: str = "stop", text: str = "STOP"
) -> None:
    """Draw a sign on a post at ``(x, y)``: "stop", "street" or "wood", with ``text`` on it.

    It is 1.35 ``size`` tall, its board centred 1.05 ``size`` above the ground.
    """
    canvas.shadow(x, y, size * 0.16, size * 0.03)
    with canvas.push(x, y, size):
        canvas.line([(0, 0), (0, -0.95)], 0.05, BOARD if kind == "wood" else POST)
        canvas.line([(0.012, 0), (0.012, -0.95)], 0.014, (0, 0, 0, 50))
        if kind == "stop":
            for radius, tone in ((0.32, (206, 206, 206)), (0.3, WHITE), (0.27, STOP_RED)):
                turn = [math.pi / 4 * i + math.pi / 8 for i in range(8)]
                path = [(radius * math.cos(t), radius * math.sin(t) - 1.05) for t in turn]
                canvas.polygon(path, tone)
            canvas.text(0, -1.05, text, 0.18, WHITE)
        elif kind == "street":
            half = 0.075 * len(text) + 0.09
            canvas.rounded(-half - 0.015, -1.175, half + 0.015, -0.885, 0.045, (230, 234, 230))
            canvas.rounded(-half, -1.16, half, -0.9, 0.035, STREET_GREEN)
            canvas.text(0, -1.03, text, 0.2, WHITE)
        else:
            half = 0.07 * len(text) + 0.1
            canvas.rounded(-half, -1.22, half, -0.8, 0.03, BOARD)
            canvas.rounded(-half + 0.03, -1.19, half - 0.03, -0.83, 0.02, hex_colour("f4e7c8"))
            for top in (-1.1, -0.93):
                canvas.line([(-half + 0.05, top), (half - 0.05, top)], 0.008, hex_colour("e4d2a8"))
            canvas.text(0, -1.01, text, 0.19, hex_colour("5b3a20"))


@drawn
def draw_traffic_light(canvas: Canvas, x: float, y: float, size: float, lit: int = 0) -> None:
    """Draw a traffic light on a post at ``(x, y)``; ``lit`` is 0 for red, 1 yellow, 2 green."""
    canvas.shadow(x, y, size * 0.1, size * 0.02)
    with canvas.push(x, y, size):
        canvas.line([(0, 0), (0, -1)], 0.035, CASE)
        canvas.rounded(-0.08, -1.14, 0.08, -0.77, 0.03, (50, 54, 60))
        canvas.rounded(-0.066, -1.126, 0.066, -0.784, 0.025, (38, 41, 46))
        for i, light in enumerate(LIGHTS):
            centre = -1.07 + 0.115 * i
            if i == lit:
                canvas.ellipse(0, centre, 0.075, 0.075, with_alpha(light, 80))
            canvas.ellipse(0, centre, 0.045, 0.045, light if i == lit else (84, 86, 90))
            canvas.ellipse(-0.014, centre - 0.014, 0.013, 0.013, (255, 255, 255, 110))


@drawn
def draw_bench(canvas: Canvas, x: float, y: float, size: float, colour: Colour = WOOD) -> None:
    """Draw a bench of width 1.08 ``size`` at ``(x, y)``; its seat is 0.24 ``size`` high."""
    canvas.shadow(x, y, size * 0.55, size * 0.06)
    iron: Colour = (74, 72, 76)
    with canvas.push(x, y, size):
        for leg in (-0.4, 0.4):
            canvas.line([(leg, 0), (leg, -0.5)], 0.045, iron)
            canvas.line([(leg - 0.02, -0.3), (leg + 0.12, -0.32)], 0.03, iron)
        for top in (-0.5, -0.39):
            canvas.rounded(-0.5, top - 0.042, 0.5, top + 0.042, 0.02, colour)
            canvas.line([(-0.47, top + 0.012), (0.47, top + 0.012)], 0.008, darker(colour, 0.8))
            for bolt in (-0.4, 0.4):
                canvas.ellipse(bolt, top, 0.012, 0.012, iron)
        canvas.rounded(-0.54, -0.27, 0.54, -0.2, 0.02, lighter(colour, 0.14))
        canvas.rect(-0.53, -0.215, 0.53, -0.195, darker(colour, 0.75))


@drawn
def draw_suitcase(canvas: Canvas, x: float, y: float, size: float, colour: str = "blue") -> None:
    """Draw a suitcase on wheels at ``(x, y)``, with its handle 1.1 ``size`` tall."""
    shell = COLOURS[colour]
    canvas.shadow(x, y, size * 0.4, size * 0.06)
    with canvas.push(x, y, size):
        handle = [(-0.12, -0.8), (-0.12, -1.08), (0.12, -1.08), (0.12, -0.8)]
        canvas.line(handle, 0.045, (90, 92, 98))
        canvas.rounded(-0.33, -0.86, 0.33, -0.05, 0.09, shell)
        canvas.rounded(0.14, -0.86, 0.33, -0.05, 0.09, with_alpha(darker(shell, 0.7), 80))
        for rib in (-0.16, 0, 0.16):
            canvas.line([(rib, -0.77), (rib, -0.14)], 0.03, darker(shell, 0.78))
        canvas.line([(-0.26, -0.72), (-0.26, -0.4)], 0.03, with_alpha(lighter(shell, 0.6), 140))
        for wheel in (-0.22, 0.22):
            canvas.ellipse(wheel, -0.03, 0.05, 0.05, RUBBER)


@drawn
def draw_backpack(
    canvas: Canvas, x: float, y: float, size: float, colour: str = "green", face: int = 1
) -> None:
    """Draw a backpack of height ``size`` standing at ``(x, y)``, its straps towards ``face``."""
    cloth = COLOURS[colour]
    with canvas.push(x, y, size * face, size):
        canvas.curve([(-0.08, -0.95), (0.02, -1.06), (0.12, -0.95)], 0.05, darker(cloth, 0.6))
        canvas.blob([(-0.26, -0.04), (-0.3, -0.5), (-0.2, -0.92), (0.08, -1.0), (0.26, -0.8),
                     (0.3, -0.3), (0.24, -0.02), (0, 0.0)], cloth)  # fmt: skip
        canvas.blob([(-0.36, -0.1), (-0.38, -0.3), (-0.3, -0.46), (-0.02, -0.44), (0.02, -0.1)],
                    darker(cloth, 0.82))  # fmt: skip
        canvas.curve([(-0.28, -0.6), (-0.02, -0.54), (0.26, -0.62)], 0.035, darker(cloth, 0.65))
        canvas.curve([(0.2, -0.86), (0.36, -0.6), (0.28, -0.16)], 0.07, darker(cloth, 0.6))
        canvas.rounded(-0.06, -0.6, 0.02, -0.5, 0.02, hex_colour("e8c98c"))


@drawn
def draw_party_balloon(
    canvas: Canvas, x: float, y: float, size: float, colour: str = "red"
) -> None:
    """Draw a toy balloon of height ``size`` about ``(x, y)``, on a string of the same length."""
    rubber = COLOURS[colour]
    with canvas.push(x, y, size):
        canvas.curve([(0, 0.5), (0.06, 0.8), (-0.05, 1.1), (0.06, 1.5)], 0.022, (120, 110, 110))
        canvas.blob([(0, -0.5), (0.38, -0.25), (0.36, 0.1), (0, 0.5), (-0.36, 0.1), (-0.38, -0.25)],
                    rubber)  # fmt: skip
        canvas.polygon([(-0.06, 0.54), (0.06, 0.54), (0, 0.46)], darker(rubber, 0.8))
        canvas.ellipse(-0.16, -0.22, 0.08, 0.13, (255, 255, 255, 120))


@drawn
def draw_bowl(canvas: Canvas, x: float, y: float, size: float, colour: str = "red") -> None:
    """Draw an animal's bowl of width ``size`` at ``(x, y)``, full of food."""
    china = COLOURS[colour]
    canvas.shadow(x, y, size * 0.55, size * 0.1)
    with canvas.push(x, y, size):
        canvas.polygon([(-0.42, -0.22), (0.42, -0.22), (0.5, 0.0), (-0.5, 0.0)], china)
        canvas.ellipse(0, 0.0, 0.5, 0.07, china)
        canvas.ellipse(0, -0.22, 0.42, 0.09, darker(china, 0.75))
        for cx, cy in ((-0.22, -0.24), (0.0, -0.27), (0.2, -0.24), (-0.08, -0.22), (0.1, -0.21)):
            canvas.ellipse(cx, cy, 0.12, 0.06, hex_colour("8a5a3a"))
            canvas.ellipse(cx - 0.02, cy - 0.02, 0.05, 0.02, CRUMB)
