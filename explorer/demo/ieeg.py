"""Simulated contacts that listen to the story: sound at Heschl's gyrus, discourse far away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.ndimage import uniform_filter1d
from scipy.signal import fftconvolve

from explorer.demo.anatomy import MESH, standard_anatomy
from explorer.demo.contacts import SITES, Contacts, place_contacts
from explorer.demo.story import Story
from explorer.demo.story_latents import (
    acoustic_latents,
    discourse_latents,
    lexical_latents,
    syntactic_latents,
)
from explorer.study.mesh import read_mesh

Array = NDArray[np.float64]
Progress = Callable[[float], None]

SUBJECT = "patients"
RATE = 50.0  # Hz, of the high-frequency envelope
STEP = 0.05
TIMES = np.arange(-2, 13) * STEP  # s from the onset of a word
PARTS = ("acoustic", "lexical", "syntactic", "discourse")

# Depth 1 is this percentile of the distances, so that a few far contacts do not set the scale.
DEEPEST = 92
FIRST_LATENCY, LATENCY_RANGE = 0.07, 0.28  # s: latency is FIRST + RANGE × depth
FIRST_WIDTH, WIDTH_RANGE = 0.05, 0.09  # s, standard deviation of the response to a word
FIRST_MEMORY, MEMORY_RANGE = 2.0, 28.0  # words over which evidence for a topic is gathered
EVOKED = 0.6  # the response that every word evokes, in standard deviations of the drive
PINK = 0.7  # exponent of the noise's power spectrum
NOISE = 0.8
SIGNAL = (0.35, 0.9)  # standard deviation of the signal, drawn from this range


def simulate_ieeg(
    story: Story,
    seed: int = 0,
    progress: Progress | None = None,
    *,
    contacts: Contacts | None = None,
) -> tuple[xr.Dataset, xr.Dataset]:
    """High-frequency activity of contacts that hear ``story``, and what was planted in them.

    Each word makes a contact respond by a mixture of what the grammar knows of the word; depth in
    the hierarchy, which is the geodesic distance from posteromedial Heschl's gyrus, sets mixture,
    latency and memory. No model of language enters.

    Parameters
    ----------
    story : words with their times
    seed : of sites, mixtures and noise
    progress : called with the share done, 0 to 1
    contacts : where they lie; None places 150

    Returns
    -------
    responses : group ``responses/ieeg/patients``: response (stimulus, channel, time) in z
    truth : group ``truth/ieeg/patients``: depth, latency in s, share (channel, part)
    """
    rng = np.random.default_rng([seed, 500])
    found = _implant(seed) if contacts is None else contacts
    depth = np.clip(found.distance / np.percentile(found.distance, DEEPEST), 0, 1)
    share = mix_parts(depth) ** 2
    drive = _drive_contacts(story, depth, rng)
    signal = _listen(story.onset, drive, depth)
    signal *= rng.uniform(*SIGNAL, len(depth)) * (1 - 0.25 * depth)
    noisy = signal + NOISE * _pink_noise(len(signal), len(depth), rng)
    scale = noisy.std(0)
    if progress:
        progress(0.7)
    clean, measured = (_cut(x / scale, story.onset) for x in (signal, noisy))
    responses = _responses(found, measured, _correlate(clean, measured))
    if progress:
        progress(1.0)
    truth = xr.Dataset(
        {
            "depth": ("channel", depth),
            "latency": ("channel", FIRST_LATENCY + LATENCY_RANGE * depth, {"units": "s"}),
            "share": (("channel", "part"), share),
        },
        {"channel": list(found.name), "part": list(PARTS)},
    )
    return responses, truth


def _implant(seed: int) -> Contacts:
    anatomy = standard_anatomy()
    pial = read_mesh(MESH).coordinates["pial"].astype(float)
    return place_contacts(pial, anatomy.edges, anatomy.by_hemisphere(SITES), seed)


def mix_parts(depth: Array) -> Array:
    """Weight of each of ``PARTS`` at each depth: (channel, part), rows of length 1.

    Overlapping bumps along depth, acoustic first and discourse last.
    """
    weight = np.stack(
        [
            np.exp(-((depth / 0.22) ** 2)),
            np.exp(-(((depth - 0.3) / 0.25) ** 2)),
            0.8 * np.exp(-(((depth - 0.55) / 0.25) ** 2)),
            np.clip((depth - 0.25) / 0.6, 0, 1) ** 1.2,
        ],
        axis=1,
    )
    return weight / np.linalg.norm(weight, axis=1, keepdims=True)


def _drive_contacts(story: Story, depth: Array, rng: np.random.Generator) -> Array:
    """What each word is to each contact: (word, channel), mean 0 and variance 1."""
    weight = mix_parts(depth)
    parts = (
        acoustic_latents(story.words),
        lexical_latents(story, rng),
        syntactic_latents(story.words),
    )
    drive = np.zeros((len(story.words), len(depth)))
    for part, latents in enumerate(parts):
        tuning = rng.standard_normal((latents.shape[1], len(depth)))
        drive += weight[:, part] * _standardise(latents @ tuning)
    latents = discourse_latents(story.words, FIRST_MEMORY + MEMORY_RANGE * depth)
    tuning = rng.standard_normal(latents.shape[2:] + latents.shape[1:2])
    drive += weight[:, 3] * _standardise(np.einsum("wcl,lc->wc", latents, tuning))
    return _standardise(drive)


def _listen(onset: Array, drive: Array, depth: Array) -> Array:
    """The envelope that words evoke, in standard deviations: (sample, channel)."""
    n = int((onset[-1] + 3) * RATE)
    impulses = np.zeros((n, len(depth)))
    np.add.at(impulses, np.round(onset * RATE).astype(int), EVOKED + drive)
    lag = np.arange(int(1.2 * RATE))[:, None] / RATE
    centre, width = FIRST_LATENCY + LATENCY_RANGE * depth, FIRST_WIDTH + WIDTH_RANGE * depth
    kernel = np.exp(-((lag - centre) ** 2) / (2 * width**2))
    return _standardise(fftconvolve(impulses, kernel, axes=0)[:n])


def _pink_noise(n: int, n_channels: int, rng: np.random.Generator) -> Array:
    """Noise of power 1/f^PINK and variance 1: (sample, channel)."""
    long = next_fast_len(n, real=True)
    frequency = rfftfreq(long, 1 / RATE)
    frequency[0] = frequency[1]
    spectrum = rfft(rng.standard_normal((n_channels, long)), axis=1) / frequency ** (PINK / 2)
    return _standardise(irfft(spectrum, long, axis=1)[:, :n].T)


def _cut(envelope: Array, onset: Array) -> Array:
    """Means of about ``STEP`` around each of ``TIMES`` from each word: (word, channel, time)."""
    smooth = uniform_filter1d(envelope, round(STEP * RATE) + 1, axis=0)
    sample = np.round((onset[:, None] + TIMES) * RATE).astype(int)
    return smooth[np.clip(sample, 0, len(smooth) - 1)].transpose(0, 2, 1)


def _correlate(a: Array, b: Array) -> Array:
    """Pearson r over words: two of (word, channel, time) to (channel, time)."""
    return (_standardise(a) * _standardise(b)).mean(0)


def _standardise(x: Array) -> Array:
    return (x - x.mean(0)) / x.std(0)


def _responses(contacts: Contacts, measured: Array, ceiling: Array) -> xr.Dataset:
    x, y, z = contacts.place.T
    return xr.Dataset(
        {
            "response": (
                ("stimulus", "channel", "time"),
                measured.astype(np.float16),
                {"units": "z", "long_name": "high-frequency activity"},
            ),
            "noise_ceiling": (
                ("channel", "time"),
                np.clip(ceiling, 0, 1).astype(np.float32),
                {"method": "correlation with the planted response, over words"},
            ),
        },
        {
            "stimulus": np.arange(1, len(measured) + 1),
            "channel": list(contacts.name),
            "time": ("time", TIMES, {"units": "s"}),
            "x": ("channel", x, {"units": "mm"}),
            "y": ("channel", y, {"units": "mm"}),
            "z": ("channel", z, {"units": "mm"}),
            "region": ("channel", list(contacts.region)),
            "distance": ("channel", contacts.distance, {"units": "mm"}),
        },
    )
