import math
from dataclasses import replace

import pytest
import torch
from himalaya.backend import set_backend
from himalaya.kernel_ridge import solve_multiple_kernel_ridge_hyper_gradient
from himalaya.ridge import solve_group_ridge_random_search
from himalaya.scoring import r2_score_split

from explorer.engine.band_search import draw_gammas
from explorer.engine.band_settings import BandedSettings
from explorer.engine.banded import (
    banded_ridge_cv,
    crossval_banded_ridge,
)
from explorer.engine.contributions import product_measure
from explorer.engine.folds import complement, kfold
from explorer.engine.ridge import RidgeSettings, ridge_cv
from explorer.engine.scores import r2

ALPHAS = tuple(10.0**k for k in range(-1, 5))
PLAIN = BandedSettings(ALPHAS, relative=False, standardise=False, n_gammas=8)


def planted(normal, n, sizes, n_targets=6, dtype=torch.float64):
    """Bands with means and unlike spectra; each target mixes them in its own proportions."""
    bands = [normal(n, d) * torch.arange(1, d + 1).double() ** -0.5 + 2 for d in sizes]
    shares = torch.linspace(0, 1, n_targets).double()
    Y = normal(n, n_targets) + 4
    for b, band in enumerate(bands):
        signal = band @ normal(band.shape[1], n_targets)
        Y += (shares if b else 1 - shares) * signal / signal.std(0)
    return [band.to(dtype) for band in bands], Y.to(dtype)


def himalaya(bands, Y, gammas, n_folds=5):
    set_backend("torch")
    alphas = torch.tensor(ALPHAS, dtype=Y.dtype)
    return solve_group_ridge_random_search(
        bands, Y, n_iter=gammas.to(Y), alphas=alphas, cv=n_folds, fit_intercept=True,
        return_weights=True, progress_bar=False, warn=False,
    )  # fmt: skip


def penalties(fit, t):
    """Penalty of each feature of target t."""
    return torch.cat(
        [
            (fit.alpha[t] / gamma).expand(size)
            for gamma, size in zip(fit.gamma[:, t], fit.sizes, strict=True)
        ]
    )


def solved(X, y, penalty):
    """Weights by the normal equations, in float64."""
    X, y = X.double(), y.double()
    X = X - X.mean(0)
    return torch.linalg.solve(X.T @ X + torch.diag(penalty.double()), X.T @ (y - y.mean()))


def naive_mse(X, y, penalty, folds):
    """Validation error, fold by fold, in float64."""
    error = 0
    for test in folds:
        train = complement(len(X), test)
        w = solved(X[train], y[train], penalty)
        y_hat = (X[test] - X[train].mean(0)).double() @ w + y[train].double().mean()
        error += (y[test] - y_hat).square().sum().item()
    return error / len(X)


@pytest.mark.parametrize(("n", "sizes"), [(200, (12, 8)), (60, (40, 30)), (100, (30, 20, 10))])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scores_and_weights_equal_himalaya(n, sizes, dtype, normal):
    bands, Y = planted(normal, n, sizes, dtype=dtype)
    gammas = draw_gammas(8, len(sizes), 0)
    fit = banded_ridge_cv(bands, Y, kfold(n, 5, seed=None), PLAIN)
    deltas, W, scores, intercept = himalaya(bands, Y, gammas)
    torch.testing.assert_close(fit.gamma_mse, -scores, rtol=2e-6, atol=2e-6)
    tolerance = 1e-4 if dtype == torch.float32 else 1e-8
    torch.testing.assert_close(fit.W, W, rtol=tolerance, atol=tolerance)
    torch.testing.assert_close((fit.gamma / fit.alpha).log(), deltas, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(fit.intercept(), intercept, rtol=tolerance, atol=10 * tolerance)


def test_the_error_is_that_of_the_normal_equations(normal):
    bands, Y = planted(normal, 60, (10, 70), n_targets=3)
    folds = kfold(60, 4)
    fit = banded_ridge_cv(bands, Y, folds, PLAIN)
    X = torch.cat(bands, 1)
    for t in range(3):
        expected = naive_mse(X, Y[:, t], penalties(fit, t), folds)
        assert fit.cv_mse[t].item() == pytest.approx(expected)
        torch.testing.assert_close(fit.W[:, t], solved(X, Y[:, t], penalties(fit, t)))


@pytest.mark.parametrize(("n", "d"), [(80, 12), (40, 60)])
@pytest.mark.parametrize("standardise", [False, True])
def test_a_single_band_is_ridge(n, d, standardise, normal):
    bands, Y = planted(normal, n, (d,))
    folds = kfold(n, 4)
    fit = banded_ridge_cv(bands, Y, folds, BandedSettings(standardise=standardise))
    peer = ridge_cv(bands[0], Y, folds, RidgeSettings(standardise=standardise))
    torch.testing.assert_close(fit.alpha, peer.alpha)
    torch.testing.assert_close(fit.cv_mse, peer.cv_error.amin(0))
    torch.testing.assert_close(fit.predict(bands), peer.predict(bands[0]))
    assert fit.gamma.eq(1).all()
    assert fit.at_edge == peer.at_edge


def test_uniform_gammas_are_ridge_with_as_many_times_the_alpha(normal):
    bands, Y = planted(normal, 80, (10, 6))
    folds = kfold(80, 4)
    fit = banded_ridge_cv(bands, Y, folds, replace(PLAIN, n_gammas=1))
    doubled = tuple(2 * alpha for alpha in ALPHAS)
    peer = ridge_cv(torch.cat(bands, 1), Y, folds, RidgeSettings(doubled, False, False))
    torch.testing.assert_close(2 * fit.alpha, peer.alpha)
    torch.testing.assert_close(fit.predict(bands), peer.predict(torch.cat(bands, 1)))


def test_gammas_are_seeded_and_on_the_simplex():
    gammas = draw_gammas(50, 3, 4)
    torch.testing.assert_close(gammas.sum(1), torch.ones(50).double())
    torch.testing.assert_close(gammas[0], torch.full((3,), 1 / 3).double())
    assert gammas.equal(draw_gammas(50, 3, 4))
    assert not gammas.equal(draw_gammas(50, 3, 5))
    assert gammas[2::2].amax(1).mean() > gammas[1::2].amax(1).mean() + 0.1


def test_planted_bands_get_the_larger_gammas(normal):
    bands = [normal(300, 40), normal(300, 40)]
    Y = torch.stack([bands[b] @ normal(40) + 5 * normal(300) for b in (0, 1, 0, 1)], 1)
    fit = banded_ridge_cv(bands, Y, kfold(300, 5))
    assert fit.gamma.argmax(0).tolist() == [0, 1, 0, 1]
    joint = ridge_cv(torch.cat(bands, 1), Y, kfold(300, 5))
    assert (fit.cv_mse < joint.cv_error.amin(0)).all()


@pytest.mark.parametrize(("n", "sizes"), [(150, (20, 15)), (50, (40, 30))])
def test_a_screened_search_keeps_exact_errors_and_loses_little(n, sizes, normal):
    bands, Y = planted(normal, n, sizes, n_targets=40)
    folds = kfold(n, 5)
    exact = banded_ridge_cv(bands, Y, folds, PLAIN)
    screened = banded_ridge_cv(bands, Y, folds, replace(PLAIN, screened=3))
    tried = ~screened.gamma_mse.isnan()
    assert tried.sum(0).eq(3).all()
    torch.testing.assert_close(screened.gamma_mse[tried], exact.gamma_mse[tried])
    assert (screened.cv_mse / exact.cv_mse - 1).mean() < 0.01
    whole = banded_ridge_cv(bands, Y, folds, replace(PLAIN, screened=20))
    torch.testing.assert_close(whole.cv_mse, exact.cv_mse)


@pytest.mark.parametrize(("n", "sizes"), [(150, (20, 15)), (50, (40, 30)), (100, (12, 10, 8))])
def test_a_descent_is_never_worse_and_reports_true_errors_and_weights(n, sizes, normal):
    bands, Y = planted(normal, n, sizes, n_targets=5)
    folds = kfold(n, 5)
    start = banded_ridge_cv(bands, Y, folds, replace(PLAIN, n_gammas=3))
    fit = banded_ridge_cv(bands, Y, folds, replace(PLAIN, n_gammas=3, n_steps=15))
    assert (fit.cv_mse <= start.cv_mse).all()
    assert (fit.cv_mse < start.cv_mse - 1e-4).any()
    torch.testing.assert_close(fit.gamma.sum(0), torch.ones(5).double())
    X = torch.cat(bands, 1)
    for t in range(5):
        expected = naive_mse(X, Y[:, t], penalties(fit, t), folds)
        assert fit.cv_mse[t].item() == pytest.approx(expected, rel=1e-6)
        expected = solved(X, Y[:, t], penalties(fit, t))
        torch.testing.assert_close(fit.W[:, t], expected, rtol=1e-5, atol=1e-7)


def test_a_descent_in_float32_is_never_worse_than_its_start(normal):
    bands, Y = planted(normal, 150, (20, 15), n_targets=20, dtype=torch.float32)
    folds = kfold(150, 5)
    start, fit = (banded_ridge_cv(bands, Y, folds, replace(PLAIN, n_steps=n)) for n in (0, 15))
    assert (fit.cv_mse <= start.cv_mse).all()
    X = torch.cat(bands, 1)
    for t in range(20):
        error = naive_mse(X, Y[:, t], penalties(fit, t), folds)
        assert error == pytest.approx(fit.cv_mse[t].item(), rel=2e-6)


def test_the_gradient_of_the_error_is_zero_where_a_descent_ends(normal):
    bands, Y = planted(normal, 150, (20, 15), n_targets=5)
    folds = kfold(150, 5)
    fit = banded_ridge_cv(bands, Y, folds, replace(PLAIN, n_steps=40))
    X, inner = torch.cat(bands, 1), [t for t in range(5) if fit.gamma[:, t].min() > 0.01]
    assert inner
    for t in inner:
        for band in (slice(20), slice(20, 35)):
            ends = []
            for factor in (math.exp(-0.1), math.exp(0.1)):
                penalty = penalties(fit, t).clone()
                penalty[band] *= factor
                ends.append(naive_mse(X, Y[:, t], penalty, folds))
            assert min(ends) > fit.cv_mse[t].item() - 1e-7


def test_a_descent_reaches_lower_errors_than_himalaya(normal):
    """Scores of both are errors by the normal equations, whatever they report."""
    set_backend("torch")
    bands, Y = planted(normal, 150, (20, 15), n_targets=8)
    bands, Y = [band - band.mean(0) for band in bands], Y - Y.mean(0)
    folds = kfold(150, 5, seed=None)
    kernels = torch.stack([band @ band.T for band in bands])
    deltas, _, _ = solve_multiple_kernel_ridge_hyper_gradient(
        kernels, Y, cv=5, max_iter=60, initial_deltas="ridgecv", progress_bar=False
    )
    fit = banded_ridge_cv(bands, Y, folds, replace(PLAIN, n_steps=20))
    X, sizes, peers = torch.cat(bands, 1), torch.tensor([20, 15]), []
    for t in range(8):
        penalty = (-deltas[:, t]).exp().repeat_interleave(sizes)
        peers.append(naive_mse(X, Y[:, t], penalty, folds))
    peers = torch.tensor(peers, dtype=torch.float64)
    assert fit.cv_mse.mean() < peers.mean()
    assert (fit.cv_mse < peers + 1e-3).all()


def test_bands_add_up_to_the_prediction_and_split_r2_as_in_himalaya(normal):
    bands, Y = planted(normal, 120, (12, 8))
    train, test = torch.arange(90), torch.arange(90, 120)
    fit = banded_ridge_cv([band[train] for band in bands], Y[train], kfold(90, 5), PLAIN)
    held_out = [band[test] for band in bands]
    parts, y = fit.predict_bands(held_out), Y[test] - Y[test].mean(0)
    torch.testing.assert_close(parts.sum(0) + fit.Y_mean, fit.predict(held_out))
    measured = product_measure(Y[test], parts)
    set_backend("torch")
    torch.testing.assert_close(measured, r2_score_split(y, parts))
    torch.testing.assert_close(measured.sum(0), r2(y, parts.sum(0)))


def test_crossvalidated_predictions_are_those_of_models_of_the_other_folds(normal):
    bands, Y = planted(normal, 60, (10, 70), n_targets=3)
    Y[5, 1] = math.nan
    folds = kfold(60, 3)
    parts = crossval_banded_ridge(bands, Y, folds, PLAIN)
    assert parts.isnan().all(0).all(0).tolist() == [False, True, False]
    train = complement(60, folds[1])
    fit = banded_ridge_cv([b[train] for b in bands], Y[train], kfold(len(train), 5), PLAIN)
    expected = fit.predict([band[folds[1]] for band in bands])
    torch.testing.assert_close(parts.sum(0)[folds[1]][:, [0, 2]], expected[:, [0, 2]])


@pytest.mark.parametrize("sizes", [(8, 5), (40, 30)])
def test_a_missing_response_makes_its_target_nan_and_no_other(sizes, normal):
    bands, Y = planted(normal, 40, sizes, n_targets=4)
    settings = replace(PLAIN, screened=3, n_steps=5)
    whole = banded_ridge_cv(bands, Y, kfold(40, 4), settings)
    Y[7, 2] = math.nan
    fit = banded_ridge_cv(bands, Y, kfold(40, 4), settings)
    for part in (fit.alpha, fit.gamma[0], fit.cv_mse, fit.W[0], fit.intercept()):
        assert part.isnan().tolist() == [False, False, True, False]
    assert fit.gamma_mse[:, 2].isnan().all()
    others = [0, 1, 3]
    torch.testing.assert_close(fit.W[:, others], whole.W[:, others])


def test_a_constant_band_changes_nothing(normal):
    bands, Y = planted(normal, 60, (10, 6))
    folds = kfold(60, 4)
    constant = torch.full((60, 3), 0.1, dtype=torch.float64)
    gammas = ((0.25, 0.25, 0.5),)
    fit = banded_ridge_cv([*bands, constant], Y, folds, replace(PLAIN, gammas=gammas))
    halved = tuple(2 * alpha for alpha in ALPHAS)  # alpha over a half is 2 alpha over a quarter
    without = replace(PLAIN, alphas=halved, gammas=((0.5, 0.5),))
    expected = banded_ridge_cv(bands, Y, folds, without)
    torch.testing.assert_close(fit.cv_mse, expected.cv_mse)
    assert fit.W[16:].eq(0).all()
    descended = replace(PLAIN, n_gammas=4, n_steps=5)
    assert banded_ridge_cv([*bands, constant], Y, folds, descended).W.isfinite().all()


def test_a_doubled_band_and_a_band_of_no_weight_are_harmless(normal):
    bands, Y = planted(normal, 60, (10, 6))
    twice = [bands[0], bands[0], bands[1]]
    settings = replace(PLAIN, n_steps=5)
    assert banded_ridge_cv(twice, Y, kfold(60, 4), settings).W.isfinite().all()
    fit = banded_ridge_cv(bands, Y, kfold(60, 4), replace(PLAIN, gammas=((1.0, 0.0),)))
    only = banded_ridge_cv(bands[:1], Y, kfold(60, 4), PLAIN)
    torch.testing.assert_close(fit.cv_mse, only.cv_mse)
    assert fit.W[10:].eq(0).all()


def test_constant_targets_are_predicted_by_their_mean(normal):
    bands, Y = planted(normal, 60, (10, 6))
    Y[:, 1] = 0.1
    fit = banded_ridge_cv(bands, Y, kfold(60, 4), replace(PLAIN, n_steps=5))
    torch.testing.assert_close(fit.predict(bands)[:, 1], Y[:, 1])
    assert product_measure(Y, fit.predict_bands(bands)).isnan().any(0).tolist()[:3] == [
        False, True, False,
    ]  # fmt: skip


def test_slabs_and_blocks_change_nothing(normal, monkeypatch):
    bands, Y = planted(normal, 40, (8, 5), n_targets=7)
    settings = replace(PLAIN, screened=4, n_steps=4)
    whole = banded_ridge_cv(bands, Y, kfold(40, 4), settings)
    monkeypatch.setattr("explorer.engine.band_search.CPU_BLOCK", 2)
    monkeypatch.setattr("explorer.engine.batches.BUDGET", 8000)
    parts = banded_ridge_cv(bands, Y, kfold(40, 4), settings)
    torch.testing.assert_close(parts.W, whole.W)
    torch.testing.assert_close(parts.gamma_mse, whole.gamma_mse, equal_nan=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda bands, Y: ([bands[0], bands[1][:-1]], Y), "Align the bands"),
        (lambda bands, Y: ([bands[0], bands[1][:, :0]], Y), "Band 1 has no features"),
        (lambda bands, Y: ([bands[0], bands[1] * math.nan], Y), "Band 1: X has NaN"),
        (lambda bands, Y: ([bands[0], bands[1].float()], Y), "expected the same"),
        (lambda bands, Y: ([], Y), "no bands"),
        (lambda bands, Y: (bands, Y[:-1]), "Align them"),
        (lambda bands, Y: ([b[:15] for b in bands], Y[:15]), "each of the 15 stimuli"),
    ],
)
def test_bands_that_do_not_fit_are_refused(change, message, normal):
    with pytest.raises(ValueError, match=message):
        banded_ridge_cv(*change(*planted(normal, 20, (4, 3))), kfold(20, 4))


def test_an_empty_fold_and_other_bands_are_refused(normal):
    bands, Y = planted(normal, 20, (4, 3))
    with pytest.raises(ValueError, match="none empty"):
        banded_ridge_cv(bands, Y, [torch.arange(20), torch.arange(0)])
    with pytest.raises(ValueError, match=r"expected \(4, 3\)"):
        banded_ridge_cv(bands, Y, kfold(20, 4)).predict(bands[::-1])
    with pytest.raises(ValueError, match="n_bands, n, n_targets"):
        product_measure(Y, Y)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"alphas": ()}, "alphas are"),
        ({"alphas": (1.0, 0.1)}, "Sort them"),
        ({"n_gammas": 0}, "n_gammas is 0"),
        ({"n_steps": -1}, "n_steps is -1"),
        ({"screened": 0}, "screened is 0"),
        ({"gammas": ((0.5, 0.6),)}, "sum to 1"),
        ({"gammas": ((-0.5, 1.5),)}, "sum to 1"),
    ],
)
def test_impossible_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        BandedSettings(**settings)


def test_gammas_for_another_number_of_bands_are_refused(normal):
    bands, Y = planted(normal, 20, (4, 3))
    with pytest.raises(ValueError, match="rows of 2 numbers"):
        banded_ridge_cv(bands, Y, kfold(20, 4), BandedSettings(gammas=((0.2, 0.3, 0.5),)))
