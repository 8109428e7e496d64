"""The shell: one page, its views in a grid that does not scroll, and everything that wires it."""

from __future__ import annotations

import html
import logging
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param
from panel.util import edit_readonly

from explorer.app import notices
from explorer.app.controls import Controls
from explorer.app.settings import Settings
from explorer.state.jobs import Job, JobQueue
from explorer.state.selection import fields
from explorer.state.url import from_query, to_query
from explorer.state.workspace import PICKS, Workspace
from explorer.study.stimuli import image_files, open_image
from explorer.study.study import Study
from explorer.study.surface import why_no_mesh
from explorer.views import VIEWS
from explorer.views.base import View
from explorer.views.cortical import CorticalView
from explorer.views.redraw import Redraw
from explorer.widgets import theme
from explorer.widgets.page import PageBridge
from explorer.widgets.thumbnails import Thumbnails

log = logging.getLogger(__name__)

TITLE = "Brain-Language Explorer"
_TABS = ("cortex", "electrodes", "rdm", "planted", "jobs")
_GRID = ("layers", "layer_time", "captions", "gallery", "timecourse", "topography")
_HALF = {"flex": "1 1 0", "min-width": "0", "overflow": "hidden"}  # whatever stands in it
_DENSE = {
    "& .MuiToolbar-root": {"minHeight": "40px"},
    "& .MuiToolbar-root h3": {"fontSize": "17px"},
}
KEYS = (
    "1 … 6 lateral, medial, ventral, dorsal, posterior, flat · / region · ← → layer · "
    "shift with ← → time · Esc clears the chosen stimuli · f full screen · "
    "shift-click collects · double-click resets · Back undoes"
)


def arrange(study: Study) -> tuple[list[str], list[str]]:
    """Names of the views in tabs on the left, and of those in the grid on the right.

    A view that has nothing to show in this study gives its place in the grid to the next.
    """
    useful = {name: not VIEWS[name].applies(study) for name in VIEWS}
    grid = [n for n in _GRID if useful[n]]
    tabs = [n for n in _TABS if useful.get(n) or n == "cortex"]
    if not useful["cortex"]:
        tabs = [*(n for n in tabs if n != "cortex"), "cortex"]
    others = [n for n in VIEWS if n not in tabs and n not in grid]
    return [*tabs, *others], grid


class _Idle(param.Parameterized):
    busy = param.Boolean(False)


class Shell:
    """One tab: its workspace, its views, and what happens when it closes.

    Parameters
    ----------
    study, jobs : shared by all tabs
    settings : of this run
    later : runs a function at the end of the present turn, in this tab
    """

    def __init__(
        self,
        study: Study,
        jobs: JobQueue,
        settings: Settings,
        later: Callable[[Callable[[], None]], Any],
    ) -> None:
        self.study = study
        self._tabbed, self._grid = arrange(study)
        self._active = self._tabbed[0]
        self.workspace = Workspace(study, jobs, settings.device, self._wanted())
        self._later = later
        self._redraw = Redraw(later, self._hurry)
        thumbnails = _thumbnails(study, settings)
        self.views: dict[str, View] = {
            name: VIEWS[name](self.workspace, self._redraw, name, thumbnails) for name in VIEWS
        }
        self._tabs: dict[str, pn.Column] = {}
        self._see(self._active)
        self.controls = Controls(self.workspace, self._redraw.call)
        self.bridge = PageBridge(on_query=self.go, on_key=self._key, width=0, height=0, margin=0)
        self._status = pn.pane.HTML(
            "", stylesheets=[theme.stylesheet()], sizing_mode="stretch_width", margin=(2, 12)
        )
        selection = self.workspace.selection
        self._watchers = [
            (selection, selection.param.watch(self._selected, fields())),
            (
                self.workspace,
                self.workspace.param.watch(self._show_status, ["curves", "jobs_seen"]),
            ),
        ]
        self._unsubscribe = jobs.subscribe(self._job_changed)
        self._show_status()

    def page(self) -> pmui.Page:
        """The page, complete."""
        frames = {name: self.views[name].frame() for name in self._grid}
        half = {"sizing_mode": "stretch_both", "styles": _HALF}
        self._tabs = {
            name: pn.Column(sizing_mode="stretch_both", margin=0, visible=False, styles=_HALF)
            for name in self._tabbed
        }
        chooser = pmui.RadioButtonGroup(
            options={self.views[name].title: name for name in self._tabbed},
            value=self._active,
            size="small",
            margin=(2, 4),
            min_height=36,  # from the start, so that views below are not drawn once more
        )
        chooser.param.watch(lambda event: self._see(event.new), "value")
        self._see(self._active)
        rows = [
            pn.Row(
                *(frames[n] for n in self._grid[k : k + 2]), sizing_mode="stretch_both", margin=0
            )
            for k in range(0, len(self._grid), 2)
        ]
        main = pn.Column(
            self.controls.row(),
            pn.Row(
                pn.Column(chooser, *self._tabs.values(), margin=0, **half),
                pn.Column(*rows, margin=0, **half),
                sizing_mode="stretch_both",
                margin=(0, 4),
            ),
            self._status,
            self.bridge,
            sizing_mode="stretch_both",
            margin=0,
        )
        page = pmui.Page(
            title=f"{TITLE}: {self.study.manifest.title}",
            main=[main],
            header=[],
            theme_config={"light": theme.PAGE_THEME, "dark": theme.PAGE_THEME},
            sx=_DENSE,
            busy_indicator=None,
            sidebar_variant="temporary",
        )
        # A page follows the server's busy state, which would keep it for good: follow another.
        with edit_readonly(page):
            page.busy = _Idle().param.busy
        return page

    def _see(self, active: str) -> None:
        """Show one of the views on the left, and keep up to date only what can be seen."""
        self._active = active
        self.workspace.want(self._wanted())
        seen = {*self._grid, active}
        for name, view in self.views.items():
            view.show(name in seen)
        for name, tab in self._tabs.items():
            if name == active and not len(tab):  # built when it is first seen
                tab.append(self.views[name].frame())
            tab.visible = name == active

    def _wanted(self, dragged: frozenset[str] = frozenset()) -> set[str]:
        """What the views that can be seen read, or those alone that follow a drag at once."""
        seen = [VIEWS[n] for n in (*self._grid, self._active)]
        if dragged:
            seen = [view for view in seen if dragged & {*view.urgent}]
        foot = () if dragged else ("curves",)  # told of below all views
        return {*foot, *(r for view in seen for r in view.reads if r in PICKS)}

    def _hurry(self, dragged: frozenset[str]) -> None:
        self.workspace.want(self._wanted(dragged))

    def restore(self, query: str) -> list[str]:
        """Restore the state of a query; returns what it asks in vain, with what there is."""
        state, refused = from_query(query, self.workspace.choices, self.workspace.initial)
        self.workspace.restore(state)
        self._write_query()
        return [str(problem) for problem in refused]

    def go(self, query: str) -> None:
        """Restore a state that Back, Forward or a link leads to, and tell what was refused."""
        notices.warn_all(self.restore(query))

    def close(self) -> None:
        """Stop watching anything, so that nothing of the tab stays."""
        self._unsubscribe()
        self.controls.close()
        for view in self.views.values():
            view.close()
        for owner, watcher in self._watchers:
            owner.param.unwatch(watcher)

    def _selected(self, *_events: Any) -> None:
        self._redraw.call(self._write_query)

    def _write_query(self) -> None:
        workspace = self.workspace
        self.bridge.query = to_query(workspace.selection, workspace.initial, workspace.choices)

    def _job_changed(self, job: Job) -> None:
        """Called from the thread that follows the job."""
        self._later(lambda: self.workspace.job_changed(job))

    def _key(self, key: str, shift: bool) -> None:
        state = self.workspace.selection.to_dict()
        step = {"ArrowLeft": -1, "ArrowRight": 1}.get(key, 0)
        if key == "Escape":
            self.workspace.select(stimulus=-1, stimuli=(), pinned=(), channel="")
        elif key == "?" and pn.state.notifications is not None:
            pn.state.notifications.info(KEYS, duration=8000)
        elif key.isdigit():
            view = self.views[self._active]
            if isinstance(view, CorticalView):
                view.look(int(key) - 1)
        elif step and shift:
            times = list(self.workspace.choices.options("times", state) or [])
            if times:
                now = min(range(len(times)), key=lambda k: abs(times[k] - state["time"]))
                self.workspace.select(time=times[min(max(now + step, 0), len(times) - 1)])
        elif step:
            layers = self.workspace.choices.options("layer", state) or [0]
            layer = min(max(state["layer"] + step, 0), len(layers) - 1)
            self.workspace.select(layer=layer)

    def _show_status(self, *_events: Any) -> None:
        about = self.workspace.curves.about
        shown = " · ".join(about[k] for k in ("metric", "subject", "n", "split") if about.get(k))
        active = sum(job.active for job in self.workspace.jobs.jobs)
        jobs = f"{active} job{'s' * (active != 1)} running" if active else "no job running"
        simulated = '<span class="simulated">simulated data</span>'
        self._status.object = (
            f'<div class="status">{simulated if self.study.manifest.simulated else ""}'
            f'<span class="grow">{html.escape(shown)}</span>{self._no_map()}<span>{jobs}</span>'
            f"<span>device: {html.escape(self.workspace.device)}</span><span>? keys</span></div>"
        )

    def _no_map(self) -> str:
        """Why fMRI responses have no map, where they lie on no mesh."""
        if self.workspace.selection.modality != "fmri" or self.study.manifest.mesh:
            return ""
        first = self.study[self.study.groups("responses/fmri/")[0]]
        why = html.escape(why_no_mesh(first.sizes.get("target", 0)))
        return f'<span title="{why}">no map of the cortex: no mesh has so many targets</span>'


def _thumbnails(study: Study, settings: Settings) -> Callable[[list[int]], dict[int, bytes]]:
    files = image_files(study)
    maker = Thumbnails(study.path / "images", settings.home / "thumbnails", open_image)

    def read(ids: list[int]) -> dict[int, bytes]:
        return {i: maker.read(files[i]) for i in ids if i in files}

    return read
