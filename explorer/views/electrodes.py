"""Electrodes: iEEG contacts on a translucent cortex; click one for its layer profile."""

from __future__ import annotations

import numpy as np
import panel as pn
from bokeh.events import Event, Tap
from bokeh.models import ColumnDataSource, HoverTool, Range1d

from explorer.analysis.spec import MEASURES
from explorer.state.contacts import Contacts
from explorer.state.maps import LAYERS, SEQUENTIAL
from explorer.study.study import Study
from explorer.views.base import small_select
from explorer.views.cortical import PALETTES, CorticalView, geometry, why_no_cortex
from explorer.widgets import theme
from explorer.widgets.columns import set_columns
from explorer.widgets.surface_canvas import Pick, SurfaceCanvas
from explorer.widgets.surface_geometry import robust_range

_TRANSLUCENT = 0.35
_PIAL = 1.0
_COLOURS = {"best layer": "best", "score": "score", "distance (mm)": "distance"}


class Electrodes(CorticalView):
    """Every contact of every subject, coloured by best layer, score or distance."""

    title = "Electrodes"
    urgent = ("layer",)
    reads = ("contacts", "channel", "layer", "modality")
    writes = ("modality", "subject", "channel", "layer")

    @classmethod
    def applies(cls, study: Study) -> str:
        """Needs iEEG with places, and a mesh to show them on."""
        groups = study.groups("responses/ieeg/")
        if not groups:
            return "The study has no iEEG, so there are no electrodes."
        if not any(all(a in study[g].coords for a in "xyz") for g in groups):
            return "The contacts have no places. Give x, y, z in mm and import them again."
        return why_no_cortex(study)

    def build(self) -> pn.viewable.Viewable:
        """The canvas beside best layer over distance."""
        self._colour = small_select(list(_COLOURS), "best layer", 130)
        self.tools = (self._colour,)
        self._colour.param.watch(lambda _event: self.request(), "value")
        self._canvas = SurfaceCanvas(
            geometry(self.study.manifest.mesh),
            on_pick=self._pick,
            shape=_PIAL,
            panes="both",
            surface_alpha=_TRANSLUCENT,
            names_shown=False,
            note="simulated data" if self.study.manifest.simulated else "",
            description="Electrodes on the cortex",
            sizing_mode="stretch_both",
            min_height=180,
        )
        names = ("x", "y", "name", "region", "score", "size", "colour")
        self._source = ColumnDataSource({k: [] for k in names})
        plot = theme.draw_figure(
            "distance from primary auditory cortex (mm)", "best layer",
            x_range=Range1d(-4, 90), y_range=Range1d(-0.6, 6.6),
        )  # fmt: skip
        dots = plot.scatter(
            "x", "y", source=self._source, size="size", fill_color="colour", fill_alpha=0.8,
            line_color="colour",
        )  # fmt: skip
        tips = [("contact", "@name (@region)"), ("best layer", "@y{0}"), ("score", "@score{0.00}")]
        plot.add_tools(HoverTool(renderers=[dots], tooltips=tips))
        plot.on_event(Tap, self._tap)
        self._plot = plot
        pane = pn.pane.Bokeh(plot, sizing_mode="stretch_both", min_height=120)
        return pn.Column(
            self._canvas, pn.Column(pane, sizing_mode="stretch_both"),
            sizing_mode="stretch_both", margin=0,
        )  # fmt: skip

    def update(self) -> None:
        """Contacts with their colours, and the scatter."""
        found: Contacts | None = self.workspace.contacts
        if found is None:
            self.say("No contact has a place.")
            return
        if found.missing:
            wish = self.workspace.wish_for(found.wish, "electrodes") if found.wish else None
            self.say(found.missing, wish=wish, keep=True)
        else:
            self.say("")
        values, label, palette, span = self._values(found)
        self._canvas.show_electrodes(found.position, found.name, values=values)
        channel = self.selection.channel if self.selection.modality == "ieeg" else ""
        self._canvas.show(
            self._canvas.values if self._canvas.values.size else self._blank(),
            span=span,
            palette=palette,
            quantity=label,
            digits=0 if self._colour.value != "score" else 2,
            electrode=found.name.index(channel) if channel in found.name else -1,
        )
        self._scatter(found, channel)
        self.describe(found.about)

    def _values(self, found: Contacts) -> tuple[np.ndarray, str, bytes, tuple[float, float]]:
        kind = _COLOURS[self._colour.value]
        n_layers = max(len(found.score), 2)
        if kind == "best":
            values, span = found.best_layer, (0.0, float(n_layers - 1))
            return values, "best layer", PALETTES[LAYERS], span
        if kind == "distance":
            values = found.distance
            return values, "distance (mm)", PALETTES[LAYERS], robust_range(values)
        layer = min(self.selection.layer, len(found.score) - 1)
        nothing = np.full(len(found.name), np.nan)
        values = found.score[layer] if len(found.score) else nothing
        high = robust_range(values)[1]
        label = MEASURES[self.selection.metric].label
        return values, label, PALETTES[SEQUENTIAL], (0.0, high)

    def _scatter(self, found: Contacts, channel: str) -> None:
        known = np.isfinite(found.best_layer) & np.isfinite(found.distance)
        best = found.score.max(0) if len(found.score) else np.full(len(found.name), np.nan)
        shift = 0.28 * (np.arange(len(found.name)) % 7 - 3) / 3  # so that dots do not hide others
        chosen = np.array([n == channel for n in found.name])
        columns = {
            "x": found.distance, "y": found.best_layer + shift, "score": best,
            "name": np.array(found.name), "region": np.array(found.region),
            "size": np.where(chosen, 12, 6),
            "colour": np.where(chosen, theme.SELECTED, theme.ACCENT),
        }  # fmt: skip
        set_columns(self._source, {k: v[known] for k, v in columns.items()})
        if known.any():
            theme.set_range(self._plot.x_range, -4.0, float(found.distance[known].max()) + 4)
            theme.set_range(self._plot.y_range, -0.6, len(found.score) - 0.4)

    def _blank(self) -> np.ndarray:
        return np.full(geometry(self.study.manifest.mesh).n_vertices, np.nan, np.float32)

    def _pick(self, pick: Pick) -> None:
        if pick.electrode >= 0:
            self._choose(pick.electrode)

    def _choose(self, index: int) -> None:
        found: Contacts = self.workspace.contacts
        self.select(modality="ieeg", subject=found.subject[index], channel=found.name[index])

    def _tap(self, event: Event) -> None:
        """The nearest dot of the scatter."""
        x, y = getattr(event, "x", None), getattr(event, "y", None)
        data = self._source.data
        if x is None or y is None or not len(data["x"]):
            return
        across, up = np.asarray(data["x"]) - x, np.asarray(data["y"]) - y
        width = self._plot.x_range.end - self._plot.x_range.start
        height = self._plot.y_range.end - self._plot.y_range.start
        away = (across / width) ** 2 + (up / height) ** 2
        name = str(data["name"][int(np.argmin(away))])
        self._choose(self.workspace.contacts.name.index(name))
