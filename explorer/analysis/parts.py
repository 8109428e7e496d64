"""Parts of responses and features that a spec asks for: a region, some layers, a time window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from explorer.analysis.spec import Spec
from explorer.errors import AnalysisError
from explorer.registry import unknown_name
from explorer.study.rois import place_dim, regions
from explorer.study.study import Study

NEAR = 1e-6  # s: two times that differ by less are the same


@dataclass(frozen=True)
class Kept:
    """Which places of a dim without names are targets, so that maps still lie on their mesh.

    Attributes
    ----------
    places : indices of those that are; None for all
    n_stored : how many there are in all
    """

    places: np.ndarray | None = None
    n_stored: int = 0

    @property
    def n_outside(self) -> int:
        """Places that were not asked for."""
        return 0 if self.places is None else self.n_stored - len(self.places)

    def restore(self, values: np.ndarray) -> np.ndarray:
        """(…, n_targets) to (…, n_stored), NaN where it was not asked for; all as they are."""
        if self.places is None:
            return values
        whole = np.full((*values.shape[:-1], self.n_stored), np.nan, values.dtype)
        whole[..., self.places] = values
        return whole

    def coords(self, dims: tuple[str, ...], dataset: xr.Dataset) -> dict[str, xr.DataArray]:
        """Coordinates of the targets' dims, without what hangs on them."""
        known = [d for d in dims if d in dataset.coords and self.places is None]
        return {d: dataset[d].reset_coords(drop=True) for d in known}


def layer_coords(dataset: xr.Dataset) -> dict[str, Any]:
    """Numbers of the layers, from 0 where none are given, and their names where there are any."""
    numbers = dataset.layer.values if "layer" in dataset.coords else None
    coords: dict[str, Any] = {
        "layer": np.arange(dataset.sizes["layer"]) if numbers is None else numbers
    }
    if "layer_name" in dataset.coords:
        coords["layer_name"] = ("layer", dataset.layer_name.values.astype(object))
    return coords


def select_layers(features: xr.Dataset, spec: Spec) -> xr.Dataset:
    """The layers that ``spec`` asks for, by number.

    Raises
    ------
    AnalysisError
        if the features lack one
    """
    wanted = spec.settings.get("layers")
    if wanted is None:
        return features
    known = layer_coords(features)
    numbers = known["layer"].tolist()
    missing = [k for k in wanted if k not in numbers]
    if missing:
        raise AnalysisError(
            f"{spec.feature_group()} has no layer {', '.join(map(str, missing))}. It has layers "
            f"{numbers[0]} to {numbers[-1]} ({len(numbers)} of them)."
        )
    return features.assign_coords(known).isel(layer=[numbers.index(k) for k in wanted])


def select_window(dataset: xr.Dataset, spec: Spec) -> xr.Dataset:
    """The times from the first to the last of the window, both included.

    Raises
    ------
    AnalysisError
        if there is no time, or none within the window
    """
    window = spec.settings.get("window")
    if window is None:
        return dataset
    if "time" not in dataset.dims:
        raise AnalysisError(
            f"{spec.modality} responses of {spec.subject} have no time, so there is no window of "
            f"{window[0]:g} to {window[1]:g} s. Leave the window out."
        )
    time = dataset.time.values
    kept = np.flatnonzero((time >= window[0] - NEAR) & (time <= window[1] + NEAR))
    if not len(kept):
        raise AnalysisError(
            f"The window of {window[0]:g} to {window[1]:g} s holds no time of {spec.modality} "
            f"{spec.subject}, expected one within {time[0]:g} to {time[-1]:g} s."
        )
    return dataset.isel(time=kept)


def region_places(study: Study, responses: xr.Dataset, spec: Spec) -> np.ndarray | None:
    """Places of the region that ``spec`` asks for; None for all.

    Raises
    ------
    UnknownNameError
        if there is no such region
    """
    name = spec.settings.get("region", "")
    if not name:
        return None
    known = regions(study, responses, spec.atlas)
    if name not in known:
        where = spec.atlas or f"{spec.modality} {spec.subject}"
        raise unknown_name(f"region of {where}", name, list(known))
    return known[name]


def select_places(
    study: Study, responses: xr.Dataset, spec: Spec
) -> tuple[xr.Dataset, np.ndarray | None]:
    """Responses of the region that ``spec`` asks for, and its places; None for all."""
    places = region_places(study, responses, spec)
    if places is None:
        return responses, None
    return responses.isel({place_dim(responses): places}), places


def select_released(dissimilarities: xr.Dataset, spec: Spec) -> xr.Dataset:
    """The region and the times that ``spec`` asks for, of dissimilarities that were released.

    Raises
    ------
    AnalysisError
        if there is no such region, or no time within the window
    """
    name = spec.settings.get("region", "")
    if name:
        if "roi" not in dissimilarities.dims:
            raise AnalysisError(
                f"{spec.modality} {spec.subject} was released as dissimilarities without regions, "
                f"so there is no {name!r}. Leave the region out."
            )
        known = [str(n) for n in dissimilarities.roi.values]
        if name not in known:
            # not as an unknown name: to those who look for released RDMs that means there are none
            told = unknown_name(f"region of {spec.modality} {spec.subject}", name, known)
            raise AnalysisError(str(told))
        dissimilarities = dissimilarities.isel(roi=[known.index(name)])
    return select_window(dissimilarities, spec)
