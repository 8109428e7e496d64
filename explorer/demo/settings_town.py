"""Settings in town: street, market, stadium and station."""

from __future__ import annotations

import numpy as np

from explorer.demo.canvas import Canvas
from explorer.demo.colours import COLOURS, Colour, darker, hex_colour, lighter, mix
from explorer.demo.plants import draw_tree
from explorer.demo.scenery import EDGE, WHITE, chance, draw_sky, pick

FRONTS = ("d98f6c", "c9b08a", "a6b8c7", "e3c9a6", "b77a6a", "8fa3ad", "cfd3d6", "b9c4a4")
CROWD = ("d7443e", "3b6fb6", "f0bf3c", "f2efe9", "e39a6b", "4c9a5b", "b07547", "8558a8")
CANOPIES = ("red", "teal", "orange", "green", "blue", "purple")


def draw_street(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """Houses, a pavement from 64 to 72, and a road below it."""
    draw_sky(canvas, rng, time, 60)
    lit = {"sunset": 0.5, "cloudy": 0.25}.get(time, 0.08)
    x = rng.uniform(-10, -2)
    while x < EDGE:
        wide = rng.uniform(12, 23)
        _draw_house(canvas, rng, (x, wide, rng.uniform(24, 54)), lit)
        x += wide
    canvas.rect(0, 64, 100, 72, hex_colour(pick(rng, ("cfc9bf", "d6cfc6", "c3c4c6"))))
    for slab in range(int(rng.integers(0, 10)), 110, 10):
        canvas.line([(slab, 64), (slab - 3, 72)], 0.25, hex_colour("b5afa6"))
    for _ in range(int(rng.integers(0, 3))):
        tree = hex_colour(pick(rng, ("5d9a4e", "6fa757", "d09a45")))
        draw_tree(canvas, rng.uniform(2, 98), 69, rng.uniform(20, 30), "round", tree)
    canvas.rect(0, 71.4, 100, 72.6, hex_colour("a39d95"))
    canvas.gradient(72.6, 100, hex_colour("6d7078"), hex_colour("55585f"))
    for dash in range(int(rng.integers(-9, 0)), 110, 18):
        canvas.polygon([(dash, 84), (dash + 9, 84), (dash + 8.2, 85.6), (dash - 0.8, 85.6)],
                       hex_colour("e9e2c8"))  # fmt: skip


def _draw_house(
    canvas: Canvas, rng: np.random.Generator, place: tuple[float, float, float], lit: float
) -> None:
    x, wide, tall = place
    wall = hex_colour(pick(rng, FRONTS))
    top = 62 - tall
    canvas.rect(x, top, x + wide - 0.5, 66, wall)
    canvas.rect(x, top, x + wide - 0.5, top + 2, darker(wall))
    if chance(rng, 0.3):
        canvas.polygon(
            [(x, top), (x + wide / 2, top - 6), (x + wide - 0.5, top)], darker(wall, 0.7)
        )
    columns, rows = int((wide - 1) // 4.3), int((tall - 12) // 7)
    tint = hex_colour(pick(rng, ("7fa3b8", "6f8fa6", "93b0b8")))
    for i in range(columns):
        left = x + 0.5 + (wide - 0.5) * (i + 0.5) / columns - 1.5
        for j in range(rows):
            y = top + 4.5 + 7 * j
            glass = hex_colour("fbe3a0") if rng.random() < lit else tint
            canvas.rect(left, y, left + 3.0, y + 4.4, glass)
            canvas.rect(left - 0.3, y + 4.4, left + 3.3, y + 4.9, lighter(wall, 0.35))
    if chance(rng, 0.6):
        canvas.rounded(x + 1, 54, x + wide - 1.6, 64.5, 0.5, hex_colour("6d8ca0"))
        _draw_awning(canvas, (x + 0.6, x + wide - 1.2, 51.5, 55.5),
                     COLOURS[pick(rng, CANOPIES)])  # fmt: skip
    else:
        middle = x + wide / 2
        canvas.rect(middle - 2, 55.5, middle + 2, 65, darker(wall, 0.6))
        canvas.ellipse(middle + 1.2, 60.5, 0.3, 0.3, hex_colour("e3c26a"))


def _draw_awning(canvas: Canvas, box: tuple[float, float, float, float], colour: Colour) -> None:
    left, right, top, bottom = box
    stripes = max(4, int((right - left) / 3.2))
    step = (right - left) / stripes
    for i in range(stripes):
        shade = colour if i % 2 else WHITE
        canvas.rect(left + i * step, top, left + (i + 1) * step, bottom, shade)
        canvas.ellipse(left + (i + 0.5) * step, bottom, step / 2, 0.8, shade)


def draw_market(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """Three stalls with fruit under striped canopies; pavement from 58 down."""
    draw_sky(canvas, rng, time, 50)
    wall = hex_colour(pick(rng, ("e3c9a6", "d9b7a0", "cfd0c4", "e8d7b9")))
    canvas.rect(0, rng.uniform(18, 26), 100, 60, wall)
    for window in (6, 30, 56, 82):
        canvas.rect(window, 29, window + 10, 44, darker(wall, 0.8))
        canvas.rect(window + 0.7, 29.7, window + 9.3, 43.3, hex_colour("7fa3b8"))
    light, dark = pick(rng, (("d9cdbb", "c4b59e"), ("cfc9c0", "b7b0a6"), ("dcc6a8", "c3a987")))
    canvas.gradient(58, 100, hex_colour(light), hex_colour(dark))
    for y in (66, 73, 83, 96):
        canvas.line([(0, y), (100, y)], 0.2, darker(hex_colour(dark), 0.9))
    shift = rng.uniform(-8, 8)
    for stall in range(-1, 4):
        _draw_stall(canvas, rng, 2 + shift + 34 * stall)


def _draw_stall(canvas: Canvas, rng: np.random.Generator, x: float) -> None:
    colour = COLOURS[pick(rng, CANOPIES)]
    canvas.shadow(x + 14.7, 66, 16, 1.5)
    for pole in (1.0, 27.4):
        canvas.rect(x + pole, 40, x + pole + 1, 66, hex_colour("7a5436"))
    for i in range(7):
        shade = colour if i % 2 else WHITE
        low = [x + (i + k) * 4.2 + (i + k - 3.5) * 0.5 for k in (0, 1)]
        canvas.polygon([(x + i * 4.2, 34), (x + (i + 1) * 4.2, 34), (low[1], 42), (low[0], 42)],
                       shade)  # fmt: skip
        canvas.ellipse((low[0] + low[1]) / 2, 42, (low[1] - low[0]) / 2, 1.5, shade)
    canvas.rect(x, 56, x + 29.4, 66, hex_colour("a8713f"))
    for board in (59.3, 62.6):
        canvas.line([(x, board), (x + 29.4, board)], 0.2, hex_colour("8a5a34"))
    for crate in range(3):
        left = x + 0.8 + 9.6 * crate
        fruit = hex_colour(pick(rng, ("d63b36", "f0922f", "8fbf4a", "f4d13d", "8558a8", "c9485f")))
        for k in range(7):
            lift = 1.7 if k % 2 else 0.0
            canvas.ellipse(left + 1.5 + 0.98 * k, 53 - lift, 1.3, 1.3, mix(fruit, WHITE, lift / 14))
        canvas.rounded(left, 53, left + 8.8, 58.5, 0.5, hex_colour("c79a62"))


def draw_stadium(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """A crowd behind a field of striped grass that begins at 54."""
    _draw_crowd(canvas, rng, time, hex_colour(pick(rng, ("2f5fa0", "8a3a3a", "2f6f60"))))
    light, dark = pick(rng, (("6fb35c", "62a552"), ("7cb865", "6aa655"), ("63a866", "57995b")))
    across = chance(rng, 0.5)
    canvas.rect(0, 54, 100, 100, hex_colour(light))
    for i in range(8):
        if across and i % 2:
            canvas.rect(0, 54 + 5.75 * i, 100, 59.75 + 5.75 * i, hex_colour(dark))
        elif i % 2:
            top, low = (10 + 12 * i, 22 + 12 * i), (-40 + 24 * i, -16 + 24 * i)
            canvas.polygon([(top[0] - 6, 54), (top[1] - 6, 54), (low[1], 100), (low[0], 100)],
                           hex_colour(dark))  # fmt: skip
    canvas.line([(0, 58), (100, 58)], 0.5, WHITE)


def _draw_crowd(canvas: Canvas, rng: np.random.Generator, time: str, boards: Colour) -> None:
    draw_sky(canvas, rng, time, 30)
    canvas.rect(0, 24, 100, 50, hex_colour(pick(rng, ("7d8794", "6f7a88", "8c8f96"))))
    canvas.rect(0, 22.6, 100, 24.6, hex_colour("5d6672"))
    colours = [hex_colour(c) for c in CROWD]
    skins = [hex_colour(c) for c in ("f1c9a5", "c98d5f", "7a4a2c")]
    for row in range(6):
        y = 28.5 + 3.7 * row
        canvas.rect(0, y + 1.6, 100, y + 2.2, hex_colour("616b77"))
        for seat in range(34):
            if chance(rng, 0.82):
                x = 3 * seat + 1.5 * (row % 2)
                canvas.rect(x - 1.1, y + 0.1, x + 1.1, y + 1.8, pick(rng, colours))
                canvas.ellipse(x, y - 0.7, 0.75, 0.8, pick(rng, skins))
    canvas.rect(0, 48.4, 100, 54.4, boards)
    for board in range(0, 100, 20):
        badge = lighter(boards, 0.55)
        canvas.ellipse(board + 4.5, 51.4, 1.5, 1.5, badge)
        canvas.rounded(board + 7.5, 50.7, board + 15.5, 52.1, 0.7, badge)


def draw_tennis_court(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """A stadium whose ground is a tennis court, with its net at about 60."""
    _draw_crowd(canvas, rng, time, hex_colour("27573f"))
    court, out = pick(rng, (("3f79b5", "3a8a76"), ("c9744a", "a85a3a"), ("5b9a5e", "3f79b5")))
    canvas.rect(0, 54, 100, 100, hex_colour(out))
    canvas.polygon([(12, 60), (88, 60), (112, 100), (-12, 100)], hex_colour(court))
    for line in (((12, 60), (-12, 100)), ((88, 60), (112, 100)), ((0, 60), (100, 60)),
                 ((2, 77), (98, 77))):  # fmt: skip
        canvas.line(list(line), 0.6, WHITE)
    canvas.rect(0, 57, 100, 64, (255, 255, 255, 50))
    for x in range(0, 101, 2):
        canvas.line([(x, 57), (x, 64)], 0.14, (40, 50, 60, 120))
    for y in (59.3, 61.6):
        canvas.line([(0, y), (100, y)], 0.14, (40, 50, 60, 120))
    canvas.rect(0, 56.4, 100, 57.6, WHITE)


def draw_baseball_field(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """A stadium whose ground is a baseball field, with the home plate near the lower edge."""
    _draw_crowd(canvas, rng, time, hex_colour(pick(rng, ("2f5fa0", "2f6f60"))))
    canvas.gradient(54, 100, hex_colour("77b262"), hex_colour("62a04f"))
    canvas.ellipse(50, 97, 70, 26, hex_colour(pick(rng, ("d6a06a", "c98f5c"))))
    canvas.polygon([(46, 90), (54, 90), (54, 93), (50, 95), (46, 93)], WHITE)
    canvas.line([(54, 90), (104, 72)], 0.5, WHITE)
    canvas.line([(46, 90), (-4, 72)], 0.5, WHITE)


def draw_goal(canvas: Canvas, x: float) -> None:
    """A football goal at the far edge of the field, its left post at ``x``."""
    for net in range(2, 26, 2):
        canvas.line([(x + net, 46), (x + net, 58)], 0.12, (255, 255, 255, 130))
    for net in (48, 50, 52, 54, 56):
        canvas.line([(x, net), (x + 26, net)], 0.12, (255, 255, 255, 130))
    canvas.line([(x, 58), (x, 46), (x + 26, 46), (x + 26, 58)], 0.7, WHITE)


def draw_station(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """A roofed hall with rails at about 70, and a platform before them."""
    wall = hex_colour(pick(rng, ("d5dbe0", "dcd3c4", "cbd8d3", "d9cdc8")))
    canvas.rect(0, 0, 100, 60, wall)
    for x in np.arange(rng.uniform(-6, 4), 100, 21):
        glow = {"sunset": "f6cfa0", "cloudy": "c7d2d9", "morning": "f4ecd0"}.get(time, "bfe0ef")
        canvas.rect(float(x), 20, float(x) + 15, 50, lighter(wall, 0.4))
        canvas.rect(float(x) + 0.8, 20.8, float(x) + 14.2, 49.2, hex_colour(glow))
        canvas.line([(float(x) + 7.5, 20), (float(x) + 7.5, 50)], 0.6, lighter(wall, 0.4))
        canvas.line([(float(x), 35), (float(x) + 15, 35)], 0.6, lighter(wall, 0.4))
    canvas.polygon(
        [(0, 0), (100, 0), (100, 12), (0, 16)], hex_colour(pick(rng, ("7d8b98", "6f7f78")))
    )
    for pillar in (8, int(rng.integers(40, 60)), 92):
        canvas.line([(pillar, 13), (pillar, 60)], 1.2, hex_colour("8a97a3"))
    canvas.rect(0, 58, 100, 76, hex_colour("7d7a78"))
    for sleeper in range(0, 104, 4):
        canvas.rect(sleeper, 70.8, sleeper + 2, 72.2, hex_colour("645c55"))
    canvas.line([(0, 70.5), (100, 70.5)], 0.7, hex_colour("b4b2b0"))
    draw_platform(canvas)


def draw_platform(canvas: Canvas) -> None:
    """The platform of a station, from 73 down; drawn again over the wheels of a train."""
    canvas.gradient(73, 100, hex_colour("cfc8bd"), hex_colour("b9b1a5"))
    canvas.rect(0, 75, 100, 77, hex_colour("f0c33c"))
    canvas.rect(0, 73, 100, 73.7, hex_colour("a39d95"))
    for y in (82, 89):
        canvas.line([(0, y), (100, y)], 0.2, hex_colour("ada598"))
