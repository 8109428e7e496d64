"""partition, compare, clusters, and the choices of encode, from the command line."""

import argparse

import numpy as np
import pytest

from explorer.app.arguments import layer_list
from explorer.app.cli import main
from explorer.study.study import Study

FEW = ("--bootstraps", "20", "--permutations", "20", "--device", "cpu")
ONE = ("--subject", "sub-01")


@pytest.fixture(autouse=True)
def one_thread(single_thread):
    """Everything here computes."""


@pytest.mark.parametrize(
    ("text", "layers"), [("3", [3]), ("0,3,5-8", [0, 3, 5, 6, 7, 8]), ("2, 4", [2, 4])]
)
def test_layers_are_numbers_and_ranges(text, layers):
    assert layer_list(text) == layers


@pytest.mark.parametrize("text", ["", "a", "3-", "-1", "1;2"])
def test_what_is_no_list_of_layers_is_told(text):
    with pytest.raises(argparse.ArgumentTypeError, match="such as 0,3,5-8"):
        layer_list(text)


@pytest.mark.parametrize("name", ["encode", "rsa", "partition", "compare", "clusters"])
def test_help_tells_every_argument(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_encode_of_a_part(command, study):
    part = ("--region", "late", "--layers", "0,4-5", "--mode", "guided", "--one-alpha")
    told = command("encode", study.path, *ONE, *part, *FEW, "--best-layer", "--json").json
    assert len(told["subjects"]["sub-01"]) == 3
    (result,) = told["results"]
    assert list(result["roi"]) == ["late"]
    assert result["best_layer"]["late"]["layer"] == 5
    settings = result["about"]["spec"]["settings"]
    assert (settings["mode"], settings["selection"]) == ("guided", "global")


def test_encode_by_fractional_ridge(command, study):
    method = ("--method", "fractional", "--as-published", "--layers", "5")
    told = command("encode", study.path, *ONE, *method, *FEW, "--json").json
    assert "/results/fractional/" in told["results"][0]["path"]
    assert told["subjects"]["sub-01"][0] > 0.2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--method", "fractional", "--mode", "loo"), "belong to ridge"),
        (("--one-fraction",), "Add --method fractional"),
        (("--region", "lat"), "Did you mean 'late'"),
        (("--window", "0.1", "0.2"), "have no time"),
        (("--layers", "3,9"), "no layer 9"),
    ],
)
def test_choices_that_do_not_serve_are_told(command, synthetic_study, arguments, told):
    said = command("encode", synthetic_study.path, *ONE, *arguments, *FEW)
    assert said.status == 1
    assert told in said.err


def test_rsa_of_a_window(command, study):
    window = ("--modality", "eeg", "--window", "0.1", "0.2", "--layers", "1,5")
    told = command("rsa", study.path, *ONE, *window, *FEW, "--json").json
    seconds = told["results"][0]["time"]["seconds"]
    assert (round(seconds[0], 3), round(seconds[-1], 3)) == (0.1, 0.2)


def test_partition_tells_unique_and_shared_by_region(command, study):
    sets = ("--features", "planted:1", "planted:5", "--plain", "--bootstraps", "20")
    told = command("partition", study.path, *ONE, *sets, "--device", "cpu", "--json").json
    assert told["features"] == ["planted/caption:1", "planted/caption:5"]
    early = told["results"][0]["roi"]["early"]
    assert early["unique"]["planted/caption:1"]["value"] > 0.3
    assert set(early["shared"]) == {"planted/caption:1 & planted/caption:5"}
    assert "one penalty for all sets" in told["results"][0]["about"]["method"]
    name = told["results"][0]["path"].removeprefix(f"{study.path}/").removesuffix(".zarr")
    assert Study(study.path)[name].unique.dims == ("features", "vertex")
    said = command("partition", study.path, *ONE, *sets, "--device", "cpu").out
    assert "unique planted/caption:1" in said


def test_compare_computes_what_is_missing_and_tells_pairs(command, study):
    command("extract", study.path, "--model", "category", "--json")
    models = ("--model", "planted", "category", "--layer", "0", "--as-published")
    told = command("compare", study.path, *models, *FEW, "--json").json
    pairs = {p["roi"]: p for p in told["pairs"]}
    assert pairs["early"]["difference"] > 0 > pairs["late"]["difference"]
    assert set(pairs["early"]) >= {"paired", "sign_flip", "wilcoxon", "unpaired", "within"}
    assert len(told["score"]["planted/caption"]["late"]) == 3
    assert "less category" in command("compare", study.path, *models, *FEW).out


def test_compare_of_one_model_is_refused(command, study):
    said = command("compare", study.path, "--model", "planted", *ONE, "--layer", "0", *FEW)
    assert said.status == 1
    assert "expected two or more" in said.err


def test_clusters_are_told_with_their_times(command, study):
    chosen = ("--model", "planted", "--layer", "1", "--threshold", "2", "--window", "0", "0.3")
    told = command("clusters", study.path, *chosen, *FEW, "--json").json
    assert told["clusters"]
    heaviest = max(told["clusters"], key=lambda c: c["mass"])
    assert "Oz" in heaviest["channels"]
    assert np.isclose(heaviest["p_value"], 0.5)  # two subjects
    assert 0 <= heaviest["seconds"][0] <= heaviest["seconds"][1] <= 0.3
