"""``serve``: the first computation begins before the server's own libraries are loaded."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from explorer.analysis.generate import promised_groups
from explorer.app.opening import default_study, open_study
from explorer.app.settings import Settings
from explorer.app.start import collect_again
from explorer.errors import ExplorerError
from explorer.registry import Registry
from explorer.state.jobs import JobQueue
from explorer.state.workspace import FIRST, Workspace
from explorer.study.study import Study

log = logging.getLogger(__name__)

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
    """The server; the study is opened, and read ahead, while the server's libraries load."""
    with ThreadPoolExecutor(1) as pool:
        opened = pool.submit(_open, chosen)
        make_server = _LATE["Server"]
        settings, study, jobs = opened.result()
    collect_again()
    return make_server(study, settings, jobs)


def _open(chosen: argparse.Namespace) -> tuple[Settings, Study, JobQueue]:
    settings = Settings(
        study=Path(chosen.study or default_study(chosen.home)),
        address=chosen.address,
        port=chosen.port,
        open_browser=not chosen.no_browser,
        device=chosen.device,
        home=chosen.home,
    )
    study, jobs = open_study(settings.study, settings.home), JobQueue()
    compute = chosen.study is None and not promised_groups(study)
    ahead = threading.Thread(
        target=read_ahead, args=(study, jobs, settings.device), kwargs={"compute": compute}
    )
    ahead.daemon = True
    ahead.start()
    return settings, study, jobs


def read_ahead(study: Study, jobs: JobQueue, device: str, *, compute: bool) -> None:
    """Read what the first page shows, and begin to compute it if it is not there yet."""
    try:
        workspace = Workspace(study, jobs, device, FIRST)
        wish = workspace.wish() if compute else None
        if wish is not None and workspace.lacks(wish):
            workspace.start(wish)
    except ExplorerError as error:  # the page will say it where it is seen
        log.debug("nothing was read ahead: %s", error)
