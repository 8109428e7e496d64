"""Cortex: a map of the chosen quantity; click a region to select it."""

from __future__ import annotations

from typing import Any

import panel as pn

from explorer.state.choices import QUANTITIES
from explorer.state.maps import DIVERGING, LAYERS, SurfaceMap
from explorer.study.rois import WHOLE
from explorer.study.study import Study
from explorer.views.base import small_select
from explorer.views.cortical import PALETTES, CorticalView, geometry, why_no_cortex
from explorer.widgets.surface_canvas import Pick, SurfaceCanvas


class Cortex(CorticalView):
    """Both hemispheres with one map; click selects a region, shift-click pins it."""

    title = "Cortex"
    urgent = ("layer",)
    reads = ("surface", "roi", "pinned", "vertex", "atlas", "threshold", "baseline", "quantity")
    writes = (
        "roi", "pinned", "vertex", "channel", "threshold", "baseline", "quantity", "modality",
    )  # fmt: skip

    @classmethod
    def applies(cls, study: Study) -> str:
        """Needs fMRI on a mesh whose shape is at hand."""
        if not study.groups("responses/fmri/"):
            return "The study has no fMRI responses, so there is no map to draw."
        return why_no_cortex(study)

    def build(self) -> pn.viewable.Viewable:
        """One canvas, and the choice of its map beside the title."""
        options = {label: name for name, label in QUANTITIES.items()}
        self._quantity = small_select(options, self.selection.quantity, 160)
        self._baseline = small_select([""], "", 170, visible=False, searchable=True)
        self.tools = (self._quantity, self._baseline)
        self._quiet = False
        self._quantity.param.watch(self._chooser("quantity"), "value")
        self._baseline.param.watch(self._chooser("baseline"), "value")
        simulated = self.study.manifest.simulated
        self._canvas = SurfaceCanvas(
            geometry(self.study.manifest.mesh),
            on_pick=self._pick,
            on_clear=self._clear,
            note="simulated data" if simulated else "",
            sizing_mode="stretch_both",
            min_height=180,
        )
        self._canvas.param.watch(self._set_threshold, "threshold")
        return pn.Column(self._canvas, sizing_mode="stretch_both", margin=0)

    def update(self) -> None:
        """Show the map, the regions and what is selected."""
        found: SurfaceMap = self.workspace.surface
        self._show_choices()
        self.show_regions()
        if found.missing:
            wish = self.workspace.wish_for(found.wish, found.label) if found.wish else None
            self.say(found.missing, wish=wish, keep=True)
        else:
            self.say("")
        threshold = self.selection.threshold
        self._canvas.show(
            found.values,
            span=(found.low, found.high),
            palette=PALETTES[found.kind],
            symmetric=found.kind == DIVERGING,
            quantity=found.label,
            threshold=threshold if threshold > 0 else None,
            digits=0 if found.kind == LAYERS else 2,
            vertex=self.selection.vertex,
            description=self._describe(found),
        )
        self.describe(found.about)

    def _describe(self, found: SurfaceMap) -> str:
        roi = self.selection.roi
        place = "no region selected" if roi == WHOLE else f"region {roi} selected"
        return f"Cortex, {found.label}, {place}"

    def _show_choices(self) -> None:
        self._quiet = True
        try:
            state = self.selection.to_dict()
            if self._quantity.value != state["quantity"]:
                self._quantity.value = state["quantity"]
            options = {
                v or "(choose)": v
                for v in self.workspace.choices.options("baseline", state) or [""]
            }
            if self._baseline.options != options:
                self._baseline.options = options
            if self._baseline.value != state["baseline"]:
                self._baseline.value = state["baseline"]
            visible = state["quantity"] == "difference"
            if self._baseline.visible != visible:
                self._baseline.visible = visible
        finally:
            self._quiet = False

    def _chooser(self, field: str) -> Any:
        def choose(event: Any) -> None:
            if not self._quiet and event.new is not None:
                self.select(**{field: event.new})

        return choose

    def _pick(self, pick: Pick) -> None:
        if pick.vertex < 0:
            return
        roi = self.region_at(pick.vertex)
        if not pick.shift:
            self.select(modality="fmri", roi=roi, vertex=pick.vertex)
            return
        pinned = self.selection.pinned
        if roi != WHOLE:
            kept = tuple(p for p in pinned if p != roi)
            self.select(pinned=kept if roi in pinned else (*pinned, roi))

    def _clear(self) -> None:
        self.select(roi=WHOLE, vertex=-1, pinned=())

    def _set_threshold(self, event: Any) -> None:
        value = float(event.new or 0.0)
        if value != self.selection.threshold:
            self.select(threshold=value)
