"""The stage on which a recipe sets one scene: it draws, and writes down what it drew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.demo import animals, animals_large, scenery, settings
from explorer.demo.camera import Box
from explorer.demo.canvas import Canvas
from explorer.demo.people import Look, choose_look, draw_baby, draw_person, height_of
from explorer.demo.scene import INDOOR, Agent, SceneDraft, Thing

ADULTS = ("man", "woman")
CHILDREN = ("boy", "girl")
GROWN = ("man", "woman", "man", "woman", "boy", "girl")  # whom most recipes choose among
OUTDOOR_TIMES = ("day", "day", "day", "day", "sunset", "cloudy", "morning", "morning")

BIRDS = tuple(c for c in animals.BIRD_COLOURS if c != "green")  # unseen among leaves

# What draws an animal, its colours, and its height and half its length over its size.
BEASTS: dict[str, tuple[Callable[..., None], Sequence[str], float, float]] = {
    "dog": (animals.draw_dog, tuple(animals.DOG_COLOURS), 0.85, 0.7),
    "cat": (animals.draw_cat, tuple(animals.CAT_COLOURS), 0.85, 0.5),
    "bird": (animals.draw_bird, BIRDS, 0.75, 0.65),
    "horse": (animals_large.draw_horse, tuple(animals_large.HORSE_COLOURS), 1.2, 0.8),
    "cow": (animals_large.draw_cow, tuple(animals_large.COW_COLOURS), 0.9, 0.75),
    "sheep": (animals_large.draw_sheep, tuple(animals_large.SHEEP_COLOURS), 0.75, 0.55),
    "elephant": (animals_large.draw_elephant, ("",), 0.95, 0.75),
    "giraffe": (animals_large.draw_giraffe, ("",), 1.85, 0.8),
    "zebra": (animals_large.draw_zebra, ("",), 1.15, 0.75),
}


@dataclass(frozen=True)
class Player:
    """A person of the scene.

    Attributes
    ----------
    name : in an event, such as ``"@0"``
    look : how the person looks
    wears : headgear that can be seen; "" for none
    tall : height over that of a grown person
    """

    name: str
    look: Look
    wears: str
    tall: float


@dataclass(frozen=True)
class Beast:
    """An animal of the scene; ``name`` as of ``Player``."""

    name: str
    kind: str
    colour: str


@dataclass
class Stage:
    """One scene in the making.

    Attributes
    ----------
    canvas : drawn on; may be dry
    draft : what can be seen
    rng : decides what is in the scene; nothing that is drawn may draw on it
    detail : decides what only the picture shows
    keep : what the camera must not cut off; None as long as it may cut anything
    """

    canvas: Canvas
    draft: SceneDraft
    rng: np.random.Generator
    detail: np.random.Generator
    keep: Box | None = field(default=None)

    def pick(self, options: Sequence[scenery.Option]) -> scenery.Option:
        """One of ``options``, each as likely."""
        return scenery.pick(self.rng, options)

    def chance(self, share: float) -> bool:
        """Whether something that happens in this share of scenes happens in this one."""
        return scenery.chance(self.rng, share)

    def about(self, middle: float, most: float = 5.0) -> float:
        """A number that differs from ``middle`` by ``most`` at most."""
        return middle + float(self.rng.uniform(-most, most))

    def side(self) -> int:
        """1 or -1."""
        return 1 if self.chance(0.5) else -1

    def set_in(self, *names: str, time: str = "") -> str:
        """Choose and draw one of these settings, at a day-time unless it is indoors."""
        name = self.pick(names)
        self.draft.setting = name
        if name not in INDOOR:
            self.draft.time = time or self.pick(OUTDOOR_TIMES)
        settings.draw_setting(self.canvas, self.detail, name, self.draft.time)
        return name

    def cast(self, kinds: Sequence[str] = GROWN, wears: str = "") -> Player:
        """Let a person appear, one of ``kinds``."""
        look = choose_look(self.rng, self.pick(kinds))
        shirt, dress = look.shirt, look.dress
        name = self.draft.agent(Agent(look.kind, shirt=shirt, dress=dress, wears=wears))
        return Player(name, look, wears, height_of(look.kind))

    def act(self, player: Player, x: float, y: float, height: float, **how: Any) -> None:
        """Draw a person; ``how`` goes to ``draw_person``, a grown person is ``height`` tall."""
        tall = height * player.tall
        self.hold(x - 0.27 * tall, y - 1.02 * tall, x + 0.27 * tall, y + 1.5)
        draw_person(self.canvas, x, y, tall, player.look, headgear=player.wears, **how)

    def mount(self, player: Player, x: float, seat: float, height: float, **how: Any) -> None:
        """Draw a person who rides, the hips at height ``seat`` of the canvas."""
        how = {"pose": "ride", "shade": False, "hip": (0, -0.42), **how}
        self.act(player, x, seat - how["hip"][1] * height * player.tall, height, **how)

    def seat_baby(self, x: float, y: float, size: float) -> str:
        """Let a baby appear, sitting on the ground at ``(x, y)``; returns its name in an event."""
        look = choose_look(self.rng, "baby")
        self.hold(x - 0.45 * size, y - size, x + 0.45 * size, y + 1.5)
        draw_baby(self.canvas, x, y, size, look)
        return self.draft.agent(Agent("baby", shirt=look.shirt))

    def bring(self, kind: str, count: int = 1) -> Beast:
        """Let ``count`` animals of a kind appear, all of one colour."""
        colour = self.pick(BEASTS[kind][1])
        return Beast(self.draft.agent(Agent(kind, colour=colour, count=count)), kind, colour)

    def show(self, beast: Beast, x: float, y: float, size: float, **how: Any) -> None:
        """Draw an animal of body length ``size``; ``how`` may hold ``face`` and ``pose``."""
        draw, _, tall, wide = BEASTS[beast.kind]
        self.hold(x - wide * size, y - tall * size, x + wide * size, y + 1.5)
        draw(self.canvas, x, y, size, colour=beast.colour, **how)

    def place(self, name: str, colour: str = "", count: int = 1, detail: str = "") -> str:
        """Note that a thing can be seen; returns its name in an event."""
        return self.draft.thing(Thing(name, colour, count, detail))

    def write(self, text: str) -> None:
        """Note that ``text`` can be read."""
        self.draft.text.append(text.lower())

    def hold(self, left: float, top: float, right: float, bottom: float) -> None:
        """Keep this part of the canvas in the picture."""
        box = Box(left, top, right, bottom)
        self.keep = box if self.keep is None else self.keep.join(box)
