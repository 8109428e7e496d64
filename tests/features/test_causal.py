import json

import numpy as np
import pytest
import torch
from causal_miniatures import KINDS, read_plainly, tokens_of
from transformers import AutoModel

from explorer.errors import ModelError
from explorer.features import FAMILIES
from explorer.features.catalog import find_checkpoint

TEXTS = ["the dog ran", "a small red cat sat on the unbelievably old house", "bone", "so it goes"]


def load(name):
    return FAMILIES["causal"].load(find_checkpoint(str(name)))


def plain(folder, text, pool="mean", n_before=0, n_behind=0):
    ids = tokens_of(folder, text)
    states = read_plainly(folder, ids)[:, n_before : len(ids) - n_behind]
    return (states.mean(1) if pool == "mean" else states[:, -1]).numpy()


@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_equals_transformers_on_the_unpadded_text(write_causal, kind):
    folder = write_causal(kind)
    expected = np.stack([plain(folder, text) for text in TEXTS])
    np.testing.assert_allclose(load(folder).extract(TEXTS, 4), expected, atol=1e-4)


@pytest.mark.parametrize("kind", ["gpt2", "opt", "llama"])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("special", ["", "b", "e", "be"])
@pytest.mark.parametrize("pool", ["mean", "lasttoken"])
def test_special_tokens_are_read_but_not_pooled_on_either_side(
    write_causal, kind, side, special, pool
):
    folder = write_causal(kind, special=special, padding_side=side)
    counts = {"n_before": "b" in special, "n_behind": "e" in special}
    expected = np.stack([plain(folder, text, pool, **counts) for text in TEXTS])
    found = load(f"{folder}@{pool}").extract(TEXTS, 4)
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_layer_is_after_the_final_normalisation(write_causal, kind):
    folder = write_causal(kind)
    model = AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        last = model(torch.tensor([tokens_of(folder, TEXTS[0])])).last_hidden_state[0]
    found = load(folder).extract(TEXTS[:1], 1)[0, -1]
    np.testing.assert_allclose(found, last.mean(0).numpy(), atol=1e-4)


def test_layer_0_is_the_embedding(write_causal):
    folder = write_causal("llama")
    embedding = AutoModel.from_pretrained(folder).embed_tokens.weight
    expected = embedding[tokens_of(folder, "the dog")].mean(0).detach().numpy()
    found = load(folder).extract(["the dog"], 1)[0, 0]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_pooling_has_features_of_its_own(write_causal):
    folder = write_causal("gpt2")
    mean, last = find_checkpoint(str(folder)), find_checkpoint(f"{folder}@lasttoken")
    family = FAMILIES["causal"]
    assert last.name == f"{mean.name}@lasttoken"
    assert family.digest(last) != family.digest(mean)
    assert family.digest(find_checkpoint(f"{folder}@mean")) == family.digest(mean)
    assert family.load(last).pooling == "lasttoken over tokens, special tokens left out"


def test_an_unknown_pooling_lists_those_there_are(write_causal):
    with pytest.raises(ModelError, match=r"followed by @lastoken, expected @mean.*@lasttoken"):
        load(f"{write_causal('gpt2')}@lastoken")


def test_pictures_have_no_tokens_to_pool():
    with pytest.raises(ModelError, match="Gabor energy is followed by @mean, expected nothing"):
        find_checkpoint("gabor@mean")


@pytest.mark.parametrize("classes", [["GPT2LMHeadModel"], ["MadeUpForCausalLM"], []])
def test_decoders_are_known_by_their_type_or_their_class(write_causal, classes):
    folder = write_causal("gpt2")
    config = json.loads((folder / "config.json").read_text())
    kind = "made-up" if "MadeUpForCausalLM" in classes else "gpt2"
    text = json.dumps({**config, "architectures": classes, "model_type": kind})
    (folder / "config.json").write_text(text)
    found = find_checkpoint(str(folder))
    assert (found.family, found.layers, found.units) == ("causal", 4, 16)


@pytest.mark.parametrize(("kind", "special"), [("gpt2", ""), ("opt", "b"), ("llama", "be")])
def test_ten_thousand_tokens_are_cut_on_the_right_and_counted(write_causal, kind, special):
    folder = write_causal(kind, special=special, padding_side="left")
    text = "dog" + " dog" * 10_000
    family = load(folder)
    assert family.prepare([text, "a dog"]) == {"n_truncated": 1, "max_tokens": 128}
    kept = tokens_of(folder, text, special=False)[: 128 - len(special)]
    ids = [0] * ("b" in special) + kept
    states = read_plainly(folder, ids)[:, "b" in special :]
    np.testing.assert_allclose(family.extract([text], 1)[0], states.mean(1), atol=1e-4)


@pytest.mark.parametrize("special", ["", "b"])
def test_a_text_without_a_token_is_refused(write_causal, special):
    folder = write_causal("gpt2", special=special)
    with pytest.raises(ModelError, match=r"makes no token of ''\. Leave it out"):
        load(folder).extract(["a dog", ""], 2)


@pytest.mark.parametrize("text", ["🐕‍🦺 dog 👍🏽", "كلب كبير", "\u200b", "e\u0301", "<s> dog </s>"])
def test_emoji_and_text_from_right_to_left_are_read_like_any_other(write_causal, text):
    folder = write_causal("gpt2", special="b")
    found = load(folder).extract(["a much longer text beside it", text], 2)[1]
    np.testing.assert_allclose(found, plain(folder, text, n_before=1), atol=1e-4)


def test_padding_beyond_the_vocabulary_is_never_looked_up(write_causal):
    folder = write_causal("llama", vocab_size=321)
    file = folder / "tokenizer_config.json"
    added = {"321": {"content": "[PAD]", "special": True}}
    settings = {**json.loads(file.read_text()), "pad_token": "[PAD]", "added_tokens_decoder": added}
    file.write_text(json.dumps(settings))
    assert np.isfinite(load(folder).extract(TEXTS, 4)).all()


def test_the_tokenizer_of_a_larger_model_is_refused(write_causal):
    folder = write_causal("gpt2", vocab_size=50)
    with pytest.raises(ModelError, match="of 'the dog ran', expected less than 50: it belongs"):
        load(folder).extract(TEXTS, 4)


def test_a_missing_tokenizer_is_named(write_causal):
    folder = write_causal("gpt2")
    for file in folder.glob("tokenizer*"):
        file.unlink()
    with pytest.raises(ModelError, match="found no tokenizer, expected one of"):
        load(folder)


def test_pickled_weights_are_refused(write_causal):
    folder = write_causal("gpt2")
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"only pickled weights \(pytorch_model.bin\)"):
        load(folder)


def test_a_last_layer_of_another_width_is_refused(write_causal):
    folder = write_causal("opt", word_embed_proj_dim=8)
    with pytest.raises(ModelError, match="last layer has 8 units and the others 16"):
        load(folder)
