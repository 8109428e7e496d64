"""A study: a folder of groups, read lazily and written atomically."""

from __future__ import annotations

import json
import math
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, cast

import xarray as xr

from explorer.errors import StudyError
from explorer.registry import unknown_name
from explorer.study import store
from explorer.study.digest import digest_dataset, digest_json
from explorer.study.schema import SCHEMA_VERSION, find_group, group_faults

T = TypeVar("T")

MANIFEST = "study.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_SMALL = 2**16  # bytes of a variable that is read when its group is opened
_FRESH = 0.5  # s for which an opened group is not looked for again
_NEVER: tuple[float, Mapping[str, Any], None] = (-math.inf, {}, None)
_SMALL_RESULT = 2**22  # likewise, of a result: the app reads it again and again
_COMPUTED = ("results/", "features/")  # what a read-only study sends to a folder of the user's


@dataclass(frozen=True)
class Manifest:
    """What ``study.json`` says.

    Attributes
    ----------
    schema_version : integer; an older study is refused with the command that upgrades it
    title, citation, licence : as shown in the app
    simulated : True if no brain was measured; every page and export then says so
    mesh : name of the mesh of all fMRI responses; "" if they have none
    montage : name of the EEG montage; "" if only the channels' own places are known
    unfinished : the command that fills the study and has not ended; "" if complete
    shipped : True if it is part of the installation and never written to
    """

    schema_version: int = SCHEMA_VERSION
    title: str = ""
    citation: str = ""
    licence: str = ""
    simulated: bool = False
    mesh: str = ""
    montage: str = ""
    unfinished: str = ""
    shipped: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


class Study:
    """A folder of groups; ``study["responses/fmri/sub-01"]`` opens one lazily.

    Parameters
    ----------
    path : the study's folder
    overlay : where features and results go if the study is read-only

    Raises
    ------
    StudyError
        if there is no study, or it was written by another version
    """

    def __init__(self, path: Path, overlay: Path | None = None) -> None:
        self.path = Path(path)
        self.manifest = read_manifest(self.path)
        self.read_only = self.manifest.shipped or not os.access(self.path, os.W_OK)
        self.overlay = overlay
        self._listed: list[str] | None = None
        self._opened: dict[Path, tuple[int, xr.Dataset]] = {}
        self._made: dict[tuple[str, str, str], object] = {}
        self._told: dict[Path, tuple[int, Mapping[str, Any]]] = {}
        self._fresh: dict[str, tuple[float, Mapping[str, Any], xr.Dataset | None]] = {}
        self._lock = threading.Lock()
        for root in (None if self.read_only else self.path, overlay):
            if root is not None and root.is_dir() and os.access(root, os.W_OK):
                store.recover(root)

    @classmethod
    def create(cls, path: Path, **manifest: Any) -> Study:
        """Make an empty study; an existing one keeps its groups and gets the new manifest."""
        path = Path(path)
        if path.exists() and not path.is_dir():
            raise StudyError(f"{path} is a file, expected a folder. Name a new or empty folder.")
        if path.exists() and not (path / MANIFEST).exists():
            others = [p.name for p in path.iterdir() if store.PARTIAL not in p.name]
            if others:
                raise StudyError(
                    f"{path} is a folder with other things in it ({others[0]}, …). "
                    "Name a new or empty folder."
                )
        store.write_json(path / MANIFEST, _to_json(Manifest(**manifest)))
        return cls(path)

    def describe(self, **changes: Any) -> None:
        """Change the manifest.

        Raises
        ------
        StudyError
            if the study comes with the program
        """
        if self.manifest.shipped:
            raise StudyError(f"{self.path} comes with the program and is never changed. Copy it.")
        known = {f.name: getattr(self.manifest, f.name) for f in fields(Manifest)}
        self.manifest = Manifest(**{**known, **changes})
        store.write_json(self.path / MANIFEST, _to_json(self.manifest))

    def groups(self, prefix: str = "") -> list[str]:
        """Names of all complete groups that start with ``prefix``, sorted."""
        if self._listed is None:
            self._listed = self._list()
        return [n for n in self._listed if n.startswith(prefix)]

    def refresh(self) -> None:
        """Look again for groups: another process may have written some."""
        self._listed = None
        self._fresh.clear()

    def names(self, prefix: str) -> list[str]:
        """The last part of the names of all groups right below ``prefix``, e.g. subjects."""
        return [n.removeprefix(prefix) for n in self.groups(prefix) if "/" not in n[len(prefix) :]]

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    def __getitem__(self, name: str) -> xr.Dataset:
        return self._open(name).copy(deep=False)

    def attributes(self, name: str) -> Mapping[str, Any]:
        """The attributes of a group, not to be changed; much faster than opening it."""
        looked, attrs, _ = self._fresh.get(name, _NEVER)
        if time.monotonic() - looked < _FRESH:
            return attrs
        path, stamp = self._look(name)
        opened, told = self._opened.get(path), self._told.get(path)
        if opened is not None and opened[0] == stamp:
            attrs, dataset = opened[1].attrs, opened[1]
        elif told is not None and told[0] == stamp:
            attrs, dataset = told[1], None
        else:
            attrs, dataset = store.read_attributes(path), None
            self._told[path] = (stamp, attrs)
        self._fresh[name] = (time.monotonic(), attrs, dataset)
        return attrs

    def _open(self, name: str) -> xr.Dataset:
        """The group as all share it; the files are not looked at more often than ``_FRESH``."""
        recent = self._recent(name)
        if recent is not None:
            return recent
        path, stamp = self._look(name)
        with self._lock:
            known = self._opened.get(path)
            if known is None or known[0] != stamp:
                small = _SMALL_RESULT if name.startswith("results/") else _SMALL
                known = (stamp, store.open_group(path, small))
                self._opened[path] = known
        self._fresh[name] = (time.monotonic(), known[1].attrs, known[1])
        return known[1]

    def _look(self, name: str) -> tuple[Path, int]:
        """Where a group lies, and when it was written."""
        path = self._find(name)
        if path is None:
            raise unknown_name(f"group of {self.path.name}", name, self.groups())
        told = path / store.GROUP_FILE
        return path, told.stat().st_mtime_ns if told.exists() else 0

    def _recent(self, name: str) -> xr.Dataset | None:
        """The group, if it was opened a moment ago: asking a file system takes its time."""
        looked, _, dataset = self._fresh.get(name, _NEVER)
        return dataset if time.monotonic() - looked < _FRESH else None

    def get(self, name: str) -> xr.Dataset | None:
        """The group as all share it, not to be changed; None if there is none of this name."""
        there = self._recent(name) is not None or self._find(name) is not None
        return self._open(name) if there else None

    def write(self, name: str, dataset: xr.Dataset) -> None:
        """Validate a group and put it in place, whole or not at all.

        Raises
        ------
        StudyError
            if the dataset is not what the schema says of this group, or cannot be written
        """
        faults = group_faults(name, dataset)
        if faults:
            raise StudyError("\n".join(map(str, faults)))
        marked = dataset.assign_attrs(digest=digest_dataset(dataset))
        store.write_group(self.target(name), marked)
        self.refresh()

    def promise(self, name: str, template: xr.Dataset, variable: str, how: str) -> None:
        """Put a group in place whose ``variable`` is still to be generated, and is NaN until then.

        Parameters
        ----------
        template : the group, ``variable`` of its final shape; see ``blocks.blank``
        how : what generates it, for people
        """
        faults = group_faults(name, template)
        if faults:
            raise StudyError("\n".join(map(str, faults)))
        marked = template.assign_attrs(promised=how, digest="promised")
        store.write_promise(self.target(name), marked, variable)
        self.refresh()

    def promised(self, *names: str) -> str:
        """What will generate the first of these groups that is promised; "" if all are there."""
        found = (self.attributes(n).get("promised", "") for n in names if n in self)
        return next((str(how) for how in found if how), "")

    def fill(self, groups: Iterable[tuple[str, xr.Dataset]]) -> list[str]:
        """Write groups as an importer yields them; returns their names."""
        written = []
        for name, dataset in groups:
            self.write(name, dataset)
            written.append(name)
        return written

    def digest(self, name: str) -> str:
        """Digest of a group's content, as recorded when it was written.

        Data that were generated from a recipe go by the digest of the recipe: their last bits
        differ between machines, and results from one are results from the other.
        """
        attrs = self.attributes(name)
        recorded = attrs.get("recipe") or attrs.get("digest", "")
        if not recorded:
            raise StudyError(
                f"{name} has no digest, so results from it could not be told from stale ones. "
                "Import or compute it again."
            )
        return str(recorded)

    def remember(self, group: str, kind: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once for all who ask, as long as ``group`` stays as it is."""
        key = (group, kind, str(self.attributes(group).get("digest", "")))
        with self._lock:
            known = self._made.get(key)
        if known is None:
            known = make()
            with self._lock:
                self._made = {k: v for k, v in self._made.items() if k[:2] != key[:2]}
                self._made[key] = known
        return cast(T, known)

    def target(self, name: str) -> Path:
        """The path that a group of this name is written to."""
        if not _NAME.fullmatch(name) or find_group(name) is None:
            raise StudyError(
                f"{name!r} cannot be the name of a group: use letters, digits, '.', '_', '-', "
                "and a place that the schema knows."
            )
        root = self.path
        if self.read_only:
            allowed = name.startswith(_COMPUTED) or self.promised(name)
            if not allowed or self.overlay is None:
                raise StudyError(
                    f"{self.path} is read-only, so {name} cannot be written. Change its "
                    "permissions, or copy the study to a folder of yours."
                )
            root = self.overlay
        return root / f"{name}{store.SUFFIX}"

    def _roots(self) -> list[Path]:
        return [r for r in (self.overlay, self.path) if r is not None and r.is_dir()]

    def _list(self) -> list[str]:
        found = ((root, path) for root in self._roots() for path in store.walk(root))
        return sorted(
            {
                path.relative_to(root).as_posix().removesuffix(store.SUFFIX)
                for root, path in found
                if not path.name.startswith(".")
            }
        )

    def _find(self, name: str) -> Path | None:
        if not _NAME.fullmatch(name):
            return None
        paths = (root / f"{name}{store.SUFFIX}" for root in self._roots())
        return next((p for p in paths if p.is_dir()), None)


def read_manifest(path: Path) -> Manifest:
    """Read and check ``study.json``."""
    file = path / MANIFEST
    if not file.is_file():
        raise StudyError(
            f"{path} is no study: it has no {MANIFEST}. Make one with "
            f"`python -m explorer import folder SOURCE {path}`."
        )
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise StudyError(
            f"{file} is not readable JSON ({error}). Restore or rewrite it."
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("schema_version"), int):
        raise StudyError(f"{file} has no integer schema_version. Restore or rewrite it.")
    version = found["schema_version"]
    if version < SCHEMA_VERSION:
        raise StudyError(
            f"{path} has schema version {version}, this program writes {SCHEMA_VERSION}. "
            f"Run `python -m explorer upgrade {path}`; the data stay as they are."
        )
    if version > SCHEMA_VERSION:
        raise StudyError(
            f"{path} has schema version {version}, newer than this program's {SCHEMA_VERSION}. "
            "Install a newer version of the explorer."
        )
    known = {f.name: f.type for f in fields(Manifest)} | {"extra": ""}
    values = {k: v for k, v in found.items() if k in known}
    wrong = [k for k, v in values.items() if not isinstance(v, type(getattr(Manifest(), k)))]
    if wrong:
        raise StudyError(f"{file}: {', '.join(wrong)} of the wrong type. Restore or rewrite it.")
    return Manifest(**values)


def overlay_name(path: Path) -> str:
    """A folder name for what is computed from the read-only study at ``path``."""
    return f"{path.resolve().name}-{digest_json({'path': str(path.resolve())})}"


def _to_json(manifest: Manifest) -> dict[str, Any]:
    return {k: v for k, v in asdict(manifest).items() if v not in ("", {}) or k == "title"}
