import pytest
import torch

from explorer.engine.batches import BUDGET, chunks, column_batches, run_blocks, targets_in_rows


@pytest.mark.parametrize(("n", "size", "most"), [(10, 1, None), (10, 1, 3), (5, 2 * BUDGET, None)])
def test_batches_cover_every_column_once(n, size, most):
    covered = [i for block in column_batches(n, size, most=most) for i in range(n)[block]]
    assert covered == list(range(n))


def test_batches_stay_within_the_budget():
    assert all((b.stop - b.start) * 1000 <= BUDGET for b in column_batches(10**6, 1000))
    assert list(column_batches(0, 8)) == []


@pytest.mark.parametrize(
    "error", [RuntimeError("CUDA out of memory"), torch.OutOfMemoryError("full"), MemoryError()]
)
def test_blocks_are_halved_until_they_fit(error):
    done = []

    def run(block):
        if block.stop - block.start > 3:
            raise error
        done.extend(range(20)[block])

    assert "3 targets at a time" in run_blocks(20, 13, run)[0]
    assert done == list(range(20))


def test_other_failures_and_a_single_column_too_large_are_raised():
    def run(block):
        raise RuntimeError("not enough memory" if block.stop - block.start == 1 else "wrong shape")

    for step, message in ((5, "wrong shape"), (1, "not enough memory")):
        with pytest.raises(RuntimeError, match=message):
            run_blocks(5, step, run)
    assert run_blocks(5, 2, lambda block: None) == ()


def test_targets_are_put_in_rows_in_the_order_asked_for():
    Y = torch.arange(50 * 7.0).reshape(50, 7)
    order = torch.randperm(50)
    assert torch.equal(targets_in_rows(Y, slice(2, 6), order), Y[order, 2:6].T)
    assert torch.equal(targets_in_rows(Y, slice(0, 7), None), Y.T)


@pytest.mark.parametrize("targets", [slice(3, 2500), torch.arange(2500)])
def test_chunks_cover_the_targets(targets):
    whole = torch.arange(3000)
    parts = chunks(targets, torch.device("cpu"))
    assert torch.equal(torch.cat([whole[part] for part in parts]), whole[targets])
