"""Arrays of an importer: NPY files checked by their header, read as float32, surveyed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from explorer.importers.plan import fault, read_head

_MAGIC = b"\x93NUMPY"
_BLOCK_BYTES = 64 * 2**20


def open_array(file: Path) -> np.ndarray:
    """Map an NPY file of numbers into memory without reading its values."""
    head = read_head(file)
    if not head.startswith(_MAGIC):
        found = "an NPZ archive" if head.startswith(b"PK") else "no NPY file"
        raise fault(file, found, "one array", "Save it with `numpy.save`.")
    try:
        values: np.ndarray = np.load(file, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OSError, SyntaxError, TypeError, OverflowError) as error:
        if "Python objects" in str(error):
            raise fault(
                file, "Python objects", "numbers", "Save it as a float32 array of equal rows."
            ) from error
        raise fault(
            file,
            f"a damaged or truncated file ({error})",
            "a complete NPY file",
            "Save or copy it again.",
        ) from error
    if values.dtype.kind not in "fiub":
        raise fault(file, f"dtype {values.dtype}", "real numbers", "Save it as float32.")
    if not values.size:
        raise fault(file, f"shape {values.shape}, so no value", "values", "Save it again.")
    return values


def read_values(values: np.ndarray, factor: float = 1.0) -> np.ndarray:
    """``values`` times ``factor`` as float32; mapped float32 stays on disk, NaN stays NaN."""
    with np.errstate(over="ignore"):
        if factor != 1:
            return np.multiply(values, factor, dtype=np.float32)
        return values if values.dtype == np.float32 else values.astype(np.float32)


def survey(file: Path, values: np.ndarray, axis: int = 0) -> str:
    """Refuse infinite values; say how many targets are constant over stimuli, or have no value.

    Parameters
    ----------
    file : named in the error
    values : (…, n_stimuli, …targets)
    axis : where the stimuli are; what is in front are repeats
    """
    low = np.full(values.shape[axis + 1 :], np.nan)
    high = low.copy()
    n_infinite = 0
    first: tuple[int, ...] = ()
    for place, block in _blocks(values, axis):
        infinite = np.isinf(block)
        if infinite.any():
            inside = tuple(int(k) for k in np.argwhere(infinite)[0])
            first = first or (*place[:-1], place[-1] + inside[0], *inside[1:])
            n_infinite += int(infinite.sum())
        low = np.fmin(low, np.fmin.reduce(block, axis=0))
        high = np.fmax(high, np.fmax.reduce(block, axis=0))
    if n_infinite:
        raise fault(
            file,
            f"{n_infinite:,} infinite values (or too large for float32), the first at "
            f"[{', '.join(map(str, first))}] counted from 0",
            "finite values, or NaN where nothing was measured",
            "Replace them.",
        )
    return _note(low, high) if values.shape[axis] > 1 else ""


def _blocks(values: np.ndarray, axis: int) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """Index of the first row, and rows of ``axis``, in blocks that fit into memory."""
    row_bytes = values.dtype.itemsize * int(np.prod(values.shape[axis + 1 :], dtype=np.int64))
    n_rows = max(1, _BLOCK_BYTES // max(row_bytes, 1))
    for lead in np.ndindex(values.shape[:axis]):
        for start in range(0, values.shape[axis], n_rows):
            yield (*lead, start), np.asarray(values[lead][start : start + n_rows])


def _note(low: np.ndarray, high: np.ndarray) -> str:
    n_empty, n_constant = int(np.isnan(low).sum()), int((low == high).sum())
    notes = []
    if n_constant:
        notes.append(f"{n_constant:,} are constant over stimuli, so they have no score")
    if n_empty:
        notes.append(f"{n_empty:,} have no value (NaN)")
    return f"of {low.size:,} targets, {' and '.join(notes)}" if notes else ""
