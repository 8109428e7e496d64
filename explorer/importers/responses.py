"""Responses of the folder layout: fMRI, EEG and iEEG of each subject."""

from __future__ import annotations

import unicodedata
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from explorer.errors import StudyError
from explorer.importers.arrays import open_array, read_values, survey
from explorer.importers.plan import Plan, check_name, fault
from explorer.importers.tables import (
    Table,
    names,
    positions,
    read_table,
    read_text,
    read_times,
    text,
)
from explorer.study.surface import find_mesh, hemispheres, why_no_mesh

SUBJECTS = "sub-*.npy"
# What units.txt may say (in compatibility normal form): the unit kept, and the factor to it.
UNITS = {
    "V": ("V", 1.0),
    "mV": ("V", 1e-3),
    "uV": ("V", 1e-6),
    "\u03bcV": ("V", 1e-6),
    "percent": ("percent", 1.0),
    "%": ("percent", 1.0),
    "z": ("z", 1.0),
    "a.u.": ("a.u.", 1.0),
}
Coords = dict[str, tuple[str, np.ndarray] | tuple[str, np.ndarray, dict[str, str]]]


def plan_fmri(plan: Plan, stimulus: np.ndarray) -> None:
    """Plan ``fmri/``; the number of vertices tells the mesh unless ``plan.mesh`` says it."""
    folder = plan.source / "fmri"
    arrays = open_subjects(plan, folder, ("targets.csv", "units.txt"))
    for file, values in arrays.items():
        _check_dims(file, values, ("n_stimuli", "n_vertices"), repeats=True)
        check_count(file, values, -2, len(stimulus), "stimuli", "rows of stimuli.csv")
    if not arrays:
        return
    table = folder / "targets.csv"
    coords: Coords = {}
    dim = "target"
    if table.exists() and plan.mesh:
        plan.notes.append(f"fmri/targets.csv is ignored: the mesh is {plan.mesh}.")
    if table.exists() and not plan.mesh:
        coords = _targets(table)
        for file, values in arrays.items():
            check_count(file, values, -1, len(coords["target"][1]), "targets", f"rows of {table}")
        plan.notes.append("fmri/targets.csv makes the responses targets without a mesh.")
    elif _same_mesh(plan, arrays):
        dim = "vertex"
        coords = {"hemi": ("vertex", hemispheres(plan.mesh).astype(object))}
    units, factor = _read_units(folder)
    for file, values in arrays.items():
        dims = ("repeat", "stimulus", dim)[-values.ndim :]
        build = partial(_response, file, dims, (units, factor), stimulus, coords)
        plan.add(f"responses/fmri/{file.stem}", build)


def plan_eeg(plan: Plan, stimulus: np.ndarray) -> None:
    """Plan ``eeg/``: channels and times are the same for all subjects."""
    folder = plan.source / "eeg"
    arrays = open_subjects(plan, folder, ("channels.csv", "times.csv", "units.txt"))
    if not arrays:
        return
    channels, times = _channels(folder / "channels.csv", "m"), read_times(folder / "times.csv")
    for file, values in arrays.items():
        _check_dims(file, values, ("n_stimuli", "n_channels", "n_times"), repeats=True)
        check_count(file, values, -3, len(stimulus), "stimuli", "rows of stimuli.csv")
        n = len(channels["channel"][1])
        check_count(file, values, -2, n, "channels", f"rows of {folder / 'channels.csv'}")
        check_count(file, values, -1, len(times), "times", f"rows of {folder / 'times.csv'}")
    scale = _read_units(folder)
    for file, values in arrays.items():
        dims = ("repeat", "stimulus", "channel", "time")[-values.ndim :]
        coords: Coords = {**channels, "time": ("time", times, {"units": "s"})}
        build = partial(_response, file, dims, scale, stimulus, coords)
        plan.add(f"responses/eeg/{file.stem}", build)


def plan_ieeg(plan: Plan, stimulus: np.ndarray) -> None:
    """Plan ``ieeg/``: each subject has contacts of its own, in a table beside the array."""
    folder = plan.source / "ieeg"
    tables = [p.name for p in folder.glob("sub-*_channels.csv")]
    arrays = open_subjects(plan, folder, (*tables, "times.csv", "units.txt"))
    for file, values in arrays.items():
        expected = ("n_words", "n_channels", "[n_times]")
        _check_dims(file, values, expected, repeats=False)
        check_count(file, values, 0, len(stimulus), "words", "rows of words.csv")
        table = file.with_name(f"{file.stem}_channels.csv")
        coords = _channels(table, "mm")
        n = len(coords["channel"][1])
        check_count(file, values, 1, n, "channels", f"rows of {table}")
        dims: tuple[str, ...] = ("stimulus", "channel")
        if values.ndim == len(expected):
            times = read_times(folder / "times.csv")
            check_count(file, values, 2, len(times), "times", f"rows of {folder / 'times.csv'}")
            dims = (*dims, "time")
            coords["time"] = ("time", times, {"units": "s"})
        build = partial(_response, file, dims, _read_units(folder), stimulus, coords)
        plan.add(f"responses/ieeg/{file.stem}", build)


def check_count(
    file: Path, values: np.ndarray, axis: int, expected: int, what: str, source: str
) -> None:
    """Refuse an array that does not have ``expected`` entries along ``axis``."""
    n = values.shape[axis]
    if n == expected:
        return
    places = [k for k, size in enumerate(values.shape) if size == expected]
    fix = "Give one row for each, in the same order."
    if places:
        fix = f"Axis {places[0]} (from 0) has {expected:,}: transpose the array."
    raise fault(file, f"{n:,} {what} (shape {values.shape})", f"{expected:,}, the {source}", fix)


def open_subjects(plan: Plan, folder: Path, others: tuple[str, ...]) -> dict[Path, np.ndarray]:
    """Arrays of the subjects in ``folder``; what is neither these nor ``others`` is noted."""
    if not folder.is_dir():
        return {}
    files = sorted(folder.glob(SUBJECTS))
    expected = ", ".join(dict.fromkeys((SUBJECTS, *others)))
    plan.note_ignored(folder, (*(f.name for f in files), *others), expected)
    return {file: open_array(file) for file in files if check_name(file, file.stem)}


def _check_dims(
    file: Path, values: np.ndarray, expected: tuple[str, ...], *, repeats: bool
) -> None:
    needed = [d for d in expected if not d.startswith("[")]
    most = len(expected) + (1 if repeats else 0)
    if not len(needed) <= values.ndim <= most:
        shape = f"({', '.join(expected)})"
        more = f" or (n_repeats, {', '.join(expected)})" if repeats else ""
        raise fault(file, f"shape {values.shape}", f"{shape}{more}", "Reshape the array.")


def _same_mesh(plan: Plan, arrays: dict[Path, np.ndarray]) -> bool:
    """Whether all subjects lie on one mesh, which ``plan.mesh`` then names."""
    meshes = {}
    for file, values in arrays.items():
        try:
            meshes[file] = find_mesh(values.shape[-1], plan.mesh)
        except StudyError as error:
            raise fault(
                file,
                f"{values.shape[-1]:,} vertices",
                f"those of {plan.mesh}" if plan.mesh else "one mesh",
                str(error),
            ) from error
    first = next(iter(arrays))
    for file, mesh in meshes.items():
        if mesh != meshes[first]:
            raise fault(
                file,
                f"{arrays[file].shape[-1]:,} vertices ({mesh or 'no mesh'})",
                f"{arrays[first].shape[-1]:,} ({meshes[first] or 'no mesh'}) as in {first.name}",
                "Bring all subjects to one mesh.",
            )
    plan.mesh = meshes[first]
    if not plan.mesh:
        plan.notes.append(why_no_mesh(arrays[first].shape[-1]))
    return bool(plan.mesh)


def _targets(file: Path) -> Coords:
    table = read_table(file, ("target", "roi"))
    coords: Coords = {
        "target": ("target", names(file, table, "target")),
        "roi": ("target", text([c.strip() for c in table["roi"]])),
    }
    return {**coords, **_places(file, table, "target", "mm")}


def _channels(file: Path, units: str) -> Coords:
    required = ("name",) if units == "m" else ("name", "x", "y", "z")
    table = read_table(file, required)
    coords: Coords = {"channel": ("channel", names(file, table, "name"))}
    if "region" in table and units == "mm":
        coords["region"] = ("channel", text([c.strip() for c in table["region"]]))
    return {**coords, **_places(file, table, "channel", units)}


def _places(file: Path, table: Table, dim: str, units: str) -> Coords:
    found = positions(file, table, units)
    return {axis: (dim, values, {"units": units}) for axis, values in found.items()}


def _read_units(folder: Path) -> tuple[str, float]:
    """Unit that ``units.txt`` names, and the factor to it; "a.u." if there is none."""
    file = folder / "units.txt"
    if not file.exists():
        return "a.u.", 1.0
    said = unicodedata.normalize("NFKC", read_text(file)).strip()
    if said not in UNITS:
        raise fault(file, repr(said[:40]), f"one of {', '.join(UNITS)}", "Correct or remove it.")
    return UNITS[said]


def _response(
    file: Path,
    dims: tuple[str, ...],
    scale: tuple[str, float],
    stimulus: np.ndarray,
    coords: Coords,
) -> xr.Dataset:
    units, factor = scale
    values = read_values(open_array(file), factor)
    note = survey(file, values, dims.index("stimulus"))
    return xr.Dataset(
        {"response": (dims, values, {"units": units})},
        {"stimulus": stimulus, **coords},
        {"note": note} if note else {},
    )
