"""Grammar of the captions: articles, agreement, what is done in several forms, and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np

from explorer.demo.lexicon import GAP, Phrase, Word, ing_form, parse_phrase, present_form

Option = TypeVar("Option")

_CONSONANT_STARTS = ("one", "uni", "ewe", "eu")  # letters of vowels that sound as consonants
_PLACED = "*"


@dataclass(frozen=True)
class NounPhrase:
    """Somebody or something as a caption names it.

    Attributes
    ----------
    words : with the article
    plural : whether the verb is in the plural
    head : the noun and what belongs to it, in the singular, as the tables have it
    """

    words: Phrase
    plural: bool = False
    head: str = ""


@dataclass(frozen=True)
class Deed:
    """What is done, with a gap for what it is done to.

    Attributes
    ----------
    verb : its lemma
    rest : what follows the verb; one of the words may be ``GAP``
    placed : whether it says where
    """

    verb: str
    rest: Phrase
    placed: bool = False

    def fill(self, target: NounPhrase) -> Deed:
        """The same with ``target`` in the gap, if there is one."""
        return Deed(self.verb, fill_gap(self.rest, target), self.placed)

    def present(self, plural: bool) -> Phrase:
        """What is usually done: "chases a cat"."""
        return (_verb(present_form(self.verb, plural), self.verb), *self.rest)

    def progressive(self, plural: bool, adverb: Phrase = ()) -> Phrase:
        """What is being done: "is quickly chasing a cat", "is parked"."""
        be = _verb(present_form("be", plural), "be")
        return (be, *self.participle(adverb))

    def participle(self, adverb: Phrase = ()) -> Phrase:
        """What follows a noun that does it: "quickly chasing a cat", "parked"."""
        if self.verb == "be":
            return self.rest
        return (*adverb, _verb(ing_form(self.verb), self.verb), *self.rest)


@lru_cache(1024)
def parse_deed(text: str) -> Deed:
    """A deed of the tables, which begins with the lemma of its verb."""
    verb, _, rest = text.removesuffix(_PLACED).partition(" ")
    return Deed(verb, parse_phrase(rest), text.endswith(_PLACED))


def fill_gap(phrase: Phrase, target: NounPhrase) -> Phrase:
    """``phrase`` with the words of ``target`` in its gap, if it has one."""
    if GAP not in phrase:
        return phrase
    k = phrase.index(GAP)
    return (*phrase[:k], *target.words, *phrase[k + 1 :])


def add_article(words: Phrase) -> Phrase:
    """``words`` behind "a" or "an", as the first of them sounds."""
    first = words[0].text.lower()
    vowel = first[0] in "aeiou" and not first.startswith(_CONSONANT_STARTS)
    return (Word("an" if vowel else "a", "determiner", "a"), *words)


def write_sentence(words: Phrase) -> str:
    """The words with a capital and a full stop."""
    text = " ".join(word.text for word in words)
    return f"{text[0].upper()}{text[1:]}."


def pick(rng: np.random.Generator, options: Sequence[Option]) -> Option:
    """One of ``options``; the first is the most likely, and the k-th has weight 1 / (k + 2)."""
    weights = 1.0 / np.arange(3, len(options) + 3)
    place = int(np.searchsorted(np.cumsum(weights), rng.random() * weights.sum()))
    return options[place]


def _verb(text: str, lemma: str) -> Word:
    return Word(text, "verb", lemma)
