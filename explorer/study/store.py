"""One group, one Zarr store: opened lazily, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from zarr.codecs import BloscCodec
from zarr.errors import BaseZarrError

from explorer.errors import StudyError

SUFFIX = ".zarr"
PARTIAL = ".partial-"  # being written; never read
RESUMABLE = ".resumable-"  # being written block by block; a killed run goes on here
RETIRED = ".retired-"  # replaced, not yet deleted; comes back if its successor never arrived
_READERS = 8  # variables of a group that are read at once
GROUP_FILE = "zarr.json"  # what a group says of itself (Zarr 3)
_STALE_SECONDS = 3600  # a partial folder untouched for so long has lost its writer

# Chunk length by dim: the app reads one layer, an analysis a block of places.
_CHUNKS = {"layer": 1, "repeat": 1, "vertex": 4096, "target": 4096, "pair": 2**18}
_CHUNK_BYTES = 32 * 2**20
# Bytes of the same significance side by side: a tenth smaller than without, and as fast.
_FLOATS = BloscCodec(cname="zstd", clevel=5, shuffle="shuffle")
# Stimuli in a chunk: features are written and read so, and the app reads the map of one stimulus.
_ROWS = {"unit": 512, "vertex": 128}


def open_group(path: Path, small: int = 0) -> xr.Dataset:
    """Open a group, and read its variables of at most ``small`` bytes; the others stay on disk.

    Raises
    ------
    StudyError
        if the store is damaged; the text says what could not be read
    """
    try:
        dataset = xr.open_zarr(path, chunks=None, consolidated=False, mask_and_scale=False)
        for values in dataset.variables.values():
            values.attrs.pop("_FillValue", None)
        few = [v for v in dataset.variables.values() if v.nbytes <= small]
        with ThreadPoolExecutor(_READERS) as readers:  # each waits for the disk, not for the others
            list(readers.map(xr.Variable.load, few))
        return dataset
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, BaseZarrError) as error:
        raise _unreadable(path, error) from error


def read_attributes(path: Path) -> dict[str, Any]:
    """The attributes of a group alone, a fiftieth of the time that opening it takes.

    Raises
    ------
    StudyError
        if they cannot be read
    """
    try:
        found = json.loads((path / GROUP_FILE).read_text(encoding="utf-8"))
        return dict(found["attributes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from error


def walk(folder: Path, skip: str = "images") -> Iterator[Path]:
    """Groups of a study, and what is being written or was left; inside none of them, nor images."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            path = Path(entry.path)
            if entry.name.startswith(".") or entry.name.endswith(SUFFIX):
                yield path
            elif entry.is_dir(follow_symlinks=False) and entry.name != skip:
                yield from walk(path, skip="")


def write_group(path: Path, dataset: xr.Dataset) -> None:
    """Write ``dataset`` beside ``path``, then put it in place; an earlier group is replaced.

    Raises
    ------
    StudyError
        if the disk is full or the folder cannot be written; what was there before stays
    """
    beside = path.with_name(f".{path.name}{PARTIAL}{uuid.uuid4().hex[:8]}")
    with explain_disk(path, dataset.nbytes), removed_on_failure(beside):
        path.parent.mkdir(parents=True, exist_ok=True)
        plain = _plain(dataset)
        encoding: dict[Any, Any] = {
            name: {"chunks": chunk_shape(v.dims, v.shape, v.dtype.itemsize)}
            | ({"compressors": [_FLOATS]} if v.dtype.kind == "f" else {})
            for name, v in plain.variables.items()
            if v.ndim and v.size
        }
        plain.to_zarr(beside, mode="w", zarr_format=3, consolidated=False, encoding=encoding)
        put_in_place(beside, path)


def write_promise(path: Path, template: xr.Dataset, name: str) -> None:
    """Put ``template`` in place with variable ``name`` all NaN, which takes no room on disk."""
    beside = path.with_name(f".{path.name}{PARTIAL}{uuid.uuid4().hex[:8]}")
    with explain_disk(path, 0), removed_on_failure(beside):
        path.parent.mkdir(parents=True, exist_ok=True)
        create_array(beside, template, name)
        put_in_place(beside, path)


def put_in_place(beside: Path, path: Path) -> None:
    """Rename a finished folder to its name; what had the name is deleted afterwards."""
    retired = path.with_name(f".{path.name}{RETIRED}{os.getpid()}-{uuid.uuid4().hex[:8]}")
    if path.exists():
        path.rename(retired)
    beside.rename(path)
    shutil.rmtree(retired, ignore_errors=True)


def recover(folder: Path) -> list[Path]:
    """Bring back groups whose replacement was cut off, and drop what killed writers left.

    Returns the paths brought back.
    """
    found = list(walk(folder))
    for partial in (p for p in found if PARTIAL in p.name):
        if time.time() - partial.stat().st_mtime > _STALE_SECONDS:
            delete(partial)
    restored = []
    for retired in (p for p in found if RETIRED in p.name):
        name, _, mark = retired.name[1:].partition(RETIRED)
        path = retired.with_name(name)
        if _is_alive(mark.partition("-")[0]):  # its writer is between two renames
            continue
        if path.exists():
            shutil.rmtree(retired, ignore_errors=True)
        else:
            retired.rename(path)
            restored.append(path)
    return restored


def write_json(path: Path, value: Any) -> None:
    """Write JSON whole or not at all."""
    beside = path.with_name(f".{path.name}{PARTIAL}{uuid.uuid4().hex[:8]}")
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    with explain_disk(path, len(text)), removed_on_failure(beside):
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


@contextlib.contextmanager
def explain_disk(path: Path, n_bytes: int) -> Iterator[None]:
    """Turn a full disk or a forbidden folder into a text that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StudyError(
                f"{path}: the disk is full; up to {n_bytes / 1e6:,.1f} MB are needed. "
                "Nothing was changed: free some space and try again."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise StudyError(
                f"{path}: the folder cannot be written ({error.strerror}). Change its "
                "permissions, or copy the study to a folder of yours."
            ) from error
        raise


@contextlib.contextmanager
def removed_on_failure(beside: Path) -> Iterator[None]:
    """Leave nothing half-written behind, whatever goes wrong."""
    try:
        yield
    except BaseException:
        delete(beside)
        raise


def chunk_shape(dims: tuple[Any, ...], shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Chunks of one layer, one repeat, 4,096 places; the longest dim is cut to 32 MB."""
    rows = next((n for dim, n in _ROWS.items() if dim in dims), 0)
    limits = {**_CHUNKS, "stimulus": rows} if rows else _CHUNKS
    chunks = [min(n, limits.get(str(d), n)) or 1 for d, n in zip(dims, shape, strict=True)]
    while np.prod(chunks, dtype=np.int64) * itemsize > _CHUNK_BYTES:
        longest = int(np.argmax(chunks))
        chunks[longest] = -(-chunks[longest] // 2)
    return tuple(chunks)


def create_array(path: Path, template: xr.Dataset, name: str) -> zarr.Array[Any]:
    """Lay out ``template`` at ``path`` with variable ``name`` still unwritten, and open that."""
    plain = _plain(template.drop_vars(name))
    plain.to_zarr(path, mode="w", zarr_format=3, consolidated=False)
    values = template[name]
    return zarr.open_group(path, mode="r+").create_array(
        name,
        shape=values.shape,
        dtype=values.dtype,
        chunks=chunk_shape(values.dims, values.shape, values.dtype.itemsize),
        dimension_names=[str(d) for d in values.dims],
        compressors=[_FLOATS] if values.dtype.kind == "f" else "auto",
        attributes=dict(values.attrs),
        fill_value=np.nan,
    )


def open_array(path: Path, name: str) -> zarr.Array[Any]:
    """Open one variable of a group under construction for writing."""
    found = zarr.open_group(path, mode="r+")[name]
    if not isinstance(found, zarr.Array):
        raise StudyError(f"{path}/{name} is no array. Delete {path} and start again.")
    return found


def set_attribute(path: Path, name: str, value: str) -> None:
    """Set one attribute of a group under construction."""
    zarr.open_group(path, mode="r+").attrs[name] = value


def _plain(dataset: xr.Dataset) -> xr.Dataset:
    """Text as variable-length strings (fixed-width text has no Zarr 3 specification)."""
    plain = dataset.copy(deep=False)
    for name, values in dataset.variables.items():
        plain[name].encoding = {}
        if values.dtype.kind in "OTU":
            text = np.asarray(values.values, dtype=object)
            plain[name] = (values.dims, text, values.attrs)
    return plain


def delete(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_alive(process: str) -> bool:
    """Whether another process of this machine has the id ``process``."""
    if os.name == "nt" or not process.isdigit() or int(process) == os.getpid():
        return False
    try:
        os.kill(int(process), 0)  # signal 0 asks, and does nothing
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _unreadable(path: Path, error: Exception) -> StudyError:
    return StudyError(
        f"{path} cannot be read ({_short(error)}); expected a complete Zarr group. "
        "Import or compute it again."
    )


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]
