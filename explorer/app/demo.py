"""Commands about the embedded study: build it from nothing, or generate what it promises."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.analysis.generate import generate_study, promised_groups
from explorer.analysis.run import Run
from explorer.app.commands import find_study, say, show_progress
from explorer.app.shipped import write_record
from explorer.registry import Registry

# Loaded when first used: they bring torch and MNE.
_LATE: Registry[Callable[..., Any]] = Registry(
    "late",
    {
        "build": "explorer.demo.build:build_study",
        "ship": "explorer.demo.build:ship",
    },
)


def run_demo(chosen: argparse.Namespace) -> int:
    """Build the embedded study; with ``--ship`` also the part that comes with the program."""
    study = _LATE["build"](Path(chosen.study), Run(chosen.device, show_progress))
    say(f"{study.path}: {len(study.groups())} groups")
    if chosen.ship:
        folder = Path(chosen.ship)
        _LATE["ship"](study, folder / "study")
        write_record(folder)
        n_bytes = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        say(f"{folder}: {n_bytes / 1e6:.1f} MB to ship")
    say(f"open it: python -m explorer {study.path}")
    return 0


def run_generate(chosen: argparse.Namespace) -> int:
    """Generate what a study promises."""
    study = find_study(chosen)
    n_promised = len(promised_groups(study))
    made = generate_study(study, Run(chosen.device, show_progress))
    study.refresh()
    where = study.overlay if study.read_only else study.path
    say(f"{n_promised} groups were promised; {len(made)} groups written to {where}")
    return 0
