"""Opening a study for this program: the embedded one, or a folder; with its overlay."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from explorer.analysis.generate import promised_groups
from explorer.app.shipped import find_shipped
from explorer.state.jobs import Job, JobQueue
from explorer.study.digest import digest_file, digest_json
from explorer.study.study import MANIFEST, Study, overlay_name

log = logging.getLogger(__name__)

GENERATION_COST = "about 2 min on two cores and 1,000 MB"


def open_study(path: Path, home: Path) -> Study:
    """Open a study; what is computed from a read-only one goes below ``home``.

    What is generated for the embedded study is kept by its content, wherever it is installed.
    """
    study = Study(path)
    if study.manifest.shipped:
        record = path.parent / "record.json"
        name = digest_file(record if record.is_file() else path / MANIFEST)
        return Study(
            path, overlay=home / "generated" / f"{study.manifest.extra['generator']}-{name}"
        )
    return Study(path, overlay=home / "overlays" / overlay_name(path))


def default_study(home: Path) -> Path:
    """The study that opens if none is named: the embedded one.

    Raises
    ------
    StudyError
        if the installation lacks it or it is damaged
    """
    return find_shipped()


def generate_in_background(study: Study, jobs: JobQueue, device: str) -> Job | None:
    """Begin to generate what the study promises; None if there is nothing to generate."""
    if not promised_groups(study):
        return None
    request: dict[str, Any] = {
        "study": str(study.path.resolve()),
        "overlay": str(study.overlay.resolve()) if study.overlay else None,
        "device": device,
        "steps": [{"generate": {}}],
    }
    return jobs.submit(
        "simulated recordings, from their seed", GENERATION_COST, digest_json(request), request
    )
