"""Settings out of town: beach, snow, park, forest, harbour, sky, savanna and farm."""

from __future__ import annotations

import numpy as np

from explorer.demo.canvas import Canvas
from explorer.demo.colours import darker, hex_colour, lighter, mix, with_alpha
from explorer.demo.plants import draw_cloud, draw_tree
from explorer.demo.scenery import (
    EDGE,
    SKIES,
    WHITE,
    chance,
    draw_flowers,
    draw_hills,
    draw_ripples,
    draw_shrubs,
    draw_sky,
    draw_specks,
    draw_tufts,
    pick,
    scatter,
)

LEAVES = ("5d9a4e", "6fa757", "4c8a58", "7fae4f")
# Foot, number and width of the trunks, and whether they leave the middle free; far ones first.
FOREST_RANKS = ((60, 9, 2.2, False), (66, 7, 3.4, False), (72, 5, 5.0, True))
MEADOWS = (("86be6b", "6ba955"), ("93c46b", "78ad4e"), ("7bb77a", "5c9f63"))


def draw_beach(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """Sea under the sky, and sand from about 63 down."""
    horizon = rng.uniform(42, 49)
    draw_sky(canvas, rng, time, horizon)
    if chance(rng, 0.35):
        draw_hills(canvas, rng, horizon + 1, [pick(rng, ("8fb3b0", "9db7a0"))], 3)
    sea = hex_colour("4d6fa5" if time == "sunset" else pick(rng, ("2f8fb8", "3aa0b5", "2f7fae")))
    canvas.gradient(horizon, 66, darker(sea, 0.92), lighter(sea, 0.35))
    draw_ripples(canvas, rng, horizon + 2, 61, 18)
    shore = rng.uniform(60, 64)
    xs, phase, length = np.linspace(-2, 102, 40), rng.uniform(0, 6), rng.uniform(7, 14)
    sand = hex_colour(pick(rng, ("efd9a7", "e9cf9a", "f1dfb9")))
    for drop, colour in ((-1.6, WHITE), (0.0, darker(sand, 0.88)), (2.0, sand)):
        edge = shore + drop + 1.3 * np.sin(xs / length + phase)
        line = [(float(x), float(y)) for x, y in zip(xs, edge, strict=True)]
        canvas.polygon([*line, (102, 102), (-2, 102)], colour)
    draw_specks(
        canvas, rng, shore + 5, with_alpha(darker(sand, 0.82), 130), int(rng.integers(30, 80))
    )
    if chance(rng, 0.5):
        x = float(pick(rng, (rng.uniform(2, 12), rng.uniform(86, 96))))
        draw_tree(canvas, x, rng.uniform(68, 73), rng.uniform(40, 52), "palm", hex_colour("4d9a58"))
    for x, y in scatter(rng, int(rng.integers(0, 6)), 74, 98):
        shell = hex_colour(pick(rng, ("f7ece0", "e8b7a0", "d98a76")))
        canvas.sector(x, y, (1.2, 0.9), (180, 360), shell)


def draw_snow(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """Mountains, pines and a slope of snow from about 62 down."""
    draw_sky(canvas, rng, "day" if time == "morning" else time, 60)
    for layer, (foot, colour) in enumerate(((52, "b3c7dd"), (57, "cfdcea"))):
        x = rng.uniform(-16, -4)
        while x < EDGE + 8:
            wide = rng.uniform(22, 40)
            _draw_mountain(canvas, rng, x, foot, (wide, (1 - 0.3 * layer)), colour)
            x += wide * 0.62
    tilt = rng.uniform(-6, 6)
    canvas.polygon([(-2, 60 - tilt), (40, 57), (102, 62 + tilt), (102, 102), (-2, 102)],
                   hex_colour("e9f0f7"))  # fmt: skip
    for _ in range(int(rng.integers(3, 9))):
        x = float(pick(rng, (rng.uniform(-2, 26), rng.uniform(74, 102))))
        green = hex_colour(pick(rng, ("3f7560", "4d8069", "356455")))
        draw_tree(canvas, x, rng.uniform(64, 73), rng.uniform(12, 25), "pine", green)
    canvas.polygon([(-2, 76 + tilt / 2), (102, 79 - tilt / 2), (102, 102), (-2, 102)],
                   hex_colour("f6f9fc"))  # fmt: skip
    for _ in range(int(rng.integers(2, 7))):
        y = rng.uniform(78, 98)
        track = [(rng.uniform(-5, 30), y), (50, y - rng.uniform(-2, 3)), (rng.uniform(70, 105), y)]
        canvas.curve(track, 0.35, hex_colour("d5e0ec"))
    draw_specks(canvas, rng, 72, (214, 226, 240, 170), 24)


def _draw_mountain(
    canvas: Canvas,
    rng: np.random.Generator,
    x: float,
    foot: float,
    size: tuple[float, float],
    colour: str,
) -> None:
    wide, scale = size
    tall = rng.uniform(16, 36) * scale
    canvas.polygon([(x - wide / 2, foot + 8), (x, foot - tall), (x + wide / 2, foot + 8)],
                   hex_colour(colour))  # fmt: skip
    canvas.polygon([(x, foot - tall), (x + wide / 2, foot + 8), (x + wide * 0.12, foot + 8)],
                   with_alpha(darker(hex_colour(colour), 0.86), 120))  # fmt: skip
    cap = [(-0.13, 0.72), (0.0, 1.0), (0.13, 0.72), (0.05, 0.62), (-0.03, 0.68)]
    canvas.polygon([(x + wide * a, foot - tall * b) for a, b in cap], (250, 252, 255))


def draw_park(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """Trees behind a lawn that begins at about 60, often with a path."""
    horizon = rng.uniform(49, 55)
    draw_sky(canvas, rng, time, horizon)
    if chance(rng, 0.3):
        for x in np.arange(rng.uniform(-4, 8), 100, 11):
            tall = rng.uniform(8, 26)
            canvas.rect(float(x), horizon - tall, float(x) + rng.uniform(6, 10), horizon + 4,
                        hex_colour(pick(rng, ("b9c8d2", "a9bccb", "c6d2d8"))))  # fmt: skip
    draw_hills(canvas, rng, horizon, ("a9cf95", "8fc07e"), rng.uniform(3, 7))
    autumn = chance(rng, 0.25)
    for x in rng.permutation(np.arange(4, 100, 8))[: int(rng.integers(4, 9))]:
        leaves = ("d09a45", "c9753d", "b9a046", "7fae4f") if autumn else LEAVES
        kind = "pine" if chance(rng, 0.12) else "round"
        draw_tree(canvas, float(x), rng.uniform(57, 62), rng.uniform(16, 31), kind,
                  hex_colour(pick(rng, leaves)))  # fmt: skip
    near, far = pick(rng, MEADOWS)
    canvas.gradient(60.5, 100, hex_colour(near), hex_colour(far))
    if chance(rng, 0.6):
        shift = rng.uniform(-26, 18)
        path = [(38, 60), (46, 60), (58, 74), (104, 88), (104, 100), (60, 100), (44, 78)]
        canvas.blob([(x + shift, max(y, 60.6)) for x, y in path], hex_colour("e6d6b0"))
    if chance(rng, 0.25):
        canvas.ellipse(rng.uniform(20, 80), 68, rng.uniform(12, 22), 3.2, hex_colour("8cc3dc"))
    draw_tufts(canvas, rng, 62, with_alpha(hex_colour("4f8f45"), 130), int(rng.integers(20, 46)))
    draw_flowers(canvas, rng, 66, int(rng.integers(0, 18)))
    draw_shrubs(canvas, rng, 64, LEAVES, 2)


def draw_forest(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """Three ranks of trunks under leaves; ground and a path from about 69 down."""
    skies = {"sunset": ("e8b98f", "f7dfb0"), "cloudy": ("b9cfc4", "dfe8dc")}
    top, low = skies.get(time, pick(rng, (("bfe0c0", "e6f2cf"), ("b4dcc8", "f0f3cf"))))
    canvas.gradient(0, 71, hex_colour(top), hex_colour(low))
    autumn = chance(rng, 0.2)
    leaves = ("c9b26a", "c08a45", "a8693a") if autumn else ("93bf95", "6a9f72", "4a7f58")
    for rank, (foot, number, width, aside) in enumerate(FOREST_RANKS):
        colour = hex_colour(leaves[rank])
        for _ in range(number):
            x = rng.uniform(0, 100)
            if aside:
                x = float(pick(rng, (rng.uniform(-2, 22), rng.uniform(78, 102))))
            bark = mix(hex_colour("6d4b32"), colour, 0.62 - 0.25 * rank)
            canvas.line([(x, foot + 4), (x + rng.uniform(-2, 2), -4)], width, bark, width * 0.7)
        for _ in range(14):
            x, y = rng.uniform(-5, 105), rng.uniform(-4, 20 - 3 * rank)
            leaves_at = (x, y, rng.uniform(8, 15), rng.uniform(5, 9))
            canvas.ellipse(*leaves_at, with_alpha(colour, 235))
    canvas.gradient(69, 100, hex_colour("7aa35a"), hex_colour("5f8a48"))
    if chance(rng, 0.75):
        shift = rng.uniform(-12, 12)
        path = [(44 + shift, 69), (54 + shift, 69), (70 + shift / 2, 101), (26 + shift / 2, 101)]
        canvas.polygon(path, hex_colour("cbb182"))
    draw_specks(canvas, rng, 71, with_alpha(hex_colour("3f6b38"), 120), 40)
    for _ in range(int(rng.integers(3, 9))):
        x = float(pick(rng, (rng.uniform(2, 22), rng.uniform(72, 98))))
        _draw_fern(canvas, x, rng.uniform(78, 98), rng.uniform(0.7, 1.3))


def _draw_fern(canvas: Canvas, x: float, y: float, size: float) -> None:
    leaf = [(0, 0), (-3, -6), (0, -4), (1, -8), (2, -4), (5, -6), (3, 0)]
    canvas.blob([(x + size * a, y + size * b) for a, b in leaf], hex_colour("4e8a4a"))


def draw_harbour(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """Houses over water that lies between 48 and 84, and a jetty below it."""
    draw_sky(canvas, rng, time, 44)
    draw_hills(canvas, rng, 42, ("9fb5b0", "86a596"), rng.uniform(3, 8))
    x = rng.uniform(-6, 0)
    while x < EDGE:
        wide, tall = rng.uniform(7, 12), rng.uniform(7, 15)
        wall = hex_colour(pick(rng, ("e0a27c", "f0e2c6", "9db7c4", "d57f6a", "c9cfa6", "e8c58a")))
        roof = hex_colour(pick(rng, ("a3523f", "8a4a4a", "6f6a72")))
        canvas.rect(x, 46 - tall, x + wide, 47, wall)
        canvas.polygon([(x - 0.5, 46 - tall), (x + wide / 2, 41 - tall),
                        (x + wide + 0.5, 46 - tall)], roof)  # fmt: skip
        for part in (0.18, 0.58):
            canvas.rect(x + wide * part, 46 - tall * 0.7, x + wide * (part + 0.22),
                        46 - tall * 0.4, hex_colour("6d8ca0"))  # fmt: skip
        x += wide + rng.uniform(0, 3)
    canvas.rect(0, 46, 100, 48, hex_colour("b9aa95"))
    water = hex_colour("5c74a4" if time == "sunset" else pick(rng, ("3c8fae", "4a9bb0", "3a7fa8")))
    canvas.gradient(48, 85, lighter(water, 0.2), darker(water, 0.88))
    draw_ripples(canvas, rng, 50, 81, 22)
    wood = hex_colour(pick(rng, ("a8794d", "96836c", "b58c5c")))
    canvas.rect(0, 84, 100, 100, wood)
    for plank in range(0, 112, 8):
        canvas.line([(plank, 84), (plank - 4, 100)], 0.35, darker(wood, 0.8))
    canvas.rect(0, 83.4, 100, 85, lighter(wood, 0.15))
    for post in (6, int(rng.integers(30, 60)), 92):
        canvas.rounded(post, 77, post + 3, 88, 0.6, darker(wood, 0.7))


def draw_open_sky(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """Nothing but sky and clouds, sometimes with hills far below."""
    top, low = pick(rng, SKIES[time])
    canvas.gradient(0, 100, hex_colour(top), hex_colour(low))
    for _ in range(int(rng.integers(3, 11))):
        opacity = int(pick(rng, (150, 210, 240))) if time != "sunset" else 120
        draw_cloud(canvas, rng.uniform(0, 100), rng.uniform(8, 90), rng.uniform(14, 38), opacity)
    if chance(rng, 0.5):
        draw_hills(canvas, rng, rng.uniform(92, 97), ("8fb7a0", "7aa883"), 5)


def draw_savanna(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """Dry grass from about 57 down, with flat-topped trees far away."""
    draw_sky(canvas, rng, time, 54)
    draw_hills(canvas, rng, 53, [pick(rng, ("c9b88a", "b7b088"))], rng.uniform(2, 7))
    for x in rng.permutation(np.arange(6.0, 98, 9))[: int(rng.integers(2, 6))]:
        size = rng.uniform(0.8, 1.7)
        canvas.line([(x, 58), (x + 0.5 * size, 58 - 10 * size)], 0.9 * size, hex_colour("6d5236"))
        canvas.ellipse(x + 0.5 * size, 58 - 12 * size, 7 * size, 2.6 * size, hex_colour("7f9a4e"))
        canvas.ellipse(x + 3 * size, 58 - 13.6 * size, 4 * size, 1.8 * size, hex_colour("8fa957"))
    near, far = pick(rng, (("e0c073", "cda655"), ("d9bd7f", "bf9d58"), ("cfc17a", "b3a154")))
    canvas.gradient(57, 100, hex_colour(near), hex_colour(far))
    if chance(rng, 0.4):
        canvas.ellipse(float(pick(rng, (24, 74))), 70, 20, 3.6, hex_colour("7fb4c9"))
    for x, y in scatter(rng, int(rng.integers(60, 120)), 60, 100):
        tall = rng.uniform(1.2, 2.6) * (0.5 + (y - 57) / 43)
        canvas.line(
            [(x, y), (x + rng.uniform(-0.6, 0.6), y - tall)], 0.35, darker(hex_colour(far), 0.84)
        )


def draw_farm(canvas: Canvas, rng: np.random.Generator, time: str) -> None:
    """A barn and a fence, and a pasture from about 60 down."""
    draw_sky(canvas, rng, time, 52)
    draw_hills(canvas, rng, 52, ("b7d493", "9dc77c"), rng.uniform(3, 7))
    for x in rng.uniform(0, 100, int(rng.integers(0, 4))):
        draw_tree(canvas, float(x), 58, rng.uniform(12, 20), "round", hex_colour(pick(rng, LEAVES)))
    barn = hex_colour(pick(rng, ("b8443a", "a5533f", "8a5a44", "c9b48e")))
    _draw_barn(canvas, float(pick(rng, (rng.uniform(3, 16), rng.uniform(58, 72)))), barn)
    near, far = pick(rng, MEADOWS)
    canvas.gradient(60, 100, lighter(hex_colour(near), 0.05), hex_colour(far))
    if chance(rng, 0.75):
        fence = pick(rng, ((246, 242, 234), hex_colour("a57f55")))
        for post in range(2, 104, 11):
            canvas.rect(post, 60, post + 1.2, 70, fence)
        canvas.rect(0, 62, 100, 63.2, fence)
        canvas.rect(0, 66, 100, 67.2, fence)
    draw_tufts(canvas, rng, 68, with_alpha(hex_colour("5d9a45"), 140), int(rng.integers(20, 46)))
    draw_flowers(canvas, rng, 72, int(rng.integers(0, 10)))
    if chance(rng, 0.3):
        x = float(pick(rng, (rng.uniform(4, 16), rng.uniform(84, 96))))
        canvas.shadow(x, 74, 7, 1.2)
        canvas.ellipse(x, 69, 6, 5, hex_colour("dcb75f"))
        canvas.ellipse(x, 69, 4, 3.3, hex_colour("e8c977"))
        canvas.ellipse(x, 69, 2, 1.6, hex_colour("cfa54d"))


def _draw_barn(canvas: Canvas, x: float, wall: tuple[int, ...]) -> None:
    canvas.rect(x, 38, x + 24, 61, wall)
    for board in range(3, 24, 3):
        canvas.line([(x + board, 38), (x + board, 61)], 0.2, darker(wall, 0.88))
    roof = [(-2, 39), (4, 29), (12, 25), (20, 29), (26, 39)]
    canvas.polygon([(x + a, b) for a, b in roof], darker(wall, 0.72))
    canvas.rect(x + 8, 47, x + 16, 61, WHITE)
    for door in (((8, 47), (16, 60)), ((16, 47), (8, 60))):
        canvas.line([(x + a, b) for a, b in door], 0.6, wall)
    canvas.rounded(x + 10, 33, x + 14, 38, 0.4, WHITE)
