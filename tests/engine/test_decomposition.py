import pytest
import torch

from explorer.engine.decomposition import decompose_folds, fit_axes, fit_scaling
from explorer.engine.folds import kfold


def scaled(X):
    return (X - X.mean(0)) / X.std(0, correction=0)


@pytest.mark.parametrize(("n", "d"), [(30, 6), (12, 20)])
def test_training_rows_on_the_axes_have_the_eigenvalues_as_squares(n, d, normal):
    X = normal(n, d) * 3 + 1
    scaling = fit_scaling(X, 0 * X[0], True, X.dtype)
    spectrum, axes, on_axes = fit_axes(X, scaling, None)
    torch.testing.assert_close(on_axes, (X - scaling.mean) @ axes)
    torch.testing.assert_close(on_axes.T @ on_axes, torch.diag(spectrum.values))
    values = torch.linalg.svdvals(scaled(X)).square()[: len(spectrum.values)]
    torch.testing.assert_close(spectrum.values.flip(0), values)
    assert spectrum.mean_value.item() == pytest.approx(values.sum().item() / d)


@pytest.mark.parametrize(("n", "d"), [(60, 6), (24, 40)])
def test_folds_equal_a_decomposition_of_their_training_rows(n, d, normal):
    X = normal(n, d)
    X = X - X.mean(0)
    for fold in decompose_folds(X, 0 * X[0], kfold(n, 4), True, 3, X):
        train, test = X[fold.train], X[fold.test]
        peer = torch.linalg.svd(scaled(train), full_matrices=False)
        torch.testing.assert_close(fold.values.flip(0), peer.S[:3].square())
        expected = (test - train.mean(0)) / train.std(0, correction=0) @ peer.Vh[:3].T
        rows = fold.rows if fold.basis is None else fold.basis @ fold.rows
        torch.testing.assert_close(rows.flip(1).abs(), expected.abs())


def test_rank_is_found_and_constant_columns_are_dropped(normal):
    X = normal(30, 4)
    X = torch.cat([X, X[:, :1], torch.full((30, 1), 0.1, dtype=torch.float64)], 1)
    scaling = fit_scaling(X, 0 * X[0], True, X.dtype)
    assert scaling.scale[5] == 0
    spectrum, _, _ = fit_axes(X, scaling, None)
    assert len(spectrum.values) == 4


def test_a_column_that_varies_only_by_rounding_is_constant(normal):
    X = (1 + 1e-8 * normal(30, 1)).float().double()
    X[0] += 1e-7
    shift = X.mean(0)
    assert fit_scaling(X - shift, shift, True, torch.float32).scale == 0
    assert fit_scaling(X - shift, shift, True, torch.float64).scale > 0
