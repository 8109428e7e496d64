"""The parts of an encoding: a layer by a span of targets; what is there so far can be shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from explorer.analysis.finished_parts import Arrays, FinishedParts
from explorer.analysis.parts import layer_coords
from explorer.analysis.response_blocks import ResponseBlocks, open_blocks
from explorer.analysis.spec import Spec
from explorer.errors import ExplorerError
from explorer.study.study import Study

PREPARED = "prepared"  # what all parts need of all targets
RESPONSES = -1  # in the place of a layer: what depends on the responses alone, such as ceilings
PER_TARGET = ("score", "alpha", "p_value")
_TARGETS = 65_536  # of a part: fixed, so that every machine makes the same parts


@dataclass(frozen=True)
class Part:
    """One unit of work.

    Attributes
    ----------
    layer : counted from 0, or ``RESPONSES``
    start, stop : places, see ``ResponseBlocks``
    """

    layer: int
    start: int
    stop: int

    @property
    def name(self) -> str:
        """Name of its file."""
        what = "responses" if self.layer == RESPONSES else f"layer-{self.layer:03d}"
        return f"{what}-{self.start:07d}-{self.stop:07d}"

    @property
    def note(self) -> str:
        """What is being done, for people."""
        return "ceilings" if self.layer == RESPONSES else f"layer {self.layer}"


def layer_parts(blocks: ResponseBlocks, layer: int) -> list[Part]:
    """All parts of a layer."""
    step = max(1, _TARGETS // max(blocks.width, 1))
    starts = range(0, blocks.places, step)
    return [Part(layer, start, min(start + step, blocks.places)) for start in starts]


def all_parts(blocks: ResponseBlocks) -> list[Part]:
    """All parts: layer by layer, then those of the responses alone."""
    layers = [*range(blocks.features.sizes["layer"]), RESPONSES]
    return [part for layer in layers for part in layer_parts(blocks, layer)]


def partial_result(study: Study, spec: Spec) -> xr.Dataset | None:
    """Scores of the layers that are done, while an encoding is computed; None if there is none.

    Layers still to come are left out. The attributes ``layers_done`` and ``n_layers`` say how many
    there are; q-values, which need all layers, are not there yet. Loads no torch.
    """
    try:
        parts = FinishedParts(study, spec.result_name(study))
        if spec.analysis != "encoding" or not parts.folder.is_dir():
            return None
        blocks = open_blocks(study, spec)
    except ExplorerError:
        return None
    n_layers = blocks.features.sizes["layer"]
    known = {k: _load_layer(parts, layer_parts(blocks, k)) for k in range(n_layers)}
    done = {k: arrays for k, arrays in known.items() if arrays is not None}
    told = parts.load(PREPARED)
    if not done or told is None:
        return None
    coords = layer_coords(blocks.features.isel(layer=list(done)))
    regions = blocks.regions
    mean = [[_mean(a["score"][i]) for i in regions.values()] for a in done.values()]
    data: dict[str, tuple[tuple[str, ...], np.ndarray]] = {
        name: (("layer", *blocks.dims), blocks.restore(np.stack([a[name] for a in done.values()])))
        for name in PER_TARGET
    }
    data["roi_score"] = (("layer", "roi"), np.array(mean, np.float32))
    made = xr.Dataset(data, {**coords, **blocks.coords(), "roi": np.array(list(regions), object)})
    if "layer" not in blocks.features.coords:
        made = made.assign_coords(layer=list(done))
    return made.assign_attrs(
        layers_done=len(done),
        n_layers=n_layers,
        metric=spec.metric,
        n_stimuli=int(told["n_scored"]),
        split=str(told["split"]),
    )


def join(arrays: list[Arrays], name: str) -> np.ndarray:
    """One value per target of all parts of a layer, in order."""
    return np.concatenate([part[name] for part in arrays])


def _load_layer(parts: FinishedParts, units: list[Part]) -> Arrays | None:
    """What is shown of a layer; None if it is not complete."""
    if not all(parts.has(unit.name) for unit in units):
        return None
    loaded = [parts.load(unit.name) for unit in units]
    found = [arrays for arrays in loaded if arrays is not None]
    if len(found) < len(units):
        return None
    return {name: join(found, name) for name in PER_TARGET}


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan
