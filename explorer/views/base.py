"""What a view is: it declares what it reads and writes; this class does all the wiring."""

from __future__ import annotations

import html
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import panel as pn
import panel_material_ui as pmui
import param

from explorer.errors import ExplorerError
from explorer.state.jobs import RUNNING, Job
from explorer.state.selection import fields
from explorer.state.workspace import Wish, Workspace
from explorer.study.study import Study
from explorer.views.redraw import Redraw
from explorer.widgets import theme

log = logging.getLogger(__name__)

_TOOLS = 32  # px: a row with small choices in it

Thumbnails = Callable[[list[int]], dict[int, bytes]]  # ids of stimuli to JPEG bytes


class View(ABC):
    """One picture in a frame. Subclasses say what they need, build panes once, and update them."""

    title: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]  # fields of the selection or the workspace
    writes: ClassVar[tuple[str, ...]] = ()  # fields of the selection
    urgent: ClassVar[tuple[str, ...]] = ()  # fields whose drag it follows at once

    def __init__(
        self, workspace: Workspace, redraw: Redraw, name: str, thumbnails: Thumbnails
    ) -> None:
        self.workspace = workspace
        self.thumbnails = thumbnails
        self.selection = workspace.selection
        self.study = workspace.study
        self.name = name
        self.visible = True
        self._stale = False
        self._redraw = redraw
        self._watchers = list(self._watch())
        self._legend = pn.pane.HTML("", sizing_mode="stretch_width", margin=0)
        self._about = pn.pane.HTML("", sizing_mode="stretch_width", margin=0)
        self._reason = pn.pane.HTML("", visible=False, sizing_mode="stretch_width", margin=0)
        self._offer = pn.Column(sizing_mode="stretch_width", margin=0)
        self._button: pmui.Button | None = None  # made when it is first offered
        self._wish: Wish | None = None
        self._said: dict[str, Any] = {}
        self._body: pn.viewable.Viewable | None = None
        self.tools: tuple[Any, ...] = ()  # small choices beside the title; ``build`` sets them

    @classmethod
    def applies(cls, study: Study) -> str:
        """Why the view has nothing to show in ``study``; "" if it has."""
        return ""

    @abstractmethod
    def build(self) -> pn.viewable.Viewable:
        """Make the panes, once."""

    @abstractmethod
    def update(self) -> None:
        """Bring the panes up to date, in place."""

    def select(self, **changes: Any) -> None:
        """Change fields of the selection that this view may write."""
        foreign = set(changes) - set(self.writes)
        if foreign:
            raise ValueError(f"{type(self).__name__} does not declare that it writes {foreign}")
        self.workspace.select(**changes)

    def frame(self) -> pn.Column:
        """The view with its title, what is known of its numbers, and why it may be empty."""
        reason = self.applies(self.study)
        body: list[Any] = []
        if not reason:
            self._body = self.build()
            body = [self._body]
        for pane in (self._legend, self._about, self._reason):
            pane.stylesheets = [theme.stylesheet()]
        # As high as it will be, so that pictures below it are not drawn once more.
        top = pn.Row(
            self._legend, *self.tools, sizing_mode="stretch_width", min_height=_TOOLS, margin=0
        )
        head = [top if self.tools else self._legend, self._about, self._reason, self._offer]
        self._legend.object = self._title("")
        frame = pn.Column(
            *head,
            *body,
            css_classes=["view", f"view-{self.name}"],
            stylesheets=[theme.stylesheet()],
            sizing_mode="stretch_both",
            margin=4,
        )
        if reason:
            self.say(reason)
        else:
            self.refresh()
        return frame

    def refresh(self) -> None:
        """Update now; a view that fails says so in its own frame and the others go on."""
        if self._body is None:
            return
        if not self.visible:
            self._stale = True
            return
        self._stale = False
        try:
            self.update()
        except ExplorerError as error:
            self.say(str(error), error=True)
        except Exception:
            log.exception("view %s", self.name)
            self.say("Something broke in this view; the log has the details.", error=True)

    def request(self) -> None:
        """Ask for an update at the end of this turn, or when a drag rests."""
        self._redraw.call(self.refresh, self.urgent)

    def show(self, visible: bool) -> None:
        """Tell whether the view can be seen; it catches up when it can."""
        self.visible = visible
        if visible and self._stale:
            self.refresh()

    def close(self) -> None:
        """Stop watching."""
        for owner, watcher in self._watchers:
            owner.param.unwatch(watcher)

    def describe(self, about: str, legend: str = "") -> None:
        """Set the line under the title (n, split, metric, subject), and a legend beside it."""
        text = f'<div class="about" title="{html.escape(about)}">{html.escape(about)}</div>'
        _set(self._about, object=text)
        _set(self._legend, object=self._title(legend))

    def say(
        self,
        reason: str = "",
        *,
        error: bool = False,
        wish: Wish | None = None,
        keep: bool = False,
    ) -> None:
        """Say why there is nothing to see, and offer to compute it; "" shows the picture.

        With ``keep`` the picture stays below what is said: a part of it is there.
        """
        self._wish = wish
        self._said = {"reason": reason, "error": error, "wish": wish, "keep": keep}
        job = self.workspace.job_for(wish) if wish else None
        if wish and reason:
            reason = f"{reason} {_state_of(job, wish)}"
        kind = "reason error" if error else "reason"
        text = f'<div class="{kind}">{html.escape(reason)}</div>' if reason else ""
        _set(self._reason, object=text, visible=bool(reason))
        running = job is not None and job.active
        self._show_button(visible=bool(wish and reason), disabled=running)
        if self._body is not None:
            _set(self._body, visible=keep or not reason)

    def _show_button(self, *, visible: bool, disabled: bool) -> None:
        if visible and self._button is None:
            self._button = pmui.Button(label="Compute", size="small", margin=(4, 0))
            self._button.on_click(self._compute)
            self._offer.append(self._button)
        if self._button is not None:
            _set(self._button, visible=visible, disabled=disabled)

    def _compute(self, _event: Any) -> None:
        if self._wish is not None:
            self.workspace.start(self._wish)
            self.request()

    def _title(self, legend: str) -> str:
        title = html.escape(self.title)
        return f'<div class="bar"><h2>{title}</h2><div class="legend">{legend}</div></div>'

    def _watch(self) -> list[tuple[param.Parameterized, Any]]:
        watchers: list[tuple[param.Parameterized, Any]] = []
        for owner, known in (
            (self.selection, set(fields())),
            (self.workspace, set(self.workspace.param) - {"name"}),
        ):
            names = [n for n in self.reads if n in known]
            if names:
                watchers.append((owner, owner.param.watch(self._changed, names)))
        moved = self.workspace.param.watch(self._job_moved, ["jobs_seen"])
        return [*watchers, (self.workspace, moved)]

    def _job_moved(self, *_events: Any) -> None:
        """Say anew how far the job is that fills what is missing; the picture stays."""
        if self._wish is not None and self.visible:
            self.say(**self._said)

    def _changed(self, *_events: Any) -> None:
        self.request()


def small_select(options: Any, value: Any, width: int, **more: Any) -> Any:
    """A choice that fits beside the title of a view."""
    return pmui.Select(
        options=options,
        value=value,
        width=width,
        size="small",
        variant="standard",
        margin=0,
        **more,
    )


def legend_entry(name: str, colour: str) -> str:
    """One entry of a legend, as HTML."""
    return f'<span><i style="background:{colour}"></i>{html.escape(name)}</span>'


def colour_ramp(colours: Sequence[str]) -> str:
    """A short bar of colours for a legend, as HTML."""
    stops = ", ".join(colours[:: max(1, len(colours) // 8)])
    return f'<b class="ramp" style="background:linear-gradient(90deg, {stops})"></b>'


def _state_of(job: Job | None, wish: Wish) -> str:
    if job is None:
        return f"It takes {wish.cost}."
    if job.status == RUNNING:
        return f"Computing: {100 * job.share:.0f} %, {job.note}."
    if job.active:
        return "Waiting for another job."
    return f"Last try: {job.status}. {job.note}"


def _set(pane: Any, **values: Any) -> None:
    """Set only what differs, so that nothing is sent for nothing."""
    changed = {k: v for k, v in values.items() if getattr(pane, k) != v}
    if changed:
        pane.param.update(**changed)
