import numpy as np
import pytest
import torch
from scipy.optimize import nnls
from scipy.stats import spearmanr

from explorer.engine.folds import kfold
from explorer.engine.mixtures import mix_rdms, score_mixtures
from explorer.engine.rdm import rdm


@pytest.fixture
def data(normal):
    """Five models, and four RDMs of 16 stimuli that mix some of them with noise."""
    models = rdm(normal(5, 16, 10))
    weights = torch.tensor([[1.0, 0, 2, 0, 0], [0, 0, 0, 0, 1], [0.5] * 5, [-1, 0, 0, 0, 2]])
    return models, weights.double() @ models + 0.1 * normal(4, 120)


def test_weights_are_scipys(data):
    models, rdms = data
    expected = [nnls(models.T.numpy(), row)[0] for row in rdms.numpy()]
    np.testing.assert_allclose(mix_rdms(models, rdms).numpy(), expected, atol=1e-9)


def test_ridge_is_scipys_on_added_rows(data):
    models, rdms = data
    design = np.concatenate([models.T.numpy(), np.sqrt(0.3 * 120) * np.eye(5)])
    expected = [nnls(design, np.pad(row, (0, 5)))[0] for row in rdms.numpy()]
    np.testing.assert_allclose(mix_rdms(models, rdms, ridge=0.3).numpy(), expected, atol=1e-9)


def test_missing_pairs_are_left_out_of_their_fit_only(data):
    models, rdms = data
    rdms[1, :7], models[2, 9] = torch.nan, torch.nan
    found = mix_rdms(models, rdms).numpy()
    for row, own in enumerate(rdms.numpy()):
        kept = ~np.isnan(own) & ~models.isnan().any(0).numpy()
        expected = nnls(models.T.numpy()[kept], own[kept])[0]
        np.testing.assert_allclose(found[row], expected, atol=1e-9)


def test_equal_models_mix_to_the_same_prediction(data):
    models, rdms = data
    doubled = torch.cat([models, models[:1]])
    found = mix_rdms(doubled, rdms) @ doubled
    torch.testing.assert_close(found, mix_rdms(models, rdms) @ models)


def test_scores_are_of_pairs_whose_stimuli_were_not_fitted(data):
    models, rdms = data
    folds = kfold(16, 3)
    score, weights = score_mixtures(models, rdms, folds)
    i, j = np.triu_indices(16, 1)
    for k, fold in enumerate(folds):
        test = np.isin(np.arange(16), fold)
        fitted, tested = ~test[i] & ~test[j], test[i] & test[j]
        for row, own in enumerate(rdms.numpy()):
            w = nnls(models.T.numpy()[fitted], own[fitted])[0]
            np.testing.assert_allclose(weights[k, row], w, atol=1e-9)
            expected = spearmanr(w @ models.numpy()[:, tested], own[tested]).statistic
            assert score[k, row].item() == pytest.approx(expected)


def test_what_cannot_be_fitted_or_compared_is_nan(data):
    models, rdms = data
    rdms[0], rdms[1] = torch.nan, -1.0
    assert mix_rdms(models, rdms)[0].isnan().all()
    assert mix_rdms(models, rdms)[1].tolist() == [0.0] * 5
    score, _ = score_mixtures(models, rdms, kfold(16, 2))
    assert score[:, :2].isnan().all()
    assert score[:, 2:].isfinite().all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"models": torch.zeros(2, 6)}, "same stimuli"),
        ({"ridge": -1.0}, "0 or more"),
        ({"folds": kfold(16, 8)}, "fewer folds"),
        ({"comparison": "tau"}, "kendall_tau_a"),
    ],
)
def test_what_does_not_fit_is_refused(data, change, message):
    given = {"models": data[0], "rdms": data[1], "folds": kfold(16, 2)}
    with pytest.raises(ValueError, match=message):
        score_mixtures(**{**given, **change})
