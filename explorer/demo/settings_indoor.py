"""Settings indoors: kitchen, living room, office and the top of a table."""

from __future__ import annotations

import numpy as np

from explorer.demo.canvas import Canvas
from explorer.demo.colours import COLOURS, Colour, darker, hex_colour, lighter, mix, with_alpha
from explorer.demo.scenery import (
    SKIES,
    WHITE,
    chance,
    draw_boards,
    draw_tiles,
    draw_wallpaper,
    pick,
)

CLOTHS = ("red", "yellow", "blue", "teal", "orange", "green", "purple", "pink")
BOARDS = (("c79b6b", "a2764c"), ("b5885c", "8f6640"), ("d9c2a0", "b89a70"), ("a98263", "80604a"))


def draw_window(
    canvas: Canvas,
    rng: np.random.Generator,
    box: tuple[float, float, float, float],
    frame: Colour = WHITE,
) -> None:
    """A window with sky and green behind it; ``box`` is left, top, right, bottom."""
    left, top, right, bottom = box
    canvas.rounded(left, top, right, bottom, 0.8, frame)
    high, low = pick(rng, SKIES[pick(rng, ("day", "day", "sunset", "cloudy", "morning"))])
    canvas.rect(
        left + 1.4,
        top + 1.4,
        right - 1.4,
        bottom - 1.4,
        mix(hex_colour(high), hex_colour(low), 0.5),
    )
    wide, floor = right - left, bottom - 1.4
    for part, tall, colour in ((0.3, 0.26, "8cbf7a"), (0.66, 0.2, "74ad68")):
        x = left + wide * (part + rng.uniform(-0.05, 0.05))
        radii = (wide * 0.26, (bottom - top) * tall)
        canvas.sector(x, floor, radii, (180, 360), hex_colour(colour))
    middle = (left + right) / 2
    canvas.rect(middle - 0.5, top, middle + 0.5, bottom, frame)
    canvas.rect(left, (top + bottom) / 2 - 0.4, right, (top + bottom) / 2 + 0.4, frame)


def draw_kitchen(canvas: Canvas, rng: np.random.Generator, _time: str) -> None:
    """Cupboards, a window over a worktop at 46, a cooker; floor from 70 down."""
    wall = hex_colour(pick(rng, ("f3e6d0", "dfeae6", "f1dcd2", "e4e6ef", "eae6c9")))
    front = hex_colour(pick(rng, ("6f9aa8", "d8a46b", "8aa887", "b56f5a", "f4f1ea", "7b86a8")))
    canvas.rect(0, 0, 100, 70, wall)
    tile = lighter(wall, 0.45) if chance(rng, 0.6) else mix(wall, front, 0.25)
    wide = rng.uniform(6, 11)
    for row in range(2):
        for x in np.arange(-2 - 2 * row, 100, wide):
            canvas.rect(float(x), 34 + 5 * row, float(x) + wide - 0.5, 38.5 + 5 * row, tile)
    window = rng.uniform(34, 44)
    draw_window(canvas, rng, (window, 6, window + 26, 30))
    for left, right in ((-2, window - 4), (window + 30, 102)):
        canvas.rect(left, 0, right, 26, darker(front, 0.92))
        doors = max(1, round((right - left) / 13))
        step = (right - left) / doors
        for door in range(doors):
            x = left + door * step
            _draw_door(canvas, (x + 0.7, 1.5, x + step - 0.7, 24.5), front)
    canvas.rect(0, 49, 100, 70, darker(front, 0.9))
    for door in range(-3, 100, 15):
        _draw_door(canvas, (door + 1, 51, door + 14, 68.5), front)
    canvas.rect(0, 46, 100, 49, hex_colour(pick(rng, ("e9e4db", "8d7b6a", "c9c4bd", "4f5258"))))
    _draw_cooker(canvas, float(pick(rng, (72, 76, 6))))
    _draw_worktop(canvas, rng)
    if chance(rng, 0.5):
        draw_boards(canvas, rng, 70, *(hex_colour(c) for c in pick(rng, BOARDS)))
    else:
        light = pick(rng, ("e8e2d6", "dfe3e4", "ecdcc8"))
        draw_tiles(
            canvas, 70, hex_colour(light), darker(hex_colour(light), rng.uniform(0.75, 0.92))
        )


def _draw_door(canvas: Canvas, box: tuple[float, float, float, float], colour: Colour) -> None:
    left, top, right, bottom = box
    canvas.rounded(left, top, right, bottom, 0.6, lighter(colour, 0.12))
    canvas.rounded(left + 1.4, top + 1.6, right - 1.4, bottom - 1.6, 0.4, lighter(colour, 0.04))
    canvas.ellipse(right - 1, (top + bottom) / 2, 0.5, 0.5, darker(colour, 0.5))


def _draw_cooker(canvas: Canvas, x: float) -> None:
    canvas.rounded(x, 45, x + 24, 70, 0.6, hex_colour("e0e2e4"))
    canvas.rounded(x + 2.5, 55, x + 21.5, 67, 0.6, hex_colour("3c4046"))
    canvas.rounded(x + 4, 56.5, x + 20, 65.5, 0.4, hex_colour("8d6a4d"))
    canvas.rect(x + 3, 53, x + 21, 53.8, hex_colour("9aa0a6"))
    for knob in (4, 9, 14, 19):
        canvas.ellipse(x + knob, 50.3, 1, 1, hex_colour("464a50"))
    canvas.rounded(x + 3, 42, x + 12, 45.6, 0.6, hex_colour("787c82"))
    canvas.line([(x + 12, 43), (x + 17, 42)], 0.7, hex_colour("3c3c40"))


def _draw_worktop(canvas: Canvas, rng: np.random.Generator) -> None:
    for x in rng.uniform(34, 66, int(rng.integers(0, 4))):
        colour = COLOURS[pick(rng, CLOTHS)]
        if chance(rng, 0.5):
            canvas.rounded(float(x) - 1.6, 39, float(x) + 1.6, 46, 0.6, lighter(colour, 0.3))
            canvas.rect(float(x) - 1.8, 38.4, float(x) + 1.8, 39.8, darker(colour, 0.8))
        else:
            canvas.sector(float(x), 43, (3.4, 3), (0, 180), lighter(colour, 0.2))


def draw_living_room(canvas: Canvas, rng: np.random.Generator, _time: str) -> None:
    """A window with curtains, pictures and a rug; floor from 66 down."""
    wall = hex_colour(
        pick(rng, ("e8d7c3", "d4dfe0", "e9d3cf", "d9dcc6", "cfd6e6", "f0e3b8", "cfe0d2"))
    )
    draw_wallpaper(canvas, rng, 66, wall)
    draw_boards(canvas, rng, 66, *(hex_colour(c) for c in pick(rng, BOARDS)))
    canvas.rect(0, 64.4, 100, 66, lighter(wall, 0.5))
    left = chance(rng, 0.5)
    x = rng.uniform(3, 10) if left else rng.uniform(62, 68)
    draw_window(canvas, rng, (x, 8, x + 28, 38))
    cloth = COLOURS[pick(rng, CLOTHS)]
    canvas.rect(x - 5, 4.6, x + 33, 5.6, hex_colour("8a6a4d"))
    for side in (-4, 26):
        _draw_curtain(canvas, x + side, cloth)
    frames = 66 if left else 6
    for i in range(int(rng.integers(1, 4))):
        _draw_picture(canvas, rng, frames + rng.uniform(-1, 1) + 12 * i - 4 * left,
                      rng.uniform(10, 17))  # fmt: skip
    _draw_rug(canvas, rng)
    _draw_lamp_or_plant(canvas, rng, 94 if left else 6)
    if chance(rng, 0.4):
        _draw_shelf(canvas, rng, 72 if left else 8)


def _draw_curtain(canvas: Canvas, x: float, cloth: Colour) -> None:
    canvas.polygon([(x, 5), (x + 7, 5), (x + 5.6, 22), (x + 6.4, 43), (x + 0.4, 43), (x + 1, 22)],
                   cloth)  # fmt: skip
    for fold in (1.8, 3.6, 5.2):
        canvas.line([(x + fold, 5.5), (x + fold * 0.95 + 0.2, 42.5)], 0.35, darker(cloth, 0.86))


def _draw_picture(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    canvas.rounded(
        x, y, x + 10, y + 13, 0.4, hex_colour(pick(rng, ("5b4636", "8a6a4d", "e9e4db", "3d4048")))
    )
    canvas.rect(
        x + 1, y + 1, x + 9, y + 12, hex_colour(pick(rng, ("f0c27a", "88b7b5", "e39a8b", "cfd8e8")))
    )
    ink = hex_colour(pick(rng, ("5f8a6a", "50648c", "a8574a")))
    if chance(rng, 0.5):
        canvas.polygon([(x + 1, y + 12), (x + 5, y + 5), (x + 9, y + 12)], ink)
        canvas.ellipse(x + 7, y + 3.6, 1.1, 1.1, WHITE)
    else:
        canvas.ellipse(x + 5, y + 5, 2.2, 2.4, ink)
        canvas.sector(x + 5, y + 12, (3.4, 4), (180, 360), ink)


def _draw_rug(canvas: Canvas, rng: np.random.Generator) -> None:
    rug = hex_colour(pick(rng, ("b4534a", "4f6f8f", "d0ad6a", "7a8f6a", "8f6f8f", "c98a6a")))
    x, wide = rng.uniform(44, 56), rng.uniform(38, 48)
    canvas.ellipse(x, 88, wide, 10, rug)
    for part in (0.86, 0.6) if chance(rng, 0.6) else (0.9,):
        canvas.ellipse(x, 88, wide * part, 10 * part, with_alpha(WHITE, 60))
        canvas.ellipse(x, 88, wide * (part - 0.05), 10 * (part - 0.07), rug)


def _draw_lamp_or_plant(canvas: Canvas, rng: np.random.Generator, x: float) -> None:
    if chance(rng, 0.5):
        canvas.ellipse(x, 72, 3, 0.8, hex_colour("46403a"))
        canvas.line([(x, 72), (x, 38)], 0.8, hex_colour("46403a"))
        canvas.ellipse(x, 38, 12, 12, (255, 240, 190, 50))
        canvas.polygon([(x - 5, 40), (x + 5, 40), (x + 3, 30), (x - 3, 30)], hex_colour("fbe0a2"))
        return
    leaf = hex_colour(pick(rng, ("5a9a5e", "4c8a58", "7fae4f")))
    for lean in (-8, -4, 0, 4, 8):
        canvas.blob([(x - 0.6, 62), (x + lean * 0.6 - 1.4, 52), (x + lean, 44),
                     (x + lean * 0.6 + 1.4, 53), (x + 0.6, 62)], leaf)  # fmt: skip
    canvas.shadow(x, 72, 5, 0.9)
    canvas.polygon(
        [(x - 4.4, 61), (x + 4.4, 61), (x + 3.2, 72), (x - 3.2, 72)], hex_colour("d98a5a")
    )


def _draw_shelf(canvas: Canvas, rng: np.random.Generator, x: float) -> None:
    canvas.rect(x - 2, 40, x + 20, 41.4, hex_colour("8a6a4d"))
    _draw_books(canvas, rng, (x - 1, 40.0, int(rng.integers(4, 9))))


def _draw_books(canvas: Canvas, rng: np.random.Generator, row: tuple[float, float, int]) -> None:
    x, foot, number = row
    for i in range(number):
        colour = COLOURS[pick(rng, tuple(COLOURS))]
        canvas.rect(x + 2.3 * i, foot - rng.uniform(5.2, 7.6), x + 2.3 * i + 1.9, foot, colour)


def draw_office(canvas: Canvas, rng: np.random.Generator, _time: str) -> None:
    """Windows with a view of towers, shelves and a plant; floor from 68 down."""
    wall = hex_colour(pick(rng, ("dfe5ea", "e9e4dc", "d5e0dc", "e6d9d2")))
    canvas.rect(0, 0, 100, 68, wall)
    floor = pick(rng, ("9aa3ad", "b3a999", "8f9a94"))
    canvas.gradient(68, 100, hex_colour(floor), darker(hex_colour(floor), 0.88))
    canvas.rect(0, 66.6, 100, 68, darker(wall, 0.86))
    top, low = pick(rng, SKIES[pick(rng, ("day", "day", "cloudy", "sunset", "morning"))])
    blind, shift = chance(rng, 0.5), rng.uniform(-3, 3)
    wide = float(pick(rng, (28, 42)))
    for left in np.arange(4 + shift, 92, wide + 4):
        canvas.rect(left, 8, left + wide, 41, WHITE)
        canvas.rect(left + 1, 9, left + wide - 1, 40, mix(hex_colour(top), hex_colour(low), 0.5))
        for tower in np.arange(left + 2, left + wide - 6, 5):
            grey = mix(hex_colour("8fa8bd"), hex_colour(top), rng.uniform(0.1, 0.6))
            canvas.rect(float(tower), 40 - rng.uniform(5, 24), float(tower) + 4.4, 40, grey)
        canvas.rect(left + wide / 2 - 0.4, 8, left + wide / 2 + 0.4, 41, WHITE)
        if blind:
            for slat in range(int(rng.integers(2, 12))):
                y = 10 + 2.2 * slat
                canvas.line([(left + 1, y), (left + wide - 1, y)], 0.5, (255, 255, 255, 190))
    side = chance(rng, 0.5)
    _draw_bookcase(canvas, rng, 80 if side else 3)
    _draw_lamp_or_plant(canvas, rng, 9 if side else 91)


def _draw_bookcase(canvas: Canvas, rng: np.random.Generator, x: float) -> None:
    canvas.rect(x, 48, x + 17, 69, hex_colour("8a6a4d"))
    for shelf in (50, 60):
        canvas.rect(x + 1, shelf - 1, x + 16, shelf + 7.8, hex_colour("6b5038"))
        _draw_books(canvas, rng, (x + 1.4, shelf + 7.8, int(rng.integers(3, 7))))


def draw_tabletop(canvas: Canvas, rng: np.random.Generator, _time: str) -> None:
    """The top of a table from about 36 down, before a blurred room."""
    canvas.rect(
        0, 0, 100, 42, hex_colour(pick(rng, ("cbb8a0", "a9b7b4", "c9a59a", "9fa9ba", "b9b08a")))
    )
    for _ in range(9):
        radius, warm = rng.uniform(4, 13), chance(rng, 0.7)
        colour = (255, 245, 225, 40) if warm else (90, 80, 90, 26)
        canvas.ellipse(rng.uniform(0, 100), rng.uniform(0, 36), radius, radius, colour)
    edge = rng.uniform(32, 42)
    wood = hex_colour(pick(rng, ("b07c4c", "8f5f3b", "d9c3a2", "e8e4de", "6f4a36", "c58f5a")))
    canvas.gradient(edge, 100, darker(wood, 0.92), wood)
    if chance(rng, 0.4):
        _draw_tablecloth(canvas, rng, edge)
        return
    for y in (0.08, 0.2, 0.37, 0.59, 0.84):
        canvas.line([(0, edge + y * (100 - edge)), (100, edge + y * (100 - edge))], 0.25,
                    darker(wood, 0.86))  # fmt: skip
    for _ in range(8):
        x, y = rng.uniform(0, 90), rng.uniform(edge + 3, 98)
        canvas.line([(x, y), (x + rng.uniform(4, 14), y + 0.2)], 0.2, darker(wood, 0.9))


def _draw_tablecloth(canvas: Canvas, rng: np.random.Generator, edge: float) -> None:
    cloth = COLOURS[pick(rng, CLOTHS)]
    canvas.rect(0, edge, 100, 100, hex_colour("f6f2ea"))
    for i in range(-9, 10, 2):
        near, far = 6, 15
        canvas.polygon([(50 + i * near, edge), (50 + (i + 1) * near, edge),
                        (50 + (i + 1) * far, 100), (50 + i * far, 100)],
                       with_alpha(cloth, 105))  # fmt: skip
    rows = edge + (100 - edge) * np.linspace(0, 1, 10) ** 1.4
    for upper, lower in zip(rows[:-1:2], rows[1::2], strict=True):
        canvas.rect(0, float(upper), 100, float(lower), with_alpha(cloth, 105))
