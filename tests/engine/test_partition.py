import math
from dataclasses import replace

import pytest
import torch

from explorer.engine.band_settings import BandedSettings
from explorer.engine.banded import banded_ridge_cv, crossval_banded_ridge
from explorer.engine.folds import kfold
from explorer.engine.foldwise import scale_folds
from explorer.engine.partition import (
    commonalities,
    list_subsets,
    partition_variance,
    predict_nested,
)
from explorer.engine.scores import r2

SETTINGS = BandedSettings(n_gammas=6, n_inner=3)


def signal(normal, X, n_targets):
    y = X @ normal(X.shape[1], n_targets)
    return y / y.std(0)


def overlapping(normal, n=600, n_targets=30):
    """Two bands that share ten columns: 30 % shared, 20 % and 10 % unique, 40 % noise."""
    shared, a, b = normal(n, 10), normal(n, 10), normal(n, 10)
    Y = 0.4**0.5 * normal(n, n_targets)
    for part, X in ((0.3, shared), (0.2, a), (0.1, b)):
        Y += part**0.5 * signal(normal, X, n_targets)
    return [torch.cat([shared, a], 1), torch.cat([shared, b], 1)], Y


def unlike(normal, n=300, n_targets=40):
    """A small band that explains much, and a wide one that explains a little."""
    small, wide = normal(n, 10), normal(n, 150)
    Y = signal(normal, small, n_targets) + 0.5 * signal(normal, wide[:, :5], n_targets)
    return [small, wide], Y + normal(n, n_targets)


def test_unique_and_shared_variance_are_recovered(normal):
    bands, Y = overlapping(normal)
    found = partition_variance(bands, Y, kfold(600, 5), SETTINGS, n_bootstraps=200)
    mean = found.part.mean(1)
    assert found.subsets == ((0,), (1,), (0, 1))
    torch.testing.assert_close(mean, torch.tensor([0.2, 0.1, 0.3]).double(), rtol=0, atol=0.04)
    torch.testing.assert_close(found.part.sum(0), found.r2[-1])
    torch.testing.assert_close(found.shapley().sum(0), found.r2[-1])
    torch.testing.assert_close(found.shapley()[0], found.part[0] + found.part[2] / 2)
    planted = torch.tensor([0.2, 0.1, 0.3]).double()[:, None]
    inside = (found.low < planted) & (planted < found.high)
    assert inside.double().mean() > 0.7
    assert (found.p_value[0] < 0.02).all()


def test_three_bands_have_seven_parts_where_they_were_planted(normal):
    a, b, c, ab, abc = (normal(500, 6) for _ in range(5))
    bands = [torch.cat(one, 1) for one in ((a, ab, abc), (b, ab, abc), (c, abc))]
    Y = 0.3**0.5 * normal(500, 20)
    for share, X in ((0.2, a), (0.1, c), (0.2, ab), (0.2, abc)):
        Y += share**0.5 * signal(normal, X, 20)
    found = partition_variance(bands, Y, kfold(500, 4), SETTINGS, n_bootstraps=0)
    expected = torch.tensor([0.2, 0.0, 0.1, 0.2, 0.0, 0.0, 0.2]).double()
    torch.testing.assert_close(found.part.mean(1), expected, rtol=0, atol=0.05)
    assert found.low.isnan().all()


def test_a_plain_joint_model_hides_unique_variance_and_a_banded_one_does_not(normal):
    """The wide band carries a little; penalised like the small one it costs more than it adds."""
    bands, Y = unlike(normal)
    folds = kfold(300, 5)
    plain, banded = (
        partition_variance(bands, Y, folds, replace(SETTINGS, n_gammas=n), n_bootstraps=0)
        for n in (1, 12)
    )
    torch.testing.assert_close(plain.r2[:2], banded.r2[:2])
    assert (plain.part[1] < 0).double().mean() > 0.9
    assert (banded.part[1] > plain.part[1] + 0.02).double().mean() > 0.9
    assert (banded.r2[2] > banded.r2[0] - 0.03).double().mean() > 0.9


def test_nested_models_are_those_fitted_one_by_one(normal):
    bands, Y = unlike(normal, n=60, n_targets=4)
    folds = kfold(60, 3)
    found = partition_variance(bands, Y, folds, SETTINGS, n_bootstraps=0)
    for m, subset in enumerate(found.subsets):
        kept = [bands[b] for b in subset]
        Y_hat = crossval_banded_ridge(kept, Y, folds, SETTINGS).sum(0)
        score = torch.stack([r2(Y[test], Y_hat[test]) for test in folds]).mean(0)
        torch.testing.assert_close(found.r2[m], score)


def test_commonalities_invert_sums_over_parts():
    """R2 of a model is the sum of the parts of every subset that meets it."""
    for n_bands in (2, 3, 4):
        subsets = list_subsets(n_bands)
        meets = torch.tensor([[float(bool(set(s) & set(p))) for p in subsets] for s in subsets])
        mixing = commonalities(n_bands)
        torch.testing.assert_close(mixing @ meets.double(), torch.eye(len(subsets)).double())


def test_parts_of_noise_are_small_negative_and_not_significant(normal):
    bands, Y = [normal(200, 5), normal(200, 8)], normal(200, 50)
    found = partition_variance(bands, Y, kfold(200, 5), SETTINGS, n_bootstraps=200)
    assert found.part[:2].mean(1).abs().max() < 0.02
    assert -0.06 < found.part[2].mean() < 0
    assert (found.part < 0).any()
    assert (found.p_value[:2] < 0.05).double().mean() < 0.15


def test_resamples_are_paired_over_models(normal):
    """Two copies of one band: nothing unique, and certainly so, though R2 itself is uncertain."""
    X = normal(100, 5)
    Y = signal(normal, X, 10) + normal(100, 10)
    found = partition_variance([X, X], Y, kfold(100, 4), SETTINGS, n_bootstraps=100)
    width = found.high - found.low
    assert width[:2].max() < 0.02
    assert width[2].min() > 0.1


def test_a_missing_or_constant_target_is_nan_and_no_other_changes(normal):
    bands, Y = unlike(normal, n=60, n_targets=4)
    whole = partition_variance(bands, Y, kfold(60, 3), SETTINGS, n_bootstraps=20)
    Y[3, 1], Y[:, 2] = math.nan, 0.1
    found = partition_variance(bands, Y, kfold(60, 3), SETTINGS, n_bootstraps=20)
    for name in ("r2", "part", "low", "high", "p_value"):
        one, other = getattr(found, name), getattr(whole, name)
        assert one.isnan().all(0).tolist() == [False, True, True, False]
        torch.testing.assert_close(one[:, [0, 3]], other[:, [0, 3]])


def test_blocks_of_targets_change_nothing(normal, monkeypatch):
    bands, Y = unlike(normal, n=60, n_targets=5)
    whole = partition_variance(bands, Y, kfold(60, 3), SETTINGS, n_bootstraps=20)
    monkeypatch.setattr("explorer.engine.batches.BUDGET", 1000)
    parts = partition_variance(bands, Y, kfold(60, 3), SETTINGS, n_bootstraps=20)
    torch.testing.assert_close(parts.part, whole.part)
    torch.testing.assert_close(parts.low, whole.low)


def test_inner_folds_do_not_split_groups(normal):
    """Repeats of a stimulus betray one another: split, they make the joint model overfit."""
    groups = torch.arange(30).repeat_interleave(3)
    bands = [normal(30, 20)[groups] + 0.01 * normal(90, 20) for _ in range(2)]
    Y, folds = normal(30, 30)[groups] + 0.1 * normal(90, 30), kfold(90, 3, groups=groups)
    whole, split = (
        partition_variance(bands, Y, folds, SETTINGS, groups=g, n_bootstraps=0)
        for g in (groups, None)
    )
    assert whole.r2[2].mean() > split.r2[2].mean() + 0.2


def test_one_band_five_bands_and_given_gammas_of_three_are_refused(normal):
    Y = normal(40, 2)
    for count in (1, 5):
        with pytest.raises(ValueError, match=f"There are {count} bands"):
            partition_variance([normal(40, 3)] * count, Y, kfold(40, 4))
    third = replace(SETTINGS, gammas=((0.2, 0.3, 0.5),))
    with pytest.raises(ValueError, match="gammas are given"):
        partition_variance([normal(40, 3)] * 3, Y, kfold(40, 4), third)
    with pytest.raises(ValueError, match="Align the bands"):
        partition_variance([normal(40, 3), normal(39, 3)], Y, kfold(40, 4))


def test_nested_predictions_are_those_that_the_partition_scores(normal):
    bands, Y, folds = [normal(90, 6), normal(90, 4)], normal(90, 5), kfold(90, 3)
    Y = Y + bands[0] @ normal(6, 5)
    found = partition_variance(bands, Y, folds, SETTINGS, n_bootstraps=0)
    Y_hat = predict_nested(bands, Y, folds, SETTINGS)
    score = torch.stack([r2(*scale_folds(Y, model, folds, "r2")) for model in Y_hat])
    torch.testing.assert_close(score, found.r2)


def test_nested_predictions_of_one_fold_are_a_held_out_split(normal):
    bands, Y, test = [normal(90, 6), normal(90, 4)], normal(90, 5), torch.arange(60, 90)
    Y_hat = predict_nested(bands, Y, [test], SETTINGS)
    inner = kfold(60, SETTINGS.n_inner, seed=SETTINGS.seed)
    fit = banded_ridge_cv([band[:60] for band in bands], Y[:60], inner, SETTINGS)
    torch.testing.assert_close(Y_hat[-1, test], fit.predict([band[60:] for band in bands]))
    assert Y_hat[:, :60].isnan().all()
    with pytest.raises(ValueError, match="Folds share rows"):
        predict_nested(bands, Y, [test, test], SETTINGS)
