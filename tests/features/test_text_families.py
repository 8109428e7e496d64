import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from explorer.errors import ModelError
from explorer.features import FAMILIES
from explorer.features.base import Family
from explorer.features.catalog import find_checkpoint

TEXTS = ["a dog runs", "the old red cat sleeps under the small house", "bird", "a horse eats"]


def load(folder: Path, family: str = "") -> Family:
    checkpoint = find_checkpoint(str(folder))
    return FAMILIES[family or checkpoint.family].load(checkpoint)


def states(folder: Path, text: str) -> list[torch.Tensor]:
    """Hidden states of one text, without any padding: per layer (n_tokens, n_units)."""
    model, tokenizer = AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        ids = torch.tensor([tokenizer(text)["input_ids"]])
        hidden = model.eval()(input_ids=ids, output_hidden_states=True).hidden_states
    return [h[0] for h in hidden]


def plain(folder: Path, text: str) -> np.ndarray:
    return torch.stack([h.mean(0) for h in states(folder, text)]).numpy()


def add_pooling(folder: Path, **config: object) -> None:
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize("padding_side", ["left", "right"])
@pytest.mark.parametrize("kind", ["bert", "roberta", "masked"])
@pytest.mark.parametrize("family", ["masked", "sentence"])
def test_every_layer_equals_transformers_on_the_unpadded_text(
    write_model, kind, padding_side, family
):
    folder = write_model(kind, padding_side=padding_side)
    found = load(folder, family).extract(TEXTS, batch_size=4)
    expected = np.stack([plain(folder, text) for text in TEXTS])
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 2, 3])
def test_features_do_not_depend_on_batch_size_or_order(write_model, batch_size):
    family = load(write_model())
    together = family.extract(TEXTS, batch_size=len(TEXTS))
    reverse = family.extract(TEXTS[::-1], batch_size=batch_size)
    np.testing.assert_allclose(reverse[::-1], together, atol=1e-6)


@pytest.mark.parametrize(
    ("flag", "pool"),
    [
        ("pooling_mode_mean_tokens", lambda h: h.mean(0)),
        ("pooling_mode_cls_token", lambda h: h[0]),
        ("pooling_mode_max_tokens", lambda h: h.max(0).values),
        ("pooling_mode_mean_sqrt_len_tokens", lambda h: h.sum(0) / len(h) ** 0.5),
        ("pooling_mode_lasttoken", lambda h: h[-1]),
        (
            "pooling_mode_weightedmean_tokens",
            lambda h: (torch.arange(1, len(h) + 1.0) @ h) / sum(range(1, len(h) + 1)),
        ),
    ],
)
def test_sentence_models_are_pooled_as_their_files_say(write_model, flag, pool):
    folder = write_model()
    add_pooling(folder, word_embedding_dimension=16, **{flag: True})
    found = load(folder).extract(TEXTS, batch_size=4)
    expected = [torch.stack([pool(h) for h in states(folder, t)]).numpy() for t in TEXTS]
    np.testing.assert_allclose(found, np.stack(expected), atol=1e-5)


def test_two_poolings_at_once_are_refused(write_model):
    folder = write_model()
    add_pooling(folder, pooling_mode_mean_tokens=True, pooling_mode_cls_token=True)
    with pytest.raises(ModelError, match="found pooling mean and cls, expected one of"):
        load(folder)


def test_a_default_prompt_is_put_before_each_text(write_model):
    folder = write_model()
    add_pooling(folder, pooling_mode="mean")
    prompts = {"prompts": {"query": "the old "}, "default_prompt_name": "query"}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    found = load(folder).extract(["dog"], batch_size=1)[0]
    np.testing.assert_allclose(found, plain(folder, "the old dog"), atol=1e-5)


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_long_texts_are_cut_at_the_model_s_length_and_counted(write_model, kind):
    folder = write_model(kind)
    family = load(folder)
    words = ["dog"] * 30
    about = family.prepare([" ".join(words), "a dog", " ".join(words[:22])])
    assert about == {"n_truncated": 1, "max_tokens": 24}
    found = family.extract([" ".join(words)], batch_size=1)[0]
    np.testing.assert_allclose(found, plain(folder, " ".join(words[:22])), atol=1e-5)


def test_max_seq_length_of_a_sentence_model_is_kept(write_model):
    folder = write_model()
    add_pooling(folder, pooling_mode_mean_tokens=True)
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 6}))
    found = load(folder).extract(["a dog runs on the house"], batch_size=1)[0]
    np.testing.assert_allclose(found, plain(folder, "a dog runs on"), atol=1e-5)


def test_ten_megabytes_of_html_give_the_features_of_their_beginning(write_model):
    folder = write_model()
    family = load(folder)
    found = family.extract(["<b>dog</b> " * 1_000_000], batch_size=1)[0]
    np.testing.assert_allclose(
        found, family.extract(["<b>dog</b> " * 20], batch_size=1)[0], atol=1e-6
    )


def test_words_after_a_very_long_blank_are_not_lost(write_model):
    folder = write_model()
    found = load(folder).extract(["dog" + " " * 100_000 + "cat"], batch_size=1)[0]
    np.testing.assert_allclose(found, plain(folder, "dog cat"), atol=1e-5)


def test_emoji_and_text_from_right_to_left_have_finite_features(write_model):
    found = load(write_model()).extract(["🐕‍🦺 dog", "كلب", "\u200b", ""], batch_size=2)
    assert np.isfinite(found).all()


def test_weights_that_lack_a_layer_are_refused(write_model):
    folder = write_model()
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 4}))
    with pytest.raises(ModelError, match=r"weights are missing .*encoder\.layer\.3"):
        load(folder)


def test_a_missing_tokenizer_is_named(write_model):
    folder = write_model()
    for file in folder.glob("tokenizer*"):
        file.unlink()
    with pytest.raises(ModelError, match="found no tokenizer, expected one of"):
        load(folder)


def test_the_tokenizer_of_another_model_is_refused(write_model):
    folder = write_model()
    file = folder / "tokenizer.json"
    file.write_text(file.read_text().replace('"dog": 6', '"dog": 600'))
    with pytest.raises(ModelError, match="makes token 600 of 'a dog', expected less than 32"):
        load(folder).extract(["a dog"], batch_size=1)


def test_cut_off_weights_are_named(write_model):
    folder = write_model()
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ModelError, match="the model cannot be loaded"):
        load(folder)
