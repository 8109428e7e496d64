"""Anybody's arrays and tables in one folder.

``stimuli.csv``
    ``stimulus,image,caption_0,caption_1,…[,split][,condition][,concept]``, a row per stimulus;
    ``stimulus`` is an integer id, ``image`` a path below ``images/``. UTF-8; captions are kept as
    they are. Rows of all arrays are in the order of this table.
``images/``
    The pictures; the study takes copies of those that the table names.
``fmri/sub-01.npy``
    (n_stimuli, n_vertices) or (n_repeats, n_stimuli, n_vertices). The number of vertices tells the
    mesh unless ``--mesh`` does; any other number is kept as targets without a mesh.
    ``fmri/targets.csv`` (``target,roi[,x,y,z]``, mm) names targets; where it is, they are targets
    even if their number is that of a mesh.
``eeg/sub-01.npy``
    (n_stimuli, n_channels, n_times), repeats in front, with ``eeg/channels.csv``
    (``name[,x,y,z]``, metres in head coordinates as in MNE) and ``eeg/times.csv`` (s from onset).
``words.csv``, ``ieeg/sub-01.npy``, ``ieeg/sub-01_channels.csv``
    ``word,onset,offset,sentence[,context][,stimulus]`` (s), (n_words, n_channels[, n_times]),
    ``name,x,y,z[,region]`` (mm, MNI); ``ieeg/times.csv`` (s) if there are times.
``rdm/sub-01.npy``
    (n, n) or condensed (n_pairs,) in the order of ``numpy.triu``. With ``rdm/axis.csv``, one
    column called ``roi``, ``time`` (s) or ``repeat`` (measurements of the subject, e.g. sessions),
    a leading axis has an RDM for each of its rows.
``fmri/units.txt``, ``eeg/units.txt``, ``ieeg/units.txt``
    ``V``, ``mV``, ``uV`` (these become V), ``percent``, ``z`` or ``a.u.``, which is the default.
``rois/<atlas>.csv``, ``.annot``, ``.label.gii``
    One label per vertex, left then right. CSV: one column of names, with or without a header; an
    empty cell is no region, nor is 0 where all are numbers. The others: one file for both
    hemispheres, or ``lh.<atlas>.annot`` and ``rh.…``, ``<atlas>.L.label.gii`` and ``.R.…``.
    Regions of one name in both hemispheres are one; "unknown", "???" and the medial wall are none.
``texts/<variant>.csv``
    ``stimulus,text_0,text_1,…``: what a text model is shown in place of the captions, each text
    alone; rows in any order, empty cells are no text. ``nouns``, ``verbs``, … are used in place of
    what a tagger would find.
``features/<model>.npy``
    Features computed elsewhere: (n_stimuli, n_units) or (n_layers, n_stimuli, n_units).
``model_rdms/<name>.npy``
    A model known by its dissimilarities: square or condensed, layers in front.
``about.json``
    ``title``, ``citation``, ``licence`` and ``simulated`` (true if no brain was measured).

Arrays are numbers of any precision and become float32. NaN is "not measured" and stays; infinite
values are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from explorer.importers.atlases import plan_atlases
from explorer.importers.base import Found, Importer
from explorer.importers.dissimilarities import plan_rdm
from explorer.importers.models import plan_features, plan_model_rdms
from explorer.importers.plan import Plan, fault
from explorer.importers.responses import plan_eeg, plan_fmri, plan_ieeg
from explorer.importers.tables import Table, integers, numbers, read_table, read_text, text
from explorer.importers.texts import plan_texts
from explorer.registry import unknown_name
from explorer.study.surface import MESHES

STIMULI, WORDS, ABOUT = "stimuli.csv", "words.csv", "about.json"
_FOLDERS = ("images", "fmri", "eeg", "ieeg", "rdm", "rois", "texts", "features", "model_rdms")
_LABELS = ("image", "split", "condition", "concept")
_CAPTION = re.compile(r"caption_(\d+)")
_LONGEST_WORD = 10.0  # s: the median word is shorter in seconds, and longer in ms
_FIELDS: dict[str, type] = {"title": str, "citation": str, "licence": str, "simulated": bool}


class FolderImporter(Importer):
    """Tables and arrays in the layout that this module describes."""

    label = "Folder of CSV and NPY files"

    def can_read(self, source: Path) -> bool:
        """Whether there is a table of stimuli or of words."""
        return any((source / name).is_file() for name in (STIMULI, WORDS))

    def describe(self, source: Path, mesh: str = "") -> Found:
        """The manifest of ``about.json`` with the mesh, and what is ignored or will not work."""
        plan = _plan(source, mesh)
        manifest = _read_about(source)
        if plan.mesh:
            manifest["mesh"] = plan.mesh
        images = source / "images"
        return Found(manifest, tuple(plan.notes), images if images.is_dir() else None)

    def read(self, source: Path, mesh: str = "") -> Iterator[tuple[str, xr.Dataset]]:
        """Stimuli, responses, atlases, models; each array is read when its group is asked for."""
        return _plan(source, mesh).build()


def _plan(source: Path, mesh: str) -> Plan:
    """What the import yields; every fault that headers and tables show is raised here."""
    if mesh and mesh not in MESHES:
        raise unknown_name("mesh", mesh, list(MESHES))
    plan = Plan(source, mesh)
    stimuli: dict[str, np.ndarray] = {}
    if (source / STIMULI).exists():
        stimuli["stimuli/images"] = _plan_images(plan, source / STIMULI)
    if (source / WORDS).exists():
        stimuli["stimuli/story"] = _plan_words(plan, source / WORDS)
    if not stimuli:
        raise fault(source, f"neither {STIMULI} nor {WORDS}", "one of them", "Add the table.")
    for folder in ("fmri", "eeg", "rdm", "texts", "model_rdms"):
        _require(source, folder, STIMULI)
    _require(source, "ieeg", WORDS)
    if "stimuli/images" in stimuli:
        images = stimuli["stimuli/images"]
        plan_texts(plan, images)
        plan_fmri(plan, images)
        plan_eeg(plan, images)
        plan_rdm(plan, images)
        plan_model_rdms(plan, images)
    if "stimuli/story" in stimuli:
        plan_ieeg(plan, stimuli["stimuli/story"])
    plan_atlases(plan)
    plan_features(plan, stimuli)
    readme = [p.name for p in source.iterdir() if p.name.lower().startswith("readme")]
    used = (STIMULI, WORDS, ABOUT, *_FOLDERS, *readme)
    plan.note_ignored(source, used, f"{STIMULI}, {WORDS}, {ABOUT}, {', '.join(_FOLDERS)}")
    return plan


def _require(source: Path, folder: str, table: str) -> None:
    if (source / folder).is_dir() and not (source / table).exists():
        raise fault(
            source / folder, f"no {table} beside it", "the stimuli of these arrays", "Add it."
        )


def _plan_images(plan: Plan, file: Path) -> np.ndarray:
    table = read_table(file, ("stimulus",))
    stimulus = _ids(file, table)
    matches = {name: _CAPTION.fullmatch(name) for name in table}
    numbered = {name: int(match[1]) for name, match in matches.items() if match}
    captions = sorted(numbered, key=lambda name: numbered[name])
    ignored = [name for name in table if name not in ("stimulus", *_LABELS, *captions)]
    if not captions and not {"image", "condition", "concept"} & set(table):
        raise fault(
            file,
            f"columns {', '.join(table)}",
            "caption_0, image, condition or concept",
            "Say what the stimuli are.",
        )
    if ignored:
        plan.notes.append(f"Columns of {STIMULI} ignored: {', '.join(ignored)}.")
    plan.add("stimuli/images", partial(_images, table, stimulus, captions))
    return stimulus


def _images(table: Table, stimulus: np.ndarray, captions: list[str]) -> xr.Dataset:
    dataset = xr.Dataset(coords={"stimulus": stimulus})
    if captions:
        rows = np.empty((len(stimulus), len(captions)), dtype=object)
        for k, name in enumerate(captions):
            rows[:, k] = table[name]
        dataset["caption"] = (("stimulus", "caption_index"), rows)
    for name in _LABELS:
        if name in table:
            dataset[name] = ("stimulus", text([cell.strip() for cell in table[name]]))
    return dataset


def _plan_words(plan: Plan, file: Path) -> np.ndarray:
    table = read_table(file, ("word", "onset", "offset", "sentence"))
    n = len(table["word"])
    stimulus = _ids(file, table) if "stimulus" in table else np.arange(n)
    onset, offset = (numbers(file, name, table[name]) for name in ("onset", "offset"))
    wrong = [*np.flatnonzero(offset < onset), *(np.flatnonzero(np.diff(onset) < 0) + 1)]
    if wrong:
        k = int(min(wrong))
        raise fault(
            file,
            f"a word from {onset[k]:g} to {offset[k]:g} s in row {k + 1}",
            "words that end after they begin, in the order they are heard",
            "Correct or sort the rows.",
        )
    if np.median(offset - onset) > _LONGEST_WORD:
        raise fault(
            file,
            f"words of {np.median(offset - onset):g} s",
            "onset and offset in seconds",
            "These look like milliseconds: divide by 1000.",
        )
    dataset = xr.Dataset(
        {
            "word": ("stimulus", text(table["word"])),
            "onset": ("stimulus", onset, {"units": "s"}),
            "offset": ("stimulus", offset, {"units": "s"}),
            "sentence": ("stimulus", integers(file, table, "sentence")),
        },
        {"stimulus": stimulus},
    )
    if "context" in table:
        dataset["context"] = ("stimulus", text(table["context"]))
    plan.add("stimuli/story", lambda: dataset)
    return stimulus


def _ids(file: Path, table: Table) -> np.ndarray:
    ids = integers(file, table, "stimulus")
    unique, counts = np.unique(ids, return_counts=True)
    if (counts > 1).any():
        twice = unique[counts > 1][0]
        rows = ", ".join(str(k + 1) for k in np.flatnonzero(ids == twice)[:2])
        raise fault(
            file,
            f"stimulus {twice} in rows {rows}",
            "each id once",
            "Give repeats as the leading axis of the arrays.",
        )
    return ids


def _read_about(source: Path) -> dict[str, Any]:
    """Fields of the manifest that ``about.json`` gives; the title is the folder's name without."""
    file = source / ABOUT
    title = {"title": source.resolve().name}
    if not file.exists():
        return title
    written = read_text(file)
    try:
        about = json.loads(written)
    except ValueError as error:
        raise fault(file, f"no JSON ({error})", "an object", "Correct it.") from error
    if not isinstance(about, dict):
        raise fault(file, type(about).__name__, "an object", 'Write {"title": "…"}.')
    for name, value in about.items():
        kind = _FIELDS.get(name)
        if kind is None or not isinstance(value, kind):
            expected = ", ".join(f"{k} ({v.__name__})" for k, v in _FIELDS.items())
            raise fault(file, f"{name}: {value!r:.60}", expected, "Correct or remove it.")
    return {**title, **about}
