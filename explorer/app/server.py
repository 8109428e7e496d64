"""The server: one study, any number of tabs, each with a shell of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from explorer.app import notices
from explorer.app.opening import generate_in_background
from explorer.app.settings import Settings
from explorer.app.shell import TITLE, Shell
from explorer.state.jobs import JobQueue
from explorer.study.study import Study

log = logging.getLogger(__name__)

_SETTLED = 3.0  # s after the first page is ready, in which the browser draws it


class Server:
    """What all tabs share: the study and the jobs."""

    def __init__(self, study: Study, settings: Settings, jobs: JobQueue) -> None:
        self.study = study
        self.settings = settings
        self.jobs = jobs
        self._seen = False
        logging.getLogger("asyncio").addFilter(notices.is_news)

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
            unused_session_lifetime_milliseconds=10_000,
            check_unused_sessions_milliseconds=5_000,
            liveness=True,
            websocket_max_message_size=64 * 2**20,
        )

    def _first_seen(self) -> None:
        """The first page is drawn: what the study promises can be made without slowing it."""
        if self._seen:
            return
        self._seen = True
        timer = threading.Timer(
            _SETTLED, generate_in_background, (self.study, self.jobs, self.settings.device)
        )
        timer.daemon = True
        timer.start()

    def _page(self) -> pmui.Page:
        pn.config.notifications = True
        pn.config.exception_handler = notices.tell
        document = pn.state.curdoc
        later = Later(document)
        shell = Shell(self.study, self.jobs, self.settings, later)
        refused = shell.restore(pn.state.location.search if pn.state.location else "")
        page = shell.page()
        pn.state.onload(later.ready)
        pn.state.onload(lambda: notices.warn_all(refused))
        pn.state.onload(self._first_seen)
        if document is not None:
            document.on_session_destroyed(lambda _context: _forget(shell, document))
        return page


def find_server(make: Callable[[], Server]) -> Server | None:
    """The server shared by the sessions of ``panel serve``; None if that is not what runs us."""
    document = pn.state.curdoc
    if document is None or document.session_context is None:
        return None
    found: Server = pn.state.as_cached("brainlang-server", make)
    return found


def _forget(shell: Shell, document: Any) -> None:
    """Let go of everything of a closed tab; Panel itself keeps its notification area."""
    shell.close()
    views = getattr(pn.state, "_views", {})
    for ref in [r for r, view in views.items() if view[2] is document]:
        del views[ref]


class Later:
    """Runs functions at the end of the present turn of a tab, holding its lock, in their order.

    Until the page is ready they wait: what changes while the browser is still fetching the page
    may reach neither the page nor the messages after it.
    """

    def __init__(self, document: Any) -> None:
        self._document = document
        self._lock = threading.Lock()
        served = document is not None and document.session_context is not None
        self._waiting: list[Callable[[], None]] | None = [] if served else None

    def __call__(self, function: Callable[[], None]) -> None:
        """Run ``function`` soon; may be called from any thread."""
        with self._lock:
            if self._waiting is not None:
                self._waiting.append(function)
                return
        if self._document is None or self._document.session_context is None:
            function()
            return
        try:
            self._document.add_next_tick_callback(function)
        except (RuntimeError, ValueError):  # the tab has closed meanwhile
            log.debug("a closed tab was told something", exc_info=True)

    def ready(self) -> None:
        """The page is there: run what waited."""
        with self._lock:
            waiting, self._waiting = self._waiting or [], None
        for function in waiting:
            self(function)
