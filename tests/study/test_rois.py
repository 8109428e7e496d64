import numpy as np
import pytest
import xarray as xr

from explorer.study.rois import WHOLE, atlases, place_dim, regions
from explorer.study.study import Study


def names(*values):
    return np.array(values, dtype=object)


@pytest.fixture
def study(tmp_path):
    study = Study.create(tmp_path / "study")
    label = xr.Dataset(
        {"label": ("vertex", [0, 2, 1, 2, 0]), "name": ("roi", names("V1", "IT", "gone"))}
    )
    mask = np.array([[1, 1, 0, 0, 0], [0, 1, 1, 0, 0]], dtype=bool)
    both = xr.Dataset({"mask": (("roi", "vertex"), mask), "name": ("roi", names("a", "b"))})
    study.write("rois/labels", label)
    study.write("rois/masks", both)
    return study


def lists(found):
    return {name: places.tolist() for name, places in found.items()}


def responses(dim="vertex", n=5, **coords):
    return xr.Dataset({"response": (("stimulus", dim), np.zeros((2, n)))}, coords)


def test_atlases_are_listed(study):
    assert atlases(study) == ["labels", "masks"]


def test_labels_become_regions_in_the_order_of_the_atlas_and_empty_ones_are_left_out(study):
    found = regions(study, responses(), "labels")
    assert lists(found) == {WHOLE: [0, 1, 2, 3, 4], "V1": [2], "IT": [1, 3]}


def test_masks_may_overlap(study):
    found = regions(study, responses(), "masks")
    assert lists(found) == {WHOLE: [0, 1, 2, 3, 4], "a": [0, 1], "b": [1, 2]}


@pytest.mark.parametrize(("dim", "coordinate"), [("target", "roi"), ("channel", "region")])
def test_places_without_a_mesh_have_regions_of_their_own(study, dim, coordinate):
    own = responses(dim, 4, **{coordinate: (dim, names("x", "", "y", "x"))})
    found = regions(study, own, "labels")
    assert lists(found) == {WHOLE: [0, 1, 2, 3], "x": [0, 3], "y": [2]}


def test_without_regions_there_is_the_whole(study):
    assert list(regions(study, responses("channel"))) == [WHOLE]
    assert list(regions(study, responses())) == [WHOLE]


def test_dissimilarities_have_no_places(study):
    pairs = xr.Dataset({"dissimilarity": ("pair", np.zeros(3))})
    assert place_dim(pairs) == ""
    assert regions(study, pairs) == {}
