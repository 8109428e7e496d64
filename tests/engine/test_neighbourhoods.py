from itertools import pairwise

import numpy as np
import pytest
import rsatoolbox.util.searchlight as peer
import torch
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import ConvexHull

from explorer.engine.neighbourhoods import surface_neighbourhoods, volume_neighbourhoods


@pytest.fixture(scope="module")
def mesh():
    """Two spheres of 60 points which share no edge: (120, 3) and the faces."""
    points = np.random.default_rng(0).standard_normal((60, 3))
    points *= 50 / np.linalg.norm(points, axis=1, keepdims=True)
    faces = ConvexHull(points).simplices
    both = np.concatenate([points, points + 1])
    return torch.from_numpy(both), torch.from_numpy(np.concatenate([faces, faces + 60]))


def distances(mesh):
    """Lengths of the shortest paths along edges, by scipy: (120, 120)."""
    points, faces = (x.numpy() for x in mesh)
    a, b = faces.ravel(), np.roll(faces, 1, 1).ravel()
    length = np.linalg.norm(points[a] - points[b], axis=1)
    matrix = np.zeros((120, 120))
    matrix[a, b] = matrix[b, a] = length
    return dijkstra(coo_array(matrix).tocsr())


def spheres(found):
    start = found.start.tolist()
    return [found.members[a:b].tolist() for a, b in pairwise(start)]


def test_the_k_nearest_are_scipys_nearest_first(mesh):
    expected = distances(mesh).argsort(1, kind="stable")[:, :9]
    assert spheres(surface_neighbourhoods(*mesh, k=9)) == expected.tolist()


def test_a_radius_takes_all_that_scipy_finds_within(mesh):
    far = distances(mesh)
    expected = [set(np.flatnonzero(row <= 30)) for row in far]
    assert [set(s) for s in spheres(surface_neighbourhoods(*mesh, radius=30))] == expected


def test_no_sphere_leaves_its_hemisphere(mesh):
    found = surface_neighbourhoods(*mesh, k=100)
    assert found.sizes.tolist() == [60] * 120
    assert all({m // 60 for m in s} == {c // 60} for c, s in enumerate(spheres(found)))


def test_a_vertex_that_is_not_valid_is_in_no_sphere_and_has_none(mesh):
    valid = torch.ones(120, dtype=torch.bool)
    valid[[3, 7, 8]] = False
    found = spheres(surface_neighbourhoods(*mesh, k=9, valid=valid))
    expected = distances(mesh)
    expected[:, [3, 7, 8]] = np.inf  # members no more, though paths still cross them
    nearest = expected.argsort(1, kind="stable")[:, :9].tolist()
    assert [found[c] for c in (3, 7, 8)] == [[], [], []]
    assert [s for c, s in enumerate(found) if valid[c]] == [
        s for c, s in enumerate(nearest) if valid[c]
    ]


def test_without_some_targets_spheres_are_smaller(mesh):
    kept = torch.arange(120) % 3 > 0
    found = surface_neighbourhoods(*mesh, k=9)
    expected = [[m for m in s if m % 3] for s in spheres(found)]
    assert spheres(found.keep(kept)) == expected


def test_batches_hold_every_sphere_once(mesh):
    found = surface_neighbourhoods(*mesh, radius=30)
    whole = spheres(found)
    seen = []
    for centres, members in found.batches(8, 0, 200):
        assert members.numel() * 8 <= 200 or len(centres) == 1
        assert members.tolist() == [whole[c] for c in centres]
        seen += centres.tolist()
    assert sorted(seen) == list(range(120))


def test_a_full_sphere_of_radius_6_has_895_places():
    found, centres = volume_neighbourhoods(torch.ones(11, 11, 11, dtype=torch.bool), 6)
    assert found.sizes.max() == 895
    assert int(found.sizes[(centres == 5 * 121 + 5 * 11 + 5).nonzero()[0, 0]]) == 895


def test_volumes_equal_rsatoolbox(capsys):
    inside = np.zeros((13, 12, 14), bool)
    inside[3:-3, 3:-3, 3:-3] = np.random.default_rng(0).random((7, 6, 8)) < 0.8
    expected_centres, expected = peer.get_volume_searchlight(
        inside, radius=3, threshold=0.5, truncate_at_boundary=True
    )
    found, centres = volume_neighbourhoods(torch.from_numpy(inside), 3, share=0)
    place = np.flatnonzero(inside)
    members = {int(place[c]): set(place[s]) for c, s in zip(centres, spheres(found), strict=True)}
    for centre, sphere in zip(expected_centres, expected, strict=True):
        assert members[centre] == set(sphere)


def test_centres_have_their_share_of_the_sphere_in_the_mask():
    mask = torch.zeros(20, 20, 20, dtype=torch.bool)
    mask[:10] = True
    _, centres = volume_neighbourhoods(mask, 3, share=0.6)
    loose, all_centres = volume_neighbourhoods(mask, 3, share=0)
    n = 93  # integer points nearer than 3
    assert int(loose.sizes.max()) == n
    assert torch.equal(centres, all_centres[loose.sizes >= 0.6 * n])
    assert 0 < len(centres) < len(all_centres) == 4000


def test_sizes_of_places_are_lengths():
    mask = torch.ones(9, 9, 9, dtype=torch.bool)
    found, _ = volume_neighbourhoods(mask, 4, size=(1, 2, 4), share=0)
    grid = np.stack(np.meshgrid(*[np.arange(-4, 5)] * 3, indexing="ij"), -1) * (1, 2, 4)
    assert int(found.sizes.max()) == int(((grid**2).sum(-1) < 16).sum())


def test_an_empty_mask_has_no_spheres():
    found, centres = volume_neighbourhoods(torch.zeros(3, 3, 3, dtype=torch.bool), 2)
    assert (found.sizes.numel(), centres.numel()) == (0, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: surface_neighbourhoods(*m), "expected one of them"),
        (lambda m: surface_neighbourhoods(*m, k=3, radius=2.0), "expected one of them"),
        (lambda m: surface_neighbourhoods(*m, k=0), "more than 0"),
        (lambda m: surface_neighbourhoods(m[0][:50], m[1], k=3), "expected 0 to 49"),
        (lambda m: volume_neighbourhoods(torch.ones(3, 3), 2), "shape"),
        (lambda m: volume_neighbourhoods(torch.ones(3, 3, 3), 0), "above 0"),
    ],
)
def test_what_cannot_be_is_refused(mesh, call, message):
    with pytest.raises(ValueError, match=message):
        call(mesh)
