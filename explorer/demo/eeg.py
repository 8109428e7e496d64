"""Simulated EEG: a dipole in each region, one after another, driven as its simulated cortex is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.fft import irfft, rfft, rfftfreq

from explorer.demo import plan
from explorer.demo.anatomy import MESH
from explorer.demo.courses import COURSES, RATE, TIMES, time_course
from explorer.demo.dipoles import Dipole, place_dipoles, vertex_normals
from explorer.demo.fmri import Drives, plan_subject, respond
from explorer.demo.leadfield import LeadField, model_head, orient_by_back
from explorer.demo.tuning import FmriSubject
from explorer.study.mesh import read_mesh

Array = NDArray[np.float64]
Progress = Callable[[float], None]

REPEATS = {"train": 4, "test": 20}
EVOKED = 1.2  # what every picture evokes, in standard deviations of the drive
PEAK_VOLTS = 8e-6  # largest mean response of the cap
SIGNAL_TO_NOISE = 0.11  # of one showing: standard deviation over pictures by that of the noise
N_NOISE = 150  # dipoles of background activity in each hemisphere
CORTICAL, SENSOR = 0.9, 0.45  # of the noise
PINK, FLAT = 1.0, 0.3  # exponents of their power spectra
JITTER = 0.006  # s, standard deviation of a subject's delay
STEP = 2.0**-24  # V, 0.06 µV as of an amplifier; a power of two compresses well


def simulate_eeg(
    number: int, drives: Drives, seed: int = 0, progress: Progress | None = None
) -> tuple[xr.Dataset, xr.Dataset]:
    """EEG of one subject to all shown scenes, and what was planted.

    The cortex is that of the fMRI subject of the same number, so what drives a region's dipole is
    the noise-free mean response of its vertices. Train scenes are shown 4 times, test scenes 20
    times; means of both halves are kept.

    Parameters
    ----------
    number : of the subject, from 0
    drives : of all scenes; those of the pool are left out
    seed : of everything drawn
    progress : called with the share done, 0 to 1

    Returns
    -------
    responses : response (repeat, stimulus, channel, time) float32 in V; noise_ceiling (channel,
        time): the root of the split-half reliability over the test scenes
    truth : latency (roi) in s, topography (roi, channel) in V
    """
    tell = progress or (lambda _share: None)
    sources, background = _wire(number, drives, seed)
    tell(0.4)
    field = model_head(
        np.concatenate([[s.place for s, _ in sources], background[0]]),
        np.concatenate([[s.direction for s, _ in sources], background[1]]),
    )
    tell(0.5)
    rng = np.random.default_rng([seed, 400, number])
    delay = float(np.clip(rng.normal(0, JITTER), -2 * JITTER, 2 * JITTER))
    regions = [s.region for s, _ in sources]
    drive = np.stack([d for _, d in sources], axis=1)
    signal, topography = project(regions, drive, field, delay)
    stimulus = drives.stimulus[drives.shown]
    split = np.array([plan.split_of(int(k)) for k in stimulus])
    repeats = np.array([REPEATS[s] for s in split])
    halves = measure_halves(
        signal, repeats, field.gain[:, len(sources) :], rng, lambda p: tell(0.5 + 0.5 * p)
    )
    ceiling = ceiling_of_halves(halves[:, split == "test"])
    responses = _responses(halves, ceiling, stimulus, field)
    return responses, _describe(regions, topography, delay, field)


def _wire(
    number: int, drives: Drives, seed: int
) -> tuple[list[tuple[Dipole, Array]], tuple[Array, Array]]:
    """Dipoles of one brain with their drives, and places and directions of its background."""
    subject = FmriSubject(f"sub-{number + 1:02d}", number)
    cortex = plan_subject(subject, drives, seed)
    mesh = read_mesh(MESH)
    place = mesh.middle.astype(float)
    normal = vertex_normals(place, mesh.faces)
    regions = cortex.anatomy.by_hemisphere(COURSES)
    dipoles = place_dipoles(place, normal, regions, cortex.anatomy.angle)
    found = []
    for dipole in dipoles:
        mean = respond(subject, cortex, drives, dipole.vertices).mean(1, dtype=float)
        found.append((dipole, (mean - mean.mean()) / mean.std()))
    chosen = np.random.default_rng([seed, 401]).choice(len(place), 2 * N_NOISE, replace=False)
    return found, (place[chosen], normal[chosen])


def _responses(
    halves: NDArray[np.float32],
    ceiling: NDArray[np.float32],
    stimulus: NDArray[np.int64],
    field: LeadField,
) -> xr.Dataset:
    x, y, z = field.place.T
    return xr.Dataset(
        {
            "response": (
                ("repeat", "stimulus", "channel", "time"),
                halves,
                {"units": "V", "repeats": "means of the odd and the even showings"},
            ),
            "noise_ceiling": (
                ("channel", "time"),
                ceiling,
                {
                    "method": "root of the split-half reliability over the test stimuli, "
                    "corrected to both halves (Spearman and Brown 1910)"
                },
            ),
        },
        {
            "stimulus": stimulus,
            "channel": np.array(field.channel, dtype=object),
            "time": ("time", TIMES, {"units": "s"}),
            "x": ("channel", x, {"units": "mm"}),
            "y": ("channel", y, {"units": "mm"}),
            "z": ("channel", z, {"units": "mm"}),
        },
        {"simulated": 1, "reference": "average"},
    )


def _describe(
    regions: Sequence[str], topography: Array, delay: float, field: LeadField
) -> xr.Dataset:
    """Group ``truth/eeg/<subject>``: regions in order of their latency."""
    names = list(dict.fromkeys(sorted(regions, key=lambda r: COURSES[r].peak)))
    summed = [topography[[r == name for r in regions]].sum(0) for name in names]
    latency = np.array([COURSES[name].peak + delay for name in names])
    return xr.Dataset(
        {
            "latency": ("roi", latency, {"units": "s"}),
            "topography": (("roi", "channel"), np.array(summed), {"units": "V"}),
        },
        {
            "roi": np.array(names, dtype=object),
            "channel": np.array(field.channel, dtype=object),
        },
        {"simulated": 1},
    )


def project(
    regions: Sequence[str], drive: Array, field: LeadField, delay: float
) -> tuple[NDArray[np.float32], Array]:
    """What the cap sees of the sources without noise, in V.

    Parameters
    ----------
    regions : of each dipole, keys of ``COURSES``
    drive : (stimulus, dipole), mean 0 and variance 1
    field : whose first dipoles are these
    delay : of the subject, s

    Returns
    -------
    signal : (stimulus, channel, time)
    topography : (dipole, channel), at the peak of the first lobe, for a drive of 0
    """
    gain = field.gain[:, : len(regions)]
    # Equally strong on the scalp: how much cortex of a region is active is not known.
    gain = gain / np.abs(gain).max(0) * orient_by_back(gain)
    courses = [COURSES[r] for r in regions]
    gain = gain * [c.polarity * c.strength for c in courses]
    shape = np.stack([time_course(c, delay) for c in courses])
    spread = (gain.T[:, :, None] * shape[:, None, :]).reshape(len(regions), -1)
    scale = PEAK_VOLTS / np.abs(EVOKED * spread.sum(0)).max()
    signal = (EVOKED + drive).astype(np.float32) @ (scale * spread).astype(np.float32)
    topography = scale * EVOKED * gain.T
    return signal.reshape(len(drive), len(gain), len(TIMES)), topography


def draw_noise(n: int, background: Array, rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise of one showing, variance 1: (n, channel, time).

    Parameters
    ----------
    n : number of showings
    background : (channel, dipole), lead field of the cortical background, whose dipoles all are
        equally strong and independent; the channels' covariance is all that is left of them
    rng : source of randomness
    """
    covariance = background @ background.T
    value, vector = np.linalg.eigh(covariance / np.trace(covariance) * len(covariance))
    mixing = (vector * np.sqrt(np.maximum(value, 0))).astype(np.float32)
    cortical = mixing @ _coloured((n, len(mixing)), PINK, rng)
    sensor = _coloured((n, len(mixing)), FLAT, rng)
    total: NDArray[np.float32] = CORTICAL * cortical / cortical.std()
    total += SENSOR * sensor / sensor.std()
    return total / np.float32(np.hypot(CORTICAL, SENSOR))


def _coloured(
    shape: tuple[int, int], exponent: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    white = rng.standard_normal((*shape, len(TIMES)), dtype=np.float32)
    frequency = rfftfreq(len(TIMES), 1 / RATE).astype(np.float32)
    frequency[0] = frequency[1]
    return irfft(rfft(white) / frequency ** (exponent / 2), len(TIMES))


def measure_halves(
    signal: NDArray[np.float32],
    n_repeats: NDArray[np.int64],
    background: Array,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Means of both halves of the showings, from their baseline: (2, stimulus, channel, time), V.

    The mean of k independent showings is drawn at once: noise divided by the root of k.
    """
    deviation = (signal - signal.mean(0)).std() / SIGNAL_TO_NOISE
    halves = np.empty((2, *signal.shape), np.float32)
    block = 100
    for start in range(0, len(signal), block):
        rows = slice(start, start + block)
        scale = (deviation / np.sqrt(n_repeats[rows] / 2)).astype(np.float32)[:, None, None]
        for half in halves:
            half[rows] = signal[rows] + scale * draw_noise(len(scale), background, rng)
        if progress:
            progress(min(1.0, (start + block) / len(signal)))
    halves -= halves[..., TIMES < 0].mean(-1, keepdims=True)
    steps: NDArray[np.float32] = np.round(halves / np.float32(STEP))
    return steps * np.float32(STEP)


def ceiling_of_halves(halves: NDArray[np.float32]) -> NDArray[np.float32]:
    """Best correlation with the mean of both halves: (2, stimulus, channel, time) to the last two.

    The root of the split-half reliability, corrected to both halves by Spearman and Brown (1910);
    0 where the halves do not agree.
    """
    a, b = halves - halves.mean(1, keepdims=True)
    r = (a * b).sum(0) / np.sqrt((a**2).sum(0) * (b**2).sum(0))
    r = np.maximum(r, 0)
    return np.sqrt(2 * r / (1 + r)).astype(np.float32)
