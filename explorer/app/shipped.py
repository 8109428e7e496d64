"""The study that comes with the program: found, checked against its record, and completed."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from explorer.assets import asset
from explorer.errors import ExplorerError, StudyError
from explorer.study import store
from explorer.study.digest import LENGTH
from explorer.study.study import MANIFEST

FOLDER = "demo"
_STUDY, _RECORD = "study", "record.json"
_SHOWN = 3  # names listed in a message
_AGAIN = (
    "Install the program again, or build the study anew with `python -m explorer demo DIR` "
    "(about a quarter of an hour) and open DIR."
)


def find_shipped() -> Path:
    """Folder of the shipped study.

    Raises
    ------
    StudyError
        if the installation lacks it, or parts of it are missing or changed
    """
    try:
        folder = asset(FOLDER)
    except ExplorerError as error:
        raise StudyError(f"The embedded study is missing ({error}). {_AGAIN}") from error
    faults = shipped_faults(folder)
    if faults:
        more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise StudyError(
            f"The embedded study in {folder} is damaged: {'; '.join(faults[:_SHOWN])}{more}. "
            f"{_AGAIN}"
        )
    return folder / _STUDY


def shipped_faults(folder: Path) -> list[str]:
    """What is missing from ``folder``, or differs from its record."""
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return [f"{_RECORD} cannot be read ({error})"]
    found = part_digests(folder / _STUDY)
    missing = [f"{name} is missing" for name in record if name not in found]
    changed = [
        f"{name} has changed"
        for name, digest in record.items()
        if found.get(name, digest) != digest
    ]
    return [*missing, *changed]


def write_record(folder: Path) -> None:
    """Record what the shipped study in ``folder`` consists of."""
    store.write_json(folder / _RECORD, part_digests(folder / _STUDY))


def part_digests(study: Path) -> dict[str, str]:
    """Digest of every group, of the pictures, and of the manifest: by name."""
    if not study.is_dir():
        return {}
    parts = {
        p.relative_to(study).as_posix().removesuffix(store.SUFFIX): p for p in store.walk(study)
    }
    parts = {k: p for k, p in parts.items() if not p.name.startswith(".")}
    parts |= {n: study / n for n in ("images", MANIFEST) if (study / n).exists()}
    return {name: _digest(path) for name, path in sorted(parts.items())}


def _digest(path: Path) -> str:
    total = hashlib.blake2b()
    for name in _files(path):
        content = Path(path, name).read_bytes()
        total.update(f"{name} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()[:LENGTH]


def _files(path: Path) -> list[str]:
    """Paths of all files below ``path``, folder by folder; "." if it is a file itself.

    The program looks at thousands of them before its first page, so no `Path` is made of each.
    """
    if path.is_file():
        return ["."]
    names = [
        (*Path(folder).relative_to(path).parts, name)
        for folder, _, files in os.walk(path)
        for name in files
    ]
    return ["/".join(parts) for parts in sorted(names)]
