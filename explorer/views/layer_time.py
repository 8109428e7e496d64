"""Layer × time: score of EEG by layer and time; click or drag to choose both."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import panel as pn
from bokeh.events import Event, Tap
from bokeh.models import ColumnDataSource, HoverTool, LinearColorMapper, Range1d, Span

from explorer.state.layer_times import LayerTimes
from explorer.study.study import Study
from explorer.views.base import View, colour_ramp
from explorer.widgets import theme
from explorer.widgets.columns import set_columns
from explorer.widgets.cursor import Cursor, places_of

MILLI = 1000
_ROBUST = 99.5  # percentile that the colours reach
_FEW_LAYERS = 9  # so many have each a tick


class LayerTime(View):
    """A cell per layer and time, the best layer of each time, and a cross at the chosen cell."""

    title = "Layer × time"
    reads = ("courses", "layer", "time")
    writes = ("layer", "time")

    @classmethod
    def applies(cls, study: Study) -> str:
        """Whether there is EEG."""
        return "" if study.groups("responses/eeg/") else "The study has no EEG."

    def build(self) -> pn.viewable.Viewable:
        """One figure: the cells, a dot for the best layer of a time, the cross."""
        self._drawn: LayerTimes | None = None
        self._image = ColumnDataSource({k: [] for k in ("image", "x", "y", "dw", "dh")})
        self._best = ColumnDataSource({"ms": [], "layer": []})
        plot = theme.draw_figure("time (ms)", "layer", x_range=Range1d(-1, 1))
        plot.yaxis.major_label_overrides = {0: "embed."}
        plot.y_range = Range1d(-0.5, 0.5)
        plot.update(min_border_right=8, min_border_top=4)
        plot.grid.visible = False
        self._mapper = LinearColorMapper(
            palette=theme.SEQUENTIAL, low=0, high=1, nan_color="#00000000"
        )
        cells = plot.image(
            "image", x="x", y="y", dw="dw", dh="dh", source=self._image, color_mapper=self._mapper
        )
        plot.scatter(
            "ms", "layer", source=self._best, size=4, fill_color="#ffffff", line_color="#30363d",
            line_width=0.7,
        )  # fmt: skip
        onset = Span(location=0, dimension="height", line_color=theme.MUTED, line_alpha=0.8)
        plot.add_layout(onset)
        follow = self._redraw.follow
        self._at_time = Cursor(plot, "height", self._drag_time, follow)
        self._at_layer = Cursor(plot, "width", self._drag_layer, follow)
        tips = [("", "layer $y{0}, $x{0} ms"), ("", "@image{0.000}")]
        plot.add_tools(HoverTool(renderers=[cells], tooltips=tips))
        self._ticks = theme.fix_ticks(plot.yaxis)
        plot.on_event(Tap, self._point)
        self._plot = plot
        pane = pn.pane.Bokeh(plot, sizing_mode="stretch_both", min_height=80)
        return pn.Column(pane, sizing_mode="stretch_both", margin=0)

    def update(self) -> None:
        """Bring cells and cross up to date; what did not change is not sent."""
        if self.workspace.courses is None:
            return
        found: LayerTimes = self.workspace.courses.layers
        last = max(len(found.values) - 1, 0)
        self._at_time.move(MILLI * self.selection.time, places_of(found.time))
        self._at_layer.move(min(self.selection.layer, last), (0, 1, last))
        if found.missing or not found.values.size:
            title = f"EEG, {found.label}: {self.selection.model}"
            wish = self.workspace.wish_for(found.wish, title) if found.wish else None
            self.describe(found.about)
            self.say(found.missing or "There is no score of EEG yet.", wish=wish)
            return
        alone = len(found.values) == 1
        reason = f"{self.selection.model} has one layer, so there are none to compare."
        self.say(reason if alone else "", keep=True)
        if found is not self._drawn:
            self._drawn = found
            self._draw(found)
        dots = "dots: best layer, chosen and shown on the same stimuli"
        self.describe(f"{found.over} · {found.about} · {dots}", self._legend_of(found))

    def _draw(self, found: LayerTimes) -> None:
        n_layers, n_times = found.values.shape
        first, last = MILLI * float(found.time[0]), MILLI * float(found.time[-1])
        half = (last - first) / max(n_times - 1, 1) / 2 or 0.5
        image = even_times(found).astype(np.float32)
        left, width = first - half, last - first + 2 * half
        self._image.data = {
            "image": [image], "x": [left], "y": [-0.5], "dw": [width], "dh": [n_layers],
        }  # fmt: skip
        kept = np.isfinite(found.best)
        set_columns(self._best, {"ms": MILLI * found.time[kept], "layer": found.best[kept]})
        self._high = colour_range(found.values)
        self._mapper.high = self._high
        theme.set_range(self._plot.x_range, left, left + width)
        theme.set_range(self._plot.y_range, -0.5, n_layers - 0.5)
        step = 1 if n_layers <= _FEW_LAYERS else -(-n_layers // _FEW_LAYERS)
        theme.set_ticks(self._ticks, list(range(0, n_layers, step)))

    def _legend_of(self, found: LayerTimes) -> str:
        bar = colour_ramp(theme.SEQUENTIAL)
        return f"<span>{html.escape(found.over)}</span><span>0 {bar} {self._high:.2g}</span>"

    def _point(self, event: Event) -> None:
        """A click selects the cell below it."""
        x, y = getattr(event, "x", None), getattr(event, "y", None)
        if x is None or y is None or x != x or y != y:  # noqa: PLR0124 - NaN, outside the axes
            return
        self._choose(ms=x, layer=y)

    def _drag_time(self, ms: float) -> None:
        self._redraw.drag("time")
        self._choose(ms=ms)

    def _drag_layer(self, layer: float) -> None:
        self._redraw.drag("layer")
        self._choose(layer=layer)

    def _choose(self, ms: float | None = None, layer: float | None = None) -> None:
        """Select the nearest time and layer."""
        courses = self.workspace.courses
        if courses is None or not courses.layers.values.size:
            return
        found: LayerTimes = courses.layers
        chosen: dict[str, Any] = {}
        if layer is not None:
            chosen["layer"] = int(np.clip(round(layer), 0, len(found.values) - 1))
        if ms is not None:
            chosen["time"] = float(found.time[np.abs(found.time - ms / MILLI).argmin()])
        changes = {k: v for k, v in chosen.items() if v != getattr(self.selection, k)}
        if changes:
            self.select(**changes)


def even_times(found: LayerTimes) -> np.ndarray:
    """Scores at equal steps of time, each the nearest: (n_layers, n_times)."""
    steps = np.linspace(found.time[0], found.time[-1], len(found.time))
    nearest = np.abs(found.time[:, None] - steps).argmin(0)
    return np.asarray(found.values[:, nearest])


def colour_range(values: np.ndarray) -> float:
    """The score that the colours reach, robust to a single cell; above 0."""
    finite = values[np.isfinite(values)]
    high = float(np.percentile(finite, _ROBUST)) if finite.size else 0.0
    return high if high > 0 else 1.0
