"""The words of the captions: their kinds, their forms, and phrases read from the table of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from explorer.assets import asset

# Kinds of words; of a word that can be several, the first that lists it counts.
TAGS = ("other", "determiner", "preposition", "adjective", "adverb", "noun", "verb")

# Verbs that double their last letter before "-ing" and "-ed".
_DOUBLED = ("drag", "get", "grin", "hit", "hug", "nap", "pedal", "put", "run", "shop", "sit",
            "stop", "travel", "trek")  # fmt: skip
_SAME_PLURAL = ("sheep", "skis", "luggage", "food", "produce", "traffic")
_PLURALS = {
    "person": "people", "man": "men", "woman": "women", "child": "children", "calf": "calves",
    "leaf": "leaves", "lady": "ladies", "gentleman": "gentlemen", "bus": "buses",
}  # fmt: skip
_BE = {"be": "be", "is": "be", "are": "be", "has": "have"}
_HISSING = ("s", "x", "z", "ch", "sh")
_OBJECT = "{o}"


@dataclass(frozen=True)
class Word:
    """A word of a caption.

    Attributes
    ----------
    text : as it is written, without the capital and the full stop of a sentence
    tag : one of ``TAGS``
    lemma : the form that a dictionary lists, in lower case
    """

    text: str
    tag: str
    lemma: str


Phrase = tuple[Word, ...]

# What is done, in place of the object that is told later.
GAP = Word(_OBJECT, "other", _OBJECT)


@lru_cache(1)
def read_tables() -> dict[str, Any]:
    """All tables of words and phrases by their names, as the file has them."""
    return tomllib.loads(asset("demo/lexicon.toml").read_text(encoding="utf-8"))


@lru_cache(8192)
def parse_phrase(text: str) -> Phrase:
    """The words of a phrase of the tables, ``{o}`` as ``GAP``; KeyError names an unlisted word."""
    return tuple(_parse_word(word) for word in text.split())


def _parse_word(text: str) -> Word:
    if text == _OBJECT:
        return GAP
    word, _, tag = text.partition("/")
    form = word.lower().removesuffix("'")
    if not tag:
        tag, lemma = _forms()[form]
        return Word(word, tag, lemma)
    return Word(word, tag, _singular(form) if tag == "noun" else form)


def pluralise(noun: str) -> str:
    """Plural of a noun in the singular."""
    if noun in _SAME_PLURAL:
        return noun
    if noun in _PLURALS:
        return _PLURALS[noun]
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(_HISSING) else "s")


def ing_form(verb: str) -> str:
    """Present participle of a verb: "ride" to "riding"."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith("ee") and verb != "be":
        return verb[:-1] + "ing"
    return _double(verb) + "ing"


def present_form(verb: str, plural: bool) -> str:
    """What one or, if ``plural``, several do: "watch" to "watches" or "watch"."""
    if verb == "be":
        return "are" if plural else "is"
    if plural:
        return verb
    if verb == "have":
        return "has"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith((*_HISSING, "o")) else "s")


def _past_form(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    return _double(verb) + "ed"


def _double(verb: str) -> str:
    return verb + (verb[-1] if verb in _DOUBLED else "")


@lru_cache(1)
def _forms() -> dict[str, tuple[str, str]]:
    """Tag and lemma of every form of every listed word."""
    tables = read_tables()
    found: dict[str, tuple[str, str]] = {}
    for tag in TAGS:
        for lemma in tables["tags"][tag].split():
            forms = [lemma]
            if tag == "noun":
                forms.append(pluralise(lemma))
            if tag == "verb":
                forms += [ing_form(lemma), present_form(lemma, False), _past_form(lemma)]
            for form in forms:
                found.setdefault(form, (tag, lemma))
    for form, lemma in {**tables["participles"], **_BE}.items():
        found.setdefault(form, ("verb", lemma))
    return found


def _singular(noun: str) -> str:
    known = {pluralise(n): n for n in read_tables()["tags"]["noun"].split()}
    return known.get(noun, noun)
