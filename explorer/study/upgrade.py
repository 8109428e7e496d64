"""Studies of older versions brought up to date, one step after another."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.errors import StudyError
from explorer.study import store
from explorer.study.schema import SCHEMA_VERSION
from explorer.study.study import MANIFEST, read_manifest


def _from_0(manifest: dict[str, Any]) -> dict[str, Any]:
    """Version 0 wrote the mesh as ``surface`` and had no flag for simulated data."""
    kept = {k: v for k, v in manifest.items() if k != "surface"}
    return {"simulated": False, "mesh": manifest.get("surface", ""), **kept}


# From version to the step that leads to the next; data of groups stay as they are.
STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {0: _from_0}


def upgrade_study(path: Path) -> str:
    """Bring the study at ``path`` to the present version; returns what was done.

    Raises
    ------
    StudyError
        if it is no study, is newer than this program, or no step leads on
    """
    file = path / MANIFEST
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        version = int(manifest["schema_version"])
    except (OSError, ValueError, TypeError, KeyError):
        read_manifest(path)  # says what is wrong
        raise
    if version >= SCHEMA_VERSION:
        read_manifest(path)
        return f"{path} has schema version {version}: nothing to do."
    first = version
    while version < SCHEMA_VERSION:
        if version not in STEPS:
            raise StudyError(f"{path}: no step leads on from version {version}. Import it again.")
        manifest = {**STEPS[version](manifest), "schema_version": version + 1}
        version += 1
    store.write_json(file, manifest)
    return f"{path}: schema version {first} to {version}."
