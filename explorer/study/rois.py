"""Regions: which places of the responses belong to each, from an atlas or the targets' own."""

from __future__ import annotations

import numpy as np
import xarray as xr

from explorer.study.study import Study

WHOLE = "all"  # the region of every place


def atlases(study: Study) -> list[str]:
    """Names of the atlases of a study."""
    return study.names("rois/")


def regions(study: Study, responses: xr.Dataset, atlas: str = "") -> dict[str, np.ndarray]:
    """Places (indices of the responses' last dim of place) of each region, and of all.

    Regions come from the atlas where responses lie on the mesh, else from the coordinate ``roi``
    or ``region`` of the responses themselves. Names keep the atlas' order.
    """
    dim = place_dim(responses)
    found: dict[str, np.ndarray] = {WHOLE: np.arange(responses.sizes[dim])} if dim else {}
    if dim == "vertex" and atlas:
        return {**found, **_atlas_regions(study[f"rois/{atlas}"])}
    for coordinate in ("roi", "region"):
        if coordinate in responses and dim in responses[coordinate].dims:
            labels = np.array([str(v) for v in responses[coordinate].values])
            names = [n for n in dict.fromkeys(labels.tolist()) if n]
            return {**found, **{n: np.flatnonzero(labels == n) for n in names}}
    return found


def place_dim(responses: xr.Dataset) -> str:
    """The dim that counts places: vertex, target or channel; "" for dissimilarities."""
    return next((d for d in ("vertex", "target", "channel") if d in responses.dims), "")


def _atlas_regions(atlas: xr.Dataset) -> dict[str, np.ndarray]:
    names = [str(n) for n in atlas.name.values]
    if "mask" in atlas:
        masks = atlas.mask.transpose("roi", "vertex").values
        found = {n: np.flatnonzero(m) for n, m in zip(names, masks, strict=True)}
    else:
        label = atlas.label.values
        found = {n: np.flatnonzero(label == k) for k, n in enumerate(names, start=1)}
    return {n: places for n, places in found.items() if len(places)}
