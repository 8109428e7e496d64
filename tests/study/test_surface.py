import numpy as np
import pytest

from explorer.errors import StudyError
from explorer.study.surface import MESHES, find_mesh, hemispheres, why_no_mesh


@pytest.mark.parametrize("mesh", [m for m in MESHES if MESHES[m] != 327_684])
def test_the_number_of_vertices_tells_the_mesh(mesh):
    assert find_mesh(MESHES[mesh]) == mesh
    assert find_mesh(MESHES[mesh], mesh) == mesh


def test_icosahedral_meshes_have_their_sizes():
    assert [MESHES[f"fsaverage{k}"] for k in range(3, 8)] == [
        2 * (10 * 4**k + 2) for k in range(3, 8)
    ]


def test_two_meshes_of_one_size_must_be_told_apart():
    with pytest.raises(StudyError, match=r"327,684 .* fsaverage7 or fsLR-164k: .* --mesh"):
        find_mesh(327_684)
    assert find_mesh(327_684, "fsLR-164k") == "fsLR-164k"


def test_other_numbers_have_no_mesh_and_a_reason():
    assert find_mesh(1000) == ""
    assert "1,000 targets fit no known mesh" in why_no_mesh(1000)
    assert "fsaverage5 20,484" in why_no_mesh(1000)


def test_wrong_meshes_are_refused():
    with pytest.raises(StudyError, match=r"No mesh is called 'fs'. There are: fsaverage3"):
        find_mesh(1284, "fs")
    with pytest.raises(StudyError, match=r"10,242 vertices.*20,484 .*one hemisphere of fsaverage5"):
        find_mesh(10_242, "fsaverage5")
    with pytest.raises(StudyError, match=r"has 1,284 .*Known meshes: fsaverage3 1,284"):
        find_mesh(1000, "fsaverage3")


def test_left_comes_first():
    sides = hemispheres("fsaverage3")
    assert sides.shape == (1284,)
    assert np.array_equal(np.unique(sides[:642]), ["left"])
    assert np.array_equal(np.unique(sides[642:]), ["right"])
