"""A tiny synthetic study with planted answers: which layer drives which region, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from PIL import Image, ImageDraw

from explorer.study import store
from explorer.study.study import Study
from explorer.study.surface import MESHES, hemispheres

MODEL = "planted"
MESH = "fsaverage3"
N_LAYERS = 7
_N_UNITS = 24
_IMAGE_PIXELS = 128
_KIND = 0.9  # standard deviation of the kinds' centres in the last layer
_NEIGHBOUR = 0.6  # correlation of a unit with the same unit one layer below

CONDITIONS = {"people": "#d9822b", "animals": "#4c8c4a", "food": "#b5443c", "places": "#3f6fae"}
_WORDS = {
    "people": ("woman", "man", "child", "crowd"),
    "animals": ("dog", "horse", "bird", "cat"),
    "food": ("apple", "pizza", "bread", "soup"),
    "places": ("house", "beach", "street", "hill"),
}
_DETAILS = ("in the morning", "near a wall", "under grey clouds", "on a bright day", "at night")
_STORY = (
    "The old ferry left the harbour before the sun was up. Nobody on deck spoke. "
    "A boy counted the lamps along the shore until the fog took them. "
    "His sister asked whether the island was real. He said that it was, and that it waited. "
    "Behind them the captain laughed, and turned the wheel a little to the north."
)


@dataclass(frozen=True)
class Planted:
    """What drives a region or a channel: the one layer, from when (s), and how strongly."""

    layer: int
    onset: float
    strength: float


# The planted answers. Nothing drives "silent".
REGIONS = {
    "early": Planted(1, 0.08, 1.0),
    "middle": Planted(3, 0.16, 0.9),
    "late": Planted(5, 0.26, 0.8),
    "last": Planted(6, 0.32, 0.7),
    "silent": Planted(0, 0.0, 0.0),
}
CHANNELS = {"Oz": "early", "POz": "middle", "Pz": "late", "Cz": "last", "Fz": "silent"}
_COLOURS = ("#3b6fb6", "#2a9d8f", "#e9a13b", "#c8553d", "#8a8d91")


def write_synthetic(path: Path, *, n_stimuli: int = 120, seed: int = 0) -> Study:
    """Write the synthetic study to ``path``; the same seed gives the same study."""
    study = Study.create(
        path,
        title="Synthetic study with planted answers",
        citation="Made by this program; no brain was measured.",
        licence="CC0",
        simulated=True,
        mesh=MESH,
        montage="standard_1020",
        unfinished=f"python -m explorer synthetic {path}",
    )
    draw_images(study.path / "images", n_stimuli, seed)
    study.fill(synthetic_groups(n_stimuli, seed))
    study.describe(unfinished="")
    return study


def synthetic_groups(n_stimuli: int, seed: int) -> Iterator[tuple[str, xr.Dataset]]:
    """The groups of the synthetic study, one after another."""
    rng = np.random.default_rng(seed)
    stimulus = np.arange(1, n_stimuli + 1)
    feature = plant_features(n_stimuli, rng, len(CONDITIONS))  # (n_stimuli, n_layers, n_units)
    yield "stimuli/images", _stimuli(stimulus, rng)
    yield "rois/planted", _atlas()
    yield f"features/{MODEL}/caption", _features(stimulus, feature, "stimuli/images")
    kinds = np.eye(len(CONDITIONS))[np.arange(n_stimuli) % len(CONDITIONS)]
    yield "truth/scenes", _scenes(stimulus, kinds)
    for subject in ("sub-01", "sub-02", "sub-03"):
        responses, signal = _fmri(stimulus, feature, rng)
        yield f"responses/fmri/{subject}", responses
        yield f"truth/fmri/{subject}", _truth(signal, kinds)
    for subject in ("sub-01", "sub-02"):
        yield f"responses/eeg/{subject}", _eeg(stimulus, feature, rng)
    yield from _story(rng)


def plant_features(n_stimuli: int, rng: np.random.Generator, kinds: int = 0) -> np.ndarray:
    """Features whose layers resemble their neighbours: (n_stimuli, n_layers, n_units).

    With ``kinds``, stimuli take turns in so many kinds, which deeper layers tell apart ever more.
    """
    feature = rng.standard_normal((n_stimuli, N_LAYERS, _N_UNITS))
    for layer in range(1, N_LAYERS):
        own = np.sqrt(1 - _NEIGHBOUR**2) * feature[:, layer]
        feature[:, layer] = _NEIGHBOUR * feature[:, layer - 1] + own
    if kinds:
        centres = rng.standard_normal((kinds, _N_UNITS))[np.arange(n_stimuli) % kinds]
        feature += _KIND * np.linspace(0, 1, N_LAYERS)[:, None] * centres[:, None]
    return feature.astype(np.float32)


def region_vertices() -> dict[str, np.ndarray]:
    """Vertices of each planted region, in both hemispheres."""
    half = MESHES[MESH] // 2
    blocks = np.array_split(np.arange(half - 42), len(REGIONS))  # the last 42 belong to none
    return {n: np.concatenate([b, b + half]) for n, b in zip(REGIONS, blocks, strict=True)}


def _drive(feature: np.ndarray, planted: Planted, n: int, rng: np.random.Generator) -> np.ndarray:
    """Signal of ``n`` places with unit variance times the strength: (n_stimuli, n)."""
    weights = rng.standard_normal((feature.shape[2], n)) / np.sqrt(feature.shape[2])
    return planted.strength * (feature[:, planted.layer] @ weights)


def _fmri(
    stimulus: np.ndarray, feature: np.ndarray, rng: np.random.Generator
) -> tuple[xr.Dataset, np.ndarray]:
    """Responses of one subject, and what they are without noise: (n_stimuli, n_vertices)."""
    n, n_vertices, n_repeats = len(stimulus), MESHES[MESH], 3
    signal = np.zeros((n, n_vertices))
    for name, vertices in region_vertices().items():
        signal[:, vertices] = _drive(feature, REGIONS[name], len(vertices), rng)
    noise = rng.standard_normal((n_repeats, n, n_vertices))
    response = (signal + noise).astype(np.float32)
    dims = ("repeat", "stimulus", "vertex")
    responses = xr.Dataset(
        {"response": (dims, response, {"units": "z"})},
        {"stimulus": stimulus, "hemi": ("vertex", hemispheres(MESH))},
        {"simulated": 1},
    )
    return responses, signal


def _scenes(stimulus: np.ndarray, kinds: np.ndarray) -> xr.Dataset:
    names = [list(CONDITIONS)[k] for k in kinds.argmax(1)]
    graphs = np.array([f'{{"condition":"{n}"}}' for n in names], dtype=object)
    return xr.Dataset(
        {
            "graph": ("stimulus", graphs),
            "value": (("stimulus", "dimension"), kinds.astype(np.float32)),
        },
        {"stimulus": stimulus, "dimension": np.array(list(CONDITIONS), dtype=object)},
    )


def _truth(signal: np.ndarray, kinds: np.ndarray) -> xr.Dataset:
    """Correlation of each region's mean response without noise with each condition."""
    places = region_vertices()
    means = np.stack([signal[:, v].mean(1) for v in places.values()], 1)
    n = means.shape[1]
    moving = means.std(0) > 0  # nothing drives the silent region
    found = np.zeros((n, kinds.shape[1]))
    found[moving] = np.corrcoef(means[:, moving].T, kinds.T)[: moving.sum(), moving.sum() :]
    return xr.Dataset(
        {"selectivity": (("roi", "dimension"), found.astype(np.float32))},
        {
            "roi": np.array(list(places), dtype=object),
            "dimension": np.array(list(CONDITIONS), dtype=object),
        },
        {"simulated": 1},
    )


def _eeg(stimulus: np.ndarray, feature: np.ndarray, rng: np.random.Generator) -> xr.Dataset:
    time = np.round(np.arange(-0.1, 0.5, 0.02), 3)
    n, n_repeats = len(stimulus), 4
    signal = np.zeros((n, len(CHANNELS), len(time)))
    for k, region in enumerate(CHANNELS.values()):
        planted = REGIONS[region]
        course = (time >= planted.onset) * np.exp(-np.clip(time - planted.onset, 0, None) / 0.15)
        signal[:, k] = _drive(feature, planted, 1, rng) * course
    noise = rng.standard_normal((n_repeats, *signal.shape))
    response = (1e-6 * (2 * signal + noise)).astype(np.float32)
    dims = ("repeat", "stimulus", "channel", "time")
    return xr.Dataset(
        {"response": (dims, response, {"units": "V"})},
        {
            "stimulus": stimulus,
            "channel": np.array(list(CHANNELS), dtype=object),
            "time": ("time", time, {"units": "s"}),
        },
        {"simulated": 1},
    )


def _story(rng: np.random.Generator) -> Iterator[tuple[str, xr.Dataset]]:
    sentences = [s.split() for s in _STORY.replace(". ", ".\n").split("\n")]
    words = [(w, k) for k, s in enumerate(sentences) for w in s]
    n = len(words)
    onset = np.cumsum([0.12 + 0.06 * len(w) for w, _ in words])
    seconds = {"units": "s"}
    stimulus = np.arange(n)
    yield (
        "stimuli/story",
        xr.Dataset(
            {
                "word": ("stimulus", np.array([w for w, _ in words], dtype=object)),
                "onset": ("stimulus", onset, seconds),
                "offset": ("stimulus", onset + 0.1 + 0.03 * np.arange(n) % 0.2, seconds),
                "sentence": ("stimulus", np.array([k for _, k in words])),
            },
            {"stimulus": stimulus},
        ),
    )
    feature = plant_features(n, rng)
    yield f"features/{MODEL}/word", _features(stimulus, feature, "stimuli/story")
    planted = [REGIONS[r] for r in ("early", "early", "middle", "late", "last", "silent")]
    signal = np.concatenate([_drive(feature, p, 1, rng) for p in planted], axis=1)
    response = (signal + 0.7 * rng.standard_normal(signal.shape)).astype(np.float32)
    places = np.linspace(-60, 20, len(planted))
    millimetres = {"units": "mm"}
    yield (
        "responses/ieeg/sub-01",
        xr.Dataset(
            {"response": (("stimulus", "channel"), response, {"units": "z"})},
            {
                "stimulus": stimulus,
                "channel": np.array([f"LT{k + 1}" for k in range(len(planted))], dtype=object),
                "region": ("channel", np.array(["HG", "HG", "STG", "MTG", "IFG", "none"])),
                "x": ("channel", np.full(len(planted), -58.0), millimetres),
                "y": ("channel", places, millimetres),
                "z": ("channel", np.full(len(planted), 4.0), millimetres),
            },
            {"simulated": 1},
        ),
    )


def _features(stimulus: np.ndarray, feature: np.ndarray, source: str) -> xr.Dataset:
    names = ["embedding", *(f"layer {k}" for k in range(1, N_LAYERS))]
    return xr.Dataset(
        {"feature": (("stimulus", "layer", "unit"), feature)},
        {
            "stimulus": stimulus,
            "layer": np.arange(N_LAYERS),
            "layer_name": ("layer", np.array(names, dtype=object)),
        },
        {"model": MODEL, "family": "planted", "stimuli": source, "simulated": 1},
    )


def _stimuli(stimulus: np.ndarray, rng: np.random.Generator) -> xr.Dataset:
    condition = [list(CONDITIONS)[k % len(CONDITIONS)] for k in range(len(stimulus))]
    rows = []
    for name in condition:
        word, detail = rng.choice(_WORDS[name]), rng.choice(_DETAILS)
        rows.append((f"A {word} {detail}.", f"There is a {word}; it is seen {detail}."))
    files = [f"{s:06d}.png" for s in stimulus]
    return xr.Dataset(
        {
            "caption": (("stimulus", "caption_index"), np.array(rows, dtype=object)),
            "image": ("stimulus", np.array(files, dtype=object)),
            "condition": ("stimulus", np.array(condition, dtype=object)),
        },
        {"stimulus": stimulus},
    )


def _atlas() -> xr.Dataset:
    label = np.zeros(MESHES[MESH], dtype=np.int32)
    for number, vertices in enumerate(region_vertices().values(), start=1):
        label[vertices] = number
    return xr.Dataset(
        {
            "label": ("vertex", label),
            "name": ("roi", np.array(list(REGIONS), dtype=object)),
            "colour": ("roi", np.array(_COLOURS, dtype=object)),
        }
    )


def draw_images(folder: Path, n_stimuli: int, seed: int) -> None:
    """Draw one simple picture per stimulus: a shape of its condition's colour."""
    rng = np.random.default_rng([seed, 1])
    folder.mkdir(parents=True, exist_ok=True)
    for k in range(n_stimuli):
        name = list(CONDITIONS)[k % len(CONDITIONS)]
        x, y, r = rng.uniform(40, 88), rng.uniform(44, 84), rng.uniform(18, 34)
        picture = Image.new("RGB", (_IMAGE_PIXELS, _IMAGE_PIXELS), "#eceae4")
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, 96, _IMAGE_PIXELS, _IMAGE_PIXELS), fill="#d5d0c4")
        _shape(draw, name, (x, y, r))
        file = folder / f"{k + 1:06d}.png"
        beside = file.with_name(f".{file.name}{store.PARTIAL}")
        picture.save(beside, format="PNG")
        beside.replace(file)


def _shape(draw: ImageDraw.ImageDraw, name: str, place: tuple[float, float, float]) -> None:
    x, y, r = place
    fill = CONDITIONS[name]
    if name == "people":
        draw.ellipse((x - r / 2.5, y - r * 1.5, x + r / 2.5, y - r * 0.7), fill=fill)
        draw.rounded_rectangle((x - r / 2, y - r * 0.6, x + r / 2, y + r), radius=8, fill=fill)
    elif name == "animals":
        draw.ellipse((x - r, y - r / 2, x + r, y + r / 2), fill=fill)
        draw.ellipse((x + r * 0.6, y - r, x + r * 1.4, y - r * 0.2), fill=fill)
    elif name == "food":
        draw.ellipse((x - r, y - r * 0.8, x + r, y + r * 0.8), fill=fill)
    else:
        draw.rectangle((x - r, y - r * 0.4, x + r, y + r), fill=fill)
        draw.polygon(
            [(x - r * 1.2, y - r * 0.4), (x, y - r * 1.3), (x + r * 1.2, y - r * 0.4)], fill
        )
