"""Weights: the fitted map from one layer to every target, kept to predict any stimulus."""

from __future__ import annotations

import time

import numpy as np
import torch
import xarray as xr

from explorer.analysis.held_out import find_split, fit_training, ridge_settings
from explorer.analysis.run import Run, store_result
from explorer.analysis.spec import Spec
from explorer.analysis.targets import read_targets
from explorer.engine.device import choose_device
from explorer.errors import AnalysisError
from explorer.study.layers import read_layer
from explorer.study.study import Study


def run_weights(study: Study, spec: Spec, run: Run) -> str:
    """Fit one layer to the training stimuli; returns the name of the stored weights.

    The fit is the one that encoding scores on a held-out split, so what these weights predict of
    held-out stimuli has that score.

    Raises
    ------
    AnalysisError
        if the study holds no stimuli out: no stimulus could then be predicted honestly
    """
    started = time.monotonic()
    layer = int(spec.settings["layer"])
    run.step(0, 2, "reading responses and features")
    targets = read_targets(study, spec)
    split = find_split(study, spec, targets)
    if len(split.folds) != 1:
        raise AnalysisError(
            f"{study.path.name} holds no stimuli out, so a map predicted for one of them would "
            "be fitted to it. Say which are 'train' and 'test' in stimuli/images/split."
        )
    responses = torch.from_numpy(targets.matrix).to(choose_device(run.device))
    features = read_layer(targets.features, layer).values
    run.step(1, 2, f"fitting layer {layer}")
    fit = fit_training(
        torch.from_numpy(np.asarray(features)).to(responses),
        responses,
        split.folds[0].to(responses.device),
        ridge_settings(spec),
    )
    weight = fit.weights().cpu().numpy().astype(np.float16)
    result = xr.Dataset(
        {
            "weight": (("unit", *targets.dims), targets.restore(weight)),
            "intercept": (targets.dims, targets.restore(fit.intercept().cpu().numpy())),
        }
    ).assign_coords(targets.coords())
    result.attrs = {
        "layer": layer,
        "split": split.text,
        "n_stimuli": len(targets.responses.stimulus) - len(split.scored),
        "n_targets": responses.shape[1],
    }
    return store_result(study, spec, result, started)
