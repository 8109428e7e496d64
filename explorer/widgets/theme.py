"""Colours, type and figures: decided here once, used by every view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import FixedTicker, Range1d
from bokeh.palettes import Cividis256, Viridis256
from bokeh.plotting import figure

from explorer.assets import asset

# Distinct for colour-blind eyes and on a projector (after Okabe & Ito 2008, darkened for white).
QUALITATIVE = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#8a6d00",
    "#56b4e9",
    "#7b5ea7",
    "#5c6b73",
)
SEQUENTIAL = Cividis256  # perceptually uniform, the same for colour-blind eyes
LAYERS = Viridis256  # whole numbers that count up from input to output


def _diverging() -> tuple[str, ...]:
    """Blue, nearly white at 0, red: after Moreland (2009), 255 steps."""
    stops = ((33, 90, 165), (103, 155, 206), (244, 244, 242), (224, 130, 108), (172, 32, 47))
    at, places = np.linspace(0, 1, 255), np.linspace(0, 1, len(stops))
    channels = [np.interp(at, places, [s[k] for s in stops]) for k in range(3)]
    rows = np.round(np.stack(channels, 1)).astype(int).tolist()
    return tuple(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in rows)


DIVERGING = _diverging()
ACCENT = "#0072b2"
MUTED = "#8b949e"  # readable on white and on black
SELECTED = "#e8590c"
FONT = "Inter, Roboto, Helvetica, Arial, sans-serif"

PAGE_THEME = {
    "palette": {"primary": {"main": "#0b6aa2"}, "secondary": {"main": SELECTED}},
    "typography": {"fontFamily": FONT, "fontSize": 13},
    "shape": {"borderRadius": 6},
}


def colour_of(name: str, names: Sequence[str]) -> str:
    """The colour of ``name`` among ``names``: the same in every view of a study."""
    index = list(names).index(name) if name in names else 0
    return QUALITATIVE[index % len(QUALITATIVE)]


def stylesheet() -> str:
    """The app's own CSS, for components that live in a shadow root."""
    return asset("app.css").read_text(encoding="utf-8")


def draw_figure(x_label: str, y_label: str, **options: Any) -> figure:
    """A bare figure: no toolbar, quiet grid, labelled axes, transparent ground."""
    plot = figure(
        x_axis_label=x_label,
        y_axis_label=y_label,
        toolbar_location=None,
        tools="",  # those of the views are added: each costs the page something
        sizing_mode="stretch_both",
        background_fill_alpha=0,
        border_fill_alpha=0,
        outline_line_color=None,
        **options,
    )
    plot.grid.grid_line_alpha = 0.15
    for axis in plot.axis:
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_font_size = "12px"
        axis.major_label_text_font_size = "11px"
        axis.minor_tick_line_color = None
        axis.axis_line_alpha = 0.4
        axis.major_tick_line_alpha = 0.4
    return plot


def set_range(axis: Range1d, start: float, end: float) -> None:
    """Move an axis, in one message, and only if it changes."""
    if (axis.start, axis.end) != (start, end):
        axis.update(start=start, end=end)


def fix_ticks(axes: Any) -> FixedTicker:
    """A ticker with ticks of its own, made once: a new one makes the page look at every model."""
    ticker = FixedTicker(ticks=[])
    for axis in axes:
        axis.ticker = ticker
    return ticker


def set_ticks(ticker: FixedTicker, ticks: list[int]) -> None:
    """Set the ticks, if they change."""
    if list(ticker.ticks) != ticks:
        ticker.ticks = ticks


def number(value: float | None, digits: int = 3) -> str:
    """A number with sensible digits; an en dash where there is none."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")
