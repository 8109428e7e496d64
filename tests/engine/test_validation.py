import pytest
import torch

from explorer.engine.decomposition import decompose_folds
from explorer.engine.folds import complement, kfold
from explorer.engine.validation import centre, validation_mse


@pytest.mark.parametrize(("n", "d", "n_folds"), [(40, 5, 2), (40, 30, 8), (20, 30, 4), (12, 3, 12)])
def test_errors_equal_a_loop_over_folds_and_alphas(n, d, n_folds, normal):
    X, Y, alphas = normal(n, d), normal(n, 3) + 2, torch.tensor([0.1, 10.0], dtype=torch.float64)
    X = X - X.mean(0)
    folds = kfold(n, n_folds)
    expected = torch.zeros(2, 3, dtype=torch.float64)
    for test in folds:
        train = complement(n, test)
        x, y = X[train] - X[train].mean(0), Y[train] - Y[train].mean(0)
        for i, alpha in enumerate(alphas):
            w = torch.linalg.solve(x.T @ x + alpha * torch.eye(d, dtype=torch.float64), x.T @ y)
            Y_hat = (X[test] - X[train].mean(0)) @ w + Y[train].mean(0)
            expected[i] += (Y[test] - Y_hat).square().sum(0) / n
    mse = validation_mse(
        X, Y, decompose_folds(X, 0 * X[0], folds, False, None, X), [alphas] * n_folds
    )
    torch.testing.assert_close(mse, expected)


def test_a_constant_column_is_centred_to_zero():
    y, mean = centre(torch.full((7, 1), 0.1))
    assert y.abs().max() == 0
    assert mean.item() == pytest.approx(0.1)
