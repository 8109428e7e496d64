import numpy as np
import pytest
import torch
from scipy.stats import binom

from explorer.engine.cyclic import draw_orders
from explorer.engine.maximum import max_permutation, null_scores
from explorer.engine.scores import pearson
from explorer.engine.stats import permutation_p


def naive(Y, Y_hat, orders, shifts):
    """Pearson r under every shift of every order, one permutation at a time."""
    base = orders[0]
    return torch.stack([pearson(Y[base], Y_hat[o.roll(-k)]) for o in orders for k in shifts])


@pytest.mark.parametrize("two_sided", [False, True])
@pytest.mark.parametrize("circular", [False, True])
def test_maxima_and_p_equal_a_loop_with_the_same_orders(two_sided, circular, normal):
    Y, n = normal(23, 150), 23
    Y_hat = 0.3 * Y + normal(23, 150)
    test = max_permutation(
        Y, Y_hat, n_permutations=60, seed=4, two_sided=two_sided, circular=circular
    )
    r = naive(Y, Y_hat, draw_orders(n, 60, 4, circular=circular), range(n))
    r = r.abs() if two_sided else r
    torch.testing.assert_close(test.maximum, r.amax(1), atol=1e-9, rtol=0)
    expected = (r.amax(1)[:, None] >= r[0] - 1e-12).double().mean(0)
    torch.testing.assert_close(test.p_value, expected, atol=1e-12, rtol=0)


def test_a_minimal_shift_leaves_out_the_near_ones_and_keeps_the_data(normal):
    Y, Y_hat = normal(20, 9), normal(20, 9)
    test = max_permutation(Y, Y_hat, circular=True, min_shift=6)
    r = naive(Y, Y_hat, [torch.arange(20)], [0, *range(6, 15)])
    torch.testing.assert_close(test.maximum, r.amax(1), atol=1e-9, rtol=0)
    for bad in (0, 11):
        with pytest.raises(ValueError, match="min_shift"):
            max_permutation(Y, Y_hat, circular=True, min_shift=bad)


def test_layers_are_corrected_for_together(normal):
    Y, layers = normal(30, 6), normal(3, 30, 6)
    test = max_permutation(Y, layers, n_permutations=50)
    side_by_side = max_permutation(Y.repeat(1, 3), torch.cat(list(layers), 1), n_permutations=50)
    torch.testing.assert_close(test.maximum, side_by_side.maximum)
    torch.testing.assert_close(test.p_value.flatten(), side_by_side.p_value)


def test_one_target_has_the_p_of_the_uncorrected_test(normal):
    Y, Y_hat = normal(40, 1), normal(40, 1)
    torch.testing.assert_close(max_permutation(Y, Y_hat).p_value, permutation_p(Y, Y_hat))


@pytest.mark.parametrize("two_sided", [False, True])
def test_the_familywise_error_is_that_of_the_level(two_sided, normal):
    n_sets, false = 400, 0
    for k in range(n_sets):
        Y = normal(24, 15)
        Y[:, 5:10] = Y[:, :5] + 0.3 * Y[:, 5:10]  # targets that go together
        p = max_permutation(Y, normal(24, 15), n_permutations=99, seed=k, two_sided=two_sided)
        false += bool((p.p_value <= 0.05).any())
    low, high = binom.interval(0.999, n_sets, 0.05)
    assert low <= false <= high


def test_what_is_planted_is_found_and_the_threshold_says_the_same(normal):
    Y = normal(200, 300)
    Y_hat = normal(200, 300)
    Y_hat[:, 7] += Y[:, 7]
    Y_hat[:, 8] -= Y[:, 8]
    one, two = (max_permutation(Y, Y_hat, two_sided=flag) for flag in (False, True))
    assert (one.p_value <= 0.01).nonzero().flatten().tolist() == [7]
    assert (two.p_value <= 0.01).nonzero().flatten().tolist() == [7, 8]
    r = pearson(Y, Y_hat)
    for test, score in ((one, r), (two, r.abs())):
        for level in (0.05, 0.5):
            assert torch.equal(score > test.threshold(level), test.p_value <= level)


def test_a_nan_target_changes_no_other(normal):
    Y, Y_hat = normal(20, 300), normal(20, 300)
    Y[3, 5], Y_hat[:, 200] = torch.nan, 1.0
    kept = [t for t in range(300) if t not in (5, 200)]
    whole, part = max_permutation(Y, Y_hat), max_permutation(Y[:, kept], Y_hat[:, kept])
    assert whole.p_value[[5, 200]].isnan().all()
    torch.testing.assert_close(whole.p_value[kept], part.p_value)
    torch.testing.assert_close(whole.maximum, part.maximum)


def test_nothing_to_test_gives_nothing(normal):
    lost = torch.full((10, 2), torch.nan)
    test = max_permutation(lost, lost)
    assert test.p_value.isnan().all()
    with pytest.raises(ValueError, match="every target is NaN"):
        test.threshold()
    assert max_permutation(lost[:, :0], lost[:, :0]).p_value.shape == (0,)
    with pytest.raises(ValueError, match="1 rows"):
        max_permutation(normal(1, 2), normal(1, 2))
    with pytest.raises(ValueError, match=r"\(10, 2\)"):
        max_permutation(lost, lost[:, :1])
    with pytest.raises(ValueError, match="level is 1"):
        max_permutation(normal(5, 2), normal(5, 2)).threshold(1)


def test_memory_does_not_grow_with_targets_nor_numbers_with_their_blocks(normal):
    Y, Y_hat = normal(16, 700).float(), normal(16, 700).float()
    whole = max_permutation(Y, Y_hat, n_permutations=30)
    halves = [max_permutation(Y[:, b], Y_hat[:, b], n_permutations=30).maximum for b in
              (slice(0, 350), slice(350, 700))]  # fmt: skip
    torch.testing.assert_close(whole.maximum, torch.maximum(*halves))
    assert whole.p_value.dtype == torch.float32


def test_maps_of_chance_share_permutations_and_leave_out_the_data(normal):
    Y, Y_hat = normal(12, 5), normal(12, 5)
    maps = null_scores(Y, Y_hat, n_permutations=20, seed=2)
    expected = naive(Y, Y_hat, draw_orders(12, 20, 2), range(12))[1:]
    torch.testing.assert_close(maps, expected, atol=1e-12, rtol=0)
    p = (1 + (maps >= pearson(Y, Y_hat) - 1e-12).sum(0)) / 24
    torch.testing.assert_close(p.double(), permutation_p(Y, Y_hat, n_permutations=20, seed=2))
    assert np.isfinite(maps.numpy()).all()
