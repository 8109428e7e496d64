"""Dissimilarities as they were released or stored; nothing is computed here."""

from __future__ import annotations

import numpy as np
import xarray as xr

from explorer.analysis.parts import select_layers, select_released
from explorer.analysis.spec import MEAN, Spec
from explorer.errors import AnalysisError, UnknownNameError
from explorer.study.align import mean_repeats, select_pairs, shared_stimuli
from explorer.study.study import Study


def rdm_spec(spec: Spec, *, of_model: bool) -> Spec:
    """The RDM that an RSA ``spec`` needs: of its model, or of its subject."""
    parts = ("layers",) if of_model else ("region", "window")
    common = {
        "analysis": "rdm",
        "metric": str(spec.settings["dissimilarity"]),
        "settings": {k: spec.settings[k] for k in parts if k in spec.settings},
    }
    if of_model:
        return spec.replace(**common, modality="", subject="", atlas="")
    return spec.replace(**common, model="", variant="")


def rdm_specs(spec: Spec) -> list[Spec]:
    """The RDMs, of subject and model, that an RSA ``spec`` needs."""
    return [rdm_spec(spec, of_model=False), rdm_spec(spec, of_model=True)]


def released_rdm(study: Study, spec: Spec) -> xr.Dataset | None:
    """Dissimilarities that came with the study instead of what they were computed from."""
    if spec.model:
        group = study[spec.feature_group()]
        return select_layers(group, spec) if "dissimilarity" in group else None
    if spec.modality != "rdm":
        return None
    groups = spec.response_groups(study)
    subjects = [
        g.assign(dissimilarity=mean_repeats(g.dissimilarity))
        for g in map(study.__getitem__, groups)
    ]
    if spec.subject != MEAN:
        return select_released(subjects[0], spec)
    subjects = [select_released(s, spec) for s in subjects]
    ids = shared_stimuli([s.stimulus.values for s in subjects])
    chosen = [select_pairs(s.dissimilarity, s.stimulus.values, ids).load() for s in subjects]
    if any(c.dims != chosen[0].dims or c.shape != chosen[0].shape for c in chosen):
        raise AnalysisError("The subjects' RDMs differ in shape, so they have no mean. Choose one.")
    mean = sum(c.values for c in chosen) / np.float32(len(chosen))
    coords = {k: v for k, v in subjects[0].coords.items() if k != "stimulus"}
    return xr.Dataset({"dissimilarity": (chosen[0].dims, mean)}, {**coords, "stimulus": ids})


def stored_rdm(study: Study, spec: Spec) -> xr.Dataset | None:
    """RDMs as released or stored; None if they have yet to be computed."""
    try:
        found = released_rdm(study, spec)
        return found if found is not None else study.get(spec.result_name(study))
    except UnknownNameError:
        return None
