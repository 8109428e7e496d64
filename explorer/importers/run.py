"""An import: an importer's groups into a study, group by group, so that a killed one goes on."""

from __future__ import annotations

import dataclasses
import shlex
from operator import length_hint
from pathlib import Path

import xarray as xr

from explorer.errors import ExplorerError, ImporterError, StudyError
from explorer.importers import IMPORTERS
from explorer.importers.base import Found, Importer, Progress
from explorer.importers.pictures import copy_pictures
from explorer.study import store
from explorer.study.digest import digest_dataset
from explorer.study.study import MANIFEST, Study

AUTO = "auto"
_IMPORTED = ("stimuli/", "rois/", "responses/")  # groups that only an import makes


def import_study(
    importer: str, source: Path, path: Path, *, mesh: str = "", progress: Progress | None = None
) -> tuple[Study, Found]:
    """Import ``source`` into the study at ``path``, which is made if there is none.

    Every group appears whole; one whose content is there already is skipped, so an import that
    was stopped goes on where it was. Until the end the manifest's ``unfinished`` says how.

    Parameters
    ----------
    importer : name of an importer, or "auto" for the only one that recognises ``source``
    mesh : the mesh, where the number of vertices does not tell
    progress : called with groups or pictures done, their number (0 if not known), and what

    Returns
    -------
    study : the study
    found : what the importer made of the source, with the notes that came up on the way

    Raises
    ------
    ImporterError
        if the source is not what it claims to be
    StudyError
        if the study cannot be written
    """
    source, path = Path(source).absolute(), Path(path)
    name, reader = _choose(importer, source)
    found = reader.describe(source, mesh)
    if reader.adds and not (path / MANIFEST).exists():
        raise StudyError(
            f"{path} is no study, and {source.name} can only be added to one. Name a study, or "
            "import its stimuli first."
        )
    study = _open_study(path, found, _command(name, source, path, mesh))
    notes = list(found.notes)
    groups = iter(reader.read(source, mesh))
    total = length_hint(groups)
    names: list[str] = []
    report = progress or _silent
    for group, read in groups:
        report(len(names), total, group)
        dataset, note = read, str(read.attrs.get("note", ""))
        if group == "stimuli/images" and "image" in read:
            dataset, note = copy_pictures(
                read, found.images, study.path / "images", lambda k, n: report(k, n, "images")
            )
        if note:
            notes.append(f"{group}: {note}")
        if not _is_there(study, group, dataset):
            study.write(group, dataset)
        names.append(group)
    left = [n for n in study.groups() if n.startswith(_IMPORTED) and n not in names]
    if left and any(n.startswith(_IMPORTED) for n in names):
        notes.append(
            f"{', '.join(left)}: in the study, not in {source}; kept. Delete what is not wanted."
        )
    study.describe(unfinished="")
    report(len(names), len(names), "done")
    return study, dataclasses.replace(found, notes=tuple(notes))


def _choose(importer: str, source: Path) -> tuple[str, Importer]:
    if not source.is_dir() and not source.is_file():
        raise ImporterError(f"{source} does not exist. Name the folder of the data.")
    if importer != AUTO:
        return importer, IMPORTERS[importer]()
    known = {name: found() for name, found in IMPORTERS.items()}
    fitting = {name: reader for name, reader in known.items() if reader.can_read(source)}
    if len(fitting) == 1:
        return next(iter(fitting.items()))
    listed = ", ".join(f"{name} ({reader.label})" for name, reader in (fitting or known).items())
    if fitting:
        raise ImporterError(f"{source} can be read as several layouts: {listed}. Say which.")
    raise ImporterError(
        f"{source} is in no layout that is known: {listed}. Name one of these to be told what "
        "is missing."
    )


def _open_study(path: Path, found: Found, command: str) -> Study:
    """The study at ``path`` with the manifest of the import, marked as unfinished."""
    if path.is_file():
        raise StudyError(f"{path} is a file, expected a folder. Name a new or empty folder.")
    if (path / MANIFEST).exists():
        study = Study(path)
        study.describe(**{**found.manifest, "unfinished": command})
        return study
    for beside in path.glob(f".{MANIFEST}{store.PARTIAL}*"):
        beside.unlink()  # all that a run leaves that was killed before its first group
    return Study.create(path, **{**found.manifest, "unfinished": command})


def _command(importer: str, source: Path, path: Path, mesh: str) -> str:
    words = ["import", importer, str(source), str(path.absolute())]
    return shlex.join(["python", "-m", "explorer", *words, *(["--mesh", mesh] if mesh else [])])


def _is_there(study: Study, name: str, dataset: xr.Dataset) -> bool:
    """Whether the study has this content already, undamaged."""
    if name not in study:
        return False
    try:
        stored = study[name]
        digest = stored.attrs.pop("digest", "")
        if stored.attrs != dataset.attrs or digest != digest_dataset(dataset):
            return False
        return bool(digest == digest_dataset(stored))
    except (ExplorerError, OSError, ValueError, RuntimeError):  # damaged: written again
        return False


def _silent(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""
