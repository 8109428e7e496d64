"""Simulated fMRI: what scenes and pictures evoke in a planned cortex, and noise as in scanners."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from explorer.demo import plan
from explorer.demo.anatomy import MESH, standard_anatomy
from explorer.demo.dimensions import (
    DIMENSIONS,
    category_dimensions,
    event_code,
    object_dimensions,
    standardise,
)
from explorer.demo.noise import Noise, estimate_ceiling
from explorer.demo.pixels import CELLS, DEGREES, Pictures, gabor_energy, random_features
from explorer.demo.scene import Scene
from explorer.demo.tuning import (
    PARTS,
    REFERENCE_REPEATS,
    Cortex,
    FmriSubject,
    plan_cortex,
    side_of_field,
)

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Vertices = NDArray[np.int64]
Progress = Callable[[float], None]

REPEATS = {"train": 3, "test": 10, "pool": 0}
_SIZES = np.array([3.0, 1.0, 1.5, 2.2])  # of fields beyond V3, in V1, V2, V3, as multiples of V1's
_FAR = 2.5  # degrees; centres of fields beyond V3 lie no farther out
_BLOCK = 1024  # vertices at a time
_COLUMNS = 200  # patterns of noise at a time


@dataclass(frozen=True)
class Drives:
    """What drives all simulated brains, of all scenes together.

    Attributes
    ----------
    stimulus : (n,), numbers of the scenes
    repeats : (n,), how often each is shown in fMRI; 0 in the pool
    category : (n, 13), see ``dimensions.category_dimensions``
    objects : (n, 13), see ``dimensions.object_dimensions``
    event : (n, 40), see ``dimensions.event_code``
    low : (n, 12, 24, 24), see ``pixels.gabor_energy``
    mid : (n, 48), see ``pixels.random_features``
    """

    stimulus: NDArray[np.int64]
    repeats: NDArray[np.int64]
    category: Array
    objects: Array
    event: Array
    low: Floats
    mid: Floats

    @property
    def shown(self) -> NDArray[np.int64]:
        """Indices of the scenes that are shown."""
        return np.flatnonzero(self.repeats)


def prepare_drives(scenes: Sequence[Scene], pictures: Pictures, seed: int) -> Drives:
    """Everything that simulated brains take from scenes and pictures; no model enters.

    Parameters
    ----------
    scenes : n of them
    pictures : (n, 96, 96, 3)
    seed : of the study
    """
    if len(scenes) != len(pictures):
        raise ValueError(f"There are {len(scenes)} scenes, but {len(pictures)} pictures.")
    numbers = [s.number for s in scenes]
    return Drives(
        stimulus=np.array(numbers),
        repeats=np.array([REPEATS[plan.split_of(k)] for k in numbers]),
        category=category_dimensions(scenes)[1],
        objects=object_dimensions(scenes)[1],
        event=event_code(scenes, np.random.default_rng([seed, 302])),
        low=gabor_energy(pictures),
        mid=random_features(pictures, np.random.default_rng([seed, 303])),
    )


def plan_subject(subject: FmriSubject, drives: Drives, seed: int) -> Cortex:
    """What is planted in the cortex of ``subject``, in EEG as in fMRI."""
    return plan_cortex(subject, seed, drives.mid.shape[1], drives.event.shape[1])


def respond(subject: FmriSubject, cortex: Cortex, drives: Drives, vertices: Vertices) -> Floats:
    """Response of vertices to the scenes that are shown, without noise.

    Returns
    -------
    response : (shown, vertex), mean 0 and variance 1; 0 where nothing is planted
    """
    shown = drives.shown
    meaning = drives.objects if subject.world == "category" else drives.category
    sources = (
        (drives.mid, cortex.mid_weights),
        (meaning, cortex.weights),
        (drives.event, cortex.event_weights),
    )
    inputs = [np.asarray(drive[shown], np.float32) for drive, _ in sources]
    energy = drives.low[shown].reshape(len(shown), -1, CELLS * CELLS)
    response = np.zeros((len(shown), len(vertices)), np.float32)
    for start in range(0, len(vertices), _BLOCK):
        part = vertices[start : start + _BLOCK]
        share = np.sqrt(cortex.share[part])
        total = np.zeros((len(shown), len(part)), np.float32)
        seeing = np.flatnonzero(cortex.share[part, 0] > 0)
        total[:, seeing] = share[seeing, 0] * _see(cortex, energy, part[seeing])
        for k, (values, (_, weights)) in enumerate(zip(inputs, sources, strict=True), start=1):
            total += share[:, k] * standardise(values @ weights[part].T)
        total[:, cortex.ceiling[part] == 0] = 0
        response[:, start : start + _BLOCK] = standardise(total)
    return response


def simulate_fmri(
    subject: FmriSubject, drives: Drives, seed: int = 0, progress: Progress | None = None
) -> tuple[xr.Dataset, xr.Dataset]:
    """Responses of one subject to the scenes that are shown, and what was planted.

    Noise is independent between repeats, alike in neighbouring vertices, and partly shared by the
    whole cortex. Its strength at each vertex follows from the planted ceiling.

    Parameters
    ----------
    subject : who
    drives : see ``prepare_drives``
    seed : of the study
    progress : called with the share done, 0 to 1

    Returns
    -------
    responses : group ``responses/fmri/{subject}``: response (stimulus, vertex) in z, mean over
        repeats; noise_ceiling (vertex), a correlation, estimated from the repeats
    truth : group ``truth/fmri/{subject}``
    """
    cortex = plan_subject(subject, drives, seed)
    driven = np.flatnonzero(cortex.ceiling)
    clean = respond(subject, cortex, drives, driven)
    deviation = np.ones(len(cortex.ceiling), np.float32)
    deviation[driven] = np.sqrt(REFERENCE_REPEATS * (1 / cortex.ceiling[driven] - 1))
    repeats = drives.repeats[drives.shown]
    truth = _truth(cortex, drives, driven, clean, deviation)

    mean = np.zeros((len(repeats), len(deviation)), np.float32)
    mean[:, driven] = clean
    del clean
    rng = np.random.default_rng([seed, 301, subject.number])
    source = Noise(cortex.diffusion, deviation, rng)
    done, total = 0, int(repeats.sum())
    for start in range(0, len(repeats), _COLUMNS):
        rows = slice(start, start + _COLUMNS)
        noise = source.draw(len(repeats[rows]))
        mean[rows] += (noise / np.sqrt(repeats[rows], dtype=np.float32)).T
        done += len(repeats[rows])
        _tell(progress, done / total)
    # What is left of k repeats beside their mean are k - 1 orthogonal contrasts of the same noise.
    within = np.zeros(len(deviation))
    for start in range(0, total - len(repeats), _COLUMNS):
        contrasts = source.draw(min(_COLUMNS, total - len(repeats) - start))
        within += np.square(contrasts).sum(1)
        done += contrasts.shape[1]
        _tell(progress, done / total)
    ceiling = estimate_ceiling(mean, within, repeats)
    mean /= mean.std(0)
    return _responses(mean, ceiling, drives), truth


def _see(cortex: Cortex, energy: Floats, vertices: Vertices) -> Floats:
    """Local energy in each vertex's field: (shown, channel, cell) to (shown, vertex)."""
    anatomy = cortex.anatomy
    area = anatomy.area[vertices]
    distance = anatomy.eccentricity[vertices]
    distance = np.where(area == 0, np.minimum(distance, _FAR), distance)
    angle = np.radians(np.where(area == 0, 90.0, anatomy.angle[vertices]))
    x = side_of_field(anatomy)[vertices] * distance * np.sin(angle)
    y = distance * np.cos(angle)
    size = (0.35 + 0.16 * distance) * _SIZES[area]
    at = ((np.arange(CELLS) + 0.5) / CELLS - 0.5) * DEGREES
    off = (at[None, None, :] - x[:, None, None]) ** 2 + (-at[None, :, None] - y[:, None, None]) ** 2
    field = np.exp(-off / (2 * size[:, None, None] ** 2)).reshape(-1, CELLS * CELLS)
    field = (field / (field.sum(1, keepdims=True) + 1e-9)).astype(np.float32)
    seen = np.zeros((len(energy), len(vertices)), np.float32)
    for channel in range(energy.shape[1]):
        seen += energy[:, channel] @ field.T * cortex.filters[vertices, channel]
    return standardise(seen)


def _truth(
    cortex: Cortex, drives: Drives, driven: Vertices, clean: Floats, deviation: Floats
) -> xr.Dataset:
    """What was planted, by region of the atlas; NaN where nothing was."""
    atlas = standard_anatomy()
    label = atlas.label[driven]
    values = standardise(drives.category[drives.shown])
    selectivity = np.full((len(atlas.names), len(DIMENSIONS)), np.nan, np.float32)
    share = np.zeros((len(atlas.names), len(PARTS)), np.float32)
    for k in range(len(atlas.names)):
        here = label == k + 1
        if here.any():
            mean = standardise(clean[:, here].mean(1, dtype=float)[:, None])
            selectivity[k] = mean[:, 0] @ values / len(values)
            share[k] = cortex.share[driven[here]].mean(0)
    ceiling = np.zeros(len(deviation), np.float32)
    ceiling[driven] = 1 / np.sqrt(1 + deviation[driven] ** 2 / drives.repeats.max())
    return xr.Dataset(
        {
            "selectivity": (("roi", "dimension"), selectivity),
            "share": (("roi", "part"), share),
            "noise_ceiling": ("vertex", ceiling),
        },
        {"roi": list(atlas.names), "dimension": list(DIMENSIONS), "part": list(PARTS)},
        {"simulated": 1, "mesh": MESH},
    )


def _responses(mean: Floats, ceiling: Floats, drives: Drives) -> xr.Dataset:
    shown = drives.shown
    method = (
        "highest correlation with the mean of "
        f"{drives.repeats.max()} repeats, from the variance over repeats (Allen et al. 2022)"
    )
    return xr.Dataset(
        {
            "response": (
                ("stimulus", "vertex"),
                mean.astype(np.float16),
                {"units": "z", "long_name": "BOLD response, mean over repeats"},
            ),
            "noise_ceiling": ("vertex", ceiling, {"method": method}),
        },
        {"stimulus": drives.stimulus[shown]},
        {"simulated": 1, "mesh": MESH, "n_repeats": "3 (train), 10 (test)"},
    )


def _tell(progress: Progress | None, share: float) -> None:
    if progress is not None:
        progress(share)
