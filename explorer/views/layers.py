"""Layers: score over the layers of the model; click or drag to select a layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
from bokeh.events import Event, Tap
from bokeh.models import ColumnDataSource, HoverTool, Range1d

from explorer.analysis.spec import MEASURES, models
from explorer.state.curves import MAIN, MODEL, PINNED, SUBJECT, Curve, Curves
from explorer.study.rois import WHOLE
from explorer.views.base import View, legend_entry
from explorer.widgets import theme
from explorer.widgets.columns import set_columns
from explorer.widgets.cursor import Cursor

_PADDING = 0.08  # of the range of scores, above and below


class Layers(View):
    """Score of each layer in the chosen region, with its band and ceiling; models overlaid."""

    title = "Layers"
    reads = ("curves", "layer")
    writes = ("layer",)

    def build(self) -> pn.viewable.Viewable:
        """One figure: band, thin lines, main line with its points, ceiling, selected layer."""
        self._band = ColumnDataSource({"layer": [], "low": [], "high": []})
        self._thin = ColumnDataSource({"xs": [], "ys": [], "colour": [], "alpha": [], "width": []})
        self._main = ColumnDataSource({"layer": [], "score": [], "low": [], "high": []})
        self._bounds = ColumnDataSource({"left": [], "right": [], "low": [], "high": []})
        plot = theme.draw_figure("layer (0 = embedding)", "score", x_range=Range1d(-0.3, 1.3))
        plot.y_range = Range1d(0, 1)
        muted, accent = theme.MUTED, theme.ACCENT
        plot.quad(
            left="left", right="right", bottom="low", top="high",
            source=self._bounds, fill_color=muted, fill_alpha=0.25, line_color=None,
        )  # fmt: skip
        plot.segment(
            x0="left", x1="right", y0="high", y1="high",
            source=self._bounds, line_color=muted, line_dash="dashed", line_width=1.5,
        )  # fmt: skip
        self._area = plot.varea("layer", "low", "high", source=self._band, fill_alpha=0.2)
        plot.multi_line(
            "xs", "ys", source=self._thin, line_color="colour", line_alpha="alpha",
            line_width="width",
        )  # fmt: skip
        self._line = plot.line("layer", "score", source=self._main, line_width=3)
        self._dots = plot.scatter("layer", "score", source=self._main, size=8)
        tips = [
            ("layer", "@layer"),
            ("score", "@score{0.000}"),
            ("band", "@low{0.000} – @high{0.000}"),
        ]
        plot.add_tools(HoverTool(renderers=[self._dots], tooltips=tips, mode="vline"))
        self._ticks = theme.fix_ticks(plot.xaxis)
        plot.on_event(Tap, self._point)
        self._cursor = Cursor(plot, "height", self._dragged, self._redraw.follow)
        for glyph in (self._area, self._line, self._dots):
            for field in ("fill_color", "line_color"):
                if hasattr(glyph.glyph, field):
                    setattr(glyph.glyph, field, accent)
        self._plot = plot
        pane = pn.pane.Bokeh(plot, sizing_mode="stretch_both", min_height=120)
        return pn.Column(pane, sizing_mode="stretch_both")  # a Bokeh pane forgets to reappear

    def update(self) -> None:
        """Bring curves, band, ceiling and cursor up to date."""
        found: Curves = self.workspace.curves
        main = next((c for c in found.curves if c.role == MAIN), None)
        self._cursor.move(self.selection.layer, (0, 1, self._last()))
        if main is None and not found.curves:
            self.describe(found.about.get("metric", ""))
            wish = self.workspace.wish() if self.selection.model else None
            what = f"{self.selection.model} has no {found.about.get('metric', 'score')} yet."
            self.say(what if wish else "The study has no model to score.", wish=wish)
            return
        if main is None:  # other models are there, the chosen one is not
            reason = f"{self.selection.model} has not been scored here yet."
            self.say(reason, wish=self.workspace.wish(), keep=True)
        elif found.missing:
            self.say("More layers are to come.", wish=self.workspace.wish(), keep=True)
        else:
            self.say("")
        self._draw(found, main)
        self.describe(" · ".join(v for v in found.about.values() if v), self._legend_of(found))

    def _draw(self, found: Curves, main: Curve | None) -> None:
        names = models(self.study, self.selection.modality)
        left, right = self._x_range(found)
        thin: dict[str, list[Any]] = {k: [] for k in ("xs", "ys", "colour", "alpha", "width")}
        for curve in found.curves:
            if curve is main:
                continue
            flat = len(curve.layer) == 1
            thin["xs"].append([left, right] if flat else curve.layer.tolist())
            thin["ys"].append([float(curve.score[0])] * 2 if flat else curve.score.tolist())
            thin["colour"].append(self._colour(curve, names))
            thin["alpha"].append(0.45 if curve.role == SUBJECT else 0.95)
            thin["width"].append(1 if curve.role == SUBJECT else 2)
        set_columns(self._thin, thin)
        set_columns(self._main, _columns(main, ("layer", "score", "low", "high")))
        set_columns(self._band, _columns(main, ("layer", "low", "high"), finite="low"))
        if main is not None:
            colour = self._colour(main, names)
            self._area.glyph.fill_color = colour
            self._line.glyph.line_color = colour
            self._dots.glyph.update(fill_color=colour, line_color=colour)
        low, high = main.ceiling if main is not None else (np.nan, np.nan)
        known = np.isfinite(high)
        bounds = {
            "left": [left] if known else [],
            "right": [right] if known else [],
            "low": [low if np.isfinite(low) else high] if known else [],
            "high": [high] if known else [],
        }
        set_columns(self._bounds, bounds)
        theme.set_range(self._plot.x_range, left, right)
        theme.set_range(self._plot.y_range, *_y_range(found))
        label = MEASURES[self.selection.metric].label
        self._plot.yaxis.axis_label = label.rpartition(", ")[2]  # the analysis is told above
        theme.set_ticks(self._ticks, list(range(int(right) + 1)))

    def _x_range(self, found: Curves) -> tuple[float, float]:
        deepest = max(int(c.layer.max()) for c in found.curves)
        return -0.3, max(deepest, 1) + 0.3

    def _colour(self, curve: Curve, names: list[str]) -> str:
        if curve.role in (MAIN, SUBJECT):
            return theme.colour_of(self.selection.model, names)
        if curve.role == MODEL:
            return theme.colour_of(curve.name, names)
        return theme.colour_of(curve.name, [WHOLE, *self.selection.pinned])

    def _legend_of(self, found: Curves) -> str:
        names = models(self.study, self.selection.modality)
        shown = [c for c in found.curves if c.role in (MAIN, MODEL, PINNED)]
        entries = [legend_entry(c.name, self._colour(c, names)) for c in shown]
        n_subjects = sum(c.role == SUBJECT for c in found.curves)
        if n_subjects:
            colour = theme.colour_of(self.selection.model, names)
            entries.append(legend_entry(f"{n_subjects} subjects (thin)", f"{colour}73"))
        if np.isfinite(found.curves[0].ceiling[1]):
            entries.append(legend_entry("ceiling", theme.MUTED))
        return "".join(entries)

    def _point(self, event: Event) -> None:
        """A click at ``event.x`` selects the nearest layer."""
        x = getattr(event, "x", None)
        if x is None or x != x:  # noqa: PLR0124 - NaN, outside the axes
            return
        self._choose(int(np.clip(round(x), 0, self._last())))

    def _dragged(self, place: float) -> None:
        self._redraw.drag("layer")
        self._choose(round(place))

    def _choose(self, layer: int) -> None:
        if layer != self.selection.layer:
            self.select(layer=layer)

    def _last(self) -> int:
        """The model's last layer."""
        return len(self.workspace.choices.options("layer", self.selection.to_dict()) or [0]) - 1


def _columns(curve: Curve | None, names: tuple[str, ...], finite: str = "") -> dict[str, Any]:
    if curve is None:
        return {n: [] for n in names}
    kept = np.isfinite(getattr(curve, finite)) if finite else np.ones(len(curve.layer), bool)
    return {n: np.asarray(getattr(curve, n))[kept] for n in names}


def _y_range(found: Curves) -> tuple[float, float]:
    """A range that holds every curve, band and ceiling, and zero."""
    values = [0.0]
    for curve in found.curves:
        for part in (curve.score, curve.low, curve.high, np.array(curve.ceiling)):
            values += np.asarray(part, float)[np.isfinite(part)].tolist()
    low, high = min(values), max(values)
    pad = _PADDING * ((high - low) or 1.0)
    return low - pad * (low < 0), high + pad
