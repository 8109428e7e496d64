import numpy as np
import pytest
import xarray as xr
from PIL import Image

from explorer.study import store
from explorer.study.check import check_study
from explorer.study.study import MANIFEST, Study
from explorer.study.surface import MESHES, hemispheres

N = 12
FMRI, RDM, IMAGES = "responses/fmri/sub-01", "responses/rdm/sub-01", "stimuli/images"


def images():
    names = [f"{k}.png" for k in range(N)]
    return xr.Dataset(
        {"image": ("stimulus", np.array(names, dtype=object))}, {"stimulus": range(N)}
    )


def fmri(dtype="float32"):
    values = np.random.default_rng(0).random((2, N, MESHES["fsaverage3"])).astype(dtype)
    return xr.Dataset(
        {"response": (("repeat", "stimulus", "vertex"), values, {"units": "z"})},
        {"stimulus": range(N), "hemi": ("vertex", hemispheres("fsaverage3"))},
    )


def rdm(n_pairs=N * (N - 1) // 2):
    values = np.random.default_rng(1).random(n_pairs).astype("float32")
    return xr.Dataset({"dissimilarity": ("pair", values)}, {"stimulus": range(N)})


@pytest.fixture
def study(tmp_path):
    study = Study.create(tmp_path / "study", title="T", mesh="fsaverage3")
    study.write(IMAGES, images())
    study.write(FMRI, fmri())
    study.write(RDM, rdm())
    (study.path / "images").mkdir()
    for k in range(N):
        Image.new("RGB", (4, 4)).save(study.path / f"images/{k}.png")
    return study


def only_fault(study):
    faults = check_study(Study(study.path))
    assert len(faults) == 1, faults
    assert all((faults[0].found, faults[0].expected, faults[0].fix))
    return faults[0]


def write_unchecked(study, name, dataset):
    store.write_group(study.target(name), dataset.assign_attrs(digest="none"))


def chunk(study, name, variable):
    folder = study.target(name) / variable / "c"
    return next(p for p in sorted(folder.rglob("*")) if p.is_file())


def test_a_sound_study_has_no_fault(study):
    assert check_study(study) == []


def test_an_empty_study_says_so(tmp_path):
    fault = only_fault(Study.create(tmp_path / "study"))
    assert str(fault) == "study: found no group, expected at least one. Import something into it."


def test_an_unfinished_import_names_the_command(study):
    study.describe(unfinished="python -m explorer import folder a b")
    fault = only_fault(study)
    assert fault.where == MANIFEST
    assert fault.fix == "Run it again: `python -m explorer import folder a b`."


def test_an_unknown_mesh_is_listed(study):
    study.describe(mesh="fsaverage9")
    wheres = [f.where for f in check_study(study)]
    assert wheres == [f"{MANIFEST}/mesh", f"{FMRI}/vertex"]


def test_a_number_of_vertices_that_is_not_the_mesh_is_listed(study):
    study.write(FMRI, fmri().isel(vertex=slice(1000)))
    fault = only_fault(study)
    assert fault.where == f"{FMRI}/vertex"
    assert fault.found == "1,000 vertices"
    assert fault.expected == "1,284 of fsaverage3"


@pytest.mark.parametrize("damage", [b"", b"torn"], ids=["empty", "torn"])
@pytest.mark.parametrize(
    ("name", "variable"),
    [
        (FMRI, "response"),
        (RDM, "dissimilarity"),
        (IMAGES, "image"),
    ],
)
def test_torn_chunks_are_listed_and_the_rest_is_checked(study, name, variable, damage):
    chunk(study, name, variable).write_bytes(damage)
    faults = {f.where: f for f in check_study(Study(study.path))}
    assert list(faults) == [name]
    assert "cannot be read" in faults[name].found or "unreadable" in faults[name].found
    assert faults[name].fix == "Import or compute this group again."


def test_missing_chunks_are_changed_values(study):
    chunk(study, FMRI, "response").unlink()
    assert only_fault(study).found == "values that changed since they were written"


@pytest.mark.parametrize("file", ["zarr.json", "response/zarr.json"])
def test_damaged_metadata_are_listed(study, file):
    (study.target(FMRI) / file).write_text("{")
    fault = only_fault(study)
    assert fault.where == FMRI
    assert "an unreadable group" in fault.found


def test_changed_values_are_told_by_the_digest(study):
    values = fmri()
    values.response[0, 0, 0] = 0.123
    digest = study.digest(FMRI)
    store.write_group(study.target(FMRI), values.assign_attrs(digest=digest))
    fault = only_fault(study)
    assert fault.found == "values that changed since they were written"
    assert fault.expected == f"digest {digest}"


def test_faults_of_form_come_before_values(study):
    write_unchecked(study, FMRI, fmri("int64").drop_vars("stimulus"))
    wheres = [f.where for f in check_study(Study(study.path))]
    assert wheres == [f"{FMRI}/stimulus", f"{FMRI}/response"]


def test_infinite_values_and_nothing_but_nan_are_listed(study):
    values = fmri()
    values.response[1, 2, 3] = np.inf
    study.write(FMRI, values)
    study.write(RDM, rdm() * np.nan)
    faults = {f.where: f.found for f in check_study(study)}
    assert faults == {
        f"{FMRI}/response": "1 infinite values",
        f"{RDM}/dissimilarity": "nothing but NaN",
    }


def test_values_out_of_bounds_are_listed(study):
    ceiling = ("vertex", np.full(MESHES["fsaverage3"], -0.5, "float32"))
    study.write(FMRI, fmri().assign(noise_ceiling=ceiling))
    fault = only_fault(study)
    assert (fault.where, fault.found) == (f"{FMRI}/noise_ceiling", "values from -0.5 to -0.5")


def test_a_wrong_number_of_pairs_is_listed(study):
    study.write(RDM, rdm(65))
    fault = only_fault(study)
    assert (fault.found, fault.expected) == ("65 pairs", "66 for 12 stimuli")


def test_unknown_and_repeated_stimuli_are_listed(study):
    study.write(FMRI, fmri().assign_coords(stimulus=[*range(10), 9, 77]))
    faults = {f.found for f in check_study(study)}
    assert faults == {"ids that repeat", "1 ids that stimuli/images lacks (first 77)"}


def test_groups_that_the_schema_does_not_know_are_listed(study):
    study.target(FMRI).rename(study.path / "responses/fmri.zarr")
    fault = only_fault(study)
    assert fault.where == "responses/fmri"
    assert fault.found == "a group that the schema does not know"


def test_missing_broken_and_foreign_pictures_are_listed_by_stimulus(study):
    (study.path / "images/3.png").unlink()
    (study.path / "images/5.png").write_bytes(b"GIF89a")
    changed = images()
    changed["image"][7] = "../study.json"
    study.write(IMAGES, changed)
    faults = {f.where: f for f in check_study(study)}
    assert sorted(faults) == ["images/../study.json", "images/3.png", "images/5.png"]
    assert "does not exist" in faults["images/3.png"].found
    assert faults["images/5.png"].expected == "the picture of stimulus 5"


def test_every_fault_is_listed_not_the_first(study):
    study.describe(unfinished="command")
    (study.target(FMRI) / "zarr.json").write_text("{")
    study.write(RDM, rdm(65))
    (study.path / "images/3.png").unlink()
    wheres = [f.where for f in check_study(Study(study.path))]
    assert wheres == [MANIFEST, FMRI, f"{RDM}/dissimilarity", "images/3.png"]
