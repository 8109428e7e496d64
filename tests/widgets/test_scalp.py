"""Maps of the scalp go through their channels, on places where electrodes are."""

import numpy as np
import pytest

from explorer.widgets import scalp, theme

NAMES = (
    "Fp1", "Fpz", "Fp2", "AF7", "AF3", "AFz", "AF4", "AF8", "F7", "F3", "Fz", "F4", "F8", "FC5",
    "FC1", "FC2", "FC6", "T7", "C3", "Cz", "C4", "T8", "TP9", "CP5", "CP1", "CP2", "CP6", "TP10",
    "P7", "P3", "Pz", "P4", "P8", "PO7", "POz", "PO8", "O1", "Oz", "O2",
)  # fmt: skip


def places():
    return scalp.place_channels(NAMES, None)


def on_sphere(disc, radius=95.0, centre=(0.0, 0.0, 0.0)):
    """The sphere's points that azimuthal equidistant projection takes to ``disc``."""
    far = np.hypot(*disc.T)
    angle = far * np.pi / 2
    direction = disc / np.maximum(far, 1e-12)[:, None]
    points = np.column_stack([direction * np.sin(angle)[:, None], np.cos(angle)])
    return radius * points + centre


def pixel(x, y):
    """Row and column of the pixel at a place."""
    return tuple(int((v / scalp.EDGE + 1) / 2 * scalp.SIDE) for v in (y, x))


def test_names_of_the_10_10_system_lie_where_it_says():
    place = dict(zip(NAMES, places(), strict=True))
    np.testing.assert_allclose(place["Cz"], [0, 0], atol=1e-9)
    np.testing.assert_allclose(place["Oz"], [0, -1], atol=1e-9)
    np.testing.assert_allclose(place["Fz"], [0, 0.5], atol=1e-9)
    np.testing.assert_allclose(place["T7"], [-1, 0], atol=1e-9)
    np.testing.assert_allclose(place["C4"], [0.5, 0], atol=1e-9)
    np.testing.assert_allclose(place["Fp2"], [np.sin(np.pi / 10), np.cos(np.pi / 10)], atol=1e-9)


def test_left_mirrors_right_and_old_names_and_cases_are_known():
    left, right = (scalp.place_channels((n,), None)[0] for n in ("PO7", "PO8"))
    np.testing.assert_allclose(left * [-1, 1], right, atol=1e-12)
    for old, new in (("T5", "P7"), ("FP1", "Fp1"), ("OZ", "Oz"), ("T4", "T8")):
        np.testing.assert_array_equal(
            scalp.place_channels((old,), None), scalp.place_channels((new,), None)
        )


@pytest.mark.parametrize("name", ["EOG", "", "Ref", "C", "C0", "C77", "I1", "E128", "Z"])
def test_channel_that_is_in_no_system_has_no_place(name):
    assert np.isnan(scalp.place_channels((name,), None)).all()


def test_measured_positions_are_projected_from_the_sphere_that_fits_them():
    disc = np.random.default_rng(0).uniform(-0.7, 0.7, (40, 2))
    names = tuple(f"E{k}" for k in range(40))
    for radius, centre in ((95.0, (1.0, 12.0, 40.0)), (0.095, (0.0, 0.01, 0.04))):
        found = scalp.place_channels(names, on_sphere(disc, radius, centre))
        np.testing.assert_allclose(found, disc, atol=1e-6)


def test_channel_without_a_position_goes_by_its_name():
    positions = on_sphere(places())
    positions[3] = np.nan
    np.testing.assert_allclose(scalp.place_channels(NAMES, positions), places(), atol=1e-6)


def test_map_has_the_values_of_the_channels_at_their_places():
    values = np.random.default_rng(1).uniform(-1, 1, len(NAMES))
    image = scalp.draw_scalp(scalp.scalp_grid(places()), values, 1.0)
    for (x, y), value in zip(places(), values, strict=True):
        if np.hypot(x, y) < 0.95:
            drawn = image[pixel(x, y)] / scalp.LEVELS * 2 - 1
            assert drawn == pytest.approx(value, abs=0.1)


def test_plane_of_values_is_drawn_as_a_plane():
    """A thin-plate spline reproduces what is linear in the place."""
    grid = scalp.scalp_grid(places())
    image = scalp.draw_scalp(grid, places() @ [0.3, 0.5], 1.0)
    rows, columns = np.nonzero(grid.painted)
    x, y = (((v + 0.5) / scalp.SIDE * 2 - 1) * scalp.EDGE for v in (columns, rows))
    drawn = image[grid.painted] / scalp.LEVELS * 2 - 1
    np.testing.assert_allclose(drawn, 0.3 * x + 0.5 * y, atol=1.5 / scalp.LEVELS)


def test_nothing_is_painted_far_from_all_channels_or_outside_the_head():
    few = scalp.scalp_grid(scalp.place_channels(("Oz", "Pz", "Cz"), None))
    image = scalp.draw_scalp(few, np.ones(3), 1.0)
    assert image[pixel(0, -0.5)] == scalp.LEVELS
    assert image[pixel(0, 0.6)] == scalp.CLEAR
    assert image[pixel(0.9, 0.9)] == scalp.CLEAR


def test_zero_is_the_middle_of_the_colours_and_the_ends_do_not_run_over():
    grid = scalp.scalp_grid(places())
    for value, index in ((0, scalp.LEVELS // 2), (9, scalp.LEVELS), (-9, 0)):
        image = scalp.draw_scalp(grid, np.full(len(NAMES), float(value)), 1.0)
        assert set(np.unique(image[grid.painted])) == {index}
    middle = theme.DIVERGING[scalp.LEVELS // 2]
    red, blue = int(middle[1:3], 16), int(middle[5:7], 16)
    assert abs(red - blue) <= 4
    assert len(theme.DIVERGING) == scalp.LEVELS + 1


def test_range_of_colours_is_not_set_by_one_number_and_is_never_zero():
    values = np.random.default_rng(2).normal(size=(63, 100))
    values[4, 7] = 1e3
    values[5] = np.nan
    assert 2 < scalp.robust_high(values) < 5
    assert scalp.robust_high(np.zeros((3, 4))) == scalp.robust_high(np.full((3, 4), np.nan)) == 1
