"""Scores that are pooled over folds, and their resampling, against loops."""

import numpy as np
import pytest
import torch

from explorer.engine import METRICS
from explorer.engine.bootstrap import bootstrap_score
from explorer.engine.folds import kfold
from explorer.engine.foldwise import scale_folds
from explorer.engine.resampling import draw_counts


def pair(n=40, n_targets=3):
    generator = torch.Generator().manual_seed(0)
    Y = torch.randn(n, n_targets, generator=generator, dtype=torch.float64)
    noise = torch.randn(n, n_targets, generator=generator, dtype=torch.float64)
    return Y, 0.5 * Y + noise + 0.3


@pytest.mark.parametrize("metric", list(METRICS))
@pytest.mark.parametrize("n_folds", [1, 4, 7])  # 40 is no multiple of 7
def test_pooled_score_is_the_mean_over_folds(metric, n_folds):
    Y, Y_hat = pair()
    folds = kfold(40, n_folds, seed=0) if n_folds > 1 else [torch.arange(40)]
    score = METRICS[metric].function
    by_fold = torch.stack([score(Y[fold], Y_hat[fold]) for fold in folds])
    weights = torch.tensor([len(fold) / 40 for fold in folds], dtype=torch.float64)
    pooled = score(*scale_folds(Y, Y_hat, folds, metric))
    torch.testing.assert_close(pooled, weights @ by_fold)


@pytest.mark.parametrize("metric", list(METRICS))
def test_target_that_has_no_score_in_a_fold_has_none(metric):
    Y, Y_hat = pair()
    folds = kfold(40, 4, seed=None)
    Y[:10, 1] = 0
    pooled = METRICS[metric].function(*scale_folds(Y, Y_hat, folds, metric))
    assert pooled.isnan().tolist() == [False, True, False]


@pytest.mark.parametrize("metric", ["r2", "cosine", "pearson"])
def test_bootstrap_is_a_loop_over_resamples(metric):
    Y, Y_hat = pair()
    samples = bootstrap_score(Y, Y_hat, metric, n_bootstraps=20, seed=4)
    counts = draw_counts(40, 20, 4).long().numpy()
    for sample, count in zip(samples, counts, strict=True):
        rows = np.repeat(np.arange(40), count)
        expected = METRICS[metric].function(Y[rows], Y_hat[rows])
        torch.testing.assert_close(sample, expected)


@pytest.mark.parametrize("metric", ["r2", "cosine"])
def test_bootstrap_of_volts_equals_that_of_microvolts(metric):
    Y, Y_hat = pair()
    small = bootstrap_score(1e-6 * Y, 1e-6 * Y_hat, metric, n_bootstraps=5)
    torch.testing.assert_close(small, bootstrap_score(Y, Y_hat, metric, n_bootstraps=5))


def test_bootstrap_of_an_unknown_metric_lists_what_there_is():
    with pytest.raises(ValueError, match="expected one of pearson, r2, cosine"):
        bootstrap_score(*pair(), "accuracy")
