import numpy as np
import pytest
import torch

from explorer.engine.samples import draw_samples, mean_correlation


def test_samples_are_disjoint_and_as_many_as_fit():
    samples = draw_samples(1234, 100)
    assert samples.shape == (12, 100)
    assert samples.unique().numel() == 1200
    assert (samples.diff(dim=1) > 0).all()
    assert int(samples.min()) >= 0
    assert int(samples.max()) < 1234


def test_a_seed_decides_and_more_samples_add_to_fewer():
    few = draw_samples(500, 40, n_samples=3, seed=5)
    assert torch.equal(draw_samples(500, 40, seed=5)[:3], few)
    assert not torch.equal(draw_samples(500, 40, n_samples=3, seed=6), few)


def test_every_stimulus_is_drawn_as_often():
    counts = (
        torch.stack([draw_samples(20, 5, n_samples=1, seed=s)[0] for s in range(2000)])
        .flatten()
        .bincount(minlength=20)
    )
    assert (counts - 500).abs().max() < 5 * 500**0.5


@pytest.mark.parametrize("given", [(99, 100), (10, 0), (10, 5, 3), (10, 5, 0)])
def test_more_than_there_is_is_refused(given):
    n, size, n_samples = (*given, None)[:3]
    with pytest.raises(ValueError, match="disjoint samples"):
        draw_samples(n, size, n_samples=n_samples)


def test_means_are_plain_or_of_fishers_z(normal):
    r = normal(6, 4).tanh()
    torch.testing.assert_close(mean_correlation(iter(r)), r.mean(0))
    expected = torch.from_numpy(np.tanh(np.arctanh(r.numpy()).mean(0)))
    torch.testing.assert_close(mean_correlation(r, fisher=True), expected)
    r[2, 1] = torch.nan
    assert mean_correlation(r).isnan().tolist() == [False, True, False, False]
    with pytest.raises(ValueError, match="no samples"):
        mean_correlation([])
