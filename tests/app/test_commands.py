"""Commands about studies: what they say, and with which status they end."""

import json

import numpy as np
import pytest

from explorer.assets import asset
from explorer.study.schema import SCHEMA_VERSION
from explorer.study.study import Study


def spoil(study):
    """Three faults: a value, a picture, a group that is cut off."""
    group = study["responses/eeg/sub-01"].load()
    group.response[0, 0, 0, 0] = np.inf
    study.write("responses/eeg/sub-01", group)
    (study.path / "images" / "000007.png").write_bytes(b"no picture")
    chunks = study.path / "features" / "planted" / "caption.zarr" / "feature" / "c"
    next(p for p in chunks.rglob("*") if p.is_file()).write_bytes(b"torn")


def test_check_of_a_clean_study_ends_with_0(command, synthetic_study):
    said = command("check", synthetic_study.path)
    assert (said.status, said.out) == (0, "0 faults\n")


def test_check_lists_every_fault_with_what_to_do(command, study):
    spoil(study)
    said = command("check", study.path)
    assert said.status == 1
    for where in ("responses/eeg/sub-01/response", "images/000007.png", "features/planted/caption"):
        assert f"{where}\n  found: " in said.out
    assert "1 infinite values" in said.out
    assert said.out.count("  expected: ") == said.out.count("  fix:      ") == 3
    assert said.out.endswith("3 faults\n")


def test_check_as_json_tells_the_same(command, study):
    spoil(study)
    said = command("check", study.path, "--json")
    assert said.status == 1
    faults = said.json["faults"]
    assert len(faults) == 3
    assert all(set(f) == {"where", "found", "expected", "fix"} for f in faults)
    assert all(all(f.values()) for f in faults)


def test_check_of_what_is_no_study_ends_with_1(command, tmp_path):
    said = command("check", tmp_path)
    assert said.status == 1
    assert "no study" in said.out


def test_info_holds_every_group_with_its_sizes(command, synthetic_study):
    info = command("info", synthetic_study.path, "--json").json
    assert info["simulated"] is True
    assert set(info["groups"]) == set(synthetic_study.groups())
    sizes = info["groups"]["responses/fmri/sub-01"]["sizes"]
    assert sizes == {"repeat": 3, "stimulus": 120, "vertex": 1284}
    assert info["results"] == 0


def test_info_says_that_data_are_simulated(command, synthetic_study):
    said = command("info", synthetic_study.path)
    assert "simulated data: no brain was measured" in said.out
    assert "responses/eeg/sub-02" in said.out


def test_command_without_study_means_the_embedded_one(command, home):
    info = command("info", "--json").json
    assert info["path"] == str(asset("demo") / "study")
    assert info["title"] == "Picture-book brains (simulated)"
    assert info["simulated"]
    assert command("check").status == 0


def test_older_study_is_refused_with_the_command_that_upgrades_it(command, study):
    manifest = json.loads((study.path / "study.json").read_text())
    manifest.update(schema_version=0, surface=manifest.pop("mesh"))
    manifest.pop("simulated")
    (study.path / "study.json").write_text(json.dumps(manifest))
    refused = command("info", study.path)
    assert refused.status == 1
    assert f"python -m explorer upgrade {study.path}" in refused.err
    assert command("upgrade", study.path).status == 0
    upgraded = Study(study.path).manifest
    assert (upgraded.schema_version, upgraded.mesh) == (SCHEMA_VERSION, "fsaverage3")
    assert command("check", study.path).status == 0
    assert "nothing to do" in command("upgrade", study.path).out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("encode", "{study}", "--model", "plantd"), "Did you mean 'planted'?"),
        (("rsa", "{study}", "--subject", "sub-9"), "sub-01"),
        (("encode", "{study}", "--variant", "captoin"), "caption"),
        (("encode", "{study}", "--atlas", "hcp"), "planted"),
        (("extract", "{study}", "--model", "minilmm"), "minilm"),
        (("extract", "{study}", "--model", "gabor", "--variant", "caption_7"), "image"),
        (("import", "foldr", "{study}", "{study}"), "folder"),
        (("info", "{study}/nowhere"), "is no study"),
    ],
)
def test_unknown_name_is_one_line_with_what_there_is(command, synthetic_study, arguments, told):
    said = command(*(a.format(study=synthetic_study.path) for a in arguments))
    assert said.status == 1
    assert told in said.err
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    assert said.out == ""


def test_synthetic_writes_the_same_study_each_time(command, synthetic_study, tmp_path):
    assert command("synthetic", tmp_path / "again").status == 0
    again = Study(tmp_path / "again")
    assert again.groups() == synthetic_study.groups()
    assert all(again.digest(n) == synthetic_study.digest(n) for n in again.groups())
