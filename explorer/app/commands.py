"""Commands about studies: check, info, import, upgrade, synthetic."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from explorer.app.opening import default_study, open_study
from explorer.errors import StudyError
from explorer.importers.run import import_study
from explorer.study.check import check_study, leftovers
from explorer.study.schema import Fault
from explorer.study.study import Study
from explorer.study.surface import why_no_mesh
from explorer.study.synthetic import write_synthetic
from explorer.study.upgrade import upgrade_study

_WIDTH = 78  # of a line of progress


def find_study(chosen: argparse.Namespace) -> Study:
    """The study that a command is about: the one named, or the default one."""
    path = chosen.study or default_study(chosen.home)
    return open_study(Path(path), chosen.home)


def say(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(f"{text}\n")


def say_json(value: Any) -> None:
    """Write JSON to standard output."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def show_progress(done: int, total: int, note: str) -> None:
    """One line that is written over, on a terminal only."""
    if sys.stderr.isatty():
        text = f"{100 * done / max(total, 1):3.0f} % {note}"[:_WIDTH]
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\r{text:<{_WIDTH}}{end}")
        sys.stderr.flush()


def run_check(chosen: argparse.Namespace) -> int:
    """List every fault; 1 if there is any."""
    try:
        study = find_study(chosen)
        faults = check_study(study)
        begun = leftovers(study)
    except StudyError as error:
        faults, begun = [Fault(str(chosen.study), str(error), "a study", "See there.")], []
    if chosen.json:
        say_json({"faults": [asdict(f) for f in faults], "unfinished": begun})
        return int(bool(faults))
    for fault in faults:
        say(f"{fault.where}\n  found:    {fault.found}\n  expected: {fault.expected}")
        say(f"  fix:      {fault.fix}")
    for path in begun:
        say(f"{path}: begun, not finished; the same command goes on with it (no fault)")
    say(f"{len(faults)} fault{'s' * (len(faults) != 1)}")
    return int(bool(faults))


def run_info(chosen: argparse.Namespace) -> int:
    """Say what a study holds."""
    study = find_study(chosen)
    info = describe(study)
    if chosen.json:
        say_json(info)
        return 0
    say(f"{info['title'] or study.path.name}   ({study.path})")
    if study.manifest.simulated:
        say("simulated data: no brain was measured")
    if study.manifest.citation:
        say(study.manifest.citation)
    for name, group in info["groups"].items():
        sizes = ", ".join(f"{n} {d}" for d, n in group["sizes"].items())
        say(f"  {name:<36} {sizes}")
    say(f"  results: {info['results']}")
    for note in info["notes"]:
        say(f"note: {note}")
    return 0


def describe(study: Study) -> dict[str, Any]:
    """What a study holds, as plain data."""
    groups, notes = {}, []
    names = study.groups()
    for name in names:
        if name.startswith("results/"):
            continue
        dataset = study[name]
        attrs = {k: v for k, v in dataset.attrs.items() if isinstance(v, str | int | float)}
        groups[name] = {"sizes": {str(k): v for k, v in dataset.sizes.items()}, "attrs": attrs}
        if name.startswith("responses/fmri/") and "target" in dataset.dims:
            notes.append(f"{name}: {why_no_mesh(dataset.sizes['target'])}")
    if study.read_only:
        notes.append(f"the study is read-only; features and results go to {study.overlay}")
    if study.manifest.unfinished:
        notes.append(f"its import did not end; run `{study.manifest.unfinished}`")
    return {
        "path": str(study.path),
        **asdict(study.manifest),
        "groups": groups,
        "results": sum(n.startswith("results/") for n in names),
        "notes": notes,
    }


def run_import(chosen: argparse.Namespace) -> int:
    """Import foreign data."""

    def progress(done: int, total: int, what: str) -> None:
        sys.stderr.write(f"[{done}/{total}] {what}\n")

    study, found = import_study(
        chosen.importer, chosen.source, chosen.study, mesh=chosen.mesh, progress=progress
    )
    for note in found.notes:
        say(f"note: {note}")
    say(f"{study.path}: {len(study.groups())} groups")
    say(f"open it: python -m explorer {study.path}")
    return 0


def run_upgrade(chosen: argparse.Namespace) -> int:
    """Bring an older study up to date."""
    say(upgrade_study(Path(chosen.study or default_study(chosen.home))))
    return 0


def run_synthetic(chosen: argparse.Namespace) -> int:
    """Write the synthetic study."""
    say(str(write_synthetic(chosen.study).path))
    return 0
