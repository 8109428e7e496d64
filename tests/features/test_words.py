from collections import Counter

import pytest

from explorer.demo.captions import write_captions, write_tagged
from explorer.demo.draw import make_scene
from explorer.errors import ModelError
from explorer.features import words
from explorer.features.words import (
    KINDS,
    has_tagger,
    shuffle_words,
    split_label,
    split_words,
    words_of_kind,
)

TAGGED = "Two young men are slowly riding a horse along the beach."
needs_tagger = pytest.mark.skipif(not has_tagger(), reason="no textblob")


def test_words_come_without_punctuation_and_as_they_are_written():
    assert split_words("A cat's T-shirt, (red) and/or blue!") == [
        "A", "cat's", "T-shirt", "red", "and", "or", "blue",
    ]  # fmt: skip
    assert split_words(" .,; ") == []


def test_labels_are_split_into_words_of_lower_case():
    assert split_label("Human face, sports_ball;dog") == ["human", "face", "sports_ball", "dog"]


def test_shuffled_words_are_the_same_words_in_an_order_that_the_seed_decides():
    text = "a man rides a brown horse along the beach at dusk"
    shuffled = shuffle_words(text, (0, 7))
    assert shuffled == shuffle_words(text, (0, 7))
    assert Counter(shuffled.split()) == Counter(text.split())
    assert len({shuffle_words(text, (seed, 7)) for seed in range(8)} | {text}) == 9


@needs_tagger
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("nouns", ["men", "horse", "beach"]),
        ("verbs", ["are", "riding"]),
        ("adjectives", ["young"]),
        ("adverbs", ["slowly"]),
        ("prepositions", ["along"]),
    ],
)
def test_each_kind_of_word_is_found(kind, expected):
    assert words_of_kind(TAGGED, kind) == expected


@needs_tagger
@pytest.mark.parametrize("kind", list(KINDS))
def test_a_text_without_words_has_none_of_any_kind(kind):
    assert words_of_kind("?! ...", kind) == []


@needs_tagger
@pytest.mark.parametrize(
    ("kind", "least"), [("noun", 0.9), ("verb", 0.9), ("adjective", 0.85), ("preposition", 0.93)]
)
def test_kinds_agree_with_the_grammar_that_wrote_the_captions(kind, least):
    hits = found = known = 0
    for number in range(1, 61):
        scene = make_scene(number)
        for tagged, caption in zip(write_tagged(scene), write_captions(scene), strict=True):
            right = Counter(w.text.lower() for w in tagged if w.tag == kind)
            told = Counter(w.lower() for w in words_of_kind(caption, f"{kind}s"))
            hits += (right & told).total()
            found, known = found + told.total(), known + right.total()
    assert hits / known > least  # recall
    assert hits / found > least  # precision


def test_without_a_tagger_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(words, "find_spec", lambda name: None)
    words._load_tagger.cache_clear()
    with pytest.raises(ModelError, match=r"pip install 'brainlang-explorer\[words\]'"):
        words_of_kind("a dog", "nouns")
    assert not has_tagger()
