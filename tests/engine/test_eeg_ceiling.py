import numpy as np
import pytest
import torch

from explorer.engine.eeg_ceiling import half_bounds
from explorer.engine.scores import pearson


@pytest.mark.parametrize("k", [6, 7])
def test_bounds_equal_a_loop_over_halves(k, normal):
    Y = normal(1, 20, 4) + normal(k, 20, 4) + 5
    half, low, up = k // 2, [], []
    for order in torch.rand(30, k, generator=torch.Generator().manual_seed(3)).argsort(1):
        first, second = Y[order < half].mean(0), Y[(order >= half) & (order < 2 * half)].mean(0)
        low.append(pearson(first, second))
        up.append(pearson(first, Y.mean(0)))
    lower, upper = half_bounds(Y, n_splits=30, seed=3)
    torch.testing.assert_close(lower, torch.stack(low).mean(0))
    torch.testing.assert_close(upper, torch.stack(up).mean(0))


def test_a_perfect_model_lies_between_the_bounds(normal):
    signal = normal(100, 20)
    Y = signal + 3 * normal(20, 100, 20)
    lower, upper = (bound.mean().item() for bound in half_bounds(Y, n_splits=20))
    halves = [Y[torch.from_numpy(np.random.default_rng(i).permutation(20)[:10])] for i in range(20)]
    perfect = np.mean([pearson(h.mean(0), signal).mean().item() for h in halves])
    assert lower < perfect < upper


def test_noise_has_an_upper_bound_all_the_same(normal):
    lower, upper = half_bounds(normal(20, 200, 50), n_splits=20)
    assert abs(lower.mean().item()) < 0.02
    assert upper.mean().item() == pytest.approx(0.5**0.5, abs=0.02)


def test_bad_repeats_are_refused_and_nan_stays_alone(normal):
    for shape in ((4, 5), (1, 5, 2), (4, 1, 2)):
        with pytest.raises(ValueError, match="two repeats"):
            half_bounds(normal(*shape))
    Y = normal(4, 9, 3)
    Y[0, 0, 1], Y[:, :, 2] = torch.nan, 1.0
    for bound in half_bounds(Y, n_splits=5):
        assert bound.isnan().tolist() == [False, True, True]
