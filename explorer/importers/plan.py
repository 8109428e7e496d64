"""What an import will do: the groups still to be built, and what the user should know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import xarray as xr

from explorer.errors import ImporterError
from explorer.study.schema import Fault

_POINTER = b"version https://git-lfs"  # what a checkout without Git LFS has in a file's place
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass
class Plan:
    """Groups that a source yields, in order; all that headers and tables show has been checked.

    Attributes
    ----------
    source : the folder that is imported
    mesh : the mesh of the responses and atlases; "" if there is none
    parts : name of each group, and the function that reads its values
    notes : what is ignored and why, what will not work
    """

    source: Path
    mesh: str = ""
    parts: list[tuple[str, Callable[[], xr.Dataset]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, build: Callable[[], xr.Dataset]) -> None:
        """Plan one group."""
        self.parts.append((name, build))

    def build(self) -> Iterator[tuple[str, xr.Dataset]]:
        """Read the groups, one after another; ``operator.length_hint`` tells how many."""
        return _Groups(self.parts)

    def note_ignored(self, folder: Path, used: Iterable[str], expected: str) -> None:
        """Note what lies in ``folder`` and is not ``used``."""
        known = set(used)
        names = [p.name for p in sorted(folder.iterdir()) if not p.name.startswith(".")]
        ignored = [n for n in names if n not in known]
        if ignored:
            where = folder.relative_to(self.source).as_posix()
            place = "the source" if where == "." else f"{where}/"
            self.notes.append(f"Ignored in {place}: {', '.join(ignored)} (expected {expected}).")


class _Groups(Iterator[tuple[str, xr.Dataset]]):
    """The groups of a plan, each read when it is asked for."""

    def __init__(self, parts: list[tuple[str, Callable[[], xr.Dataset]]]) -> None:
        self._left = list(parts)

    def __next__(self) -> tuple[str, xr.Dataset]:
        if not self._left:
            raise StopIteration
        name, build = self._left.pop(0)
        return name, build()

    def __length_hint__(self) -> int:
        return len(self._left)


def fault(where: Path | str, found: str, expected: str, fix: str) -> ImporterError:
    """Error that says where, what was found, what was expected, and what to do."""
    return ImporterError(str(Fault(str(where), found, expected, fix)))


def check_name(file: Path, name: str) -> str:
    """``name``, if a group can be called so on every file system."""
    if not _NAME.fullmatch(name):
        raise fault(
            file,
            f"the name {name!r}",
            "letters, digits, '.', '_' and '-', a letter or digit first",
            "Rename the file.",
        )
    return name


def read_head(file: Path, n_bytes: int = 64) -> bytes:
    """The first bytes of a file; a missing, empty or unfetched one is an error."""
    if not file.is_file():
        raise fault(file, "no file", "one", "Add it.")
    try:
        with file.open("rb") as opened:
            head = opened.read(n_bytes)
    except OSError as error:
        raise fault(
            file, f"a file that cannot be read ({error})", "a readable one", "Change that."
        ) from error
    if not head:
        raise fault(file, "an empty file", "data", "Export or copy it again.")
    if head.startswith(_POINTER):
        raise fault(
            file,
            "a Git LFS pointer",
            "the data themselves",
            "Fetch them: `git lfs pull` in the repository this came from.",
        )
    return head
