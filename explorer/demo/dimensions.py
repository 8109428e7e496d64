"""What drives simulated cortex beyond pixels: categories, and who does what to whom, of scenes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from explorer.demo.scene import INDOOR, PEOPLE, Agent, Scene, Thing

Array = NDArray[np.float64]
Real = TypeVar("Real", np.float32, np.float64)

DIMENSIONS = (
    "face", "body", "animal", "food", "text", "place", "open", "indoor", "vehicle", "motion",
    "social", "tool", "n_objects",
)  # fmt: skip

OPEN = ("beach", "sky", "savanna", "farm", "snow", "harbour")
ROOMS = ("kitchen", "living", "office")
BUILT = ("street", "harbour", "station", *ROOMS[:2], "market")
TOOLS = ("laptop", "phone", "tv", "book", "umbrella", "racket", "bat", "surfboard")
MOVING_ACTS = (
    "ride", "chase", "ski", "play", "catch", "fly", "walk", "hit", "push", "hike", "cross",
)  # fmt: skip
MOVING_POSES = ("walking", "running", "flying", "sailing", "driving", "travelling")
SHARED_ACTS = ("chase", "feed", "play", "next", "celebrate", "watch")

# How much of what agents, things and setting predict of events is taken from the code of events;
# without it nouns predict verbs, and no analysis could tell one from the other.
REMOVED = 0.8
_WEIGHTS = {"act": 1.5}  # of tokens of one kind; others 1


def category_dimensions(scenes: Sequence[Scene]) -> tuple[tuple[str, ...], Array]:
    """Names and values of the dimensions of meaning that regions are tuned to.

    Returns
    -------
    names : ``DIMENSIONS``
    values : (n_scenes, 13), each of mean 0 and variance 1 (0 where all scenes are alike)
    """
    return DIMENSIONS, standardise(np.array([_category_values(s) for s in scenes]))


def object_dimensions(scenes: Sequence[Scene]) -> tuple[tuple[str, ...], Array]:
    """The same dimensions as far as they follow from which kinds of agents and things are there.

    Settings, acts, poses, numbers, sizes and layouts do not enter: two scenes with the same
    categories have the same values.

    Returns
    -------
    names : ``DIMENSIONS``
    values : (n_scenes, 13), each of mean 0 and variance 1 (0 where all scenes are alike)
    """
    return DIMENSIONS, standardise(np.array([_object_values(s) for s in scenes]))


def event_code(scenes: Sequence[Scene], rng: np.random.Generator, n_dimensions: int = 40) -> Array:
    """A code of events: who does what to whom, which no bag of nouns can express.

    Acts, and their conjunctions with agent, object and setting, are counted; ``REMOVED`` of what
    agents, things and setting predict linearly is subtracted; the rest is projected at random.

    Parameters
    ----------
    scenes : n_scenes of them, all that will ever be compared
    rng : of the projection
    n_dimensions : of the code

    Returns
    -------
    code : (n_scenes, n_dimensions), each of mean 0 and variance 1
    """
    events, names = count_tokens([_event_tokens(s) for s in scenes])
    events *= [_WEIGHTS.get(name.partition(":")[0], 1.0) for name in names]
    events -= events.mean(0)
    nouns, _ = count_tokens([_noun_tokens(s) for s in scenes])
    nouns -= nouns.mean(0)
    events -= REMOVED * nouns @ np.linalg.lstsq(nouns, events, rcond=None)[0]
    return standardise(events @ rng.standard_normal((len(names), n_dimensions)))


def count_tokens(rows: Sequence[set[str]]) -> tuple[Array, tuple[str, ...]]:
    """Which tokens each row has: (row, token) of 0 and 1, and the tokens in alphabetical order."""
    names = tuple(sorted(set().union(*rows)))
    place = {name: k for k, name in enumerate(names)}
    table = np.zeros((len(rows), len(names)))
    for k, row in enumerate(rows):
        table[k, [place[token] for token in row]] = 1
    return table, names


def standardise(values: NDArray[Real]) -> NDArray[Real]:
    """Columns of mean 0 and variance 1; a column that does not vary becomes 0."""
    centred = values - values.mean(0)
    spread = centred.std(0)
    spread[spread <= 1e-6 * np.abs(values).max(0)] = np.inf
    return centred / spread


# Categories that stand for a kind of place where places themselves are not known.
_SEEN_IN_TOWN = {"car", "bus", "train", "motorcycle", "traffic light", "suitcase", "boat"}
_SEEN_OUTDOORS = {
    "boat", "surfboard", "kite", "balloon", "airplane", "skis", "snowboard", "elephant", "giraffe",
    "zebra", "cow", "sheep",
}  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """What a dimension's value may depend on."""

    n_people: int
    n_animals: int
    n_things: int
    near: bool  # what fills the picture, or stands in a room
    alone: bool  # a thing that fills the picture
    moving: float
    social: float
    built: bool
    open: bool
    room: bool


def _category_values(scene: Scene) -> list[float]:
    n_people = sum(a.count for a in scene.people)
    n_animals = sum(a.count for a in scene.animals)
    act = scene.event.act if scene.event else ""
    company = n_people + n_animals >= 2  # noqa: PLR2004 - one is alone
    seen = _Seen(
        n_people,
        n_animals,
        sum(t.count for t in scene.things),
        near=scene.close or _in_room(scene),
        alone=scene.close and not scene.agents,
        moving=1.0 * (act in MOVING_ACTS or scene.pose in MOVING_POSES),
        social=1.0 * company + 0.5 * (act in SHARED_ACTS),
        built=scene.setting in BUILT,
        open=scene.setting in OPEN,
        room=scene.setting in ROOMS,
    )
    return _values(scene, seen)


def _object_values(scene: Scene) -> list[float]:
    """Values that follow from the list of categories alone: no setting, no act, no count."""
    animals = {a.kind for a in scene.animals}
    names = animals | {t.name for t in scene.things}
    person, food = bool(scene.people), scene.has("food")
    room = scene.has("furniture") or scene.has("device")
    seen = _Seen(
        1 * person,
        len(animals),
        len({t.name for t in scene.things}),
        near=bool(scene.agents) and room,
        alone=food and not scene.agents,
        moving=1.0 * scene.has("sport") + 0.5 * scene.has("vehicle"),
        social=1.0 * (person + len(animals) > 1),
        built=bool(names & _SEEN_IN_TOWN),
        open=bool(names & _SEEN_OUTDOORS),
        room=room or food,
    )
    return _values(scene, seen)


def _in_room(scene: Scene) -> bool:
    return bool(scene.agents) and scene.setting in INDOOR


def _values(scene: Scene, seen: _Seen) -> list[float]:
    """Values of ``DIMENSIONS``; apart from ``seen``, kinds alone enter."""
    person, animal = bool(seen.n_people), bool(seen.n_animals)
    face = (1.0 if seen.near else 0.45) * min(seen.n_people, 2) ** 0.5
    extent = 0.0 if seen.alone else 0.25 if seen.near else 0.7 if scene.agents else 1.0
    sign = 0.7 if scene.agents or seen.n_things > 1 else 1.0
    return [
        face if person else 0.25 * animal,
        (0.6 if seen.near else 1.0) * person + 0.45 * animal,
        1.0 * animal,
        (1.4 if seen.alone else 0.9) * scene.has("food"),
        sign * scene.has("text"),
        extent + 0.25 * seen.built,
        1.0 * seen.open,
        1.0 * seen.room,
        (0.8 if scene.agents else 1.3) * scene.has("vehicle"),
        seen.moving,
        seen.social,
        1.0 * any(t.name in TOOLS for t in scene.things),
        0.2 * (seen.n_people + seen.n_animals + seen.n_things),
    ]


def _event_tokens(scene: Scene) -> set[str]:
    """Act, and its conjunctions; of a scene without event, what its main figure does."""
    if scene.event is None:
        figures: list[Agent | Thing] = [*scene.agents, *scene.things]
        figure = figures[0] if figures else None
        return {f"act:{scene.pose}", f"agent*act:{_role(figure)}|{scene.pose}"}
    agent, act, to = _role(scene.agents[scene.event.agent]), scene.event.act, _role(scene.target())
    return {
        f"act:{act}",
        f"agent*act:{agent}|{act}",
        f"act*object:{act}|{to}",
        f"agent*act*object:{agent}|{act}|{to}",
        f"act*setting:{act}|{scene.setting}",
    }


def _noun_tokens(scene: Scene) -> set[str]:
    return {*map(_role, scene.agents), *map(_role, scene.things), f"@{scene.setting}"}


def _role(figure: Agent | Thing | None) -> str:
    """What it is to an event: "person", the kind of animal, or the name of the thing."""
    if figure is None:
        return ""
    if isinstance(figure, Agent):
        return "person" if figure.kind in PEOPLE else figure.kind
    return figure.name
