from dataclasses import replace

import pytest
import torch
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from explorer.engine.folds import kfold
from explorer.engine.gcv import correlation_error
from explorer.engine.penalties import RidgeSettings
from explorer.engine.ridge import ridge_cv

GRID = tuple(10.0**k for k in range(-2, 5))
LOO = RidgeSettings(GRID, relative=False, standardise=False, mode="loo")
SHAPES = [(60, 12), (30, 50), (40, 1), (31, 30)]


def planted(normal, n, d):
    X = normal(n, d) * torch.logspace(0, -2, d, dtype=torch.float64) + 3
    return X, X @ normal(d, 20) + torch.logspace(-1, 1, 20).double() * normal(n, 20) + 5


@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_leave_one_out_equals_sklearn_per_target(n, d, dtype, normal):
    X, Y = (part.to(dtype) for part in planted(normal, n, d))
    fit = ridge_cv(X, Y, None, LOO)
    peer = RidgeCV(GRID, alpha_per_target=True, store_cv_results=True)
    peer.fit(X.double().numpy(), Y.double().numpy())
    tolerance = 2e-3 if dtype == torch.float32 else 1e-7
    expected = torch.from_numpy(peer.cv_results_).mean(0).T
    tried = ~fit.cv_error.isnan()
    found = fit.cv_error.double()
    torch.testing.assert_close(found[tried], expected[tried], rtol=tolerance, atol=0)
    assert (expected[~tried] > expected.amin(0).expand_as(expected)[~tried]).all()
    if dtype == torch.float64:
        torch.testing.assert_close(fit.alpha, torch.from_numpy(peer.alpha_))
        torch.testing.assert_close(fit.weights().T, torch.from_numpy(peer.coef_))


def test_standardised_leave_one_out_equals_a_pipeline_of_sklearn(normal):
    X, Y = planted(normal, 60, 12)
    fit = ridge_cv(X, Y, None, replace(LOO, standardise=True))
    peer = make_pipeline(StandardScaler(), RidgeCV(GRID, alpha_per_target=True))
    peer.fit(X.numpy(), Y.numpy())
    torch.testing.assert_close(fit.alpha, torch.from_numpy(peer[-1].alpha_))
    torch.testing.assert_close(fit.predict(X), torch.from_numpy(peer.predict(X.numpy())))


@pytest.mark.parametrize(("n", "d"), SHAPES[:3])
def test_leave_one_out_equals_as_many_folds_as_rows(n, d, normal):
    X, Y = planted(normal, n, d)
    by_folds = ridge_cv(X, Y, kfold(n, n), replace(LOO, mode="kfold"))
    fit = ridge_cv(X, Y, None, replace(LOO, selection="global"))  # tries every alpha
    torch.testing.assert_close(fit.cv_error, by_folds.cv_error)


def test_leave_one_out_by_correlation_pools_all_rows(normal):
    X, Y = planted(normal, 30, 5)
    fit = ridge_cv(X, Y, None, replace(LOO, alphas=(2.0,), criterion="correlation"))
    Y_hat = torch.stack([_left_out(X, Y, i, 2.0) for i in range(30)])
    torch.testing.assert_close(fit.cv_error[0], correlation_error(Y.T, Y_hat.T))


def _left_out(X, Y, i, alpha):
    kept = torch.arange(len(X)) != i
    x, y = X[kept] - X[kept].mean(0), Y[kept] - Y[kept].mean(0)
    w = torch.linalg.solve(x.T @ x + alpha * torch.eye(x.shape[1], dtype=x.dtype), x.T @ y)
    return (X[i] - X[kept].mean(0)) @ w + Y[kept].mean(0)


@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gcv_equals_the_hat_matrix(n, d, dtype, normal):
    X, Y = (part.to(dtype) for part in planted(normal, n, d))
    fit = ridge_cv(X, Y, None, replace(LOO, mode="gcv"))
    x, y = X.double() - X.double().mean(0), Y.double()
    tolerance = 2e-3 if dtype == torch.float32 else 1e-6
    for i, alpha in enumerate(GRID):
        hat = x @ torch.linalg.solve(x.T @ x + alpha * torch.eye(d).double(), x.T) + 1 / n
        rest = torch.eye(n).double() - hat
        expected = n * (rest @ y).square().sum(0) / rest.trace().square()
        found = fit.cv_error[i].double()
        torch.testing.assert_close(found, expected, rtol=tolerance, atol=0)


@pytest.mark.parametrize(("n", "d"), [(60, 12), (30, 50)])
def test_float32_chooses_as_float64_does(n, d, normal):
    """A residual sum that cancels chose wrong alphas where features outnumber rows."""
    X, Y = planted(normal, n, d)
    for mode in ("gcv", "loo"):
        settings = replace(LOO, mode=mode)
        single = ridge_cv(X.float(), Y.float(), None, settings)
        torch.testing.assert_close(single.alpha.double(), ridge_cv(X, Y, None, settings).alpha)


def test_correlation_error_of_a_constant_is_one(normal):
    y = normal(2, 9)
    assert correlation_error(y, torch.ones(2, 9).double()).tolist() == [1, 1]
    assert correlation_error(y, 3 * y + 1).abs().max() < 1e-12
