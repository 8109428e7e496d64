"""Words of English texts: split, tagged by their part of speech without a network, shuffled."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np

from explorer.errors import ModelError
from explorer.registry import Registry

# Tags of the Penn treebank that count as each kind, as in Doerig et al. 2025
# (doi 10.1038/s42256-025-01072-0): proper names are no nouns, modals no verbs.
KINDS = {
    "nouns": ("NN", "NNS"),
    "verbs": ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ"),
    "adjectives": ("JJ", "JJR", "JJS"),
    "adverbs": ("RB", "RBR", "RBS"),
    "prepositions": ("IN",),
}

_PACKAGE = "textblob"
# A lexicon and rules that come inside the package. It takes a second to load.
_TAGGER: Registry[Callable[[], Any]] = Registry(
    "tagger", {"english": f"{_PACKAGE}.en.taggers:PatternTagger"}
)
_WORD = re.compile(r"\w+(?:['\N{RIGHT SINGLE QUOTATION MARK}-]\w+)*")
_LABEL_SEPARATORS = re.compile(r"[\s,;]+")


def split_words(text: str) -> list[str]:
    """The words of a text as they are written, without punctuation: "a cat's T-shirt" has three."""
    return _WORD.findall(text)


def split_label(label: str) -> list[str]:
    """The category words of a label, in lower case: split at blanks, commas and semicolons."""
    return [word for word in _LABEL_SEPARATORS.split(label.casefold()) if word]


def words_of_kind(text: str, kind: str) -> list[str]:
    """The words of a text that are of one of ``KINDS``, in their order, repeats kept.

    Raises
    ------
    ModelError
        if the tagger is not installed
    """
    words = split_words(text)
    if not words:
        return []
    tagged = _load_tagger().tag(" ".join(words), tokenize=False)
    return [word for word, tag in tagged if tag in KINDS[kind]]


def shuffle_words(text: str, seed: Sequence[int]) -> str:
    """The words of a text in an order that the seed alone decides."""
    words = split_words(text)
    return " ".join(words[k] for k in np.random.default_rng(seed).permutation(len(words)))


def has_tagger() -> bool:
    """Whether parts of speech can be told on this machine."""
    return find_spec(_PACKAGE) is not None


def describe_tagger() -> str:
    """What tags the words, with its version.

    Raises
    ------
    ModelError
        if it is not installed
    """
    _refuse_without_tagger()
    return f"{_PACKAGE} {version(_PACKAGE)}, PatternTagger"


@lru_cache(1)
def _load_tagger() -> Any:
    _refuse_without_tagger()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves closing its files to Python
        tagger = _TAGGER["english"]()
        tagger.tag("a", tokenize=False)  # reads them
    return tagger


def _refuse_without_tagger() -> None:
    if not has_tagger():
        raise ModelError(
            f"Parts of speech need the package {_PACKAGE!r}, which is not installed. Install it: "
            "`pip install 'brainlang-explorer[words]'`, or import the words of each stimulus "
            "with the study, as texts/nouns.csv, texts/verbs.csv, …"
        )
