"""A scene: who does what with which things, where and when; picture and captions come from it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

PEOPLE = ("man", "woman", "boy", "girl", "baby")
ANIMALS = ("dog", "cat", "horse", "bird", "elephant", "giraffe", "zebra", "cow", "sheep")

# Names of things, by kind; a thing of a scene bears one of these names.
THINGS = {
    "vehicle": (
        "car", "bus", "train", "bicycle", "motorcycle", "boat", "airplane", "balloon",
    ),
    "food": ("pizza", "cake", "fruit", "banana", "apple", "orange", "sandwich", "donut"),
    "text": ("sign",),
    "sport": (
        "ball", "surfboard", "skis", "snowboard", "skateboard", "kite", "frisbee", "racket", "bat",
    ),
    "furniture": ("couch", "table", "bench", "chair", "desk"),
    "device": ("laptop", "tv", "phone"),
    "misc": ("umbrella", "book", "suitcase", "cup", "backpack", "traffic light"),
}  # fmt: skip

SETTINGS = (
    "beach", "street", "kitchen", "snow", "park", "stadium", "living", "office", "forest",
    "harbour", "market", "sky", "savanna", "farm", "station", "tabletop",
)  # fmt: skip
INDOOR = ("kitchen", "living", "office", "tabletop")
TIMES = ("day", "sunset", "cloudy", "morning")

# What an agent may do to, with or on something; the same words whoever is agent and whoever object.
ACTS = (
    "ride", "hold", "carry", "eat", "next", "sit_on", "sit_under", "walk", "read", "use", "play",
    "chase", "fly", "lie_on", "watch", "make", "hit", "catch", "feed", "push", "wait", "smile",
    "ski", "perch", "hike", "cross", "celebrate",
)  # fmt: skip

# What the main agent or thing does in a scene that has no event.
POSES = (
    "standing", "walking", "running", "grazing", "eating grass", "flying", "floating", "docked",
    "sailing", "driving", "parked", "stopped", "travelling", "lying", "",
)  # fmt: skip


@dataclass(frozen=True)
class Agent:
    """A person or an animal.

    Attributes
    ----------
    kind : one of ``PEOPLE`` or ``ANIMALS``
    colour : of an animal; "" if it has the usual one
    shirt : colour of a person's shirt or dress; "" for animals
    dress : whether it is a dress
    wears : headgear that can be seen, such as "helmet"; "" for none
    count : how many of them there are
    """

    kind: str
    colour: str = ""
    shirt: str = ""
    dress: bool = False
    wears: str = ""
    count: int = 1

    @property
    def is_person(self) -> bool:
        """Whether it is a person."""
        return self.kind in PEOPLE


@dataclass(frozen=True)
class Thing:
    """Something that can be seen and named.

    Attributes
    ----------
    name : one of ``THINGS``
    colour : "" if it has none worth telling
    count : how many of them there are
    detail : what kind of it, such as "soccer", "double decker", "birthday", "stop"; "" for none
    """

    name: str
    colour: str = ""
    count: int = 1
    detail: str = ""


@dataclass(frozen=True)
class Event:
    """Who does what to whom.

    Attributes
    ----------
    agent : index of the one who acts among the scene's agents
    act : one of ``ACTS``
    object : ``"@1"`` is the agent of index 1, ``"#0"`` the thing of index 0; "" if there is none
    """

    agent: int
    act: str
    object: str = ""


@dataclass(frozen=True)
class Scene:
    """One scene, complete enough to be drawn, told and turned into simulated responses.

    Attributes
    ----------
    number : its seed, from 1
    recipe : which composition drew it
    setting : one of ``SETTINGS``
    time : one of ``TIMES``; "day" indoors
    agents, things : who and what can be seen, the most important first
    event : what happens; None if nobody does anything to anything
    pose : one of ``POSES``, of the main agent or thing where there is no event
    text : what can be read in the picture, in lower case
    close : whether a face or a thing fills the picture
    weather : "rain", "snow" or ""
    """

    number: int
    recipe: str
    setting: str
    time: str = "day"
    agents: tuple[Agent, ...] = ()
    things: tuple[Thing, ...] = ()
    event: Event | None = None
    pose: str = ""
    text: tuple[str, ...] = ()
    close: bool = False
    weather: str = ""

    @property
    def people(self) -> tuple[Agent, ...]:
        """The persons among the agents."""
        return tuple(a for a in self.agents if a.is_person)

    @property
    def animals(self) -> tuple[Agent, ...]:
        """The animals among the agents."""
        return tuple(a for a in self.agents if not a.is_person)

    def has(self, kind: str) -> bool:
        """Whether any thing is of this kind of ``THINGS``."""
        return any(t.name in THINGS[kind] for t in self.things)

    def target(self) -> Agent | Thing | None:
        """What the event is done to."""
        if self.event is None or not self.event.object:
            return None
        index = int(self.event.object[1:])
        return self.agents[index] if self.event.object[0] == "@" else self.things[index]

    def to_json(self) -> str:
        """The scene graph as one line of JSON."""
        return json.dumps(asdict(self), separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Scene:
        """The scene of one line of ``to_json``."""
        found: dict[str, Any] = json.loads(text)
        found["agents"] = tuple(Agent(**a) for a in found["agents"])
        found["things"] = tuple(Thing(**t) for t in found["things"])
        found["event"] = Event(**found["event"]) if found["event"] else None
        found["text"] = tuple(found["text"])
        return cls(**found)


@dataclass
class SceneDraft:
    """A scene while its recipe draws it; ``finish`` freezes it."""

    number: int
    recipe: str
    setting: str = ""
    time: str = "day"
    agents: list[Agent] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    event: Event | None = None
    pose: str = ""
    text: list[str] = field(default_factory=list)
    close: bool = False
    weather: str = ""

    def agent(self, agent: Agent) -> str:
        """Add an agent; returns its name in an event, such as ``"@0"``."""
        self.agents.append(agent)
        return f"@{len(self.agents) - 1}"

    def thing(self, thing: Thing) -> str:
        """Add a thing; returns its name in an event, such as ``"#0"``."""
        self.things.append(thing)
        return f"#{len(self.things) - 1}"

    def does(self, agent: str, act: str, target: str = "") -> None:
        """Say what happens; ``agent`` and ``target`` as ``agent()`` and ``thing()`` return them."""
        self.event = Event(int(agent[1:]), act, target)

    def finish(self) -> Scene:
        """The finished scene."""
        return Scene(
            self.number,
            self.recipe,
            self.setting,
            self.time,
            tuple(self.agents),
            tuple(self.things),
            self.event,
            self.pose,
            tuple(self.text),
            self.close,
            self.weather,
        )
