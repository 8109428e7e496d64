"""Text controls: parts of the captions that a text model is shown in place of the whole."""

from __future__ import annotations

from random import Random

from explorer.demo.captions import write_tagged
from explorer.demo.grammar import ADJECTIVE, NOUN, PREPOSITION, VERB, Word
from explorer.demo.scene import ANIMALS, THINGS, Scene

# Every category that a scene can show, in a fixed order.
CATEGORIES = ("person", *ANIMALS, *(name for names in THINGS.values() for name in names))

FALLBACK = "nothing"  # what is shown where a caption has no word of the kind asked for

_PARTS = {"nouns": NOUN, "verbs": VERB, "adjectives": ADJECTIVE, "prepositions": PREPOSITION}


def categories(scene: Scene) -> tuple[str, ...]:
    """Names of the categories that can be seen, in the order of ``CATEGORIES``."""
    seen = {"person" if a.is_person else a.kind for a in scene.agents}
    seen |= {t.name for t in scene.things}
    return tuple(c for c in CATEGORIES if c in seen)


def text_controls(scene: Scene, seed: int = 0) -> dict[str, tuple[tuple[str, ...], ...]]:
    """What a model is shown of each caption, by the control's name.

    - ``shuffled``: the caption's words in random order;
    - ``word_average``: each word alone, so that their embeddings are averaged;
    - ``nouns``, ``verbs``, ``adjectives``, ``prepositions``: each word of that kind alone; where a
      caption has none, those of the scene's other captions, and ``FALLBACK`` if these have none;
    - ``category_words``: the scene's categories joined by commas, the same for every caption; the
      setting where nothing has a category.

    Returns
    -------
    controls : name to one tuple of texts per caption
    """
    tagged = write_tagged(scene, seed)
    rng = Random(f"{seed}/{scene.number}/controls")
    found: dict[str, tuple[tuple[str, ...], ...]] = {
        "shuffled": tuple((_shuffled(words, rng),) for words in tagged),
        "word_average": tuple(tuple(w.text for w in words) for words in tagged),
    }
    for name, tag in _PARTS.items():
        found[name] = _only(tagged, tag)
    joined = ", ".join(categories(scene)) or scene.setting
    found["category_words"] = ((joined,),) * len(tagged)
    return found


def _only(tagged: tuple[tuple[Word, ...], ...], tag: str) -> tuple[tuple[str, ...], ...]:
    everywhere = tuple(w.text for words in tagged for w in words if w.tag == tag) or (FALLBACK,)
    rows = (tuple(w.text for w in words if w.tag == tag) for words in tagged)
    return tuple(row or everywhere for row in rows)


def _shuffled(words: tuple[Word, ...], rng: Random) -> str:
    texts = [w.text for w in words]
    rng.shuffle(texts)
    return " ".join(texts)
