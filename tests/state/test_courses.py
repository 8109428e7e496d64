"""Courses hold the numbers of the results and responses that the selection points at."""

import shutil
import time

import numpy as np
import pytest
import xarray as xr

from explorer.analysis.pipeline import run_specs
from explorer.analysis.results import find_result
from explorer.analysis.run import Run
from explorer.analysis.spec import fusion_spec, make_spec
from explorer.state import evoked
from explorer.state.choices import Choices
from explorer.state.courses import EVOKED, REGION, SCORE, read_courses
from explorer.state.layer_times import SHARE
from explorer.study.study import Study

SUBJECTS = ("sub-01", "sub-02")
LATENCY = {"sub-01": 0.25, "sub-02": 0.27}


@pytest.fixture(scope="module")
def eeg(computed_study, tmp_path_factory):
    """The computed study with every EEG score and fusion, and a planted latency."""
    folder = tmp_path_factory.mktemp("eeg") / "study"
    study = Study(shutil.copytree(computed_study.path, folder))
    specs = [make_spec(study, "eeg", "sub-02", "planted", "pearson")]
    specs += [fusion_spec(study, s, "planted") for s in SUBJECTS]
    specs += [make_spec(study, "eeg", "sub-01", "planted", "rdm_spearman")]
    run_specs(study, specs, Run("cpu"))
    for subject, latency in LATENCY.items():
        seconds = ("roi", np.array([latency]), {"units": "s"})
        roi = np.array(["late"], dtype=object)
        study.write(f"truth/eeg/{subject}", xr.Dataset({"latency": seconds}, {"roi": roi}))
    return study


@pytest.fixture
def read(eeg):
    choices = Choices(eeg)
    return lambda **changes: read_courses(eeg, choices.settle(choices.initial(), changes))


def scores(study, name="score"):
    specs = [make_spec(study, "eeg", s, "planted", "pearson") for s in SUBJECTS]
    return np.stack([find_result(study, s)[name].values for s in specs])


def response(study, subject):
    return 1e6 * study[f"responses/eeg/{subject}"].response.mean("repeat")


def test_score_is_the_mean_over_eeg_subjects_whatever_fmri_subject_is_in_focus(eeg, read):
    found = read(modality="fmri", subject="sub-03", layer=3)
    assert found.kind == SCORE
    np.testing.assert_allclose(found.values, scores(eeg).mean(0)[3], atol=1e-6)
    np.testing.assert_allclose(found.summary, scores(eeg).mean(0)[3].mean(0), atol=1e-6)
    for word in ("mean of 2 subjects", "n = 48", "5-fold", "Pearson r", "layer 3", "q < 0.05"):
        assert word in found.about


def test_score_of_one_eeg_subject_is_its_own(eeg, read):
    found = read(modality="eeg", subject="sub-02", layer=1)
    np.testing.assert_allclose(found.values, scores(eeg)[1, 1], atol=1e-6)
    assert "sub-02" in found.about
    q_value = scores(eeg, "q_value")[1, 1]
    np.testing.assert_array_equal(found.significant, q_value < 0.05)
    assert found.significant.any()


def test_time_passes_if_it_does_in_at_least_half_of_the_subjects(eeg, read):
    q_value = scores(eeg, "q_value")[:, 1]
    np.testing.assert_array_equal(read(layer=1).significant, (q_value < 0.05).any(0))


def test_ceiling_is_of_the_chosen_channel_alone(eeg, read):
    assert np.isnan(read().bounds).all()
    found = read(channel="Pz")
    np.testing.assert_allclose(found.bounds[1], scores(eeg, "noise_ceiling").mean(0)[2], atol=1e-6)
    assert np.isnan(read(channel="Pz", metric="r2").bounds).all()


def test_region_in_focus_shows_its_correlation_with_eeg(eeg, read):
    found = read(roi="late")
    fused = [find_result(eeg, fusion_spec(eeg, s, "planted")) for s in SUBJECTS]
    expected = np.mean([f.score.sel(roi="late").values for f in fused], axis=0)
    assert (found.kind, found.unit, found.region) == (REGION, "r", "late")
    np.testing.assert_allclose(found.values, expected, atol=1e-6)
    np.testing.assert_allclose(found.summary, np.sqrt((expected**2).mean(0)), atol=1e-6)
    assert "mean over 3 fMRI subjects" in found.about
    assert "n = 48" in found.about


def test_planted_latency_is_the_mean_over_subjects_where_one_was_planted(read):
    assert read(roi="late").planted == pytest.approx(0.26)
    assert np.isnan(read(roi="early").planted)
    assert np.isnan(read().planted)


def test_response_to_the_stimulus_in_focus_is_in_microvolts(eeg, read):
    found = read(trace=EVOKED, stimulus=9)
    expected = np.mean([response(eeg, s).sel(stimulus=9).values for s in SUBJECTS], axis=0)
    np.testing.assert_allclose(found.values, expected, rtol=1e-4)
    np.testing.assert_allclose(found.summary, expected.std(0), rtol=1e-4)
    assert (found.unit, found.summary_label) == ("µV", "global field power")
    assert "stimulus 9" in found.about


def test_response_without_a_stimulus_is_the_mean_over_all(eeg, read):
    found = read(trace=EVOKED, modality="eeg", subject="sub-01")
    expected = response(eeg, "sub-01").mean("stimulus").values
    np.testing.assert_allclose(found.values, expected, atol=1e-5)
    assert "n = 48 stimuli" in found.about


def test_response_is_the_same_where_too_much_to_keep_is_read_anew(eeg, read, monkeypatch):
    kept = read(trace=EVOKED, stimulus=9).values
    monkeypatch.setattr(evoked, "KEPT_BYTES", 0)
    np.testing.assert_allclose(read(trace=EVOKED, stimulus=9).values, kept, rtol=1e-6)


def test_layers_are_the_mean_of_channels_or_the_chosen_one(eeg, read):
    mean = scores(eeg).mean(0)
    found = read(roi="late").layers
    np.testing.assert_allclose(found.values, mean.mean(1), atol=1e-6)
    assert found.over == "mean of 5 channels"
    one = read(channel="Oz").layers
    np.testing.assert_allclose(one.values, mean[:, 0], atol=1e-6)
    assert one.over == "Oz"


def test_best_layer_is_marked_only_where_it_passes(eeg, read):
    found = read(channel="Oz").layers
    passing = (scores(eeg, "q_value") < 0.05).any(0)[:, 0]
    best = scores(eeg).mean(0)[:, 0].argmax(0)
    kept = passing[best, np.arange(len(best))]
    assert kept.any()
    assert not kept.all()
    np.testing.assert_array_equal(found.best[kept], best[kept])
    assert np.isnan(found.best[~kept]).all()
    assert SHARE <= 1 / 5  # one of these five channels would be enough


def test_geometry_has_one_line_with_both_bounds(eeg, read):
    found = read(modality="eeg", subject="sub-01", metric="rdm_spearman", layer=2, trace=SCORE)
    result = find_result(eeg, make_spec(eeg, "eeg", "sub-01", "planted", "rdm_spearman"))
    assert (found.channels, found.values.shape, found.unit) == ((), (0, 30), "ρ")
    np.testing.assert_allclose(found.summary, result.score.isel(layer=2), atol=1e-6)
    np.testing.assert_allclose(found.bounds, result.ceiling.transpose("bound", "time"), atol=1e-6)
    np.testing.assert_allclose(found.layers.values, result.score, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "told", "n_wished"),
    [
        ({"trace": SCORE, "metric": "r2"}, "planted has no Encoding, R² for EEG of sub-01", 2),
        ({"trace": REGION}, "Choose a region", 0),
        ({"trace": REGION, "modality": "eeg"}, "Choose a region", 0),
    ],
)
def test_what_is_missing_is_said_with_what_would_fill_it(read, changes, told, n_wished):
    found = read(**changes)
    assert told in found.missing
    assert len(found.wish) == n_wished


def test_study_without_fusion_falls_back_to_the_score_and_then_to_the_response(
    computed_study, choices
):
    state = choices.settle(choices.initial(), {"roi": "late"})
    assert read_courses(computed_study, state).kind == EVOKED  # one subject has no score
    wished = read_courses(computed_study, {**state, "trace": REGION})
    assert [s.analysis for s in wished.wish] == ["fusion", "fusion"]
    assert "late has not been computed" in wished.missing
    one = choices.settle(state, {"modality": "eeg", "subject": "sub-01"})
    assert read_courses(computed_study, one).kind == SCORE


def test_story_in_focus_shows_no_response_to_one_of_its_words(eeg, read):
    found = read(modality="ieeg", trace=EVOKED, stimulus=3, channel="LT1")
    assert "n = 48 stimuli" in found.about
    assert found.channel == ""


def test_study_without_eeg_says_so(eeg, read, monkeypatch):
    monkeypatch.setattr(Study, "groups", lambda self, prefix="": [])
    assert "no EEG" in read_courses(eeg, {}).missing


def test_a_change_takes_less_than_a_tenth_of_a_second(read):
    for changes in ({"roi": "late"}, {"layer": 2}, {"trace": EVOKED, "stimulus": 4}):
        read(**changes)
        started = time.perf_counter()
        read(**changes)
        assert time.perf_counter() - started < 0.1
