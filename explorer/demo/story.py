"""The story that simulated listeners hear: words in time, with what its grammar knows of each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from explorer.demo.story_text import (
    BOYS,
    GIRLS,
    Cast,
    Chapter,
    Passage,
    read_chapters,
    read_word_classes,
    speak,
)

# Seconds: a word lasts BASE + PER_LETTER × letters (about 165 words a minute with the pauses).
BASE, PER_LETTER, JITTER = 0.12, 0.036, 0.1
LEAD_IN = 1.0
COMMA_PAUSE, SENTENCE_PAUSE, PASSAGE_PAUSE, CHAPTER_PAUSE = 0.12, 0.35, 0.7, 1.5

# An open mood fades to this share of itself from one sentence to the next.
MOOD_KEPT = 0.75

# Words that open a phrase, which the next noun closes.
OPENS_PHRASE = ("preposition", "determiner", "possessive")
QUOTE = '"'


@dataclass(frozen=True)
class Word:
    """A word with what the grammar knows of it when it is spoken.

    Attributes
    ----------
    text : as it is printed, with punctuation
    plain : in lower case, without punctuation
    word_class : "noun", "name" or one of the classes of ``read_word_classes``
    sentence, passage, chapter : which one of the story, from 0
    event : kind of event that the sentence tells, such as "move", "say" or "feel"
    topic : topic of the passage, such as "harbour"
    referent : the person who was named or meant last; "" before the first
    mood : -1 gloomy to 1 cheerful
    depth : open clauses, quotations and phrases at the word, and 1
    clause_position : words since the clause began, from 0
    position : place in the sentence, 0 first to 1 last
    """

    text: str
    plain: str
    word_class: str
    sentence: int
    passage: int
    chapter: int
    event: str
    topic: str
    referent: str
    mood: float
    depth: int
    clause_position: int
    position: float


@dataclass(frozen=True)
class Story:
    """A story as it is heard.

    Attributes
    ----------
    words : in order
    onset, offset : (word,), s from the start of the recording
    surprise : (word,), -log2 of the word's share of all words, add-one smoothed
    """

    words: tuple[Word, ...]
    onset: NDArray[np.float64]
    offset: NDArray[np.float64]
    surprise: NDArray[np.float64]

    def sentences(self) -> list[str]:
        """The sentences in order, as they are printed."""
        found: dict[int, list[str]] = {}
        for word in self.words:
            found.setdefault(word.sentence, []).append(word.text)
        return [" ".join(words) for words in found.values()]


def tell_story(seed: int, *, n_chapters: int | None = None) -> Story:
    """The story of ``seed``: cast, choices of words, endings and timing are drawn from it.

    Parameters
    ----------
    seed : of everything drawn
    n_chapters : only the first ones; None tells all ten, in about half an hour
    """
    rng = np.random.default_rng([seed, 100])
    chapters = read_chapters()
    casts = _draw_casts(len(chapters), rng)
    good = rng.permutation(len(chapters)) < round(0.6 * len(chapters))
    classes = read_word_classes()
    words: list[Word] = []
    for number, chapter in enumerate(chapters[:n_chapters]):
        cast = casts[number]
        words += _tell_chapter(chapter, number, cast, bool(good[number]), classes, words, rng)
    onset, offset = _time_words(words, rng)
    counts = Counter(w.plain for w in words)
    total = len(words) + len(counts)
    surprise = np.array([-math.log2((counts[w.plain] + 1) / total) for w in words])
    return Story(tuple(words), onset, offset, surprise)


def story_dataset(story: Story) -> xr.Dataset:
    """Group ``stimuli/story``: word, onset and offset in s, sentence; stimulus from 1."""
    return xr.Dataset(
        {
            "word": ("stimulus", np.array([w.text for w in story.words], dtype=object)),
            "onset": ("stimulus", story.onset, {"units": "s"}),
            "offset": ("stimulus", story.offset, {"units": "s"}),
            "sentence": ("stimulus", np.array([w.sentence + 1 for w in story.words])),
        },
        {"stimulus": np.arange(1, len(story.words) + 1)},
    )


def topic_words() -> dict[str, set[str]]:
    """Plain nouns, verbs and adjectives that are written under one topic only, by topic."""
    classes = read_word_classes()
    found: dict[str, set[str]] = {}
    for chapter in read_chapters():
        for passage in chapter.passages:
            raw = " ".join(line.text for line in passage.lines).replace("|", " ").split()
            plain = {_plain(word) for word in raw if "<" not in word}
            kept = {w for w in plain if classes.get(w, "noun") in ("noun", "verb", "adjective")}
            found.setdefault(passage.topic, set()).update(kept)
    uses = Counter(word for words in found.values() for word in words)
    return {topic: {w for w in words if uses[w] == 1} for topic, words in found.items()}


def _draw_casts(n: int, rng: np.random.Generator) -> list[Cast]:
    """A girl and a boy for each chapter; everybody has a turn before anybody has two."""
    girls = [g for _ in range(0, n, len(GIRLS)) for g in rng.permutation(GIRLS)]
    boys = [b for _ in range(0, n, len(BOYS)) for b in rng.permutation(BOYS)]
    girl_leads = rng.permutation(n) % 2 == 0
    pairs = zip(girls, boys, girl_leads, strict=False)
    return [Cast(str(g), str(b)) if leads else Cast(str(b), str(g)) for g, b, leads in pairs]


def _tell_chapter(
    chapter: Chapter,
    number: int,
    cast: Cast,
    good: bool,
    classes: dict[str, str],
    before: list[Word],
    rng: np.random.Generator,
) -> list[Word]:
    sentence = before[-1].sentence + 1 if before else 0
    index = before[-1].passage + 1 if before else 0
    referent, mood = "", 0.0
    words: list[Word] = []
    for passage in _told(chapter, good):
        for line in passage.lines:
            spoken = speak(line, cast, rng)
            plain = [_plain(s.text) for s in spoken]
            kinds = [s.role or classes.get(p, "noun") for p, s in zip(plain, spoken, strict=True)]
            shape = _parse([s.text for s in spoken], kinds)
            mood = MOOD_KEPT * mood + (1 - MOOD_KEPT) * line.mood * 2
            for i, (word, (depth, since)) in enumerate(zip(spoken, shape, strict=True)):
                referent = word.person or referent
                words.append(
                    Word(
                        text=word.text,
                        plain=plain[i],
                        word_class=kinds[i],
                        sentence=sentence,
                        passage=index,
                        chapter=number,
                        event=line.event,
                        topic=passage.topic,
                        referent=referent,
                        mood=float(np.clip(mood, -1, 1)),
                        depth=depth,
                        clause_position=since,
                        position=i / max(len(spoken) - 1, 1),
                    )
                )
            sentence += 1
        index += 1
    return words


def _told(chapter: Chapter, good: bool) -> Iterator[Passage]:
    wanted = "good" if good else "bad"
    return (p for p in chapter.passages if p.ending in ("", wanted))


def _plain(text: str) -> str:
    return text.strip("\"'.,?!{}").lower()


def _parse(texts: list[str], kinds: list[str]) -> list[tuple[int, int]]:
    """Depth and words since the clause began, of each word, left to right as a listener parses.

    A subordinator opens a clause, which a comma or the end of a quotation closes; a preposition,
    determiner or possessive opens a phrase, which the next noun or name closes; a quotation is
    one level more.
    """
    stack: list[str] = []
    since = -1
    shape = []
    for i, (text, kind) in enumerate(zip(texts, kinds, strict=True)):
        since += 1
        if text.startswith(QUOTE):
            stack, since = ["quote"], 0
        if kind == "subordinator" or (kind == "coordinator" and texts[i - 1].endswith(",")):
            since = 0
        if kind == "subordinator":
            stack.append("clause")
        elif kind in OPENS_PHRASE:
            stack.append("phrase")
        shape.append((1 + len(stack), since))
        if kind in ("noun", "name", "pronoun"):
            stack = [s for s in stack if s != "phrase"]
        if text.endswith(","):
            stack = [s for s in stack if s == "quote"]
        if text.endswith(QUOTE):
            stack, since = [], -1
    return shape


def _time_words(
    words: list[Word], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Onset and offset of each word in s, (word,) each, with the pauses of a calm reader."""
    letters = np.array([len(w.plain) for w in words], float)
    lasts = (BASE + PER_LETTER * letters) * rng.uniform(1 - JITTER, 1 + JITTER, len(words))
    pause = np.zeros(len(words))
    for i, (word, after) in enumerate(zip(words, [*words[1:], None], strict=True)):
        if after is None or word.chapter != after.chapter:
            pause[i] = CHAPTER_PAUSE
        elif word.passage != after.passage:
            pause[i] = PASSAGE_PAUSE
        elif word.sentence != after.sentence:
            pause[i] = SENTENCE_PAUSE
        elif word.text.rstrip(QUOTE)[-1] in ",?!.":
            pause[i] = COMMA_PAUSE
    onset = LEAD_IN + np.r_[0.0, np.cumsum(lasts + pause)[:-1]]
    return np.round(onset, 3), np.round(onset + lasts, 3)
