"""The embedded study is found whole, or refused by name; what it promises is generated."""

import json
import shutil

import pytest

from explorer.app import shipped as module
from explorer.app.opening import default_study, generate_in_background, open_study
from explorer.app.shipped import find_shipped, part_digests, shipped_faults, write_record
from explorer.assets import asset
from explorer.errors import ExplorerError, StudyError
from explorer.state.jobs import JobQueue
from explorer.study.study import Study
from explorer.study.synthetic import write_synthetic


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A small study in place of the embedded one."""
    made = tmp_path / "demo"
    write_synthetic(made / "study", n_stimuli=12)
    write_record(made)
    monkeypatch.setattr(module, "asset", lambda _name: made)
    return made


def test_the_embedded_study_is_as_recorded():
    assert shipped_faults(asset("demo")) == []


def test_a_whole_study_is_found(folder):
    assert find_shipped() == folder / "study"


def test_a_group_that_is_missing_is_named(folder):
    shutil.rmtree(folder / "study/rois/planted.zarr")
    with pytest.raises(StudyError, match="rois/planted is missing"):
        find_shipped()


def test_a_picture_that_changed_is_named(folder):
    picture = next((folder / "study/images").iterdir())
    picture.write_bytes(picture.read_bytes() + b"x")
    with pytest.raises(StudyError, match=r"images has changed.*python -m explorer demo"):
        find_shipped()


def test_a_missing_record_or_folder_is_told(folder, monkeypatch):
    (folder / "record.json").unlink()
    with pytest.raises(StudyError, match=r"record\.json cannot be read"):
        find_shipped()

    def none(name):
        raise ExplorerError(f"no {name}")

    monkeypatch.setattr(module, "asset", none)
    with pytest.raises(StudyError, match="embedded study is missing"):
        find_shipped()


def test_the_record_has_a_digest_for_every_group_and_the_pictures(folder):
    record = json.loads((folder / "record.json").read_text())
    assert record == part_digests(folder / "study")
    assert {"images", "study.json", "stimuli/images", "responses/fmri/sub-01"} <= set(record)


def test_default_study_promises_recordings_and_a_job_makes_them(tmp_path):
    study = open_study(default_study(tmp_path), tmp_path)
    assert study.read_only
    assert study.overlay.parent == tmp_path / "generated"
    queue = JobQueue()
    queue._thread = object()  # nothing is run
    job = generate_in_background(study, queue, "cpu")
    assert job.request["steps"] == [{"generate": {}}]
    assert generate_in_background(study, queue, "cpu") is job  # two tabs, one job
    queue._thread = None


def test_a_study_without_promises_has_nothing_to_generate(tmp_path):
    study = write_synthetic(tmp_path / "s", n_stimuli=12)
    assert generate_in_background(Study(study.path), JobQueue(), "cpu") is None
