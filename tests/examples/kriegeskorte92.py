"""Brings the 92 object images of Kriegeskorte et al. (2008) into the folder layout.

    python tests/examples/kriegeskorte92.py SOURCE FOLDER
    python -m explorer import folder FOLDER STUDY

SOURCE is a folder with ``92_brainRDMs.mat``, ``92_modelRDMs.mat`` and
``Kriegeskorte_Neuron2008_supplementalData.mat`` (demos/92imageData of rsagroup/rsatoolbox) and
``captions.csv`` (stimulus,category,caption_0,caption_1 in the order of the images). FOLDER gets

- ``stimuli.csv`` and ``images/``: 92 photographs, two captions each; the condition is their
  category, e.g. "human face",
- ``rdm/``: inferior temporal cortex of four people, a repeat per session, condensed,
- ``model_rdms/``: animacy, monkey IT, HMAX and a model of V1, as rivals of a language model,
- ``about.json``: title, citation and licence.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy.io import loadmat

N_STIMULI = 92
MODELS = {"animacy": "animacy", "monkeyIT": "monkey_it", "HMAX": "hmax", "V1": "v1"}
ABOUT = {
    "title": "92 object images in human inferior temporal cortex",
    "citation": (
        "Kriegeskorte N, Mur M, Ruff DA, Kiani R, Bodurka J, Esteky H, Tanaka K, Bandettini PA "
        "(2008). Matching categorical object representations in inferior temporal cortex of man "
        "and monkey. Neuron 60(6):1126-1141. doi:10.1016/j.neuron.2008.10.043"
    ),
    "licence": "none stated for the data; the repository they come with is MIT. Cite the paper.",
    "simulated": False,
}
USAGE = "usage: python tests/examples/kriegeskorte92.py SOURCE FOLDER\n"


def convert(source: Path, folder: Path) -> None:
    """Write the folder layout to ``folder``."""
    for name in ("images", "rdm", "model_rdms"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_stimuli(source, folder)
    for subject, sessions in read_subjects(source):
        np.save(folder / f"rdm/sub-{subject}.npy", sessions)
    (folder / "rdm/axis.csv").write_text("repeat\nsession 1\nsession 2\n", encoding="utf-8")
    for model in read_mat(source / "92_modelRDMs.mat")["Models"]:
        if model.name in MODELS:
            np.save(folder / f"model_rdms/{MODELS[model.name]}.npy", condense(model.RDM))
    text = json.dumps(ABOUT, indent=2, ensure_ascii=False)
    (folder / "about.json").write_text(text + "\n", encoding="utf-8")


def write_stimuli(source: Path, folder: Path) -> None:
    """Write ``stimuli.csv`` and the photographs."""
    data = read_mat(source / "Kriegeskorte_Neuron2008_supplementalData.mat")
    with (source / "captions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "stimuli.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("stimulus", "image", "caption_0", "caption_1", "condition"))
        for row, shown in zip(rows, data["stimuli_92objs"], strict=True):
            if row["category"] != shown.category:
                raise ValueError(f"captions.csv is not in the order of the images: {row}")
            image = f"{int(row['stimulus']):02d}.png"
            Image.fromarray(shown.image).save(folder / "images" / image)
            captions = (row["caption_0"], row["caption_1"])
            writer.writerow((row["stimulus"], image, *captions, row["category"]))


def read_subjects(source: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Initials of each subject, and the condensed RDMs of the sessions: (n_sessions, n_pairs)."""
    for sessions in read_mat(source / "92_brainRDMs.mat")["RDMs"]:
        subject = sessions[0].name.split("|")[1].strip()  # "hIT | BE | Session: 1"
        yield subject, np.stack([condense(session.RDM) for session in sessions])


def condense(rdm: np.ndarray) -> np.ndarray:
    """Upper triangle of a square RDM, row by row: (n_pairs,)."""
    return rdm[np.triu_indices(N_STIMULI, k=1)].astype(np.float32)


def read_mat(file: Path) -> dict[str, Any]:
    """Variables of a MATLAB file; structs have their fields as attributes."""
    return loadmat(file, squeeze_me=True, struct_as_record=False)


def main(arguments: list[str]) -> int:
    """Convert ``SOURCE`` to ``FOLDER``; returns the exit code."""
    if len(arguments) != len(("SOURCE", "FOLDER")):
        sys.stderr.write(USAGE)
        return 2
    source, folder = map(Path, arguments)
    convert(source, folder)
    sys.stdout.write(f"{folder}: now run `python -m explorer import folder {folder} STUDY`\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
