"""Factors of features kept on disk, so that refitting a region needs no decomposition.

They lie in ``.cache/factors`` beside what is computed from the study (in the study, or in its
overlay where it is read-only): the app, the command line and the workers of a cluster see the same
files, and deleting the study deletes them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
import zlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from explorer.analysis.spec import CODE_VERSION
from explorer.engine.factors import Factors
from explorer.engine.penalties import RidgeSettings
from explorer.errors import StudyError
from explorer.study.digest import digest_json
from explorer.study.study import Study

LIMIT = 4 * 2**30  # bytes of all files together; the layers of one large model fit
_ANY = "results/encoding/any"  # a group that tells where what is computed goes
_SUFFIX = ".safetensors"
_BESIDE = ".beside-"  # being written; a killed writer leaves it, and it goes as the oldest do


class FactorCache:
    """A folder of factors, each under the digest of all that they depend on.

    A damaged file counts as none and is replaced. Nothing here fails a computation: a disk that is
    full or cannot be written only means that nothing is kept.

    Parameters
    ----------
    folder : where; None keeps nothing
    limit : bytes of all files; those not used for longest are dropped
    """

    def __init__(self, folder: Path | None, limit: int = LIMIT) -> None:
        self._folder = folder
        self._limit = limit

    def fetch(
        self,
        key: str,
        settings: RidgeSettings,
        make: Callable[[], Factors],
        device: torch.device | None = None,
    ) -> Factors:
        """The factors kept under ``key``, or those that ``make`` gives, which are then kept.

        Parameters
        ----------
        key : see ``factors_key``
        settings : for which the factors are
        make : decomposes
        device : where they are wanted; None for the CPU
        """
        device = device or torch.device("cpu")
        if device.type == "mps":  # parts of its factors stay on the CPU
            return make()
        tensors = self._read(key)
        if tensors is None:
            tensors = {name: tensor.cpu() for name, tensor in make().tensors().items()}
            self._write(key, tensors)
        # Read or just made, they lie alike in memory: products round alike.
        moved = {name: torch.empty_like(t, device=device).copy_(t) for name, t in tensors.items()}
        return Factors.from_tensors(moved, settings)

    def _read(self, key: str) -> dict[str, Tensor] | None:
        if self._folder is None:
            return None
        path = self._folder / f"{key}{_SUFFIX}"
        try:
            with safe_open(path, framework="pt") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                recorded = (file.metadata() or {}).get("sum", "")
            if recorded != _sum(tensors):
                return None
            path.touch()  # used now
        except (OSError, SafetensorError, KeyError, ValueError, TypeError):
            return None
        return tensors

    def _write(self, key: str, tensors: dict[str, Tensor]) -> None:
        n_bytes = sum(tensor.nbytes for tensor in tensors.values())
        if self._folder is None or n_bytes > self._limit:
            return
        beside = self._folder / f"{_BESIDE}{uuid.uuid4().hex[:8]}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._drop_oldest(self._limit - n_bytes)
            save_file(tensors, beside, {"sum": _sum(tensors)})
            beside.replace(self._folder / f"{key}{_SUFFIX}")
        except (OSError, SafetensorError):
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)

    def _drop_oldest(self, room: int) -> None:
        """Delete files, the least recently used first, until the rest take at most ``room``."""
        found = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):  # another process drops as well
                    stat = entry.stat()
                    found.append((stat.st_mtime, stat.st_size, Path(entry.path)))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= room:
                return
            path.unlink(missing_ok=True)
            total -= size


def open_cache(study: Study, limit: int = LIMIT) -> FactorCache:
    """The cache that belongs to a study; one that keeps nothing if nothing can be written."""
    try:
        root = study.target(_ANY).parents[_ANY.count("/")]
    except StudyError:
        return FactorCache(None)
    return FactorCache(root / ".cache" / "factors", limit)


def factors_key(
    digest: str, layer: int, ids: list[int], folds: list[Tensor], settings: RidgeSettings
) -> str:
    """Digest of all that factors depend on.

    Parameters
    ----------
    digest : of the group of features
    layer : which of its layers, counted from 0
    ids : stimuli of the training rows, in order
    folds : list of (n_test,), rows of each inner fold
    settings : of the ridge
    """
    rows = hashlib.blake2b(repr(ids).encode())
    for fold in folds:
        rows.update(repr(fold.tolist()).encode())
    return digest_json(
        {
            "features": digest,
            "layer": layer,
            "rows": rows.hexdigest(),
            "settings": asdict(settings),
            "code": CODE_VERSION,
            "torch": torch.__version__,
        }
    )


def _sum(tensors: dict[str, Tensor]) -> str:
    """Checksum of all numbers: safetensors itself notices a cut file only."""
    total = 0
    for name in sorted(tensors):
        flat = tensors[name].contiguous().flatten().view(torch.uint8).numpy()
        total = zlib.crc32(flat.data, zlib.crc32(name.encode(), total))
    return f"{total:08x}"
