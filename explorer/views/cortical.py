"""What views on the cortex have in common: the mesh, once per process, and its regions."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from explorer.errors import ExplorerError
from explorer.state.maps import DIVERGING, LAYERS, SEQUENTIAL
from explorer.study.mesh import read_mesh
from explorer.study.rois import WHOLE, regions
from explorer.study.study import Study
from explorer.study.surface import MESHES, why_no_mesh
from explorer.views.base import View
from explorer.widgets import theme
from explorer.widgets.surface_canvas import PRESETS, SurfaceCanvas
from explorer.widgets.surface_geometry import Geometry, build_geometry, palette_bytes

# Colours of each kind of map, as canvases take them.
PALETTES = {
    SEQUENTIAL: palette_bytes(theme.SEQUENTIAL),
    DIVERGING: palette_bytes(theme.DIVERGING),
    LAYERS: palette_bytes(theme.LAYERS),
}


@functools.cache
def geometry(mesh: str) -> Geometry:
    """The mesh as canvases share it.

    Raises
    ------
    StudyError
        if the shape of the mesh is not at hand
    """
    return build_geometry(read_mesh(mesh))


def why_no_cortex(study: Study) -> str:
    """Why nothing can be drawn on a cortex in ``study``; "" if something can."""
    mesh = study.manifest.mesh
    if not mesh:
        fmri = study.groups("responses/fmri/")
        if not fmri:
            return "The study names no mesh in study.json, so there is no cortex to draw on."
        return why_no_mesh(study[fmri[0]].sizes.get("target", 0))
    try:
        geometry(mesh)
    except ExplorerError as error:
        return str(error)
    return ""


class CorticalView(View):
    """A view with a cortex in it."""

    _canvas: SurfaceCanvas

    def look(self, preset: int) -> None:
        """Turn the cortex to one of ``PRESETS``."""
        if self._body is not None:
            self._canvas.look(PRESETS[preset])

    def show_regions(self) -> None:
        """Draw the borders of the chosen atlas, the region in focus and those pinned."""
        labels, names = self._labels()
        self._canvas.show_atlas(labels, names)
        pinned = [
            [names.index(n), theme.colour_of(n, [WHOLE, *self.selection.pinned])]
            for n in self.selection.pinned
            if n in names
        ]
        roi = self.selection.roi
        wanted: dict[str, Any] = {
            "region": names.index(roi) if roi in names else -1,
            "pinned": pinned,
        }
        changed = {k: v for k, v in wanted.items() if v != getattr(self._canvas, k)}
        if changed:
            self._canvas.param.update(**changed)

    def region_at(self, vertex: int) -> str:
        """Name of the region that a vertex belongs to; all places if it is in none."""
        labels, names = self._labels()
        label = int(labels[vertex])
        return names[label] if label >= 0 else WHOLE

    def _labels(self) -> tuple[np.ndarray, list[str]]:
        """Index of each vertex's region, -1 for none, and the names."""
        atlas = self.atlas()
        if not atlas:
            n = MESHES[self.study.manifest.mesh]
            return np.full(n, -1, np.int32), []
        return self.study.remember(f"rois/{atlas}", "labels", lambda: self._read_labels(atlas))

    def atlas(self) -> str:
        """The chosen atlas; the study's first where the modality in focus has none."""
        names = self.study.names("rois/")
        return self.selection.atlas or (names[0] if names else "")

    def _read_labels(self, atlas: str) -> tuple[np.ndarray, list[str]]:
        fmri = self.study.groups("responses/fmri/")
        labels = np.full(MESHES[self.study.manifest.mesh], -1, np.int32)
        if not fmri:
            return labels, []
        places = regions(self.study, self.study[fmri[0]], atlas)
        names = [n for n in places if n != WHOLE]
        for k, name in enumerate(names):
            free = places[name][labels[places[name]] < 0]  # where regions overlap, the first
            labels[free] = k
        return labels, names
