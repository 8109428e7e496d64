"""Finished parts of a result, kept beside its place until all are there.

Each part is one file that appears whole, named for what it is: a killed run goes on with what is
there, several processes may share the work, and one that does a part twice changes nothing.
"""

from __future__ import annotations

import uuid
import zipfile
import zlib
from pathlib import Path

import numpy as np

from explorer.study import store
from explorer.study.study import Study

Arrays = dict[str, np.ndarray]

_KEY = "1"  # raised whenever parts hold something else


class FinishedParts:
    """The parts of the result ``name``.

    Raises
    ------
    StudyError
        if the result cannot be written: at once, not when hours have passed
    """

    def __init__(self, study: Study, name: str) -> None:
        target = study.target(name)
        self._folder = target.with_name(f".{target.name}{store.RESUMABLE}{_KEY}")

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self._folder

    def prepare(self) -> None:
        """Make the folder.

        Raises
        ------
        StudyError
            if it cannot be made
        """
        with store.explain_disk(self._folder, 0):
            self._folder.mkdir(parents=True, exist_ok=True)

    def has(self, part: str) -> bool:
        """Whether the part is there; it may still turn out to be damaged."""
        return self._path(part).exists()

    def load(self, part: str) -> Arrays | None:
        """The arrays of a part; None if it is not there or is damaged."""
        try:
            with np.load(self._path(part), allow_pickle=False) as file:
                return {name: file[name] for name in file.files}
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error):
            return None

    def save(self, part: str, arrays: Arrays) -> None:
        """Write a part whole or not at all.

        Raises
        ------
        StudyError
            if the disk is full, or the folder cannot be written
        """
        path = self._path(part)
        beside = path.with_name(f".{path.name}{uuid.uuid4().hex[:8]}")
        n_bytes = sum(values.nbytes for values in arrays.values())
        with store.explain_disk(path, n_bytes), store.removed_on_failure(beside):
            self.prepare()
            with beside.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]  # its stubs know one name
            beside.replace(path)

    def delete(self) -> None:
        """Delete all."""
        store.delete(self._folder)

    def _path(self, part: str) -> Path:
        return self._folder / f"{part}.npz"
