"""People: how they look, and pictures of them in many poses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from explorer.demo.canvas import Canvas, drawn
from explorer.demo.colours import COLOURS, HAIR, SKIN, TROUSERS, Colour, darker, mix, with_alpha
from explorer.demo.heads import draw_hair_behind, draw_head
from explorer.demo.limbs import bend_limb
from explorer.demo.paths import Point
from explorer.demo.poses import POSES

Item = tuple[Callable[[Canvas], None], str]
"""What draws a thing in the person's own frame, and when: "behind" the body, "front" or "top"."""

HEIGHTS = {"boy": 0.78, "girl": 0.76}
HAIR_STYLES = {
    "man": ("short", "short", "side", "curly", "afro", "crop", "bald"),
    "woman": ("long", "bun", "bob", "ponytail", "wavy", "afro"),
    "boy": ("short", "side", "curly", "mop", "crop"),
    "girl": ("long", "bob", "ponytail", "pigtails", "bun", "afro"),
    "baby": ("tuft",),
}
SHIRTS = tuple(name for name in COLOURS if name != "brown")
SHOES: tuple[Colour, ...] = ((58, 49, 56), (233, 228, 220), (120, 70, 52), (66, 84, 120))
N_DARK_HAIR, N_YOUNG_HAIR = 3, 6  # of HAIR; the last ones are for grown people
N_FAIR_SKIN = 3  # of SKIN; the others go with dark hair

Choice = TypeVar("Choice")


class Chance(Protocol):
    """A source of random numbers: ``random.Random`` and numpy's ``Generator`` alike."""

    def random(self) -> float:
        """A number from 0 to below 1."""
        ...


@dataclass(frozen=True)
class Look:
    """How a person looks; ``shirt`` names the colour ``shirt_rgb`` of the shirt or dress."""

    kind: str
    skin: Colour
    hair: Colour
    hair_style: str
    shirt: str
    shirt_rgb: Colour
    trousers: Colour
    shoes: Colour
    dress: bool = False
    beard: bool = False
    glasses: bool = False

    @property
    def is_child(self) -> bool:
        """Whether the head is large for the body."""
        return self.kind in HEIGHTS


def choose_look(rng: Chance, kind: str) -> Look:
    """How a person of this kind ("man", "woman", "boy", "girl" or "baby") happens to look."""
    skin, shirt = _pick(rng, SKIN), _pick(rng, SHIRTS)
    hairs = HAIR[:N_DARK_HAIR] if skin in SKIN[N_FAIR_SKIN:] else HAIR[:N_YOUNG_HAIR]
    if kind in ("man", "woman"):
        hairs += HAIR[N_YOUNG_HAIR:]
    return Look(
        kind=kind,
        skin=skin,
        hair=_pick(rng, hairs),
        hair_style=_pick(rng, HAIR_STYLES[kind]),
        shirt=shirt,
        shirt_rgb=COLOURS[shirt],
        trousers=_pick(rng, TROUSERS),
        shoes=_pick(rng, SHOES),
        dress=rng.random() < 0.4 and kind in ("woman", "girl"),  # noqa: PLR2004 - a share
        beard=rng.random() < 0.3 and kind == "man",  # noqa: PLR2004 - a share
        glasses=rng.random() < 0.15 and kind != "baby",  # noqa: PLR2004 - a share
    )


def height_of(kind: str) -> float:
    """Height of a person of this kind, relative to a grown one."""
    return HEIGHTS.get(kind, 1.0)


@drawn
def draw_person(  # noqa: PLR0913 - hands, feet and hip are what makes a pose
    canvas: Canvas,
    x: float,
    y: float,
    height: float,
    look: Look,
    pose: str = "stand",
    face: int = 1,
    *,
    hands: tuple[Point, Point] | None = None,
    feet: tuple[Point, Point] | None = None,
    hip: Point | None = None,
    lean: float | None = None,
    item: Item | None = None,
    headgear: str = "",
    shade: bool = True,
) -> None:
    """Draw a person on the ground at ``(x, y)``, looking right if ``face`` is 1, left if -1.

    ``hands`` (the far and the near one), ``feet``, ``hip`` and ``lean`` replace those of ``pose``
    (one of ``POSES``). They are in the person's own frame: its origin on the ground, x towards
    ``face``, y downwards, ``height`` its unit. A hand or foot out of reach is put as near to there
    as it can get. ``headgear`` is one of ``heads.HEADGEAR``.
    """
    child = look.is_child
    chosen = POSES[pose]
    hips = hip or chosen.hip or (0.0, CHILD_HIP if child else HIP)
    rise = CHILD_TRUNK if child else TRUNK
    tilt = chosen.lean if lean is None else lean
    body = _Body(
        look,
        hands or chosen.hands,
        feet or chosen.feet,
        hips,
        (hips[0] + tilt, hips[1] - rise),
    )
    if shade and hips[1] < SEATED:
        canvas.shadow(x, y, height * 0.2, height * 0.035)
    draw, when = item or (None, "")
    with canvas.push(x, y, height * face, height):
        neck, radius = body.shoulder, HEAD_CHILD if child else HEAD
        draw_hair_behind(canvas, neck, radius, look)
        body.draw_arm(canvas, 0)
        body.draw_leg(canvas, 0)
        body.draw_leg(canvas, 1)
        if draw and when == "behind":
            draw(canvas)
        body.draw_trunk(canvas)
        draw_head(canvas, neck, radius, look, headgear)
        if draw and when == "front":
            draw(canvas)
        body.draw_arm(canvas, 1)
        if draw and when == "top":
            draw(canvas)


@drawn
def draw_baby(canvas: Canvas, x: float, y: float, size: float, look: Look) -> None:
    """Draw a baby of height 0.95 ``size`` that sits on the ground at ``(x, y)``."""
    shirt, skin = look.shirt_rgb, look.skin
    pale = mix(shirt, (255, 255, 255), 0.3)
    canvas.shadow(x, y, size * 0.42, size * 0.06)
    with canvas.push(x, y, size):
        canvas.blob([(-0.3, -0.02), (-0.27, -0.3), (0, -0.43), (0.27, -0.3), (0.3, -0.02)], shirt)
        shaded = [(-0.3, -0.03), (-0.26, -0.3), (-0.16, -0.36), (-0.2, -0.15), (-0.05, -0.01)]
        canvas.blob(shaded, with_alpha(darker(shirt, 0.7), 70))
        for side in (-1, 1):
            canvas.ellipse(side * 0.25, -0.06, 0.15, 0.085, pale)
            canvas.ellipse(side * 0.36, -0.06, 0.05, 0.075, darker(pale, 0.9))
            canvas.line([(side * 0.21, -0.3), (side * 0.36, -0.17)], 0.1, darker(shirt, 0.94))
            canvas.ellipse(side * 0.37, -0.155, 0.058, 0.058, skin)
        canvas.sector(0, -0.345, (0.15, 0.12), (0, 180), (252, 250, 244))
        draw_head(canvas, (0.0, -0.37), 0.29, look)


CHILD_HIP, HIP = -0.40, -0.45
CHILD_TRUNK, TRUNK = 0.26, 0.285  # from hip to shoulders
HEAD_CHILD, HEAD = 0.165, 0.125  # radii
LAP = -0.38  # with a hip lower than this a dress lies over the thighs
SEATED = -0.2  # a hip lower than this casts no shadow of its own
BENT = 1.015  # a straight leg keeps a little slack, so that knees are never locked


@dataclass(frozen=True)
class _Body:
    """Limbs and trunk of one person, in the person's own frame."""

    look: Look
    hands: tuple[Point, Point]
    feet: tuple[Point, Point]
    hip: Point
    shoulder: Point

    @property
    def limb(self) -> float:
        return 0.095 if self.look.is_child else 0.085

    def draw_leg(self, canvas: Canvas, side: int) -> None:
        """Draw the far (0) or the near (1) leg and its shoe."""
        look = self.look
        colour = look.skin if look.dress else look.trousers
        colour = colour if side else darker(colour, 0.84)
        shoes = look.shoes if side else darker(look.shoes, 0.88)
        start = (self.hip[0] + (0.035 if side else -0.035), self.hip[1])
        half = abs(CHILD_HIP if look.is_child else HIP) / 2 * BENT
        knee, foot = bend_limb(start, self.feet[side], half, -1)
        ankle = (foot[0], foot[1] - 0.028)
        canvas.line([start, knee, ankle], self.limb * 1.1, colour, self.limb * 0.8)
        with canvas.push(*foot):
            canvas.blob(
                [(-0.045, -0.028), (0.02, -0.047), (0.085, -0.014), (0.08, 0.012), (-0.045, 0.012)],
                shoes,
            )
            canvas.line([(-0.042, 0.011), (0.08, 0.011)], 0.012, darker(shoes, 0.68))

    def draw_arm(self, canvas: Canvas, side: int) -> None:
        """Draw the far (0) or the near (1) arm and its hand."""
        look = self.look
        shirt = look.shirt_rgb if side else darker(look.shirt_rgb, 0.84)
        skin = look.skin if side else darker(look.skin, 0.92)
        start = (self.shoulder[0] + (0.07 if side else -0.07), self.shoulder[1] + 0.035)
        elbow, hand = bend_limb(start, self.hands[side], 0.14 if look.is_child else 0.165, 1)
        wrist = _between(elbow, hand, 0.72)
        canvas.line([elbow, hand], self.limb * 0.72, skin, self.limb * 0.6)
        if side:
            edge = [(start[0] - 0.006, start[1]), (elbow[0] - 0.006, elbow[1] + 0.008)]
            canvas.line(edge, self.limb * 0.95, with_alpha(darker(shirt, 0.6), 70))
        if look.dress:
            canvas.line([start, elbow, hand], self.limb * 0.74, skin, self.limb * 0.6)
            canvas.line([start, _between(start, elbow, 0.55)], self.limb * 0.95, shirt)
        else:
            canvas.line([start, elbow, wrist], self.limb * 0.9, shirt, self.limb * 0.72)
        canvas.ellipse(*hand, self.limb * 0.43, self.limb * 0.43, skin)

    def draw_trunk(self, canvas: Canvas) -> None:
        """Draw the shirt or dress, and the neck."""
        look = self.look
        shirt = look.shirt_rgb
        (x, y), (hip, waist) = self.shoulder, self.hip
        w = 0.1 if look.is_child else 0.105
        if look.dress:
            hem = waist + 0.2
            canvas.blob(
                [
                    (x - w * 0.85, y), (x, y - 0.03), (x + w * 0.85, y), (hip + w * 0.95, waist),
                    (hip + w * 1.75, hem), (hip, hem + 0.015), (hip - w * 1.75, hem),
                    (hip - w * 0.95, waist),
                ],
                shirt,
            )  # fmt: skip
            canvas.blob(
                [
                    (x - w * 0.85, y + 0.02), (x - w * 0.45, y + 0.02), (hip - w * 0.5, waist),
                    (hip - w * 0.8, hem), (hip - w * 1.7, hem), (hip - w * 0.95, waist),
                ],
                with_alpha(darker(shirt, 0.7), 80),
            )  # fmt: skip
            belt = [(hip - w * 0.92, waist - 0.015), (hip + w * 0.92, waist - 0.015)]
            canvas.line(belt, 0.018, darker(shirt, 0.8))
            if waist > LAP:
                knee = bend_limb(self.hip, self.feet[1], abs(HIP) / 2 * BENT, -1)[0]
                canvas.line([self.hip, _between(self.hip, knee, 0.85)], 0.17, shirt, 0.15)
        else:
            canvas.blob(
                [
                    (x - w, y + 0.02), (x - w * 0.5, y - 0.03), (x + w * 0.5, y - 0.03),
                    (x + w, y + 0.02), (hip + w * 0.85, waist + 0.02), (hip, waist + 0.05),
                    (hip - w * 0.85, waist + 0.02),
                ],
                shirt,
            )  # fmt: skip
            canvas.blob(
                [
                    (x - w, y + 0.03), (x - w * 0.55, y), ((x + hip) / 2 - w * 0.35,
                    (y + waist) / 2), (hip - w * 0.4, waist + 0.03), (hip - w * 0.85, waist + 0.02),
                ],
                with_alpha(darker(shirt, 0.72), 85),
            )  # fmt: skip
        canvas.line([(x, y), (x + 0.008, y - 0.06)], 0.055, darker(look.skin, 0.88))
        canvas.sector(x + 0.004, y - 0.018, (0.045, 0.034), (0, 180), look.skin)


def _pick(rng: Chance, options: Sequence[Choice]) -> Choice:
    """One of the options, by one random number."""
    return options[int(rng.random() * len(options))]


def _between(start: Point, end: Point, share: float) -> Point:
    """The point this share of the way from start to end."""
    return (
        start[0] + (end[0] - start[0]) * share,
        start[1] + (end[1] - start[1]) * share,
    )
