"""Digests: names for things that were computed, so that nothing stale is ever served."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

LENGTH = 20  # hex digits: 80 bits, no accidental twin among billions of results
_BLOCK_BYTES = 64 * 2**20


def digest_json(value: Mapping[str, Any]) -> str:
    """Digest of plain data; the order of keys does not matter, every value does."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.blake2b(text.encode()).hexdigest()[:LENGTH]


def digest_file(path: Path) -> str:
    """Digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:LENGTH]


def digest_dataset(dataset: xr.Dataset) -> str:
    """Digest of every variable: its name, dims, dtype, units and values, read block by block."""
    total = hashlib.blake2b()
    for name in sorted(map(str, dataset.variables)):
        values = dataset.variables[name]
        text = values.dtype.kind in "OTU"
        kind = "text" if text else values.dtype.newbyteorder("<").str
        head = [name, list(values.dims), list(values.shape), kind, values.attrs.get("units", "")]
        total.update(json.dumps(head).encode())
        for block in blocks(values):
            total.update(_bytes(block, text=text))
    return total.hexdigest()[:LENGTH]


def blocks(values: xr.Variable) -> Iterator[np.ndarray[Any, Any]]:
    """All values in order, in blocks of about 64 MB, whatever the shape."""
    if values.ndim == 0:
        yield np.asarray(values)
        return
    row_bytes = values.dtype.itemsize * int(np.prod(values.shape[1:], dtype=np.int64))
    if row_bytes > _BLOCK_BYTES and values.ndim > 1:
        for k in range(len(values)):
            yield from blocks(values[k])
        return
    rows = max(1, _BLOCK_BYTES // max(row_bytes, 1))
    for start in range(0, len(values), rows):
        yield np.asarray(values[start : start + rows])


def _bytes(block: np.ndarray[Any, Any], *, text: bool) -> bytes:
    if text:
        return "".join(f"{json.dumps(str(v))}\n" for v in block.ravel()).encode()
    return np.ascontiguousarray(block, dtype=block.dtype.newbyteorder("<")).tobytes()
