import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from explorer.engine import ranks as module
from explorer.engine.ranks import rank_rows, rank_triangles
from explorer.engine.vectors import mid_ranks


def centred(x):
    """Mid-ranks of scipy less their mean."""
    return rankdata(x, axis=1) - (x.shape[1] + 1) / 2


SERIES = {
    "normal": lambda x: x,
    "ties": lambda x: x.round(),
    "all equal": np.zeros_like,
    "heavy tails": lambda x: x**21,
    "one far outlier": lambda x: np.where(np.arange(x.shape[1]) == 3, 1e7, x),
    "infinite": lambda x: np.where(np.arange(x.shape[1]) == 3, np.inf, x),
    "subnormal": lambda x: x * 1e-40,
    "huge": lambda x: x * 1e35,
    "equal but for the last bits": lambda x: 1 + 1e-6 * x,
}


@pytest.mark.parametrize("series", SERIES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ranks_are_exactly_scipys(series, dtype):
    x = np.random.default_rng(0).standard_normal((3, 4000))
    x = SERIES[series](x).astype(dtype)
    np.testing.assert_array_equal(rank_rows(torch.from_numpy(x)).numpy(), centred(x))


@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=30))
def test_ranks_of_any_row_are_scipys(values):
    x = np.array([values], np.float32)
    np.testing.assert_array_equal(rank_rows(torch.from_numpy(x)).numpy(), centred(x))


def test_triangles_are_ranked_in_condensed_order(normal):
    G = normal(5, 30, 30).float()
    i, j = np.triu_indices(30, 1)
    np.testing.assert_array_equal(rank_triangles(G).numpy(), centred(G.numpy()[:, i, j]))


def test_a_row_with_nan_is_nan_and_changes_no_other():
    x = torch.tensor([[1.0, torch.nan, 0.0], [3.0, 1.0, 2.0]])
    assert rank_rows(x)[0].isnan().all()
    assert rank_rows(x)[1].tolist() == [1.0, -1.0, 0.0]


def test_threads_change_no_rank(normal):
    x = normal(7, 500)
    expected = rank_rows(x)
    torch.set_num_threads(3)
    assert torch.equal(rank_rows(x), expected)


def test_mid_ranks_of_many_elements_take_the_compiled_way(normal, monkeypatch):
    x = normal(2, 50).round(decimals=1)
    expected = mid_ranks(x)
    monkeypatch.setattr("explorer.engine.vectors.MANY", 0)
    calls, ranked = [], module.rank_rows
    monkeypatch.setattr(module, "rank_rows", lambda x: calls.append(x) or ranked(x))
    assert torch.equal(mid_ranks(x), expected)
    assert calls
