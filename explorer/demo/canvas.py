"""A canvas of 100 by 100 units that draws smooth shapes in nested frames."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from explorer.demo.colours import Colour
from explorer.demo.paths import Point, circle, distinct, outline, smooth

Frame = tuple[float, float, float, float, float, float]
P = ParamSpec("P")

OPAQUE = 255
NIGHT = (24, 24, 48)  # colour of soft shadows
SOFT = ((1.2, 0.22), (1.02, 0.36), (0.82, 0.46))  # their ellipses: relative size, share of opacity


class Canvas:
    """A square picture under construction.

    Coordinates are 0 to 100 from left to right and from top to bottom, or those of the frames
    pushed on top. Colours are ``(r, g, b)`` or ``(r, g, b, alpha)``, each 0 to 255.

    Parameters
    ----------
    size : side of the finished picture, pixels
    supersample : how many times larger each side is while drawing, for smooth edges
    dry : whether to draw nothing, for scenes without pictures
    """

    def __init__(self, size: int = 256, supersample: int = 3, dry: bool = False) -> None:
        self.size = size
        self.supersample = supersample
        self.dry = dry
        side = 1 if dry else size * supersample
        self.image = Image.new("RGB", (side, side))
        self._draw = ImageDraw.Draw(self.image, "RGBA")
        self._unit = side / 100
        self._frame: Frame = (self._unit, 0.0, 0.0, self._unit, 0.0, 0.0)
        self._frames: list[Frame] = []

    @contextmanager
    def push(
        self, x: float, y: float, sx: float = 1.0, sy: float | None = None, rotation: float = 0.0
    ) -> Iterator[Canvas]:
        """Within the ``with`` block, draw in a frame with its origin at ``(x, y)``.

        Its axes are scaled by ``sx`` and ``sy`` (``sx`` if None; a negative ``sx`` mirrors) and
        turned clockwise by ``rotation`` radians.
        """
        self.enter(x, y, sx, sy, rotation)
        try:
            yield self
        finally:
            self.pop()

    def enter(
        self, x: float, y: float, sx: float = 1.0, sy: float | None = None, rotation: float = 0.0
    ) -> None:
        """``push`` without a block: lasts until ``pop``."""
        self._frames.append(self._frame)
        down = sx if sy is None else sy
        cosine, sine = math.cos(rotation), math.sin(rotation)
        a, b, c, d, e, f = self._frame
        self._frame = (
            (a * cosine + b * sine) * sx,
            (b * cosine - a * sine) * down,
            (c * cosine + d * sine) * sx,
            (d * cosine - c * sine) * down,
            a * x + b * y + e,
            c * x + d * y + f,
        )

    def pop(self) -> None:
        """Return to the frame before the last ``push``."""
        self._frame = self._frames.pop()

    @property
    def scale(self) -> float:
        """Pixels of the large picture in one unit of the current frame."""
        a, b, c, d, *_ = self._frame
        return math.sqrt(abs(a * d - b * c))

    def pixels(self, points: Iterable[Sequence[float]]) -> list[Point]:
        """Where points of the current frame lie in the large picture, pixels."""
        a, b, c, d, e, f = self._frame
        return [(a * x + b * y + e, c * x + d * y + f) for x, y in points]

    def polygon(self, points: Iterable[Sequence[float]], colour: Colour) -> None:
        """Fill a closed polygon."""
        if not self.dry:
            self._draw.polygon(self.pixels(points), fill=colour)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """Fill an ellipse about ``(x, y)``."""
        self.sector(x, y, (rx, ry), (0, 360), colour)

    def sector(
        self, x: float, y: float, radii: Point, degrees: tuple[float, float], colour: Colour
    ) -> None:
        """Fill the part of an ellipse that a chord cuts off.

        It lies between two angles, clockwise from the right: ``(180, 360)`` is the upper half.
        """
        if not self.dry:
            rx, ry = radii
            path = [(x + rx * u, y + ry * v) for u, v in circle(*degrees)]
            self._draw.polygon(self.pixels(path), fill=colour)

    def ring(self, x: float, y: float, radius: float, width: float, colour: Colour) -> None:
        """Draw a circle of this width, its middle at ``radius``."""
        if self.dry:
            return
        inner, outer = radius - width / 2, radius + width / 2
        turn = circle(0, 360)
        path = [(x + outer * u, y + outer * v) for u, v in turn]
        path += [(x + inner * u, y + inner * v) for u, v in reversed(turn)]
        self.polygon(path, colour)

    def rect(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        """Fill a rectangle between two corners."""
        self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour)

    def rounded(
        self, x0: float, y0: float, x1: float, y1: float, radius: float, colour: Colour
    ) -> None:
        """Fill a rectangle with round corners; a radius too large is made to fit."""
        if self.dry:
            return
        left, right = min(x0, x1), max(x0, x1)
        top, bottom = min(y0, y1), max(y0, y1)
        r = min(radius, (right - left) / 2, (bottom - top) / 2)
        corners = (
            (right - r, bottom - r, 0),
            (left + r, bottom - r, 90),
            (left + r, top + r, 180),
            (right - r, top + r, 270),
        )
        path = [(x + r * u, y + r * v) for x, y, a in corners for u, v in circle(a, a + 90, 7)]
        self.polygon(path, colour)

    def blob(self, points: Sequence[Sequence[float]], colour: Colour) -> None:
        """Fill the smooth closed shape through the points."""
        if not self.dry:
            around = [points[-1], *points, points[0], points[1]]
            self.polygon(smooth(around), colour)

    def curve(
        self,
        points: Sequence[Sequence[float]],
        width: float,
        colour: Colour,
        end_width: float | None = None,
    ) -> None:
        """Draw a smooth stroke through the points; see ``line`` for the widths."""
        if self.dry:
            return
        before = [2 * a - b for a, b in zip(points[0], points[1], strict=True)]
        after = [2 * a - b for a, b in zip(points[-1], points[-2], strict=True)]
        self.line([*smooth([before, *points, after]), points[-1]], width, colour, end_width)

    def line(
        self,
        points: Sequence[Sequence[float]],
        width: float,
        colour: Colour,
        end_width: float | None = None,
    ) -> None:
        """Draw a stroke from point to point that tapers from ``width`` to ``end_width``.

        Joints and ends of an opaque stroke are round; a translucent one is flat and even.
        """
        if self.dry:
            return
        path = distinct(self.pixels(points))
        start = width * self.scale / 2
        last = start if end_width is None else end_width * self.scale / 2
        step = (last - start) / max(len(path) - 1, 1)
        radii = [start + step * i for i in range(len(path))]
        if len(colour) > 3 and colour[3] < OPAQUE:  # noqa: PLR2004 - r, g, b, then opacity
            self._draw.polygon(outline(path, radii), fill=colour)
            return
        for (x0, y0), (x1, y1), r0, r1 in zip(path, path[1:], radii, radii[1:], strict=False):
            length = math.hypot(x1 - x0, y1 - y0)
            u, v = (y0 - y1) / length, (x1 - x0) / length
            quad = [(x0 + u * r0, y0 + v * r0), (x1 + u * r1, y1 + v * r1)]
            quad += [(x1 - u * r1, y1 - v * r1), (x0 - u * r0, y0 - v * r0)]
            self._draw.polygon(quad, fill=colour)
        for (x, y), r in zip(path, radii, strict=True):
            self._draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)

    def gradient(self, y0: float, y1: float, top: Colour, bottom: Colour) -> None:
        """Fill the whole width between two heights of the picture, whatever the frame is."""
        first, last = int(y0 * self._unit), int(y1 * self._unit)
        if self.dry or last <= first:
            return
        share = np.linspace(0, 1, last - first)[:, None, None]
        rows = np.asarray(top[:3]) * (1 - share) + np.asarray(bottom[:3]) * share
        strip = Image.fromarray(rows.round().astype(np.uint8))
        self.image.paste(strip.resize((self.image.width, last - first)), (0, first))

    def shadow(
        self, x: float, y: float, rx: float, ry: float | None = None, alpha: int = 55
    ) -> None:
        """Darken the ground softly about ``(x, y)``, most in the middle, by up to ``alpha``.

        ``ry`` is a fifth of ``rx`` if None.
        """
        if self.dry:
            return
        ry = rx * 0.2 if ry is None else ry
        for part, share in SOFT:
            self.ellipse(x, y, rx * part, ry * part, (*NIGHT, int(alpha * share)))

    def text(self, x: float, y: float, text: str, height: float, colour: Colour) -> None:
        """Write upright about ``(x, y)``, in bold letters of this height of line."""
        if self.dry:
            return
        pixels = max(6, int(height * self.scale))
        (at,) = self.pixels([(x, y)])
        bold = max(1, round(pixels * 0.045))
        self._draw.text(at, text, fill=colour, font=_font(pixels), anchor="mm", stroke_width=bold)

    def finish(self) -> Image.Image:
        """The picture at its final size, RGB; black if the canvas is dry."""
        if self.dry:
            return Image.new("RGB", (self.size, self.size))
        return self.image.reduce(self.supersample)


def drawn(
    function: Callable[Concatenate[Canvas, P], None],
) -> Callable[Concatenate[Canvas, P], None]:
    """The drawing function, made to return at once when its canvas is dry."""

    @wraps(function)
    def draw(canvas: Canvas, /, *args: P.args, **kwargs: P.kwargs) -> None:
        if not canvas.dry:
            function(canvas, *args, **kwargs)

    return draw


@lru_cache(64)
def _font(pixels: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=pixels)
