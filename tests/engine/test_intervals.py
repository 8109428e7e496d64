from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.stats import bootstrap

from explorer.engine.bootstrap import bootstrap_pearson, jackknife_score
from explorer.engine.intervals import bca_interval, percentile_interval
from explorer.engine.scores import pearson


def correlate(x, y, axis=-1):
    x, y = x - x.mean(axis, keepdims=True), y - y.mean(axis, keepdims=True)
    return (x * y).sum(axis) / np.sqrt((x**2).sum(axis) * (y**2).sum(axis))


@pytest.mark.parametrize("method", ["percentile", "BCa"])
def test_intervals_equal_scipy_on_the_same_resamples(method, normal):
    Y = normal(30, 4).exp()
    Y_hat = Y + normal(30, 4)
    samples = bootstrap_pearson(Y, Y_hat, n_bootstraps=500)
    if method == "BCa":
        found = bca_interval(samples, pearson(Y, Y_hat), jackknife_score(Y, Y_hat), 0.9)
    else:
        found = percentile_interval(samples, 0.9)
    for t in range(4):
        drawn = SimpleNamespace(bootstrap_distribution=samples[:, t].numpy())
        expected = bootstrap(
            (Y[:, t].numpy(), Y_hat[:, t].numpy()), correlate, paired=True, n_resamples=0,
            bootstrap_result=drawn, method=method, confidence_level=0.9,
        ).confidence_interval  # fmt: skip
        assert found[:, t].tolist() == pytest.approx(list(expected), abs=1e-12)


def test_bca_of_subjects_equals_scipy(normal):
    values = normal(12).exp()
    rng = np.random.default_rng(0)
    samples = values[torch.from_numpy(rng.integers(12, size=(800, 12)))].mean(1)
    left_out = (values.sum() - values) / 11
    drawn = SimpleNamespace(bootstrap_distribution=samples.numpy())
    expected = bootstrap(
        (values.numpy(),), np.mean, n_resamples=0, bootstrap_result=drawn
    ).confidence_interval
    found = bca_interval(samples[:, None], values.mean()[None], left_out[:, None])
    assert found[:, 0].tolist() == pytest.approx(list(expected))


def test_bca_covers_a_skewed_mean_better_than_percentiles(normal):
    x = normal(15, 1000).exp()
    counts = torch.from_numpy(np.random.default_rng(0).multinomial(15, [1 / 15] * 15, 500)) / 15.0
    samples, left_out = counts.double() @ x, (x.sum(0) - x) / 14
    truth, covered = np.exp(0.5), []
    for low, high in (percentile_interval(samples), bca_interval(samples, x.mean(0), left_out)):
        covered.append(((low < truth) & (high > truth)).double().mean().item())
    assert covered[1] > covered[0] + 0.01


def test_what_is_unknown_has_no_interval(normal):
    samples, observed, left_out = normal(50, 3), normal(3), normal(9, 3)
    samples[:, 1], observed[2] = torch.nan, 100.0
    assert bca_interval(samples, observed, left_out).isnan().all(0).tolist() == [False, True, True]
    assert percentile_interval(samples).isnan().all(0).tolist() == [False, True, False]
    assert bca_interval(samples, observed, left_out * 0).isnan().all()


def test_impossible_intervals_are_refused(normal):
    for level in (0, 1, 95):
        with pytest.raises(ValueError, match="level"):
            percentile_interval(normal(5, 2), level)
    with pytest.raises(ValueError, match="no bootstrap sample"):
        percentile_interval(normal(0, 2))
    with pytest.raises(ValueError, match="do not fit"):
        bca_interval(normal(5, 2), normal(3), normal(4, 2))
