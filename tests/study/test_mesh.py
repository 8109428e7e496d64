import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse import csr_array

from explorer.errors import StudyError
from explorer.study.mesh import SHAPES, read_mesh
from explorer.study.surface import MESHES

NAMES = ("fsaverage3", "fsaverage4", "fsaverage5")


def edges_of(faces):
    """Each edge of each face, as sorted pairs."""
    return np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)


def neighbours(mesh):
    a, b = np.unique(edges_of(mesh.faces), axis=0).T
    n = len(mesh.sulc)
    return csr_array((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, a])), shape=(n, n))


@pytest.mark.parametrize("name", NAMES)
def test_each_hemisphere_is_a_closed_surface(name):
    mesh = read_mesh(name)
    right = mesh.faces >= mesh.n_left
    assert (right.all(1) | ~right.any(1)).all()
    for side in (False, True):
        faces = mesh.faces[right.all(1) == side]
        edges, shared = np.unique(edges_of(faces), axis=0, return_counts=True)
        assert (shared == 2).all()
        assert len(np.unique(faces)) - len(edges) + len(faces) == 2


@pytest.mark.parametrize("name", NAMES)
def test_faces_turn_outward(name):
    mesh = read_mesh(name)
    a, b, c = (mesh.coordinates["sphere"][mesh.faces[:, k]] for k in range(3))
    outward = (np.cross(b - a, c - a) * (a + b + c)).sum(1) > 0
    assert outward.mean() > 0.999


@pytest.mark.parametrize("name", NAMES)
def test_left_comes_first(name):
    mesh = read_mesh(name)
    assert len(mesh.sulc) == MESHES[name]
    x = mesh.coordinates["pial"][:, 0]
    assert (x[: mesh.n_left] < 5).all()
    assert (x[mesh.n_left :] > -5).all()
    assert {k: v.dtype for k, v in mesh.coordinates.items()} == dict.fromkeys(SHAPES, np.float32)


@pytest.mark.parametrize(("coarse", "fine"), [NAMES[:2], NAMES[1:]])
def test_edges_of_a_coarse_mesh_are_those_that_the_finer_one_halves(coarse, fine):
    few, many = read_mesh(coarse), read_mesh(fine)
    a, b = np.unique(edges_of(few.faces[: len(few.faces) // 2]), axis=0).T
    near = neighbours(many)
    assert (near @ near)[a, b].min() >= 1  # a vertex lies between both ends
    assert near[a, b].max() == 0


@pytest.mark.parametrize("name", NAMES[:2])
def test_a_coarse_mesh_is_the_first_vertices_of_the_fine_one(name):
    mesh, fine = read_mesh(name), read_mesh("fsaverage5")
    n = mesh.n_left
    for shape in ("white", "pial", "inflated", "sphere"):
        np.testing.assert_array_equal(mesh.coordinates[shape][:n], fine.coordinates[shape][:n])
        right = fine.coordinates[shape][fine.n_left : fine.n_left + n]
        np.testing.assert_array_equal(mesh.coordinates[shape][n:], right)


def test_area_of_the_middle_of_the_grey_matter():
    mesh = read_mesh("fsaverage5")
    halves = mesh.area.reshape(2, -1).sum(1)
    np.testing.assert_allclose(halves, [71_146, 71_264], atol=2)  # mm², as nilearn's mesh gives
    np.testing.assert_allclose(
        mesh.middle, (mesh.coordinates["white"] + mesh.coordinates["pial"]) / 2
    )


@pytest.mark.parametrize("name", NAMES)
def test_flat_map_lacks_vertices_of_the_medial_wall_alone(name):
    mesh = read_mesh(name)
    flat = mesh.coordinates["flat"]
    missing = np.isnan(flat[:, 0])
    assert not missing[mesh.flat_faces].any()
    assert missing.sum() == MESHES[name] - len(np.unique(mesh.flat_faces))
    assert 0.05 < missing.mean() < 0.1
    assert (np.abs(mesh.coordinates["pial"][missing, 0]) < 45).all()


@pytest.mark.parametrize("name", NAMES)
def test_hardly_any_flat_face_spans_a_cut(name):
    mesh = read_mesh(name)
    corners = mesh.coordinates["flat"][mesh.flat_faces]
    longest = np.linalg.norm(corners - np.roll(corners, 1, 1), axis=2).max(1)
    assert np.mean(longest > 3.5 * np.median(longest)) < 1e-3


def test_depth_and_curvature_are_positive_in_sulci():
    mesh = read_mesh("fsaverage5")
    assert np.corrcoef(mesh.sulc, mesh.curv)[0, 1] > 0.3
    a, b = np.unique(edges_of(mesh.faces), axis=0).T
    # Grey matter is wider outside than inside on gyri: pial edges are longer than white ones.
    length = [np.linalg.norm(mesh.coordinates[s][a] - mesh.coordinates[s][b], axis=1)
              for s in ("pial", "white")]  # fmt: skip
    assert np.corrcoef(mesh.curv[a] + mesh.curv[b], length[0] - length[1])[0, 1] < -0.3


def test_meshes_are_shared_and_cannot_be_changed():
    mesh = read_mesh("fsaverage5")
    assert read_mesh("fsaverage5") is mesh
    for array in (*mesh.coordinates.values(), mesh.faces, mesh.sulc, mesh.curv, mesh.area):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("name", ["fsaverage6", "fsLR-32k"])
def test_a_mesh_that_is_not_at_hand_says_what_to_do(name):
    with pytest.raises(StudyError, match=f"{name} is not at hand.*fsaverage5.*Resample"):
        read_mesh(name)


def test_an_unknown_mesh_names_the_known():
    with pytest.raises(StudyError, match=r"'fsaverage9'.*fsaverage5"):
        read_mesh("fsaverage9")


def test_reading_a_mesh_does_not_load_nilearn():
    code = (
        "import sys; from explorer.study.mesh import read_mesh; read_mesh('fsaverage5'); "
        "assert not {'nilearn', 'torch', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
