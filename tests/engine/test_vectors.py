import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from explorer.engine.vectors import mid_ranks, unit


@given(st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=1, max_size=5))
def test_mid_ranks_equal_scipy_with_ties(rows):
    x = torch.tensor(rows, dtype=torch.float32)
    assert torch.equal(mid_ranks(x), torch.from_numpy(rankdata(rows, axis=1)).float())


def test_mid_ranks_of_one_or_no_element():
    assert mid_ranks(torch.ones(2, 1)).tolist() == [[1.0], [1.0]]
    assert mid_ranks(torch.ones(2, 0)).shape == (2, 0)


def test_inner_products_of_unit_vectors_are_correlations(normal):
    x = normal(20, 3)
    expected = torch.from_numpy(np.corrcoef(x.numpy().T))
    torch.testing.assert_close(unit(x, 0).T @ unit(x, 0), expected)


def test_a_constant_vector_has_no_direction():
    constant = torch.full((7, 1), 0.1, dtype=torch.float64)
    assert unit(constant, 0).isnan().all()
    assert not unit(constant, 0, centre=False).isnan().any()
    assert unit(torch.zeros(7, 1), 0, centre=False).isnan().all()
    assert unit(torch.full((7, 1), 5.0) + torch.eye(7)[:, :1] * 1e-6, 0).isnan().all()


def test_a_large_mean_costs_no_accuracy(normal):
    x = normal(50, 2).float()
    torch.testing.assert_close(unit(x + 1000, 0), unit(x, 0), atol=2e-4, rtol=0)
    shifted = x.double() + 1e9
    torch.testing.assert_close(unit(shifted, 0), unit(x, 0), atol=1e-6, rtol=0)
