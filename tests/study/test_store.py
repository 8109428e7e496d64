import errno
import json
import os
import time

import numpy as np
import pytest
import xarray as xr

from explorer.errors import StudyError
from explorer.study import store
from explorer.study.store import chunk_shape, open_group, put_in_place, recover, write_group


def dataset(value=1.0):
    values = np.full((3, 4), value, dtype="float32")
    values[1, 1] = np.nan
    return xr.Dataset(
        {
            "response": (("stimulus", "vertex"), values, {"units": "z"}),
            "word": ("stimulus", np.array(["a", "", "ü\n<b>" * 1000], dtype=object)),
            "fixed": ("vertex", np.array(["left", "left", "r", "r"])),
            "flag": ("vertex", np.array([True, False, True, True])),
        },
        {"stimulus": np.array([7, 3, 5]), "channel": ("vertex", np.array(list("wxyz")))},
        {"digest": "0", "simulated": 1},
    )


def hidden(folder):
    return sorted(p.name for p in folder.rglob(".*"))


def test_round_trip_keeps_numbers_text_nan_dtype_and_attributes(tmp_path):
    path = tmp_path / "a/group.zarr"
    write_group(path, dataset())
    found = open_group(path).load()
    expected = dataset()
    np.testing.assert_array_equal(found.response, expected.response)
    assert found.response.dtype == np.dtype("float32")
    assert found.flag.dtype == np.dtype("bool")
    assert found.response.attrs["units"] == "z"
    assert found.response.dims == ("stimulus", "vertex")
    assert found.attrs == {"digest": "0", "simulated": 1}
    for name in ("word", "fixed", "channel"):
        assert found[name].values.tolist() == expected[name].values.tolist()
    assert found.stimulus.values.tolist() == [7, 3, 5]
    assert hidden(tmp_path) == []


def test_a_group_read_back_can_be_written_again(tmp_path):
    write_group(tmp_path / "a.zarr", dataset())
    write_group(tmp_path / "b.zarr", open_group(tmp_path / "a.zarr"))
    xr.testing.assert_identical(
        open_group(tmp_path / "a.zarr").load(), open_group(tmp_path / "b.zarr").load()
    )


@pytest.mark.parametrize("shape", [(0, 4), (3, 0)])
def test_empty_variables_are_kept(tmp_path, shape):
    empty = xr.Dataset({"response": (("stimulus", "vertex"), np.zeros(shape, "float32"))})
    write_group(tmp_path / "a.zarr", empty)
    assert open_group(tmp_path / "a.zarr").response.shape == shape


def test_opening_reads_no_values(tmp_path):
    write_group(tmp_path / "a.zarr", dataset())
    for chunk in (tmp_path / "a.zarr/response/c").rglob("*"):
        if chunk.is_file():
            chunk.write_bytes(b"torn")
    opened = open_group(tmp_path / "a.zarr")
    assert opened.response.shape == (3, 4)
    with pytest.raises((RuntimeError, ValueError, OSError)):
        opened.response.load()


def test_a_write_replaces_what_was_there(tmp_path):
    path = tmp_path / "a.zarr"
    write_group(path, dataset(1))
    write_group(path, dataset(2).drop_vars("flag"))
    found = open_group(path)
    assert float(found.response[0, 0]) == 2
    assert "flag" not in found
    assert [p.name for p in tmp_path.iterdir()] == ["a.zarr"]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, r"a.zarr: the disk is full; up to .* MB are needed. Nothing was changed"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EACCES, "the folder cannot be written .*permissions, or copy the study"),
        (errno.EROFS, "the folder cannot be written"),
    ],
)
def test_a_failing_write_changes_nothing_and_says_why(tmp_path, monkeypatch, number, message):
    path = tmp_path / "a.zarr"
    write_group(path, dataset(1))
    write = xr.Dataset.to_zarr

    def fail(self, path, **options):
        write(self, path, **options)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(xr.Dataset, "to_zarr", fail)
    with pytest.raises(StudyError, match=message):
        write_group(path, dataset(2))
    assert float(open_group(path).response[0, 0]) == 1
    assert hidden(tmp_path) == []


def test_an_interrupted_write_leaves_nothing_beside(tmp_path, monkeypatch):
    def interrupt(self, path, **_):
        (path / "response").mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(xr.Dataset, "to_zarr", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_group(tmp_path / "a.zarr", dataset())
    assert list(tmp_path.iterdir()) == []


def test_other_errors_of_the_system_are_not_explained_away(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(xr.Dataset, "to_zarr", fail)
    with pytest.raises(OSError, match="Input/output"):
        write_group(tmp_path / "a.zarr", dataset())


@pytest.mark.parametrize(
    "damage",
    [
        lambda p: (p / "zarr.json").unlink(),
        lambda p: (p / "zarr.json").write_text("{"),
        lambda p: (p / "zarr.json").write_text("[]"),
        lambda p: (p / "response/zarr.json").write_text("{}"),
        lambda p: (p / "zarr.json").write_bytes(b"\xff\xfe"),
    ],
)
def test_damaged_stores_are_study_errors(tmp_path, damage):
    write_group(tmp_path / "a.zarr", dataset())
    damage(tmp_path / "a.zarr")
    with pytest.raises(StudyError, match=r"a.zarr cannot be read \(.*Import or compute it again"):
        open_group(tmp_path / "a.zarr")


def test_a_replacement_that_was_cut_off_brings_the_old_group_back(tmp_path):
    path = tmp_path / "deep/a.zarr"
    write_group(path, dataset(1))
    path.rename(path.with_name(f".a.zarr{store.RETIRED}12345678"))
    assert recover(tmp_path) == [path]
    assert float(open_group(path).response[0, 0]) == 1
    assert hidden(tmp_path) == []


def test_a_replacement_that_arrived_drops_the_old_group(tmp_path):
    path = tmp_path / "a.zarr"
    write_group(path, dataset(2))
    write_group(path.with_name(f".a.zarr{store.RETIRED}12345678"), dataset(1))
    assert recover(tmp_path) == []
    assert float(open_group(path).response[0, 0]) == 2
    assert hidden(tmp_path) == []


def test_only_stale_partial_groups_are_dropped(tmp_path):
    old, young = (tmp_path / f".{n}.zarr{store.PARTIAL}12345678" for n in ("old", "young"))
    old.mkdir()
    young.mkdir()
    long_ago = time.time() - 2 * store._STALE_SECONDS
    os.utime(old, (long_ago, long_ago))
    recover(tmp_path)
    assert hidden(tmp_path) == [young.name]


def test_put_in_place_needs_no_predecessor(tmp_path):
    (tmp_path / "new").mkdir()
    put_in_place(tmp_path / "new", tmp_path / "a.zarr")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zarr"]


def test_json_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "study.json"
    store.write_json(file, {"title": "ü"})
    assert json.loads(file.read_text(encoding="utf-8")) == {"title": "ü"}
    with pytest.raises(ValueError, match="JSON compliant"):
        store.write_json(file, {"title": float("inf")})

    def fail(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StudyError, match=r"study\.json: the disk is full"):
        store.write_json(file, {"title": "new"})
    assert json.loads(file.read_text(encoding="utf-8")) == {"title": "ü"}
    assert hidden(tmp_path) == []


def test_walk_lists_groups_and_leftovers_but_nothing_inside_them(tmp_path):
    write_group(tmp_path / "b/a.zarr", dataset())
    (tmp_path / f"b/.c.zarr{store.PARTIAL}0").mkdir()
    (tmp_path / "images/x.zarr").mkdir(parents=True)
    found = [p.relative_to(tmp_path).as_posix() for p in store.walk(tmp_path)]
    assert found == [f"b/.c.zarr{store.PARTIAL}0", "b/a.zarr"]


def test_chunks_are_one_layer_one_repeat_and_4096_places():
    assert chunk_shape(("stimulus", "layer", "unit"), (100, 7, 384), 4) == (100, 1, 384)
    assert chunk_shape(("repeat", "stimulus", "vertex"), (3, 100, 20_484), 4) == (1, 100, 4096)
    assert chunk_shape(("stimulus",), (0,), 8) == (1,)


def test_chunks_stay_below_32_megabytes():
    shape = (73_000, 1, 16_384)
    chunks = chunk_shape(("stimulus", "layer", "unit"), shape, 4)
    assert np.prod(chunks) * 4 <= 32 * 2**20
    assert all(c <= n for c, n in zip(chunks, shape, strict=True))
