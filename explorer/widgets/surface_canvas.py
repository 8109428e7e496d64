"""The cortex in one WebGL2 canvas: maps, regions, electrodes; clicks come back as vertices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import param
from panel.custom import JSComponent

from explorer.assets import asset
from explorer.widgets import theme
from explorer.widgets.surface_geometry import (
    Geometry,
    find_borders,
    palette_bytes,
    robust_range,
)
from explorer.widgets.surface_picture import Look, draw_picture

PRESETS = ("lateral", "medial", "ventral", "dorsal", "posterior", "flat")  # keys 1 … 6
_PARTS = (
    "maths",
    "mesh",
    "views",
    "shaders",
    "scene",
    "raster",
    "processor",
    "pick",
    "labels",
    "style",
    "controls",
    "words",
    "look",
    "pointer",
)
_LARGEST = 2000  # pixels of a side of a picture that a browser may ask for


@dataclass(frozen=True)
class Pick:
    """What was clicked; -1 is none."""

    vertex: int
    electrode: int
    shift: bool
    region: int = -1  # of the vertex


class SurfaceCanvas(JSComponent):
    """The cortex with a map on it.

    Parameters
    ----------
    geometry : the mesh, one object per process
    on_pick : called at a click on the surface or an electrode
    on_clear : called at a double click
    """

    geometry = param.Bytes(b"", doc="Geometry.packed")
    values = param.Array(np.array([], np.float32), doc="(n_vertices,) NaN: no value")
    alpha = param.Array(np.array([], np.float32), doc="(n_vertices,) 0 … 1; empty: all opaque")
    palette = param.Bytes(palette_bytes(theme.SEQUENTIAL), doc="256 times red, green, blue")
    low = param.Number(0.0)
    high = param.Number(1.0)
    threshold = param.Number(None, allow_None=True, doc="weaker values show the sulci")
    symmetric = param.Boolean(False, doc="the range is mirrored, the threshold on magnitudes")
    categories = param.List([], doc="names of the values 0, 1, … if these are kinds, not amounts")
    quantity = param.String("", doc="what the values are, with unit")
    unit = param.String("", doc="after each value")
    digits = param.Integer(2)
    note = param.String("", doc="a warning beside the colour bar")

    labels = param.Array(np.array([], np.int32), doc="(n_vertices,) index of the region, -1: none")
    borders = param.Array(np.array([], np.int32), doc="find_borders(), left hemisphere first")
    region_names = param.List([])
    region = param.Integer(-1, doc="index of the selected region")
    pinned = param.List([], doc="[index, colour] of regions that keep their border and name")
    vertex = param.Integer(-1, doc="the marked vertex")
    names_shown = param.Boolean(True)

    electrode_positions = param.Array(np.array([], np.float32), doc="(n * 3,) mm")
    electrode_values = param.Array(np.array([], np.float32), doc="(n,) coloured as the map is")
    electrode_names = param.List([])
    electrode_colours = param.List([], doc="instead of values; empty: by value")
    electrode = param.Integer(-1, doc="index of the selected electrode")

    shape = param.Number(2.0, bounds=(0, 3), doc="0 white, 1 pial, 2 inflated, 3 flat")
    preset: Any = param.Selector(default="lateral", objects=list(PRESETS))
    panes: Any = param.Selector(default="grid", objects=["grid", "all", "both"])
    surface_alpha = param.Number(1.0, bounds=(0, 1))
    drawn_by: Any = param.Selector(
        default="auto",
        objects=["auto", "card", "processor"],
        doc="a graphics card, or the processor; auto: the card unless it is emulated",
    )
    smooth = param.Boolean(True, doc="smooth outlines, where a graphics card draws")
    description = param.String("Cortex", doc="what screen readers call it")

    _esm = "\n".join(
        asset(name).read_text(encoding="utf-8")
        for name in (*(f"cortex_{part}.js" for part in _PARTS), "cortex.js")
    )

    def __init__(
        self,
        geometry: Geometry,
        *,
        on_pick: Callable[[Pick], None],
        on_clear: Callable[[], None] | None = None,
        **params: Any,
    ) -> None:
        self._mesh = geometry
        self._on_pick = on_pick
        self._on_clear = on_clear
        self._on_snapshot: Callable[[bytes], None] | None = None
        super().__init__(geometry=geometry.packed, **params)

    def show(
        self,
        values: np.ndarray,
        *,
        span: tuple[float, float] | None = None,
        alpha: np.ndarray | None = None,
        **params: Any,
    ) -> None:
        """Show a map; what did not change is not sent.

        Parameters
        ----------
        values : (n_vertices,), NaN where there is no value
        span : ends of the colour range; None: robust_range()
        alpha : (n_vertices,), 0 … 1
        params : further parameters to set at once

        Raises
        ------
        ValueError
            if an array does not have one number per vertex
        """
        symmetric = bool(params.get("symmetric", self.symmetric))
        low, high = robust_range(values, symmetric=symmetric) if span is None else span
        arrays = {
            "values": self._checked(values),
            "alpha": np.array([], np.float32) if alpha is None else self._checked(alpha),
        }
        plain = {"low": float(low), "high": float(high), **params}
        self._update(arrays, plain)

    def show_atlas(self, labels: np.ndarray, names: Sequence[str]) -> None:
        """Draw the borders of an atlas: (n_vertices,) indices into ``names``, -1 where none is."""
        labels = self._checked(labels).astype(np.int32)
        if np.array_equal(labels, self.labels) and list(names) == self.region_names:
            return
        borders = find_borders(self._mesh.faces, labels)
        self.param.update(
            labels=labels, borders=borders.ravel(), region_names=list(names), region=-1, pinned=[]
        )

    def show_electrodes(
        self,
        positions: np.ndarray,
        names: Sequence[str],
        *,
        values: np.ndarray | None = None,
        colours: Sequence[str] = (),
    ) -> None:
        """Draw electrodes: (n, 3) mm, coloured by ``values`` (n,) or each with its own colour."""
        n = len(names)
        arrays = {
            "electrode_positions": np.asarray(positions, np.float32).reshape(n * 3),
            "electrode_values": np.asarray(
                np.full(n, np.nan) if values is None else values, np.float32
            ),
        }
        self._update(arrays, {"electrode_names": list(names), "electrode_colours": list(colours)})

    def look(self, preset: str) -> None:
        """Turn to a preset, also if it is the present one and the camera has moved."""
        self.preset = preset
        self._send_msg({"look": preset})

    def reset_camera(self) -> None:
        """Undo turns, shifts and zooms."""
        self._send_msg({"reset": True})

    def snapshot(self, done: Callable[[bytes], None]) -> None:
        """Ask the browser for its picture; ``done`` is called with the PNG."""
        self._on_snapshot = done
        self._send_msg({"snapshot": True})

    def draw(self, width: int, height: int, *, dark: bool = False) -> bytes:
        """The picture as the server draws it, for browsers without WebGL2: PNG."""
        look = Look(self.palette, self.low, self.high, self.threshold, self.symmetric, dark)
        return draw_picture(self._mesh, self.values, look, width, height)

    def _handle_msg(self, data: dict[str, Any]) -> None:
        if "pick" in data:
            pick = data["pick"]
            self._on_pick(
                Pick(
                    vertex=int(pick.get("vertex", -1)),
                    electrode=int(pick.get("electrode", -1)),
                    shift=bool(pick.get("shift")),
                    region=int(pick.get("region", -1)),
                )
            )
        elif "clear" in data and self._on_clear is not None:
            self._on_clear()
        elif "picture" in data:
            asked = data["picture"]
            width, height = (min(_LARGEST, max(1, int(asked[k]))) for k in ("width", "height"))
            self._send_msg({"picture": self.draw(width, height, dark=bool(asked.get("dark")))})
        elif "snapshot" in data and self._on_snapshot is not None:
            done, self._on_snapshot = self._on_snapshot, None
            done(bytes(data["snapshot"]))

    def _checked(self, array: np.ndarray) -> np.ndarray:
        own = np.array(array, np.float32)
        if own.shape != (self._mesh.n_vertices,):
            raise ValueError(f"{own.shape} numbers for {self._mesh.n_vertices:,} vertices")
        return own

    def _update(self, arrays: dict[str, np.ndarray], plain: dict[str, Any]) -> None:
        changed: dict[str, Any] = {
            k: v
            for k, v in arrays.items()
            if not np.array_equal(v, getattr(self, k), equal_nan=True)
        }
        changed.update({k: v for k, v in plain.items() if v != getattr(self, k)})
        if changed:
            self.param.update(**changed)
