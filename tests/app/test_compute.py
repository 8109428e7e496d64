"""extract, encode and rsa from the command line."""

import os

import numpy as np
import pytest

from explorer.study.study import Study
from explorer.study.synthetic import REGIONS

FEW = ("--bootstraps", "20", "--permutations", "20", "--device", "cpu", "--json")


@pytest.fixture(autouse=True)
def one_thread(single_thread):
    """Everything here computes."""


def test_encode_finds_the_planted_layers_of_every_subject(command, study):
    told = command("encode", study.path, *FEW).json
    assert (told["modality"], told["model"], told["variant"]) == ("fmri", "planted", "caption")
    assert set(told["subjects"]) == {"sub-01", "sub-02", "sub-03", "group"}
    single = [told["subjects"][s] for s in ("sub-01", "sub-02", "sub-03")]
    np.testing.assert_allclose(told["subjects"]["group"], np.mean(single, axis=0), rtol=1e-6)
    for result in told["results"]:
        assert result["about"]["n_stimuli"] == 120
        regions = {n: p.layer for n, p in REGIONS.items() if p.strength}
        assert {n: int(np.argmax(result["roi"][n])) for n in regions} == regions


def test_result_is_at_the_path_that_was_told(command, study):
    told = command("encode", study.path, "--subject", "sub-02", *FEW).json
    path = study.path / "results" / "encoding"
    assert [r["path"] for r in told["results"]] == [str(p) for p in path.iterdir()]
    name = told["results"][0]["path"].removeprefix(f"{study.path}/").removesuffix(".zarr")
    score = Study(study.path)[name].score
    np.testing.assert_allclose(told["subjects"]["sub-02"], score.mean("vertex"), atol=1e-6)


def test_rsa_tells_subjects_their_mean_and_the_group_over_layers(command, study):
    told = command("rsa", study.path, *FEW).json
    assert set(told["subjects"]) == {"sub-01", "sub-02", "sub-03", "mean", "group"}
    assert all(len(scores) == 7 for scores in told["subjects"].values())
    single = [told["subjects"][s] for s in ("sub-01", "sub-02", "sub-03")]
    np.testing.assert_allclose(told["subjects"]["group"], np.mean(single, axis=0), rtol=1e-6)
    late = next(r for r in told["results"] if r["subject"] == "mean")["roi"]["late"]
    assert int(np.argmax(late)) == REGIONS["late"].layer


def test_same_command_again_computes_nothing(command, study):
    first = command("encode", study.path, "--subject", "sub-01", *FEW).json["results"]
    again = command("encode", study.path, "--subject", "sub-01", *FEW).json["results"]
    assert again == first


def test_extracted_features_are_told_and_can_be_encoded(command, study):
    told = command("extract", study.path, "--model", "category", "--json").json
    assert told["sizes"] == {"stimulus": 120, "layer": 1, "unit": 4}
    assert told["path"].startswith(str(study.path / "features" / "category"))
    scores = command("encode", study.path, "--model", "category", *FEW).json["subjects"]
    assert len(scores["group"]) == 1
    assert scores["group"][0] > 0.05  # deep layers tell conditions apart


def test_results_of_a_read_only_study_go_below_home(command, study, home, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: path != study.path)  # root may write all
    told = command("encode", study.path, "--subject", "sub-01", *FEW).json
    assert told["results"][0]["path"].startswith(str(home / "overlays"))
    assert not (study.path / "results").exists()
    again = command("encode", study.path, "--subject", "sub-01", *FEW).json
    assert again["results"] == told["results"]


def test_scores_are_a_table_for_people(command, study):
    said = command("encode", study.path, "--subject", "sub-01", *FEW[:-1])
    row = next(line for line in said.out.splitlines() if "sub-01" in line)
    numbers = [float(word) for word in row.split() if word not in ("sub-01",)]
    expected = command("encode", study.path, "--subject", "sub-01", *FEW).json["subjects"]
    np.testing.assert_allclose(numbers, expected["sub-01"], atol=6e-4)


def test_searchlight_tells_every_subject_and_stores_a_map(command, study):
    few = ("--k", "15", "--sample-size", "40", "--samples", "2", "--device", "cpu", "--json")
    told = command("searchlight", study.path, "--model", "planted", *few).json
    assert set(told["subjects"]) == {"sub-01", "sub-02", "sub-03", "group"}
    name = told["results"][0]["path"].removeprefix(f"{study.path}/").removesuffix(".zarr")
    stored = Study(study.path)[name]
    assert name.startswith("results/searchlight/")
    assert stored.score.dims == ("layer", "vertex")
    assert (stored.attrs["n_samples"], stored.attrs["n_stimuli"]) == (2, 80)
    np.testing.assert_allclose(told["subjects"]["sub-01"], stored.score.mean("vertex"), atol=1e-6)


def test_encode_keeps_to_the_memory_and_runs_on_two_processes(command, study):
    few = ("--subject", "sub-01", *FEW)
    refused = command("encode", study.path, *few, "--memory", "1MB")
    assert refused.status == 1
    assert "are too few" in refused.err
    told = command("encode", study.path, *few, "--memory", "2GB", "--scheduler", "processes:2").json
    assert set(told["subjects"]) == {"sub-01"}
