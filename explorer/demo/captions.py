"""Captions: five English sentences for each scene, which tell more or less of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from explorer.demo.grammar import Deed, NounPhrase, pick, write_sentence
from explorer.demo.lexicon import Phrase, Word, parse_phrase, read_tables
from explorer.demo.naming import BARE, PLAIN, RICH
from explorer.demo.scene import Agent, Scene
from explorer.demo.telling import Teller

N_CAPTIONS = 5
_SOMETHING = NounPhrase(parse_phrase("something"))
_TRIES = 8
_SHORT = 8  # words, without a place
_CAPTIONS, _PAIRS = range(2)  # streams of random numbers


def write_captions(scene: Scene, seed: int = 0) -> tuple[str, ...]:
    """Five captions of a scene: rich, bare, with its surroundings, with what else, presented.

    The same noun phrases are used for who acts and for what it is done to, so that single words
    do not tell who does what.

    Parameters
    ----------
    scene : any scene that the tables of ``explorer.demo.scene`` allow
    seed : of the choice of words; with it and the scene's number the captions are always the same
    """
    return tuple(write_sentence(words) for words in write_tagged(scene, seed))


def write_tagged(scene: Scene, seed: int = 0) -> tuple[Phrase, ...]:
    """The words of ``write_captions`` with their kinds, known because the grammar chose them."""
    teller = Teller(scene, np.random.default_rng([_CAPTIONS, seed, scene.number]))
    found: list[Phrase] = []
    for write in _WAYS if teller.seen else (_tell_empty,) * N_CAPTIONS:
        for _ in range(_TRIES):
            caption = write(teller)
            if caption not in found:
                break
        found.append(caption)
    return tuple(found)


@dataclass(frozen=True)
class RolePair:
    """Two captions of the same words that swap who acts and whom it is done to.

    Attributes
    ----------
    number : of the scene
    caption : tells what the scene shows
    swapped : tells the opposite
    """

    number: int
    caption: str
    swapped: str


def role_pairs(scenes: Iterable[Scene], seed: int = 0) -> list[RolePair]:
    """A pair of captions for each scene in which an agent acts upon one of another kind.

    Scenes without such an event are left out, and those where there are several of one of them,
    because the verb would agree with another number.
    """
    pairs = []
    for scene in scenes:
        teller = Teller(scene, np.random.default_rng([_PAIRS, seed, scene.number]))
        target = teller.target
        alone = isinstance(target, Agent) and target.count == teller.subject.count == 1
        if not alone or target is None or teller.same_kind():
            continue
        deed = teller.deed()
        names = teller.namer.name(teller.subject, PLAIN), teller.namer.name(target, PLAIN)
        place = teller.place((*names[0].words, *names[1].words, *deed.rest))
        place = () if deed.placed else place
        told, swapped = (
            write_sentence((*who.words, *deed.fill(whom).progressive(False), *place))
            for who, whom in (names, names[::-1])
        )
        pairs.append(RolePair(scene.number, told, swapped))
    return pairs


def _clause(teller: Teller, details: tuple[int, int]) -> tuple[NounPhrase, Deed]:
    """Who or what, and what it does, told in these details."""
    target = teller.target
    who = teller.namer.name(teller.subject, details[0])
    deed = teller.deed()
    if target is None:
        return who, deed.fill(_SOMETHING)
    like = who if teller.same_kind() else None
    return who, deed.fill(teller.namer.name(target, details[1], like))


def _rich_details(teller: Teller) -> tuple[int, int]:
    """How much to tell of who acts and of the target; each is as often the one told less of."""
    if teller.target is None or teller.by(0.4):
        return RICH, RICH
    return (RICH, PLAIN) if teller.by(0.5) else (PLAIN, RICH)


def _tell_richly(teller: Teller) -> Phrase:
    """Qualities and the place: "a man in a red shirt is riding a brown horse on a beach"."""
    if _shows_room(teller):
        return _tell_room(teller, RICH)
    who, deed = _clause(teller, _rich_details(teller))
    words = _state(teller, who, deed, finite=teller.by(0.5), adverb=0.12)
    words += _where(teller, deed, words, support=0.5)
    return words + (teller.time(words) if teller.by(0.15) else ())


def _tell_barely(teller: Teller) -> Phrase:
    """As short as can be: "a man is riding a horse", "the man rides a horse"."""
    who, deed = _clause(teller, (BARE, BARE))
    if teller.by(0.1):
        who = _make_definite(who)
    words = _state(teller, who, deed, finite=True, simply=0.3)
    if teller.scene.agents and (teller.scene.event or deed.rest):
        return words + (_where(teller, deed, words, support=0.2) if teller.by(0.15) else ())
    return words + _where(teller, deed, words, support=0.3)


def _tell_place(teller: Teller) -> Phrase:
    """Surroundings: "a man riding a horse on a beach with waves behind"."""
    if _shows_room(teller) and teller.by(0.6):
        words = _tell_room(teller, PLAIN)
        return words + teller.background(words)
    who, deed = _clause(teller, (PLAIN, PLAIN))
    if not deed.placed and teller.by(0.15):
        words = _state(teller, who, deed, finite=True)
        words = teller.place(words) + words
    else:
        words = _state(teller, who, deed, finite=teller.by(0.25))
        words += _where(teller, deed, words, support=0.15)
    last = teller.background(words) if teller.by(0.6) else teller.time(words)
    return words + (last or teller.background(words))


def _tell_more(teller: Teller) -> Phrase:
    """What else there is: "a man riding a horse with a dog nearby"; else how it is done."""
    who, deed = _clause(teller, _rich_details(teller))
    finite = teller.by(0.5)
    words = _state(teller, who, deed, finite=finite)
    support = teller.support(words) if teller.by(0.4) else ()
    extra = teller.extra(words + support, who, PLAIN)
    if extra:
        return words + support + extra
    words = _state(teller, who, deed, finite=finite, adverb=0.5)
    if not support and not (deed.placed and teller.by(0.5)):
        support = _where(teller, deed, words, support=0.6)
    return words + support + (teller.time(words + support) if teller.by(0.15) else ())


def _present(teller: Teller) -> Phrase:
    """As something to be seen: "there is a man riding a horse", "a picture of a man …"."""
    who, deed = _clause(teller, (PLAIN, PLAIN))
    openers = read_tables()["openers"]
    if teller.scene.close and teller.by(0.5):
        lead = pick(teller.rng, openers["close"])
    else:
        lead = pick(teller.rng, openers["exists" if teller.by(0.45) else "picture"])
    lead = lead.replace("{be}", "are" if who.plural else "is")
    words = parse_phrase(lead) + _state(teller, who, deed, finite=False)
    short = len(words) < _SHORT or not (teller.scene.event or deed.rest)
    return words + (_where(teller, deed, words, support=0.3) if short or teller.by(0.4) else ())


def _state(
    teller: Teller,
    who: NounPhrase,
    deed: Deed,
    *,
    finite: bool,
    simply: float = 0.0,
    adverb: float = 0.0,
) -> Phrase:
    """A clause: a sentence if ``finite``, else a noun and what it does."""
    how = teller.adverb() if teller.by(adverb) else ()
    if not finite:
        return who.words + deed.participle(how)
    if teller.by(simply):
        return who.words + deed.present(who.plural)
    return who.words + deed.progressive(who.plural, how)


def _where(teller: Teller, deed: Deed, words: Phrase, support: float) -> Phrase:
    """The furniture or the place, unless the deed says where."""
    found = teller.support(words) if teller.by(support) else ()
    if deed.placed:
        return found
    return found or teller.place(words)


def _shows_room(teller: Teller) -> bool:
    """Whether the scene is an empty place with some things rather than a thing at a place."""
    scene = teller.scene
    still = not scene.agents and scene.event is None and not scene.pose
    return still and scene.setting in read_tables()["rooms"]


def _tell_room(teller: Teller, detail: int) -> Phrase:
    """An empty place with its things: "a tidy kitchen with a table and two chairs"."""
    scene = teller.scene
    options = read_tables()["rooms"][scene.setting]
    words = parse_phrase(pick(teller.rng, options)) + parse_phrase("with")
    first, *rest = scene.things
    shown = [first, rest[int(teller.rng.integers(len(rest)))]] if rest else [first]
    for k, thing in enumerate(shown):
        words += (parse_phrase("and") if k else ()) + teller.namer.name(thing, detail).words
    return words


def _make_definite(who: NounPhrase) -> NounPhrase:
    """The same with "the" for "a"."""
    first, *rest = who.words
    if first.lemma != "a":
        return who
    return NounPhrase((Word("the", "determiner", "the"), *rest), who.plural, who.head)


def _tell_empty(teller: Teller) -> Phrase:
    """A place where there is nothing to tell of: "a view of an empty beach at sunset"."""
    place = parse_phrase(pick(teller.rng, read_tables()["empty"][teller.scene.setting]))
    lead = pick(teller.rng, ("", "a view of", "a picture of", "there is"))
    words = parse_phrase(lead) + place
    return words + (teller.background(words) if teller.by(0.6) else teller.time(words))


_WAYS = (_tell_richly, _tell_barely, _tell_place, _tell_more, _present)
