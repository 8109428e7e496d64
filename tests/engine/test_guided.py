from dataclasses import replace

import pytest
import torch

from explorer.engine.folds import kfold
from explorer.engine.guided import all_errors, bounded_errors, guided_errors
from explorer.engine.penalties import RidgeSettings
from explorer.engine.ridge import ridge_cv

GRID = tuple(10.0 ** (k / 2) for k in range(-6, 10))


def table(minima, n_alphas=12):
    """A curve for each target with its one minimum there, and a count of what was looked up."""
    places = torch.arange(n_alphas)
    errors = (places - torch.as_tensor(minima)[:, None]).abs().double() + 0.01 * places
    looked = []

    def error(i, targets):
        looked.append(len(errors[targets]))
        return errors[targets, i]

    return errors, error, looked


def test_the_minimum_is_found_from_any_first_guess():
    minima = [0, 11, 5, 5, 3, 8]
    errors, error, _ = table(minima)
    found = guided_errors(error, torch.tensor([0, 0, 4, 5, 9, 11]), 12)
    assert found.nan_to_num(nan=99).argmin(1).tolist() == minima
    assert torch.equal(found[~found.isnan()], errors[~found.isnan()])


def test_a_right_guess_costs_three_alphas_and_two_at_an_edge():
    _, error, looked = table([0, 5, 11])
    guided_errors(error, torch.tensor([0, 5, 11]), 12)
    assert sum(looked) == 2 + 3 + 2


def test_errors_that_are_nan_end_the_search():
    found = guided_errors(lambda i, s: torch.full((2,), torch.nan)[s], torch.tensor([1, 2]), 4)
    assert found.isinf().any(1).all()


def test_a_second_minimum_is_missed_without_bounds_and_found_with_them():
    errors, error, _ = table([2, 2])
    errors[1, 9] = -1
    first = torch.tensor([2, 2])
    assert guided_errors(error, first, 12)[1].nan_to_num(nan=99).argmin() == 2
    floor = torch.full((2, 12), 50.0).double()
    floor[1, 9] = -2
    found = bounded_errors(error, first, floor)
    assert found[1].nan_to_num(nan=99).argmin() == 9
    assert found[0, 9].isnan()
    assert torch.equal(all_errors(error, 2, 12), errors)


@pytest.mark.parametrize("d", [20, 300])
@pytest.mark.parametrize("standardise", [False, True])
def test_guided_folds_choose_as_all_folds_do(d, standardise, normal):
    X = normal(200, d) * torch.arange(1, d + 1) ** -0.5 + 1
    Y = X @ normal(d, 300) + torch.logspace(-1, 2, 300) * normal(200, 300)
    folds = kfold(200, 5)
    settings = RidgeSettings(GRID, relative=False, standardise=standardise)
    exact = ridge_cv(X, Y, folds, settings)
    guided = ridge_cv(X, Y, folds, replace(settings, mode="guided"))
    same = guided.alpha == exact.alpha
    assert same.double().mean() > 0.97
    tried = ~guided.cv_error.isnan()
    assert tried.double().sum(0).mean() < 5
    torch.testing.assert_close(guided.cv_error[tried], exact.cv_error[tried])
    torch.testing.assert_close(guided.predict(X)[:, same], exact.predict(X)[:, same])
    least = guided.cv_error.nan_to_num(nan=torch.inf).amin(0)
    assert (least / exact.cv_error.amin(0) - 1).max() < 0.02
