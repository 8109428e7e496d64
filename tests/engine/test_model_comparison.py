import itertools

import numpy as np
import pytest
import torch
from scipy import stats
from statsmodels.stats.multitest import multipletests

from explorer.engine.bootstrap import bootstrap_pearson
from explorer.engine.model_comparison import compare_models, compare_predictions
from explorer.engine.scores import pearson

PEERS = {"paired": stats.ttest_rel, "unpaired": stats.ttest_ind}


@pytest.mark.parametrize("test", PEERS)
def test_pairs_of_models_equal_scipy_and_statsmodels(test, normal):
    scores = normal(4, 8, 3) + torch.arange(4)[:, None, None] * 0.4
    found = compare_models(scores, test)
    pairs = list(itertools.combinations(range(4), 2))
    for region in range(3):
        x = scores[:, :, region].numpy()
        theirs = [PEERS[test](x[i], x[j]) for i, j in pairs]
        q = multipletests([t.pvalue for t in theirs], method="fdr_bh")[1]
        for (i, j), t, expected in zip(pairs, theirs, q, strict=True):
            for a, b, sign in ((i, j, 1), (j, i, -1)):
                assert found.p_value[a, b, region].item() == pytest.approx(t.pvalue)
                assert found.q_value[a, b, region].item() == pytest.approx(expected)
                assert found.statistic[a, b, region].item() == pytest.approx(sign * t.statistic)
                assert found.difference[a, b, region].item() == pytest.approx(
                    sign * (x[i] - x[j]).mean()
                )


def test_the_diagonal_is_nan_and_dz_is_signed(normal):
    scores = normal(3, 6, 2)
    found = compare_models(scores)
    assert found.p_value.isnan().sum() == 3 * 2
    d = scores[2] - scores[0]
    torch.testing.assert_close(found.effect[2, 0], d.mean(0) / d.std(0))


@pytest.mark.parametrize("test", ["sign_flip", "wilcoxon"])
def test_rank_and_permutation_tests_are_symmetric(test, normal):
    found = compare_models(normal(3, 6, 2), test)
    for part in (found.p_value, found.q_value):
        torch.testing.assert_close(part, part.transpose(0, 1), equal_nan=True)


def test_pairing_finds_what_the_published_test_does_not(normal):
    subject = 3 * normal(8, 1)
    scores = torch.stack([subject + 0.3 * normal(8, 1), subject + 1 + 0.3 * normal(8, 1)])
    assert compare_models(scores).p_value[0, 1] < 0.01
    assert compare_models(scores, "unpaired").p_value[0, 1] > 0.2


def swapped_loop(Y, a, b, swaps):
    a, b = ((x - x.mean(0)) / x.std(0) for x in (a, b))
    differences = []
    for swap in swaps:
        s = swap[:, None].bool()
        differences.append(pearson(Y, a.where(~s, b)) - pearson(Y, b.where(~s, a)))
    return torch.stack(differences)


def test_swaps_equal_a_loop_over_predictions(normal):
    Y, a, b = normal(25, 6), normal(25, 6), 4 * normal(25, 6) + 7
    a = a + 0.7 * Y
    found = compare_predictions(Y, a, b, n_permutations=200, seed=3)
    swaps = torch.randint(2, (200, 25), generator=torch.Generator().manual_seed(3))
    drawn = swapped_loop(Y, a, b, swaps).abs()
    expected = (1 + (drawn >= found.difference.abs() - 1e-9).sum(0)).double() / 201
    torch.testing.assert_close(found.p_value, expected, atol=1e-12, rtol=0)
    torch.testing.assert_close(found.difference, pearson(Y, a) - pearson(Y, b))


def test_the_interval_is_of_paired_resamples(normal):
    Y = normal(40, 3)
    a, b = Y + normal(40, 3), Y + normal(40, 3)
    found = compare_predictions(Y, a, b, n_bootstraps=300, level=0.8)
    drawn = bootstrap_pearson(Y, a, n_bootstraps=300) - bootstrap_pearson(Y, b, n_bootstraps=300)
    torch.testing.assert_close(found.interval, torch.from_numpy(np.quantile(drawn, [0.1, 0.9], 0)))


def test_equal_models_differ_at_the_level_and_better_ones_are_found(normal):
    Y = normal(60, 1500)
    common = 0.5 * Y
    a, b = common + normal(60, 1500), common + normal(60, 1500)
    p = compare_predictions(Y, a, b, n_permutations=199, n_bootstraps=10).p_value
    assert (p <= 0.05).double().mean().item() == pytest.approx(0.05, abs=0.02)
    better = compare_predictions(Y, Y + a, b, n_permutations=199, n_bootstraps=10)
    assert (better.p_value <= 0.05).double().mean() > 0.7


def test_bad_comparisons_are_refused(normal):
    with pytest.raises(ValueError, match="test is 'mann'"):
        compare_models(normal(2, 4, 1), "mann")
    with pytest.raises(ValueError, match="two models"):
        compare_models(normal(1, 4, 1))
    with pytest.raises(ValueError, match="1 subjects"):
        compare_models(normal(2, 1, 1))
    with pytest.raises(ValueError, match="expected the same"):
        compare_predictions(normal(5, 2), normal(5, 2), normal(4, 2))
    Y = normal(9, 2)
    Y[0, 1] = torch.nan
    assert compare_predictions(Y, normal(9, 2), normal(9, 2)).p_value.isnan().tolist() == [0, 1]
