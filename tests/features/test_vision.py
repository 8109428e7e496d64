import json
from pathlib import Path

import numpy as np
import pytest
import torch
from image_miniatures import CONVOLUTIONAL, TRANSFORMERS, make_processor, pictures
from PIL import Image
from transformers import AutoModel, AutoModelForImageClassification

from explorer.errors import ModelError
from explorer.features import FAMILIES
from explorer.features.base import Family
from explorer.features.catalog import find_checkpoint
from explorer.features.extract import extract
from explorer.features.plan import plan_extraction
from explorer.study.check import check_study

SPECIAL = {"vit": 1, "deit": 2, "beit": 1, "dinov2": 1, "dinov2_with_registers": 4}
KINDS = [*TRANSFORMERS, *CONVOLUTIONAL]


def load(folder: Path | str) -> Family:
    checkpoint = find_checkpoint(str(folder))
    return FAMILIES[checkpoint.family].load(checkpoint)


def states(folder: Path, kind: str, picture: Image.Image) -> list[torch.Tensor]:
    """Hidden states of one picture by a plain call, per layer: (n_tokens, n_units) or a map."""
    model = AutoModel.from_pretrained(folder).eval()
    pixels = make_processor(kind)(images=picture, return_tensors="pt")["pixel_values"]
    with torch.no_grad():
        hidden = model(pixel_values=pixels, output_hidden_states=True).hidden_states
    return [h[0] for h in hidden]


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("kind", TRANSFORMERS)
def test_tokens_equal_transformers_on_each_picture(write_image_model, kind, pooling):
    folder = write_image_model(kind)
    found = load(f"{folder}@{pooling}").extract(pictures(), batch_size=2)
    assert found.shape == (3, 4, 16)
    for picture, layers in zip(pictures(), found, strict=True):
        hidden = states(folder, kind, picture)
        pooled = [h[0] if pooling == "cls" else h[SPECIAL[kind] :].mean(0) for h in hidden]
        np.testing.assert_allclose(layers, torch.stack(pooled), atol=1e-4)


@pytest.mark.parametrize("kind", CONVOLUTIONAL)
def test_stages_equal_transformers_and_end_at_their_width(write_image_model, kind):
    folder, widths = write_image_model(kind), CONVOLUTIONAL[kind]
    family = load(folder)
    assert family.layer_units == widths
    assert family.layer_names == ("stem", *(f"stage {k}" for k in range(1, 5)))
    found = family.extract(pictures(), batch_size=2)
    for picture, layers in zip(pictures(), found, strict=True):
        hidden = states(folder, kind, picture)
        for layer, width, expected in zip(layers, widths, hidden, strict=True):
            np.testing.assert_allclose(layer[:width], expected.mean((1, 2)), atol=1e-4)
            assert np.isnan(layer[width:]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_features_depend_on_the_picture_and_not_on_its_neighbours(write_image_model, kind):
    family = load(write_image_model(kind))
    together = family.extract(pictures(4), batch_size=4)
    alone = family.extract(pictures(4)[::-1], batch_size=1)[::-1]
    np.testing.assert_allclose(alone, together, atol=1e-5)
    assert np.nanmin(np.nanmax(np.abs(together[0] - together[1]), axis=1)) > 1e-3


def test_a_checkpoint_of_a_classifier_is_its_encoder(write_image_model):
    folder = write_image_model("resnet")
    before = load(folder).extract(pictures(1), 1)
    AutoModelForImageClassification.from_pretrained(folder).save_pretrained(folder)
    np.testing.assert_allclose(load(folder).extract(pictures(1), 1), before, atol=1e-5)


def test_pixels_are_those_of_pillow_and_the_file_s_colours(write_image_model):
    picture = pictures(1)[0]  # 40 wide, 50 high
    plain = picture.resize((32, 32), Image.Resampling.BILINEAR)
    expected = (np.asarray(plain, np.float32) / 255 - 0.5) / 0.5
    found = load(write_image_model("vit"))._pixels([picture])[0]
    np.testing.assert_allclose(found.permute(1, 2, 0), expected, atol=1e-5)
    folder = write_image_model("dinov2", name="other")
    colours = {"image_mean": [0.2, 0.4, 0.6], "image_std": [0.5, 0.25, 0.2]}
    file = folder / "preprocessor_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **colours}))
    plain = picture.resize((40, 50), Image.Resampling.BICUBIC).crop((4, 9, 36, 41))
    expected = (np.asarray(plain, np.float32) / 255 - colours["image_mean"]) / colours["image_std"]
    found = load(folder)._pixels([picture])[0]
    np.testing.assert_allclose(found.permute(1, 2, 0), expected, atol=1e-5)


OLD = {
    "vit": {"feature_extractor_type": "ViTFeatureExtractor", "size": 32, "resample": 2},
    "resnet": {"feature_extractor_type": "ConvNextFeatureExtractor", "size": 64, "resample": 3},
    "beit": {"feature_extractor_type": "BeitFeatureExtractor", "size": 32, "resample": 2},
}


@pytest.mark.parametrize("kind", list(OLD))
def test_preprocessing_of_old_checkpoints_is_read(write_image_model, kind):
    folder = write_image_model(kind)
    colours = {"image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.25], "do_normalize": True}
    old = {**OLD[kind], **colours, "do_resize": True, "crop_pct": 0.875, "do_center_crop": False}
    (folder / "preprocessor_config.json").write_text(json.dumps(old))
    grey = Image.new("RGB", (48, 48), (102, 102, 102))
    pixels = load(folder)._pixels([grey])[0].mean((1, 2))
    np.testing.assert_allclose(pixels, [0, -0.1 / 0.3, -0.2 / 0.25], atol=1e-5)


@pytest.mark.parametrize("change", ["mean", "size", "pooling"])
def test_preprocessing_and_pooling_are_part_of_the_key(study, write_image_model, change):
    folder = write_image_model("dinov2")
    before = plan_extraction(study, str(folder)).key
    file = folder / "preprocessor_config.json"
    config = json.loads(file.read_text())
    changed = {"mean": {"image_mean": [0.1] * 3}, "size": {"size": {"shortest_edge": 50}}}
    file.write_text(json.dumps({**config, **changed.get(change, {})}))
    model = f"{folder}@cls" if change == "pooling" else str(folder)
    assert plan_extraction(study, model).key != before


def test_features_of_different_widths_are_stored_with_them(study, write_image_model):
    name = extract(study, str(write_image_model("resnet")))
    found = study[name]
    assert found.n_units.values.tolist() == list(CONVOLUTIONAL["resnet"])
    assert found.feature.shape == (12, 5, 40)
    inside = np.arange(40) < found.n_units.values[:, None]
    assert (np.isfinite(found.feature.values) == inside).all()
    assert check_study(study) == []


def test_layers_of_one_width_are_stored_as_ever(study, write_image_model):
    found = study[extract(study, str(write_image_model("vit")))]
    assert "n_units" not in found.variables
    assert found.attrs["pooling"] == "mean over patches, special tokens left out"


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_nan_within_a_layer_s_width_is_still_refused(study, write_image_model, monkeypatch, wrong):
    folder = write_image_model("resnet")
    family = FAMILIES["vision"]
    plain = family.extract

    def broken(self, *arguments):
        values = plain(self, *arguments)
        values[2, 1, 3] = wrong
        return values

    monkeypatch.setattr(family, "extract", broken)
    with pytest.raises(ModelError, match=r"stimuli 12 in stage 1, expected finite"):
        extract(study, str(folder))


def test_a_missing_preprocessing_is_named(write_image_model):
    folder = write_image_model()
    (folder / "preprocessor_config.json").unlink()
    with pytest.raises(ModelError, match=r"found no preprocessor_config.json, expected the sizes"):
        load(folder)


@pytest.mark.parametrize("text", ["{", '{"image_processor_type": "Nothing"}'])
def test_a_preprocessing_that_cannot_be_read_is_named(write_image_model, text):
    folder = write_image_model()
    (folder / "preprocessor_config.json").write_text(text)
    with pytest.raises(ModelError, match=r"preprocessor|image processor"):
        load(folder).extract(pictures(1), 1)


def test_preprocessing_of_another_model_is_refused(write_image_model):
    folder = write_image_model()
    file = folder / "preprocessor_config.json"
    config = json.loads(file.read_text())
    file.write_text(json.dumps({**config, "size": {"height": 48, "width": 48}}))
    with pytest.raises(ModelError, match=r"does not take pictures of 3x48x48 .*another model"):
        load(folder).extract(pictures(1), 1)


def test_preprocessing_to_different_sizes_is_refused(write_image_model):
    folder = write_image_model("dinov2")
    file = folder / "preprocessor_config.json"
    config = json.loads(file.read_text())
    file.write_text(json.dumps({**config, "do_center_crop": False}))
    with pytest.raises(ModelError, match=r"of different sizes .*expected one for all"):
        load(folder).extract(pictures(2), 2)


def test_a_class_token_that_is_not_there_is_refused(write_image_model):
    with pytest.raises(ModelError, match="cannot be pooled by 'cls', expected one of: mean"):
        load(f"{write_image_model('convnext')}@cls")


def test_a_picture_of_one_row_is_refused_by_its_name(study, write_image_model):
    folder = write_image_model("dinov2")
    Image.new("RGB", (1, 9000)).save(study.path / "images" / "3.png")
    with pytest.raises(ModelError, match=r"3\.png has 1x9000 pixels, expected a shape of at most"):
        extract(study, str(folder))


def test_a_picture_of_one_row_is_refused_before_it_is_scaled(write_image_model):
    family = load(write_image_model("dinov2"))
    with pytest.raises(ModelError, match=r"has 9000x1 pixels, expected a shape of at most 50 to 1"):
        family.extract([Image.new("RGB", (9000, 1))], 1)
    assert np.isfinite(family.extract([Image.new("RGB", (1, 1))], 1)).all()
