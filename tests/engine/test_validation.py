from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.engine import factors as factors_module
from explorer.engine.factors import fit_factors
from explorer.engine.folds import complement, kfold
from explorer.engine.penalties import RidgeSettings
from explorer.engine.solve import solve
from explorer.engine.validation import centre

GRID = (0.1, 1.0, 10.0, 100.0, 1000.0)
PLAIN = RidgeSettings(GRID, relative=False, standardise=False)
SHAPES = [(40, 5, 2), (40, 30, 8), (20, 30, 4), (12, 3, 12), (60, 1, 3), (44, 33, 4)]


def looped(X, Y, folds, settings):
    """Held-out predictions, (n_alphas, n, n_targets), by a solve per fold and alpha."""
    Y_hat = torch.zeros(len(settings.alphas), *Y.shape, dtype=Y.dtype)
    for test in folds:
        train = complement(len(X), test)
        x, mean = X[train], X[train].mean(0)
        sd = x.std(0, correction=0) if settings.standardise else torch.ones_like(mean)
        x, tested = (x - mean) / sd, (X[test] - mean) / sd
        y = Y[train] - Y[train].mean(0)
        unit = x.square().sum() / x.shape[1] if settings.relative else 1
        for i, alpha in enumerate(settings.alphas):
            matrix = x.T @ x + alpha * unit * torch.eye(x.shape[1], dtype=x.dtype)
            Y_hat[i, test] = tested @ torch.linalg.solve(matrix, x.T @ y) + Y[train].mean(0)
    return Y_hat


def forced(monkeypatch, kind, X, folds, settings):
    """Factors of that kind, whatever is cheapest; None where it cannot be."""
    monkeypatch.setattr(factors_module, "is_primal", lambda *_: kind != "dual")
    monkeypatch.setattr(factors_module, "_choose_kind", lambda *_: kind)
    return fit_factors(X, folds, settings)


@pytest.mark.parametrize(("n", "d", "n_folds"), SHAPES)
@pytest.mark.parametrize("kind", ["primal", "dual", "closed"])
@pytest.mark.parametrize("relative", [False, True])
def test_each_kind_equals_a_loop_over_folds_and_alphas(
    n, d, n_folds, kind, relative, normal, monkeypatch
):
    X, Y = normal(n, d) + 1, normal(n, 3) + 2
    folds, settings = kfold(n, n_folds), replace(PLAIN, relative=relative)
    fit = solve(forced(monkeypatch, kind, X, folds, settings), Y)
    expected = (looped(X, Y, folds, settings) - Y).square().mean(1)
    torch.testing.assert_close(fit.cv_error, expected)


@pytest.mark.parametrize(("n", "d", "n_folds"), SHAPES[:3])
@pytest.mark.parametrize("kind", ["primal", "dual"])
def test_scaling_of_each_fold_equals_the_loop(n, d, n_folds, kind, normal, monkeypatch):
    X, Y = normal(n, d) * torch.logspace(0, 2, d, dtype=torch.float64) + 1, normal(n, 3)
    folds, settings = kfold(n, n_folds), RidgeSettings(GRID)
    fit = solve(forced(monkeypatch, kind, X, folds, settings), Y)
    expected = (looped(X, Y, folds, settings) - Y).square().mean(1)
    torch.testing.assert_close(fit.cv_error, expected)


@pytest.mark.parametrize(("n", "d", "n_folds"), [(40, 5, 2), (40, 30, 8), (20, 30, 4)])
@pytest.mark.parametrize("kind", ["primal", "dual", "closed"])
def test_errors_by_correlation_equal_the_mean_over_folds(n, d, n_folds, kind, normal, monkeypatch):
    X, Y = normal(n, d) + 1, normal(n, 3) + 2
    folds, settings = kfold(n, n_folds), replace(PLAIN, criterion="correlation")
    fit = solve(forced(monkeypatch, kind, X, folds, settings), Y)
    Y_hat = looped(X, Y, folds, settings)
    for i in range(len(GRID)):
        for t in range(3):
            r = [np.corrcoef(Y[f, t], Y_hat[i, f, t])[0, 1] for f in folds]
            assert fit.cv_error[i, t].item() == pytest.approx(1 - np.mean(r))


@pytest.mark.parametrize(("kind", "d"), [("primal", 30), ("dual", 30), ("primal", 5)])
def test_filters_and_rotations_give_the_same(kind, d, normal, monkeypatch):
    X, Y, folds = normal(40, d), normal(40, 300), kfold(40, 2)
    made = forced(monkeypatch, kind, X, folds, replace(PLAIN, alphas=GRID[:2]))
    with_filters = solve(made, Y)
    monkeypatch.setattr("explorer.engine.validation.FILTER_BYTES", 0)
    monkeypatch.setattr("explorer.engine.primal_errors.FILTER_BYTES", 0)
    torch.testing.assert_close(solve(made, Y).cv_error, with_filters.cv_error)


def test_a_constant_column_is_centred_to_zero():
    y, mean = centre(torch.full((1, 7), 0.1))
    assert y.abs().max() == 0
    assert mean.item() == pytest.approx(0.1)
