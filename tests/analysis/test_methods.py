"""Fractional ridge, partitions, comparisons, best layers and clusters, against planted truth."""

import warnings

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold

from explorer.analysis.best_layer import best_layer
from explorer.analysis.method_specs import (
    PUBLISHED_FRACTIONS,
    clusters_spec,
    comparison_spec,
    fractional_spec,
    partition_spec,
)
from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec
from explorer.errors import AnalysisError, UnknownNameError
from explorer.study.check import check_study
from explorer.study.synthetic import MODEL, REGIONS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it looks for an accelerator that is not there
    from fracridge import fracridge

FEW = {"n_bootstraps": 50, "n_permutations": 50}
SPLIT = ["train"] * 60 + ["test"] * 20


def result_of(study, spec):
    return study[run_specs(study, [spec], Run("cpu"))[0]].load()


def driven(tiny, n=80, n_units=6, n_targets=8):
    feature = tiny.normal(n, 2, n_units)
    weights = tiny.normal(n_units, n_targets, seed=1)
    return feature, feature[:, 1] @ weights + 2 * tiny.normal(n, n_targets, seed=2)


def test_published_fractions_are_the_papers():
    np.testing.assert_allclose(PUBLISHED_FRACTIONS, np.linspace(1 / 20, 1 + 1 / 20, 20))


def _predict(X, Y, train, test, fraction):
    """Predictions of fracridge, with an intercept."""
    mean, mean_Y = X[train].mean(0), Y[train].mean(0)
    coefficients, _ = fracridge(X[train] - mean, Y[train] - mean_Y, fracs=np.array([fraction]))
    return (X[test] - mean) @ coefficients.reshape(X.shape[1], -1) + mean_Y


def _r2(X, Y, train, test, fraction):
    return r2_score(Y[test], _predict(X, Y, train, test, fraction))


@pytest.mark.filterwarnings("ignore")  # the peer's own
def test_as_published_gives_the_scores_of_fracridge(tiny):
    feature, response = driven(tiny)
    study = tiny.write(feature, response, split=SPLIT)
    spec = fractional_spec(
        study, "fmri", "sub-01", "tiny", "pearson", as_published=True, per_target=False, **FEW
    )
    found = result_of(study, spec).sel(layer=1)
    X, Y = feature[:, 1].astype(float), response.astype(float)
    grid = np.linspace(1 / 20, 1 + 1 / 20, 20)
    curve = [
        np.mean([_r2(X, Y, train, test, grid[k]) for train, test in KFold(5).split(X[:60])])
        for k in range(20)
    ]
    best = grid[np.argmax(curve)]
    predicted = _predict(X, Y, np.arange(60), np.arange(60, 80), best)
    expected = [stats.pearsonr(a, b)[0] for a, b in zip(Y[60:].T, predicted.T, strict=True)]
    np.testing.assert_allclose(found.fraction, best, atol=1e-6)
    np.testing.assert_allclose(found.score, expected, atol=1e-3)
    assert "as published by Doerig et al. 2025" in found.attrs["method"]


def test_fractional_ridge_finds_the_planted_layers(study):
    spec = fractional_spec(study, "fmri", "sub-01", MODEL, "pearson", layers=[1, 3, 5, 6], **FEW)
    found = result_of(study, spec)
    for name in ("early", "middle", "late", "last"):
        best = int(found.layer[int(found.roi_score.sel(roi=name).values.argmax())])
        assert best == REGIONS[name].layer
    assert "alpha" not in found
    assert check_study(study) == []


def test_one_fraction_is_chosen_by_the_responses_alone(tiny):
    study = tiny.write(*driven(tiny))
    found = [
        result_of(
            study,
            fractional_spec(
                study, "fmri", "sub-01", "tiny", "pearson", per_target=False,
                n_bootstraps=2, n_permutations=n,
            ),
        ).fraction
        for n in (1, 300)
    ]  # fmt: skip
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("measure", ["rdm_spearman"])
def test_fractional_ridge_is_an_encoding(synthetic_study, measure):
    with pytest.raises(AnalysisError, match="no measure of an encoding"):
        fractional_spec(synthetic_study, "fmri", "sub-01", MODEL, measure)


def test_published_settings_cannot_be_changed(synthetic_study):
    with pytest.raises(AnalysisError, match="standardise differ"):
        fractional_spec(
            synthetic_study, "fmri", "sub-01", MODEL, "pearson", as_published=True,
            standardise=True,
        )  # fmt: skip


def test_partition_gives_each_region_to_the_layer_that_drives_it(study):
    spec = partition_spec(
        study, "fmri", "sub-01", [f"{MODEL}:1", f"{MODEL}/caption:5"], n_gammas=4, n_bootstraps=50
    )
    found = result_of(study, spec)
    first, second = found.features.values
    assert (first, second) == ("planted/caption:1", "planted/caption:5")
    unique = found.roi_unique
    assert float(unique.sel(features=first, roi="early")) > 0.4
    assert float(unique.sel(features=second, roi="late")) > 0.3
    assert abs(float(unique.sel(features=first, roi="silent"))) < 0.05
    whole = found.roi_unique.sum("features") + found.roi_shared.sum("part")
    np.testing.assert_allclose(whole, found.roi_score, atol=1e-4)
    low, high = found.roi_unique_interval.transpose("bound", "features", "roi").values
    assert (low <= found.roi_unique.values).all()
    assert (found.roi_unique.values <= high).all()
    assert {"n_stimuli", "split", "metric", "subject"} <= set(found.attrs)
    assert check_study(study) == []


def test_partition_keeps_to_the_studys_split(tiny):
    feature, response = driven(tiny)
    study = tiny.write(feature, response, split=SPLIT)
    spec = partition_spec(study, "fmri", "sub-01", ["tiny:0", "tiny"], n_gammas=2, n_bootstraps=10)
    found = result_of(study, spec)
    assert found.attrs["n_stimuli"] == 20
    assert found.features.values.tolist() == ["tiny/caption:0", "tiny/caption:1"]
    changed = response.copy()
    changed[60:] = changed[60:][::-1]  # held-out responses do not touch the fit
    other = tiny.write(feature, changed, split=SPLIT)
    again = result_of(other, spec)
    assert not np.allclose(again.unique, found.unique)


@pytest.mark.parametrize(
    ("features", "told"),
    [
        (["planted"], "1 sets of features, expected 2 to 4"),
        (["planted:1", "planted/caption:1"], "is there twice"),
        (["planted:1", "planted:9"], "no layer '9'. It has layers 0 to 6"),
        (["planted:1", "plantd"], "Did you mean 'planted'"),
    ],
)
def test_sets_that_cannot_be_partitioned_are_told(synthetic_study, features, told):
    with pytest.raises((AnalysisError, UnknownNameError), match=told):
        partition_spec(synthetic_study, "fmri", "sub-01", features)


def test_features_of_different_stimuli_are_told(tiny):
    feature, response = driven(tiny)
    study = tiny.write(feature, response)
    study.write("features/other/caption", tiny.features(feature, np.arange(101, 181)))
    spec = partition_spec(study, "fmri", "sub-01", ["tiny", "other"])
    with pytest.raises(AnalysisError, match="are of different stimuli: Only 0 stimuli"):
        run_specs(study, [spec], Run("cpu"))


def test_best_layer_is_the_planted_one_and_scores_no_more_than_the_best(planted):
    result = planted("fmri", "sub-01", "pearson")
    found = best_layer(result, n_bootstraps=50)
    for name in ("early", "middle", "late", "last"):
        one = found.sel(roi=name)
        assert int(one.best_layer) == REGIONS[name].layer
        assert float(one.interval[0]) <= REGIONS[name].layer <= float(one.interval[1])
    assert abs(float(found.score.sel(roi="silent"))) < 0.3
    assert "no predictions of single vertices" in found.attrs["chosen"]


def test_best_layer_of_a_story_has_no_interval(planted):
    found = best_layer(planted("ieeg", "sub-01", "pearson"))
    assert np.isnan(found.interval).all()
    assert int(found.best_layer.sel(roi="HG")) == 1


def test_best_layer_needs_predictions_of_regions(planted):
    result = planted("fmri", "sub-01", "pearson").drop_vars("roi_prediction")
    with pytest.raises(AnalysisError, match="holds no roi_prediction"):
        best_layer(result)


def encodings(study, models, subjects, modality="fmri", **choices):
    specs = {
        m: [make_spec(study, modality, s, m, "pearson", **FEW, **choices) for s in subjects]
        for m in models
    }
    return {
        m: dict(zip(subjects, run_specs(study, v, Run("cpu")), strict=True))
        for m, v in specs.items()
    }


@pytest.fixture
def two_models(tiny):
    """Three subjects, a model that drives them and one that does not."""
    feature, _ = driven(tiny)
    study, ids = tiny.write(feature, driven(tiny)[1]), np.arange(1, 81)
    study.write("features/noise/caption", tiny.features(tiny.normal(80, 2, 6, seed=9), ids))
    for k in (2, 3):
        weights = tiny.normal(6, 8, seed=10 + k)
        response = feature[:, 1] @ weights + 2 * tiny.normal(80, 8, seed=20 + k)
        study.write(f"responses/fmri/sub-0{k}", tiny.responses(response, ids))
    return study


def test_models_are_compared_across_and_within_subjects(two_models):
    study, subjects = two_models, ["sub-01", "sub-02", "sub-03"]
    found = encodings(study, ["tiny", "noise"], subjects)
    spec = comparison_spec("fmri", "pearson", found, layer=1, as_published=True, **FEW)
    result = result_of(study, spec)
    a, b = (
        np.array([study[n].roi_score.sel(layer=1, roi="all") for n in found[m].values()])
        for m in ("tiny", "noise")
    )
    pair = result.sel(model="tiny", other="noise", roi="all")
    np.testing.assert_allclose(pair.difference, (a - b).mean(), atol=1e-6)
    for test, expected in (("paired", stats.ttest_rel(a, b)), ("unpaired", stats.ttest_ind(a, b))):
        np.testing.assert_allclose(pair.p_value.sel(test=test), expected.pvalue, rtol=1e-4)
    assert float(pair.p_value.sel(test="sign_flip")) == pytest.approx(0.25)
    assert (pair.subject_difference > 0.2).all()
    assert (pair.subject_interval.isel(bound=0) > 0).all()
    assert check_study(study) == []


def test_each_models_layer_is_chosen_on_other_stimuli(two_models):
    study, subjects = two_models, ["sub-01", "sub-02", "sub-03"]
    spec = comparison_spec("fmri", "pearson", encodings(study, ["tiny", "noise"], subjects), **FEW)
    result = result_of(study, spec)
    assert (result.best_layer.sel(model="tiny", roi="all") == 1).all()
    assert (result.difference.sel(model="tiny", other="noise", roi="all") > 0.2).all()
    assert "on one half" in result.attrs["layer"]


def test_one_subject_is_compared_within_alone(two_models):
    spec = comparison_spec(
        "fmri", "pearson", encodings(two_models, ["tiny", "noise"], ["sub-01"]), layer=1, **FEW
    )
    result = result_of(two_models, spec)
    assert "test" not in result.dims
    assert "fewer than two subjects" in result.attrs["p_value"]
    assert "subject_p" in result


def test_models_scored_on_different_stimuli_are_told(two_models, tiny):
    ids = np.arange(11, 91)
    two_models.write("features/noise/caption", tiny.features(tiny.normal(80, 2, 6), ids))
    found = encodings(two_models, ["tiny", "noise"], ["sub-01"])
    with pytest.raises(AnalysisError, match="scored on different stimuli of sub-01"):
        result_of(two_models, comparison_spec("fmri", "pearson", found))


def test_one_model_is_no_comparison():
    with pytest.raises(AnalysisError, match="1 model, expected two"):
        comparison_spec("fmri", "pearson", {"a": {"sub-01": "results/encoding/x"}})


@pytest.fixture
def recorded(tiny):
    """Six subjects' EEG of four channels, driven by layer 1 from 0.1 s on at the back."""
    feature, ids, time = tiny.normal(60, 2, 6), np.arange(1, 61), np.arange(0, 0.25, 0.05)
    study = tiny.empty()
    study.describe(montage="standard_1020")
    study.write("stimuli/images", tiny.stimuli(ids))
    study.write("features/tiny/caption", tiny.features(feature, ids))
    channels = np.array(["O1", "O2", "F3", "F4"], dtype=object)
    for k in range(6):
        response = tiny.normal(60, 4, 5, seed=30 + k)
        signal = feature[:, 1] @ tiny.normal(6, 2, seed=40 + k)
        response[:, :2, 2:] += signal[:, :, None]
        study.write(
            f"responses/eeg/sub-0{k + 1}",
            xr.Dataset(
                {"response": (("stimulus", "channel", "time"), 1e-6 * response, {"units": "V"})},
                {"stimulus": ids, "channel": channels, "time": ("time", time, {"units": "s"})},
            ),
        )
    return study


def test_clusters_lie_where_and_when_responses_were_driven(recorded):
    subjects = [f"sub-0{k}" for k in range(1, 7)]
    found = encodings(recorded, ["tiny"], subjects, "eeg", layers=[1])
    result = result_of(recorded, clusters_spec("eeg", "pearson", found))
    assert float(result.cluster_p.min()) == pytest.approx(2 / 64)
    best = int(result.cluster_p.values.argmin()) + 1
    inside = (result.cluster == best).transpose("time", "channel").values
    expected = np.zeros((5, 4), bool)
    expected[2:, :2] = True
    np.testing.assert_array_equal(inside & expected, expected)
    assert inside.sum() <= expected.sum() + 2
    assert check_study(recorded) == []


def test_clusters_need_two_subjects_and_a_time(recorded, two_models):
    found = encodings(recorded, ["tiny"], ["sub-01"], "eeg", layers=[1])
    with pytest.raises(AnalysisError, match="1 subject, expected two or more"):
        result_of(recorded, clusters_spec("eeg", "pearson", found))
    found = encodings(two_models, ["tiny"], ["sub-01", "sub-02"])
    with pytest.raises(AnalysisError, match="Scores are over target"):
        result_of(two_models, clusters_spec("fmri", "pearson", found))
