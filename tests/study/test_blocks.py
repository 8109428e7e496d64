import numpy as np
import pytest
import xarray as xr

from explorer.errors import StudyError
from explorer.study import store
from explorer.study.blocks import BlockWriter, blank
from explorer.study.check import check_study, leftovers
from explorer.study.digest import digest_dataset
from explorer.study.study import Study

NAME = "features/tiny/caption"
SHAPE = (10, 2, 3)
VALUES = np.arange(60, dtype="float32").reshape(SHAPE)


@pytest.fixture
def study(tmp_path):
    return Study.create(tmp_path / "study")


def template(values=None):
    dims = ("stimulus", "layer", "unit")
    return xr.Dataset(
        {"feature": (dims, blank(SHAPE) if values is None else values, {"made": "here"})},
        {"stimulus": np.arange(10), "layer_name": ("layer", np.array(["a", "b"], dtype=object))},
        {"model": "tiny"},
    )


def writer(study, key="k1"):
    return BlockWriter(study, NAME, template(), "feature", key)


def test_blank_takes_no_memory():
    array = blank((10**6, 10**6))
    assert array.strides == (0, 0)
    assert np.isnan(array[5, 5])


def test_blocks_become_the_group_that_a_plain_write_gives(study):
    blocks = writer(study)
    for start, stop in blocks.missing(4):
        blocks.write(start, VALUES[start:stop])
    assert NAME not in study
    blocks.finish()
    xr.testing.assert_equal(study[NAME].load(), template(VALUES))
    assert study.digest(NAME) == digest_dataset(template(VALUES))
    assert study[NAME].attrs["model"] == "tiny"
    assert study[NAME].feature.attrs["made"] == "here"
    assert check_study(study) == []
    assert leftovers(study) == []


def test_another_run_goes_on_where_one_stopped(study):
    assert writer(study).missing(4) == [(0, 4), (4, 8), (8, 10)]
    writer(study).write(4, VALUES[4:8])
    again = writer(study)
    assert again.missing(4) == [(0, 4), (8, 10)]
    assert again.missing(3) == [(0, 3), (3, 6), (6, 9), (9, 10)]
    assert len(leftovers(study)) == 1
    for start, stop in again.missing(4):
        again.write(start, VALUES[start:stop])
    again.finish()
    np.testing.assert_array_equal(study[NAME].feature, VALUES)


def test_a_torn_line_of_the_record_is_written_again(study):
    blocks = writer(study)
    blocks.write(0, VALUES[:4])
    blocks.write(4, VALUES[4:8])
    record = next(study.path.rglob("*done*"))
    record.write_text(record.read_text()[:-3])
    assert writer(study).missing(4) == [(4, 8), (8, 10)]


def test_another_key_starts_afresh(study):
    writer(study).write(0, VALUES[:4])
    assert writer(study, "k2").missing(4) == [(0, 4), (4, 8), (8, 10)]
    assert leftovers(study) == [f"features/tiny/.caption.zarr{store.RESUMABLE}k2"]


def test_an_unfinished_group_cannot_be_put_in_place(study):
    blocks = writer(study)
    blocks.write(0, VALUES[:4])
    with pytest.raises(StudyError, match=r"still lacks rows \[\(0, 10\)\]. Run the same command"):
        blocks.finish()
    assert NAME not in study


def test_a_laying_out_that_was_cut_off_starts_again(study):
    writer(study).write(0, VALUES[:4])
    next(study.path.rglob("*done*")).unlink()
    assert writer(study).missing(10) == [(0, 10)]


def test_a_faulty_template_is_refused(study):
    with pytest.raises(StudyError, match="features/tiny/caption/extra: found a variable"):
        BlockWriter(study, NAME, template().assign(extra=("unit", [1, 2, 3])), "feature", "k")


def test_what_is_being_written_survives_opening_the_study(study):
    writer(study).write(0, VALUES[:4])
    Study(study.path)
    assert leftovers(study) == [f"features/tiny/.caption.zarr{store.RESUMABLE}k1"]
    assert writer(study).missing(4) == [(4, 8), (8, 10)]
