import pytest
import torch
from scipy import stats
from statsmodels.stats.multitest import multipletests

from explorer.engine.group import group_map, one_sample_t, sign_flip, unpaired_t, wilcoxon


def test_t_tests_equal_scipy(normal):
    a, b = normal(8, 50) + 0.5, normal(8, 50)
    cases = [
        (one_sample_t(a), stats.ttest_1samp(a.numpy(), 0)),
        (one_sample_t(a - b), stats.ttest_rel(a.numpy(), b.numpy())),
        (unpaired_t(a, b), stats.ttest_ind(a.numpy(), b.numpy())),
    ]
    for ours, theirs in cases:
        torch.testing.assert_close(ours.statistic, torch.from_numpy(theirs.statistic))
        torch.testing.assert_close(ours.p_value, torch.from_numpy(theirs.pvalue))


def test_effect_sizes_are_means_over_deviations(normal):
    a, b = normal(7, 5) + 1, normal(9, 5)
    torch.testing.assert_close(one_sample_t(a).effect, a.mean(0) / a.std(0))
    pooled = ((6 * a.var(0) + 8 * b.var(0)) / 14).sqrt()
    torch.testing.assert_close(unpaired_t(a, b).effect, (a.mean(0) - b.mean(0)) / pooled)


@pytest.mark.parametrize("n", [5, 20])
def test_wilcoxon_equals_scipy_target_by_target(n, normal):
    x = normal(n, 12) + 0.3
    x[0, 3], x[1, 4], x[0, 5] = 0.0, x[0, 4], torch.nan  # a zero, a tie, a missing value
    ours = wilcoxon(x)
    for t in (t for t in range(12) if t != 5):
        theirs = stats.wilcoxon(x[:, t].numpy())
        assert ours.statistic[t].item() == pytest.approx(theirs.statistic)
        assert ours.p_value[t].item() == pytest.approx(theirs.pvalue)
    assert ours.p_value[5].isnan()
    assert wilcoxon(torch.zeros(6, 1)).p_value.isnan()


def test_few_subjects_get_the_exact_sign_flip_p_of_scipy(normal):
    x = normal(7, 20) + 0.4
    ours = sign_flip(x)
    theirs = stats.permutation_test(
        (x.numpy(),), lambda x, axis: x.mean(axis), permutation_type="samples", n_resamples=10_000
    )
    torch.testing.assert_close(ours.p_value, torch.from_numpy(theirs.pvalue))
    assert sign_flip(x.abs()).p_value.tolist() == pytest.approx([2 / 128] * 20)


def test_random_flips_come_near_the_exact_p(normal):
    x = normal(12, 30) + 0.3
    exact, drawn = sign_flip(x).p_value, sign_flip(x, n_permutations=4000).p_value
    torch.testing.assert_close(drawn, exact, atol=0.03, rtol=0)


def test_familywise_flips_take_the_largest_t(normal):
    x = normal(6, 9) + 0.5
    signs = 1 - 2 * ((torch.arange(64)[:, None] >> torch.arange(6)) & 1).double()
    t = torch.stack([one_sample_t(s[:, None] * x).statistic.abs() for s in signs])
    expected = (t.amax(1)[:, None] >= t[0] - 1e-9).double().mean(0)
    x_lost = torch.cat([x, torch.full((6, 1), torch.nan)], 1)
    found = sign_flip(x_lost, familywise=True).p_value
    torch.testing.assert_close(found[:9], expected)
    assert found[9].isnan()


def test_tests_hold_their_level(normal):
    x = normal(8, 4000)
    for test in (one_sample_t(x), sign_flip(x), wilcoxon(x)):
        assert (test.p_value <= 0.05).double().mean().item() == pytest.approx(0.045, abs=0.015)


def test_a_group_map_shows_both_thresholds(normal):
    x = normal(8, 300)
    x[:, :20] += 3
    x[2, 299] = torch.nan
    found = group_map(x)
    q = multipletests(found.test.p_value[:299].numpy(), method="fdr_bh")[1]
    torch.testing.assert_close(found.q_value[:299], torch.from_numpy(q))
    assert found.corrected[:20].all()
    assert found.uncorrected.sum() > found.corrected.sum()
    assert not found.corrected[299]
    assert not found.uncorrected[299]
    torch.testing.assert_close(found.mean[:299], x[:, :299].mean(0))


def test_subjects_without_variance_have_no_test():
    same = torch.full((5, 2), 0.3)
    for function in (one_sample_t, sign_flip):
        assert function(same).p_value.isnan().all()
    assert unpaired_t(same, same).p_value.isnan().all()


def test_bad_groups_are_refused(normal):
    for function in (one_sample_t, sign_flip, wilcoxon, group_map):
        with pytest.raises(ValueError, match="1 subjects"):
            function(normal(1, 4))
        with pytest.raises(ValueError, match="infinite"):
            function(torch.full((3, 2), torch.inf))
    with pytest.raises(ValueError, match="same targets"):
        unpaired_t(normal(3, 2), normal(3, 1))
    with pytest.raises(ValueError, match="level is 5"):
        group_map(normal(3, 2), 5)
    with pytest.raises(ValueError, match="n_permutations is 0"):
        sign_flip(normal(3, 2), n_permutations=0)
