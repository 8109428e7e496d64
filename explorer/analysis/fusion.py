"""Fusion: how EEG goes with the response of each region of fMRI, over the stimuli both share."""

from __future__ import annotations

import time

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.run import Run, store_result
from explorer.analysis.spec import GROUP, MEAN, Spec
from explorer.analysis.targets import check_promises, mean_subject
from explorer.engine import METRICS
from explorer.engine.stats import fdr_bh, two_sided_p
from explorer.engine.vectors import unit
from explorer.errors import AnalysisError
from explorer.registry import unknown_name
from explorer.study.align import MIN_STIMULI, mean_repeats, shared_stimuli
from explorer.study.rois import WHOLE, place_dim, regions
from explorer.study.stimuli import labels
from explorer.study.study import Study


def run_fusion(study: Study, spec: Spec, run: Run) -> str:
    """Correlate every region with every channel and time; returns the name of the stored result.

    Nothing is fitted: r is taken over stimuli between the mean response of a region's places and
    the EEG, both averaged over repeats, as in the fusion of Cichy, Pantazis & Oliva (2014), but of
    responses instead of dissimilarities. The group's fMRI is the mean over subjects of each
    region's response, z-scored over stimuli.

    Raises
    ------
    AnalysisError
        if responses are still to be generated, no region is known, or too few stimuli are shared
    UnknownNameError
        if a subject or the atlas does not exist
    """
    started = time.monotonic()
    eeg_groups, fmri_groups = spec.response_groups(study), _fmri_groups(study, spec)
    check_promises(study, [*eeg_groups, *fmri_groups])
    run.step(0, len(fmri_groups) + 2, "choosing stimuli")
    ids, split = _shared(study, [*eeg_groups, *fmri_groups])
    names = _shared_regions(study, fmri_groups, spec.atlas)
    responses = []
    for k, group in enumerate(fmri_groups):
        run.step(k + 1, len(fmri_groups) + 2, f"regions of {group.rpartition('/')[2]}")
        responses.append(unit(torch.from_numpy(_region_means(study, group, names, spec, ids)), 0))
    regional = torch.stack(responses).mean(0)  # (n_stimuli, n_regions)
    run.step(len(fmri_groups) + 1, len(fmri_groups) + 2, f"{len(names)} regions against EEG")
    eeg = _read_eeg(study, eeg_groups, ids)
    score = _correlate(regional, torch.from_numpy(eeg.values.reshape(len(ids), -1)), spec.metric)
    p_value = two_sided_p(score, len(ids))
    shape = (len(names), *eeg.shape[1:])
    dims = ("roi", "channel", "time")
    result = xr.Dataset(
        {
            "score": (dims, score.reshape(shape).numpy().astype(np.float32)),
            "q_value": (dims, fdr_bh(p_value).reshape(shape).numpy().astype(np.float32)),
        },
        {
            "roi": np.array(names, dtype=object),
            "channel": eeg.channel.values.astype(object),
            "time": ("time", eeg.time.values, {"units": "s"}),
        },
    )
    result.attrs = _describe(spec, len(ids), split, len(fmri_groups))
    return store_result(study, spec, result, started)


def _fmri_groups(study: Study, spec: Spec) -> list[str]:
    groups = study.groups("responses/fmri/")
    chosen = str(spec.settings["fmri_subject"])
    if not groups:
        raise AnalysisError(
            f"{study.path.name} has no fMRI, so there are no regions that its EEG could go with. "
            "Import responses/fmri of the same stimuli."
        )
    if chosen == GROUP:
        return groups
    name = f"responses/fmri/{chosen}"
    if name not in groups:
        raise unknown_name("fmri subject", chosen, [*study.names("responses/fmri/"), GROUP])
    return [name]


def _shared(study: Study, groups: list[str]) -> tuple[np.ndarray, str]:
    """Ids of the stimuli that are correlated over, and how they were chosen."""
    shared = shared_stimuli([study[g].stimulus.values for g in groups])
    split = labels(study, "split")
    test = [s for s in shared.tolist() if split.get(s, "").strip().lower() == "test"]
    if len(test) >= MIN_STIMULI:
        return np.array(test), f"held-out split of the study: {len(test)} test (nothing is fitted)"
    return shared, f"no split: all {len(shared)} shared stimuli (nothing is fitted)"


def _shared_regions(study: Study, groups: list[str], atlas: str) -> list[str]:
    """Names of the regions that every subject has, in the order of the first."""
    lists = [list(regions(study, study[g], atlas)) for g in groups]
    names = [n for n in lists[0] if n != WHOLE and all(n in other for other in lists)]
    if not names:
        raise AnalysisError(
            f"{', '.join(groups)} share no region of {atlas or 'any atlas'}. "
            "Choose an atlas on their mesh, or give targets a coordinate 'roi'."
        )
    return names


def _region_means(
    study: Study, group: str, names: list[str], spec: Spec, ids: np.ndarray
) -> np.ndarray:
    """Mean over places and repeats of each region's response: (n_stimuli, n_regions)."""
    dataset = study[group]
    response, dim = dataset.response.sel(stimulus=ids), place_dim(dataset)
    if "repeat" not in response.dims:
        response = response.expand_dims("repeat")
    places = regions(study, dataset, spec.atlas)
    rows = []
    for k in range(response.sizes["repeat"]):  # all repeats of all vertices may not fit
        one = response.isel(repeat=k).transpose("stimulus", dim).load().astype(np.float32)
        rows.append(xr.concat([one.isel({dim: places[n]}).mean(dim) for n in names], "roi"))
    mean = mean_repeats(xr.concat(rows, "repeat"))
    return np.ascontiguousarray(mean.transpose("stimulus", "roi").values)


def _read_eeg(study: Study, groups: list[str], ids: np.ndarray) -> xr.DataArray:
    """EEG averaged over repeats, and over subjects where several are asked for."""
    dataset = study[groups[0]]
    if len(groups) > 1:
        dataset = mean_subject([study[g] for g in groups], groups)
    response = mean_repeats(dataset.response.sel(stimulus=ids).load().astype(np.float32))
    return response.transpose("stimulus", "channel", "time")


def _correlate(regional: Tensor, eeg: Tensor, metric: str) -> Tensor:
    """Score of each region with each column of the EEG: (n_regions, n_columns)."""
    scorer = METRICS[metric].function
    return torch.stack([scorer(eeg, region[:, None].expand_as(eeg)) for region in regional.T])


def _describe(spec: Spec, n: int, split: str, n_subjects: int) -> dict[str, str | int]:
    chosen = str(spec.settings["fmri_subject"])
    everyone = f"mean over {n_subjects} fMRI subjects of z-scored responses"
    of_eeg = "mean over EEG subjects" if spec.subject == MEAN else f"EEG of {spec.subject}"
    of_fmri = everyone if chosen == GROUP else f"fMRI of {chosen}"
    return {
        "n_stimuli": n,
        "split": split,
        "metric": spec.metric,
        "fmri": of_fmri,
        "method": (
            "Pearson r over stimuli between a region's mean response and the EEG, both averaged "
            f"over repeats; {of_eeg}; {of_fmri}"
        ),
        "p_value": (
            f"two-sided t-test of r ({n - 2} degrees of freedom, stimuli independent); "
            "q: Benjamini-Hochberg over all regions, channels and times"
        ),
    }
