from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import nibabel
import nilearn
import numpy as np
import pytest

from explorer.study.mesh import read_mesh
from explorer.widgets.surface_canvas import Pick, SurfaceCanvas
from explorer.widgets.surface_geometry import (
    SHAPES,
    Geometry,
    build_geometry,
    find_borders,
    palette_bytes,
    robust_range,
)

FILES = {"white": "white", "pial": "pial", "inflated": "infl"}


@pytest.fixture(scope="module")
def geometry() -> Geometry:
    return build_geometry(read_mesh("fsaverage5"))


def unpack(geometry: Geometry) -> tuple[list[int], dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Head, coordinates in mm, sulcal depth and triangles, read as the browser reads them."""
    data = geometry.packed
    head = np.frombuffer(data, np.int32, 8).tolist()
    n = head[1]
    at = 32
    shapes = {}
    for name in SHAPES:
        shapes[name] = np.frombuffer(data, np.int16, 3 * n, at).reshape(n, 3) / 100
        at += 6 * n
    sulc = np.frombuffer(data, np.int8, n, at) / 60
    at += -(-n // 4) * 4
    kind = {2: np.uint16, 4: np.uint32}[head[7]]
    faces = np.frombuffer(data, kind, 3 * (head[4] + head[6]), at).reshape(-1, 3)
    return head, shapes, sulc, faces


def raw(name: str, side: str) -> list[np.ndarray]:
    folder = Path(nilearn.__file__).parent / "datasets/data/fsaverage5"
    return [a.data for a in nibabel.load(folder / f"{name}_{side}.gii.gz").darrays]


def keys(faces: np.ndarray) -> set[tuple[int, ...]]:
    return set(map(tuple, np.sort(faces, axis=1).tolist()))


@pytest.mark.parametrize("shape", FILES)
def test_packed_vertices_are_those_of_the_files_left_first(geometry: Geometry, shape: str) -> None:
    head, shapes, _, _ = unpack(geometry)
    assert head[1:3] == [20_484, 10_242]
    for side, part in (("left", slice(0, 10_242)), ("right", slice(10_242, None))):
        np.testing.assert_allclose(shapes[shape][part], raw(FILES[shape], side)[0], atol=0.0051)


def test_packed_triangles_are_those_of_the_files(geometry: Geometry) -> None:
    head, _, _, faces = unpack(geometry)
    left, right = raw("pial", "left")[1], raw("pial", "right")[1] + 10_242
    assert keys(faces[: head[4]]) == keys(left)
    assert keys(faces[head[4] :]) == keys(right)
    flat = [raw("flat", side)[1] + first for side, first in (("left", 0), ("right", 10_242))]
    assert keys(faces[: head[3]]) == keys(flat[0])
    assert keys(faces[head[4] : head[4] + head[5]]) == keys(flat[1])


def test_packed_depth_of_sulci_is_that_of_the_files(geometry: Geometry) -> None:
    sulc = np.concatenate([raw("sulc", side)[0] for side in ("left", "right")])
    np.testing.assert_allclose(unpack(geometry)[2], sulc, atol=0.0085)


def test_triangles_enclose_a_positive_volume_whatever_the_order_of_their_corners() -> None:
    mesh = read_mesh("fsaverage4")
    turned = SimpleNamespace(
        coordinates=mesh.coordinates,
        faces=mesh.faces[:, ::-1],
        flat_faces=mesh.flat_faces,
        sulc=mesh.sulc,
    )
    built = build_geometry(turned)
    for side in (0, 1):
        faces = built.faces[(built.faces[:, 0] >= built.n_left) == bool(side)]
        a, b, c = (built.coordinates["inflated"][faces[:, k]].astype(float) for k in range(3))
        assert np.einsum("ij,ij->", a, np.cross(b, c)) > 0


def test_flat_maps_keep_their_distances_and_stand_as_the_hemispheres_do(
    geometry: Geometry,
) -> None:
    _, shapes, _, _ = unpack(geometry)
    for side, part in (("left", slice(0, 10_242)), ("right", slice(10_242, None))):
        points, faces = raw("flat", side)
        known = np.unique(faces)
        pairs = np.random.default_rng(0).choice(known, (500, 2))
        own = shapes["flat"][part]
        before = np.linalg.norm(points[pairs[:, 0], :2] - points[pairs[:, 1], :2], axis=1)
        after = np.linalg.norm(own[pairs[:, 0]] - own[pairs[:, 1]], axis=1)
        np.testing.assert_allclose(after, before, atol=0.03)
        inflated = shapes["inflated"][part]
        for axis in (1, 2):  # front stays in front, top on top
            assert np.corrcoef(own[known, axis], inflated[known, axis])[0, 1] > 0.5
        assert np.ptp(own[known, 0]) == 0


def test_a_flat_map_with_foreign_triangles_is_refused() -> None:
    mesh = read_mesh("fsaverage4")
    foreign = np.array([[0, 1, 2000]])
    wrong = SimpleNamespace(
        coordinates=mesh.coordinates, faces=mesh.faces, flat_faces=foreign, sulc=mesh.sulc
    )
    with pytest.raises(ValueError, match="the mesh lacks"):
        build_geometry(wrong)


def test_ends_of_borders_are_the_middles_of_the_edges_whose_ends_differ_in_label(
    geometry: Geometry,
) -> None:
    rng = np.random.default_rng(0)
    seeds = geometry.coordinates["inflated"][rng.choice(10_242, 30)]
    away = geometry.coordinates["inflated"][:, None] - seeds
    labels = np.linalg.norm(away, axis=2).argmin(axis=1) - 1
    crossing = set()
    for face in geometry.faces.tolist():
        for a, b in pairwise((*face, face[0])):
            if labels[a] != labels[b]:
                crossing.add((min(a, b), max(a, b)))
    pieces = find_borders(geometry.faces, labels)
    ends = pieces[:, :6].reshape(-1, 3)
    assert {(a, b) for a, b, c in ends.tolist() if c < 0} == crossing
    meeting = ends[ends[:, 2] >= 0]
    assert all(len(set(labels[trio].tolist())) == 3 for trio in meeting)
    assert np.all(np.diff(pieces[:, 8]) >= 0)


def test_a_piece_of_border_knows_its_regions_and_its_triangle() -> None:
    faces = np.array([[0, 1, 2], [1, 2, 3], [2, 3, 4]])
    labels = np.array([5, 5, -1, 7, 7])
    pieces = find_borders(faces, labels)
    assert pieces[0].tolist() == [1, 2, -1, 0, 2, -1, 5, -1, 0]
    inner = pieces[pieces[:, 8] == 1]
    assert {tuple(sorted(p[6:8])) for p in inner.tolist()} == {(-1, 5), (-1, 7), (5, 7)}
    assert all(p[:3] == [1, 2, 3] for p in inner.tolist())
    assert len(pieces[pieces[:, 8] == 2]) == 1


def test_one_label_has_no_border(geometry: Geometry) -> None:
    assert find_borders(geometry.faces, np.zeros(20_484, int)).shape == (0, 9)


def test_ranges_ignore_outliers_and_what_is_missing() -> None:
    values = np.r_[np.linspace(0, 1, 1001), 1e6, np.nan]
    low, high = robust_range(values)
    assert 0.01 < low < 0.03
    assert 0.97 < high < 0.99
    low, high = robust_range(values - 0.25, symmetric=True)
    assert low == -high
    assert robust_range(np.full(3, np.nan)) == (0.0, 1.0)


def test_a_palette_of_few_colours_gives_each_category_its_own() -> None:
    colours = ["#000000", "#ff0000", "#00ff00", "#0000ff"]
    packed = np.frombuffer(palette_bytes(colours), np.uint8).reshape(256, 3)
    for k, colour in enumerate(colours):
        at = round(255 * k / 3)
        assert bytes(packed[at]).hex() == colour[1:]


def test_a_new_map_changes_the_values_alone_and_an_equal_one_nothing(geometry: Geometry) -> None:
    canvas = SurfaceCanvas(geometry, on_pick=lambda _: None)
    first = np.random.default_rng(0).normal(size=20_484)
    canvas.show(first, span=(0, 1))
    seen: list[str] = []
    canvas.param.watch(lambda *events: seen.extend(e.name for e in events), list(canvas.param))
    canvas.show(first, span=(0, 1))
    assert seen == []
    canvas.show(first[::-1], span=(0, 1))
    assert seen == ["values"]
    assert canvas.values.nbytes == 4 * 20_484


def test_the_packed_mesh_is_one_object_in_all_canvases(geometry: Geometry) -> None:
    two = [SurfaceCanvas(geometry, on_pick=lambda _: None) for _ in range(2)]
    assert two[0].geometry is two[1].geometry


def test_a_map_of_another_size_is_refused(geometry: Geometry) -> None:
    canvas = SurfaceCanvas(geometry, on_pick=lambda _: None)
    with pytest.raises(ValueError, match="20,484 vertices"):
        canvas.show(np.zeros(10))


def test_messages_become_picks_and_clears(geometry: Geometry) -> None:
    told: list[object] = []
    canvas = SurfaceCanvas(geometry, on_pick=told.append, on_clear=lambda: told.append("clear"))
    canvas._handle_msg({"pick": {"vertex": 7, "electrode": -1, "region": 2, "shift": True}})
    canvas._handle_msg({"pick": {"electrode": 3}})
    canvas._handle_msg({"clear": True})
    assert told == [Pick(7, -1, True, 2), Pick(-1, 3, False), "clear"]
