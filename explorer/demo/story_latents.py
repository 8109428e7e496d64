"""What the grammar knows of each word, as numbers, from its sound to the discourse around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.demo.story import Story, Word, topic_words

Array = NDArray[np.float64]

FIRST_SOUNDS = ("aeiou", "pbtdkgqc", "fsvzhxj", "mn", "lrwy")
IDENTITY_UNITS = 10
FORGOTTEN = 0.3  # of the gathered evidence, what is left when a passage ends


def acoustic_latents(words: tuple[Word, ...]) -> Array:
    """Sound: letters, syllables, kind of first sound, vowels, sentence ends; (word, latent)."""
    plain = [w.plain for w in words]
    columns = [
        [float(len(p)) for p in plain],
        [float(len(re.findall("[aeiouy]+", p))) for p in plain],
        *([float(p[0] in sounds) for p in plain] for sounds in FIRST_SOUNDS),
        *([float(p.count(vowel)) for p in plain] for vowel in "aeiou"),
        [float(w.position == 0) for w in words],
        [float(w.position == 1) for w in words],
    ]
    return _weigh((np.array(columns).T, 1.0))


def lexical_latents(story: Story, rng: np.random.Generator) -> Array:
    """Word class, rarity, topic and identity (a random code per word); (word, latent)."""
    plain = [w.plain for w in story.words]
    vocabulary = sorted(set(plain))
    code = rng.standard_normal((len(vocabulary), IDENTITY_UNITS))
    return _weigh(
        (_one_hot([w.word_class for w in story.words]), 0.45),
        (story.surprise[:, None], 0.1),
        (topic_hits(story.words), 0.25),
        (code[np.searchsorted(vocabulary, plain)], 0.2),
    )


def syntactic_latents(words: tuple[Word, ...]) -> Array:
    """Depth and place in clause and sentence, and the kind of event; (word, latent).

    The event becomes known over the first half of the sentence.
    """
    shape = np.array([[w.depth, w.clause_position, w.position, w.position**2] for w in words])
    known = np.array([[min(1.0, 2 * w.position)] for w in words])
    return _weigh((shape, 0.5), (known * _one_hot([w.event for w in words]), 0.5))


def discourse_latents(words: tuple[Word, ...], memory: Array) -> Array:
    """Evidence for each topic over ``memory`` words, who is meant, mood; (word, channel, latent).

    Parameters
    ----------
    words : of a story
    memory : (channel,), words after which a word counts e times less as evidence
    """
    evidence = gather_topics(words, memory)
    steady = np.hstack(
        [
            _scale(_one_hot([w.referent for w in words]), 0.2),
            _scale(np.array([[w.mood] for w in words]), 0.2),
        ]
    )
    repeated = np.broadcast_to(steady[:, None], (*evidence.shape[:2], steady.shape[1]))
    return np.concatenate([_scale(evidence, 0.6), repeated], axis=2)


def topic_hits(words: tuple[Word, ...]) -> Array:
    """1 where a word is written under one topic only: (word, topic), topics in order of name."""
    known = topic_words()
    return np.array([[w.plain in known[topic] for topic in sorted(known)] for w in words], float)


def gather_topics(words: tuple[Word, ...], memory: Array) -> Array:
    """``topic_hits``, averaged with exponential forgetting: (word, channel, topic).

    Most of what is gathered goes when a passage ends.
    """
    hits = topic_hits(words)
    keep = np.exp(-1 / memory)[:, None]
    gathered = np.zeros((len(memory), hits.shape[1]))
    found = np.empty((len(words), *gathered.shape))
    passage = words[0].passage
    for i, word in enumerate(words):
        if word.passage != passage:
            gathered, passage = FORGOTTEN * gathered, word.passage
        gathered = keep * gathered + (1 - keep) * hits[i]
        found[i] = gathered
    return found


def _weigh(*blocks: tuple[Array, float]) -> Array:
    """Blocks of columns side by side, each with its share of the variance of a projection."""
    return np.hstack([_scale(columns, share) for columns, share in blocks])


def _scale(columns: Array, share: float) -> Array:
    """Columns standardised, with variances that add up to ``share``; a constant one is 0."""
    spread = columns.std(0)
    standard = (columns - columns.mean(0)) / np.where(spread > 0, spread, 1)
    return standard * np.sqrt(share / columns.shape[-1])


def _one_hot(values: Sequence[str]) -> Array:
    """Columns in order of value: (word, value)."""
    return (np.array(values)[:, None] == np.array(sorted(set(values)))).astype(float)
