"""Extraction: every layer of a model for every stimulus of a study, block by block, resumable."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from explorer.errors import Cancelled, ModelError
from explorer.features import FAMILIES
from explorer.features.base import Family
from explorer.features.inputs import Inputs, name_some, without_broken
from explorer.features.plan import DTYPE, Plan, plan_extraction
from explorer.study.blocks import BlockWriter, blank
from explorer.study.study import Study

log = logging.getLogger(__name__)

_LIBRARIES = ("brainlang-explorer", "numpy", "torch", "transformers", "tokenizers", "pillow")
# A block is what a killed run may lose, and all that is held in memory.
_BLOCK_BYTES = 64 * 2**20
_BLOCK_ROWS = (16, 512)


@dataclass(frozen=True)
class Options:
    """How to compute; none of it changes the features by more than rounding.

    Attributes
    ----------
    device : ``"cpu"``, ``"cuda"``, ``"mps"`` or ``"auto"``
    batch_size : inputs at once; None for the family's own
    offline : whether nothing may be fetched from the hub
    """

    device: str = "cpu"
    batch_size: int | None = None
    offline: bool = False


@dataclass(frozen=True)
class _Watch:
    """Tells how far the run is, and stops it when asked to."""

    total: int
    progress: Callable[[int, int, str], None] | None
    cancelled: Callable[[], bool] | None

    def step(self, done: int, note: str) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled(
                f"Stopped at {note} ({done} of {self.total} stimuli). The same command goes on "
                "where this stopped."
            )
        if self.progress is not None:
            self.progress(done, self.total, note)


def extract(
    study: Study,
    model: str,
    variant: str = "",
    *,
    options: Options | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> str:
    """Write all layers of a model for all stimuli; returns the group's name.

    Features that are there already are kept if nothing that they depend on has changed. A run
    that was stopped or killed goes on with the blocks that it lacks.

    Parameters
    ----------
    study : where stimuli are read and features written
    model : name in the catalogue, or a local folder
    variant : name in ``variants``; "" for the model's first
    options : device, batch size, offline
    progress : called with (stimuli done, stimuli in all, what is being done)
    cancelled : asked after every batch

    Raises
    ------
    UnknownNameError, ModelError, StudyError, Cancelled
        each with a text for the user
    """
    options = options or Options()
    plan = plan_extraction(study, model, variant, offline=options.offline)
    if plan.is_done(study):
        return plan.name
    watch = _Watch(len(plan.inputs.ids), progress, cancelled)
    inputs = without_broken(plan.inputs, lambda k: watch.step(0, f"checking picture {k + 1}"))
    watch.step(0, f"loading {plan.checkpoint.label}")
    family = FAMILIES[plan.checkpoint.family].load(plan.checkpoint, options.device)
    about = family.prepare(inputs.all_parts())
    attrs = {**_provenance(plan, family, options), **about, **_left_out(inputs)}
    attrs |= _replaced(plan)
    writer = BlockWriter(study, plan.name, _template(family, inputs, attrs), "feature", plan.key)
    _write_blocks(writer, family, inputs, options.batch_size or family.batch_size, watch)
    if plan_extraction(study, model, variant, offline=options.offline).key != plan.key:
        raise ModelError(
            f"{plan.name}: the stimuli or the model's files changed while it was computed. "
            "Nothing was stored: run the same command again."
        )
    writer.finish()
    watch.step(len(plan.inputs.ids), "done")
    return plan.name


def _write_blocks(
    writer: BlockWriter, family: Family, inputs: Inputs, batch_size: int, watch: _Watch
) -> None:
    for start, stop in writer.missing(_block_rows(family, inputs)):
        watch.step(start, "extracting")  # blocks come in order: all before this one are there
        values = _block(family, inputs, slice(start, stop), batch_size, watch)
        _refuse_not_finite(values, inputs.ids[start:stop], family)
        writer.write(start, values)


def _block(
    family: Family, inputs: Inputs, rows: slice, batch_size: int, watch: _Watch
) -> np.ndarray:
    """Mean features over the parts of some stimuli: (n_stimuli, n_layers, n_units)."""
    parts = inputs.parts[rows]
    place = {part: k for k, part in enumerate(dict.fromkeys(p for row in parts for p in row))}

    def tick(n_done: int) -> None:
        watch.step(rows.start + n_done * len(parts) // len(place), "extracting")

    features = family.extract(inputs.shown(list(place)), batch_size, tick)
    means = [features[[place[p] for p in row]].mean(0, dtype=np.float64) for row in parts]
    return np.stack(means).astype(DTYPE)


def _refuse_not_finite(values: np.ndarray, ids: tuple[int, ...], family: Family) -> None:
    widths = np.array(family.layer_units or [values.shape[2]] * values.shape[1])
    has_unit = np.arange(values.shape[2]) < widths[:, None]  # (n_layers, n_units)
    wrong = (np.isfinite(values) != has_unit).any(axis=2)  # (n_stimuli, n_layers)
    if wrong.any():
        stimuli = [ids[k] for k in np.flatnonzero(wrong.any(axis=1))]
        layers = [family.layer_names[k] for k in np.flatnonzero(wrong.any(axis=0))]
        raise ModelError(
            f"The model gives NaN or infinite features for stimuli {name_some(stimuli)} in "
            f"{', '.join(layers)}, expected finite numbers. Nothing of them was stored: check "
            "these stimuli, and the model's weights."
        )


def _block_rows(family: Family, inputs: Inputs) -> int:
    n_parts = sum(map(len, inputs.parts)) / len(inputs.parts)
    row_bytes = n_parts * len(family.layer_names) * max(family.n_units, 1) * 4
    return int(np.clip(_BLOCK_BYTES / row_bytes, *_BLOCK_ROWS))


def _template(family: Family, inputs: Inputs, attrs: dict[str, Any]) -> xr.Dataset:
    shape = (len(inputs.ids), len(family.layer_names), family.n_units)
    coords: dict[str, Any] = {
        "stimulus": np.array(inputs.ids),
        "layer": np.arange(shape[1]),
        "layer_name": ("layer", np.array(family.layer_names, dtype=object)),
    }
    if family.layer_units:
        coords["n_units"] = ("layer", np.array(family.layer_units))
    return xr.Dataset({"feature": (("stimulus", "layer", "unit"), blank(shape))}, coords, attrs)


def _provenance(plan: Plan, family: Family, options: Options) -> dict[str, Any]:
    """Everything needed to understand and repeat the features."""
    checkpoint = plan.checkpoint
    return {
        "model": checkpoint.name,
        "label": checkpoint.label,
        "family": checkpoint.family,
        "variant": plan.variant.name,
        "stimuli": plan.variant.source,
        "pooling": family.pooling,
        "inputs": plan.key,
        "repo": checkpoint.repo,
        "revision": checkpoint.revision,
        "path": checkpoint.path,
        "device": options.device,
        "dtype": DTYPE,
        "libraries": json.dumps({name: version(name) for name in _LIBRARIES}),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _left_out(inputs: Inputs) -> dict[str, Any]:
    if inputs.missing:
        log.warning(
            "%d stimuli have nothing to show to the model and are left out: %s",
            len(inputs.missing),
            name_some(inputs.missing),
        )
    return {"n_missing": len(inputs.missing), "missing": name_some(inputs.missing)}


def _replaced(plan: Plan) -> dict[str, Any]:
    """How a variant's parts were made, and how many stimuli have its fallback instead."""
    found = plan.variant.settings()
    if not plan.variant.fallback:
        return found
    replaced = plan.inputs.replaced
    if replaced:
        log.warning(
            "%d of %d stimuli have none of the %s and are shown %r: %s",
            len(replaced),
            len(plan.inputs.ids),
            plan.variant.name.replace("_", " "),
            plan.variant.fallback,
            name_some(replaced),
        )
    return {**found, "fallback": plan.variant.fallback, "n_fallback": len(replaced)}
