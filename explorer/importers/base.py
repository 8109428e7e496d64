"""What an importer is: it recognises one foreign layout, describes it, and yields its groups."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import xarray as xr

Progress = Callable[[int, int, str], None]  # done, total, what


@dataclass(frozen=True)
class Found:
    """What an importer makes of a source before it reads it.

    Attributes
    ----------
    manifest : fields of the study's manifest (title, mesh, …)
    notes : what the user should know: what is ignored and why, what will not work
    images : folder of the pictures that the study takes copies of; None if there are none
    """

    manifest: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    images: Path | None = None


class Importer(ABC):
    """Reads one foreign layout; third parties add theirs by an entry point."""

    label: ClassVar[str]  # what the layout is called
    adds: ClassVar[bool] = False  # whether it only adds to a study that exists

    @abstractmethod
    def can_read(self, source: Path) -> bool:
        """Whether ``source`` looks like this layout; opens nothing large."""

    @abstractmethod
    def describe(self, source: Path, mesh: str = "") -> Found:
        """What is there; faults that forbid the import are raised here, before any is written."""

    @abstractmethod
    def read(self, source: Path, mesh: str = "") -> Iterator[tuple[str, xr.Dataset]]:
        """The groups, one after another, each small enough to hold or lazily read."""
