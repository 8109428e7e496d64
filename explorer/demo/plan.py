"""The plan of the embedded study: how many scenes, who was measured, what it opens on."""

from __future__ import annotations

from explorer.demo.scene import Scene
from explorer.study.digest import digest_file, digest_json
from explorer.study.study import Study

GENERATOR = "picture-book"  # as study.json and the table of generators name it
VERSION = 1  # raised whenever the same seed would give other data
VERSIONS = {"eeg": 2}  # of one modality, where it has changed since
SEED = 0
TITLE = "Picture-book brains (simulated)"
CITATION = (
    "Simulated by this program from drawn scenes and a told story; no brain was measured. Regions "
    "lie at published coordinates; what drives them is planted, see truth/."
)
MESH = "fsaverage5"
MONTAGE = "colin27_1005"

N_SHOWN = 1000  # scenes that the simulated brains saw; the others are the pool
N_TRAIN = 800
N_SCENES = 1400
MODEL = "minilm"
LAYER = 5  # that the study opens with
CONTEXT = 30  # words to the left that a word of the story is read with
# Text controls whose features and scores come with the study; the others can be extracted.
CONTROLS = ("shuffled", "word_average", "nouns", "verbs", "category_words")
STORY_VARIANT = f"context_{CONTEXT}"

# Name, and what its cortex knows beside categories: events, or object categories only.
FMRI = {"sub-01": "event", "sub-02": "event", "sub-03": "event", "mystery": "category"}
EEG = ("sub-01", "sub-02")
IEEG = "patients"

# What the study opens on.
OPENING = {
    "modality": "fmri",
    "subject": "group",
    "model": MODEL,
    "variant": "caption",
    "metric": "pearson",
    "layer": LAYER,
    "atlas": "functional",
    "roi": "FFA",
    "quantity": "score",
    "time": 0.17,
    "baseline": "gabor",
}


def split_of(number: int) -> str:
    """Whether scene ``number`` (from 1) trains, tests, or was never shown."""
    if number > N_SHOWN:
        return "pool"
    return "train" if number <= N_TRAIN else "test"


def main_category(scene: Scene) -> str:
    """The one word for what a scene is mostly about."""
    if scene.close and scene.has("food") and not scene.agents:
        return "food"
    if scene.people:
        return "people"
    if scene.animals:
        return "animals"
    for kind, word in (("food", "food"), ("vehicle", "vehicles"), ("text", "signs")):
        if scene.has(kind):
            return word
    return "places"


def digest_pictures(study: Study) -> str:
    """Digest of all pictures, which simulated eyes see."""
    files = sorted((study.path / "images").glob("*.webp"))
    return digest_json({p.name: digest_file(p) for p in files})


def recipe_of(study: Study, name: str, pictures: str) -> str:
    """Digest of everything that a generated group is made from; ``pictures`` is theirs."""
    modality = name.split("/")[1]
    parts = {
        "generator": GENERATOR,
        "version": VERSIONS.get(modality, VERSION),
        "group": name,
        "seed": SEED,
        "scenes": study.digest("truth/scenes"),
        "story": study.digest("stimuli/story"),
        "regions": study.digest("rois/functional"),
        "pictures": pictures,
    }
    return digest_json(parts)
