import json

import numpy as np
import pytest

from explorer.state.selection import Selection, coerce, fields


def test_every_field_is_json_and_comes_back():
    state = {**Selection().to_dict(), "pinned": ("early", "late"), "time": np.float64(0.2)}
    selection = Selection(**{**state, "layer": np.int64(3), "stimuli": (np.int64(4),)})
    read = json.loads(json.dumps(selection.to_dict()))
    back = Selection(**{name: coerce(name, value) for name, value in read.items()})
    assert back.to_dict() == selection.to_dict()
    assert back.layer == 3
    assert back.pinned == ("early", "late")


def test_every_field_says_what_it_is():
    assert all(Selection.param[name].doc for name in fields())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("layer", "three"),
        ("layer", 1.5),
        ("layer", True),
        ("layer", float("inf")),
        ("time", float("nan")),
        ("time", float("-inf")),
        ("roi", 3),
        ("stimuli", "12"),
        ("stimuli", 3),
    ],
)
def test_value_of_the_wrong_kind_is_refused(field, value):
    with pytest.raises((ValueError, TypeError, OverflowError)):
        coerce(field, value)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [("layer", 3.0, 3), ("time", 1, 1.0), ("stimuli", [1, 2], (1, 2)), ("roi", "early", "early")],
)
def test_value_takes_the_type_of_its_field(field, value, expected):
    assert coerce(field, value) == expected
    assert type(coerce(field, value)) is type(expected)
