"""Whether a dataset is what its group should be; every fault says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import xarray as xr

from explorer.study.groups import GROUPS
from explorer.study.variables import KINDS, Group

SCHEMA_VERSION = 1

# Folders of a study that hold something else than Zarr groups.
FOLDERS = {
    "images": "pictures, or a reference to the foreign store that holds them",
    "models": "weights trained here, with their settings",
    "captions": "caption libraries with their embeddings",
}


def find_group(name: str) -> tuple[Group, dict[str, str]] | None:
    """The kind of group that ``name`` is a path of, with the names in the path."""
    for group in GROUPS:
        names = group.match(name)
        if names is not None:
            return group, names
    return None


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a study: where, what was found, what was expected, what to do."""

    where: str
    found: str
    expected: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: found {self.found}, expected {self.expected}. {self.fix}"


def group_faults(name: str, dataset: xr.Dataset) -> list[Fault]:
    """Everything in which ``dataset`` is not what the group ``name`` should be (values unread)."""
    found = find_group(name)
    if found is None:
        return [
            Fault(
                name,
                "a group that the schema does not know",
                "one of " + ", ".join(g.pattern for g in GROUPS),
                "Rename it, or add it to the schema.",
            )
        ]
    group, _ = found
    return [*_missing(name, group, dataset), *_wrong(name, group, dataset)]


def _missing(name: str, group: Group, dataset: xr.Dataset) -> Iterator[Fault]:
    for key, variable in group.variables.items():
        if variable.required and key not in dataset.variables:
            yield Fault(
                f"{name}/{key}",
                "nothing",
                f"{KINDS[variable.kinds[0]]} {variable.describe()}",
                "Import or compute this group again.",
            )
    if group.either and not any(key in dataset.variables for key in group.either):
        yield Fault(name, "none of them", " or ".join(group.either), "Give at least one of these.")


def _wrong(name: str, group: Group, dataset: xr.Dataset) -> Iterator[Fault]:
    for key, values in dataset.variables.items():
        where = f"{name}/{key}"
        variable = group.variables.get(str(key))
        if variable is None:
            if key in dataset.dims:  # the bare index of a dim
                continue
            known = ", ".join(group.variables)
            yield Fault(where, "a variable", f"one of {known}", "Remove or rename it.")
            continue
        dims = tuple(str(d) for d in values.dims)
        if not variable.accepts(dims):
            yield Fault(
                where, f"dims ({', '.join(dims)})", variable.describe(), "Transpose or rename."
            )
        if _kind(values) not in variable.kinds:
            allowed = " or ".join(KINDS[k] for k in variable.kinds)
            yield Fault(where, f"dtype {values.dtype}", allowed, "Convert before importing.")
        units = values.attrs.get("units", "")
        if variable.units and units not in variable.units:
            allowed = " or ".join(repr(u) for u in variable.units)
            yield Fault(where, f"units {units!r}", allowed, "Convert, then set attrs['units'].")


def _kind(values: xr.Variable) -> str:
    kind = values.dtype.kind
    return "U" if kind in "OTU" else str(kind)
