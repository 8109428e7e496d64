"""The parts of a caption: who does what, and where, when and with what it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.demo.grammar import Deed, NounPhrase, fill_gap, parse_deed, pick
from explorer.demo.lexicon import Phrase, parse_phrase, read_tables
from explorer.demo.naming import PLAIN, Namer
from explorer.demo.scene import INDOOR, THINGS, Agent, Scene, Thing

_WITH = ("ski", "hike", "celebrate", "walk")  # what one does with others
_TELLING = ("noun", "adjective")
_NO_SKY = (*INDOOR, "forest", "station", "stadium")
_KIND = {name: kind for kind, names in THINGS.items() for name in names}


@dataclass(frozen=True)
class Teller:
    """Chooses the parts of the captions of one scene.

    Attributes
    ----------
    scene : that is told
    rng : chooses
    """

    scene: Scene
    rng: np.random.Generator

    @property
    def namer(self) -> Namer:
        """Names what can be seen, by the same choices."""
        return Namer(self.scene, self.rng)

    @property
    def subject(self) -> Agent | Thing:
        """Who acts, or what the scene shows first."""
        if self.scene.event:
            return self.scene.agents[self.scene.event.agent]
        return self.scene.agents[0] if self.scene.agents else self.scene.things[0]

    @property
    def target(self) -> Agent | Thing | None:
        """What the event is done to."""
        return self.scene.target()

    @property
    def seen(self) -> bool:
        """Whether there is anybody or anything to tell of."""
        return bool(self.scene.agents or self.scene.things)

    def by(self, share: float) -> bool:
        """Whether something happens that happens in this share of captions."""
        return bool(self.rng.random() < share)

    def deed(self) -> Deed:
        """What the subject does, with a gap for the target."""
        tables = read_tables()
        if self.scene.event:
            return parse_deed(pick(self.rng, _first(tables["acts"], self._act_keys())))
        item = self.subject
        kinds = [item.kind, "animal"] if isinstance(item, Agent) else [item.name, _KIND[item.name]]
        keys = [*(f"{self.scene.pose} {kind}" for kind in kinds), self.scene.pose]
        return parse_deed(pick(self.rng, _first(tables["poses"], keys)))

    def adverb(self) -> Phrase:
        """How it is done; nothing if no word for it is usual."""
        key = self.scene.event.act if self.scene.event else self.scene.pose
        options = read_tables()["adverbs"].get(key)
        return parse_phrase(pick(self.rng, options)) if options else ()

    def place(self, used: Phrase) -> Phrase:
        """Where it is, in words other than ``used``."""
        options = _first(read_tables()["places"], self._where_keys())
        return self._fresh(options, used)

    def background(self, used: Phrase) -> Phrase:
        """What is behind, in words other than ``used``."""
        options = _first(read_tables()["backgrounds"], self._where_keys())
        return self._fresh(options, used)

    def time(self, used: Phrase) -> Phrase:
        """When it is, or what the weather is like, in words other than ``used``; not indoors."""
        tables, scene = read_tables()["times"], self.scene
        if scene.setting in INDOOR:
            return ()
        if scene.weather:
            return self._fresh(tables[scene.weather], used)
        options = [*tables[scene.time], *tables.get(f"{scene.time}:{scene.setting}", ())]
        if scene.setting not in _NO_SKY:
            options += tables[f"{scene.time} sky"]
        return self._fresh(options, used)

    def support(self, used: Phrase) -> Phrase:
        """The furniture that the subject sits or lies on or at, if some is left to tell."""
        item = self.subject
        if item in self._furniture():
            return ()
        for thing in self._furniture():
            person = "person " if isinstance(item, Agent) and item.is_person else ""
            options = read_tables()["supports"].get(person + thing.name)
            if thing.count == 1 and options:
                named = self.namer.name(thing, PLAIN)
                found = fill_gap(parse_phrase(pick(self.rng, options)), named)
                return () if _shares(found, used) else found
        return ()

    def extra(self, used: Phrase, subject: NounPhrase, detail: int) -> Phrase:
        """A further agent or thing, and where it is; nothing if there is none left to tell."""
        for item in self._others():
            like = subject if isinstance(item, Agent) and self._same(item, self.subject) else None
            named = self.namer.name(item, detail, like)
            options = [o for o in self._extras(item) if not (named.plural and "watches" in o)]
            if like is None and _shares(named.words, used):
                continue
            return fill_gap(parse_phrase(pick(self.rng, options)), named)
        return ()

    def same_kind(self) -> bool:
        """Whether the one who acts and the one it is done to are of one kind."""
        return self._same(self.target, self.subject)

    def _same(self, item: Agent | Thing | None, subject: Agent | Thing) -> bool:
        if not isinstance(item, Agent) or not isinstance(subject, Agent):
            return False
        return item.kind == subject.kind and item.count == subject.count == 1

    def _others(self) -> list[Agent | Thing]:
        """Who and what a caption has not told by subject, deed, target and support; shuffled."""
        told = [id(self.subject), id(self.target)]
        agents = [a for a in self.scene.agents if id(a) not in told]
        things = [t for t in self.scene.things if id(t) not in told and t not in self._furniture()]
        order = self.rng.permutation(len(things))
        return [*agents, *(things[k] for k in order)]

    def _furniture(self) -> list[Thing]:
        target = self.target
        return [t for t in self.scene.things if _KIND[t.name] == "furniture" and t is not target]

    def _extras(self, item: Agent | Thing) -> list[str]:
        tables = read_tables()["extras"]
        if isinstance(item, Thing):
            return _first(tables, (f"{item.name} {item.detail}", item.name, "default"))
        kind = "person" if item.is_person else "animal"
        event = self.scene.event
        return list(tables[f"with {kind}" if event and event.act in _WITH else kind])

    def _act_keys(self) -> Iterator[str]:
        """Keys of the table of acts, the most special first."""
        event = self.scene.event
        if event is None:
            return
        who = self.subject
        if isinstance(who, Agent):
            yield f"{who.kind}:{event.act}"
        for does in (*(f"{event.act} {name}" for name in _names(self.target)), event.act):
            yield f"{self.scene.setting}:{does}"
            yield does

    def _where_keys(self) -> Iterator[str]:
        """Keys of the tables of places and backgrounds, the most special first."""
        scene = self.scene
        if scene.event:
            act = scene.event.act
            keys = [*(f"{act} {name}" for name in _names(self.target)), act]
        else:
            names = list(_names(self.subject)) if self.seen else []
            keys = [*(f"{scene.pose} {name}" for name in names), *names, scene.pose]
        for key in keys:
            yield f"{scene.setting}:{key}"
            yield key
        yield scene.setting

    def _fresh(self, options: Sequence[str], used: Phrase) -> Phrase:
        """One of ``options`` that shares nothing with ``used``; nothing if none is found."""
        for k in self.rng.permutation(len(options)):
            found = parse_phrase(options[k])
            if not _shares(found, used):
                return found
        return ()


def _names(item: Agent | Thing | None) -> Iterator[str]:
    """What an agent or thing is called in the keys of the tables, the most special first."""
    if isinstance(item, Agent):
        yield item.kind
        yield "person" if item.is_person else "animal"
    elif item is not None:
        yield f"{item.name} {item.detail}"
        yield item.name
        yield _KIND[item.name]


def _first(table: dict[str, list[str]], keys: Iterator[str] | Sequence[str]) -> list[str]:
    """The entry of the first key that the table has."""
    return next(table[key] for key in keys if key in table)


def _shares(first: Phrase, second: Phrase) -> bool:
    """Whether two phrases have a noun or an adjective in common."""
    told = {w.lemma for w in second if w.tag in _TELLING}
    return any(w.lemma in told for w in first if w.tag in _TELLING)
