"""Pieces of scenery that several settings share: skies, hills, ripples, specks and floors."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from explorer.demo.canvas import Canvas
from explorer.demo.colours import Colour, hex_colour, lighter, mix, with_alpha
from explorer.demo.plants import draw_cloud, draw_tree

Option = TypeVar("Option")

WHITE = (250, 250, 248)
EDGE = 102.0  # just beyond the right edge of the canvas

# Colours of the sky at the top and at the horizon, by day-time; one pair is picked at random.
SKIES: dict[str, tuple[tuple[str, str], ...]] = {
    "day": (("79c3ee", "dff2fb"), ("5fb0e6", "cfeaf8"), ("8ccbe9", "eef7f4")),
    "sunset": (("6f74b8", "fbc48b"), ("86669f", "f8a987"), ("5a6aa8", "fdd7a0")),
    "cloudy": (("a9bac8", "e4eaee"), ("94a7b8", "d5dee4"), ("b7c1c8", "ecefee")),
    "morning": (("a7d8f0", "fdeecb"), ("b8d3ee", "fbe3d6"), ("9dd6df", "fdf3d2")),
}


def pick(rng: np.random.Generator, options: Sequence[Option]) -> Option:
    """One of ``options``, each as likely."""
    return options[int(rng.random() * len(options))]


def chance(rng: np.random.Generator, share: float) -> bool:
    """Whether something that happens in this share of cases happens now."""
    return bool(rng.random() < share)


def scatter(
    rng: np.random.Generator, number: int, top: float, bottom: float
) -> list[tuple[float, float]]:
    """``number`` random points of the canvas's whole width between two heights."""
    points = rng.uniform((0.0, top), (100.0, bottom), (number, 2))
    return [(float(x), float(y)) for x, y in points]


def draw_sky(canvas: Canvas, rng: np.random.Generator, time: str, horizon: float) -> None:
    """Sky from the top edge to ``horizon``, with clouds and perhaps the sun."""
    top, low = pick(rng, SKIES[time])
    canvas.gradient(0, horizon + 1, hex_colour(top), hex_colour(low))
    x = rng.uniform(12, 88)
    if time == "sunset":
        canvas.ellipse(x, horizon - 4, 13, 13, (255, 230, 170, 70))
        canvas.ellipse(x, horizon - 4, 8, 8, hex_colour("ffdf9a"))
    elif time != "cloudy" and chance(rng, 0.6):
        y, radius = rng.uniform(9, 20), rng.uniform(4, 6)
        canvas.ellipse(x, y, radius * 1.7, radius * 1.7, (255, 240, 190, 70))
        canvas.ellipse(x, y, radius, radius, hex_colour("ffe9a3"))
    clouds = int(rng.integers(4, 7)) if time == "cloudy" else int(rng.integers(0, 4))
    opacity = {"sunset": 130, "cloudy": 190}.get(time, 225)
    for _ in range(clouds):
        draw_cloud(
            canvas,
            rng.uniform(3, 97),
            rng.uniform(8, max(horizon * 0.55, 12)),
            rng.uniform(11, 27),
            opacity,
        )


def draw_hills(
    canvas: Canvas, rng: np.random.Generator, y: float, colours: Sequence[str], height: float
) -> None:
    """Rolling ridges, one per colour, the farthest first; ``y`` is the foot of the farthest."""
    xs = np.linspace(-2, 102, 27)
    for i, colour in enumerate(colours):
        wave = 0.6 + 0.5 * np.sin(xs / rng.uniform(11, 19) + rng.uniform(0, 6))
        ys = y + 4 * i - height * (wave + 0.25 * np.sin(xs / 6 + rng.uniform(0, 6)))
        ridge = [(float(a), float(b)) for a, b in zip(xs, ys, strict=True)]
        canvas.polygon([*ridge, (102, 102), (-2, 102)], hex_colour(colour))


def draw_specks(
    canvas: Canvas, rng: np.random.Generator, top: float, colour: Colour, number: int
) -> None:
    """Flat specks on the ground below ``top``, larger where it is nearer."""
    for x, y in scatter(rng, number, top, 100):
        size = rng.uniform(0.25, 0.9) * (0.5 + (y - top) / (100 - top))
        canvas.ellipse(x, y, size, 0.2, colour)


def draw_tufts(
    canvas: Canvas, rng: np.random.Generator, top: float, colour: Colour, number: int
) -> None:
    """Tufts of grass below ``top``."""
    for x, y in scatter(rng, number, top + 2, 100):
        tall = rng.uniform(1.0, 2.2) * (0.6 + (y - top) / (100 - top))
        canvas.polygon([(x - 0.9, y), (x - 0.7, y - tall), (x - 0.1, y), (x, y - 1.2 * tall),
                        (x + 0.3, y), (x + 0.9, y - 0.8 * tall), (x + 0.8, y)], colour)  # fmt: skip


def draw_flowers(canvas: Canvas, rng: np.random.Generator, top: float, number: int) -> None:
    """Small flowers below ``top``."""
    colours = ("fff4f2", "f6d24a", "ec86a6", "b79ae0")
    for x, y in scatter(rng, number, top, 98):
        canvas.ellipse(x, y, 0.75, 0.6, hex_colour(pick(rng, colours)))
        canvas.ellipse(x, y, 0.28, 0.24, hex_colour("f0a63c"))


def draw_ripples(
    canvas: Canvas, rng: np.random.Generator, top: float, bottom: float, number: int
) -> None:
    """Light lines on water between two heights."""
    for x, y in scatter(rng, number, top, bottom):
        canvas.line([(x, y), (x + rng.uniform(3, 9), y)], 0.45, (255, 255, 255, 105))


def draw_bush(
    canvas: Canvas, rng: np.random.Generator, x: float, y: float, size: float, colour: Colour
) -> None:
    """A round shrub that stands on (x, y), about ``size`` wide."""
    canvas.shadow(x, y, size * 0.5, size * 0.08)
    for dx, dy, radius in ((-0.28, -0.16, 0.24), (0.27, -0.15, 0.22), (0.0, -0.26, 0.3)):
        shade = mix(colour, (20, 50, 40), rng.uniform(0.0, 0.16))
        canvas.ellipse(x + dx * size, y + dy * size, radius * size, radius * size * 0.8, shade)
    canvas.ellipse(x - 0.06 * size, y - 0.34 * size, 0.13 * size, 0.08 * size,
                   with_alpha(lighter(colour, 0.4), 120))  # fmt: skip
    canvas.rect(x - 0.46 * size, y - 0.12 * size, x + 0.44 * size, y, colour)


def draw_shrubs(
    canvas: Canvas, rng: np.random.Generator, y: float, colours: Sequence[str], most: int
) -> None:
    """Up to ``most`` shrubs and trees near the sides, at about height ``y``."""
    for _ in range(int(rng.integers(0, most + 1))):
        x = float(pick(rng, (rng.uniform(-2, 22), rng.uniform(78, 102))))
        colour = hex_colour(pick(rng, colours))
        if chance(rng, 0.6):
            draw_bush(canvas, rng, x, y + rng.uniform(0, 5), rng.uniform(8, 15), colour)
        else:
            draw_tree(canvas, x, y + rng.uniform(0, 3), rng.uniform(20, 34), "round", colour)


def draw_boards(
    canvas: Canvas, rng: np.random.Generator, top: float, light: Colour, seam: Colour
) -> None:
    """A floor of boards below ``top``: gaps widen towards the viewer."""
    canvas.gradient(top, 100, light, mix(light, seam, 0.35))
    edges = top + (100 - top) * (np.linspace(0, 1, 7)[1:-1] ** 1.5)
    rows = [top, *(float(e) for e in edges), 100.0]
    for upper, lower in itertools.pairwise(rows):
        canvas.line([(0, upper), (100, upper)], 0.22, seam)
        for x in np.arange(rng.uniform(0, 30), 100, 31):
            canvas.line([(float(x), upper), (float(x) - 0.4, lower)], 0.18, seam)


def draw_tiles(canvas: Canvas, top: float, light: Colour, dark: Colour) -> None:
    """A floor of square tiles below ``top``, in perspective."""
    canvas.rect(0, top, 100, 100, light)
    rows = [top + (100 - top) * t**1.5 for t in (0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    for j, (upper, lower) in enumerate(itertools.pairwise(rows)):
        near, far = 13 + 9 * (upper - top) / (100 - top), 13 + 9 * (lower - top) / (100 - top)
        for i in range(-5, 5):
            if (i + j) % 2:
                canvas.polygon([(50 + i * near, upper), (50 + (i + 1) * near, upper),
                                (50 + (i + 1) * far, lower), (50 + i * far, lower)],
                               dark)  # fmt: skip


def draw_wallpaper(canvas: Canvas, rng: np.random.Generator, bottom: float, wall: Colour) -> None:
    """A wall down to ``bottom``: plain, striped, dotted or panelled."""
    canvas.rect(0, 0, 100, bottom, wall)
    ink = with_alpha(pick(rng, ((255, 255, 255), mix(wall, (60, 60, 80), 0.5))), 60)
    pattern = pick(rng, ("plain", "plain", "stripes", "dots", "panels"))
    if pattern == "stripes":
        width = rng.uniform(2.0, 5.0)
        for x in np.arange(0, 100, 2 * width):
            canvas.rect(float(x), 0, float(x) + width, bottom, ink)
    elif pattern == "dots":
        gap = rng.uniform(6, 10)
        for j, y in enumerate(np.arange(3, bottom, gap * 0.8)):
            for x in np.arange(gap / 2 * (j % 2), 102, gap):
                canvas.ellipse(float(x), float(y), 0.7, 0.7, ink)
    elif pattern == "panels":
        canvas.rect(0, bottom * 0.66, 100, bottom, with_alpha(WHITE, 110))
        canvas.rect(0, bottom * 0.64, 100, bottom * 0.665, WHITE)
        for x in range(0, 104, 9):
            canvas.line(
                [(x, bottom * 0.67), (x, bottom)], 0.25, with_alpha(mix(wall, (0, 0, 0), 0.3), 90)
            )
