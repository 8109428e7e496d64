"""The command that lists the catalogue of models."""

import pytest

from explorer.app.models import count_weights, search_models
from explorer.errors import UnknownNameError
from explorer.features.catalog import checkpoints


def test_all_models_are_listed_one_per_line(command):
    lines = command("models").out.splitlines()
    assert len(lines) == len(checkpoints()) + 2
    assert lines[0].startswith("name ")
    assert lines[-1] == f"{len(checkpoints())} of {len(checkpoints())} models"
    row = next(line for line in lines if line.startswith("mpnet "))
    for cell in ("all-mpnet-base-v2", "sentence", "text", "109 M", "13 × 768", "Apache-2.0"):
        assert f"  {cell}" in row


def test_every_word_of_a_query_must_occur_in_any_case():
    found = [c.name for c in search_models("QWEN2.5 7b")]
    assert found == ["qwen2.5-7b", "qwen2.5-vl-7b"]
    assert search_models("no such thing") == []


def test_families_and_modalities_narrow_the_list(command):
    found = command("models", "--family", "masked", "--modality", "text", "--json").json
    assert {c["family"] for c in found} == {"masked"}
    assert "bert-base-uncased" in [c["name"] for c in found]
    assert all(c["supported"] and not c["pinned"] for c in found)


def test_an_unknown_family_lists_those_there_are(command):
    with pytest.raises(UnknownNameError, match="Did you mean 'masked'"):
        search_models(family="maskd")
    said = command("models", "--modality", "smell")
    assert said.status == 1
    assert "There are: text, image, label" in said.err


def test_a_search_without_result_says_so(command):
    assert command("models", "no such model").out == f"0 of {len(checkpoints())} models\n"


def test_about_tells_all_that_is_known_of_a_model(command):
    said = command("models", "--about", "mistral-7b").out
    assert "MMLU 59.99 (model card of Mistral-7B-v0.1)" in said
    assert "7,110,660,096" in said
    assert "mistralai/Mistral-7B-v0.1 at main (not pinned)" in said
    about = command("models", "--about", "minilm", "--json").json
    assert (about["files"], about["supported"], about["layers"]) == ("package", True, 7)


def test_about_an_unknown_model_ends_with_1(command):
    said = command("models", "--about", "mistral")
    assert said.status == 1
    assert "Did you mean 'mistral-7b'" in said.err


@pytest.mark.parametrize(
    ("n", "text"),
    [(0, "-"), (22_713_216, "22.7 M"), (999_999_999, "1 B"), (7_110_660_096, "7.11 B")],
)
def test_weights_are_counted_in_three_digits(n, text):
    assert count_weights(n) == text
