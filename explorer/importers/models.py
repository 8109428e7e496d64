"""Models of the folder layout: features and RDMs that somebody else computed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from explorer.importers.arrays import open_array, read_values, survey
from explorer.importers.dissimilarities import check_rdms, read_rdms
from explorer.importers.plan import Plan, check_name, fault
from explorer.importers.responses import check_count
from explorer.importers.tables import text

_SINGLE = 2  # axes of the features of one layer: (n_stimuli, n_units)


def plan_features(plan: Plan, stimuli: dict[str, np.ndarray]) -> None:
    """Plan ``features/<model>.npy``: (n_stimuli, n_units), or with layers in front.

    Parameters
    ----------
    stimuli : ids by group of stimuli; the images come first, words have features if they are alone
    """
    source, (group, stimulus) = plan.source / "features", next(iter(stimuli.items()))
    for file in _open_models(plan, source):
        values = open_array(file)
        if values.ndim not in (_SINGLE, _SINGLE + 1):
            raise fault(
                file,
                f"shape {values.shape}",
                "(n_stimuli, n_units) or (n_layers, n_stimuli, n_units)",
                "Pool or reshape the array.",
            )
        check_count(file, values, -2, len(stimulus), "stimuli", f"stimuli of {group}")
        plan.add(f"features/{file.stem}/array", partial(_features, file, group, stimulus))


def plan_model_rdms(plan: Plan, stimulus: np.ndarray) -> None:
    """Plan ``model_rdms/<name>.npy``: one RDM, square or condensed, or one per layer."""
    n = len(stimulus)
    single = ((n, n), (n * (n - 1) // 2,))
    for file in _open_models(plan, plan.source / "model_rdms"):
        values = open_array(file)
        length = None if values.shape in single or values.ndim < _SINGLE else len(values)
        square = check_rdms(file, values, n, length, "to be the layers")
        plan.add(f"features/{file.stem}/rdm", partial(_rdm, file, square, stimulus))


def _open_models(plan: Plan, folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    files = sorted(p for p in folder.glob("*.npy") if not p.name.startswith("."))
    plan.note_ignored(folder, [f.name for f in files], "<model>.npy")
    return [file for file in files if check_name(file, file.stem)]


def _features(file: Path, group: str, stimulus: np.ndarray) -> xr.Dataset:
    values = read_values(open_array(file))
    layered = values if values.ndim > _SINGLE else values[np.newaxis]
    survey(file, layered, axis=1)
    return xr.Dataset(
        {"feature": (("stimulus", "layer", "unit"), layered.transpose(1, 0, 2))},
        {"stimulus": stimulus, **_layers(file.stem, len(layered))},
        {"model": file.stem, "family": "array", "stimuli": group},
    )


def _rdm(file: Path, square: bool, stimulus: np.ndarray) -> xr.Dataset:
    values = read_rdms(file, square)  # (n_layers, n_pairs)
    return xr.Dataset(
        {"dissimilarity": (("layer", "pair"), values)},
        {"stimulus": stimulus, **_layers(file.stem, len(values))},
        {"model": file.stem, "family": "rdm", "stimuli": "stimuli/images"},
    )


def _layers(model: str, n_layers: int) -> dict[str, tuple[str, np.ndarray]]:
    named = [model] if n_layers == 1 else [f"layer {k}" for k in range(n_layers)]
    return {"layer": ("layer", np.arange(n_layers)), "layer_name": ("layer", text(named))}
