"""Text controls made from a study's captions and labels: their words by kind, alone, shuffled."""

from __future__ import annotations

from collections.abc import Callable

from explorer.features.words import shuffle_words, split_label, split_words, words_of_kind
from explorer.study import stimuli
from explorer.study.study import Study

# What a stimulus is made of, by id: texts, labels or image files; () if it has none. The features
# of a stimulus are the mean over its parts, each shown to the model alone.
Parts = dict[int, tuple[str, ...]]

# Shown where a stimulus has no such word, as in Doerig et al. 2025.
SOMETHING = "something"
NO_VERB = "is"

_IMAGES = "stimuli/images"


def of_kind(study: Study, kind: str) -> Parts:
    """The words of one part of speech of all captions, each a part."""
    return _from_captions(study, kind, lambda caption: words_of_kind(caption, kind))


def each_word(study: Study) -> Parts:
    """All words of all captions, each a part."""
    return _from_captions(study, "words", split_words)


def shuffled(study: Study, seed: int) -> Parts:
    """Each caption with its words in random order, which other stimuli do not change."""
    return {
        stimulus: tuple(
            text
            for k, caption in enumerate(captions)
            if (text := shuffle_words(caption, (seed, abs(stimulus), stimulus < 0, k)))
        )
        for stimulus, captions in stimuli.captions(study).items()
    }


def category_words(study: Study) -> Parts:
    """The category words of each stimulus, joined by blanks: one text."""
    return {
        stimulus: (" ".join(words).replace("_", " "),) if (words := split_label(label)) else ()
        for stimulus, label in stimuli.labels(study, _coordinate(study)).items()
    }


def has_captions(study: Study) -> dict[int, bool]:
    """Which stimuli have captions."""
    return {stimulus: bool(found) for stimulus, found in stimuli.captions(study).items()}


def has_categories(study: Study) -> dict[int, bool]:
    """Every stimulus, of a study that names any category: where none is named, there is none."""
    labels = stimuli.labels(study, _coordinate(study))
    return dict.fromkeys(labels, any(map(split_label, labels.values())))


def _coordinate(study: Study) -> str:
    named = any(map(str.strip, stimuli.labels(study, "concept").values()))
    return "concept" if named else "condition"


def _from_captions(study: Study, name: str, choose: Callable[[str], list[str]]) -> Parts:
    def make() -> Parts:
        return {
            stimulus: tuple(word for caption in captions for word in choose(caption))
            for stimulus, captions in stimuli.captions(study).items()
        }

    return study.remember(_IMAGES, f"{name} of captions", make) if _IMAGES in study else {}
