"""``serve``: the first computation begins before the server's own libraries are loaded."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.analysis.generate import promised_groups
from explorer.app.opening import default_study, open_study
from explorer.app.settings import Settings
from explorer.registry import Registry
from explorer.state.jobs import JobQueue
from explorer.state.workspace import Workspace
from explorer.study.study import Study

_LATE: Registry[Callable[..., Any]] = Registry(
    "late",
    {
        "Server": "explorer.app.server:Server",
        "find_server": "explorer.app.server:find_server",
    },
)


def run_serve(chosen: argparse.Namespace) -> int:
    """Open the app; under ``panel serve``, add the page of one tab to its document."""
    if "panel" in sys.modules:
        server = _LATE["find_server"](lambda: _make(chosen))
        if server is not None:
            server.page().servable()
            return 0
    _make(chosen).serve()
    return 0


def _make(chosen: argparse.Namespace) -> Any:
    settings = Settings(
        study=Path(chosen.study or default_study(chosen.home)),
        address=chosen.address,
        port=chosen.port,
        open_browser=not chosen.no_browser,
        device=chosen.device,
        home=chosen.home,
    )
    study, jobs = open_study(settings.study, settings.home), JobQueue()
    if chosen.study is None and not promised_groups(study):
        prepare(study, jobs, settings.device)
    return _LATE["Server"](study, settings, jobs)


def prepare(study: Study, jobs: JobQueue, device: str) -> None:
    """Begin to compute what the first page shows, if it is not there yet."""
    workspace = Workspace(study, jobs, device)
    wish = workspace.wish()
    if workspace.lacks(wish):
        workspace.start(wish)
