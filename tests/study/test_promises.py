import numpy as np
import pytest
import xarray as xr

from explorer.errors import StudyError
from explorer.study.blocks import blank
from explorer.study.check import check_study
from explorer.study.study import Study

NAME = "responses/fmri/sub-01"
N_VERTICES = 2 * 642


def responses(values):
    return xr.Dataset(
        {"response": (("stimulus", "vertex"), values, {"units": "z"})},
        {"stimulus": np.arange(1, len(values) + 1)},
        {"recipe": "seed-0"},
    )


@pytest.fixture
def shipped(tmp_path):
    study = Study.create(tmp_path / "study", title="Test", mesh="fsaverage3", simulated=True)
    study.promise(NAME, responses(blank((20, N_VERTICES))), "response", "made from seed 0")
    study.describe(shipped=True)
    return Study(study.path, overlay=tmp_path / "overlay")


def test_a_promised_group_has_its_shape_and_is_missing_everywhere(shipped):
    found = shipped[NAME]
    assert found.response.shape == (20, N_VERTICES)
    assert np.isnan(found.response.values).all()
    assert shipped.promised(NAME) == "made from seed 0"
    assert check_study(shipped) == []
    stored = [p for p in (shipped.path / f"{NAME}.zarr/response").rglob("*") if p.is_file()]
    assert [p.name for p in stored] == ["zarr.json"]


def test_what_was_promised_is_written_beside_a_shipped_study(shipped):
    before = shipped.digest(NAME)
    values = np.random.default_rng(0).standard_normal((20, N_VERTICES)).astype(np.float32)
    shipped.write(NAME, responses(values))
    assert shipped.promised(NAME) == ""
    assert np.array_equal(shipped[NAME].response.values, values)
    assert (shipped.overlay / f"{NAME}.zarr").is_dir()
    assert shipped.digest(NAME) == before == "seed-0"
    assert check_study(shipped) == []


def test_a_shipped_study_takes_nothing_that_was_not_promised(shipped):
    with pytest.raises(StudyError, match="read-only"):
        shipped.write("responses/fmri/sub-02", responses(np.zeros((20, N_VERTICES), np.float32)))


def test_a_recipe_is_the_identity_of_generated_data_and_content_that_of_others(tmp_path):
    study = Study.create(tmp_path / "study", mesh="fsaverage3")
    noise = np.random.default_rng(1).standard_normal((20, N_VERTICES)).astype(np.float32)
    study.write(NAME, responses(noise))
    assert study.digest(NAME) == "seed-0"
    plain = responses(noise)
    del plain.attrs["recipe"]
    study.write(NAME, plain)
    assert study.digest(NAME) not in ("", "seed-0")


def test_a_shipped_study_keeps_its_manifest(shipped):
    with pytest.raises(StudyError, match="comes with the program"):
        shipped.describe(title="Mine")
