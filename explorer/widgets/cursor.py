"""A cursor on a figure that is dragged from place to place, as fast as the server can follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.events import Pan, PanEnd, PanStart
from bokeh.models import CustomJS, Span
from bokeh.plotting import figure

from explorer.assets import asset
from explorer.widgets import theme


class Cursor:
    """A line across a figure.

    Parameters
    ----------
    plot : a drag anywhere in it moves the cursor, in the browser and at once
    dimension : "height" for a vertical line, "width" for a horizontal one
    on_place : called with the place that a drag has led to
    answer : runs a function at the end of the present turn, together with what follows a drag at
        once; the browser sends the next place when it has the answer to an earlier one
    """

    def __init__(
        self,
        plot: figure,
        dimension: str,
        on_place: Callable[[float], None],
        answer: Callable[[Callable[[], None]], None],
    ) -> None:
        self.span = Span(
            location=0,
            dimension=dimension,
            line_color=theme.SELECTED,
            line_width=2,
            line_alpha=0.85,
            level="overlay",  # moved, it leaves the rest of the figure as painted
            tags=[0, 0, 0, 0],  # places: first, step, last; how many the server has heard of
        )
        plot.add_layout(self.span)
        code = asset("snap.js").read_text(encoding="utf-8")
        follow = CustomJS(args={"span": self.span}, code=code)
        for event in (PanStart, Pan, PanEnd):
            plot.js_on_event(event, follow)
        self.span.js_on_change("tags", follow)
        self._heard = 0
        self._on_place = on_place
        self._answer = answer
        self._quiet = False
        self.span.on_change("location", self._moved)

    @property
    def location(self) -> float:
        """Where it is, in the units of the axis."""
        return float(self.span.location)

    def move(self, location: float, places: tuple[float, float, float]) -> None:
        """Put it somewhere, and say where it can be dragged to: first place, step and last."""
        changes: dict[str, Any] = {"location": location, "tags": [*places, self._heard]}
        changes = {k: v for k, v in changes.items() if getattr(self.span, k) != v}
        if changes:
            self._quiet = True
            try:
                self.span.update(**changes)
            finally:
                self._quiet = False

    def _moved(self, _name: str, _old: float, new: float) -> None:
        if not self._quiet:
            self._heard += 1
            self._on_place(float(new))
            self._answer(self._acknowledge)

    def _acknowledge(self) -> None:
        self.span.tags = [*self.span.tags[:3], self._heard]


def places_of(seconds: np.ndarray) -> tuple[float, float, float]:
    """First place, mean step and last place in ms of a cursor that moves over these times."""
    if len(seconds) < 2:  # noqa: PLR2004 - one time has no step
        return (0.0, 0.0, 0.0)
    first, last = 1000 * float(seconds[0]), 1000 * float(seconds[-1])
    return (first, (last - first) / (len(seconds) - 1), last)
