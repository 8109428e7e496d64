import torch

from explorer.engine.resampling import draw_counts, pair_weights, weighted_similarity


def test_counts_are_those_of_n_draws():
    counts = draw_counts(8, 2000, seed=0)
    assert counts.sum(1).eq(8).all()
    assert (counts.mean(0) - 1).abs().max() < 0.1
    assert torch.equal(counts, draw_counts(8, 2000, seed=0))


def test_a_pair_weighs_the_product_of_its_counts():
    weights = pair_weights(torch.tensor([[2.0, 1.0, 0.0], [1.0, 1.0, 1.0]]))
    assert weights.T.tolist() == [[2, 0, 0], [1, 1, 1]]


def test_large_totals_are_ranked_in_float64(normal):
    a, b = normal(1, 10), normal(1, 10)
    weights = torch.ones(10, 1, dtype=torch.float64)
    small = weighted_similarity(a, b, weights, "spearman")
    large = weighted_similarity(a, b, weights * 2**30, "spearman")
    torch.testing.assert_close(small, large)
