"""What a figure's data source is sent: only columns that differ, and little in few messages.

The server sends every array as two messages of its own, and a page takes about half a millisecond
for each: sixty lines of a time course, sent as arrays, hold up a click longer than all the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource

INLINE = 50_000  # numbers; beyond it arrays of their own cost less than their digits
_DIGITS = 5  # significant, of the largest number of a column


def set_columns(source: ColumnDataSource, columns: Mapping[str, Any]) -> bool:
    """Bring ``source`` up to date; whether anything differed.

    A column is a list, an array (n,) or an array (n, m) of n lines. Arrays of at most `INLINE`
    numbers go in line, rounded to five significant digits of the largest number in them.
    """
    wanted = {name: _compact(column) for name, column in columns.items()}
    held = source.data
    changed = {k: v for k, v in wanted.items() if k not in held or not _same(v, held[k])}
    if not changed:
        return False
    if set(wanted) == set(held) and all(len(v) == len(held[k]) for k, v in changed.items()):
        held.update(changed)
    else:
        source.data = wanted
    return True


def _compact(column: Any) -> Any:
    if not isinstance(column, np.ndarray):
        return column
    if column.dtype.kind in "fiu" and column.size > INLINE:
        return column if column.ndim == 1 else list(column)
    if column.dtype.kind != "f":
        return column.tolist()
    return np.round(column.astype(float), _decimals(column)).tolist()


def _decimals(values: np.ndarray) -> int:
    sizes = np.abs(values[np.isfinite(values)])
    largest = float(sizes.max(initial=0))
    return _DIGITS - 1 - int(np.floor(np.log10(largest))) if largest > 0 else 0


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=True)
    if len(one) and isinstance(one[0], np.ndarray):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
