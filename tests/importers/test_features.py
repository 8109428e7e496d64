import h5py
import numpy as np
import pytest

from explorer.errors import ImporterError, StudyError
from explorer.importers.features import FeaturesImporter
from explorer.importers.run import import_study
from explorer.study.check import check_study
from explorer.study.synthetic import write_synthetic

IDS = np.array([7, 3, 11])
VALUES = np.random.default_rng(0).standard_normal((2, 3, 5))


def save_npz(file, **changes):
    arrays = {"stimulus": IDS, "feature": VALUES, **changes}
    np.savez(file, **{k: v for k, v in arrays.items() if v is not None})
    return file


@pytest.fixture
def file(tmp_path):
    return save_npz(tmp_path / "resnet.npz")


def read(file):
    reader = FeaturesImporter()
    assert reader.can_read(file)
    reader.describe(file)
    return dict(reader.read(file))


def test_features_keep_the_ids_of_their_stimuli(file):
    found = read(file)["features/resnet/array"]
    assert found.feature.dims == ("stimulus", "layer", "unit")
    np.testing.assert_array_equal(found.stimulus, IDS)
    np.testing.assert_array_equal(
        found.feature.sel(stimulus=3, layer=1), VALUES[1, 1].astype(np.float32)
    )
    assert found.layer_name.values.tolist() == ["layer 0", "layer 1"]
    assert found.attrs["stimuli"] == "stimuli/images"


def test_hdf5_tells_the_same_as_npz(tmp_path, file):
    other = tmp_path / "resnet.h5"
    with h5py.File(other, "w") as opened:
        opened["stimulus"], opened["feature"] = IDS, VALUES
        opened["layer_name"] = ["conv", "pool"]
        opened["stimuli"] = "story"
    found = read(other)["features/resnet/array"]
    np.testing.assert_array_equal(found.feature, read(file)["features/resnet/array"].feature)
    assert found.layer_name.values.tolist() == ["conv", "pool"]
    assert found.attrs["stimuli"] == "stimuli/story"


def test_one_layer_needs_no_axis_of_its_own(tmp_path):
    found = read(save_npz(tmp_path / "one.npz", feature=VALUES[0]))["features/one/array"]
    assert dict(found.sizes) == {"stimulus": 3, "layer": 1, "unit": 5}
    assert found.layer_name.values.tolist() == ["one"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stimulus": None}, "expected an array 'stimulus'"),
        ({"stimulus": np.array([1.0, 2, 3])}, "expected integer ids"),
        ({"stimulus": np.array([1, 2, 1])}, "stimulus 1 more than once"),
        ({"stimulus": np.arange(4)}, r"\(2, 3, 5\) for 4 stimuli, expected \(4, n_units\)"),
        ({"feature": np.array(["a", "b", "c"])}, "expected real numbers"),
        ({"feature": VALUES * np.inf}, "infinite values"),
        ({"layer_name": np.array(["a"])}, r"layer_name of shape \(1,\), expected \(2,\)"),
        ({"stimuli": np.array("films")}, "stimuli 'films', expected images or story"),
        ({"feature": np.array([[{}]] * 3)}, "Python objects, expected numbers"),
    ],
)
def test_faults_say_what_was_found_and_expected(tmp_path, changes, message):
    with pytest.raises(ImporterError, match=message):
        read(save_npz(tmp_path / "wrong.npz", **changes))


@pytest.mark.parametrize("name", ["cut.npz", "cut.h5"])
def test_a_damaged_file_is_told(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK\x03\x04 and no more of it")
    with pytest.raises(ImporterError, match="damaged file"):
        read(tmp_path / name)


def test_features_are_added_to_a_study_and_nothing_else_is_said_to_be_missing(tmp_path, file):
    study = write_synthetic(tmp_path / "study")
    before = study.manifest
    found = import_study("auto", file, study.path)[1]
    assert found.notes == ("resnet.npz: 3 stimuli, 5 units.",)
    assert study["features/resnet/array"].sizes["stimulus"] == 3
    assert study.manifest == before
    assert check_study(study) == []


def test_features_alone_make_no_study(tmp_path, file):
    with pytest.raises(StudyError, match=r"can only be added to one. Name a study"):
        import_study("features", file, tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
