"""A result's name says what it is of: nothing stale is served, nothing is computed twice."""

import json

import numpy as np
import pytest

from explorer.analysis.pipeline import find_missing, run_specs
from explorer.analysis.results import find_result, layer_scores, summarise
from explorer.analysis.run import Run, provenance
from explorer.analysis.spec import make_spec
from explorer.errors import Cancelled, UnknownNameError
from explorer.study.synthetic import MODEL


def name_of(study, **choices):
    chosen = {"modality": "fmri", "subject": "sub-01", "model": MODEL, "measure": "pearson"}
    return make_spec(study, **{**chosen, **choices}).result_name(study)


def change_response(study):
    group = study["responses/fmri/sub-01"].load()
    group.response[0, 0, 0] += 1
    study.write("responses/fmri/sub-01", group)


def change_feature(study):
    group = study[f"features/{MODEL}/caption"].load()
    group.feature[0, 0, 0] += 1
    study.write(f"features/{MODEL}/caption", group)


def change_atlas(study):
    group = study["rois/planted"].load()
    group.label[0] = 2
    study.write("rois/planted", group)


def change_split(study):
    group = study["stimuli/images"].load()
    half = np.array(["train", "test"] * 60, dtype=object)
    study.write("stimuli/images", group.assign_coords(split=("stimulus", half)))


@pytest.mark.parametrize("change", [change_response, change_feature, change_atlas, change_split])
def test_changed_input_changes_the_name(study, change):
    before = name_of(study)
    assert name_of(study) == before
    change(study)
    assert name_of(study) != before


@pytest.mark.parametrize(
    "choices",
    [
        {"seed": 1},
        {"n_folds": 4},
        {"alphas": [1.0]},
        {"n_bootstraps": 999},
        {"measure": "r2"},
        {"subject": "sub-02"},
        {"subject": "mean"},
    ],
)
def test_changed_choice_changes_the_name(synthetic_study, choices):
    assert name_of(synthetic_study, **choices) != name_of(synthetic_study)


def test_another_subject_does_not_change_the_name_of_an_encoding(study):
    before = name_of(study)
    group = study["responses/fmri/sub-02"].load()
    study.write("responses/fmri/sub-02", group * 2)
    assert name_of(study) == before


def test_another_subject_changes_the_ceiling_and_so_the_name_of_rsa(study):
    before = name_of(study, measure="rdm_spearman")
    group = study["responses/fmri/sub-02"].load()
    doubled = group.assign(response=2 * group.response.assign_attrs(units="z"))
    doubled.response.attrs["units"] = "z"
    study.write("responses/fmri/sub-02", doubled)
    assert name_of(study, measure="rdm_spearman") != before


def test_result_is_found_once_computed_and_not_after_a_change(study, cheap):
    spec = make_spec(study, "eeg", "sub-01", MODEL, "pearson", **cheap)
    assert find_result(study, spec) is None
    assert find_missing(study, [spec]) == [spec]
    run_specs(study, [spec], Run("cpu"))
    assert find_result(study, spec).attrs["metric"] == "pearson"
    assert find_missing(study, [spec]) == []
    change_feature(study)
    assert find_result(study, spec) is None


def test_result_of_features_that_are_missing_is_none(synthetic_study):
    spec = make_spec(synthetic_study, "fmri", "sub-01", MODEL, "pearson")
    assert find_result(synthetic_study, spec.replace(variant="caption_9")) is None


def test_what_is_there_is_not_computed_again(study, cheap):
    spec = make_spec(study, "eeg", "sub-01", MODEL, "pearson", **cheap)
    first = run_specs(study, [spec], Run("cpu"))
    notes = []
    again = run_specs(study, [spec], Run("cpu", lambda done, total, note: notes.append(note)))
    assert (again, notes) == (first, [])


@pytest.mark.parametrize("measure", ["pearson", "rdm_spearman"])
@pytest.mark.parametrize("n_steps", [0, 3])
def test_stopped_run_leaves_no_result(study, cheap, measure, n_steps):
    steps = []

    def cancelled():
        steps.append(1)
        return len(steps) > n_steps

    spec = make_spec(study, "fmri", "sub-01", MODEL, measure, **cheap)
    with pytest.raises(Cancelled, match="Nothing half-done was stored"):
        run_specs(study, [spec], Run("cpu", cancelled=cancelled))
    assert find_result(study, spec) is None
    assert not list(study.path.rglob("*part*"))


@pytest.mark.parametrize("measure", ["pearson", "rdm_spearman"])
def test_result_says_where_it_comes_from(planted, synthetic_study, measure):
    told = provenance(planted("fmri", "sub-01", measure))
    assert told["spec"]["model"] == MODEL
    assert told["spec"]["settings"]["n_bootstraps"] == 50
    for name in ("responses/fmri/sub-01", f"features/{MODEL}/caption", "rois/planted"):
        assert told["inputs"][name] == synthetic_study.digest(name)
    assert {"torch", "numpy", "xarray", "brainlang-explorer"} <= set(told["libraries"])
    assert told["n_stimuli"] == 120
    assert told["metric"] == ("pearson" if measure == "pearson" else "spearman")
    assert told["split"]
    assert told["interval"].startswith("95 % bootstrap over stimuli")
    assert told["simulated"] == 1
    assert told["code_version"] >= 1


def test_number_of_repeats_is_recorded(planted):
    assert planted("fmri", "sub-01", "pearson").attrs["n_repeats"] == 3
    assert planted("eeg", "sub-01", "pearson").attrs["n_repeats"] == 4


@pytest.mark.parametrize("of", [("fmri", "pearson"), ("eeg", "rdm_spearman"), ("ieeg", "pearson")])
def test_summary_is_json_and_holds_a_score_per_layer(planted, of):
    result = planted(of[0], "sub-01", of[1])
    summary = json.loads(json.dumps(summarise(result), allow_nan=False))
    assert summary["layer"] == list(range(7))
    others = [d for d in result.score.dims if d != "layer"]
    np.testing.assert_allclose(summary["score"], result.score.mean(others), atol=1e-6)


def test_summary_tells_regions_and_times(planted):
    by_region = summarise(planted("fmri", "sub-01", "pearson"))["roi"]["early"]
    expected = planted("fmri", "sub-01", "pearson").roi_score.sel(roi="early")
    np.testing.assert_allclose(by_region, expected, atol=1e-6)
    at_times = summarise(planted("eeg", "sub-01", "pearson"))["time"]
    assert np.shape(at_times["score"]) == (7, len(at_times["seconds"]))


def test_layer_scores_are_of_the_region_or_of_all(planted):
    result = planted("fmri", "sub-01", "pearson")
    np.testing.assert_allclose(layer_scores(result), result.roi_score.sel(roi="all"), atol=1e-6)
    late = layer_scores(result, "late")
    np.testing.assert_allclose(late, result.roi_score.sel(roi="late"), atol=1e-6)


def test_missing_score_is_null(tiny):
    response = tiny.normal(40, 2, seed=1)
    response[:, 1] = 1
    result = tiny.compute(tiny.write(tiny.normal(40, 1, 4), response))
    summary = summarise(result.assign(score=result.score * np.nan))
    assert summary["score"] == [None]


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ({"measure": "pearsn"}, "pearson"),
        ({"model": "plantd"}, "planted"),
        ({"n_fold": 3}, "n_folds"),
        ({"variant": "captions"}, "caption"),
    ],
)
def test_unknown_choice_names_the_nearest(synthetic_study, choices, told):
    with pytest.raises(UnknownNameError, match=f"Did you mean '{told}'|There are: {told}"):
        name_of(synthetic_study, **choices)
