import hashlib
import json

import numpy as np
import pytest
import xarray as xr

from explorer.study import digest
from explorer.study.digest import LENGTH, digest_dataset, digest_file, digest_json


def dataset(**changes):
    parts = {
        "response": (("stimulus", "vertex"), np.arange(12, dtype="float32").reshape(3, 4)),
        "name": ("vertex", np.array(["a", "", "ü", "d"], dtype=object)),
        **changes,
    }
    return xr.Dataset(parts, {"stimulus": [5, 6, 7]})


def test_json_digest_ignores_the_order_of_keys_and_sees_every_value():
    first = digest_json({"a": 1, "b": [1, 2]})
    assert first == digest_json({"b": [1, 2], "a": 1})
    assert len(first) == LENGTH
    assert first != digest_json({"a": 1, "b": [2, 1]})
    assert first != digest_json({"a": 1.5, "b": [1, 2]})


def test_json_digest_is_the_blake2b_of_compact_json():
    value = {"b": "ü", "a": 1}
    text = json.dumps({"a": 1, "b": "ü"}, separators=(",", ":"))
    assert digest_json(value) == hashlib.blake2b(text.encode()).hexdigest()[:LENGTH]


def test_json_digest_refuses_nan():
    with pytest.raises(ValueError, match="JSON compliant"):
        digest_json({"a": float("nan")})


def test_file_digest_is_of_its_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"content")
    assert digest_file(tmp_path / "a") == hashlib.blake2b(b"content").hexdigest()[:LENGTH]


def test_equal_datasets_have_equal_digests_however_they_are_held():
    plain = dataset()
    strided = dataset()
    strided["response"] = (("stimulus", "vertex"), np.asfortranarray(plain.response.values))
    swapped = dataset()
    swapped["response"] = (("stimulus", "vertex"), plain.response.values.astype(">f4"))
    fixed = dataset(name=("vertex", np.array(["a", "", "ü", "d"])))
    for other in (dataset(), strided, swapped, fixed, plain[["name", "response"]]):
        assert digest_dataset(other) == digest_dataset(plain)


def test_every_change_of_content_changes_the_digest():
    values = dataset().response.values
    bumped = values.copy()
    bumped[2, 3] = np.nextafter(bumped[2, 3], 99, dtype="float32")
    missing = values.copy()
    missing[0, 0] = np.nan
    dims = ("stimulus", "vertex")
    others = [
        dataset(response=(dims, bumped)),
        dataset(response=(dims, missing)),
        dataset(response=(dims, values.astype("float64"))),
        dataset(response=(dims, values, {"units": "z"})),
        dataset(response=(("stimulus", "target"), values)),
        dataset(name=("vertex", np.array(["a", "", "u", "d"], dtype=object))),
        dataset(name=("vertex", np.array(["", "a", "ü", "d"], dtype=object))),
        dataset(name=("vertex", np.array(["a,", "", "ü", "d"], dtype=object))),
        dataset().assign_coords(stimulus=[5, 6, 8]),
        dataset().rename(name="title"),
        dataset().drop_vars("name"),
    ]
    digests = {digest_dataset(d) for d in (dataset(), *others)}
    assert len(digests) == len(others) + 1


def test_attributes_other_than_units_are_no_content():
    assert digest_dataset(dataset().assign_attrs(note="x")) == digest_dataset(dataset())


def test_blocks_do_not_matter(monkeypatch):
    whole = digest_dataset(dataset())
    monkeypatch.setattr(digest, "_BLOCK_BYTES", 20)
    assert max(len(list(digest.blocks(v))) for v in dataset().variables.values()) > 1
    assert digest_dataset(dataset()) == whole


def test_empty_and_scalar_variables_have_digests():
    empty = xr.Dataset({"a": ("stimulus", np.zeros(0, "float32")), "b": ((), 3.0)})
    assert digest_dataset(empty) != digest_dataset(empty.assign(b=((), 4.0)))
