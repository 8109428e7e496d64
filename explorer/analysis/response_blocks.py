"""Responses aligned with features but left on disk, read in blocks of targets."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import xarray as xr

from explorer.analysis.parts import Kept
from explorer.analysis.spec import MEAN, Spec
from explorer.analysis.targets import check_places, choose_responses, read_features
from explorer.errors import StudyError
from explorer.study.align import mean_repeats, shared_stimuli
from explorer.study.study import Study


@dataclass(frozen=True)
class ResponseBlocks:
    """Responses of a subject, or the mean over subjects, as blocks of targets.

    Targets are counted along the first dim of place, ``places``: a block of EEG holds all times of
    its channels.

    Attributes
    ----------
    names : groups that are read
    stored : their ``response``, still on disk
    rows : rows of each that are used, in the order of ``ids``
    ids : stimuli, in order
    about : the first group without its ``response``
    features : (stimulus, layer, unit), of ``ids``; still on disk
    unseen : the same of stimuli that were never shown, which can be predicted all the same
    regions : flat indices of the targets of each region
    n_repeats : showings that are averaged
    kept : which places are targets
    """

    names: list[str]
    stored: list[xr.DataArray]
    rows: list[np.ndarray]
    ids: np.ndarray
    about: xr.Dataset
    features: xr.Dataset
    unseen: xr.Dataset
    regions: dict[str, np.ndarray]
    n_repeats: int
    kept: Kept

    @property
    def n_outside(self) -> int:
        """Places that are restored as NaN since they were not asked for."""
        return self.kept.n_outside

    @property
    def dims(self) -> tuple[str, ...]:
        """Dims of the targets, without the stimulus."""
        return tuple(str(d) for d in self.stored[0].dims if d not in ("repeat", "stimulus"))

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the targets."""
        return tuple(self.stored[0].sizes[d] for d in self.dims)

    @property
    def places(self) -> int:
        """Length of the dim along which blocks are cut."""
        return self.shape[0] if self.shape else 1

    @property
    def width(self) -> int:
        """Targets of one place."""
        return int(np.prod(self.shape[1:], dtype=np.int64))

    @property
    def n_targets(self) -> int:
        """All targets."""
        return self.places * self.width

    def bytes_read(self) -> int:
        """Bytes that are held while one target is read, whatever the subject."""
        each = [int(np.prod([s.sizes.get("repeat", 1), s.sizes["stimulus"]])) for s in self.stored]
        itemsize = max(s.dtype.itemsize for s in self.stored)
        return 2 * itemsize * max(each) + 4 * len(self.ids)

    def read(self, start: int, stop: int) -> np.ndarray:
        """Responses to ``ids``, averaged over repeats, of some places: float32, (n, n_targets).

        Raises
        ------
        StudyError
            if the store is damaged; the text says where
        """
        total = sum(mean_repeats(self._block(k, start, stop)).values for k in range(len(self.rows)))
        mean = np.asarray(total / len(self.rows) if len(self.rows) > 1 else total)
        return np.ascontiguousarray(mean.reshape(len(mean), -1), dtype=np.float32)

    def read_repeats(self, start: int, stop: int) -> np.ndarray:
        """The same before averaging: (n_repeats, n, n_targets)."""
        block = self._block(0, start, stop).values
        return block.reshape(*block.shape[:2], -1)

    def restore(self, flat: np.ndarray) -> np.ndarray:
        """(…, n_targets) to (…, *shape of the targets)."""
        return self.kept.restore(flat.reshape(*flat.shape[:-1], *self.shape))

    def coords(self) -> dict[str, xr.DataArray]:
        """Coordinates of the targets' dims, without what hangs on them."""
        return self.kept.coords(self.dims, self.about)

    def _block(self, k: int, start: int, stop: int) -> xr.DataArray:
        values = self.stored[k]
        if self.dims:
            values = values.isel({self.dims[0]: slice(start, stop)})
        leading = [d for d in ("repeat", "stimulus") if d in values.dims]
        dim = self.dims[0] if self.dims else "the only target"
        where = f"{self.names[k]}/response cannot be read from {dim} {start} to {stop - 1}"
        values = load(values.transpose(*leading, ...), where)
        if len(self.rows[k]) == values.sizes["stimulus"] and _is_range(self.rows[k]):
            return values
        return values.isel(stimulus=self.rows[k])


def open_blocks(study: Study, spec: Spec) -> ResponseBlocks:
    """Align what ``spec`` is about, and read none of it.

    Raises
    ------
    AnalysisError
        if there are too few shared stimuli, or the mean over subjects of different places is asked
    """
    features, chosen = read_features(study, spec), choose_responses(study, spec)
    names, datasets = chosen.names, list(chosen.datasets)
    stored = [d.response for d in datasets]
    shown = datasets[0].stimulus.values
    if spec.subject == MEAN:
        check_places(names, stored)
        shown = shared_stimuli([d.stimulus.values for d in datasets])
        datasets[0] = datasets[0].drop_vars("noise_ceiling", errors="ignore")
    ids = shared_stimuli([shown, features.stimulus.values])
    n_repeats = 1 if spec.subject == MEAN else stored[0].sizes.get("repeat", 1)
    return ResponseBlocks(
        names,
        stored,
        [_find(d.stimulus.values, ids) for d in datasets],
        ids,
        datasets[0].drop_vars("response"),
        features.sel(stimulus=ids),
        features.sel(stimulus=~np.isin(features.stimulus, shown)),
        chosen.flat(),
        n_repeats,
        chosen.kept,
    )


def load(values: xr.DataArray, where: str) -> xr.DataArray:
    """Read values from disk.

    Raises
    ------
    StudyError
        that begins with ``where``, if the store is damaged
    """
    try:
        return values.load()
    except (OSError, ValueError, RuntimeError, zlib.error) as error:
        raise StudyError(
            f"{where} ({type(error).__name__}: {error}): a chunk is damaged. "
            "Import or compute this group again."
        ) from error


def _find(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Rows of ``wanted`` in ``known``."""
    order = known.argsort()
    return order[np.searchsorted(known, wanted, sorter=order)]


def _is_range(rows: np.ndarray) -> bool:
    return bool((rows == np.arange(len(rows))).all())
