"""RDMs: the geometry of the brain beside that of the chosen layer; click a pair to see it."""

from __future__ import annotations

import base64
import html

import numpy as np
import panel as pn
from bokeh.events import Event, Tap
from bokeh.models import ColumnDataSource, LinearColorMapper, Range1d
from bokeh.plotting import figure

from explorer.state.pairs import Geometry, Pairs
from explorer.study.align import condensed_index
from explorer.study.stimuli import captions
from explorer.views.base import View
from explorer.widgets import theme
from explorer.widgets.stimulus_list import shorten

MAX_SIDE = 400  # cells on a side; more stimuli are averaged in blocks
LEVELS = 254  # the highest percentile
MISSING = 255  # a dissimilarity that is not known
_SIDE = 240  # px; leaves room for the pair beside the matrices
_SHRINKS = {"min-height": "0", "min-width": "0", "flex": "1 1 0"}
_EMPTY: dict[str, list[float]] = {"image": [], "side": []}


class Rdm(View):
    """Rank-transformed dissimilarities of brain and model, stimuli ordered by condition."""

    title = "RDMs"
    reads = ("pairs", "stimulus", "stimuli")
    writes = ("stimulus", "stimuli")

    def build(self) -> pn.viewable.Viewable:
        """Two matrices that share their axes, and the pair below them."""
        self._captions = captions(self.study)
        self._images = [ColumnDataSource(dict(_EMPTY)) for _ in range(2)]
        self._marks = ColumnDataSource({"x": [], "y": []})
        self._drawn: list[object] = [None, None]
        self._range = (Range1d(0, 1), Range1d(1, 0))
        self._plots = [self._matrix(source) for source in self._images]
        self._pair = pn.pane.HTML(
            "",
            stylesheets=[theme.stylesheet()],
            sizing_mode="stretch_both",
            margin=(0, 0, 0, 10),
            styles=_SHRINKS,
        )
        square = {"sizing_mode": "scale_height", "aspect_ratio": 1, "max_height": _SIDE}
        panes = [pn.pane.Bokeh(plot, **square) for plot in self._plots]
        return pn.Row(*panes, self._pair, sizing_mode="stretch_both", styles=_SHRINKS)

    def update(self) -> None:
        """Bring matrices, marks and the pair up to date."""
        pairs: Pairs = self.workspace.pairs
        if pairs.brain is None and pairs.model is None:
            self.describe("")
            wish = self.workspace.wish(only_rdms=True) if self.selection.model else None
            self.say("No dissimilarities have been computed for this selection yet.", wish=wish)
            return
        geometries = (pairs.brain, pairs.model)
        if all(geometries):
            self.say("")
        else:
            lacking = "The brain's" if pairs.brain is None else "The model's"
            wish = self.workspace.wish(only_rdms=True)
            self.say(f"{lacking} dissimilarities are still to be computed.", wish=wish, keep=True)
        for k, geometry in enumerate(geometries):
            self._draw(k, geometry, pairs)
        self._mark(pairs)
        n = len(pairs.order)
        about = (
            f"rank-transformed dissimilarity (dark: alike) · n = {n} stimuli, "
            f"{n * (n - 1) // 2:,} pairs · ordered {_order(pairs)}"
        )
        self.describe(about)

    def _matrix(self, source: ColumnDataSource) -> figure:
        plot = theme.draw_figure("", "", x_range=self._range[0], y_range=self._range[1])
        plot.update(sizing_mode="scale_height", aspect_ratio=1, max_height=_SIDE)
        plot.axis.visible = False
        plot.grid.visible = False
        plot.title.text_font_size = "12px"
        plot.title.text_font_style = "normal"
        palette = [*theme.SEQUENTIAL[:MISSING], theme.MUTED]
        mapper = LinearColorMapper(palette=palette, low=0, high=MISSING)
        plot.image("image", x=0, y=0, dw="side", dh="side", source=source, color_mapper=mapper)
        plot.scatter(
            "x", "y", source=self._marks, size=11, fill_alpha=0, line_width=2.5,
            line_color=theme.SELECTED,
        )  # fmt: skip
        plot.on_event(Tap, self._tap)
        return plot

    def _draw(self, k: int, geometry: Geometry | None, pairs: Pairs) -> None:
        key = None if geometry is None else (geometry.label, id(geometry.values))
        if key is not None and key == self._drawn[k]:
            return
        self._drawn[k] = key
        n = len(pairs.order)
        if geometry is None:
            self._images[k].data = dict(_EMPTY)
        else:
            image = draw_matrix(geometry, pairs.order)
            self._images[k].data = {"image": [image], "side": [n]}
        self._plots[k].title.text = geometry.label if geometry else "not computed yet"
        theme.set_range(self._range[0], 0, n)
        theme.set_range(self._range[1], n, 0)

    def _mark(self, pairs: Pairs) -> None:
        chosen = [s for s in self.selection.stimuli if s in pairs.order][:2]
        if len(chosen) < 2:  # noqa: PLR2004 - a pair
            self._marks.data = {"x": [], "y": []}
            self._pair.object = self._figures([self.selection.stimulus])
            return
        i, j = (int(np.flatnonzero(pairs.order == s)[0]) for s in chosen)
        self._marks.data = {"x": [j + 0.5, i + 0.5], "y": [i + 0.5, j + 0.5]}
        values = []
        for geometry in (pairs.brain, pairs.model):
            if geometry is not None:
                values.append(f"{geometry.label}: {_value(geometry, *chosen):.3f}")
        self._pair.object = self._figures(chosen, " · ".join(values))

    def _figures(self, stimuli: list[int], values: str = "") -> str:
        """The chosen stimuli with picture and caption; every text is escaped."""
        known = [s for s in stimuli if s >= 0]
        if not known:
            return '<div class="about">Click a cell to see its two stimuli.</div>'
        pictures = self.thumbnails(known)
        parts = []
        for stimulus in known:
            data = base64.b64encode(pictures.get(stimulus, b"")).decode()
            picture = f'<img alt="stimulus {stimulus}" src="data:image/jpeg;base64,{data}">'
            text = html.escape(shorten(self._captions.get(stimulus, ())))
            parts.append(
                f'<figure data-stimulus="{stimulus}">{picture if data else ""}'
                f"<figcaption>{text}</figcaption></figure>"
            )
        note = f'<div class="about">{html.escape(values)}</div>' if values else ""
        return f'{note}<div class="pair">{"".join(parts)}</div>'

    def _tap(self, event: Event) -> None:
        order = self.workspace.pairs.order
        x, y = getattr(event, "x", None), getattr(event, "y", None)
        if x is None or y is None or not (0 <= x < len(order) and 0 <= y < len(order)):
            return
        i, j = int(order[int(y)]), int(order[int(x)])
        self.select(stimulus=i, stimuli=(i,) if i == j else (i, j))


def draw_matrix(geometry: Geometry, order: np.ndarray) -> np.ndarray:
    """Percentile of each dissimilarity, 0 to ``LEVELS``: (side, side), at most ``MAX_SIDE`` a side.

    A larger matrix is averaged in blocks; cells of which nothing is known are ``MISSING``.
    """
    n = len(order)
    known = np.isfinite(geometry.values)
    ranks = np.full(len(geometry.values), np.nan, np.float32)
    if known.any():
        ranks[known] = percentiles(geometry.values[known]) * LEVELS
    place = {s: k for k, s in enumerate(geometry.stimulus.tolist())}
    index = np.array([place[s] for s in order.tolist()])
    square = np.zeros((n, n), np.float32)
    rows, columns = np.triu_indices(n, 1)
    square[rows, columns] = ranks[condensed_index(n, index[rows], index[columns])]
    square += square.T
    if n > MAX_SIDE:
        square = _average(square, MAX_SIDE)
    return np.where(np.isfinite(square), np.nan_to_num(square), MISSING).astype(np.uint8)


def _average(square: np.ndarray, side: int) -> np.ndarray:
    """Means over blocks as equal as can be, NaN left out: (n, n) to (side, side)."""
    starts = np.linspace(0, len(square), side, endpoint=False).astype(int)
    finite = np.isfinite(square)
    sums = [np.nan_to_num(square), finite.astype(np.float32)]
    for axis in (0, 1):
        sums = [np.add.reduceat(s, starts, axis=axis) for s in sums]
    return np.where(sums[1] > 0, sums[0] / np.maximum(sums[1], 1), np.nan)


def percentiles(values: np.ndarray) -> np.ndarray:
    """Share of values that are at most as large, ties sharing their mean: (n,), above 0 to 1."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    return ((below + (counts + 1) / 2) / len(values))[inverse]


def _value(geometry: Geometry, first: int, second: int) -> float:
    n = len(geometry.stimulus)
    i, j = (np.flatnonzero(geometry.stimulus == s) for s in (first, second))
    return float(geometry.values[condensed_index(n, i, j)][0])


def _order(pairs: Pairs) -> str:
    if not pairs.bounds:
        return "as in the study"
    names = [name for name, _, _ in pairs.bounds]
    return f"by condition ({', '.join(names[:6])}{', …' if len(names) > 6 else ''})"  # noqa: PLR2004
