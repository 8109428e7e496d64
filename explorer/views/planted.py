"""Planted and recovered: what drives a simulated region, and what the model finds of it."""

from __future__ import annotations

import numpy as np
import panel as pn
from bokeh.events import Event, Tap
from bokeh.models import ColumnDataSource, FactorRange, HoverTool, Range1d
from bokeh.transform import dodge

from explorer.state.planted import Planted
from explorer.study.rois import WHOLE
from explorer.study.study import Study
from explorer.views.base import View, legend_entry
from explorer.widgets import theme
from explorer.widgets.columns import set_columns


class PlantedView(View):
    """Selectivity of the chosen region by dimension, and of all regions as a scatter."""

    title = "Planted"
    reads = ("planted", "roi", "pinned")
    writes = ("roi", "modality")

    @classmethod
    def applies(cls, study: Study) -> str:
        """Needs planted truth."""
        if study.groups("truth/fmri/"):
            return ""
        return "Nothing was planted in this study: its brains are real, or their truth is unknown."

    def build(self) -> pn.viewable.Viewable:
        """Bars of one region above the scatter of all."""
        self._bars = ColumnDataSource({"dimension": [], "planted": [], "recovered": []})
        self._factors = FactorRange()
        bars = theme.draw_figure(
            "dimension of the scene", "selectivity (r)", x_range=self._factors,
            y_range=Range1d(-1, 1),
        )  # fmt: skip
        shown = [
            bars.vbar(dodge("dimension", at, range=bars.x_range), width=0.36, top=name,
                      source=self._bars, color=colour)
            for at, name, colour in ((-0.19, "planted", theme.MUTED),
                                     (0.19, "recovered", theme.ACCENT))
        ]  # fmt: skip
        bars.xaxis.major_label_orientation = 0.8
        tips = [
            ("", "@dimension"),
            ("planted", "@planted{0.00}"),
            ("recovered", "@recovered{0.00}"),
        ]
        bars.add_tools(HoverTool(renderers=shown, tooltips=tips))
        names = ("x", "y", "roi", "dimension", "colour", "size")
        self._dots = ColumnDataSource({k: [] for k in names})
        scatter = theme.draw_figure(
            "planted selectivity (r)", "recovered (r)", x_range=Range1d(-1.05, 1.05),
            y_range=Range1d(-1.05, 1.05),
        )  # fmt: skip
        scatter.line([-1, 1], [-1, 1], line_color=theme.MUTED, line_dash="dashed")
        dots = scatter.scatter("x", "y", source=self._dots, size="size", fill_alpha=0.7,
                               fill_color="colour", line_color=None)  # fmt: skip
        tips = [("", "@roi, @dimension"), ("planted", "@x{0.00}"), ("recovered", "@y{0.00}")]
        scatter.add_tools(HoverTool(renderers=[dots], tooltips=tips))
        scatter.on_event(Tap, self._tap)
        panes = [pn.pane.Bokeh(p, sizing_mode="stretch_both", min_height=160)
                 for p in (bars, scatter)]  # fmt: skip
        return pn.Column(*panes, sizing_mode="stretch_both", margin=0)

    def update(self) -> None:
        """Bars of the region in focus, dots of all regions."""
        found: Planted | None = self.workspace.planted
        if found is None:
            self.say("Nothing was planted in the subject in focus.")
            return
        self.say(found.missing, keep=True)
        roi = self.selection.roi
        row = found.roi.index(roi) if roi in found.roi else -1
        names = list(found.dimension)
        if self._factors.factors != names:
            self._factors.factors = names
        nothing = np.zeros(len(names))
        bars = {
            "dimension": names,
            "planted": found.planted[row] if row >= 0 else nothing,
            "recovered": found.recovered[row] if row >= 0 else nothing,
        }
        set_columns(self._bars, bars)
        self._scatter(found, roi)
        region = f"{roi}: " if row >= 0 else "choose a region for its bars · "
        if row >= 0 and np.isfinite(found.latency[row]):
            region += f"planted EEG latency {1000 * found.latency[row]:.0f} ms · "
        legend = legend_entry("planted", theme.MUTED) + legend_entry("recovered", theme.ACCENT)
        self.describe(region + found.about, legend)

    def _scatter(self, found: Planted, roi: str) -> None:
        shape = found.planted.shape
        kept = np.broadcast_to(found.driven[:, None], shape) & np.isfinite(found.recovered)
        regions = np.broadcast_to(np.array(found.roi)[:, None], shape)[kept]
        chosen = regions == roi
        colours = np.where(chosen, theme.SELECTED, theme.ACCENT if roi == WHOLE else theme.MUTED)
        dots = {
            "x": found.planted[kept], "y": found.recovered[kept], "roi": regions,
            "dimension": np.broadcast_to(np.array(found.dimension), shape)[kept],
            "colour": colours, "size": np.where(chosen, 10, 5),
        }  # fmt: skip
        set_columns(self._dots, dots)

    def _tap(self, event: Event) -> None:
        """The nearest dot's region."""
        x, y = getattr(event, "x", None), getattr(event, "y", None)
        data = self._dots.data
        if x is None or y is None or not len(data["x"]):
            return
        across, up = np.asarray(data["x"]) - x, np.asarray(data["y"]) - y
        nearest = int(np.argmin(across**2 + up**2))
        self.select(modality="fmri", roi=str(data["roi"][nearest]))
