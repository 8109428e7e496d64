"""Scalp: a map of EEG over the head at the time in focus; click a channel to choose it."""

from __future__ import annotations

import html

import numpy as np
import panel as pn
from bokeh.events import DoubleTap, Event, Tap
from bokeh.models import ColumnDataSource, DataRange1d, HoverTool, LinearColorMapper

from explorer.state.courses import Courses
from explorer.study.study import Study
from explorer.views.base import View, colour_ramp
from explorer.widgets import scalp, theme
from explorer.widgets.columns import set_columns

MILLI = 1000
_NEAR = 0.12  # radii of the head within which a click means a channel


class Topography(View):
    """The values of all channels at one time, interpolated, with a fixed range of colours."""

    title = "Scalp"
    urgent = ("time",)
    reads = ("courses", "time")
    writes = ("channel",)

    @classmethod
    def applies(cls, study: Study) -> str:
        """Whether there is EEG."""
        return "" if study.groups("responses/eeg/") else "The study has no EEG."

    def build(self) -> pn.viewable.Viewable:
        """One square figure: the map, the outline of the head, a dot per channel."""
        self._key: tuple[object, ...] = ()
        self._drawn: Courses | None = None
        self._image = ColumnDataSource({"image": []})
        self._dots = ColumnDataSource({k: [] for k in ("x", "y", "channel", "value")})
        self._chosen = ColumnDataSource({"x": [], "y": []})
        ranges = [DataRange1d(range_padding=0.02) for _ in "xy"]
        plot = theme.draw_figure(
            "", "", x_range=ranges[0], y_range=ranges[1], match_aspect=True, min_border=0
        )
        plot.axis.visible = False
        plot.grid.visible = False
        palette = [*theme.DIVERGING, "#00000000"]
        edge = scalp.EDGE
        plot.image(
            "image", x=-edge, y=-edge, dw=2 * edge, dh=2 * edge, source=self._image,
            color_mapper=LinearColorMapper(palette=palette, low=0, high=scalp.CLEAR),
        )  # fmt: skip
        xs, ys = scalp.outline()
        head = plot.multi_line(xs, ys, line_color=theme.MUTED, line_width=1.6)
        corners = plot.scatter([-edge, edge], [-edge, edge], size=0, alpha=0)
        dots = plot.scatter(
            "x", "y", source=self._dots, size=4, fill_color="#30363d", fill_alpha=0.75,
            line_color="#ffffff", line_alpha=0.5, line_width=0.5,
        )  # fmt: skip
        plot.scatter(
            "x", "y", source=self._chosen, size=11, fill_alpha=0, line_width=2.5,
            line_color=theme.SELECTED,
        )  # fmt: skip
        plot.x_range.renderers = plot.y_range.renderers = [head, corners, dots]
        tips = [("", "@channel"), ("", "@value")]
        plot.add_tools(HoverTool(renderers=[dots], tooltips=tips, mode="mouse"))
        plot.on_event(Tap, self._tap)
        plot.on_event(DoubleTap, self._clear)
        self._plot = plot
        pane = pn.pane.Bokeh(plot, sizing_mode="stretch_both", min_height=80)
        return pn.Column(pane, sizing_mode="stretch_both", margin=0)

    def update(self) -> None:
        """Bring the map, the dots and the range up to date."""
        found: Courses | None = self.workspace.courses
        if found is None:
            return
        time = self.selection.time
        reason = found.missing or self._prepare(found)
        if reason:
            wish = (
                self.workspace.wish_for(found.wish, f"EEG, {found.label}") if found.wish else None
            )
            self.describe(found.about)
            self.say(reason, wish=wish)
            return
        self.say("")
        at = int(np.abs(found.time - time).argmin())
        values = found.values[:, at]
        self._image.data = {
            "image": [scalp.draw_scalp(self._grid, values[self._placed], self._high)]
        }
        self._name(found, values)
        when = f"{MILLI * found.time[at]:.0f} ms"
        self.describe(found.about, self._legend_of(found, when))

    def _prepare(self, found: Courses) -> str:
        """Places, weights and range for these courses; why there is no map, or ""."""
        if not found.channels:
            return f"{found.label} has one number for all channels, so there is no map of it."
        where = None if found.positions is None else found.positions.tobytes()
        if (found.channels, where) != self._key:
            self._places = scalp.place_channels(found.channels, found.positions)
            self._placed = np.flatnonzero(np.isfinite(self._places).all(1))
            if len(self._placed) > 1:
                self._grid = scalp.scalp_grid(self._places[self._placed])
            self._key = (found.channels, where)
        if len(self._placed) < 2:  # noqa: PLR2004 - between one channel and itself is nothing
            return (
                "Where the channels lie is not known: give them x, y and z, or names of the "
                "10-10 system."
            )
        if found is not self._drawn:
            self._drawn = found
            self._high = scalp.robust_high(found.values)
        return ""

    def _name(self, found: Courses, values: np.ndarray) -> None:
        x, y = self._places[self._placed].T
        told = [f"{theme.number(v)} {found.unit}" for v in values[self._placed].tolist()]
        names = [found.channels[k] for k in self._placed]
        set_columns(self._dots, {"x": x, "y": y, "channel": names, "value": told})
        k = names.index(found.channel) if found.channel in names else -1
        at = [k] if k >= 0 else []
        set_columns(self._chosen, {"x": x[at], "y": y[at]})

    def _legend_of(self, found: Courses, when: str) -> str:
        bar, high = colour_ramp(theme.DIVERGING), f"{self._high:.2g}"
        unit = html.escape(found.unit)
        low = f"\N{MINUS SIGN}{high}"
        return f"<span>{when}</span><span>{low} {bar} {high} {unit}</span>"

    def _tap(self, event: Event) -> None:
        """A click chooses the nearest channel; on the chosen one it chooses all again."""
        found, x, y = self.workspace.courses, getattr(event, "x", None), getattr(event, "y", None)
        if found is None or found.missing or x is None or y is None or not self._key:
            return
        distance = np.hypot(*(self._places[self._placed] - [x, y]).T)
        if not len(distance) or not np.nanmin(distance, initial=np.inf) <= _NEAR:
            return
        name = found.channels[self._placed[int(distance.argmin())]]
        self.select(channel="" if name == self.selection.channel else name)

    def _clear(self, _event: Event) -> None:
        if self.selection.channel:
            self.select(channel="")
