"""Colours of the pictures: named ones, those of skin, hair and trousers, and how to mix them."""

from __future__ import annotations

Colour = tuple[int, ...]
"""Red, green, blue and perhaps opacity, each 0 to 255."""


def hex_colour(text: str) -> Colour:
    """The colour written as six hexadecimal digits, such as ``"f6d0b1"``."""
    digits = text.removeprefix("#")
    return tuple(int(digits[i : i + 2], 16) for i in (0, 2, 4))


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """``first`` with this share (0 to 1) of ``second``; opaque."""
    pairs = zip(first[:3], second[:3], strict=True)
    return tuple(round(a * (1 - share) + b * share) for a, b in pairs)


def darker(colour: Colour, factor: float = 0.82) -> Colour:
    """The colour with each part multiplied by ``factor``; opaque."""
    return tuple(int(part * factor) for part in colour[:3])


def lighter(colour: Colour, share: float = 0.25) -> Colour:
    """The colour with this share of white; opaque."""
    return mix(colour, WHITE, share)


def with_alpha(colour: Colour, alpha: int) -> Colour:
    """The colour with this opacity, 0 to 255."""
    return (*colour[:3], alpha)


WHITE: Colour = (255, 255, 255)
INK: Colour = hex_colour("2b2426")  # eyes and noses
GLASS: Colour = hex_colour("cfe6f0")
METAL: Colour = hex_colour("9a9ea6")
RUBBER: Colour = hex_colour("2f3036")
WOOD: Colour = hex_colour("a8713f")

COLOURS: dict[str, Colour] = {
    "red": hex_colour("d7443e"),
    "blue": hex_colour("3b6fb6"),
    "green": hex_colour("4c9a5b"),
    "yellow": hex_colour("f0bf3c"),
    "orange": hex_colour("ec8b3a"),
    "purple": hex_colour("8558a8"),
    "pink": hex_colour("ec86a6"),
    "white": hex_colour("f2efe9"),
    "black": hex_colour("31333b"),
    "brown": hex_colour("8a5a3a"),
    "grey": hex_colour("8f959c"),
    "teal": hex_colour("2f9c95"),
}

SKIN: tuple[Colour, ...] = tuple(
    hex_colour(h) for h in ("f6d0b1", "eab98f", "d39b6b", "b07547", "86542f", "5e3a22")
)
HAIR: tuple[Colour, ...] = tuple(
    hex_colour(h)
    for h in ("2b1d16", "4a2f1d", "7a4a22", "c08a3e", "d9b25f", "a3441f", "8c8c8c", "d8d5d0")
)  # the last two are grey and white, for grown people only
TROUSERS: tuple[Colour, ...] = tuple(
    hex_colour(h) for h in ("2f3e5c", "4d4f57", "6b5640", "394a3f", "7a7f88", "46597d")
)
