import json

import numpy as np
import pytest
import torch
from image_miniatures import make_processor, pictures
from transformers import AutoTokenizer, CLIPModel, SiglipModel

from explorer.errors import ModelError
from explorer.features import FAMILIES
from explorer.features.catalog import find_checkpoint
from explorer.features.extract import extract

TEXTS = ["a dog runs", "the old red cat sleeps under the small house", "bird"]


def load(name):
    checkpoint = find_checkpoint(str(name))
    return FAMILIES[checkpoint.family].load(checkpoint)


def see(model, kind, picture):
    """Hidden states of the whole model for one picture, and what it compares with texts."""
    pixels = make_processor(kind)(images=picture, return_tensors="pt")["pixel_values"]
    with torch.no_grad():
        hidden = model.vision_model(pixels, output_hidden_states=True).hidden_states
        return hidden, model.get_image_features(pixels).pooler_output


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_pictures_equal_the_whole_model(write_image_model, pooling):
    folder = write_image_model("clip")
    family = load(f"{folder}@{pooling}")
    assert family.layer_names == ("embedding", "layer 1", "layer 2", "layer 3", "projected")
    assert family.layer_units == (16, 16, 16, 16, 12)
    found = family.extract(pictures(), batch_size=2)
    model = CLIPModel.from_pretrained(folder).eval()
    for picture, layers in zip(pictures(), found, strict=True):
        hidden, projected = see(model, "clip", picture)
        pooled = [h[0, 0] if pooling == "cls" else h[0, 1:].mean(0) for h in hidden]
        np.testing.assert_allclose(layers[:4], torch.stack(pooled), atol=1e-4)
        np.testing.assert_allclose(layers[4, :12], projected[0], atol=1e-4)
        assert np.isnan(layers[4, 12:]).all()


@pytest.mark.parametrize("end", [2, 3])
def test_texts_equal_the_whole_model_unpadded(write_image_model, end):
    folder = write_image_model("clip")
    if end == 2:  # as old configurations say: the token of the highest id ends a text
        vocabulary = (folder / "tokenizer.json").read_text()
        (folder / "tokenizer.json").write_text(
            vocabulary.replace('"[SEP]": 3', '"[SEP]": 39')
            .replace('"id": 3,', '"id": 39,')
            .replace('"ids": [\n          3\n', '"ids": [\n          39\n')
        )
        config = json.loads((folder / "config.json").read_text())
        config["text_config"]["eos_token_id"] = 2
        (folder / "config.json").write_text(json.dumps(config))
    found = load(f"{folder}@text").extract(TEXTS, batch_size=3)
    model = CLIPModel.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    for text, layers in zip(TEXTS, found, strict=True):
        ids = torch.tensor([tokenizer(text)["input_ids"]])
        assert ids[0, -1] == (39 if end == 2 else 3)
        with torch.no_grad():
            hidden = model.text_model(ids, output_hidden_states=True).hidden_states
            projected = model.get_text_features(ids).pooler_output
        np.testing.assert_allclose(layers[:4], torch.stack([h[0, -1] for h in hidden]), atol=1e-4)
        np.testing.assert_allclose(layers[4, :12], projected[0], atol=1e-4)


def test_long_texts_keep_the_token_that_ends_them(write_image_model):
    family = load(f"{write_image_model('clip')}@text")
    assert family.prepare(["dog " * 40]) == {"n_truncated": 1, "max_tokens": 24}
    assert np.isfinite(family.extract(["dog " * 40], 1)[0, :4]).all()


def test_a_tokenizer_without_the_ending_token_is_refused(write_image_model):
    folder = write_image_model("clip")
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["eos_token_id"] = 30
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="does not end texts with token 30"):
        load(f"{folder}@text").extract(TEXTS, 2)


def test_siglip_gives_the_pooled_picture_as_its_last_layer(write_image_model):
    folder = write_image_model("siglip")
    family = load(folder)
    assert family.layer_units == ()
    found = family.extract(pictures(), batch_size=3)
    model = SiglipModel.from_pretrained(folder).eval()
    for picture, layers in zip(pictures(), found, strict=True):
        hidden, pooled = see(model, "siglip", picture)
        np.testing.assert_allclose(
            layers[:4], torch.stack([h[0].mean(0) for h in hidden]), atol=1e-4
        )
        np.testing.assert_allclose(layers[4], pooled[0], atol=1e-4)


@pytest.mark.parametrize(
    ("choice", "message"),
    [("@text", "whose texts are not supported"), ("@cls", "cannot be pooled by 'cls'")],
)
def test_what_siglip_does_not_have_is_refused(write_image_model, choice, message):
    with pytest.raises(ModelError, match=message):
        load(f"{write_image_model('siglip')}{choice}")


def test_both_towers_become_groups_of_their_own(study, write_image_model):
    folder = write_image_model("clip")
    names = [extract(study, f"{folder}{tower}") for tower in ("", "@text")]
    assert [name.rpartition("/")[2] for name in names] == ["image", "caption"]
    for name in names:
        assert study[name].n_units.values.tolist() == [16, 16, 16, 16, 12]
        assert np.isfinite(study[name].feature.values[:, :4]).all()
