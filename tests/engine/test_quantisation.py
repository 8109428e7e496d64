import numpy as np
import pytest
import torch

from explorer.engine.quantisation import quantise


def test_rows_come_back_to_half_a_step(normal):
    rows = normal(50, 30) * torch.logspace(-3, 3, 50, dtype=torch.float64)[:, None]
    table = quantise(rows.float())
    error = (table.values * table.scale[:, None]).double() - rows
    assert (error.abs() <= 0.5001 * table.scale[:, None]).all()
    assert table.values.abs().amax(1).tolist() == [127] * 50


def test_the_stated_errors_are_those_of_a_loop(normal):
    rows = normal(80, 24).float()
    table = quantise(rows)
    error = (table.values * table.scale[:, None] - rows).norm(dim=1)
    assert table.rounding == pytest.approx((error / table.scale).max().item(), rel=1e-4)
    relative = (error / rows.norm(dim=1)).square().mean().sqrt().item()
    assert table.relative_error == pytest.approx(relative, rel=1e-4)
    assert table.longest == pytest.approx(table.values.double().norm(dim=1).max().item())
    torch.testing.assert_close(table.length, rows.norm(dim=1))
    centred = rows - rows.mean(1, keepdim=True)
    torch.testing.assert_close(table.centred_length, centred.norm(dim=1))


def test_rows_that_cannot_be_rounded_are_marked(normal):
    rows = normal(5, 4)
    rows[1, 2], rows[2, 0], rows[3] = torch.nan, torch.inf, 0.0
    table = quantise(rows)
    assert table.scale.isnan().tolist() == [False, True, True, False, False]
    assert table.scale[3] == 0
    assert table.rounding < 2


def test_a_mapped_file_is_filled(tmp_path, normal):
    rows = normal(40, 8).half()
    mapped = np.memmap(tmp_path / "rows.int8", np.int8, "w+", shape=(40, 8))
    table = quantise(rows, out=torch.from_numpy(mapped))
    mapped.flush()
    stored = np.fromfile(tmp_path / "rows.int8", np.int8).reshape(40, 8)
    assert np.array_equal(stored, table.values.numpy())
    assert torch.equal(table.values, quantise(rows).values)


def test_what_is_no_table_is_refused():
    for bad in (torch.zeros(3), torch.zeros(3, 2, dtype=torch.int64)):
        with pytest.raises(ValueError, match="expected floats"):
            quantise(bad)
    with pytest.raises(ValueError, match="expected int8"):
        quantise(torch.zeros(3, 2), out=torch.zeros(3, 2))
    empty = quantise(torch.zeros(0, 4))
    assert empty.values.shape == (0, 4)
