"""Opening a study for this program: the default one, or a folder; with its overlay."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from explorer.errors import StudyError
from explorer.study import synthetic
from explorer.study.study import Study, overlay_name

log = logging.getLogger(__name__)


def open_study(path: Path, home: Path) -> Study:
    """Open a study; what is computed from a read-only one goes below ``home``."""
    return Study(path, overlay=home / "overlays" / overlay_name(path))


def default_study(home: Path) -> Path:
    """The study that opens if none is named; written first if it is not there or not whole."""
    path = home / "studies" / "synthetic-1"
    try:
        if not Study(path).manifest.unfinished:
            return path
    except StudyError:
        pass
    log.info("writing the synthetic study to %s", path)
    if path.exists():
        shutil.rmtree(path)
    synthetic.write_synthetic(path)
    return path
