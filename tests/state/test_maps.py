"""What the cortex shows is what was stored, averaged and masked as told."""

import numpy as np
import pytest

from explorer.analysis.results import find_result
from explorer.analysis.spec import make_spec
from explorer.state.maps import ALPHA, DIVERGING, LAYERS, read_map
from explorer.study.synthetic import REGIONS, region_vertices


@pytest.fixture
def state(workspace):
    return {**workspace.selection.to_dict(), "modality": "fmri", "subject": "sub-01"}


def result_of(study, subject="sub-01"):
    return find_result(study, make_spec(study, "fmri", subject, "planted", "pearson"))


def test_score_is_painted_where_it_is_significant(computed_study, state):
    found = read_map(computed_study, {**state, "quantity": "score", "layer": 3})
    result = result_of(computed_study)
    score, q = (result[v].isel(layer=3).values for v in ("score", "q_value"))
    np.testing.assert_array_equal(found.values, np.where(q < ALPHA, score, np.nan))
    assert "n = 48 stimuli" in found.about
    assert "FDR" in found.about


def test_group_is_the_mean_over_subjects_where_half_of_them_pass(computed_study, state):
    found = read_map(computed_study, {**state, "subject": "group", "layer": 3})
    rows = []
    for subject in ("sub-01", "sub-02", "sub-03"):
        result = result_of(computed_study, subject).isel(layer=3)
        rows.append(np.where(result.q_value < ALPHA, result.score, np.nan))
    passing = np.isfinite(rows).sum(0)
    sums = np.nansum(rows, 0)
    expected = np.where(passing >= 2, sums / np.maximum(passing, 1), np.nan)
    np.testing.assert_allclose(found.values, expected, rtol=1e-5)
    assert "mean of 3 subjects" in found.about


def test_the_map_stays_when_eeg_comes_into_focus(workspace, computed_study, state):
    before = read_map(computed_study, {**state, "subject": "group", "layer": 3})
    workspace.select(modality="eeg", layer=3)
    now = read_map(computed_study, workspace.selection.to_dict())
    assert not now.missing
    np.testing.assert_array_equal(now.values, before.values)


def test_best_layer_of_a_planted_region_is_the_planted_one(computed_study, state):
    found = read_map(computed_study, {**state, "subject": "group", "quantity": "best_layer"})
    assert found.kind == LAYERS
    for name in ("early", "late"):
        best = np.nanmedian(found.values[region_vertices()[name]])
        assert abs(best - REGIONS[name].layer) <= 1, name


def test_normalised_score_is_score_over_ceiling(computed_study, state):
    score = read_map(computed_study, {**state, "quantity": "score", "layer": 3}).values
    normalised = read_map(computed_study, {**state, "quantity": "normalised", "layer": 3}).values
    ceiling = result_of(computed_study).noise_ceiling.values
    shown = np.isfinite(normalised)
    assert shown.any()
    assert (ceiling[shown] > 0.1).all()
    np.testing.assert_allclose(normalised[shown], score[shown] / ceiling[shown], rtol=1e-5)


def test_difference_needs_a_baseline_and_says_so(computed_study, state):
    found = read_map(computed_study, {**state, "quantity": "difference", "baseline": ""})
    assert "Choose a baseline" in found.missing
    assert np.isnan(found.values).all()


def test_measured_map_is_the_mean_over_repeats(computed_study, state):
    found = read_map(computed_study, {**state, "quantity": "measured", "stimulus": 7})
    response = computed_study["responses/fmri/sub-01"].response.sel(stimulus=7).mean("repeat")
    np.testing.assert_allclose(found.values, response.values, rtol=1e-5)
    assert found.kind == DIVERGING
    assert found.low == -found.high


def test_maps_of_a_stimulus_ask_for_one(computed_study, state):
    for quantity in ("measured", "predicted"):
        found = read_map(computed_study, {**state, "quantity": quantity, "stimulus": -1})
        assert found.missing.startswith("Choose a caption or a picture")


def test_predicted_map_asks_for_the_weights_it_lacks(computed_study, state):
    found = read_map(computed_study, {**state, "quantity": "predicted", "stimulus": 7})
    assert [s.analysis for s in found.wish] == ["weights"]


def test_measure_without_vertices_paints_regions(computed_study, state):
    found = read_map(computed_study, {**state, "metric": "rdm_spearman", "layer": 1})
    result = find_result(
        computed_study, make_spec(computed_study, "fmri", "sub-01", "planted", "rdm_spearman")
    )
    early = found.values[region_vertices()["early"]]
    expected = float(result.score.isel(layer=1).sel(roi="early"))
    np.testing.assert_allclose(early, expected, rtol=1e-5)


def test_study_without_a_mesh_says_why_there_is_no_map(tmp_path, state):
    from explorer.study.study import Study  # noqa: PLC0415 - only here

    found = read_map(Study.create(tmp_path / "none"), state)
    assert "no fMRI" in found.missing
