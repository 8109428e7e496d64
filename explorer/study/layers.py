"""One layer of a model's features, whose layers may differ in width."""

from __future__ import annotations

import xarray as xr


def read_layer(features: xr.Dataset, row: int) -> xr.DataArray:
    """One layer of ``feature``, with its own units only; still on disk if it was.

    Parameters
    ----------
    features : ``feature`` (…, layer, unit), and ``n_units`` (layer) where layers differ in width:
        a layer is NaN beyond its units
    row : place of the layer, from 0

    Returns
    -------
    feature : (…, unit), without NaN that stands for no unit
    """
    feature = features.feature.isel(layer=row)
    if not has_widths(features):
        return feature
    return feature.isel(unit=slice(int(features.n_units.values[row])))


def has_widths(features: xr.Dataset) -> bool:
    """Whether the layers differ in width."""
    return "n_units" in features.variables
