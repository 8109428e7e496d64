"""Text controls: less than a caption, to ask which part of it a model or a brain follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from explorer.demo.captions import write_tagged
from explorer.demo.lexicon import Phrase, Word
from explorer.demo.scene import ANIMALS, THINGS, Scene

PERSON = "person"
CATEGORIES = (PERSON, *ANIMALS, *(name for names in THINGS.values() for name in names))

_KINDS = {
    "nouns": "noun",
    "verbs": "verb",
    "adjectives": "adjective",
    "prepositions": "preposition",
}
_NOTHING = {"verbs": "is"}  # shown if there is no such word; "something" for all others
_SOMETHING = "something"
_SHUFFLED = 2  # stream of random numbers; those of captions are 0 and 1

Texts = tuple[tuple[str, ...], ...]


def text_controls(scene: Scene, seed: int = 0) -> dict[str, Texts]:
    """What a text model is shown instead of the captions of ``write_captions``.

    Every text is to be embedded on its own. The features of a scene are the mean over all texts
    of all its captions, as in the controls of Doerig et al. 2025
    (doi 10.1038/s42256-025-01072-0), whose names for them are in brackets.

    Parameters
    ----------
    scene, seed : as of ``write_captions``

    Returns
    -------
    controls : by name, per caption its texts

        - ``"shuffled"``: one text, the words of the caption in random order (scrambled)
        - ``"nouns"``, ``"verbs"``, ``"adjectives"``, ``"prepositions"``: every word of that kind
          as a text, forms of "be" being verbs; "is" for verbs and "something" for others where no
          caption of the scene has any (nouns, verbs, adjectives, prepositions). A caption without
          such a word has no texts if another one has some
        - ``"word_average"``: every word as a text (wordavg)
        - ``"category_words"``: one text for the scene, the words of ``categories`` with commas;
          "something" if there are none (categ)
    """
    captions = write_tagged(scene, seed)
    rng = np.random.default_rng([_SHUFFLED, seed, scene.number])
    controls: dict[str, Texts] = {}
    controls["shuffled"] = tuple((_shuffle(words, rng),) for words in captions)
    for name, tag in _KINDS.items():
        controls[name] = _only(captions, tag, _NOTHING.get(name, _SOMETHING))
    controls["word_average"] = tuple(tuple(_texts(words)) for words in captions)
    controls["category_words"] = ((", ".join(categories(scene)) or _SOMETHING,),)
    return controls


def categories(scene: Scene) -> tuple[str, ...]:
    """Names of the categories that can be seen, in the order of ``CATEGORIES``.

    People are all "person"; counts, colours and kinds of a thing do not matter.
    """
    seen = {PERSON if a.is_person else a.kind for a in scene.agents}
    seen |= {thing.name for thing in scene.things}
    return tuple(name for name in CATEGORIES if name in seen)


def _only(captions: tuple[Phrase, ...], tag: str, nothing: str) -> Texts:
    """The words of one kind; ``nothing`` for every caption if there are none at all."""
    found = tuple(tuple(_texts(w for w in words if w.tag == tag)) for words in captions)
    return found if any(found) else ((nothing,),) * len(captions)


def _shuffle(words: Phrase, rng: np.random.Generator) -> str:
    texts = list(_texts(words))
    return " ".join(texts[k] for k in rng.permutation(len(texts)))


def _texts(words: Iterable[Word]) -> Iterator[str]:
    return (word.text for word in words)
