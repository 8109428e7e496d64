"""Encoding against scikit-learn, what is held out, and what has no score."""

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec
from explorer.analysis.targets import mean_subject
from explorer.engine.folds import complement, kfold
from explorer.errors import AnalysisError

SPLIT = ["train"] * 40 + ["test"] * 20


def predict(X, Y, train, test, alpha):
    """Predictions of scikit-learn; ``alpha`` is a multiple of the mean eigenvalue."""
    scaler = StandardScaler().fit(X[train])
    trained = scaler.transform(X[train])
    penalty = np.asarray(alpha) * np.square(trained).sum() / X.shape[1]
    model = Ridge(alpha=np.broadcast_to(penalty, Y.shape[1])).fit(trained, Y[train])
    return model.predict(scaler.transform(X[test]))


def correlate(Y, Y_hat):
    return np.array([pearsonr(y, y_hat).statistic for y, y_hat in zip(Y.T, Y_hat.T, strict=True)])


def driven(tiny, n=60, n_units=8, n_targets=3):
    feature = tiny.normal(n, 2, n_units)
    weights = tiny.normal(n_units, n_targets, seed=1)
    return feature, feature[:, 1] @ weights + 2 * tiny.normal(n, n_targets, seed=2)


def test_score_is_the_mean_over_folds_of_scikit_learns(tiny):
    feature, response = driven(tiny)
    result = tiny.compute(tiny.write(feature, response), alphas=[0.1])
    X, Y = feature[:, 1].astype(float), response.astype(float)
    folds = [fold.numpy() for fold in kfold(60, 5, seed=0)]
    train = [np.setdiff1d(np.arange(60), fold) for fold in folds]
    pairs = list(zip(train, folds, strict=True))
    expected = np.mean([correlate(Y[te], predict(X, Y, tr, te, 0.1)) for tr, te in pairs], axis=0)
    np.testing.assert_allclose(result.score.sel(layer=1), expected, atol=1e-4)


def test_held_out_score_and_alphas_are_scikit_learns(tiny):
    feature, response = driven(tiny)
    result = tiny.compute(tiny.write(feature, response, split=SPLIT)).sel(layer=1)
    X, Y = feature[:, 1].astype(float), response.astype(float)
    train, test = np.arange(40), np.arange(40, 60)
    alphas = 10.0 ** np.arange(-5, 5)
    error = np.zeros((len(alphas), Y.shape[1]))
    for fold in kfold(40, 5, seed=0):
        rest = complement(40, fold).numpy()
        for k, alpha in enumerate(alphas):
            missed = predict(X, Y, rest, fold.numpy(), alpha) - Y[fold]
            error[k] += np.square(missed).sum(0)
    best = alphas[error.argmin(0)]
    np.testing.assert_allclose(result.alpha, best, rtol=1e-5)
    expected = correlate(Y[test], predict(X, Y, train, test, best))
    np.testing.assert_allclose(result.score, expected, atol=1e-4)


def test_studys_own_split_decides_what_is_scored(tiny):
    feature, response = driven(tiny)
    result = tiny.compute(tiny.write(feature, response, split=SPLIT))
    assert result.attrs["split"] == "held-out split of the study: 40 train, 20 test"
    assert result.stimulus.values.tolist() == list(range(41, 61))
    assert result.attrs["n_stimuli"] == 20


def test_stimuli_that_are_neither_train_nor_test_are_refused(tiny):
    study = tiny.write(*driven(tiny), split=["train"] * 30 + ["test"] * 20 + [""] * 10)
    with pytest.raises(AnalysisError, match="10 stimuli are neither 'train' nor 'test'"):
        tiny.compute(study)


@pytest.mark.parametrize("n_components", [None, 3])
def test_features_of_held_out_stimuli_do_not_touch_the_fit(tiny, n_components):
    """A linear fit moves evenly when only its held-out input does."""
    feature, response = driven(tiny)
    feature = feature - feature[:40].mean(0)
    results = []
    for factor in (1, 2, 3):
        scaled = feature.copy()
        scaled[40:] *= factor
        study = tiny.write(scaled, response, split=SPLIT)
        results.append(tiny.compute(study, n_components=n_components))
    once, twice, thrice = (r.roi_prediction.values for r in results)
    np.testing.assert_allclose(thrice - twice, twice - once, atol=1e-4)
    for result in results[1:]:
        np.testing.assert_array_equal(result.alpha, results[0].alpha)


@pytest.mark.parametrize("measure", ["pearson", "cosine"])
def test_noise_scores_nothing_on_average(tiny, measure):
    study = tiny.write(tiny.normal(60, 1, 10), tiny.normal(60, 500, seed=1))
    assert abs(float(tiny.compute(study, measure).score.mean())) < 0.02


def test_p_values_of_noise_are_uniform(tiny):
    study = tiny.write(tiny.normal(60, 1, 10), tiny.normal(60, 1000, seed=1))
    p_value = tiny.compute(study, n_permutations=200).p_value.values
    assert (p_value < 0.05).mean() < 0.07


def test_held_out_p_values_of_noise_are_uniform(tiny):
    study = tiny.write(tiny.normal(60, 1, 10), tiny.normal(60, 1000, seed=1), split=SPLIT)
    p_value = tiny.compute(study, n_permutations=200).p_value.values
    assert (p_value < 0.05).mean() == pytest.approx(0.05, abs=0.02)


def test_order_of_stimuli_does_not_matter(tiny):
    feature, response = driven(tiny)
    study = tiny.write(feature, response)
    expected = tiny.compute(study)
    order = np.random.default_rng(3).permutation(60)
    study.write("features/tiny/caption", tiny.features(feature[order], order + 1))
    np.testing.assert_array_equal(tiny.compute(study).score, expected.score)


def test_only_shared_stimuli_count(tiny):
    feature, response = driven(tiny)
    study = tiny.write(feature, response)
    study.write("features/tiny/caption", tiny.features(feature[5:], np.arange(6, 61)))
    expected = tiny.compute(tiny.write(feature[5:], response[5:]))
    result = tiny.compute(study)
    assert result.attrs["n_stimuli"] == 55
    np.testing.assert_allclose(result.score, expected.score, atol=1e-6)


def test_stimulus_that_repeats_is_refused(tiny):
    feature, response = driven(tiny)
    study = tiny.write(feature, response)
    study.write("features/tiny/caption", tiny.features(feature, np.r_[1, np.arange(1, 60)]))
    with pytest.raises(AnalysisError, match="Stimulus 1 is there 2 times"):
        tiny.compute(study)


def test_too_few_shared_stimuli_are_refused(tiny):
    feature, response = driven(tiny)
    study = tiny.write(feature, response)
    study.write("features/tiny/caption", tiny.features(feature, np.arange(52, 112)))
    with pytest.raises(AnalysisError, match="Only 9 stimuli are shared"):
        tiny.compute(study)


def test_constant_and_nan_targets_have_no_score_and_are_counted(tiny):
    feature, response = driven(tiny)
    expected = tiny.compute(tiny.write(feature, response)).score.values
    spoilt = np.concatenate([response, response[:, :2]], axis=1)
    spoilt[:, 3] = 1.5
    spoilt[7, 4] = np.nan
    result = tiny.compute(tiny.write(feature, spoilt))
    assert np.isnan(result.score[:, 3:]).all()
    assert np.isnan(result.p_value[:, 3:]).all()
    assert result.attrs["n_targets_nan"] == 2
    np.testing.assert_allclose(result.score[:, :3], expected, atol=1e-5)
    mean = expected.mean(1)
    np.testing.assert_allclose(result.roi_score.sel(roi="all"), mean, atol=1e-5)


def test_mean_subject_is_the_mean_over_subjects(tiny):
    feature, response = driven(tiny)
    study = tiny.write(feature, response)
    other = tiny.normal(2, 60, 3, seed=5)
    study.write("responses/fmri/sub-02", tiny.responses(other, np.arange(60, 0, -1)))
    names = study.groups("responses/")
    mean = mean_subject([study[n] for n in names], names)
    expected = (response + other.mean(0)[::-1]) / 2
    np.testing.assert_allclose(mean.response, expected, atol=1e-6)
    score = tiny.compute(study, of=("fmri", "mean")).score
    alone = tiny.compute(tiny.write(feature, expected)).score
    np.testing.assert_allclose(score, alone, atol=1e-5)


def test_subjects_of_different_shapes_have_no_mean(tiny):
    feature, response = driven(tiny)
    study = tiny.write(feature, response)
    study.write("responses/fmri/sub-02", tiny.responses(response[:, :2], np.arange(1, 61)))
    with pytest.raises(AnalysisError, match="differ in shape"):
        tiny.compute(study, of=("fmri", "mean"))


def test_interval_holds_the_score_and_shrinks_with_stimuli(planted):
    result = planted("fmri", "sub-01", "pearson").sel(roi="early", layer=1)
    low, high = result.roi_interval.values
    assert low < float(result.roi_score) < high
    assert high - low < 0.2


def test_model_known_by_its_dissimilarities_is_sent_to_rsa(tiny):
    study = tiny.write(*driven(tiny))
    ids = np.arange(1, 61)
    study.write("features/known/rdm", tiny.pairs(np.ones((1, 1770)), ids, "layer"))

    spec = make_spec(study, "fmri", "sub-01", "known", "pearson")
    with pytest.raises(AnalysisError, match="Use RSA"):
        run_specs(study, [spec], Run("cpu"))
