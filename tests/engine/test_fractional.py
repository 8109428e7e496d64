import math
import warnings

import numpy as np
import pytest
import torch

from explorer.engine.folds import complement, kfold
from explorer.engine.fractional import (
    FractionalSettings,
    fractional_ridge,
    fractional_ridge_cv,
)
from explorer.engine.scores import pearson, r2
from explorer.engine.shrinkage import fraction_penalties, penalty_grid

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # numba and scikit-learn, on import
    from fracridge import fracridge

FRACTIONS = tuple(np.linspace(0.05, 1.05, 20).tolist())  # of Doerig et al. 2025
PLAIN = FractionalSettings(FRACTIONS, standardise=False)
SCORES = {"r2": r2, "pearson": pearson}


def planted(normal, n, d, n_targets=5, dtype=torch.float64):
    X = normal(n, d) * torch.logspace(0, -1, d, dtype=torch.float64) + 3
    Y = X @ normal(d, n_targets) + 3 * normal(n, n_targets) + 5
    return X.to(dtype), Y.to(dtype)


def peer(X, Y, fractions=FRACTIONS):
    """fracridge on centred columns, in float64: (n_fractions, n_features, n_targets), alphas."""
    X, Y = X.double(), Y.double()
    X, Y = (X - X.mean(0)).numpy(), (Y - Y.mean(0)).numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells that eigenvalues are 0
        coefs, alphas = fracridge(X, Y, np.array(fractions))
    return torch.from_numpy(coefs).permute(1, 0, 2), torch.from_numpy(alphas)


def peer_scores(X, Y, folds, criterion):
    """Scores of fracridge fitted to the training rows of each fold, averaged."""
    total = 0
    for test in folds:
        train = complement(len(X), test)
        W, _ = peer(X[train], Y[train])
        Y_hat = (X[test] - X[train].mean(0)) @ W + Y[train].mean(0)
        total = total + torch.stack([SCORES[criterion](Y[test], one) for one in Y_hat])
    return total / len(folds)


@pytest.mark.parametrize(("n", "d"), [(100, 20), (30, 50), (60, 1)])
def test_weights_and_alphas_equal_fracridge(n, d, normal):
    X, Y = planted(normal, n, d)
    path, (W, alphas) = fractional_ridge(X, Y, PLAIN), peer(X, Y)
    assert (path.W - W).abs().max() < 1e-9 * W.abs().max()
    torch.testing.assert_close(path.alpha, alphas, rtol=3e-7, atol=1e-9)


def test_float32_weights_equal_fracridge_in_float64(normal):
    X, Y = planted(normal, 200, 30, dtype=torch.float32)
    path, (W, alphas) = fractional_ridge(X, Y, PLAIN), peer(X, Y)
    assert path.W.dtype == torch.float32
    assert (path.W.double() - W).abs().max() < 1e-5 * W.abs().max()
    assert (path.alpha - alphas).abs().max() < 1e-6 * alphas.max()


@pytest.mark.parametrize("criterion", ["r2", "pearson"])
@pytest.mark.parametrize(("n", "d"), [(90, 8), (60, 30), (40, 60)])
def test_scores_equal_fracridge_fitted_fold_by_fold(n, d, criterion, normal):
    X, Y = planted(normal, n, d)
    folds = kfold(n, 4, seed=None)
    settings = FractionalSettings(FRACTIONS, criterion=criterion, standardise=False)
    fit = fractional_ridge_cv(X, Y, folds, settings)
    expected = peer_scores(X, Y, folds, criterion)
    torch.testing.assert_close(fit.cv_score, expected, rtol=1e-7, atol=1e-9)
    torch.testing.assert_close(fit.fraction, torch.tensor(FRACTIONS).double()[expected.argmax(0)])


def test_one_fraction_for_all_is_that_of_the_best_mean_score(normal):
    X, Y = planted(normal, 80, 25, n_targets=12)
    folds = kfold(80, 5, seed=None)
    settings = FractionalSettings(FRACTIONS, per_target=False, standardise=False)
    fit = fractional_ridge_cv(X, Y, folds, settings)
    best = peer_scores(X, Y, folds, "r2").mean(1).argmax()
    assert fit.fraction.eq(FRACTIONS[best]).all()
    W, alphas = peer(X, Y)
    torch.testing.assert_close(fit.W, W[best])
    torch.testing.assert_close(fit.alpha, alphas[best])
    own = fractional_ridge_cv(X, Y, folds, PLAIN)
    assert len(own.fraction.unique()) > 1


def test_the_model_of_each_target_predicts_with_its_own_fraction(normal):
    X, Y = planted(normal, 80, 25)
    fit, (W, alphas) = fractional_ridge_cv(X, Y, kfold(80, 5), PLAIN), peer(X, Y)
    row = [FRACTIONS.index(f) for f in fit.fraction.tolist()]
    for t, f in enumerate(row):
        expected = (X - X.mean(0)) @ W[f, :, t] + Y[:, t].mean()
        torch.testing.assert_close(fit.predict(X)[:, t], expected)
        assert fit.alpha[t].item() == pytest.approx(alphas[f, t].item())


def test_exact_alphas_give_the_length_that_was_asked_for(normal):
    X, Y = planted(normal, 70, 30)
    wanted = (0.01, 0.05, 0.3, 0.55, 0.9, 0.999, 1.0)
    W = fractional_ridge(X, Y, FractionalSettings(wanted, exact=True)).W * X.std(0)[:, None]
    shares = W.norm(dim=1) / W[-1].norm(dim=0)
    torch.testing.assert_close(shares, torch.tensor(wanted).double()[:, None].expand(7, 5))
    loose = fractional_ridge(X, Y, FractionalSettings(wanted)).W * X.std(0)[:, None]
    error = (loose.norm(dim=1) / loose[-1].norm(dim=0) - shares).abs().max()
    assert 1e-5 < error < 0.05


def test_fractions_above_one_are_least_squares(normal):
    X, Y = planted(normal, 60, 10)
    path = fractional_ridge(X, Y, FractionalSettings((0.5, 1.0, 1.5), standardise=False))
    assert path.alpha[1:].eq(0).all()
    A = torch.cat([X, torch.ones(60, 1).double()], 1)
    expected = torch.linalg.lstsq(A, Y).solution[:-1]
    torch.testing.assert_close(path.W[1], expected)
    torch.testing.assert_close(path.W[2], expected)


def test_the_grid_is_that_of_fracridge():
    grid = penalty_grid(torch.tensor([0.3, 2.0, 50.0], dtype=torch.float64))
    assert grid[0] == 0
    torch.testing.assert_close(grid[1:].numpy(), 10 ** np.arange(-3, 6, 0.2))


def test_a_length_out_of_reach_gets_the_largest_penalty():
    values, squared = torch.tensor([1.0, 4.0]).double(), torch.ones(2, 1).double()
    for exact in (False, True):
        alpha = fraction_penalties(values, squared, torch.tensor([1e-9]), exact=exact)
        assert alpha.item() == pytest.approx(penalty_grid(values)[-1].item())


def test_a_doubled_column_changes_no_prediction(normal):
    X, Y = planted(normal, 60, 10)
    doubled = torch.cat([X, X[:, :1]], 1)
    fit = fractional_ridge_cv(doubled, Y, kfold(60, 4), PLAIN)
    assert fit.predict(doubled).isfinite().all()
    torch.testing.assert_close(fit.W[0], fit.W[10])
    X[:, 0] *= 2**0.5  # the same kernel; fracridge itself divides by the vanishing eigenvalue
    same = fractional_ridge_cv(X, Y, kfold(60, 4), PLAIN)
    torch.testing.assert_close(fit.cv_score, same.cv_score)
    torch.testing.assert_close(fit.predict(doubled), same.predict(X))


def test_standardising_and_pca_use_training_rows_only(normal):
    X, Y = planted(normal, 60, 10)
    folds = kfold(60, 3)
    test, train = folds[0], complement(60, folds[0])
    settings = FractionalSettings((0.4,), standardise=True, n_components=3)
    fit = fractional_ridge_cv(X[train], Y[train], kfold(len(train), 2), settings)
    scaled = (X[train] - X[train].mean(0)) / X[train].std(0, correction=0)
    V = torch.linalg.svd(scaled, full_matrices=False).Vh[:3].T
    W, _ = peer(scaled @ V, Y[train], (0.4,))
    on_axes = (X[test] - X[train].mean(0)) / X[train].std(0, correction=0) @ V
    torch.testing.assert_close(fit.predict(X[test]), on_axes @ W[0] + Y[train].mean(0))


@pytest.mark.parametrize("d", [6, 50])
def test_a_missing_response_makes_its_target_nan_and_no_other(d, normal):
    X, Y = planted(normal, 40, d)
    whole = fractional_ridge_cv(X, Y, kfold(40, 4))
    Y[7, 2] = math.nan
    for settings in (FractionalSettings(), FractionalSettings(exact=True)):
        fit = fractional_ridge_cv(X, Y, kfold(40, 4), settings)
        for part in (fit.fraction, fit.alpha, fit.Y_mean, fit.W[0], fit.cv_score[3]):
            assert part.isnan().tolist() == [False, False, True, False, False]
    others = [0, 1, 3, 4]
    fit = fractional_ridge_cv(X, Y, kfold(40, 4))
    torch.testing.assert_close(fit.W[:, others], whole.W[:, others])


def test_a_constant_target_has_no_score(normal):
    X, Y = planted(normal, 40, 6)
    Y[:, 1] = 0.1
    fit = fractional_ridge_cv(X, Y, kfold(40, 4), FractionalSettings(per_target=False))
    assert fit.cv_score.isnan().all(0).tolist() == [False, True, False, False, False]
    assert not fit.fraction[0].isnan()


def test_constant_features_predict_the_training_mean(normal):
    X, Y = torch.full((20, 3), 0.1).double(), normal(20, 2)
    fit = fractional_ridge_cv(X, Y, kfold(20, 4))
    torch.testing.assert_close(fit.predict(X), Y.mean(0).expand(20, 2))


def test_without_weights_the_scores_are_the_same_and_prediction_is_refused(normal):
    X, Y = planted(normal, 60, 10)
    folds = kfold(60, 4)
    bare = fractional_ridge_cv(X, Y, folds, weights=False)
    assert bare.W is None
    assert bare.cv_score.equal(fractional_ridge_cv(X, Y, folds).cv_score)
    with pytest.raises(ValueError, match="weights=True"):
        bare.predict(X)


def test_the_share_at_an_edge_is_reported(normal):
    X = normal(60, 5)
    Y = torch.cat([X @ normal(5, 1), X @ normal(5, 1) + 2 * normal(60, 1)], 1)
    fractions = (0.01, 0.3, 0.5, 0.7, 1.0)
    fit = fractional_ridge_cv(X, Y, kfold(60, 5), FractionalSettings(fractions))
    assert fit.fraction[0] == 1
    assert fit.at_edge == (1.0 if fit.fraction[1] in (0.01, 1.0) else 0.5)
    assert fractional_ridge_cv(X, Y, kfold(60, 5), FractionalSettings((0.5,))).at_edge == 0


def test_blocks_of_targets_change_nothing(normal, monkeypatch):
    X, Y = planted(normal, 40, 8, n_targets=7)
    whole = fractional_ridge_cv(X, Y, kfold(40, 4))
    monkeypatch.setattr("explorer.engine.fraction_scores.CPU_BLOCK", 3)
    monkeypatch.setattr("explorer.engine.batches.BUDGET", 12000)
    torch.testing.assert_close(fractional_ridge_cv(X, Y, kfold(40, 4)).W, whole.W)
    torch.testing.assert_close(
        fractional_ridge(X, Y).W[:, :, 3], fractional_ridge(X, Y[:, 3:4]).W[:, :, 0]
    )


@pytest.mark.parametrize("fractions", [(), (0.0, 0.5), (-0.1,), (math.nan,), (0.5, 0.1)])
def test_impossible_fractions_are_refused(fractions):
    with pytest.raises(ValueError, match="fractions are"):
        FractionalSettings(fractions)


def test_an_unknown_criterion_and_no_components_are_refused():
    with pytest.raises(ValueError, match="criterion is 'mse'"):
        FractionalSettings(criterion="mse")
    with pytest.raises(ValueError, match="n_components is 0"):
        FractionalSettings(n_components=0)


def test_features_and_folds_that_do_not_fit_are_refused(normal):
    X, Y = planted(normal, 20, 5)
    empty = [torch.arange(20), torch.arange(0)]
    for changed, message in (
        ((X[:-1], Y, kfold(20, 4)), "Align them"),
        ((X, Y, empty), "none empty"),
        ((X.float(), Y, kfold(20, 4)), "expected the same"),
        ((X[:, :0], Y, kfold(20, 4)), "no columns"),
        ((X * math.nan, Y, kfold(20, 4)), "in 5 of its 5"),
    ):
        with pytest.raises(ValueError, match=message):
            fractional_ridge_cv(*changed)
    with pytest.raises(ValueError, match="3 features, expected 5"):
        fractional_ridge_cv(X, Y, kfold(20, 4)).predict(X[:, :3])
