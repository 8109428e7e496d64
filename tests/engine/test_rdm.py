import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform
from scipy.stats import kendalltau, pearsonr, spearmanr

from explorer.engine.rdm import (
    RDM_COMPARISONS,
    RDM_METHODS,
    compare_rdms,
    condense,
    count_stimuli,
    rdm,
    square,
)


def tau_a(a, b):
    sign = [np.sign(x[:, None] - x)[np.triu_indices(len(x), 1)] for x in (a, b)]
    return (sign[0] * sign[1]).mean()


PEERS = {
    "spearman": lambda a, b: spearmanr(a, b).statistic,
    "pearson": lambda a, b: pearsonr(a, b).statistic,
    "kendall_tau_a": tau_a,
    "cosine": lambda a, b: a @ b / np.linalg.norm(a) / np.linalg.norm(b),
}


def loop(a, b, method):
    """The similarity of each two RDMs over the pairs that both have."""
    out = np.full((len(a), len(b)), np.nan)
    for i, x in enumerate(a.double().numpy()):
        for j, y in enumerate(b.double().numpy()):
            kept = ~(np.isnan(x) | np.isnan(y))
            out[i, j] = PEERS[method](x[kept], y[kept])
    return torch.from_numpy(out)


@pytest.mark.parametrize("method", RDM_METHODS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rdms_equal_scipy(method, dtype, normal):
    X = (normal(2, 9, 5) + 1).to(dtype)
    expected = np.stack([pdist(x.double().numpy(), method) for x in X])
    made = rdm(X, method)
    assert made.dtype == dtype
    torch.testing.assert_close(made.double(), torch.from_numpy(expected), atol=1e-6, rtol=1e-7)


@pytest.fixture
def compiled(monkeypatch):
    """What is compiled for many patterns is taken for few."""
    monkeypatch.setattr("explorer.engine.distances.MANY", 0)
    monkeypatch.setattr("explorer.engine.rdm.MANY", 0)


@pytest.mark.parametrize("method", ["correlation", "cosine"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_many_patterns_have_the_same_rdms(method, dtype, normal, request):
    X = normal(3, 90, 7).to(dtype)
    X[0, 4], X[1, 5, 2], X[2, 3] = 0, torch.nan, X[2, 8]
    expected = rdm(X, method)
    request.getfixturevalue("compiled")
    found = rdm(X.transpose(0, 1).contiguous().transpose(0, 1), method)  # whatever the strides
    torch.testing.assert_close(found, expected, equal_nan=True)
    assert found[2].min() < 1e-7
    assert 0 <= found.nan_to_num(nan=0).min() <= found.nan_to_num(nan=0).max() <= 2


@pytest.mark.parametrize("method", ["spearman", "pearson", "cosine"])
def test_many_rdms_compare_the_same(method, normal, request):
    a, b = normal(4, 45).float(), normal(3, 45).float()
    a[1], b[2, 3] = 1.0, torch.nan
    expected = compare_rdms(a, b, method)
    request.getfixturevalue("compiled")
    torch.testing.assert_close(compare_rdms(a, b, method), expected, equal_nan=True)


@pytest.mark.parametrize("method", RDM_METHODS)
def test_equal_patterns_are_at_distance_zero(method, normal):
    X = (normal(1, 6) + 1e4).expand(3, 6)
    assert rdm(X, method).abs().max() < 1e-7


@pytest.mark.parametrize(("method", "value"), [("correlation", 2.0), ("cosine", 0.0)])
def test_a_pattern_without_direction_gives_nan_pairs(method, value, normal):
    X = normal(4, 6)
    X[1] = value
    assert square(rdm(X, method))[1, [0, 2, 3]].isnan().all()
    assert rdm(X, method).isnan().sum() == 3


@pytest.mark.parametrize("method", RDM_COMPARISONS)
def test_comparisons_equal_scipy_with_ties(method, normal):
    a, b = normal(3, 15).round(decimals=1) + 2, (2 * normal(2, 15)).round() + 2
    torch.testing.assert_close(compare_rdms(a, b, method), loop(a, b, method))


@pytest.mark.parametrize("method", RDM_COMPARISONS)
def test_missing_pairs_are_left_out_of_their_comparison_only(method, normal):
    a, b = normal(4, 21), normal(3, 21)
    a[0, 3:6], a[2, :2], b[1, 4], b[2, 4] = torch.nan, torch.nan, torch.nan, torch.nan
    torch.testing.assert_close(compare_rdms(a, b, method), loop(a, b, method))


@pytest.mark.parametrize("method", RDM_COMPARISONS)
def test_an_rdm_that_says_nothing_compares_as_nan(method, normal):
    a = torch.full((3, 6), torch.nan, dtype=torch.float64)
    a[1], a[2, 0] = 0, 1
    assert compare_rdms(a, normal(2, 6), method).isnan().all()


def test_tau_a_counts_ties_as_neither(normal):
    a, b = torch.tensor([[1.0, 1, 2]]), torch.tensor([[1.0, 2, 3]])
    assert compare_rdms(a, b, "kendall_tau_a").item() == pytest.approx(2 / 3)
    x, y = normal(1, 10), normal(1, 10)
    without_ties = kendalltau(x[0], y[0]).statistic
    assert compare_rdms(x, y, "kendall_tau_a").item() == pytest.approx(without_ties)


@given(st.integers(2, 12), st.integers(0, 1000))
def test_square_and_condense_are_inverse_and_ordered_as_in_scipy(n, seed):
    pairs = torch.rand(n * (n - 1) // 2, generator=torch.Generator().manual_seed(seed))
    assert torch.equal(square(pairs), torch.from_numpy(squareform(pairs.numpy())))
    assert torch.equal(condense(square(pairs)), pairs)
    assert count_stimuli(len(pairs)) == n


def test_condense_keeps_nan_pairs():
    pairs = torch.tensor([[1.0, torch.nan, 3.0]])
    torch.testing.assert_close(condense(square(pairs)), pairs, equal_nan=True)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (torch.tensor([[0.0, 1.0], [2.0, 0.0]]), "not symmetric"),
        (torch.ones(2, 2), "diagonal"),
        (torch.zeros(2, 3), "shape"),
        (torch.full((2, 2), torch.nan), "diagonal"),
    ],
)
def test_matrices_that_are_no_rdms_are_refused(matrix, message):
    with pytest.raises(ValueError, match=message):
        condense(matrix)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rdm(torch.zeros(3, 2), "mahalanobis"), "correlation, cosine, euclidean"),
        (lambda: compare_rdms(torch.zeros(1, 3), torch.zeros(1, 3), "tau"), "kendall_tau_a"),
        (lambda: compare_rdms(torch.zeros(1, 3), torch.zeros(1, 6)), "same stimuli"),
        (lambda: square(torch.zeros(5)), "5 pairs"),
    ],
)
def test_wrong_names_and_shapes_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
