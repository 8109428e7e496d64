from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from explorer.study.mesh import read_mesh
from explorer.widgets.surface_geometry import Geometry, build_geometry
from explorer.widgets.surface_picture import Look, draw_picture, find_places

RED = bytes([200, 30, 30] * 256)
SIZE = (420, 260)


@pytest.fixture(scope="module")
def geometry() -> Geometry:
    return build_geometry(read_mesh("fsaverage5"))


def paint(geometry: Geometry, values: np.ndarray, look: Look) -> np.ndarray:
    data = draw_picture(geometry, values, look, *SIZE)
    return np.asarray(Image.open(io.BytesIO(data)))


def reddish(image: np.ndarray) -> np.ndarray:
    image = image.astype(int)
    return (image[..., 3] > 0) & (image[..., 0] - image[..., 1] > 60)


@pytest.mark.parametrize(("side", "view"), [(0, "lateral"), (1, "lateral"), (0, "ventral")])
def test_a_planted_spot_is_seen_where_it_is_and_nowhere_else(
    geometry: Geometry, side: int, view: str
) -> None:
    points = geometry.coordinates["inflated"]
    places = find_places(geometry, *SIZE)
    place = next(p for p in places if (p.view, p.side) == (view, side))
    part = np.arange(geometry.n_left) + side * geometry.n_left
    summit = part[np.argmax(place.project(points[part])[:, 2])]
    spot = part[np.linalg.norm(points[part] - points[summit], axis=1) < 12]
    values = np.full(geometry.n_vertices, np.nan)
    values[spot] = 1
    red = reddish(paint(geometry, values, Look(RED, 0, 1)))
    x, y = place.project(points[summit : summit + 1])[0, :2]
    assert red[int(y), int(x)]
    rows, columns = np.nonzero(red)
    in_cell = np.hypot(columns - x, rows - y) < 16 * place.scale
    own = [
        np.hypot(columns[:, None] - q[:, 0], rows[:, None] - q[:, 1]).min(axis=1) < 6
        for q in (p.project(points[spot]) for p in places if p.side == side)
    ]
    assert in_cell.sum() > 100
    assert np.all(np.any(own, axis=0))


def test_front_and_top_lie_where_an_anatomist_expects_them(geometry: Geometry) -> None:
    points = geometry.coordinates["inflated"]
    for place in find_places(geometry, *SIZE):
        part = np.arange(geometry.n_left) + place.side * geometry.n_left
        seen = place.project(points[part])
        front = seen[points[part, 1].argmax()] - seen[points[part, 1].argmin()]
        assert (front[0] < 0) == (place.side == 0)  # faces point outwards
        if place.view == "lateral":
            top = seen[points[part, 2].argmax()] - seen[points[part, 2].argmin()]
            assert top[1] < 0


def test_weak_values_and_missing_ones_show_the_sulci_in_grey(geometry: Geometry) -> None:
    values = np.full(geometry.n_vertices, 0.2)
    values[::2] = np.nan
    image = paint(geometry, values, Look(RED, 0, 1, threshold=0.5)).astype(int)
    drawn = image[image[..., 3] > 0]
    assert np.ptp(drawn[:, :3], axis=1).max() <= 1
    assert len(np.unique(drawn[:, 0])) > 20


def test_a_symmetric_map_hides_what_is_near_zero_on_both_sides(geometry: Geometry) -> None:
    values = np.where(np.arange(geometry.n_vertices) < geometry.n_left, -1.0, 0.1)
    red = reddish(paint(geometry, values, Look(RED, -1, 1, threshold=0.5, symmetric=True)))
    assert red[:, : SIZE[0] // 2].sum() > 2000
    assert red[:, SIZE[0] // 2 :].sum() == 0


def test_the_ground_is_transparent_and_the_surface_has_no_holes(geometry: Geometry) -> None:
    image = paint(geometry, np.array([]), Look(RED, 0, 1))
    assert image[0, 0, 3] == 0
    shown = image[..., 3] > 0
    inside = shown[2:, 1:-1] & shown[:-2, 1:-1] & shown[1:-1, 2:] & shown[1:-1, :-2]
    assert not np.any(inside & ~shown[1:-1, 1:-1])
