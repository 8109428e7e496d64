import math

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from explorer.engine.folds import complement, kfold
from explorer.engine.penalties import RidgeSettings
from explorer.engine.ridge import crossval_ridge, ridge_cv
from explorer.engine.scores import pearson

GRID = tuple(10.0**k for k in range(-2, 4))
ABSOLUTE = RidgeSettings(alphas=GRID, relative=False, standardise=False)
SHAPES = [(80, 12), (40, 60), (50, 1), (44, 33)]


def planted(normal, n, d, n_targets=4, noise=2.0):
    """Features with different scales, a mean and a doubled column; responses that follow them."""
    X = normal(n, d) * torch.logspace(0, -1, d, dtype=torch.float64) + 3
    if d > 2:
        X[:, 2] = X[:, 1]
    return X, X @ normal(d, n_targets) + noise * normal(n, n_targets) + 5


def search(X, y, folds, *steps):
    """scikit-learn's grid search over the same folds."""
    fold_of = np.empty(len(X), int)
    for k, fold in enumerate(folds):
        fold_of[fold] = k
    model = make_pipeline(*steps, Ridge(solver="svd"))
    scoring, cv = "neg_mean_squared_error", PredefinedSplit(fold_of)
    return GridSearchCV(model, {"ridge__alpha": GRID}, scoring=scoring, cv=cv).fit(X, y)


@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("standardise", [False, True])
def test_ridge_equals_a_grid_search_of_sklearn_per_target(n, d, dtype, standardise, normal):
    X, Y = (part.to(dtype) for part in planted(normal, n, d))
    folds = kfold(n, n // 10)
    fit = ridge_cv(X, Y, folds, RidgeSettings(GRID, relative=False, standardise=standardise))
    tolerance = 1e-4 if dtype == torch.float32 else 1e-8
    steps = [StandardScaler()] if standardise else []
    Y_hat = fit.predict(X)
    assert Y_hat.dtype == fit.weights().dtype == dtype
    for t in range(Y.shape[1]):
        peer = search(X.double().numpy(), Y[:, t].double().numpy(), folds, *steps)
        mse = torch.from_numpy(-peer.cv_results_["mean_test_score"])
        if n % (n // 10) == 0:
            torch.testing.assert_close(fit.cv_error[:, t].double(), mse, rtol=tolerance, atol=0)
        assert fit.alpha[t].item() == pytest.approx(peer.best_params_["ridge__alpha"])
        expected = torch.from_numpy(peer.predict(X.double().numpy()))
        torch.testing.assert_close(Y_hat[:, t].double(), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("n", "d"), SHAPES)
def test_weights_and_intercept_equal_sklearn_and_predict(n, d, normal):
    X, Y = planted(normal, n, d)
    fit = ridge_cv(X, Y, kfold(n, 4), ABSOLUTE)
    for t, alpha in enumerate(fit.absolute_alpha.tolist()):
        peer = Ridge(alpha=alpha, solver="svd").fit(X.numpy(), Y[:, t].numpy())
        torch.testing.assert_close(fit.weights()[:, t], torch.from_numpy(peer.coef_))
        assert fit.intercept()[t].item() == pytest.approx(peer.intercept_)
    scaled = ridge_cv(X, Y, kfold(n, 4))
    torch.testing.assert_close(X @ scaled.weights() + scaled.intercept(), scaled.predict(X))


@pytest.mark.parametrize(("n", "d"), [(80, 12), (40, 60)])
def test_pca_equals_a_pipeline_of_sklearn(n, d, normal):
    X, Y = planted(normal, n, d)
    folds = kfold(n, 4)
    settings = RidgeSettings(GRID, relative=False, standardise=False, n_components=5)
    fit = ridge_cv(X, Y, folds, settings)
    for t in range(Y.shape[1]):
        peer = search(X.numpy(), Y[:, t].numpy(), folds, PCA(5, svd_solver="full"))
        mse = torch.from_numpy(-peer.cv_results_["mean_test_score"])
        torch.testing.assert_close(fit.cv_error[:, t], mse)
        torch.testing.assert_close(fit.predict(X)[:, t], torch.from_numpy(peer.predict(X.numpy())))


@pytest.mark.parametrize(("n", "d"), [(60, 10), (30, 50)])
def test_relative_alphas_are_multiples_of_the_mean_eigenvalue(n, d, normal):
    X, Y = planted(normal, n, d)
    folds = kfold(n, 3)
    fit = ridge_cv(X, Y, folds, RidgeSettings((0.7,), standardise=False))
    centred = X - X.mean(0)
    assert fit.absolute_alpha[0].item() == pytest.approx(0.7 * centred.square().sum().item() / d)
    bigger = ridge_cv(10 * X, Y, folds, RidgeSettings((0.7,), standardise=False))
    torch.testing.assert_close(bigger.cv_error, fit.cv_error)


def test_pca_of_the_training_rows_sets_the_unit_of_alpha(normal):
    X, Y = planted(normal, 50, 10)
    fit = ridge_cv(X, Y, kfold(50, 5), RidgeSettings((1.0,), standardise=False, n_components=3))
    largest = torch.linalg.svdvals(X - X.mean(0))[:3].square()
    assert fit.absolute_alpha[0].item() == pytest.approx(largest.mean().item())
    assert fit.coefficients.shape[0] == 3


@pytest.mark.parametrize("d", [6, 40])
def test_nothing_of_the_test_rows_reaches_training(d, normal):
    """Changing held-out rows, however wildly, changes no prediction made from the others."""
    X, Y = planted(normal, 30, d)
    folds = kfold(30, 3)
    settings = RidgeSettings(n_components=4, n_inner=3)
    before = crossval_ridge(X, Y, folds, settings)
    spoilt_X, spoilt_Y = X.clone(), Y.clone()
    spoilt_X[folds[0][1:]] = 1e6 * normal(len(folds[0]) - 1, d)
    spoilt_Y[folds[0]] = 1e6 * normal(len(folds[0]), 4)
    after = crossval_ridge(spoilt_X, spoilt_Y, folds, settings)
    torch.testing.assert_close(after.Y_hat[folds[0][0]], before.Y_hat[folds[0][0]])
    torch.testing.assert_close(after.alpha[0], before.alpha[0])


def test_noise_is_predicted_at_chance_by_many_features(normal):
    Y_hat = crossval_ridge(normal(60, 200), Y := normal(60, 300), kfold(60, 5)).Y_hat
    scores = torch.stack([pearson(Y[fold], Y_hat[fold]) for fold in kfold(60, 5)])
    assert abs(scores.nanmean().item()) < 0.03


def test_a_feature_that_is_constant_in_training_carries_no_weight(normal):
    X, Y = planted(normal, 40, 5)
    folds = kfold(40, 4)
    rare = torch.zeros(40, 1, dtype=torch.float64)
    rare[folds[0][0]] = 1e5
    fits = [ridge_cv(Z, Y, folds, ABSOLUTE) for Z in (X, torch.cat([X, rare], 1))]
    constant = ridge_cv(torch.cat([X, torch.full((40, 1), 0.1)], 1), Y, folds, ABSOLUTE)
    torch.testing.assert_close(constant.cv_error, fits[0].cv_error)
    assert constant.weights()[5].eq(0).all()
    assert (fits[1].cv_error / fits[0].cv_error).max() < 1.5


def test_planted_targets_are_recovered_and_noise_is_not(normal):
    X = normal(300, 20).float()
    signal, noise = X @ normal(20, 5).float(), normal(300, 5).float()
    Y = torch.cat([signal + signal.std(0) * noise, noise], 1)
    r = pearson(Y, crossval_ridge(X, Y, kfold(300, 5)).Y_hat)
    assert ((r[:5] > 0.55) & (r[:5] < 0.8)).all()
    assert (r[5:] < 0.2).all()


def test_noisier_targets_get_larger_alphas(normal):
    X = normal(200, 50)
    signal = X @ normal(50, 20)
    quiet, loud = (ridge_cv(X, signal + sd * normal(200, 20), kfold(200, 5)) for sd in (0.1, 50))
    assert quiet.alpha.log().mean() < loud.alpha.log().mean() - 3


@pytest.mark.parametrize("d", [8, 60])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_missing_response_makes_its_target_nan_and_no_other(d, bad, normal):
    X, Y = planted(normal, 40, d)
    whole = crossval_ridge(X, Y, kfold(40, 4))
    Y[7, 2] = bad
    fit, nested = ridge_cv(X, Y, kfold(40, 4)), crossval_ridge(X, Y, kfold(40, 4))
    others = [0, 1, 3]
    assert nested.Y_hat[:, 2].isnan().all()
    assert nested.alpha[:, 2].isnan().all()
    torch.testing.assert_close(nested.Y_hat[:, others], whole.Y_hat[:, others])
    for part in (fit.alpha, fit.absolute_alpha, fit.intercept()):
        assert part.isnan().tolist() == [False, False, True, False]
    assert fit.predict(X).isnan().any(0).tolist() == [False, False, True, False]


def test_a_constant_target_scores_nan_not_zero(normal):
    X, Y = planted(normal, 40, 8)
    Y[:, 1] = 0.1
    Y_hat = crossval_ridge(X, Y, kfold(40, 4)).Y_hat
    assert pearson(Y, Y_hat).isnan().tolist() == [False, True, False, False]
    torch.testing.assert_close(Y_hat[:, 1], Y[:, 1])


@pytest.mark.parametrize("d", [3, 60])
def test_constant_features_predict_the_training_mean(d, normal):
    Y = normal(20, 2)
    folds = kfold(20, 4)
    Y_hat = crossval_ridge(torch.full((20, d), 0.1, dtype=torch.float64), Y, folds).Y_hat
    for fold in folds:
        mean = Y[complement(20, fold)].mean(0)
        torch.testing.assert_close(Y_hat[fold], mean.expand(len(fold), 2))


def test_inner_folds_do_not_split_groups(normal):
    """Repeats of an image leak: split, they make overfitting look right and alpha too small."""
    images, groups = normal(30, 40), torch.arange(30).repeat_interleave(4)
    X = images[groups] + 0.01 * normal(120, 40)
    Y = normal(30, 50)[groups] + 0.1 * normal(120, 50)
    folds = kfold(120, 3, groups=groups)
    grouped, split = (crossval_ridge(X, Y, folds, groups=g) for g in (groups, None))
    assert grouped.alpha.log().mean() > split.alpha.log().mean() + 5


def test_contiguous_inner_folds_do_not_leak_along_time(normal):
    """Two unrelated slow series: neighbours in time betray held-out samples to shuffled folds."""
    slow_X, slow_Y = normal(200, 30).cumsum(0), normal(200, 20).cumsum(0)
    blocks = kfold(200, 4, seed=None)
    shuffled, contiguous = (
        crossval_ridge(slow_X, slow_Y, blocks, contiguous=flag) for flag in (False, True)
    )
    assert contiguous.alpha.log().mean() > shuffled.alpha.log().mean() + 2


def test_progress_is_reported_after_each_fold(normal):
    calls = []
    crossval_ridge(
        normal(20, 3), normal(20, 1), kfold(20, 4), on_fold=lambda i, n: calls.append((i, n))
    )
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_share_of_alphas_at_the_edge_is_reported(normal):
    X, folds = normal(60, 5), kfold(60, 5)
    Y = torch.cat([X @ normal(5, 3), normal(60, 1).expand(60, 1)], 1)
    assert ridge_cv(X, Y[:, :3], folds, ABSOLUTE).at_edge == 1
    assert ridge_cv(X, Y[:, :3], folds, RidgeSettings((1.0,))).at_edge == 0
    inside = RidgeSettings((1e-12, 1e-6, 0.1, 1.0, 10.0, 1e9))
    assert ridge_cv(X, X @ normal(5, 3) + 2 * normal(60, 3), folds, inside).at_edge < 1


def test_target_blocks_change_nothing(normal, monkeypatch):
    X, Y = planted(normal, 40, 8, n_targets=7)
    whole = ridge_cv(X, Y, kfold(40, 4))
    monkeypatch.setattr("explorer.engine.batches.CPU_CHUNK", 3)
    torch.testing.assert_close(ridge_cv(X, Y, kfold(40, 4)).predict(X), whole.predict(X))


@pytest.mark.parametrize("alphas", [(), (0.0, 1.0), (-1.0,), (math.nan,), (1.0, 0.1)])
def test_impossible_alphas_are_refused(alphas):
    with pytest.raises(ValueError, match="alphas are"):
        RidgeSettings(alphas)


def test_no_components_are_refused():
    with pytest.raises(ValueError, match="n_components is 0"):
        RidgeSettings(n_components=0)


def test_features_that_are_not_finite_are_counted(normal):
    X, Y = planted(normal, 20, 5)
    X[3, 1], X[4, 4] = math.nan, math.inf
    with pytest.raises(ValueError, match="in 2 of its 5 columns"):
        ridge_cv(X, Y, kfold(20, 4))
    with pytest.raises(ValueError, match="in 2 of its 5 columns"):
        ridge_cv(X.nan_to_num(posinf=0), Y, kfold(20, 4)).predict(X)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, Y: (X[:-1], Y), "Align them"),
        (lambda X, Y: (X.float(), Y), "expected the same"),
        (lambda X, Y: (X[:, 0], Y), "expected float32 or float64"),
        (lambda X, Y: (X.long(), Y), "expected float32 or float64"),
        (lambda X, Y: (X[:15], Y[:15]), "each of the 15 stimuli"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(change, message, normal):
    X, Y = change(*planted(normal, 20, 5))
    with pytest.raises(ValueError, match=message):
        ridge_cv(X, Y, kfold(20, 4))


def test_another_number_of_features_is_refused(normal):
    X, Y = planted(normal, 20, 5)
    with pytest.raises(ValueError, match="3 features, expected 5"):
        ridge_cv(X, Y, kfold(20, 4)).predict(X[:, :3])


@pytest.mark.parametrize("mode", ["guided", "gcv", "loo"])
@pytest.mark.parametrize("d", [6, 40])
def test_nothing_of_the_test_rows_reaches_training_in_any_mode(mode, d, normal):
    X, Y = planted(normal, 30, d)
    folds = kfold(30, 3)
    settings = RidgeSettings(n_components=4, n_inner=3, mode=mode)
    before = crossval_ridge(X, Y, folds, settings)
    spoilt = X.clone(), Y.clone()
    spoilt[0][folds[0][1:]] *= -1e3
    spoilt[1][folds[0]] = 1e3 * normal(len(folds[0]), 4)
    after = crossval_ridge(*spoilt, folds, settings)
    torch.testing.assert_close(after.Y_hat[folds[0][0]], before.Y_hat[folds[0][0]])
    torch.testing.assert_close(after.alpha[0], before.alpha[0])


def test_a_gap_leaves_rows_out_of_training(normal):
    X, Y = planted(normal, 30, 4)
    folds, settings = kfold(30, 3, seed=None), RidgeSettings(GRID, gap=2, mode="loo")
    crossval = crossval_ridge(X, Y, folds, settings, contiguous=True)
    train = torch.tensor([*range(8), *range(22, 30)])
    expected = ridge_cv(X[train], Y[train], None, settings).predict(X[folds[1]])
    torch.testing.assert_close(crossval.Y_hat[folds[1]], expected)


def test_groups_with_a_mode_of_independent_rows_are_refused(normal):
    X, Y = planted(normal, 20, 4)
    with pytest.raises(ValueError, match="split no group"):
        crossval_ridge(X, Y, kfold(20, 4), RidgeSettings(mode="gcv"), groups=torch.arange(20) // 2)


@pytest.mark.parametrize("mode", ["kfold", "guided", "gcv", "loo"])
def test_what_is_given_is_left_as_it_was(mode, normal):
    X, Y = planted(normal, 30, 4)
    before = X.clone(), Y.clone()
    ridge_cv(X, Y, kfold(30, 3, seed=None), RidgeSettings(mode=mode))
    assert torch.equal(X, before[0])
    assert torch.equal(Y, before[1])
