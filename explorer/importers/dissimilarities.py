"""RDMs of the folder layout: those of subjects, square or condensed, along one axis or alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from explorer.importers.arrays import open_array, read_values, survey
from explorer.importers.plan import Plan, fault
from explorer.importers.responses import Coords, open_subjects
from explorer.importers.tables import check_times, names, numbers, read_column

AXES = ("roi", "time", "repeat")
_TOLERANCE = 1e-4  # of the largest dissimilarity: what float32 may lose


def plan_rdm(plan: Plan, stimulus: np.ndarray) -> None:
    """Plan ``rdm/``: dissimilarities of a subject, one or many along the axis of axis.csv."""
    folder = plan.source / "rdm"
    arrays = open_subjects(plan, folder, ("axis.csv",))
    if not arrays:
        return
    axis = folder / "axis.csv"
    name, length = "", None
    coords: Coords = {}
    if axis.exists():
        name, coords, length = _axis(axis)
    for file, values in arrays.items():
        square = check_rdms(file, values, len(stimulus), length, "rdm/axis.csv")
        build = partial(_dissimilarity, file, square, name, stimulus, coords)
        plan.add(f"responses/rdm/{file.stem}", build)


def check_rdms(file: Path, values: np.ndarray, n: int, length: int | None, axis: str) -> bool:
    """Refuse what is not RDMs of ``n`` stimuli; True if they are square.

    Parameters
    ----------
    length : entries of the leading axis; None if there is none
    axis : the file that says what the leading axis is
    """
    lead = () if length is None else (length,)
    n_pairs = n * (n - 1) // 2
    for shape in ((*lead, n, n), (*lead, n_pairs)):
        if values.shape == shape:
            return len(shape) == len(lead) + 2
    shapes = " or ".join(str((*lead, *shape)) for shape in ((n, n), (n_pairs,)))
    more = "" if lead else f" A leading axis needs {axis}."
    raise fault(
        file,
        f"shape {values.shape}",
        f"{shapes} for the {n:,} rows of stimuli.csv",
        f"Give one dissimilarity per pair of stimuli.{more}",
    )


def read_rdms(file: Path, square: bool) -> np.ndarray:
    """RDMs of a file, float32: (n_rdms, n_pairs)."""
    values = read_values(open_array(file))
    survey(file, values)
    if square:
        return condense(file, values.reshape(-1, *values.shape[-2:]))
    return values.reshape(-1, values.shape[-1])


def condense(file: Path, values: np.ndarray) -> np.ndarray:
    """Square RDMs to condensed ones: (k, n, n) to (k, n_pairs), the order of ``numpy.triu``."""
    rows, columns = np.triu_indices(values.shape[1], k=1)
    condensed = np.empty((len(values), len(rows)), dtype=np.float32)
    for k, rdm in enumerate(values):
        limit = _TOLERANCE * float(np.abs(rdm).max(where=np.isfinite(rdm), initial=0.0))
        diagonal = np.abs(np.diagonal(rdm))
        if (diagonal > limit).any():  # NaN on the diagonal says nothing, and is not used
            i = int(np.nanargmax(diagonal))
            raise fault(
                file,
                f"{rdm[i, i]:g} between stimulus {i} (from 0) and itself",
                "dissimilarities, 0 on the diagonal",
                "Give 1 minus the correlation if these are similarities.",
            )
        upper, lower = rdm[rows, columns], rdm[columns, rows]
        unequal = (np.abs(upper - lower) > limit) | (np.isnan(upper) != np.isnan(lower))
        if unequal.any():
            pair = int(np.argmax(unequal))
            i, j = int(rows[pair]), int(columns[pair])
            raise fault(
                file,
                f"{upper[pair]:g} at [{i}, {j}] and {lower[pair]:g} at [{j}, {i}]",
                "a symmetric RDM",
                "Average it with its transpose if the difference means nothing.",
            )
        condensed[k] = upper
    return condensed


def _axis(file: Path) -> tuple[str, Coords, int]:
    """Name, coordinates and length of the leading axis of the RDMs."""
    name, *cells = [cell for cell in read_column(file) if cell] or [""]
    if name not in AXES or not cells:
        raise fault(
            file,
            f"the header {name!r} and {len(cells)} rows",
            f"one of {', '.join(AXES)}, then a row for each RDM",
            "Correct the table.",
        )
    if name == "time":
        times = check_times(file, numbers(file, name, cells))
        return name, {"time": ("time", times, {"units": "s"})}, len(cells)
    if name == "roi":
        return name, {"roi": ("roi", names(file, {name: cells}, name))}, len(cells)
    return name, {}, len(cells)


def _dissimilarity(
    file: Path, square: bool, axis: str, stimulus: np.ndarray, coords: Coords
) -> xr.Dataset:
    values = read_rdms(file, square)  # (n_rdms, n_pairs)
    dims = (axis, "pair") if axis else ("pair",)
    return xr.Dataset(
        {"dissimilarity": (dims, values if axis else values[0])},
        {"stimulus": stimulus, **coords},
    )
