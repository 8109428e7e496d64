import pytest
import torch

from explorer.engine.layer_choice import (
    centre_of_mass,
    choose_nested,
    choose_split_half,
    layer_interval,
)
from explorer.engine.scores import pearson


def curves(Y, Y_hat):
    return torch.stack([pearson(Y, layer) for layer in Y_hat])


def test_the_best_of_32_null_layers_scores_nothing(normal):
    Y, Y_hat = normal(200, 300), normal(32, 200, 300)
    naive = curves(Y, Y_hat).amax(0).mean().item()
    assert naive == pytest.approx(0.145, abs=0.01)
    halves = choose_split_half(Y, Y_hat).score
    nested = choose_nested(curves(normal(500, 300), normal(32, 500, 300)), curves(Y, Y_hat)).score
    for score in (halves, nested):
        assert abs(score.mean().item()) < 3.5 * score.std().item() / 300**0.5


def test_a_planted_layer_is_found_with_its_score(normal):
    Y = normal(200, 100)
    Y_hat = normal(12, 200, 100)
    Y_hat[7] = 0.6 * Y + 0.8 * normal(200, 100)
    choice = choose_split_half(Y, Y_hat)
    assert (choice.layer == 7).all()
    assert choice.score.mean().item() == pytest.approx(0.6, abs=0.02)
    nested = choose_nested(curves(Y[:100], Y_hat[:, :100]), curves(Y[100:], Y_hat[:, 100:]))
    assert (nested.layer == 7).all()


@pytest.mark.parametrize("metric", ["pearson", "r2", "cosine"])
def test_halves_equal_a_loop(metric, normal):
    from explorer.engine import METRICS  # noqa: PLC0415 - the table, for this test only

    Y, Y_hat = normal(21, 9), normal(5, 21, 9)
    odd, even = (
        torch.stack([METRICS[metric].function(Y[k::2], layer[k::2]) for layer in Y_hat])
        for k in (0, 1)
    )
    across = [(even, odd.argmax(0)), (odd, even.argmax(0))]
    expected = torch.stack([c.gather(0, best[None])[0] for c, best in across]).mean(0)
    torch.testing.assert_close(choose_split_half(Y, Y_hat, metric).score, expected)


def test_regions_choose_for_their_mean(normal):
    Y, Y_hat = normal(40, 6), normal(3, 40, 6)
    Y_hat[2, :, :3] += Y[:, :3]
    Y_hat[0, :, 3:] += Y[:, 3:]
    Y[0, 5] = torch.nan
    regions = torch.zeros(3, 6, dtype=torch.bool)
    regions[0, :3], regions[1, 3:], regions[2, 5] = True, True, True
    choice = choose_split_half(Y, Y_hat, regions=regions)
    assert choice.layer[:2].tolist() == [2, 0]
    assert choice.score[2].isnan()
    interval = layer_interval(Y, Y_hat, regions=regions, n_bootstraps=50)
    assert interval.layer[:2].tolist() == [2, 0]
    assert interval.layer[2].isnan()


def test_stretches_of_a_time_series_can_be_the_halves(normal):
    Y, Y_hat = normal(20, 4), normal(3, 20, 4)
    first = torch.arange(20) < 10
    early, late = curves(Y[:10], Y_hat[:, :10]), curves(Y[10:], Y_hat[:, 10:])
    expected = (choose_nested(early, late).score + choose_nested(late, early).score) / 2
    torch.testing.assert_close(choose_split_half(Y, Y_hat, first=first).score, expected)


def test_the_interval_holds_the_planted_layer_and_shares_sum_to_one(normal):
    Y = normal(150, 40)
    strength = torch.exp(-((torch.arange(10) - 6) ** 2) / 4)[:, None, None]
    Y_hat = strength * Y + normal(10, 150, 40)
    found = layer_interval(Y, Y_hat, n_bootstraps=200)
    torch.testing.assert_close(found.share.sum(0), torch.ones(40, dtype=torch.float64))
    assert ((found.low <= found.layer) & (found.layer <= found.high)).all()
    assert ((found.low <= 6) & (found.high >= 6)).double().mean() > 0.9
    assert (found.high - found.low).mean() < 4


def test_the_interval_equals_a_loop_over_resamples(normal):
    from explorer.engine.bootstrap import bootstrap_pearson  # noqa: PLC0415

    Y, Y_hat = normal(30, 5), normal(4, 30, 5)
    drawn = torch.stack([bootstrap_pearson(Y, x, n_bootstraps=99, seed=1) for x in Y_hat])
    best = drawn.argmax(0).double()
    found = layer_interval(Y, Y_hat, n_bootstraps=99, seed=1)
    share = torch.stack([(best == k).double().mean(0) for k in range(4)])
    torch.testing.assert_close(found.share, share)
    for bound, q in ((found.low, 0.025), (found.high, 0.975)):
        expected = torch.quantile(best, q, 0, interpolation="higher")
        assert (bound - expected).abs().max() <= 1
    assert torch.equal(found.layer, curves(Y, Y_hat).argmax(0).double())


def test_the_centre_of_mass_weighs_layers_by_positive_scores():
    curve = torch.tensor([[0.0, -1.0, torch.nan], [1.0, 0.2, -0.1], [1.0, 0.2, torch.nan]])
    torch.testing.assert_close(centre_of_mass(curve)[:2], torch.tensor([1.5, 1.5]))
    assert centre_of_mass(curve)[2].isnan()
    depth = torch.tensor([0.0, 0.5, 1.0])
    assert centre_of_mass(curve, depth)[0].item() == pytest.approx(0.75)


def test_layers_without_scores_are_never_chosen(normal):
    Y, Y_hat = normal(20, 3), normal(4, 20, 3)
    Y_hat[0], Y[2, 1] = torch.nan, torch.nan
    choice = choose_split_half(Y, Y_hat)
    assert choice.layer.isnan().tolist() == [False, True, False]
    assert (choice.layer[[0, 2]] > 0).all()
    interval = layer_interval(Y, Y_hat, n_bootstraps=20)
    assert interval.share[:, 1].isnan().all()
    assert interval.low.isnan().tolist() == [False, True, False]


def test_bad_layers_are_refused(normal):
    with pytest.raises(ValueError, match="expected the same"):
        choose_nested(normal(3, 2), normal(2, 2))
    with pytest.raises(ValueError, match="n_layers"):
        choose_split_half(normal(9, 2), normal(9, 2))
    with pytest.raises(ValueError, match="not halves"):
        choose_split_half(normal(9, 2), normal(3, 9, 2), first=torch.zeros(9, dtype=torch.bool))
    with pytest.raises(ValueError, match="level"):
        layer_interval(normal(9, 2), normal(3, 9, 2), level=2)
    with pytest.raises(ValueError, match="places"):
        centre_of_mass(normal(3, 2), normal(2))
