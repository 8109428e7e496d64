"""Names of those who and what can be seen: the same noun phrases whoever acts upon whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.demo.grammar import NounPhrase, add_article, pick
from explorer.demo.lexicon import Phrase, Word, parse_phrase, pluralise, read_tables
from explorer.demo.scene import THINGS, Agent, Scene, Thing

BARE, PLAIN, RICH = range(3)  # how much a noun phrase tells

# How often it tells the colour, a further quality, and what is worn or written.
_COLOUR = (0.12, 0.5, 0.95)
_QUALITY = (0.04, 0.14, 0.4)
_PERSON_QUALITY = 0.3  # of that, for people, who already have clothes
_WORN = (0.0, 0.0, 0.85)
_WRITTEN = (0.75, 0.9, 1.0)
_PAIR = 0.6  # how often two animals of which one is small are told as such

_SIZES = {
    "small", "little", "tiny", "large", "big", "huge", "enormous", "giant", "tall", "short", "long",
    "wide", "young", "thick", "compact",
}  # fmt: skip
_BEFORE_COLOUR = _SIZES | {"open", "comfortable", "cosy", "old"}
_MASS = "~"  # begins what takes no article
_NUMBERS = {3: "three", 4: "four", 5: "five", 6: "six"}
_TWO = 2
_KIND = {name: kind for kind, names in THINGS.items() for name in names}
_IN_HAND = ("eat", "hold")


@dataclass(frozen=True)
class Namer:
    """Names what can be seen in one scene.

    Attributes
    ----------
    scene : that is told
    rng : chooses the words
    """

    scene: Scene
    rng: np.random.Generator

    def name(
        self, item: Agent | Thing, detail: int = PLAIN, like: NounPhrase | None = None
    ) -> NounPhrase:
        """A noun phrase for ``item``.

        Parameters
        ----------
        item : an agent or a thing of the scene
        detail : ``BARE``, ``PLAIN`` or ``RICH``
        like : what an agent of the same kind was called, so that this one becomes "another"
        """
        kind = item.kind if isinstance(item, Agent) else item.name
        if kind in (pairs := read_tables()["pairs"]) and item.count == _TWO and self._by(_PAIR):
            return NounPhrase(parse_phrase(pick(self.rng, pairs[kind])), True, kind)
        head = like.head if like else pick(self.rng, self._heads(item))
        words = self._qualities(item, kind, head, detail)
        tail = self._tail(item, detail)
        if item.count > 1:
            return self._many(kind, item.count, words, tail, head)
        if like:
            words = (Word("another", "determiner", "another"), *words)
        elif not head.startswith(_MASS):
            words = add_article(words)
        return NounPhrase((*words, *tail), False, head)

    def _by(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def _heads(self, item: Agent | Thing) -> list[str]:
        heads = read_tables()["heads"]
        if isinstance(item, Agent):
            return list(heads[item.kind])
        scene = self.scene
        event = scene.event
        where = [f"{scene.weather}:", f"{scene.setting}:"]
        if _KIND[item.name] == "food" and event and event.act in _IN_HAND:
            where.insert(0, "hand:")
        if not scene.agents and scene.setting == "market":
            where.insert(0, "display:")
        keys = [f"{item.name} {item.detail}", *(w + item.name for w in where), item.name]
        return list(next(heads[k] for k in keys if k in heads))

    def _qualities(self, item: Agent | Thing, kind: str, head: str, detail: int) -> Phrase:
        """Quality, colour and head; a colour stands behind the size that a head begins with."""
        tables = read_tables()
        share = _QUALITY[detail]
        share *= _PERSON_QUALITY if isinstance(item, Agent) and item.is_person else 1.0
        before, colour = parse_phrase(""), parse_phrase("")
        if self._by(share):
            before = parse_phrase(pick(self.rng, tables["adjectives"].get(kind, [""])))
        if item.colour and self._by(_COLOUR[detail]):
            colours = tables["colours"]
            options = colours.get(f"{kind} {item.colour}", colours.get(item.colour))
            colour = parse_phrase(pick(self.rng, options or [item.colour]))
        if "{c}" in head:
            first, _, last = head.partition("{c}")
            return (*parse_phrase(first), *colour, *parse_phrase(last))
        noun = parse_phrase(head.removeprefix(_MASS))
        if head.startswith(_MASS) or _clash(before, (*colour, *noun)):
            before = ()
        if _clash(colour, noun):
            colour = ()
        return (*before, *_colour_in(noun, colour))

    def _tail(self, item: Agent | Thing, detail: int) -> Phrase:
        if isinstance(item, Agent):
            told = item.is_person and item.count == 1 and self._by(_WORN[detail])
            return self._clothes(item) if told else ()
        if item.name == "sign" and self.scene.text and self._by(_WRITTEN[detail]):
            lead = parse_phrase(pick(self.rng, read_tables()["texts"]["with"]))
            read = " ".join(self.scene.text).split()
            if len(read) > 1 and lead[-1].lemma == "word":
                lead = pluralise_head(lead)
            return (*lead, *(Word(w.upper(), "other", w) for w in read))
        return ()

    def _clothes(self, agent: Agent) -> Phrase:
        """What a person wears: "in a red shirt and a straw hat"."""
        tables = read_tables()["clothes"]
        parts: list[Phrase] = []
        if agent.shirt:
            options = [*read_tables()["colours"].get(agent.shirt, [agent.shirt])]
            colour = parse_phrase(pick(self.rng, options))
            parts.append(add_article(_colour_in(self._garment(agent), colour)))
        if agent.wears and (not parts or self._by(0.6)):
            parts.append(parse_phrase(pick(self.rng, tables.get(agent.wears, ["a hat"]))))
        if not parts:
            return ()
        lead = parse_phrase(pick(self.rng, ("in", "in", "wearing")))
        joined = (*parts[0], *parse_phrase("and"), *parts[1]) if len(parts) > 1 else parts[0]
        return (*lead, *joined)

    def _garment(self, agent: Agent) -> Phrase:
        tables, setting = read_tables()["clothes"], self.scene.setting
        if agent.dress:
            options = tables.get(f"{setting}:dress", tables["dress"])
        else:
            options = tables.get(agent.kind, tables.get(setting, tables["default"]))
        return parse_phrase(pick(self.rng, options))

    def _many(self, kind: str, count: int, words: Phrase, tail: Phrase, head: str) -> NounPhrase:
        """Several of them: "three brown cows", "a flock of birds"."""
        tables = read_tables()
        if count == _TWO:
            options = tables["numbers"]["2"]
        else:
            options = tables["groups"].get(kind, tables["numbers"]["3"])
        lead = pick(self.rng, options).replace("three", _NUMBERS.get(count, "several"))
        first = parse_phrase(lead.replace(" {n}", ""))
        return NounPhrase((*first, *pluralise_head(words), *tail), True, head)


def pluralise_head(words: Phrase) -> Phrase:
    """``words`` with their head in the plural: "bowl of fruit" to "bowls of fruit"."""
    ends = [k for k, w in enumerate(words) if k and w.tag == "preposition"] or [len(words)]
    k = ends[0] - 1
    noun = words[k]
    many = Word(pluralise(noun.text), noun.tag, noun.lemma)
    return (*words[:k], many, *words[k + 1 :])


def _colour_in(noun: Phrase, colour: Phrase) -> Phrase:
    """``noun`` with a colour, behind the qualities that it begins with: "long black dress"."""
    sized = next(k for k, w in enumerate(noun) if w.text not in _BEFORE_COLOUR)
    return (*noun[:sized], *colour, *noun[sized:])


def _clash(first: Phrase, rest: Phrase) -> bool:
    """Whether a quality is told twice, or two sizes are."""
    told, more = {w.lemma for w in first}, {w.lemma for w in rest}
    return bool(told & more) or bool(told & _SIZES and more & _SIZES)
