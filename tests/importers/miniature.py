"""A miniature of the folder layout with every modality: small numbers, a known order."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import nibabel
import numpy as np
from nibabel.gifti import GiftiDataArray, GiftiImage, GiftiLabel, GiftiLabelTable
from PIL import Image

N_STIMULI = 12
N_VERTICES = 1284  # fsaverage3
N_WORDS = 15
N_REPEATS = 2
N_PAIRS = N_STIMULI * (N_STIMULI - 1) // 2
IDS = [100 + 3 * k for k in range(N_STIMULI)]
CHANNELS = ("Oz", "Pz", "Cz")
TIMES = (-0.1, 0.0, 0.1, 0.2)
CONTACTS = ("LT1", "LT2")
REGIONS = ("V1", "V2")


def write_miniature(folder: Path, seed: int = 0) -> Path:
    """Write the layout to ``folder``; the same seed gives the same bytes."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    write_stimuli(folder)
    write_fmri(folder, rng)
    write_eeg(folder, rng)
    write_story(folder, rng)
    write_rdms(folder, rng)
    write_atlases(folder)
    save(folder / "features/tiny.npy", rng.standard_normal((3, N_STIMULI, 5)))
    about = {"title": "Miniature", "citation": "Nobody (2026)", "licence": "CC0", "simulated": True}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def write_csv(file: Path, rows: list[tuple[object, ...]], encoding: str = "utf-8") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding=encoding, newline="") as opened:
        csv.writer(opened).writerows(rows)


def save(file: Path, values: np.ndarray, dtype: str = "float32") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    np.save(file, values.astype(dtype))


def write_stimuli(folder: Path, encoding: str = "utf-8-sig") -> None:
    header = ("stimulus", "image", "caption_0", "caption_1", "split", "condition", "concept")
    rows: list[tuple[object, ...]] = [header]
    for k, stimulus in enumerate(IDS):
        image = f"set/{stimulus}.png" if k else ""
        split = "test" if k % 3 == 0 else "train"
        caption = f"A dög, number {k}."
        rows.append((stimulus, image, caption, "", split, f"kind {k % 2}", f"thing {k}"))
        if image:
            file = folder / "images" / image
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (8, 6), (20 * k, 0, 0)).save(file)
    write_csv(folder / "stimuli.csv", rows, encoding)


def write_fmri(folder: Path, rng: np.random.Generator) -> None:
    save(folder / "fmri/sub-01.npy", rng.standard_normal((N_REPEATS, N_STIMULI, N_VERTICES)))
    save(folder / "fmri/sub-02.npy", rng.standard_normal((N_STIMULI, N_VERTICES)), "float64")


def write_eeg(folder: Path, rng: np.random.Generator) -> None:
    shape = (N_REPEATS, N_STIMULI, len(CHANNELS), len(TIMES))
    save(folder / "eeg/sub-01.npy", rng.standard_normal(shape))
    rows = [(name, 0.01 * k, 0.0, 0.09) for k, name in enumerate(CHANNELS)]
    write_csv(folder / "eeg/channels.csv", [("name", "x", "y", "z"), *rows])
    write_csv(folder / "eeg/times.csv", [("time",), *((t,) for t in TIMES)])


def write_story(folder: Path, rng: np.random.Generator) -> None:
    words = [(f"word{k}", 0.5 * k, 0.5 * k + 0.4, k // 5) for k in range(N_WORDS)]
    write_csv(folder / "words.csv", [("word", "onset", "offset", "sentence"), *words])
    for subject in ("sub-01", "sub-02"):
        shape = (N_WORDS, len(CONTACTS)) if subject == "sub-01" else (N_WORDS, len(CONTACTS), 3)
        save(folder / f"ieeg/{subject}.npy", rng.standard_normal(shape))
        rows = [(name, -50 - k, 10, "", "STG") for k, name in enumerate(CONTACTS)]
        header = ("name", "x", "y", "z", "region")
        write_csv(folder / f"ieeg/{subject}_channels.csv", [header, *rows])
    write_csv(folder / "ieeg/times.csv", [(0.0,), (0.1,), (0.2,)])


def write_rdms(folder: Path, rng: np.random.Generator) -> None:
    condensed = rng.uniform(0, 2, (N_REPEATS, N_PAIRS))
    save(folder / "rdm/sub-01.npy", condensed)
    save(folder / "rdm/sub-02.npy", np.stack([square(rdm) for rdm in condensed]), "float64")
    write_csv(folder / "rdm/axis.csv", [("repeat",), ("first",), ("second",)])
    save(folder / "model_rdms/alone.npy", square(condensed[0]))
    save(folder / "model_rdms/deep.npy", condensed)


def square(condensed: np.ndarray) -> np.ndarray:
    rdm = np.zeros((N_STIMULI, N_STIMULI))
    rdm[np.triu_indices(N_STIMULI, k=1)] = condensed
    return rdm + rdm.T


def write_atlases(folder: Path) -> None:
    half = N_VERTICES // 2
    names = [REGIONS[0]] * 10 + [""] * (half - 10) + [REGIONS[1]] * 20 + [""] * (half - 20)
    write_csv(folder / "rois/table.csv", [(name,) for name in names])
    for side, hemi in (("lh", "L"), ("rh", "R")):
        labels = np.zeros(half, dtype=np.int32)
        labels[:10], labels[10:30] = 1, 2
        write_annot(folder / f"rois/{side}.surfer.annot", labels)
        write_gifti(folder / f"rois/gifti.{hemi}.label.gii", labels)
    write_gifti(folder / "rois/whole.label.gii", np.repeat([0, 2], half).astype(np.int32))


def write_annot(file: Path, labels: np.ndarray) -> None:
    table = np.array([[0, 0, 0, 0, 0], [255, 0, 0, 0, 0], [0, 128, 255, 0, 0]])
    nibabel.freesurfer.write_annot(file, labels, table, ["unknown", *REGIONS], fill_ctab=True)


def write_gifti(file: Path, labels: np.ndarray) -> None:
    table = GiftiLabelTable()
    colours = ((0, 0, 0, 0), (1, 0, 0, 1), (0, 0.5, 1, 1))
    for key, (name, colour) in enumerate(zip(("???", *REGIONS), colours, strict=True)):
        entry = GiftiLabel(key, *colour)
        entry.label = name
        table.labels.append(entry)
    array = GiftiDataArray(labels, intent="NIFTI_INTENT_LABEL", datatype="NIFTI_TYPE_INT32")
    nibabel.save(GiftiImage(labeltable=table, darrays=[array]), file)
