"""Settings of one run of the program, made in ``cli`` from its arguments and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

APP = "brainlang"


def default_home() -> Path:
    """The user's own data folder, as the system has it."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False))


@dataclass(frozen=True)
class Settings:
    """What the user chose at the start.

    Attributes
    ----------
    study : folder of the study
    address, port : where the server listens; port 0 takes a free one
    open_browser : whether to open the page
    device : as ``engine.device.choose_device`` takes it
    home : the user's folder for default studies, results of read-only studies and thumbnails
    """

    study: Path
    address: str = "127.0.0.1"
    port: int = 5006
    open_browser: bool = True
    device: str = "auto"
    home: Path = field(default_factory=default_home)
