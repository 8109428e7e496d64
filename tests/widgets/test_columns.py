"""Columns of a figure: what is sent, in how many messages, and with which digits."""

from __future__ import annotations

import numpy as np
import pytest
from bokeh.core.serialization import Serializer
from bokeh.document import Document
from bokeh.document.events import ColumnDataChangedEvent, DocumentPatchedEvent
from bokeh.models import ColumnDataSource

from explorer.widgets.columns import INLINE, set_columns


@pytest.fixture
def sent() -> tuple[ColumnDataSource, list[DocumentPatchedEvent]]:
    """A source on a page, and the events that the page is sent."""
    source, events = ColumnDataSource({"x": [], "name": []}), []
    page = Document()
    page.add_root(source)
    page.on_change(events.append)
    return source, events


def test_lines_go_in_one_message_without_buffers(
    sent: tuple[ColumnDataSource, list[DocumentPatchedEvent]],
) -> None:
    source, events = sent
    lines = np.random.default_rng(0).normal(size=(63, 100)).astype(np.float32)
    assert set_columns(source, {"x": lines, "name": [str(k) for k in range(63)]})
    serializer = Serializer(references=set())
    serializer.encode(events)
    assert len(events) == 1
    assert serializer.buffers == []
    np.testing.assert_allclose(source.data["x"], lines, atol=5e-5 * np.abs(lines).max())


def test_only_columns_that_differ_are_sent(
    sent: tuple[ColumnDataSource, list[DocumentPatchedEvent]],
) -> None:
    source, events = sent
    columns = {"x": np.array([0.5, np.nan]), "name": np.array(["a", "b"])}
    set_columns(source, columns)
    events.clear()
    set_columns(source, columns | {"x": np.array([0.25, 1.0])})
    (event,) = events
    assert isinstance(event, ColumnDataChangedEvent)
    assert event.cols == ["x"]
    assert source.data == {"x": [0.25, 1.0], "name": ["a", "b"]}
    events.clear()
    assert not set_columns(source, columns | {"x": np.array([0.25, 1.0])})
    assert events == []


def test_columns_of_another_length_are_replaced_together(
    sent: tuple[ColumnDataSource, list[DocumentPatchedEvent]],
) -> None:
    source, events = sent
    set_columns(source, {"x": [1, 2], "name": ["a", "b"]})
    events.clear()
    set_columns(source, {"x": [1, 2, 3], "name": ["a", "b", "c"]})
    (event,) = events
    assert event.cols is None
    assert source.data == {"x": [1, 2, 3], "name": ["a", "b", "c"]}


def test_missing_is_nan_and_digits_follow_the_largest_number(
    sent: tuple[ColumnDataSource, list[DocumentPatchedEvent]],
) -> None:
    source, _ = sent
    set_columns(source, {"x": np.array([123456.78, np.nan, 0.4]), "name": ["a", "b", "c"]})
    np.testing.assert_array_equal(source.data["x"], [123460.0, np.nan, 0.0])
    set_columns(source, {"x": np.full(3, np.nan), "name": ["a", "b", "c"]})
    assert np.isnan(source.data["x"]).all()
    set_columns(source, {"x": np.array([1.23456789e-7] * 3), "name": ["a", "b", "c"]})
    assert source.data["x"] == [1.2346e-7] * 3


def test_many_numbers_stay_arrays(
    sent: tuple[ColumnDataSource, list[DocumentPatchedEvent]],
) -> None:
    source, events = sent
    many = np.arange(INLINE + 1, dtype=np.float32)
    assert set_columns(source, {"x": many, "name": many})
    assert source.data["x"] is many
    events.clear()
    assert not set_columns(source, {"x": many, "name": many.copy()})
    rows = np.zeros((2, INLINE), np.float32)
    assert set_columns(source, {"x": rows, "name": ["a", "b"]})
    assert [len(row) for row in source.data["x"]] == [INLINE] * 2
    assert not set_columns(source, {"x": rows.copy(), "name": ["a", "b"]})
