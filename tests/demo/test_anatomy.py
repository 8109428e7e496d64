import re

import numpy as np
import pytest

from explorer.demo.anatomy import (
    HEMIS,
    MESH,
    build_regions,
    functional_atlas,
    nearest_vertex,
    retinotopy,
    standard_anatomy,
    streams_atlas,
)
from explorer.demo.regions import EARLY, REGIONS, STREAMS, UNCHECKED
from explorer.demo.retinotopy import FRONT, POLE, Hemisphere, lay_bands
from explorer.study.mesh import read_mesh
from explorer.study.schema import group_faults

# Vertices on the left and right, from an independent implementation with discs that overlap
# language sites; those that border one are left out.
COUNTS = {
    "V1": (233, 204), "V2": (159, 148), "V3": (143, 138), "hV4": (29, 31), "VO": (18, 26),
    "LO": (40, 38), "V3ab": (35, 32), "OFA": (30, 23), "FFA": (18, 25), "FBA": (22, 23),
    "EBA": (36, 33), "MT": (25, 10), "PPA": (50, 42), "OPA": (45, 50), "RSC": (28, 27),
    "VWFA": (19, 0), "food_m": (13, 21), "food_l": (31, 31), "IPS": (45, 35), "aIPS": (74, 69),
    "ATL": (23, 29), "mPFC": (31, 31), "HG": (10, 12), "PT": (15, 15), "IFGop": (16, 13),
    "IFGtri": (17, 19), "IFGorb": (16, 19),
}  # fmt: skip
AREAS = {"V1": 1706, "V2": 1337, "V3": 1159, "FFA": 179, "PPA": 359, "EBA": 252, "IPS": 343}


@pytest.fixture(scope="module")
def anatomy():
    return standard_anatomy()


@pytest.fixture(scope="module")
def mesh():
    return read_mesh(MESH)


@pytest.mark.parametrize("name", COUNTS)
def test_regions_are_as_large_as_an_independent_implementation_makes_them(anatomy, name):
    found = [len(anatomy.vertices(name, hemi)) for hemi in HEMIS]
    np.testing.assert_allclose(found, COUNTS[name], atol=2)


@pytest.mark.parametrize("name", AREAS)
def test_areas_are_those_of_the_table(anatomy, mesh, name):
    area = mesh.area[anatomy.vertices(name, "left")].sum()
    assert area == pytest.approx(AREAS[name], rel=0.05)


def test_early_areas_are_of_the_size_measured_by_dougherty_2003(anatomy, mesh):
    for name, measured in {"V1": 1470, "V2": 1115, "V3": 819}.items():  # mm², 2 to 12 degrees
        area = mesh.area[anatomy.vertices(name)].sum() / 2
        assert 0.9 * measured < area < 1.7 * measured  # they lack the fovea and the periphery


@pytest.mark.parametrize("region", REGIONS, ids=lambda r: r.name)
def test_centres_lie_on_the_cortex(mesh, region):
    for mni, rows in (
        (region.left, slice(0, mesh.n_left)),
        (region.right, slice(mesh.n_left, None)),
    ):
        if mni is not None:
            assert nearest_vertex(mesh.middle[rows].astype(float), mni)[1] < 5  # mm


def test_a_place_is_moved_from_mni152_to_fsaverage():
    # (10, -20, 35) of MNI305 is (10.695, -18.409, 36.137) in FreeSurfer's documentation.
    vertex, away = nearest_vertex(np.array([[0, 0, 0], [10.0, -20, 35]]), (10.695, -18.409, 36.137))
    assert vertex == 1
    assert away < 0.01


def test_every_region_is_in_its_hemisphere(anatomy, mesh):
    x = mesh.middle[:, 0]
    for name in anatomy.names:
        left, right = (anatomy.vertices(name, h) for h in HEMIS)
        assert (x[left] < 0).all()
        assert (x[right] > 0).all()
        assert set(left) | set(right) == set(anatomy.vertices(name))
        assert len(left) >= 8
        assert len(right) >= 8 or name == "VWFA"


def test_ventral_regions_follow_one_another_from_behind_and_from_the_middle(anatomy, mesh):
    def middle(name, axis, hemi):
        return mesh.middle[anatomy.vertices(name, hemi), axis].mean()

    for hemi in HEMIS:
        behind = [middle(n, 1, hemi) for n in ("hV4", "VO", "food_m", "FFA", "FBA")]
        assert behind == sorted(behind)
        inside = [abs(middle(n, 0, hemi)) for n in ("PPA", "food_m", "FFA", "food_l")]
        assert inside == sorted(inside)


def test_fields_are_known_in_early_areas_alone(anatomy):
    fields = retinotopy()
    early = np.isin(anatomy.label, [anatomy.names.index(n) + 1 for n in EARLY])
    for name in ("eccentricity", "angle"):
        np.testing.assert_array_equal(np.isfinite(fields[name].values), early)
    assert fields.angle.min() >= 0
    assert fields.angle.max() <= 180
    assert 0 < fields.eccentricity.min() < 0.5
    assert 12 < fields.eccentricity.max() < 25


@pytest.mark.parametrize("hemi", HEMIS)
def test_upper_field_is_ventral_and_the_periphery_in_front(anatomy, mesh, hemi):
    for name in ("V1", "V2", "V3"):
        here = anatomy.vertices(name, hemi)
        upper = anatomy.angle[here] < 90
        height = mesh.middle[here, 2]
        assert height[upper].mean() < height[~upper].mean() - 5
        assert 0.25 < upper.mean() < 0.75
    v1 = anatomy.vertices("V1", hemi)
    depth = np.argsort(np.argsort(mesh.middle[v1, 1]))
    distance = np.argsort(np.argsort(anatomy.eccentricity[v1]))
    assert np.corrcoef(depth, distance)[0, 1] > 0.8


@pytest.mark.parametrize("hemi", HEMIS)
def test_early_areas_mirror_one_another_at_their_borders(anatomy, hemi):
    off = np.abs(anatomy.angle - 90)  # 0 on the horizontal meridian, 90 on the vertical one
    edges = anatomy.edges.tocoo()

    def at_border(first, second):
        a, b = anatomy.vertices(first, hemi), anatomy.vertices(second, hemi)
        between = np.isin(edges.row, a) & np.isin(edges.col, b)
        return off[edges.row[between]].mean(), off[edges.col[between]].mean()

    assert min(at_border("V1", "V2")) > 60
    assert max(at_border("V2", "V3")) < 35


@pytest.mark.parametrize("sign", [-1, 1])
def test_path_follows_the_fundus_of_the_calcarine_sulcus(mesh, anatomy, sign):
    half = slice(0, mesh.n_left) if sign < 0 else slice(mesh.n_left, None)
    shape = Hemisphere(
        mesh.middle[half].astype(float),
        mesh.coordinates["sphere"][half].astype(float),
        mesh.sulc[half].astype(float),
        anatomy.edges[half, half],
    )
    ends = [nearest_vertex(shape.place, (sign * x, y, z))[0] for x, y, z in (POLE, FRONT)]
    bands = lay_bands(shape, *ends)
    assert 50 < bands.length < 60  # mm
    assert bands.path[[0, -1]].tolist() == ends
    assert shape.sulc[bands.path[3:]].min() > 0  # the pole itself is convex
    assert (shape.edges[bands.path[:-1], bands.path[1:]] > 0).all()


def test_edges_are_symmetric_lengths_within_hemispheres(anatomy, mesh):
    edges = anatomy.edges
    assert (edges != edges.T).nnz == 0
    assert 1 < np.median(edges.data) < 4  # mm
    n = mesh.n_left
    assert edges[:n, n:].nnz == 0
    assert edges.nnz == 2 * 3 * len(mesh.faces) // 2


def test_jitter_moves_regions_by_about_its_size_and_leaves_early_areas(anatomy, mesh):
    moved = build_regions(3.0, np.random.default_rng(0))
    away, sizes = [], []
    for region in REGIONS:
        for hemi in HEMIS:
            before, after = (a.vertices(region.name, hemi) for a in (anatomy, moved))
            if len(before):
                assert len(after) >= 4
                sizes.append(len(after) / len(before))
                off = mesh.middle[before].mean(0) - mesh.middle[after].mean(0)
                away.append(np.linalg.norm(off))
    assert 1.5 < np.mean(away) < 6
    assert np.median(sizes) == pytest.approx(1, abs=0.15)
    np.testing.assert_array_equal(moved.area, anatomy.area)


def test_same_seed_moves_regions_alike():
    a, b, c = (build_regions(3.0, np.random.default_rng(s)).label for s in (0, 0, 1))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()


def test_jitter_takes_a_generator():
    with pytest.raises(ValueError, match="generator"):
        build_regions(3.0)


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("rois/functional", functional_atlas),
        ("rois/streams", streams_atlas),
        ("truth/retinotopy", retinotopy),
    ],
)
def test_groups_are_as_the_schema_wants(name, build):
    dataset = build()
    assert group_faults(name, dataset) == []
    assert dataset.sizes["vertex"] == 20_484


@pytest.mark.parametrize("build", [functional_atlas, streams_atlas])
def test_atlases_name_colour_and_explain_each_region(build):
    atlas = build()
    assert sorted(np.unique(atlas.label)) == list(range(atlas.sizes["roi"] + 1))
    assert atlas.label.dtype == np.int32
    for texts in (atlas.name.values, atlas.colour.values):
        assert len(set(texts)) == len(texts)
    assert all(re.fullmatch("#[0-9a-f]{6}", c) for c in atlas.colour.values)
    assert all(len(s) > 10 for s in atlas.source.values)
    assert set(atlas.status.values) <= {"checked", "approximate", "memory", "derived"}


def test_regions_that_were_not_looked_up_say_so():
    assert {r.name for r in REGIONS if r.status == "memory"} == {
        r.name for r in REGIONS if UNCHECKED in r.source
    }


def test_streams_hold_their_regions_and_nothing_of_language(anatomy):
    order = list(STREAMS)
    for region in REGIONS:
        expected = order.index(region.stream) + 1 if region.stream else 0
        assert (anatomy.stream[anatomy.vertices(region.name)] == expected).all()
    for name in EARLY:
        assert (anatomy.stream[anatomy.vertices(name)] == 1).all()
