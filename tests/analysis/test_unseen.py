"""Stimuli that were never shown are predicted, and weights predict what encoding scored."""

import numpy as np
import pytest

from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec, weights_spec
from explorer.errors import AnalysisError
from explorer.study.blocks import blank

N_TRAIN, N_TEST, N_POOL = 60, 20, 12


@pytest.fixture
def split_study(tiny):
    """A study whose 5 targets follow layer 1 of its features; 12 stimuli were never shown."""
    n = N_TRAIN + N_TEST + N_POOL
    feature = tiny.normal(n, 2, 6)
    signal = feature[:, 1] @ tiny.normal(6, 5, seed=1)
    response = signal + 0.3 * tiny.normal(n, 5, seed=2)
    split = ["train"] * N_TRAIN + ["test"] * N_TEST + ["pool"] * N_POOL
    study = tiny.empty()
    ids = np.arange(1, n + 1)
    study.write("stimuli/images", tiny.stimuli(ids, split))
    study.write("features/tiny/caption", tiny.features(feature, ids))
    shown = N_TRAIN + N_TEST
    study.write("responses/fmri/sub-01", tiny.responses(response[:shown], ids[:shown]))
    study.signal = signal
    return study


def test_unseen_stimuli_are_predicted_and_have_no_measurement(tiny, split_study):
    result = tiny.compute(split_study)
    assert result.stimulus.values.tolist() == list(
        range(N_TRAIN + 1, N_TRAIN + N_TEST + N_POOL + 1)
    )
    measured = result.roi_response.sel(roi="all").values
    assert np.isfinite(measured[:N_TEST]).all()
    assert np.isnan(measured[N_TEST:]).all()
    predicted = result.roi_prediction.isel(layer=1).sel(roi="all").values
    truth = split_study.signal[N_TRAIN:].mean(1)
    assert np.corrcoef(predicted[N_TEST:], truth[N_TEST:])[0, 1] > 0.95
    assert result.attrs["n_stimuli"] == N_TEST


def test_scores_do_not_depend_on_stimuli_that_were_never_shown(tiny, split_study):
    before = tiny.compute(split_study)
    features = split_study["features/tiny/caption"].load()
    split_study.write("features/tiny/caption", features.isel(stimulus=slice(N_TRAIN + N_TEST)))
    after = tiny.compute(split_study)
    np.testing.assert_array_equal(after.score.values, before.score.values)
    assert after.sizes["stimulus"] == N_TEST


def test_weights_predict_what_encoding_predicted(tiny, split_study):
    result = tiny.compute(split_study)
    spec = make_spec(split_study, "fmri", "sub-01", "tiny", "pearson")
    name = run_specs(split_study, [weights_spec(spec, 1)], Run("cpu"))[0]
    found = split_study[name].load()
    features = split_study["features/tiny/caption"].feature.isel(layer=1).values[N_TRAIN:]
    predicted = features @ found.weight.values.astype(float) + found.intercept.values
    expected = result.roi_prediction.isel(layer=1).sel(roi="all").values
    np.testing.assert_allclose(predicted.mean(1), expected, atol=5e-3)  # weights are float16
    assert found.attrs["n_stimuli"] == N_TRAIN


def test_weights_need_stimuli_that_are_held_out(tiny):
    study = tiny.write(tiny.normal(30, 1, 4), tiny.normal(30, 3, seed=1))
    spec = weights_spec(make_spec(study, "fmri", "sub-01", "tiny", "pearson"), 0)
    with pytest.raises(AnalysisError, match="holds no stimuli out"):
        run_specs(study, [spec], Run("cpu"))


def test_ceiling_that_comes_with_the_responses_is_kept(tiny, split_study):
    responses = split_study["responses/fmri/sub-01"].load()
    known = ("target", np.linspace(0.2, 0.8, 5).astype(np.float32), {"method": "as planted"})
    split_study.write("responses/fmri/sub-01", responses.assign(noise_ceiling=known))
    result = tiny.compute(split_study)
    np.testing.assert_allclose(result.noise_ceiling.values, np.linspace(0.2, 0.8, 5), rtol=1e-6)
    assert result.attrs["noise_ceiling"] == "as planted"
    assert result.roi_ceiling.sel(roi="all").item() == pytest.approx(0.5)


def test_ceiling_from_repeats_is_that_of_the_scored_stimuli(tiny):
    n = 80
    signal = tiny.normal(n, 4)
    noise = np.stack([tiny.normal(n, 4, seed=k) for k in (1, 2)])
    noise[:, 40:] *= 0.01  # the held-out half is nearly noiseless
    split = ["train"] * 40 + ["test"] * 40
    study = tiny.write(tiny.normal(n, 1, 3, seed=5), signal + 3 * noise, split=split)
    assert tiny.compute(study).noise_ceiling.values.min() > 0.99


def test_data_that_are_only_promised_are_refused(tiny, split_study):
    promised = tiny.responses(blank((30, 5)), np.arange(1, 31))
    split_study.promise("responses/fmri/sub-02", promised, "response", "made from a seed")
    with pytest.raises(AnalysisError, match="not there yet: it is made from a seed"):
        tiny.compute(split_study, of=("fmri", "sub-02"))
