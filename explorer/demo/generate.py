"""Generation of the simulated recordings, group by group, by one program at a time."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import xarray as xr
from filelock import FileLock, Timeout
from PIL import Image

from explorer.analysis.generate import promised_groups
from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import Spec, make_spec, weights_spec
from explorer.demo import plan
from explorer.demo.eeg import simulate_eeg
from explorer.demo.fmri import Drives, prepare_drives, simulate_fmri
from explorer.demo.ieeg import simulate_ieeg
from explorer.demo.scene import Scene
from explorer.demo.story import tell_story
from explorer.demo.story_features import extract_story
from explorer.demo.tuning import FmriSubject
from explorer.errors import Cancelled, StudyError
from explorer.study import store
from explorer.study.study import Study

log = logging.getLogger(__name__)

PICTURE_PIXELS = 96  # side of the pictures that simulated early visual cortex sees
_LOCK = ".generating.lock"
_GENERATED_BYTES = 400_000_000
_WAIT_SECONDS = 0.5

# Seconds of one core that each kind of group takes, to tell how far the whole is.
_WEIGHTS = {"responses/fmri": 10, "responses/eeg": 16, "responses/ieeg": 10, "features": 32}

Progress = Callable[[float], None]


def generate(study: Study, run: Run) -> list[str]:
    """Make every promised group; returns the names of what was made.

    Two programs that are asked at once take turns: the second finds what the first has made.

    Raises
    ------
    Cancelled
        if the run is to stop; what is finished stays
    StudyError
        if nothing can be written where generated data go
    """
    names = promised_groups(study)
    if not names:
        return []
    folder = study.overlay if study.read_only else study.path
    if folder is None:
        raise StudyError(f"{study.path} is read-only, and there is no folder for generated data.")
    made = []
    with store.explain_disk(folder, _GENERATED_BYTES), _turn(folder, run):
        study.refresh()
        total = sum(map(_weight, names)) + _weight("features")
        done = 0.0
        maker = Maker(study)
        for name in names:
            share, weight = done / total, _weight(name) / total
            if study.promised(name):
                _tell(run, share, f"simulating {name}")

                def progress(part: float, share: float = share, weight: float = weight,
                             name: str = name) -> None:  # fmt: skip
                    _tell(run, share + weight * part, f"simulating {name}")

                maker.make(name, progress)
                made.append(name)
            done += _weight(name)
        _tell(run, done / total, "fitting the weights that predict maps")
        made += run_specs(study, _opening_weights(study), Run(run.device, cancelled=run.cancelled))
    return made


class Maker:
    """Makes groups of recordings from what a study says was drawn and told.

    Parameters
    ----------
    study : with scenes, pictures, regions and story; groups are written into it
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._pictures = plan.digest_pictures(study)
        self._drives: Drives | None = None

    def make(self, name: str, progress: Progress) -> None:
        """Simulate one group and write it, with what was planted in it."""
        kind, _, subject = name.rpartition("/")
        if kind == "responses/fmri":
            responses, truth = simulate_fmri(
                FmriSubject(subject, list(plan.FMRI).index(subject), plan.FMRI[subject]),
                self.drives(),
                seed=plan.SEED,
                progress=progress,
            )
        elif kind == "responses/eeg":
            number = plan.EEG.index(subject)
            responses, truth = simulate_eeg(number, self.drives(), plan.SEED, progress)
        elif kind == "responses/ieeg":
            responses, truth = simulate_ieeg(tell_story(plan.SEED), plan.SEED, progress)
        else:
            responses, truth = extract_story(self._study, progress), None
        recipe = plan.recipe_of(self._study, name, self._pictures)
        planted = name.replace("responses/", "truth/", 1)
        if truth is not None and planted not in self._study:
            self._study.write(planted, truth)
        self._study.write(name, responses.assign_attrs(recipe=recipe, simulated=1))

    def drives(self) -> Drives:
        """What drives simulated brains, from scene graphs and pixels; computed once."""
        if self._drives is None:
            scenes = read_scenes(self._study)
            self._drives = prepare_drives(scenes, read_pictures(self._study), plan.SEED)
        return self._drives


def read_scenes(study: Study) -> list[Scene]:
    """The scene graphs of a study, in the order of the stimuli."""
    return [Scene.from_json(str(g)) for g in study["truth/scenes"].graph.values]


def read_pictures(study: Study) -> np.ndarray:
    """The pictures as simulated eyes see them: (n, 96, 96, 3) uint8."""
    stimuli: xr.Dataset = study["stimuli/images"]
    side = (PICTURE_PIXELS, PICTURE_PIXELS)
    rows = []
    for file in stimuli.image.values:
        with Image.open(study.path / "images" / str(file)) as picture:
            small = picture.convert("RGB").resize(side, Image.Resampling.BOX)
            rows.append(np.asarray(small))
    return np.stack(rows)


def _opening_weights(study: Study) -> list[Spec]:
    """Specs of the weights that the opening view predicts maps with."""
    return [
        weights_spec(make_spec(study, "fmri", s, plan.MODEL, "pearson"), plan.LAYER)
        for s in study.names("responses/fmri/")
    ]


@contextlib.contextmanager
def _turn(folder: Path, run: Run) -> Iterator[None]:
    """Hold the lock on a folder, waiting for another program that has it."""
    if folder.exists() and not folder.is_dir():
        raise StudyError(f"{folder} is a file, expected a folder for generated data. Remove it.")
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / _LOCK)
    while True:
        try:
            lock.acquire(timeout=_WAIT_SECONDS)
            break
        except Timeout:
            run.step(0, 1, "waiting: another program generates the same data")
    try:
        yield
    finally:
        lock.release()


def _weight(name: str) -> float:
    return next((w for kind, w in _WEIGHTS.items() if name.startswith(kind)), 1)


def _tell(run: Run, share: float, note: str) -> None:
    whole = 1000
    if run.cancelled():
        raise Cancelled(f"Stopped at {note}. What was finished is kept.")
    run.progress(round(share * whole), whole, note)
