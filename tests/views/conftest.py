from __future__ import annotations

from collections.abc import Callable, Iterator

import panel as pn
import pytest

from explorer.state.jobs import JobQueue
from explorer.state.workspace import Workspace
from explorer.study.study import Study
from explorer.views import VIEWS
from explorer.views.base import View
from explorer.views.redraw import Redraw


class Tab:
    """The views of one tab over one workspace, without a page; turns end when told."""

    def __init__(self, study: Study, jobs: JobQueue) -> None:
        self._turn: list[Callable[[], None]] = []
        self.workspace = Workspace(study, jobs, "cpu")
        self.redraw = Redraw(self._turn.append)
        self.views: dict[str, View] = {}
        self.frames: dict[str, pn.Column] = {}

    def open(self, name: str, kind: type[View] | None = None) -> View:
        """Build a view and its frame; the turn ends."""
        view = (kind or VIEWS[name])(self.workspace, self.redraw, name, _pictures)
        self.views[name] = view
        self.frames[name] = view.frame()
        self.end_turn()
        return view

    def end_turn(self) -> None:
        """Run what waits for the end of the turn."""
        while self._turn:
            self._turn.pop(0)()

    def close(self) -> None:
        for view in self.views.values():
            view.close()


def _pictures(ids: list[int]) -> dict[int, bytes]:
    return dict.fromkeys(ids, b"picture")


@pytest.fixture
def jobs() -> Iterator[JobQueue]:
    queue = JobQueue()
    yield queue
    queue.close()


@pytest.fixture
def open_tab(jobs: JobQueue) -> Iterator[Callable[[Study], Tab]]:
    """Tabs on any study."""
    tabs: list[Tab] = []

    def make(study: Study) -> Tab:
        tabs.append(Tab(study, jobs))
        return tabs[-1]

    yield make
    for tab in tabs:
        tab.close()


@pytest.fixture
def tab(computed_study: Study, open_tab: Callable[[Study], Tab]) -> Tab:
    return open_tab(computed_study)


@pytest.fixture
def whole_tab(tab: Tab) -> Tab:
    """A tab with every view open."""
    for name in VIEWS:
        tab.open(name)
    return tab
