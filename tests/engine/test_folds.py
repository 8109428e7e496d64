import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import KFold

from explorer.engine.folds import check_disjoint, check_partition, complement, kfold, trim_gap


@given(st.integers(2, 60), st.integers(2, 60), st.sampled_from([None, 0, 7]))
def test_folds_are_a_partition_of_nearly_equal_parts(n, n_folds, seed):
    n_folds = min(n, n_folds)
    folds = kfold(n, n_folds, seed=seed)
    assert sorted(torch.cat(folds).tolist()) == list(range(n))
    sizes = [len(fold) for fold in folds]
    assert len(sizes) == n_folds
    assert max(sizes) - min(sizes) <= 1


@given(st.lists(st.integers(0, 9), min_size=2, max_size=50), st.integers(2, 5), st.booleans())
def test_groups_are_never_split(groups, n_folds, contiguous):
    groups = torch.tensor(groups)
    n_groups = len(groups.unique())
    if n_groups < n_folds:
        with pytest.raises(ValueError, match=f"expected 2 to {n_groups}, the number of groups"):
            kfold(len(groups), n_folds, groups=groups)
        return
    folds = kfold(len(groups), n_folds, seed=None if contiguous else 0, groups=groups)
    check_partition(len(groups), folds)
    for fold in folds:
        outside = complement(len(groups), fold)
        assert not set(groups[fold].tolist()) & set(groups[outside].tolist())


def test_contiguous_folds_equal_sklearn():
    expected = [torch.from_numpy(test) for _, test in KFold(3).split(range(11))]
    assert all(map(torch.equal, kfold(11, 3, seed=None), expected))


def test_contiguous_groups_stay_in_order_of_time():
    groups = torch.tensor([5, 5, 5, 2, 2, 2, 9, 9, 9, 1, 1, 1])
    assert [f.tolist() for f in kfold(12, 2, seed=None, groups=groups)] == [
        [0, 1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10, 11],
    ]


def test_groups_of_unequal_size_are_balanced():
    groups = torch.repeat_interleave(torch.arange(5), torch.tensor([8, 4, 4, 4, 4]))
    assert sorted(len(fold) for fold in kfold(24, 3, groups=groups)) == [8, 8, 8]


def test_seed_decides_the_folds():
    same, again, other = (kfold(30, 3, seed=seed)[0] for seed in (1, 1, 2))
    assert torch.equal(same, again)
    assert not torch.equal(same, other)


@pytest.mark.parametrize("n_folds", [1, 6])
def test_impossible_numbers_of_folds_are_refused(n_folds):
    with pytest.raises(ValueError, match=f"{n_folds} folds were asked for, expected 2 to 5"):
        kfold(5, n_folds)


@pytest.mark.parametrize("groups", [torch.zeros(4, dtype=torch.long), torch.zeros(5)])
def test_groups_must_be_one_integer_per_stimulus(groups):
    with pytest.raises(ValueError, match="expected integers of shape"):
        kfold(5, 2, groups=groups)


@pytest.mark.parametrize("folds", [[[0, 1], [1, 2]], [[0], [1]], [[0, 1, 2]], [[0, 1, 2], []]])
def test_folds_that_are_no_partition_are_refused(folds):
    with pytest.raises(ValueError, match="kfold"):
        check_partition(3, [torch.tensor(fold, dtype=torch.long) for fold in folds])


def test_a_gap_keeps_neighbours_of_test_rows_out_of_training():
    test = torch.tensor([4, 5, 6])
    train = complement(12, test)
    assert trim_gap(train, test, 2).tolist() == [0, 1, 9, 10, 11]
    assert torch.equal(trim_gap(train, test, 0), train)


def test_impossible_gaps_are_refused():
    test = torch.tensor([4, 5, 6])
    with pytest.raises(ValueError, match="gap is -1"):
        trim_gap(test, test, -1)
    with pytest.raises(ValueError, match="leaves no training row"):
        trim_gap(complement(12, test), test, 9)


def test_stimuli_in_training_and_test_rows_are_refused():
    check_disjoint(torch.tensor([1, 1, 2]), torch.tensor([3, 4, 4]))
    with pytest.raises(ValueError, match=r"1 stimuli are in both .* \[2\]"):
        check_disjoint(torch.tensor([1, 2, 2]), torch.tensor([2, 3]))
