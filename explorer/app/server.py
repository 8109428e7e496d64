"""The server: one study, any number of tabs, each with a shell of its own."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui

from explorer.app import notices
from explorer.app.opening import default_study, open_study
from explorer.app.settings import Settings
from explorer.app.shell import TITLE, Shell
from explorer.state.jobs import JobQueue
from explorer.state.workspace import Workspace
from explorer.study.study import Study

log = logging.getLogger(__name__)


class Server:
    """What all tabs share: the study and the jobs."""

    def __init__(self, study: Study, settings: Settings) -> None:
        self.study = study
        self.settings = settings
        self.jobs = JobQueue()

    def prepare(self) -> None:
        """Begin to compute what the first page shows, if it is not there yet."""
        workspace = Workspace(self.study, self.jobs, self.settings.device)
        for wish in (workspace.wish(), workspace.wish(only_rdms=True)):
            if workspace.lacks(wish):
                workspace.start(wish)

    def page(self) -> pmui.Page:
        """Build the page of one tab; an error gives a page that says so."""
        try:
            return self._page()
        except Exception as error:  # noqa: BLE001 - without this the page would be blank
            return notices.error_page(error)

    def serve(self) -> None:
        """Listen until stopped."""
        address = self.settings.address
        origins = [f"{host}:{self.settings.port}" for host in {address, "localhost", "127.0.0.1"}]
        pn.serve(
            {"/": self.page},
            address=address,
            port=self.settings.port,
            websocket_origin=origins if self.settings.port else None,
            show=self.settings.open_browser,
            title=TITLE,
            unused_session_lifetime=10_000,
            check_unused_sessions=5_000,
            liveness=True,
            websocket_max_message_size=64 * 2**20,
        )

    def _page(self) -> pmui.Page:
        pn.config.notifications = True
        pn.config.exception_handler = notices.tell
        document = pn.state.curdoc
        shell = Shell(self.study, self.jobs, self.settings, _later_in(document))
        refused = shell.restore(pn.state.location.search if pn.state.location else "")
        page = shell.page()
        pn.state.onload(lambda: [notices.warn(problem) for problem in refused])
        if document is not None:
            document.on_session_destroyed(lambda _context, shell=shell: shell.close())
        return page


def run_serve(chosen: argparse.Namespace) -> int:
    """Open the app; under ``panel serve``, add the page of this tab to the document."""
    document = pn.state.curdoc
    if document is not None and document.session_context is not None:
        server = pn.state.as_cached("brainlang-server", lambda: _make(chosen))
        server.page().servable()
        return 0
    _make(chosen).serve()
    return 0


def _make(chosen: argparse.Namespace) -> Server:
    path = chosen.study or default_study(chosen.home)
    settings = Settings(
        study=Path(path),
        address=chosen.address,
        port=chosen.port,
        open_browser=not chosen.no_browser,
        device=chosen.device,
        home=chosen.home,
    )
    server = Server(open_study(settings.study, settings.home), settings)
    if chosen.study is None:
        server.prepare()
    return server


def _later_in(document: Any) -> Any:
    """Run at the end of the present turn, holding the lock of the tab; at once without a server."""
    if document is None or document.session_context is None:
        return lambda function: function()

    def later(function: Any) -> None:
        try:
            document.add_next_tick_callback(function)
        except (RuntimeError, ValueError):  # the tab has closed meanwhile
            log.debug("a closed tab was told something")

    return later
