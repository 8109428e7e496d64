"""Tables of an importer: CSV in UTF-8 to text and numbers, faults named by file and row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.errors import EmptyDataError, ParserError

from explorer.importers.plan import fault, read_head

Table = dict[str, list[str]]  # cells of each column, verbatim
_MS_LIMIT = 30.0  # s: no epoch is longer, every epoch in ms exceeds it
_HEAD_METRES = 0.5  # no channel lies further from the middle of the head
_BRAIN_MM = 250.0  # no place in MNI space has a larger coordinate


def read_text(file: Path) -> str:
    """Text of a UTF-8 file, with or without a byte order mark; line ends are kept."""
    read_head(file)
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault(
            file,
            f"a byte that is not UTF-8 (number {error.start})",
            "text in UTF-8",
            "Save it as 'CSV UTF-8'.",
        ) from error


def read_table(file: Path, required: tuple[str, ...]) -> Table:
    """Columns of a CSV with a header; cells are text, an empty cell is ""."""
    text = read_text(file)
    try:
        frame = pd.read_csv(
            io.StringIO(text), header=None, dtype=str, keep_default_na=False, na_filter=False
        )
    except (ParserError, EmptyDataError) as error:
        raise fault(
            file,
            f"no complete table ({str(error).strip()})",
            "as many cells in each row as in the first, and every quote closed",
            "Export it again.",
        ) from error
    rows = frame.to_numpy(dtype=object)
    header = [str(name).strip() for name in rows[0]]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise fault(
            file, f"column {repeated[0]!r} more than once", "each column once", "Rename one."
        )
    missing = [name for name in required if name not in header]
    if missing:
        hint = "Separate the cells by commas." if ";" in header[0] or "\t" in header[0] else ""
        raise fault(
            file,
            f"columns {', '.join(map(repr, header))}",
            f"a column {', '.join(map(repr, missing))}",
            hint or "Add it, or correct its name in the first row.",
        )
    if len(rows) == 1:
        raise fault(file, "a header without rows", "at least one row", "Export it again.")
    return {name: [str(c) for c in rows[1:, k]] for k, name in enumerate(header)}


def read_column(file: Path) -> list[str]:
    """Cells of a file of one column, header included; an empty line is an empty cell."""
    try:
        rows = list(csv.reader(io.StringIO(read_text(file), newline=""), strict=True))
    except csv.Error as error:
        raise fault(file, f"no table ({error})", "one column", "Export it again.") from error
    for k, row in enumerate(rows, start=1):
        if len(row) > 1:
            raise fault(
                file, f"{len(row)} cells in row {k}", "one column", "Remove the other columns."
            )
    return [row[0].strip() if row else "" for row in rows]


def integers(file: Path, table: Table, column: str) -> np.ndarray:
    """A column of whole numbers: (n_rows,) int64."""
    found = []
    for k, cell in enumerate(table[column], start=1):
        try:
            found.append(np.int64(int(cell)))
        except (ValueError, OverflowError) as error:
            raise fault(
                file, f"{cell!r} as {column} in row {k}", "a whole number", "Correct it."
            ) from error
    return np.array(found, dtype=np.int64)


def numbers(file: Path, column: str, cells: list[str], *, gaps: bool = False) -> np.ndarray:
    """Cells as finite numbers, float64; with ``gaps`` an empty one is NaN."""
    found = np.full(len(cells), np.nan)
    for k, cell in enumerate(cells):
        if gaps and cell.strip().lower() in ("", "nan", "n/a"):
            continue
        try:
            found[k] = float(cell)
        except ValueError:
            found[k] = np.inf
        if not np.isfinite(found[k]):
            raise fault(
                file, f"{cell!r} as {column} in row {k + 1}", "a finite number", "Correct it."
            )
    return found


def names(file: Path, table: Table, column: str) -> np.ndarray:
    """A column of names, each there once: (n_rows,) text."""
    found = [cell.strip() for cell in table[column]]
    seen: set[str] = set()
    for k, name in enumerate(found, start=1):
        if not name or name in seen:
            what = f"{name!r} a second time" if name else "an empty cell"
            raise fault(file, f"{what} as {column} in row {k}", "a name of its own", "Give it one.")
        seen.add(name)
    return text(found)


def text(cells: list[str]) -> np.ndarray:
    """Cells as an array of text, however long each is."""
    return np.array(cells, dtype=object)


def read_times(file: Path) -> np.ndarray:
    """One column of seconds from onset, with or without a header: (n_times,), rising."""
    cells = [cell for cell in read_column(file) if cell]
    if cells and not _is_number(cells[0]):
        cells = cells[1:]
    times = numbers(file, "time", cells)
    if not len(times):
        raise fault(file, "no time", "at least one", "Give the time of each sample, in s.")
    return check_times(file, times)


def check_times(file: Path, times: np.ndarray) -> np.ndarray:
    """``times``, if they may be seconds and rise."""
    if np.abs(times).max() > _MS_LIMIT:
        raise fault(
            file,
            f"times from {times.min():g} to {times.max():g}",
            "seconds from onset",
            "These look like milliseconds: divide by 1000.",
        )
    if (np.diff(times) <= 0).any():
        k = int(np.argmax(np.diff(times) <= 0))
        raise fault(
            file,
            f"{times[k + 1]:g} after {times[k]:g}",
            "times that rise",
            "Put them in the order of the samples.",
        )
    return times


def positions(file: Path, table: Table, units: str) -> dict[str, np.ndarray]:
    """Columns x, y, z in ``units`` ("m" in the head, "mm" in MNI space), NaN where not known."""
    there = [axis for axis in "xyz" if axis in table]
    if not there:
        return {}
    if there != list("xyz"):
        raise fault(file, f"columns {', '.join(there)}", "x, y and z, or none", "Add the others.")
    found = {axis: numbers(file, axis, table[axis], gaps=True) for axis in "xyz"}
    values = np.abs(np.concatenate(list(found.values())))
    largest = float(values.max(where=np.isfinite(values), initial=0.0))
    if units == "m" and largest > _HEAD_METRES:
        raise fault(
            file,
            f"coordinates up to {largest:g}",
            "metres from the middle of the head (about 0.1)",
            "Divide millimetres by 1000; scale places on a unit sphere to the head.",
        )
    if units == "mm" and largest > _BRAIN_MM:
        raise fault(
            file, f"coordinates up to {largest:g}", "mm in MNI space (at most 250)", "Convert them."
        )
    if units == "mm" and 0 < largest <= _HEAD_METRES:
        raise fault(
            file,
            f"no coordinate above {largest:g}",
            "mm in MNI space",
            "These look like metres: multiply by 1000.",
        )
    return found


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
