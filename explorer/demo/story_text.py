"""The prose of the story: chapters written by hand, with open places for who they are about."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.assets import asset

GIRLS = ("Anna", "Clara", "Maya", "Lucy", "Nora", "Ella")
BOYS = ("Tom", "Ben", "Oscar", "Leo", "Max", "Hugo")

# Villagers who are always the same, by the word that names them.
VILLAGERS = {
    "Bell": "Mrs Bell",
    "Finch": "Mr Finch",
    "Grey": "Captain Grey",
    "Reed": "Doctor Reed",
    "Lark": "Miss Lark",
    "May": "Aunt May",
    "Pip": "Uncle Pip",
    "Grandmother": "Grandmother",
    "Sam": "Sam",
    "Peter": "Peter",
}

PRONOUNS = {
    "girl": {"he": "she", "him": "her", "his": "her", "himself": "herself"},
    "boy": {"he": "he", "him": "him", "his": "his", "himself": "himself"},
}

_CHOICE = re.compile(r"\{([^{}]*)\}")
_PERSON = re.compile(r"<([hf])(?::(\w+))?>")
_LINE = re.compile(r"([a-z]+)([+-]?)\| (\S.*)")
_MOODS = {"": 0, "+": 1, "-": -1}
_SENTENCE_ENDS = (".", "?", "!", '."', '?"', '!"')


@dataclass(frozen=True)
class Line:
    """One sentence as it is written: what happens in it, how the mood turns, and its text."""

    event: str
    mood: int
    text: str


@dataclass(frozen=True)
class Passage:
    """Some sentences at one place; ``ending`` is "good", "bad", or "" if it ends no chapter."""

    topic: str
    ending: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Chapter:
    """A chapter: passages in order, of which the last two are its possible endings."""

    title: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Cast:
    """Whom a chapter is about: the name of hero and friend; one is a girl, the other a boy."""

    hero: str
    friend: str

    def call(self, role: str, form: str | None) -> str:
        """Name or pronoun of ``role`` ("h" or "f"); ``form`` is the masculine one or None."""
        name = self.hero if role == "h" else self.friend
        if form is None:
            return name
        pronoun = PRONOUNS["girl" if name in GIRLS else "boy"][form.lower()]
        return pronoun.capitalize() if form[0].isupper() else pronoun


@dataclass(frozen=True)
class Spoken:
    """A word with its punctuation.

    Attributes
    ----------
    text : as it is printed
    person : whom it names or stands for; "" for nobody
    role : "name", "pronoun" or "possessive" of a person; "" for every other word
    """

    text: str
    person: str = ""
    role: str = ""


def read_chapters(name: str = "demo/story.toml") -> tuple[Chapter, ...]:
    """The chapters of the asset ``name``, in order.

    Raises
    ------
    ExplorerError
        if the installation lacks the file
    ValueError
        if a line of it is not ``event| Sentence.``
    """
    written = tomllib.loads(asset(name).read_text(encoding="utf-8"))
    return tuple(_chapter(c) for c in written["chapter"])


def read_word_classes(name: str = "demo/story.toml") -> dict[str, str]:
    """Word class of each word that is no noun, in lower case; what is not listed is a noun."""
    written = tomllib.loads(asset(name).read_text(encoding="utf-8"))
    return {word: kind for kind, words in written["words"].items() for word in words.split()}


def speak(line: Line, cast: Cast, rng: np.random.Generator) -> list[Spoken]:
    """The words of ``line`` with names and pronouns of ``cast``; choices are drawn from ``rng``."""

    def choose(found: re.Match[str]) -> str:
        options = found[1].split("|")
        return options[int(rng.integers(len(options)))]

    return [_speak_word(raw, cast) for raw in _CHOICE.sub(choose, line.text).split()]


def _speak_word(raw: str, cast: Cast) -> Spoken:
    found = _PERSON.search(raw)
    if found is None:
        bare = raw.strip("\"'.,?!").removesuffix("'s")
        return Spoken(raw, VILLAGERS[bare], "name") if bare in VILLAGERS else Spoken(raw)
    spoken = _PERSON.sub(lambda match: cast.call(match[1], match[2]), raw)
    form = found[2]
    role = "name" if form is None else "possessive" if form.lower() == "his" else "pronoun"
    return Spoken(spoken, cast.call(found[1], None), role)


def _chapter(written: dict[str, Any]) -> Chapter:
    return Chapter(
        written["title"],
        tuple(
            Passage(
                found["topic"],
                found.get("ending", ""),
                tuple(_line(text, written["title"]) for text in found["text"].splitlines()),
            )
            for found in written["scene"]
        ),
    )


def _line(text: str, title: str) -> Line:
    found = _LINE.fullmatch(text)
    if found is None or not text.endswith(_SENTENCE_ENDS):
        raise ValueError(f"{title}: {text!r} is not 'event| A sentence.'")
    return Line(found[1], _MOODS[found[2]], found[3])
