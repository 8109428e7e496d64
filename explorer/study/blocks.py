"""A group written block by block: a killed run goes on where it stopped, and shows nothing."""

from __future__ import annotations

import numpy as np
import xarray as xr

from explorer.errors import StudyError
from explorer.study import store
from explorer.study.digest import digest_dataset
from explorer.study.schema import group_faults
from explorer.study.study import Study

_DONE = ".done"  # ends the name of the record beside the group: inside, Zarr would wonder


class BlockWriter:
    """Writes one variable of a group along its first dim; the group appears when all is there.

    Parameters
    ----------
    study : where the group belongs
    name : the group's name
    template : the group with ``variable`` unfilled (use ``blank`` for an array of no memory)
    variable : what is written in blocks
    key : digest of everything the values depend on; another key starts afresh
    """

    def __init__(
        self, study: Study, name: str, template: xr.Dataset, variable: str, key: str
    ) -> None:
        faults = group_faults(name, template)
        if faults:
            raise StudyError("\n".join(map(str, faults)))
        self._study = study
        self._target = study.target(name)
        self._path = self._target.with_name(f".{self._target.name}{store.RESUMABLE}{key}")
        self._done = self._path.with_name(self._path.name + _DONE)
        self._n = template.sizes[template[variable].dims[0]]
        with store.explain_disk(self._path, template.nbytes):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._drop_others()
            if not (self._done.exists() and self._path.exists()):
                store.create_array(self._path, template.assign_attrs(digest=""), variable)
                self._done.touch()
        self._array = store.open_array(self._path, variable)

    def missing(self, block: int) -> list[tuple[int, int]]:
        """Blocks of at most ``block`` rows still to be written, as (start, stop)."""
        done = np.zeros(self._n, dtype=bool)
        for line in self._done.read_text().splitlines():
            start, _, stop = line.partition(" ")
            if start.isdigit() and stop.isdigit():  # a torn last line is written again
                done[int(start) : int(stop)] = True
        starts = range(0, self._n, block)
        spans = [(s, min(s + block, self._n)) for s in starts]
        return [(a, b) for a, b in spans if not done[a:b].all()]

    def write(self, start: int, values: np.ndarray) -> None:
        """Write rows ``start`` onwards, and record that they are there."""
        with store.explain_disk(self._path, values.nbytes):
            self._array[start : start + len(values)] = values
            with self._done.open("a") as file:
                file.write(f"{start} {start + len(values)}\n")

    def finish(self) -> None:
        """Put the complete group in place."""
        left = self.missing(self._n)
        if left:
            raise StudyError(f"{self._target} still lacks rows {left}. Run the same command again.")
        digest = digest_dataset(store.open_group(self._path))
        store.set_attribute(self._path, "digest", digest)
        store.put_in_place(self._path, self._target)
        self._done.unlink()
        self._study.refresh()

    def _drop_others(self) -> None:
        """Delete what was begun for inputs that have changed since."""
        for begun in self._path.parent.glob(f".{self._target.name}{store.RESUMABLE}*"):
            if not begun.name.startswith(self._path.name):
                store.delete(begun)


def blank(shape: tuple[int, ...]) -> np.ndarray:
    """An array of NaN (float32) that takes no memory."""
    return np.broadcast_to(np.float32(np.nan), shape)
