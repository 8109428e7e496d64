import pytest

from explorer.engine.batches import BUDGET, column_batches


@pytest.mark.parametrize(("n", "size", "most"), [(10, 1, None), (10, 1, 3), (5, 2 * BUDGET, None)])
def test_batches_cover_every_column_once(n, size, most):
    covered = [i for block in column_batches(n, size, most=most) for i in range(n)[block]]
    assert covered == list(range(n))


def test_batches_stay_within_the_budget():
    assert all((b.stop - b.start) * 1000 <= BUDGET for b in column_batches(10**6, 1000))
    assert list(column_batches(0, 8)) == []
