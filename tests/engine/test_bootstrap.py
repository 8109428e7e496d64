import pytest
import torch

from explorer.engine import METRICS
from explorer.engine.bootstrap import (
    bootstrap_pearson,
    bootstrap_score,
    jackknife_score,
    weighted_score,
)
from explorer.engine.resampling import draw_counts
from explorer.engine.scores import pearson


def test_bootstrap_pearson_equals_copied_rows(normal):
    Y, Y_hat = normal(12, 5) + 100, normal(12, 5)
    drawn = bootstrap_pearson(Y, Y_hat, n_bootstraps=30, seed=2, batch_targets=2)
    for r, count in zip(drawn, draw_counts(12, 30, 2), strict=True):
        rows = torch.arange(12).repeat_interleave(count.long())
        torch.testing.assert_close(r, pearson(Y[rows], Y_hat[rows]))


def test_bootstrap_quantiles_are_those_of_the_resamples(normal):
    Y, Y_hat = normal(20, 3).float(), normal(20, 3).float()
    drawn = bootstrap_pearson(Y, Y_hat, n_bootstraps=99)
    bounds = bootstrap_pearson(Y, Y_hat, n_bootstraps=99, quantiles=(0.025, 0.975))
    expected = drawn.quantile(torch.tensor([0.025, 0.975]), 0)
    torch.testing.assert_close(bounds, expected, atol=1e-5, rtol=0)


def test_bootstrap_intervals_cover_the_truth(normal):
    Y = normal(200, 300)
    Y_hat = 0.5 * Y + 0.75**0.5 * normal(200, 300)
    low, high = bootstrap_pearson(Y, Y_hat, n_bootstraps=300, quantiles=(0.05, 0.95))
    covered = ((low < 0.5) & (high > 0.5)).double().mean().item()
    assert covered == pytest.approx(0.9, abs=0.05)


def test_a_resample_without_the_only_row_that_differs_is_nan(normal):
    Y = torch.zeros(5, 1, dtype=torch.float64)
    Y[0] = 1
    r = bootstrap_pearson(Y, normal(5, 1), n_bootstraps=50, seed=0)
    absent = draw_counts(5, 50, 0)[:, 0] == 0
    assert absent.any()
    assert r[absent].isnan().all()
    assert bootstrap_pearson(Y, 0 * Y, quantiles=(0.5,)).isnan().all()


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_resampled_as_if_rows_were_copied(metric, normal):
    Y, Y_hat = normal(15, 4) + 1, normal(15, 4) + 1
    drawn = bootstrap_score(Y, Y_hat, metric, n_bootstraps=20, seed=1)
    for k, count in enumerate(draw_counts(15, 20, 1).long()):
        rows = torch.arange(15).repeat_interleave(count)
        expected = METRICS[metric].function(Y[rows], Y_hat[rows])
        torch.testing.assert_close(drawn[k], expected, atol=1e-9, rtol=0)


@pytest.mark.parametrize("metric", METRICS)
def test_the_jackknife_leaves_out_each_stimulus(metric, normal):
    Y, Y_hat = normal(9, 3), normal(9, 3)
    for i, found in enumerate(jackknife_score(Y, Y_hat, metric)):
        kept = torch.arange(9) != i
        expected = METRICS[metric].function(Y[kept], Y_hat[kept])
        torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)


def test_a_nan_target_stays_alone(normal):
    Y = normal(9, 3)
    Y[4, 1] = torch.nan
    for drawn in (bootstrap_pearson(Y, normal(9, 3)), jackknife_score(Y, normal(9, 3))):
        assert drawn.isnan().any(0).tolist() == [False, True, False]


def test_what_cannot_be_resampled_is_refused(normal):
    Y = normal(9, 3)
    with pytest.raises(ValueError, match="0 resamples of 9"):
        bootstrap_pearson(Y, Y, n_bootstraps=0)
    with pytest.raises(ValueError, match="metric is 'rho'"):
        bootstrap_score(Y, Y, "rho")
    with pytest.raises(ValueError, match="at least 2"):
        jackknife_score(Y[:1], Y[:1])
    with pytest.raises(ValueError, match=r"expected \(n_resamples, 9\)"):
        weighted_score(Y, Y, torch.ones(2, 8), "pearson")
