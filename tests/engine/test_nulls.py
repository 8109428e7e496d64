import pytest
import torch

from explorer.engine.nulls import permuted_targets, pooled_p


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_each_permuted_target_holds_the_values_of_one_target():
    Y = normal(20, 3)
    originals = {tuple(column.sort().values.tolist()) for column in Y.T}
    drawn = permuted_targets(Y, 40).T
    assert {tuple(column.sort().values.tolist()) for column in drawn} == originals
    assert len({tuple(column.tolist()) for column in drawn}) == 40


def test_circular_shifts_keep_neighbours():
    Y = torch.arange(12.0)[:, None]
    steps = permuted_targets(Y, 8, circular=True).diff(dim=0) % 12
    assert (steps == 1).all()


def test_no_shift_is_the_identity():
    Y = torch.arange(5.0)[:, None]
    drawn = permuted_targets(Y, 200, circular=True)
    assert not (drawn == Y).all(0).any()


def test_targets_with_nan_are_not_drawn():
    Y = normal(10, 3)
    Y[2, 1] = torch.nan
    assert permuted_targets(Y, 30).isfinite().all()
    assert permuted_targets(Y[:, 1:2], 30).shape == (10, 0)


def test_pooled_p_equals_counting():
    score, null = normal(50), normal(301, seed=1)
    score[3], null[7] = torch.nan, torch.nan
    known = null[~null.isnan()]
    expected = [(1 + int((known >= s).sum())) / (1 + len(known)) for s in score]
    found = pooled_p(score, null)
    assert found[3].isnan()
    keep = ~score.isnan()
    assert found[keep].tolist() == pytest.approx(torch.tensor(expected)[keep].tolist())


def test_no_null_score_gives_no_p():
    assert pooled_p(normal(3), normal(0)).isnan().all()
