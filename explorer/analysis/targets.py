"""Responses as a matrix of targets, and back: the border between names and numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from explorer.analysis.parts import Kept, select_layers, select_places, select_window
from explorer.analysis.spec import MEAN, Spec
from explorer.errors import AnalysisError
from explorer.study.align import align, mean_repeats, shared_stimuli
from explorer.study.rois import WHOLE, place_dim, regions
from explorer.study.study import Study


@dataclass(frozen=True)
class Targets:
    """Responses aligned with features.

    Attributes
    ----------
    responses : the subject's dataset, its ``response`` averaged over repeats
    repeats : (n_repeats, n_stimuli, n_targets) before averaging; None if there was one showing
    features : (stimulus, layer, unit)
    unseen : the same of stimuli that were never shown, which can be predicted all the same
    regions : flat indices of the targets of each region
    n_repeats : showings that were averaged
    kept : which places are targets
    """

    responses: xr.Dataset
    repeats: np.ndarray | None
    features: xr.Dataset
    unseen: xr.Dataset
    regions: dict[str, np.ndarray]
    n_repeats: int
    kept: Kept

    @property
    def matrix(self) -> np.ndarray:
        """Responses, float32: (n_stimuli, n_targets)."""
        values = self.responses.response.values
        return np.ascontiguousarray(values.reshape(len(values), -1), dtype=np.float32)

    @property
    def dims(self) -> tuple[str, ...]:
        """Dims of the targets, without the stimulus."""
        return tuple(str(d) for d in self.responses.response.dims[1:])

    def restore(self, flat: np.ndarray) -> np.ndarray:
        """(…, n_targets) to (…, *shape of the targets)."""
        return self.kept.restore(flat.reshape(*flat.shape[:-1], *self.responses.response.shape[1:]))

    @property
    def n_outside(self) -> int:
        """Places that are restored as NaN since they were not asked for."""
        return self.kept.n_outside

    def coords(self) -> dict[str, xr.DataArray]:
        """Coordinates of the targets' dims, without what hangs on them."""
        return self.kept.coords(self.dims, self.responses)


@dataclass(frozen=True)
class Chosen:
    """The responses that a spec asks for, each subject's still on disk.

    Attributes
    ----------
    names : groups
    datasets : their region and window
    regions : places of each region
    kept : which places these are
    after : time from which regions are averaged (s); None for all times
    """

    names: list[str]
    datasets: list[xr.Dataset]
    regions: dict[str, np.ndarray]
    kept: Kept
    after: float | None

    def flat(self) -> dict[str, np.ndarray]:
        """Flat indices of the targets of each region."""
        return flat_regions(self.datasets[0], self.regions, after=self.after)


def read_targets(study: Study, spec: Spec) -> Targets:
    """Read and align what ``spec`` is about.

    Raises
    ------
    AnalysisError
        if there are too few shared stimuli, or the mean over subjects of different places is asked
    """
    return align_targets(study, spec, read_features(study, spec))


def read_features(study: Study, spec: Spec) -> xr.Dataset:
    """The layers that ``spec`` asks for, still on disk.

    Raises
    ------
    AnalysisError
        if the model is known by its dissimilarities alone, or lacks a layer
    """
    features = study[spec.feature_group()]
    if "feature" not in features:
        raise AnalysisError(
            f"{spec.feature_group()} holds dissimilarities only, and encoding needs features. "
            "Use RSA for this model."
        )
    return select_layers(features, spec)


def choose_responses(study: Study, spec: Spec) -> Chosen:
    """Find the responses that ``spec`` asks for, and read none.

    Raises
    ------
    AnalysisError
        if they are dissimilarities or still to be generated, or the window holds no time
    UnknownNameError
        if there is no such region
    """
    names = spec.response_groups(study)
    check_promises(study, names)
    if spec.modality == "rdm":
        raise AnalysisError(
            f"{names[0]} holds dissimilarities only, and encoding needs responses. Use RSA."
        )
    datasets = [select_window(study[name], spec) for name in names]
    dim = place_dim(datasets[0])
    n_stored = datasets[0].sizes.get(dim, 0)
    chosen = [select_places(study, d, spec) for d in datasets]
    datasets, places = [d for d, _ in chosen], chosen[0][1]
    if places is None:
        known = regions(study, datasets[0], spec.atlas)
    else:
        known = {str(spec.settings["region"]): np.arange(len(places))}
    kept = Kept(places if dim != "channel" else None, n_stored)
    return Chosen(names, datasets, known, kept, None if "window" in spec.settings else 0.0)


def align_targets(study: Study, spec: Spec, features: xr.Dataset) -> Targets:
    """The responses that ``spec`` is about, aligned with any ``features`` over stimuli.

    Raises
    ------
    AnalysisError
        as ``read_targets``; or if the window holds no time
    UnknownNameError
        if there is no such region
    """
    chosen = choose_responses(study, spec)
    datasets = chosen.datasets
    if spec.subject == MEAN:
        responses, repeats, n_repeats = mean_subject(datasets, chosen.names), None, 1
    else:
        responses, repeats, n_repeats = _one_subject(datasets[0])
    unseen = features.sel(stimulus=~np.isin(features.stimulus, responses.stimulus))
    aligned, features = align(responses, features)
    if repeats is not None:
        kept = np.isin(responses.stimulus.values, aligned.stimulus.values)
        repeats = repeats[:, kept].reshape(n_repeats, int(kept.sum()), -1)
    return Targets(aligned.load(), repeats, features, unseen, chosen.flat(), n_repeats, chosen.kept)


def check_promises(study: Study, groups: list[str]) -> None:
    """Refuse to compute from data that are still to be generated.

    Raises
    ------
    AnalysisError
        if any of ``groups`` is a promise
    """
    for name in groups:
        how = study.promised(name)
        if how:
            raise AnalysisError(
                f"{name} is not there yet: it is {how}. Wait until that has ended, or start it "
                f"with `python -m explorer generate {study.path}`."
            )


def _one_subject(dataset: xr.Dataset) -> tuple[xr.Dataset, np.ndarray | None, int]:
    response = dataset.response
    if response.sizes.get("repeat", 1) == 1:
        return dataset.assign(response=mean_repeats(response)), None, 1
    repeats = response.transpose("repeat", "stimulus", ...).load()
    mean = dataset.assign(response=mean_repeats(repeats))
    return mean, repeats.values, repeats.sizes["repeat"]


def mean_subject(datasets: list[xr.Dataset], names: list[str]) -> xr.Dataset:
    """Responses averaged over subjects, on the stimuli that all have seen."""
    check_places(names, [d.response for d in datasets])
    ids = shared_stimuli([d.stimulus.values for d in datasets])
    mean = sum(mean_repeats(d.response.sel(stimulus=ids)).load().values for d in datasets)
    first = datasets[0].drop_vars("noise_ceiling", errors="ignore").sel(stimulus=ids)
    dims = mean_repeats(first.response.isel(stimulus=slice(0, 1))).dims
    return first.assign(response=(dims, np.asarray(mean / len(datasets), np.float32)))


def check_places(names: list[str], stored: list[xr.DataArray]) -> None:
    """Refuse a mean over responses of different places.

    Raises
    ------
    AnalysisError
        if the shapes differ in more than stimuli and repeats
    """
    skipped = ("stimulus", "repeat")
    shapes = {
        name: {str(d): n for d, n in values.sizes.items() if d not in skipped}
        for name, values in zip(names, stored, strict=True)
    }
    if any(shape != shapes[names[0]] for shape in shapes.values()):
        raise AnalysisError(
            f"The subjects' responses differ in shape ({shapes}), so they have no mean. "
            "Choose one subject."
        )


def flat_regions(
    responses: xr.Dataset, places: dict[str, np.ndarray], after: float | None = 0.0
) -> dict[str, np.ndarray]:
    """Flat target indices of each region; where there is time, from ``after`` (s) on, or always."""
    if "time" not in responses.response.dims:
        return places
    n_times = responses.sizes["time"]
    time = responses.time.values
    kept = np.arange(n_times) if after is None else np.flatnonzero(time >= after)
    return {
        name: (index[:, None] * n_times + kept).ravel()
        for name, index in places.items()
        if name == WHOLE or place_dim(responses) == "channel"
    }
