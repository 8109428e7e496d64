import json
import os

import numpy as np
import pytest
import xarray as xr

from explorer.errors import StudyError, UnknownNameError
from explorer.study import store
from explorer.study.digest import digest_dataset
from explorer.study.schema import SCHEMA_VERSION
from explorer.study.study import MANIFEST, Manifest, Study, overlay_name, read_manifest


def fmri(value=1.0):
    values = np.full((2, 3), value, dtype="float32")
    return xr.Dataset(
        {"response": (("stimulus", "vertex"), values, {"units": "z"})}, {"stimulus": [1, 2]}
    )


def features(value=1.0):
    values = np.full((2, 1, 3), value, dtype="float32")
    return xr.Dataset({"feature": (("stimulus", "layer", "unit"), values)}, {"stimulus": [1, 2]})


@pytest.fixture
def study(tmp_path):
    study = Study.create(tmp_path / "study", title="Test", mesh="fsaverage3")
    study.write("responses/fmri/sub-02", fmri(2))
    study.write("responses/fmri/sub-01", fmri(1))
    study.write("features/tiny/caption", features())
    return study


@pytest.fixture
def read_only(study, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    return Study(study.path, overlay=study.path.parent / "overlay")


def test_a_manifest_is_read_back(tmp_path):
    given = {"title": "T", "citation": "C", "simulated": True, "extra": {"a": [1]}}
    Study.create(tmp_path / "s", **given)
    assert Study(tmp_path / "s").manifest == Manifest(**given)
    written = json.loads((tmp_path / "s" / MANIFEST).read_text())
    assert written["schema_version"] == SCHEMA_VERSION
    assert "licence" not in written


def test_describe_changes_what_it_names(study):
    study.describe(unfinished="command")
    assert Study(study.path).manifest == Manifest(
        title="Test", mesh="fsaverage3", unfinished="command"
    )


def test_groups_and_names_are_sorted_and_below_their_prefix(study):
    assert study.groups() == [
        "features/tiny/caption",
        "responses/fmri/sub-01",
        "responses/fmri/sub-02",
    ]
    assert study.groups("responses/fmri/sub-02") == ["responses/fmri/sub-02"]
    assert study.names("responses/fmri/") == ["sub-01", "sub-02"]
    assert study.names("features/") == []
    assert "responses/fmri/sub-01" in study
    assert "responses/fmri/sub-03" not in study
    assert "../study/responses/fmri/sub-01" not in study


def test_groups_are_read_as_they_were_written(study):
    xr.testing.assert_equal(study["responses/fmri/sub-02"].load(), fmri(2))
    assert study.digest("responses/fmri/sub-02") == digest_dataset(fmri(2))
    assert study.digest("responses/fmri/sub-02") != study.digest("responses/fmri/sub-01")


def test_what_a_caller_does_to_a_group_stays_with_the_caller(study):
    mine = study["responses/fmri/sub-01"]
    mine.attrs["digest"] = "mine"
    mine["new"] = ("vertex", [1, 2, 3])
    assert study.digest("responses/fmri/sub-01") == digest_dataset(fmri(1))
    assert "new" not in study["responses/fmri/sub-01"]


def test_a_replaced_group_is_opened_anew(study, monkeypatch):
    assert float(study["responses/fmri/sub-01"].response[0, 0]) == 1
    study.write("responses/fmri/sub-01", fmri(5))
    assert float(study["responses/fmri/sub-01"].response[0, 0]) == 5
    Study(study.path).write("responses/fmri/sub-01", fmri(6))
    study.refresh()
    assert float(study["responses/fmri/sub-01"].response[0, 0]) == 6
    Study(study.path).write("responses/fmri/sub-01", fmri(7))
    monkeypatch.setattr("explorer.study.study._FRESH", 0)  # half a second later
    assert float(study["responses/fmri/sub-01"].response[0, 0]) == 7


def test_groups_of_another_process_are_seen_after_a_refresh(study):
    study.groups()
    Study(study.path).write("responses/fmri/sub-03", fmri())
    study.refresh()
    assert study.names("responses/fmri/") == ["sub-01", "sub-02", "sub-03"]


def test_unknown_groups_list_the_known_and_the_nearest(study):
    with pytest.raises(UnknownNameError, match=r"'responses/fmri/sub-1'.*mean 'responses/fmri/s"):
        study["responses/fmri/sub-1"]
    assert study.get("responses/fmri/sub-1") is None
    assert study.get("responses/fmri/sub-01") is not None


def test_faulty_groups_are_refused_and_not_written(study):
    with pytest.raises(StudyError, match=r"found units '', expected"):
        wrong = fmri()
        del wrong.response.attrs["units"]
        study.write("responses/fmri/sub-09", wrong)
    assert "responses/fmri/sub-09" not in study


@pytest.mark.parametrize(
    "name", ["responses/fmri/../x", "responses/fmri/a b", "responses/fmri/.a", "/responses/fmri/a"]
)
def test_unsafe_names_are_refused(study, name):
    with pytest.raises(StudyError):
        study.write(name, fmri())


def test_fill_writes_what_an_importer_yields(study):
    groups = [("responses/fmri/sub-07", fmri(7)), ("features/b/caption", features())]
    assert study.fill(iter(groups)) == ["responses/fmri/sub-07", "features/b/caption"]
    assert "features/b/caption" in study.groups()


def test_half_written_groups_are_not_seen(study):
    folder = study.path / "responses/fmri"
    for kind in (store.PARTIAL, store.RESUMABLE):
        (folder / f".sub-05.zarr{kind}12345678").mkdir()
    assert Study(study.path).names("responses/fmri/") == ["sub-01", "sub-02"]


def test_opening_a_study_brings_a_retired_group_back(study):
    folder = study.path / "responses/fmri"
    (folder / "sub-01.zarr").rename(folder / f".sub-01.zarr{store.RETIRED}12345678")
    assert Study(study.path).names("responses/fmri/") == ["sub-01", "sub-02"]


def test_a_folder_with_other_things_is_no_place_for_a_study(tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(
        StudyError, match=r"a folder with other things in it \(thesis.txt, …\). Name a new"
    ):
        Study.create(tmp_path)
    with pytest.raises(StudyError, match=r"is no study: it has no study.json.*import folder SOURC"):
        Study(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not readable JSON"),
        ("\udcff", "is not readable JSON"),
        ("[]", "has no integer schema_version"),
        ('{"schema_version": "1"}', "has no integer schema_version"),
        (f'{{"schema_version": {SCHEMA_VERSION}, "title": 5}}', "title of the wrong type"),
        ('{"schema_version": 0}', r"version 0, this program writes .*explorer upgrade .*stay as"),
        ('{"schema_version": 999}', r"newer than this program's .*Install a newer version"),
    ],
)
def test_faulty_manifests_say_what_to_do(tmp_path, text, message):
    (tmp_path / MANIFEST).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(StudyError, match=message):
        read_manifest(tmp_path)


def test_unknown_fields_of_a_manifest_are_no_obstacle(tmp_path):
    text = f'{{"schema_version": {SCHEMA_VERSION}, "title": "T", "added_later": 1}}'
    (tmp_path / MANIFEST).write_text(text)
    assert read_manifest(tmp_path).title == "T"


def test_a_read_only_study_sends_what_is_computed_to_its_overlay(read_only, study):
    assert read_only.read_only
    read_only.write("features/other/caption", features(3))
    assert read_only.groups("features/") == ["features/other/caption", "features/tiny/caption"]
    assert study.path / "features/other" not in list((study.path / "features").iterdir())
    read_only.write("features/tiny/caption", features(4))
    assert float(read_only["features/tiny/caption"].feature[0, 0, 0]) == 4
    with pytest.raises(StudyError, match=r"is read-only, so responses/fmri/sub-01 cannot be writt"):
        read_only.write("responses/fmri/sub-01", fmri())


def test_a_read_only_study_without_overlay_takes_nothing(study, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StudyError, match="copy the study to a folder of yours"):
        Study(study.path).write("features/other/caption", features())


def test_overlays_of_different_studies_have_different_names(tmp_path):
    names = {overlay_name(tmp_path / "a/study"), overlay_name(tmp_path / "b/study")}
    assert len(names) == 2
    assert all(n.startswith("study-") for n in names)


def test_a_group_without_digest_is_refused_where_one_is_needed(study):
    store.write_group(study.target("features/old/caption"), features())
    study.refresh()
    with pytest.raises(StudyError, match="features/old/caption has no digest"):
        study.digest("features/old/caption")
