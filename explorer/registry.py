"""Tables of things that can be added: built-in names to ``"module:Name"``, and entry points."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Generic, TypeVar, cast

from explorer.errors import UnknownNameError

T = TypeVar("T")


def unknown_name(kind: str, name: str, known: list[str]) -> UnknownNameError:
    """Error for a name that does not exist: what was asked, what exists, and the nearest."""
    listed = ", ".join(known) if known else "none"
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return UnknownNameError(f"No {kind} is called {name!r}. There are: {listed}.{hint}")


class Registry(Mapping[str, T], Generic[T]):
    """A table of names whose objects are imported when first asked for.

    Parameters
    ----------
    kind : what one entry is called in messages, e.g. ``"view"``
    table : name to ``"module:Name"``; other packages add to it through the entry point group
        ``explorer.<kind>s``; a built-in wins over a foreign thing of the same name
    """

    def __init__(self, kind: str, table: dict[str, str]) -> None:
        self.kind = kind
        self._table = {
            **{e.name: e.value for e in entry_points(group=f"explorer.{kind}s")},
            **table,
        }

    def __getitem__(self, name: str) -> T:
        if name not in self._table:
            raise unknown_name(self.kind, name, list(self._table))
        module, _, attribute = self._table[name].partition(":")
        return cast(T, getattr(import_module(module), attribute))

    def __contains__(self, name: object) -> bool:
        return name in self._table  # Mapping would import the thing to find out

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)
