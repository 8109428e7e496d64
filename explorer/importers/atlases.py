"""Atlases of an importer: CSV, FreeSurfer and GIFTI labels to one number per vertex."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from xml.parsers.expat import ExpatError

import nibabel
import numpy as np
import xarray as xr
from nibabel.filebasedimages import ImageFileError
from nibabel.freesurfer.io import read_annot

from explorer.errors import ImporterError, StudyError
from explorer.importers.plan import Plan, check_name, fault, read_head
from explorer.importers.tables import read_column, text
from explorer.study.surface import MESHES, find_mesh

# What atlases call the vertices that belong to no region.
NONE = {
    "",
    "???",
    "unknown",
    "none",
    "medial_wall",
    "background+freesurfer_defined_medial_wall",
}
_DAMAGE = (OSError, ValueError, KeyError, IndexError, TypeError, EOFError, struct.error, zlib.error)
_SUFFIXES = (".label.gii", ".annot", ".csv")
_SIDES = ("left", "right")


@dataclass(frozen=True)
class Labels:
    """Labels of some vertices: ``index`` (n_vertices,) into ``names``; -1 is none."""

    index: np.ndarray
    names: list[str]
    colours: list[str]


def find_atlases(folder: Path) -> dict[str, list[Path]]:
    """Files of each atlas: one for both hemispheres, or left and right."""
    found: dict[str, dict[str, Path]] = {}
    for file in sorted(p for p in folder.iterdir() if not p.name.startswith(".")):
        suffix = next((s for s in _SUFFIXES if file.name.endswith(s)), "")
        if not suffix:
            continue
        atlas, side = _split(file.name.removesuffix(suffix), suffix)
        known = found.setdefault(atlas, {})
        if side in known or (known and bool(side) != ("" not in known)):
            other = next(iter(known.values())).name
            raise fault(
                file, f"also {other}", f"one source of the atlas {atlas!r}", "Remove or rename one."
            )
        known[side] = file
    for atlas, files in found.items():
        missing = [s for s in _SIDES if s not in files]
        if "" not in files and missing:
            raise fault(
                next(iter(files.values())),
                "one hemisphere",
                f"the {missing[0]} one of the atlas {atlas!r} too",
                "Add its file.",
            )
    return {a: [f[s] for s in ("", *_SIDES) if s in f] for a, f in found.items()}


def read_atlas(files: Sequence[Path]) -> xr.Dataset:
    """An atlas as the schema wants it: label (vertex), 0 none, k the k-th name."""
    parts = [_read_labels(file) for file in files]
    if len({len(part.index) for part in parts}) > 1:
        raise fault(
            files[1],
            f"{len(parts[1].index):,} vertices",
            f"{len(parts[0].index):,} as in {files[0].name}",
            "Take both hemispheres from one mesh.",
        )
    number: dict[str, int] = {}
    colour: dict[str, str] = {}
    label = []
    for part in parts:
        translate = np.zeros(len(part.names) + 1, dtype=np.int32)  # the last is what -1 points at
        for k in np.unique(part.index[part.index >= 0]).tolist():
            if part.names[k].lower() not in NONE:
                translate[k] = number.setdefault(part.names[k], len(number) + 1)
                colour.setdefault(part.names[k], part.colours[k])
        label.append(translate[part.index])
    if not number:
        raise fault(files[0], "no region", "at least one name", "Give each vertex its region.")
    atlas = xr.Dataset(
        {"label": ("vertex", np.concatenate(label)), "name": ("roi", text([*number]))}
    )
    if any(colour.values()):
        atlas["colour"] = ("roi", text(list(colour.values())))
    return atlas


def plan_atlases(plan: Plan) -> None:
    """Plan ``rois/``; without fMRI the atlas tells the mesh.

    Raises
    ------
    ImporterError
        if an atlas cannot be read, or does not have a label for each vertex of the mesh
    """
    folder = plan.source / "rois"
    if not folder.is_dir():
        return
    atlases = find_atlases(folder)
    used = [file.name for files in atlases.values() for file in files]
    plan.note_ignored(folder, used, "<atlas>.csv, .annot or .label.gii")
    for name, files in atlases.items():
        check_name(files[0], name)
        n = read_atlas(files).sizes["vertex"]
        _check_mesh(plan, files[0], n)
        plan.add(f"rois/{name}", partial(read_atlas, files))


def _check_mesh(plan: Plan, file: Path, n: int) -> None:
    try:
        plan.mesh = find_mesh(n, plan.mesh)
    except StudyError as error:
        expected = f"{MESHES[plan.mesh]:,}, one for each vertex of {plan.mesh}"
        raise fault(
            file,
            f"{n:,} labels",
            expected if plan.mesh in MESHES else "those of one mesh",
            "Give one label per vertex of both hemispheres, left then right, or correct --mesh.",
        ) from error
    if not plan.mesh:
        sizes = ", ".join(f"{name} {size:,}" for name, size in MESHES.items())
        raise fault(
            file,
            f"{n:,} labels",
            f"one per vertex of a known mesh ({sizes})",
            "Regions of targets without a mesh belong into fmri/targets.csv, column 'roi'.",
        )


def _split(stem: str, suffix: str) -> tuple[str, str]:
    """Name of the atlas, and the hemisphere of the file ("" if both)."""
    if suffix == ".csv":
        return stem, ""
    for start, side in (("lh.", "left"), ("rh.", "right")):
        if stem.startswith(start):
            return stem.removeprefix(start), side
    for end, side in ((".L", "left"), (".R", "right")):
        if stem.endswith(end):
            return stem.removesuffix(end), side
    return stem, ""


def _read_labels(file: Path) -> Labels:
    if file.suffix == ".csv":
        return _read_csv(file)
    read_head(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what nibabel remarks on is no fault of the labels
            return _read_annot(file) if file.suffix == ".annot" else _read_gifti(file)
    except ImporterError:
        raise
    except (*_DAMAGE, ExpatError, ImageFileError) as error:
        raise fault(
            file,
            f"labels that cannot be read ({type(error).__name__}: {error})",
            "a complete file of labels",
            "Export or copy it again.",
        ) from error


def _read_csv(file: Path) -> Labels:
    cells = read_column(file)
    if len(cells) - 1 in MESHES.values():
        cells = cells[1:]  # the first row is a header
    values = [_whole(cell) for cell in cells]
    if any(cells) and all(v is not None for v, c in zip(values, cells, strict=True) if c):
        cells = ["" if not v else str(v) for v in values]  # numbers: 0 is none too
        names = sorted({c for c in cells if c}, key=int)
    else:
        names = list(dict.fromkeys(c for c in cells if c))
    number = {name: k for k, name in enumerate(names)}
    index = np.array([number.get(c, -1) for c in cells], dtype=np.int64)
    return Labels(index, names, [""] * len(names))


def _read_annot(file: Path) -> Labels:
    index, table, names = read_annot(file)  # type: ignore[no-untyped-call]
    colours = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in table[:, :3].tolist()]
    found = [n.decode("utf-8", "replace") for n in names]
    return Labels(index.astype(np.int64), found, colours)


def _read_gifti(file: Path) -> Labels:
    image = nibabel.load(file)
    if not isinstance(image, nibabel.GiftiImage) or len(image.darrays) != 1:
        n = len(image.darrays) if isinstance(image, nibabel.GiftiImage) else 0
        raise fault(file, f"{n} maps of labels", "one", "Save each map as a file of its own.")
    keys = np.asarray(image.darrays[0].data).ravel()
    found, index = np.unique(keys, return_inverse=True)
    table = {entry.key: entry for entry in image.labeltable.labels}
    names, colours = [], []
    for key in found.tolist():
        entry = table.get(key)
        names.append(str(key) if entry is None and key else str(getattr(entry, "label", "") or ""))
        colours.append(_hex(entry.rgba) if entry is not None else "")
    return Labels(index.ravel().astype(np.int64), names, colours)


def _hex(rgba: tuple[float | None, ...]) -> str:
    parts = [round(255 * min(max(float(c), 0.0), 1.0)) for c in rgba[:3] if c is not None]
    return f"#{parts[0]:02x}{parts[1]:02x}{parts[2]:02x}" if len(parts) == len("rgb") else ""


def _whole(cell: str) -> int | None:
    """The whole number that a cell holds ("12", "12.0"); None if it is something else."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return int(value) if np.isfinite(value) and value == int(value) else None
