import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, pearsonr
from statsmodels.stats.multitest import multipletests

from explorer.engine.rdm import RDM_COMPARISONS, compare_rdms, condense, rdm, square
from explorer.engine.resampling import draw_counts
from explorer.engine.scores import pearson
from explorer.engine.stats import (
    bootstrap_rdm,
    fdr_bh,
    fdr_by,
    permutation_p,
    rdm_permutation_p,
    two_sided_p,
)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_q_values_equal_scipy(p):
    expected = torch.from_numpy(false_discovery_control(p))
    torch.testing.assert_close(fdr_bh(torch.tensor(p, dtype=torch.float64)), expected)


@pytest.mark.parametrize(("function", "name"), [(fdr_bh, "fdr_bh"), (fdr_by, "fdr_by")])
def test_q_values_equal_statsmodels(function, name, normal):
    p = normal(200).sigmoid() ** 3
    expected = torch.from_numpy(multipletests(p.numpy(), method=name)[1])
    torch.testing.assert_close(function(p), expected)


def test_two_sided_p_equals_scipy(normal):
    Y, Y_hat = normal(20, 3), normal(20, 3)
    found = two_sided_p(pearson(Y, Y_hat), 20)
    expected = [pearsonr(a, b).pvalue for a, b in zip(Y.T, Y_hat.T, strict=True)]
    assert found.tolist() == pytest.approx(expected)


def test_what_was_not_tested_does_not_count():
    p = torch.tensor([[0.01, torch.nan], [0.04, 0.03]])
    torch.testing.assert_close(fdr_bh(p)[~p.isnan()], fdr_bh(p[~p.isnan()]))
    assert fdr_bh(p).isnan().tolist() == [[False, True], [False, False]]
    assert fdr_bh(torch.tensor([torch.nan])).isnan().all()
    for bad in (1.2, -0.1, torch.inf):
        for function in (fdr_bh, fdr_by):
            with pytest.raises(ValueError, match="expected 0 to 1"):
                function(torch.tensor([bad]))


@pytest.mark.parametrize(("n", "n_permutations"), [(60, 50), (37, 200)])
def test_permutation_p_is_uniform_under_the_null(n, n_permutations, normal):
    p = permutation_p(normal(n, 4000), normal(n, 4000), n_permutations=n_permutations)
    for level in (0.05, 0.2, 0.5):
        assert (p <= level).double().mean().item() == pytest.approx(level, abs=0.02)


def test_permutation_p_agrees_with_a_loop_of_permutations(normal):
    Y = normal(30, 8)
    Y_hat = 0.3 * Y + normal(30, 8)
    rng = np.random.default_rng(0)
    draws = [pearson(Y, Y_hat[torch.from_numpy(rng.permutation(30))]) for _ in range(4000)]
    expected = (torch.stack(draws) >= pearson(Y, Y_hat)).double().mean(0)
    p = permutation_p(Y, Y_hat, n_permutations=4000)
    torch.testing.assert_close(p, expected, atol=0.03, rtol=0)


def test_permutation_p_counts_the_data_themselves(normal):
    Y = normal(50, 3)
    assert permutation_p(Y, Y, n_permutations=120).tolist() == pytest.approx([1 / 150] * 3)
    constant = torch.ones(50, 3, dtype=torch.float64)
    assert permutation_p(Y, constant).isnan().all()
    tied = torch.tensor([0.0, 1.0] * 25, dtype=torch.float64)[:, None]
    assert permutation_p(tied, tied, n_permutations=49, circular=True).item() == pytest.approx(0.5)


def autocorrelated(normal, n, n_targets, phi=0.9):
    noise, series = normal(n + 50, n_targets), []
    x = torch.zeros(n_targets, dtype=torch.float64)
    for step in noise:
        x = phi * x + step
        series.append(x)
    return torch.stack(series[50:])


def test_circular_shifts_hold_the_level_in_time_series_where_shuffles_do_not(normal):
    Y, Y_hat = autocorrelated(normal, 300, 1000), autocorrelated(normal, 300, 1000)
    shuffled, circular = (permutation_p(Y, Y_hat, circular=flag) for flag in (False, True))
    assert (shuffled <= 0.05).double().mean() > 0.2
    assert (circular <= 0.05).double().mean().item() == pytest.approx(0.05, abs=0.025)


def test_circular_p_equals_a_loop_over_all_shifts(normal):
    Y, Y_hat = normal(20, 5), normal(20, 5)
    r = torch.stack([pearson(Y, Y_hat.roll(k, 0)) for k in range(20)])
    expected = (r >= r[0] - 1e-12).double().mean(0)
    torch.testing.assert_close(permutation_p(Y, Y_hat, circular=True), expected)


def test_too_little_to_permute_is_refused(normal):
    with pytest.raises(ValueError, match="0 permutations of 5 rows"):
        permutation_p(normal(5, 1), normal(5, 1), n_permutations=0)


@pytest.mark.parametrize("method", ["spearman", "pearson", "kendall_tau_a"])
def test_rdm_permutation_p_agrees_with_a_loop_over_stimuli(method, normal):
    a, b = rdm(normal(7, 5)), torch.stack([rdm(normal(7, 5)) for _ in range(2)])
    b[0] += a
    rng, count = np.random.default_rng(1), 0
    observed = compare_rdms(a[None], b, method)
    for _ in range(400):
        order = torch.from_numpy(rng.permutation(7))
        permuted = condense(square(a)[order][:, order])
        count = count + (compare_rdms(permuted[None], b, method) >= observed - 1e-9)[0].double()
    p = rdm_permutation_p(a[None], b, method, 400)
    torch.testing.assert_close(p, (1 + count) / 401, atol=0.1, rtol=0)


def test_rdm_permutation_p_holds_its_level_and_finds_what_is_there(normal):
    model = rdm(normal(12, 8))
    null = rdm(normal(600, 12, 8))
    p = rdm_permutation_p(model[None], null, n_permutations=200)
    assert (p <= 0.05).double().mean().item() == pytest.approx(0.05, abs=0.03)
    assert rdm_permutation_p(model[None], model[None] ** 2).item() == pytest.approx(1 / 1001)


def test_rdm_permutation_p_allows_missing_pairs(normal):
    a, b = rdm(normal(10, 5))[None], rdm(normal(2, 10, 5))
    b[0, 3] = torch.nan
    p = rdm_permutation_p(a, b, n_permutations=100)
    whole = rdm_permutation_p(a, b[1:], n_permutations=100)
    assert p[1] == whole[0]
    assert 0 < p[0] <= 1
    a[0, :9] = torch.nan
    assert rdm_permutation_p(a, b, n_permutations=20).isfinite().all()
    with pytest.raises(ValueError, match="holds 2 RDMs"):
        rdm_permutation_p(b, a)


def copies(rdms, count):
    """RDMs of a resample, copied entry by entry, without pairs of a stimulus with itself."""
    drawn = torch.arange(len(count)).repeat_interleave(count.long())
    i, j = torch.triu_indices(len(drawn), len(drawn), 1)
    i, j = drawn[i], drawn[j]
    return square(rdms)[:, i[i != j], j[i != j]]


@pytest.mark.parametrize("method", RDM_COMPARISONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bootstrap_rdm_equals_copied_entries(method, dtype, normal):
    a, b = (rdm(normal(k, 9, 6)).to(dtype) for k in (2, 3))
    b[0] = b[0].round(decimals=1)  # ties
    b[2, 4] = torch.nan
    drawn = bootstrap_rdm(a, b, method, n_bootstraps=70, seed=3)
    assert drawn.dtype == dtype
    for k, count in enumerate(draw_counts(9, 70, 3)):
        x, y = copies(a, count).double(), copies(b, count).double()
        for j in range(3):
            kept = ~y[j].isnan()
            padded = [_stack_of_pairs(rows[:, kept]) for rows in (x, y[j : j + 1])]
            expected = compare_rdms(*padded, method)[:, 0]
            torch.testing.assert_close(drawn[k, :, j].double(), expected, atol=1e-6, rtol=0)


def _stack_of_pairs(rows):
    """Fill up with missing pairs to a number of pairs that an RDM can have."""
    n = 2
    while n * (n - 1) // 2 < rows.shape[1]:
        n += 1
    missing = n * (n - 1) // 2 - rows.shape[1]
    return torch.cat([rows, rows.new_full((len(rows), missing), torch.nan)], 1)


def test_a_constant_rdm_stays_nan_in_every_resample(normal):
    a = torch.full((1, 10), 0.1, dtype=torch.float64)
    for method in ("spearman", "pearson", "kendall_tau_a"):
        assert bootstrap_rdm(a, normal(1, 10), method, n_bootstraps=5).isnan().all()
