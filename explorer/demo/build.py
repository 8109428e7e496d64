"""The embedded study built from nothing: scenes, texts, regions, features, brains, results."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from explorer.analysis.pipeline import extract_features, run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import Spec, fusion_spec, make_spec, models, variants
from explorer.demo import plan
from explorer.demo.anatomy import functional_atlas, retinotopy, streams_atlas
from explorer.demo.captions import write_captions
from explorer.demo.controls import categories, text_controls
from explorer.demo.dimensions import category_dimensions
from explorer.demo.draw import draw_scene
from explorer.demo.generate import Maker
from explorer.demo.scene import Scene
from explorer.demo.story import story_dataset, tell_story
from explorer.study import store
from explorer.study.study import Study

log = logging.getLogger(__name__)

_QUALITY, _METHOD = 82, 6  # of WebP: 6 kB a picture
_CONTROLS_LAYER = "sentence embedding (last layer)"


def build_study(path: Path, run: Run, *, n_scenes: int = plan.N_SCENES) -> Study:
    """Build the whole study at ``path``; what is there from an earlier run is kept.

    Raises
    ------
    Cancelled
        if the run is to stop; the same command goes on
    """
    study = Study.create(
        path,
        title=plan.TITLE,
        citation=plan.CITATION,
        licence="CC0-1.0",
        simulated=True,
        mesh=plan.MESH,
        montage=plan.MONTAGE,
        unfinished=f"python -m explorer demo {path}",
        extra={"generator": plan.GENERATOR, "opening": plan.OPENING},
    )
    numbers = list(range(1, n_scenes + 1))
    scenes = draw_pictures(study.path / "images", numbers, run)
    for name, dataset in described_groups(scenes):
        if name not in study:
            study.write(name, dataset)
    for step in (extract_all, simulate_all, analyse_all):
        step(study, run)
    study.describe(unfinished="")
    return study


def draw_pictures(folder: Path, numbers: list[int], run: Run) -> list[Scene]:
    """Draw every scene as WebP, unless it is there; returns their graphs."""
    folder.mkdir(parents=True, exist_ok=True)
    scenes = []
    for k, number in enumerate(numbers):
        run.step(k, len(numbers), f"drawing scene {number}")
        picture, scene = draw_scene(number)
        file = folder / picture_file(number)
        if not file.exists():
            beside = file.with_name(f".{file.name}{store.PARTIAL}")
            picture.save(beside, format="WEBP", quality=_QUALITY, method=_METHOD)
            beside.replace(file)
        scenes.append(scene)
    return scenes


def picture_file(number: int) -> str:
    """Name of the picture of a scene."""
    return f"{number:06d}.webp"


def described_groups(scenes: list[Scene]) -> Iterator[tuple[str, xr.Dataset]]:
    """Everything that needs no model and no brain: stimuli, texts, truth, regions, story."""
    stimulus = np.array([s.number for s in scenes])
    captions = [write_captions(s, plan.SEED) for s in scenes]
    texts = {
        "image": [picture_file(s.number) for s in scenes],
        "split": [plan.split_of(s.number) for s in scenes],
        "condition": [plan.main_category(s) for s in scenes],
        "concept": [" ".join(c.replace(" ", "_") for c in categories(s)) for s in scenes],
    }
    table = xr.Dataset(
        {
            "caption": (("stimulus", "caption_index"), np.array(captions, dtype=object)),
            **{k: ("stimulus", np.array(v, dtype=object)) for k, v in texts.items()},
        },
        {"stimulus": stimulus},
        {"simulated": 1},
    )
    yield "stimuli/images", table
    yield "truth/scenes", _graphs(scenes, stimulus)
    for name, rows in _controls(scenes).items():
        yield f"texts/{name}", _texts(rows, stimulus)
    yield "rois/functional", functional_atlas()
    yield "rois/streams", streams_atlas()
    yield "truth/retinotopy", retinotopy()
    yield "stimuli/story", story_dataset(tell_story(plan.SEED))


def _graphs(scenes: list[Scene], stimulus: np.ndarray) -> xr.Dataset:
    names, values = category_dimensions(scenes)
    return xr.Dataset(
        {
            "graph": ("stimulus", np.array([s.to_json() for s in scenes], dtype=object)),
            "value": (("stimulus", "dimension"), np.asarray(values, np.float32)),
        },
        {"stimulus": stimulus, "dimension": np.array(names, dtype=object)},
        {"simulated": 1},
    )


def _controls(scenes: list[Scene]) -> dict[str, list[tuple[str, ...]]]:
    """What each text control shows of each scene, by the control's name."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for scene in scenes:
        for name, shown in text_controls(scene, plan.SEED).items():
            flat = tuple(word for caption in shown for word in caption)
            found.setdefault(name, []).append(flat)
    return found


def _texts(rows: list[tuple[str, ...]], stimulus: np.ndarray) -> xr.Dataset:
    width = max(map(len, rows))
    table = np.array([[*row, *[""] * (width - len(row))] for row in rows], dtype=object)
    return xr.Dataset({"text": (("stimulus", "caption_index"), table)}, {"stimulus": stimulus})


def extract_all(study: Study, run: Run) -> None:
    """Features of all models; kept in few bits, controls in their last layer only."""
    wanted = [("gabor", "image"), ("category", "concept"), (plan.MODEL, "caption")]
    wanted += [(plan.MODEL, name) for name in plan.CONTROLS]
    for model, variant in wanted:
        name = f"features/{model}/{variant}"
        if name in study and study[name].feature.dtype == np.float16:
            continue
        extract_features(study, model, variant, run, offline=True)
        dataset = study[name].load()
        if variant in plan.CONTROLS:
            dataset = dataset.isel(layer=[-1]).assign_coords(
                layer=[0], layer_name=("layer", np.array([_CONTROLS_LAYER], dtype=object))
            )
        feature = round_bits(dataset.feature.values, _FEATURE_BITS).astype(np.float16)
        kept = dataset.assign(feature=(dataset.feature.dims, feature))
        study.write(name, kept.assign_attrs(dtype="float16, 7 bits", path="", simulated=1))


def simulate_all(study: Study, run: Run) -> None:
    """All recordings, and the features of the story."""
    maker = Maker(study)
    for k, name in enumerate(names := recordings()):
        run.step(k, len(names), f"simulating {name}")
        if name not in study or study.promised(name):
            maker.make(name, lambda _share: None)


def recordings() -> list[str]:
    """Names of the groups that are generated from the seed, in their order."""
    return [
        *(f"responses/fmri/{s}" for s in plan.FMRI),
        *(f"responses/eeg/{s}" for s in plan.EEG),
        f"responses/ieeg/{plan.IEEG}",
        f"features/{plan.MODEL}/{plan.STORY_VARIANT}",
    ]


def analyse_all(study: Study, run: Run) -> None:
    """Every result that the opening views show."""
    run_specs(study, opening_specs(study), run)


def opening_specs(study: Study) -> list[Spec]:
    """What is scored beforehand: every model and control on every recording, and the fusion."""
    specs = []
    for modality in ("fmri", "eeg", "ieeg"):
        for subject in study.names(f"responses/{modality}/"):
            for model in models(study, modality):
                specs += [
                    make_spec(study, modality, subject, model, "pearson", variant=v)
                    for v in variants(study, model, modality)
                ]
    specs += [
        fusion_spec(study, subject, atlas)
        for subject in study.names("responses/eeg/")
        for atlas in study.names("rois/")
    ]
    return specs


def ship(study: Study, folder: Path) -> Study:
    """Write the part of a complete study that comes with the program to ``folder``.

    Pictures, texts, truth, regions, features of pictures and results are there; recordings are
    promised, for they can be generated from the seed.
    """
    manifest: dict[str, Any] = {
        k: getattr(study.manifest, k)
        for k in ("title", "citation", "licence", "simulated", "mesh", "montage", "extra")
    }
    shipped = Study.create(folder, **manifest)
    for file in sorted((study.path / "images").glob("*.webp")):
        target = shipped.path / "images" / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    promised = recordings()
    for name in study.groups():
        dataset = study[name]
        if name in promised:
            variable = "feature" if name.startswith("features/") else "response"
            shipped.promise(name, dataset, variable, _HOW)
        elif name.startswith("results/weights/"):
            continue  # 16 MB each, and a second to compute
        elif name.startswith("results/"):
            shipped.write(name, round_results(dataset.load()))
        else:
            shipped.write(name, dataset.load())
    shipped.describe(shipped=True)
    return shipped


_HOW = "being generated from the study's seed"

# Bits of the mantissa that shipped results keep: a relative error of at most 2**-10 for scores,
# more for what is only ranked or compared with a limit.
_BITS = {"p_value": 3, "q_value": 6, "alpha": 3, "roi_prediction": 7, "noise_ceiling": 7}
_MORE_BITS = 9
_FEATURE_BITS = 7


def round_results(dataset: xr.Dataset) -> xr.Dataset:
    """Floats rounded to few bits, so that they take little room when compressed."""
    rounded = {
        name: (v.dims, round_bits(v.values, _BITS.get(str(name), _MORE_BITS)), v.attrs)
        for name, v in dataset.data_vars.items()
        if v.dtype == np.float32
    }
    return dataset.assign(rounded)


def round_bits(values: np.ndarray, keep: int) -> np.ndarray:
    """Round float32 to ``keep`` bits of mantissa, to nearest, ties to even; NaN stays NaN."""
    drop = 23 - keep
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    half = np.uint32((1 << (drop - 1)) - 1)
    odd = (bits >> np.uint32(drop)) & np.uint32(1)
    mask = np.uint32(0xFFFFFFFF << drop & 0xFFFFFFFF)
    result = ((bits + half + odd) & mask).view(np.float32)
    return np.where(np.isfinite(values), result, values).astype(np.float32)
