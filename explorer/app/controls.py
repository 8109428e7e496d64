"""Controls: a widget for each field that is chosen from a list, kept in step with the selection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from explorer.analysis.spec import GROUP, MEAN, MEASURES
from explorer.features.catalog import checkpoints
from explorer.state.workspace import Workspace
from explorer.study.rois import WHOLE

_LABELS = {
    "modality": {"fmri": "fMRI", "eeg": "EEG", "ieeg": "iEEG", "rdm": "RDMs"},
    "subject": {GROUP: "group (mean of scores)", MEAN: "mean response"},
    "metric": {name: measure.label for name, measure in MEASURES.items()},
    "roi": {WHOLE: "all places"},
    "channel": {"": "all channels"},
}
_WIDTHS = {"modality": 84, "subject": 150, "model": 164, "variant": 124, "metric": 170}
_WIDTHS |= {"atlas": 112, "roi": 128, "channel": 118}
_HEIGHT = 48  # px: one row of it
_ALWAYS = ("subject", "model", "metric")  # shown even if there is one choice only


class Controls:
    """The row of selects and sliders above the views.

    Parameters
    ----------
    workspace : whose selection is shown and changed
    soon : runs a function at the end of the present turn, with all else that changes the page
    """

    def __init__(self, workspace: Workspace, soon: Callable[[Callable[[], None]], None]) -> None:
        self._workspace = workspace
        self._quiet = False
        self._selects = {
            field: pmui.Select(
                label="region" if field == "roi" else field,
                options={"": ""},
                value="",
                size="small",
                width=width,
                searchable=field in ("roi", "model", "channel"),
                margin=(4, 3),
            )
            for field, width in _WIDTHS.items()
        }
        self._layer = pmui.IntSlider(
            label="layer", start=0, end=1, value=0, width=110, size="small", margin=(0, 12)
        )
        self._time = pmui.DiscreteSlider(
            label="time (ms)", options=[0], value=0, width=130, size="small", margin=(0, 12)
        )
        for field, select in self._selects.items():
            select.param.watch(self._setter(field), "value")
        self._layer.param.watch(self._setter("layer"), "value")
        self._time.param.watch(self._set_time, "value")
        self._watcher = workspace.selection.param.watch(
            lambda *_: soon(self.refresh), list(workspace.initial)
        )
        self.refresh()

    def row(self) -> pn.viewable.Viewable:
        """The widgets side by side."""
        return pn.FlexBox(
            *self._selects.values(),
            self._layer,
            self._time,
            align_items="center",
            gap="0 4px",
            margin=(4, 8, 0, 8),
            sizing_mode="stretch_width",
            min_height=_HEIGHT,  # from the start, so that views below are not drawn once more
        )

    def refresh(self) -> None:
        """Show the selection as it is, and what there is to choose."""
        self._quiet = True
        try:
            state = self._workspace.selection.to_dict()
            for field, select in self._selects.items():
                self._show(field, select, state)
            self._show_layer(state)
            self._show_time(state)
        finally:
            self._quiet = False

    def close(self) -> None:
        """Stop watching."""
        self._workspace.selection.param.unwatch(self._watcher)

    def _show(self, field: str, select: Any, state: dict[str, Any]) -> None:
        values = list(self._workspace.choices.options(field, state) or [])
        options = {self._label(field, v, state): v for v in values}
        changes: dict[str, Any] = {}
        if select.options != options:
            changes["options"] = options
        if select.value != state[field]:
            changes["value"] = state[field]
        visible = len(values) > 1 or (field in _ALWAYS and len(values) > 0)
        if select.visible != visible:
            changes["visible"] = visible
        if changes:
            select.param.update(**changes)

    def _label(self, field: str, value: str, state: dict[str, Any]) -> str:
        if field == "model":
            checkpoint = checkpoints().get(value)
            label = checkpoint.label if checkpoint else value
            todo = value in self._workspace.choices.extractable(state["modality"])
            return f"{label} (not extracted)" if todo else label
        return _LABELS.get(field, {}).get(value, value)

    def _show_layer(self, state: dict[str, Any]) -> None:
        last = self._workspace.choices.n_layers(state) - 1
        visible = last > 0
        if (self._layer.end, self._layer.value) != (max(last, 1), state["layer"]):
            self._layer.param.update(end=max(last, 1), value=state["layer"])
        if self._layer.visible != visible:
            self._layer.visible = visible

    def _show_time(self, state: dict[str, Any]) -> None:
        times = list(self._workspace.choices.options("times", state) or [])
        if self._time.visible != bool(times):
            self._time.visible = bool(times)
        if times:
            options = {f"{1000 * t:.0f}": float(t) for t in times}
            nearest = min(options.values(), key=lambda t: abs(t - state["time"]))
            if self._time.options != options:
                self._time.options = options
            if self._time.value != nearest:
                self._time.value = nearest

    def _setter(self, field: str) -> Callable[[Any], None]:
        def set_field(event: Any) -> None:
            if not self._quiet and event.new is not None:
                self._workspace.select(**{field: event.new})

        return set_field

    def _set_time(self, event: Any) -> None:
        if not self._quiet:
            self._workspace.select(time=float(event.new))
