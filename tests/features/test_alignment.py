import unicodedata
from itertools import pairwise

import pytest
from causal_miniatures import STORY, write_bpe
from transformers import AutoTokenizer

from explorer.errors import ModelError
from explorer.features.alignment import align_words, locate_words


def shown(text, words):
    """The part of the text that each word was found at."""
    return [text[slice(*place)] if place else None for place in locate_words(text, words)]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("The dog, ran.", ["the", "DOG", "ran"], ["The", "dog", "ran"]),
        ("Don't go", ["do", "n't", "go"], ["Do", "n't", "go"]),
        ("“Don\u2019t go!”", ["don't", "go"], ["Don\u2019t", "go"]),
        ("I do n't know", ["I", "don't", "know"], ["I", "do n't", "know"]),
        ("ice cream — now", ["ice-cream", "now"], ["ice cream", "now"]),
        ("cafe\u0301 noir", ["caf\u00e9", "noir"], ["cafe\u0301", "noir"]),
        ("caf\u00e9 noir", ["cafe\u0301", "noir"], ["caf\u00e9", "noir"]),
        ("die STRASSE da", ["die", "Straße", "da"], ["die", "STRASSE", "da"]),
        ("a 🐕‍🦺 👍🏽 dog", ["a", "🐕‍🦺", "👍🏽", "dog"], ["a", "🐕‍🦺", "👍🏽", "dog"]),
        ("كلب كبير، نام", ["كلب", "كبير", "نام"], ["كلب", "كبير", "نام"]),
        ("שָׁלוֹם לך", ["שלום", "לך"], ["שָׁלוֹם", "לך"]),
        ("a dog ran", ["a", "zebra", "ran"], ["a", None, "ran"]),
        ("a dog dog ran", ["dog", "ran"], ["dog", "ran"]),
        ("x banana y", ["x", "a", "y"], ["x", None, "y"]),
        ("x apple y", ["x", "a", "y"], ["x", None, "y"]),
        ("the dog", ["the", "—", "dog"], ["the", None, "dog"]),
        ("", ["the"], [None]),
        ("the dog", [], []),
    ],
)
def test_words_are_found_in_a_transcript_of_another_spelling(text, words, expected):
    assert shown(text, words) == expected


def test_a_repeated_word_is_found_at_its_own_place():
    text = "the dog and the cat and the bird"
    places = locate_words(text, ["the", "bear", "and", "the", "cat", "and", "the", "bird"])
    starts = [place[0] if place else None for place in places]
    assert starts == [0, None, 8, 12, 16, 20, 24, 28]


@pytest.fixture
def tokenizer(tmp_path):
    write_bpe(tmp_path, nfc=True)
    return AutoTokenizer.from_pretrained(tmp_path)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_tokens_of_a_word_spell_it_and_nothing_of_another(tokenizer, form):
    words = [*STORY.split(), "café,", "naïve", "🐕‍🦺", "كلب", "don\u2019t", "…", "Ünïcödé!"]
    words = [unicodedata.normalize(form, word) for word in words]
    found = align_words(tokenizer, words)
    assert found.lost == ()
    assert found.report() == ""
    for word, (first, stop) in zip(words, found.spans, strict=True):
        spelt = tokenizer.decode(found.ids[first:stop]).strip()
        assert spelt == unicodedata.normalize("NFC", word)


def test_long_words_have_several_tokens_and_spans_do_not_overlap(tokenizer):
    spans = align_words(tokenizer, [*STORY.split(), "incomprehensibilities"]).spans
    assert spans[-1][1] - spans[-1][0] > 1
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_punctuation_of_a_transcript_belongs_to_no_word(tokenizer):
    found = align_words(tokenizer, ["the", "dog", "ran"], "The dog, ran!")
    spelt = [tokenizer.decode(found.ids[a:b]).strip() for a, b in found.spans]
    assert spelt == ["The", "dog", "ran"]


def test_tokens_that_are_shared_belong_to_both_words(tokenizer):
    found = align_words(tokenizer, ["th", "e"], "the dog")
    assert found.spans[0] is not None
    assert found.spans[0][1] - 1 <= found.spans[1][0] <= found.spans[0][1]


def test_words_without_tokens_are_reported_with_their_places(tokenizer):
    found = align_words(tokenizer, ["the", "", "zebra", "dog"], "the dog")
    assert found.lost == (1, 2)
    assert found.report() == "2 of 4 words could not be aligned: 1 '', 2 'zebra'"


def test_a_tokenizer_that_knows_no_places_is_refused():
    with pytest.raises(ModelError, match="expected a fast tokenizer"):
        align_words(object(), ["the"])
