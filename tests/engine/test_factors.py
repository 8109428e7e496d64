from dataclasses import replace

import pytest
import torch
from safetensors.torch import load, save

from explorer.engine import solve as module
from explorer.engine.factors import Factors, fit_factors
from explorer.engine.folds import kfold
from explorer.engine.penalties import RidgeSettings
from explorer.engine.ridge import ridge_cv
from explorer.engine.solve import solve

PLAIN = RidgeSettings((0.1, 10.0), relative=False, standardise=False)
CASES = [
    (40, 5, RidgeSettings((0.1, 10.0))),
    (40, 5, PLAIN),
    (20, 30, PLAIN),
    (20, 30, RidgeSettings((0.1, 10.0), n_components=4)),
    (20, 30, replace(PLAIN, mode="gcv")),
    (40, 5, replace(PLAIN, mode="loo")),
]


@pytest.mark.parametrize(("n", "d", "settings"), CASES)
def test_factors_come_back_from_a_file(n, d, settings, normal):
    X, Y = normal(n, d), normal(n, 3)
    factors = replace(fit_factors(X, kfold(n, 2), settings), notes=("one", "two"))
    again = Factors.from_tensors(load(save(factors.tensors())), settings)
    assert (again.kind, again.notes) == (factors.kind, factors.notes)
    fits = solve(factors, Y), solve(again, Y)
    for name in ("alpha", "cv_error", "coefficients", "Y_mean"):
        pair = [getattr(fit, name) for fit in fits]
        torch.testing.assert_close(*pair, equal_nan=True)
    torch.testing.assert_close(fits[0].predict(X), fits[1].predict(X))


@pytest.mark.parametrize(("n", "d", "settings"), CASES)
def test_targets_may_be_streamed(n, d, settings, normal):
    X, Y = normal(n, d), normal(n, 7)
    factors = fit_factors(X, kfold(n, 4), settings)
    rows = factors.whole.rotate(X)
    parts = [solve(factors, Y[:, part]) for part in (slice(0, 3), slice(3, 7))]
    whole = ridge_cv(X, Y, kfold(n, 4), settings)
    streamed = torch.cat([part.predict_rotated(rows) for part in parts], 1)
    torch.testing.assert_close(streamed, whole.predict(X))
    torch.testing.assert_close(solve(factors, Y, budget=1).alpha, whole.alpha)


def test_targets_in_rows_on_disk_give_the_same(normal):
    X, Y = normal(30, 4), normal(5, 30)
    factors = fit_factors(X, kfold(30, 3), PLAIN)
    fit = solve(factors, Y.T)
    torch.testing.assert_close(fit.cv_error, solve(factors, Y.T.contiguous()).cv_error)


@pytest.mark.parametrize("mode", ["kfold", "guided", "gcv", "loo"])
@pytest.mark.parametrize(("n", "d"), [(2, 1), (5, 1), (6, 9), (9, 4)])
def test_few_rows_and_one_feature_are_fitted(mode, n, d, normal):
    X, Y = normal(n, d), normal(n, 2)
    fit = ridge_cv(X, Y, kfold(n, 2), replace(PLAIN, mode=mode))
    for t in range(2):
        x, y = X - X.mean(0), Y[:, t] - Y[:, t].mean()
        w = torch.linalg.solve(x.T @ x + fit.alpha[t] * torch.eye(d).double(), x.T @ y)
        torch.testing.assert_close(fit.weights()[:, t], w)


@pytest.mark.parametrize("mode", ["kfold", "guided", "gcv", "loo"])
@pytest.mark.parametrize("d", [3, 40])
def test_features_without_variance_predict_the_mean(mode, d, normal):
    Y = normal(20, 3)
    Y[:, 2] = 0.3
    X = torch.full((20, d), 0.1, dtype=torch.float64)
    fit = ridge_cv(X, Y, kfold(20, 4), RidgeSettings((0.1, 10.0), mode=mode))
    torch.testing.assert_close(fit.predict(X), Y.mean(0).expand(20, 3))
    assert fit.weights().eq(0).all()


@pytest.mark.parametrize("mode", ["kfold", "guided", "gcv", "loo"])
@pytest.mark.parametrize("d", [8, 60])
@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -torch.inf])
def test_a_missing_response_makes_its_target_nan_in_every_mode(mode, d, bad, normal):
    X, Y = normal(40, d), normal(40, 4)
    settings = replace(PLAIN, mode=mode)
    whole = ridge_cv(X, Y, kfold(40, 4), settings)
    Y[7, 2] = bad
    fit = ridge_cv(X, Y, kfold(40, 4), settings)
    for part in (fit.alpha, fit.absolute_alpha, fit.Y_mean, fit.cv_error.nan_to_num(0).sum(0) / 0):
        assert part[2].isnan()
    assert fit.coefficients[:, 2].isnan().all()
    torch.testing.assert_close(fit.predict(X)[:, [0, 1, 3]], whole.predict(X)[:, [0, 1, 3]])


def test_one_alpha_for_all_has_the_least_mean_error(normal):
    X, Y = normal(60, 5), normal(60, 20)
    Y[:, 0], Y[3, 1] = 10 * X[:, 0] + Y[:, 0], torch.nan
    for mode in ("kfold", "guided", "gcv", "loo"):
        fit = ridge_cv(X, Y, kfold(60, 5), replace(PLAIN, mode=mode, selection="global"))
        kept = [0, *range(2, 20)]
        best = fit.cv_error[:, kept].mean(1).argmin()
        assert fit.alpha[kept].unique().tolist() == [PLAIN.alphas[best]]
        assert fit.alpha[1].isnan()


def test_many_small_folds_need_one_decomposition(normal):
    factors = fit_factors(normal(200, 60), kfold(200, 40), PLAIN)
    assert factors.kind == "closed"
    assert all(fold.axes.numel() == 0 for fold in factors.folds)


def test_out_of_memory_halves_the_block_and_is_noted(normal, monkeypatch):
    X, Y = normal(30, 4), normal(30, 20)
    factors = fit_factors(X, kfold(30, 3), PLAIN)
    whole, find = solve(factors, Y), module._Search.find

    def scarce(search, y):
        if len(y) > 4:
            raise RuntimeError("DefaultCPUAllocator: not enough memory")
        return find(search, y)

    monkeypatch.setattr(module._Search, "find", scarce)
    fit = solve(factors, Y)
    assert "out of memory" in fit.notes[0]
    torch.testing.assert_close(fit.cv_error, whole.cv_error)


@pytest.mark.parametrize("shape", [(1, 3), (5, 0)])
def test_features_of_one_row_or_no_column_are_refused(shape):
    with pytest.raises(ValueError, match="expected 2 rows and 1 feature"):
        fit_factors(torch.ones(shape), None, replace(PLAIN, mode="gcv"))


def test_folds_are_asked_for(normal):
    with pytest.raises(ValueError, match="See kfold"):
        fit_factors(normal(9, 2), None, PLAIN)


def test_other_rows_are_refused(normal):
    factors = fit_factors(normal(9, 2), kfold(9, 3), PLAIN)
    with pytest.raises(ValueError, match="Align them"):
        solve(factors, normal(8, 2))


@pytest.mark.parametrize("change", [{"mode": "fast"}, {"criterion": "r2"}, {"selection": "roi"}])
def test_unknown_choices_are_refused(change):
    with pytest.raises(ValueError, match="expected one of"):
        RidgeSettings(**change)


def test_gcv_by_correlation_is_refused():
    with pytest.raises(ValueError, match="estimate of squared error"):
        RidgeSettings(mode="gcv", criterion="correlation")
