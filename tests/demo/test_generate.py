"""Promised recordings are made once, whoever asks, and a stopped run goes on."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import xarray as xr

from explorer.analysis.generate import generate_study, promised_groups
from explorer.analysis.run import Run
from explorer.demo import generate as module
from explorer.errors import AnalysisError, Cancelled, StudyError
from explorer.study.blocks import blank
from explorer.study.study import Study

NAMES = [f"responses/fmri/sub-0{k}" for k in (1, 2, 3)]
N_VERTICES = 2 * 642


def responses(values):
    return xr.Dataset(
        {"response": (("stimulus", "vertex"), values, {"units": "z"})},
        {"stimulus": np.arange(12)},
        {"recipe": "seed-0"},
    )


@pytest.fixture
def path(tmp_path):
    study = Study.create(
        tmp_path / "study", mesh="fsaverage3", extra={"generator": "picture-book"}, simulated=True
    )
    for name in NAMES:
        study.promise(name, responses(blank((12, N_VERTICES))), "response", "made from a seed")
    study.describe(shipped=True)
    return study.path


@pytest.fixture
def made(monkeypatch):
    """Names of the groups that were made, in order; making one takes a moment."""
    names = []

    class Quick:
        def __init__(self, study):
            self.study = study

        def make(self, name, progress):
            progress(0.5)
            time.sleep(0.05)
            names.append(name)
            self.study.write(name, responses(np.ones((12, N_VERTICES), np.float32)))

    monkeypatch.setattr(module, "Maker", Quick)
    monkeypatch.setattr(module, "run_specs", lambda *_: [])
    monkeypatch.setattr(module, "_opening_weights", lambda _study: [])
    return names


def test_every_promise_is_kept_and_nothing_is_left_to_do(path, made, tmp_path):
    study = Study(path, overlay=tmp_path / "overlay")
    assert generate_study(study, Run()) == NAMES
    assert promised_groups(study) == []
    assert generate_study(study, Run()) == []
    assert made == NAMES


def test_a_stopped_run_keeps_what_is_finished_and_goes_on(path, made, tmp_path):
    study = Study(path, overlay=tmp_path / "overlay")
    with pytest.raises(Cancelled, match="What was finished is kept"):
        generate_study(study, Run(cancelled=lambda: len(made) > 0))
    assert made == NAMES[:1]
    generate_study(Study(path, overlay=tmp_path / "overlay"), Run())
    assert made == NAMES


def test_two_programs_at_once_make_everything_once(path, made, tmp_path):
    notes = []

    def run():
        study = Study(path, overlay=tmp_path / "overlay")
        generate_study(study, Run(progress=lambda _done, _total, note: notes.append(note)))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == NAMES


def test_progress_rises_to_the_end(path, made, tmp_path):
    shares = []
    study = Study(path, overlay=tmp_path / "overlay")
    generate_study(study, Run(progress=lambda done, total, _note: shares.append(done / total)))
    assert shares == sorted(shares)
    assert 0 <= shares[0] < 0.1


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_lost(path, made, tmp_path):
    (tmp_path / "overlay").write_text("a file where a folder should be")
    study = Study(path, overlay=tmp_path / "overlay")
    with pytest.raises(StudyError, match="is a file, expected a folder"):
        generate_study(study, Run())
    assert promised_groups(Study(path)) == NAMES


def test_promises_without_a_generator_say_what_to_do(tmp_path):
    study = Study.create(tmp_path / "s", mesh="fsaverage3")
    study.promise(NAMES[0], responses(blank((12, N_VERTICES))), "response", "made from a seed")
    with pytest.raises(AnalysisError, match="names no generator"):
        generate_study(study, Run())
