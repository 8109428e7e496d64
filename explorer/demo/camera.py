"""The virtual camera: it crops, mirrors, grades and grains, so that a recipe fixes no layout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

SIDE = 100.0  # of the canvas, in its units
NEAREST = 0.55  # smallest part of the canvas's side that a picture may show
CLOSER = 1.6  # above 1, near shots are more frequent than far ones
HAZE = 150.0  # the brightness that everything approaches where contrast is low, of 255

# Gain of red, green and blue, and what is added to them (of 255), by day-time.
TINTS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "day": ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0)),
    "sunset": ((1.03, 0.95, 0.88), (6.0, 0.0, -4.0)),
    "cloudy": ((0.94, 0.96, 0.99), (0.0, 2.0, 4.0)),
    "morning": ((1.02, 1.0, 0.95), (3.0, 2.0, 0.0)),
}


@dataclass(frozen=True)
class Box:
    """A rectangle on the canvas, in its units; ``top`` is less than ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    def join(self, other: Box) -> Box:
        """The smallest rectangle that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True)
class Shot:
    """How one picture is taken.

    Attributes
    ----------
    left, top, side : the square that is shown, in units of the canvas
    flip : whether it is mirrored
    gamma : exponent of brightness; below 1 is lighter
    contrast : distance of brightness from that of haze, over what it was
    gain, offset : per channel, of values from 0 to 255
    light : how much brighter the right and the lower edge are than the centre, as fractions
    grain : standard deviation of the noise, of 255
    """

    left: float
    top: float
    side: float
    flip: bool
    gamma: float
    contrast: float
    gain: tuple[float, float, float]
    offset: tuple[float, float, float]
    light: tuple[float, float]
    grain: float


def choose_shot(rng: np.random.Generator, keep: Box, legible: bool, time: str) -> Shot:
    """Choose a shot at random.

    Parameters
    ----------
    rng : source of randomness
    keep : what must stay in the picture, as far as it lies on the canvas
    legible : whether something can be read, so that the picture must not be mirrored
    time : a key of ``TINTS``
    """
    low = np.clip([keep.left, keep.top], 0.0, SIDE)
    high = np.clip([keep.right, keep.bottom], 0.0, SIDE)
    needed = float((high - low).max())
    shortest = min(max(NEAREST * SIDE, needed + 4.0), SIDE)
    side = shortest + (SIDE - shortest) * float(rng.random()) ** CLOSER
    first = np.maximum(high - side, 0.0)
    last = np.minimum(low, SIDE - side)
    left, top = first + rng.random(2) * np.maximum(last - first, 0.0)
    gain, offset = TINTS[time]
    grade = rng.uniform(0.9, 1.08) * rng.uniform(0.96, 1.04, 3)
    return Shot(
        left=float(left),
        top=float(top),
        side=side,
        flip=not legible and bool(rng.integers(2)),
        gamma=float(rng.uniform(0.82, 1.22)),
        contrast=float(rng.uniform(0.86, 1.08)),
        gain=tuple(float(g) for g in np.array(gain) * grade),  # type: ignore[arg-type]
        offset=offset,
        light=(float(rng.uniform(-0.1, 0.1)), float(rng.uniform(-0.08, 0.06))),
        grain=float(rng.uniform(1.0, 3.0)),
    )


def take_picture(
    image: Image.Image, shot: Shot, size: int, rng: np.random.Generator
) -> Image.Image:
    """Photograph a drawn canvas.

    Parameters
    ----------
    image : square, RGB, the whole canvas
    shot : from ``choose_shot``
    size : width and height of the picture, in pixels
    rng : source of the grain

    Returns
    -------
    picture : RGB, ``size`` by ``size`` pixels
    """
    scale = image.width / SIDE
    left, top, side = (scale * v for v in (shot.left, shot.top, shot.side))
    shown = image.resize(
        (size, size), Image.Resampling.BOX, box=(left, top, left + side, top + side)
    )
    if shot.flip:
        shown = shown.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    pixels = np.asarray(_brightness(shot)[np.asarray(shown), np.arange(3)])  # (size, size, 3)
    across = np.linspace(-0.5, 0.5, size, dtype=np.float32)
    pixels *= (1 + shot.light[0] * across + shot.light[1] * across[:, None])[..., None]
    pixels += shot.grain * rng.standard_normal((size, size, 1), np.float32)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _brightness(shot: Shot) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """What each of 256 values becomes in each channel: (256, 3)."""
    curve = 255 * (np.arange(256, dtype=np.float32)[:, None] / 255) ** shot.gamma
    curve = HAZE + shot.contrast * (curve - HAZE)
    return (curve * np.array(shot.gain) + np.array(shot.offset)).astype(np.float32)
