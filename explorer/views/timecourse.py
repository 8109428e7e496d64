"""Time course: EEG over time, a line per channel; click or drag to set the time."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
from bokeh.events import Event, Tap
from bokeh.models import ColumnDataSource, HoverTool, Label, Range1d, Span

from explorer.state.choices import TRACES
from explorer.state.courses import Courses
from explorer.state.layer_times import SHARE
from explorer.study.study import Study
from explorer.views.base import View, legend_entry, small_select
from explorer.widgets import theme
from explorer.widgets.columns import set_columns
from explorer.widgets.cursor import Cursor, places_of
from explorer.widgets.scalp import place_channels

MILLI = 1000  # seconds are drawn as milliseconds
_BACK, _MIDDLE, _FRONT = "#0072b2", "#8b949e", "#d55e00"  # of the head
_ALL = "#cc79a7"  # the line for all channels
_PLANTED = "#009e73"  # what was simulated, beside what was found
_PADDING = 0.06  # of the range, above and below
_MARKS = 0.03  # of the range: how far above its lower end marks of significance stand


class Timecourse(View):
    """A line per channel with one for all, ceiling, significant times, and the time in focus."""

    title = "Time course"
    reads = ("courses", "time", "trace")
    writes = ("time", "trace")

    @classmethod
    def applies(cls, study: Study) -> str:
        """Whether there is EEG."""
        return "" if study.groups("responses/eeg/") else "The study has no EEG."

    def build(self) -> pn.viewable.Viewable:
        """One figure: ceiling, thin lines, main line, marks, cursor; and what the lines are of."""
        self._drawn: Courses | None = None
        self._lines = ColumnDataSource({k: [] for k in ("xs", "ys", "colour", "alpha", "channel")})
        self._main = ColumnDataSource({"ms": [], "value": []})
        self._ceiling = ColumnDataSource({"ms": [], "low": [], "high": []})
        self._marks = ColumnDataSource({"ms": [], "at": []})
        plot = theme.draw_figure("time (ms)", "", x_range=Range1d(-1, 1))
        plot.y_range = Range1d(0, 1)
        plot.update(min_border_right=8, min_border_top=4)
        plot.varea(
            "ms", "low", "high", source=self._ceiling, fill_color=theme.MUTED, fill_alpha=0.2
        )
        plot.line("ms", "high", source=self._ceiling, line_color=theme.MUTED, line_dash="dashed")
        thin = plot.multi_line(
            "xs", "ys", source=self._lines, line_color="colour", line_alpha="alpha", line_width=1
        )
        self._line = plot.line("ms", "value", source=self._main, line_width=2.5)
        plot.scatter(
            "ms", "at", source=self._marks, marker="square", size=3.5,
            color=theme.ACCENT, line_color=None,
        )  # fmt: skip
        quiet = {"line_color": theme.MUTED, "line_alpha": 0.7, "line_width": 1}
        plot.add_layout(Span(location=0, dimension="height", **quiet))
        plot.add_layout(Span(location=0, dimension="width", line_dash="dotted", **quiet))
        self._cursor = Cursor(plot, "height", self._dragged, self._redraw.follow)
        self._mark_planted(plot)
        tips = [("", "@channel"), ("", "$x{0} ms, $y{0.000}")]
        plot.add_tools(HoverTool(renderers=[thin], tooltips=tips, line_policy="nearest"))
        plot.on_event(Tap, self._point)
        self._plot = plot
        pane = pn.pane.Bokeh(plot, sizing_mode="stretch_both", min_height=80)
        options = {label: name for name, label in TRACES.items()}
        self._choice = small_select(options, self.selection.trace, 86)
        self._choice.param.watch(self._choose, "value")
        self.tools = (self._choice,)
        return pn.Column(pane, sizing_mode="stretch_both")

    def update(self) -> None:
        """Bring lines, ceiling, marks and cursor up to date; what did not change is not sent."""
        found: Courses | None = self.workspace.courses
        times = found.time if found is not None else np.array([])
        self._cursor.move(MILLI * self.selection.time, places_of(times))
        if self._choice.value != self.selection.trace:
            self._choice.value = self.selection.trace
        if found is None:
            return
        title = f"EEG, {found.label}"
        wish = self.workspace.wish_for(found.wish, title) if found.wish else None
        self.say(found.missing, wish=wish)
        self.describe(found.about, self._legend_of(found) if not found.missing else "")
        if not found.missing and not alike(found, self._drawn):
            self._draw(found)
            self._drawn = found

    def _draw(self, found: Courses) -> None:
        ms = MILLI * found.time
        chosen = found.channels.index(found.channel) if found.channel in found.channels else -1
        others = [k for k in range(len(found.channels)) if k != chosen]
        colours = colours_of(place_channels(found.channels, found.positions))
        lines = {
            "xs": np.tile(ms, (len(others), 1)),
            "ys": found.values[others],
            "colour": [colours[k] for k in others],
            "alpha": [_alpha(len(others), chosen >= 0)] * len(others),
            "channel": [found.channels[k] for k in others],
        }
        set_columns(self._lines, lines)
        main = found.values[chosen] if chosen >= 0 else found.summary
        set_columns(self._main, {"ms": ms, "value": main})
        self._line.glyph.line_color = theme.ACCENT if chosen >= 0 else _ALL
        low, high = found.bounds
        kept = np.isfinite(high)
        low = np.where(np.isfinite(low), low, 0)
        ceiling = {"ms": ms[kept], "low": low[kept], "high": high[kept]}
        set_columns(self._ceiling, ceiling)
        bottom, top = value_range(found, main)
        theme.set_range(self._plot.x_range, float(ms[0]), float(ms[-1]))
        theme.set_range(self._plot.y_range, bottom, top)
        passing = marked_times(found, chosen)
        at = bottom + _MARKS * (top - bottom)
        set_columns(self._marks, {"ms": ms[passing], "at": np.full(int(passing.sum()), at)})
        self._plot.yaxis.axis_label = found.unit
        known = bool(np.isfinite(found.planted))
        self._planted.update(visible=known, location=MILLI * found.planted if known else 0)
        self._told.update(visible=known, x=MILLI * found.planted if known else 0, y=top)

    def _mark_planted(self, plot: Any) -> None:
        self._planted = Span(
            location=0, dimension="height", line_color=_PLANTED, line_dash="dashed",
            line_width=1.5, visible=False,
        )  # fmt: skip
        self._told = Label(
            x=0, y=0, x_offset=3, text="planted", text_color=_PLANTED,
            text_font_size="11px", text_baseline="top", visible=False,
        )  # fmt: skip
        plot.add_layout(self._planted)
        plot.add_layout(self._told)

    def _legend_of(self, found: Courses) -> str:
        if not found.channels:
            return legend_entry(found.summary_label, _ALL)
        several = legend_entry("back", _BACK) + legend_entry("front", _FRONT)
        if found.channel:
            return legend_entry(found.channel, theme.ACCENT) + several
        return several + legend_entry(found.summary_label, _ALL)

    def _point(self, event: Event) -> None:
        """A click at ``event.x`` sets the nearest time that was measured."""
        x = getattr(event, "x", None)
        if x is not None and x == x:  # noqa: PLR0124 - not NaN
            self._choose_time(x)

    def _dragged(self, ms: float) -> None:
        self._redraw.drag("time")
        self._choose_time(ms)

    def _choose_time(self, ms: float) -> None:
        found = self.workspace.courses
        if found is None or not len(found.time):
            return
        time = float(found.time[np.abs(found.time - ms / MILLI).argmin()])
        if time != self.selection.time:
            self.select(time=time)

    def _choose(self, event: Any) -> None:
        if event.new != self.selection.trace:
            self.select(trace=event.new)


def alike(one: Courses, other: Courses | None) -> bool:
    """Whether both are drawn the same."""
    if other is None or (one.channels, one.channel) != (other.channels, other.channel):
        return False
    arrays = ("time", "values", "summary", "bounds", "planted")
    same = (np.array_equal(getattr(one, a), getattr(other, a), equal_nan=True) for a in arrays)
    return one.unit == other.unit and all(same)


def colours_of(places: np.ndarray) -> list[str]:
    """A colour for each channel from the back of the head to its front: (n_channels, 2) in."""
    stops = [[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in (_BACK, _MIDDLE, _FRONT)]
    front = np.nan_to_num(np.clip(places[:, 1], -1, 1))
    rows = np.stack([np.interp(front, [-1, 0, 1], [s[k] for s in stops]) for k in range(3)], 1)
    return ["#{:02x}{:02x}{:02x}".format(*row) for row in np.round(rows).astype(int).tolist()]


def marked_times(found: Courses, chosen: int) -> np.ndarray:
    """Times at which the chosen channel, or a share of all (-1), passes correction: (n_times,)."""
    if found.significant is None:
        return np.zeros(len(found.time), bool)
    rows = found.significant if chosen < 0 else found.significant[chosen : chosen + 1]
    return np.asarray(rows.mean(0) >= SHARE)


def value_range(found: Courses, main: np.ndarray) -> tuple[float, float]:
    """A range that holds every line, the ceiling, and zero."""
    values = np.concatenate([[0.0], found.values.ravel(), main, found.bounds.ravel()])
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    pad = _PADDING * ((high - low) or 1.0)
    return low - pad, high + pad


def _alpha(n: int, faded: bool) -> float:
    """Many lines are fainter than few, and fainter still behind a chosen one."""
    crowded = 16
    return (0.45 if n > crowded else 0.8) * (0.5 if faded else 1.0)
