"""Variants of the stimuli that a model can be shown, by name: texts, words, pictures, labels."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from explorer.errors import StudyError
from explorer.features import text_controls
from explorer.features.text_controls import NO_VERB, SOMETHING, Parts
from explorer.features.words import KINDS, describe_tagger, has_tagger
from explorer.registry import unknown_name
from explorer.study import stimuli
from explorer.study.study import Study

IMAGES = "stimuli/images"
STORY = "stimuli/story"

_SHUFFLED = "shuffled"


@dataclass(frozen=True)
class Variant:
    """One way of showing the stimuli to a model.

    Attributes
    ----------
    name : as in ``features/<model>/<name>``
    modality : of the models that can take it: ``"text"``, ``"image"`` or ``"label"``
    source : group of the stimuli
    doc : what the model sees, in one sentence
    read : the parts of every stimulus of a study that has ``source``
    material : which stimuli have what the parts are made from; None if that is the parts
    fallback : shown for a stimulus that has the material but no parts; "" if it is left out
    settings : what the parts were made with, for the digest and whoever reads the features
    """

    name: str
    modality: str
    source: str
    doc: str
    read: Callable[[Study], Parts]
    material: Callable[[Study], dict[int, bool]] | None = None
    fallback: str = ""
    settings: Callable[[], dict[str, Any]] = dict

    def exists(self, study: Study) -> bool:
        """Whether any stimulus of the study has something to show."""
        return any((self.material or self.read)(study).values())


def find_variant(study: Study, modality: str, name: str = "") -> Variant:
    """The variant of this name, or the first that the study has if the name is empty.

    Raises
    ------
    StudyError
        if the study has nothing for models of this modality
    UnknownNameError
        if it has, but not this variant
    """
    known = _candidates(study, modality)
    seed = re.fullmatch(rf"{_SHUFFLED}_(\d+)", name)
    if seed and _SHUFFLED in known and name not in known:
        known[name] = _shuffled(int(seed[1]), name)
    if name and known and name not in known:
        raise unknown_name("variant for this model and study", name, list(known))
    asked = [known[name]] if name in known else known.values()
    for variant in asked:
        if variant.exists(study):
            return variant
    raise StudyError(
        f"{study.path.name} has no {_WANTED[modality]}{f' for {name!r}' if name else ''}, which "
        "this model needs. Add them to stimuli.csv and import again, or choose a model of "
        "another kind."
    )


def variants(study: Study, modality: str) -> dict[str, Variant]:
    """The variants that a study has for models of one modality, by name, the default first.

    Parts of speech are left out where no tagger is installed. ``shuffled_1``, ``shuffled_2``, …
    are ``shuffled`` with another seed, and not listed.
    """
    known = _candidates(study, modality).items()
    tagged = has_tagger()
    return {
        name: v for name, v in known if (tagged or v.settings is not _tagger) and v.exists(study)
    }


def _candidates(study: Study, modality: str) -> dict[str, Variant]:
    own = (*_single_captions(study), *_own_texts(study))
    found = [v for v in (*VARIANTS, *own) if v.modality == modality]
    return {v.name: v for v in found if v.source in study}


def _captions(study: Study) -> Parts:
    return {k: tuple(map(_one_line, row)) for k, row in stimuli.captions(study).items()}


def _caption(study: Study, index: int) -> Parts:
    table = study[IMAGES].caption.isel(caption_index=index)
    texts = [_one_line(str(c)) for c in table.values]
    return {
        k: (t,) if t else () for k, t in zip(table.stimulus.values.tolist(), texts, strict=True)
    }


def _words(study: Study) -> Parts:
    story = study[STORY]
    words = [_one_line(str(w)) for w in story.word.values]
    ids = story.stimulus.values.tolist()
    return {k: (w,) if w else () for k, w in zip(ids, words, strict=True)}


def _labels(study: Study, coordinate: str) -> Parts:
    found = stimuli.labels(study, coordinate)
    return {k: (v,) if v.strip() else () for k, v in found.items()}


def _single_captions(study: Study) -> list[Variant]:
    if IMAGES not in study or "caption" not in study[IMAGES]:
        return []
    return [
        Variant(f"caption_{k}", "text", IMAGES, f"Caption {k} alone.", partial(_caption, index=k))
        for k in range(study[IMAGES].sizes["caption_index"])
    ]


def _own_texts(study: Study) -> list[Variant]:
    """Variants that the study itself brings, as texts."""
    return [
        Variant(name, "text", IMAGES, f"The texts {name!r}.", partial(_texts, name=name))
        for name in study.names("texts/")
    ]


def _texts(study: Study, name: str) -> Parts:
    table = study[f"texts/{name}"].text.transpose("stimulus", "caption_index")
    rows = [tuple(t for c in row if (t := _one_line(str(c)))) for row in table.values]
    return dict(zip(table.stimulus.values.tolist(), rows, strict=True))


def _shuffled(seed: int, name: str = _SHUFFLED) -> Variant:
    return Variant(
        name,
        "text",
        IMAGES,
        f"Each caption with its words in random order (seed {seed}); their features are averaged.",
        partial(text_controls.shuffled, seed=seed),
        text_controls.has_captions,
        settings=lambda: {"seed": seed},
    )


def _of_kind(kind: str) -> Variant:
    return Variant(
        kind,
        "text",
        IMAGES,
        f"Each of the {kind} of the captions alone; their features are averaged.",
        partial(text_controls.of_kind, kind=kind),
        text_controls.has_captions,
        NO_VERB if kind == "verbs" else SOMETHING,
        _tagger,
    )


def _tagger() -> dict[str, Any]:
    return {"tagger": describe_tagger()}


def _one_line(text: str) -> str:
    """A text without line breaks and blanks at its ends: some tokenizers count them."""
    return " ".join(text.split())


_WANTED = {
    "text": "captions or words",
    "image": "images",
    "label": "conditions or concepts",
}

VARIANTS = (
    Variant("caption", "text", IMAGES, "Each caption; their features are averaged.", _captions),
    *map(_of_kind, KINDS),
    Variant(
        "word_average",
        "text",
        IMAGES,
        "Each word of the captions alone; their features are averaged.",
        text_controls.each_word,
        text_controls.has_captions,
    ),
    _shuffled(0),
    Variant(
        "category_words",
        "text",
        IMAGES,
        "The category words of the concept or, if there is none, of the condition, as one text.",
        text_controls.category_words,
        text_controls.has_categories,
        SOMETHING,
    ),
    Variant("word", "text", STORY, "Each word of the story, without its context.", _words),
    Variant("image", "image", IMAGES, "The picture.", partial(_labels, coordinate="image")),
    Variant(
        "condition", "label", IMAGES, "The condition.", partial(_labels, coordinate="condition")
    ),
    Variant("concept", "label", IMAGES, "The concept.", partial(_labels, coordinate="concept")),
)
