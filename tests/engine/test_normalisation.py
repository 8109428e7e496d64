import pytest
import torch

from explorer.engine.normalisation import normalise, ratio_of_means, signed_root, signed_square


def test_division_is_plain_counted_and_never_clipped():
    score = torch.tensor([0.3, 0.6, -0.1, 0.2, torch.nan, 0.1])
    ceiling = torch.tensor([0.6, 0.5, 0.5, 0.01, 0.5, torch.nan])
    found = normalise(score, ceiling, 0.1)
    torch.testing.assert_close(found.value[:3], torch.tensor([0.5, 1.2, -0.2]))
    assert found.value[3:].isnan().all()
    assert found.masked.tolist() == [False, False, False, True, False, True]
    assert found.above.tolist() == [False, True, False, False, False, False]
    assert (found.n_masked, found.n_above) == (2, 1)


def test_a_ceiling_serves_every_layer():
    score = torch.tensor([[0.2, 0.4], [0.1, 0.2]])
    found = normalise(score, torch.tensor([0.4, 0.0]), 0.0)
    torch.testing.assert_close(found.value[:, 0], torch.tensor([0.5, 0.25]))
    assert found.n_masked == 2


def test_the_ratio_of_means_does_not_explode_where_the_mean_ratio_does(normal):
    ceiling = normal(20000).pow(4).clamp(1e-6, 1)
    score = 0.5 * ceiling + 0.05 * normal(20000)
    assert normalise(score, ceiling, 0.0).value.mean(0).sub(0.5).abs() > 1
    assert ratio_of_means(score, ceiling).item() == pytest.approx(0.5, abs=0.01)
    assert normalise(score, ceiling, 0.05).value.nanmean().item() == pytest.approx(0.5, abs=0.02)


def test_the_ratio_counts_targets_that_have_both():
    score = torch.tensor([0.2, torch.nan, 0.4, 0.9])
    ceiling = torch.tensor([0.4, 0.9, torch.nan, 0.05])
    assert ratio_of_means(score, ceiling, 0.1).item() == pytest.approx(0.5)
    assert ratio_of_means(score * torch.nan, ceiling).isnan()


def test_units_convert_there_and_back_and_keep_the_sign():
    r = torch.tensor([-0.5, 0.0, 0.3, torch.nan])
    torch.testing.assert_close(signed_square(r)[:3], torch.tensor([-0.25, 0.0, 0.09]))
    torch.testing.assert_close(signed_root(signed_square(r)), r, equal_nan=True)


def test_bad_ceilings_are_refused():
    with pytest.raises(ValueError, match="percentages"):
        normalise(torch.tensor([0.3]), torch.tensor([40.0]), 0.1)
    for floor in (-0.1, float("nan")):
        with pytest.raises(ValueError, match="floor"):
            ratio_of_means(torch.tensor([0.3]), torch.tensor([0.4]), floor)
    with pytest.raises(ValueError, match="shapes that fit"):
        normalise(torch.zeros(3), torch.zeros(2), 0.1)
