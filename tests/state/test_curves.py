"""Curves, rankings and geometries hold the numbers of the results they are picked from."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from explorer.analysis.encoding import compute_parts, finish, open_work
from explorer.analysis.encoding_parts import all_parts
from explorer.analysis.results import find_result
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec
from explorer.state.choices import Choices
from explorer.state.curves import MAIN, PINNED, SUBJECT, pick, read_curves
from explorer.state.pairs import by_condition, read_pairs
from explorer.state.ranking import read_ranking
from explorer.study.stimuli import labels
from explorer.study.synthetic import region_vertices, write_synthetic

SUBJECTS = ["sub-01", "sub-02", "sub-03"]


@pytest.fixture
def look(choices):
    """The state after a few choices."""
    return lambda **changes: choices.settle(choices.initial(), changes)


@pytest.fixture
def result(computed_study):
    def find(subject="sub-01", modality="fmri", measure="pearson"):
        spec = make_spec(computed_study, modality, subject, "planted", measure)
        return find_result(computed_study, spec)

    return find


def by_role(curves, role):
    return [c for c in curves.curves if c.role == role]


def test_group_curve_is_the_mean_over_subjects_with_its_standard_error(
    computed_study, look, result
):
    curves = read_curves(computed_study, look(roi="late"))
    scores = np.stack([result(s).roi_score.sel(roi="late").values for s in SUBJECTS])
    main = by_role(curves, MAIN)[0]
    error = scores.std(0, ddof=1) / np.sqrt(3)
    np.testing.assert_allclose(main.score, scores.mean(0), rtol=1e-6)
    np.testing.assert_allclose(main.high - main.score, error, atol=1e-6)
    np.testing.assert_allclose(main.score - main.low, error, atol=1e-6)
    for curve, score in zip(by_role(curves, SUBJECT), scores, strict=True):
        np.testing.assert_array_equal(curve.score, score)
    assert curves.about["subject"] == "mean of 3 subjects"
    assert curves.about["n"] == "n = 48 stimuli"


def test_curve_of_one_subject_has_its_interval_and_ceiling(computed_study, look, result):
    main = read_curves(computed_study, look(roi="late", subject="sub-02")).curves[0]
    found = result("sub-02").sel(roi="late")
    np.testing.assert_array_equal(main.score, found.roi_score)
    np.testing.assert_array_equal(main.low, found.roi_interval[:, 0])
    np.testing.assert_array_equal(main.high, found.roi_interval[:, 1])
    assert main.ceiling[1] == float(found.roi_ceiling)


def test_pinned_regions_have_curves_of_their_own(computed_study, look, result):
    curves = read_curves(computed_study, look(roi="late", subject="sub-01", pinned=("early",)))
    pinned = by_role(curves, PINNED)
    assert [c.name for c in pinned] == ["early"]
    np.testing.assert_array_equal(pinned[0].score, result().roi_score.sel(roi="early"))


def test_a_region_without_a_score_has_no_curve_of_another(look, result):
    encoding = result()
    alone = encoding.isel(roi=[list(encoding.roi.values).index("late")])
    for part in pick(alone, look(roi="early")):
        assert np.isnan(part).all()
    assert np.isfinite(pick(alone, look(roi="late"))[0]).all()


def test_curve_of_a_channel_is_taken_at_the_nearest_time(computed_study, look, result):
    state = look(modality="eeg", subject="sub-01", channel="Pz")
    main = read_curves(computed_study, {**state, "time": 0.287}).curves[0]
    expected = result(modality="eeg").score.sel(channel="Pz").sel(time=0.28)
    np.testing.assert_array_equal(main.score, expected)
    ceiling = result(modality="eeg").noise_ceiling.sel(channel="Pz").sel(time=0.28)
    assert main.ceiling[1] == float(ceiling)


def test_geometry_curve_has_both_bounds(computed_study, look, result):
    state = look(subject="sub-01", metric="rdm_spearman", roi="middle")
    main = read_curves(computed_study, state).curves[0]
    found = result(measure="rdm_spearman").sel(roi="middle")
    np.testing.assert_array_equal(main.score, found.score)
    np.testing.assert_array_equal(main.low, found.interval[:, 0])
    assert main.ceiling == tuple(found.ceiling.values.tolist())


def test_score_that_is_no_correlation_has_no_ceiling_of_one(computed_study, look, result):
    """The root of a reliability bounds a correlation, not R2."""
    curves = read_curves(computed_study, look(subject="sub-01", metric="r2"))
    assert curves.curves == ()
    assert [s.metric for s in curves.missing] == ["r2"]


def test_ranking_is_by_the_prediction_of_the_layer_with_the_measured_beside_it(
    computed_study, look, result
):
    ranking = read_ranking(computed_study, look(roi="late", layer=5))
    predicted = np.mean(
        [result(s).roi_prediction.sel(roi="late").isel(layer=5).values for s in SUBJECTS], axis=0
    )
    measured = np.mean([result(s).roi_response.sel(roi="late").values for s in SUBJECTS], axis=0)
    order = np.argsort(predicted)[::-1]
    np.testing.assert_array_equal(ranking.stimulus, result().stimulus.values[order])
    np.testing.assert_allclose(ranking.value, predicted[order], rtol=1e-6)
    np.testing.assert_allclose(ranking.second, measured[order], rtol=1e-6)
    r = np.corrcoef(predicted, measured)[0, 1]
    assert f"r = {r:.2f}" in ranking.about
    assert "planted layer 5" in ranking.about


def test_ranking_without_prediction_is_by_what_was_measured(computed_study, look):
    ranking = read_ranking(computed_study, look(roi="late", metric="r2", subject="sub-01"))
    response = computed_study["responses/fmri/sub-01"].response.mean("repeat")
    measured = response.values[:, region_vertices()["late"]].mean(1)
    np.testing.assert_allclose(ranking.value, np.sort(measured)[::-1], atol=1e-6)
    np.testing.assert_array_equal(ranking.stimulus, np.argsort(measured)[::-1] + 1)
    assert ranking.label == "measured (z)"
    assert np.isnan(ranking.second).all()


def test_ranking_of_a_channel_is_in_microvolts_at_the_time(computed_study, look):
    state = look(modality="eeg", subject="sub-01", channel="Oz")
    ranking = read_ranking(computed_study, {**state, "time": 0.1})
    response = computed_study["responses/eeg/sub-01"].response.sel(channel="Oz").mean("repeat")
    measured = 1e6 * response.sel(time=0.1, method="nearest").values
    np.testing.assert_allclose(ranking.value, np.sort(measured)[::-1], rtol=1e-5)
    assert ranking.label == "measured (µV)"
    assert "Oz at 100 ms" in ranking.about


@pytest.fixture
def released(copied):
    """A study of which only dissimilarities of ten stimuli were released."""
    rng = np.random.default_rng(0)
    values = rng.random(45).astype(np.float32)
    dataset = (
        copied[f"features/{'planted'}/caption"].load()[["stimulus"]].isel(stimulus=slice(0, 10))
    )
    dataset = dataset.assign(dissimilarity=("pair", values))
    copied.write("responses/rdm/sub-01", dataset)
    return copied, squareform(values)


def test_likeness_ranks_by_dissimilarity_to_the_chosen_stimulus(released, look):
    study, square = released
    state = {**look(), "modality": "rdm", "subject": "sub-01", "metric": "rdm_spearman"}
    ranking = read_ranking(study, {**state, "stimulus": 4})
    np.testing.assert_array_equal(ranking.stimulus, np.argsort(square[3]) + 1)
    np.testing.assert_allclose(ranking.value, np.sort(square[3]), rtol=1e-6)
    assert ranking.stimulus[0] == 4


def test_likeness_to_none_ranks_the_most_typical_first(released, look):
    study, square = released
    state = {**look(), "modality": "rdm", "subject": "sub-01", "metric": "rdm_spearman"}
    ranking = read_ranking(study, {**state, "stimulus": -1})
    typical = square.sum(1) / 9
    np.testing.assert_array_equal(ranking.stimulus, np.argsort(typical) + 1)
    np.testing.assert_allclose(ranking.value, np.sort(typical), rtol=1e-5)


def test_pairs_are_the_dissimilarities_of_region_and_layer(computed_study, look):
    pairs = read_pairs(computed_study, look(subject="sub-01", roi="late", layer=5))
    response = computed_study["responses/fmri/sub-01"].response.mean("repeat")
    brain = pdist(response.values[:, region_vertices()["late"]], "correlation")
    feature = computed_study["features/planted/caption"].feature.sel(layer=5).values
    np.testing.assert_allclose(pairs.brain.values, brain, atol=1e-5)
    np.testing.assert_allclose(pairs.model.values, pdist(feature, "correlation"), atol=1e-5)
    assert (pairs.brain.label, pairs.model.label) == ("sub-01, late", "planted, layer 5")


def test_pairs_of_the_group_are_the_mean_of_subjects(computed_study, look):
    subjects = [
        read_pairs(computed_study, look(subject=s, roi="late")).brain.values for s in SUBJECTS
    ]
    group = read_pairs(computed_study, look(roi="late")).brain
    np.testing.assert_allclose(group.values, np.mean(subjects, axis=0), rtol=1e-6)
    assert group.label == "mean of 3 subjects, late"


def test_pairs_are_over_the_stimuli_that_both_have(released, look):
    study, square = released
    state = {**look(), "modality": "rdm", "subject": "sub-01", "metric": "rdm_spearman"}
    pairs = read_pairs(study, {**state, "layer": 2})
    assert pairs.brain.stimulus.tolist() == list(range(1, 11))
    feature = study["features/planted/caption"].feature.sel(layer=2).values[:10]
    np.testing.assert_allclose(pairs.model.values, pdist(feature, "correlation"), atol=1e-5)
    np.testing.assert_allclose(squareform(pairs.brain.values), square, rtol=1e-6)


def test_stimuli_are_drawn_condition_by_condition(computed_study):
    known = labels(computed_study, "condition")
    ids = np.random.default_rng(1).permutation(48) + 1
    order, bounds = by_condition(computed_study, ids)
    assert sorted(order) == sorted(ids)
    assert bounds[0][1] == 0
    assert bounds[-1][2] == 48
    for (name, first, stop), following in zip(bounds, [*bounds[1:], None], strict=True):
        assert {known[i] for i in order[first:stop].tolist()} == {name}
        assert following is None or following[1] == stop
    assert [name for name, _, _ in bounds] == list(dict.fromkeys(known[i] for i in ids.tolist()))


def test_layers_that_are_done_are_shown_before_the_others(tmp_path, monkeypatch):
    study = write_synthetic(tmp_path / "study")
    spec = make_spec(
        study, "fmri", "sub-01", "planted", "pearson", n_bootstraps=20, n_permutations=20
    )
    monkeypatch.setattr("explorer.state.curves.make_spec", lambda *_args, **_more: spec)
    work = open_work(study, spec, Run("cpu"))
    parts = [part for part in all_parts(work.blocks) if part.layer in (0, 1)]
    for part in parts:
        work.compute(part, lambda _share: None)
    state = Choices(study).settle(Choices(study).initial(), {"subject": "sub-01", "roi": "late"})
    begun = read_curves(study, state)
    assert begun.missing == (spec,)
    assert begun.about["subject"] == "sub-01 alone, 2 of 7 layers so far"
    assert begun.about["n"] == "n = 120 stimuli"
    compute_parts(work, Run("cpu"))
    finish(study, spec, work, Run("cpu"), 0.0)
    whole = read_curves(study, state)
    assert not whole.missing
    np.testing.assert_allclose(begun.curves[0].score, whole.curves[0].score[:2], atol=1e-6)
