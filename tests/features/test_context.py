import numpy as np
import pytest
from causal_miniatures import KINDS, STORY, read_plainly, tokens_of
from transformers import AutoTokenizer

from explorer.errors import ModelError
from explorer.features.alignment import align_words
from explorer.features.catalog import find_checkpoint
from explorer.features.context import extract_windows

WORDS = STORY.split()


def words_one_by_one(folder, context, n_before=0, last=True):
    """Each word by a pass of its own: (n_words, n_layers, n_units)."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    story = align_words(tokenizer, WORDS)
    rows = []
    for first, stop in story.spans:
        start = 0 if context == "full" else max(0, first - context)
        ids = [0] * n_before + list(story.ids[start:stop])
        states = read_plainly(folder, ids)
        rows.append(states[:, -1] if last else states[:, first - stop :].mean(1))
    return np.stack([row.numpy() for row in rows])


@pytest.mark.parametrize("kind", KINDS)
def test_each_window_equals_a_pass_of_its_own(write_causal, kind):
    folder = write_causal(kind)
    contexts = [0, 3, 17, "full"]
    found = extract_windows(find_checkpoint(str(folder)), WORDS, contexts)
    for k, context in enumerate(contexts):
        expected = words_one_by_one(folder, context)
        np.testing.assert_allclose(found[k], expected, atol=1e-4, err_msg=str(context))


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("special", ["b", "be"])
def test_each_window_begins_with_the_special_token_of_the_tokenizer(write_causal, special, last):
    folder = write_causal("llama", special=special, padding_side="left")
    found = extract_windows(find_checkpoint(str(folder)), WORDS, [4], last=last)[0]
    expected = words_one_by_one(folder, 4, n_before=1, last=last)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_window_sees_its_context_and_nothing_else(write_causal):
    checkpoint = find_checkpoint(str(write_causal("gpt_neox")))
    before = extract_windows(checkpoint, [*WORDS[:20], "a", "dog"], [1])[0, -1]
    elsewhere = extract_windows(checkpoint, [*WORDS[:7], *WORDS[:13], "a", "dog"], [1])[0, -1]
    other = extract_windows(checkpoint, [*WORDS[:20], "the", "dog"], [1])[0, -1]
    np.testing.assert_allclose(before, elsewhere, atol=1e-5)
    assert np.abs(before - other)[1:].max() > 0.01


def test_a_story_longer_than_the_model_has_at_least_half_of_its_length(write_causal):
    folder = write_causal("gpt2", max_position_embeddings=32)
    found = extract_windows(find_checkpoint(str(folder)), WORDS, ["full"])[0]
    ids = tokens_of(folder, " ".join(WORDS))
    spans = align_words(AutoTokenizer.from_pretrained(folder), WORDS).spans
    for word in (0, 10, len(WORDS) - 1):
        first, stop = spans[word]
        start = 0 if stop <= 32 else 16 * -(-(stop - 32) // 16)
        assert start == 0 or first - start >= 16 - (stop - first)
        expected = read_plainly(folder, ids[start:stop])[:, -1]
        np.testing.assert_allclose(found[word], expected, atol=1e-4)


def test_a_story_of_ten_thousand_words_is_read_to_its_end(write_causal):
    folder = write_causal("gpt2")
    words = [*WORDS, "🐕‍🦺", "كلب"] * 175
    found = extract_windows(find_checkpoint(str(folder)), words, [2, "full"])
    ids = tokens_of(folder, " ".join(words))
    first, stop = align_words(AutoTokenizer.from_pretrained(folder), words).spans[-1]
    assert stop > 10_000
    assert np.isfinite(found).all()
    expected = read_plainly(folder, ids[first - 2 : stop])[:, -1]
    np.testing.assert_allclose(found[0, -1], expected, atol=1e-4)
    start = 64 * -(-(stop - 128) // 64)
    expected = read_plainly(folder, ids[start:stop])[:, -1]
    np.testing.assert_allclose(found[1, -1], expected, atol=1e-4)


def test_the_tokenizer_of_a_larger_model_is_refused(write_causal):
    checkpoint = find_checkpoint(str(write_causal("gpt2", vocab_size=50)))
    with pytest.raises(ModelError, match="expected less than 50: it belongs to another model"):
        extract_windows(checkpoint, WORDS, [1])


def test_words_that_the_transcript_lacks_are_nan_and_logged(write_causal, caplog):
    checkpoint = find_checkpoint(str(write_causal("gpt2")))
    found = extract_windows(checkpoint, ["the", "zebra", "DOG"], [1], text="The dog.")[0]
    assert np.isfinite(found[[0, 2]]).all()
    assert np.isnan(found[1]).all()
    assert "1 of 3 words could not be aligned: 1 'zebra'" in caplog.text


def test_passes_are_counted_while_they_are_done(write_causal):
    ticks: list[int] = []
    extract_windows(find_checkpoint(str(write_causal("gpt2"))), WORDS, [90], tick=ticks.append)
    assert ticks == sorted(set(ticks))


def test_all_contexts_up_to_the_largest_cost_no_more_passes_than_there_are_tokens(write_causal):
    folder = write_causal("gpt2")
    ticks: list[int] = []
    contexts = [*range(11), "full"]
    extract_windows(find_checkpoint(str(folder)), WORDS, contexts, tick=ticks.append)
    assert ticks[-1] <= len(tokens_of(folder, STORY)) < len(contexts) * len(WORDS) / 4


@pytest.mark.parametrize(
    ("context", "message"),
    [
        (-1, "Found a context of -1 tokens, expected 0 or more, or 'full'"),
        (128, "with a context of 128 is longer than the 128 tokens that the model takes"),
    ],
)
def test_a_context_that_cannot_be_read_is_refused(write_causal, context, message):
    checkpoint = find_checkpoint(str(write_causal("gpt2")))
    with pytest.raises(ModelError, match=message):
        extract_windows(checkpoint, WORDS * 4, [context])


def test_models_that_look_to_the_right_are_refused(write_model):
    with pytest.raises(ModelError, match="is of the family 'masked', expected 'causal'"):
        extract_windows(find_checkpoint(str(write_model())), WORDS, [1])


@pytest.mark.parametrize("words", [[], ["", " "]])
def test_a_story_without_words_is_refused(write_causal, words):
    with pytest.raises(ModelError, match="No word has a token"):
        extract_windows(find_checkpoint(str(write_causal("gpt2"))), words, [1])
