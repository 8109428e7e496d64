from functools import cache

import numpy as np
import pytest
from PIL import Image

from explorer.features.catalog import find_checkpoint
from explorer.features.families.gabor import CYCLES, GRID, N_ORIENTATIONS, GaborFamily


def grating(cycles: float, degrees: float, phase: float = 0.0, width: int = 256) -> Image.Image:
    """Bars whose brightness changes towards ``degrees``, counter-clockwise from the horizontal."""
    x = np.arange(width) / width
    right, up = np.meshgrid(x, -x)
    angle = np.deg2rad(degrees)
    along = right * np.cos(angle) + up * np.sin(angle)
    values = 0.5 + 0.25 * np.cos(2 * np.pi * cycles * along + phase)
    return Image.fromarray((values * 255).round().astype(np.uint8))


@cache
def load_gabor() -> GaborFamily:
    return GaborFamily.load(find_checkpoint("gabor"))


def energy(*pictures: Image.Image) -> np.ndarray:
    """(n_pictures, n_frequencies, n_orientations, GRID, GRID)."""
    found = load_gabor().extract(list(pictures), batch_size=8)
    return found.reshape(len(pictures), len(CYCLES), N_ORIENTATIONS, GRID, GRID)


@pytest.mark.parametrize("orientation", range(N_ORIENTATIONS))
@pytest.mark.parametrize("layer", [1, 2, 3, 4, 5])
def test_the_strongest_unit_tells_a_grating_s_frequency_and_orientation(layer, orientation):
    found = energy(grating(CYCLES[layer], 22.5 * orientation))[0].mean((2, 3))
    assert np.unravel_index(found.argmax(), found.shape) == (layer, orientation)


def test_energy_is_the_grating_s_amplitude_whatever_its_phase():
    pictures = [grating(16, 45, phase) for phase in (0.0, 1.0, 2.0, 3.0)]
    middle = energy(*pictures)[:, CYCLES.index(16), 2, 3:5, 3:5]
    np.testing.assert_allclose(middle, 0.25, rtol=0.02)


def test_energy_lies_where_the_grating_is():
    picture = Image.new("L", (256, 256), 128)
    picture.paste(grating(16, 0).crop((0, 0, 128, 128)), (128, 0))  # upper right
    found = energy(picture)[0, CYCLES.index(16), 0]
    half = GRID // 2
    assert found[:half, half:].mean() > 20 * found[half:, :half].mean()


def test_a_uniform_picture_has_no_energy():
    assert energy(Image.new("RGB", (60, 40), "white")).max() < 1e-5


def test_size_and_shape_of_a_picture_hardly_matter():
    wide = Image.new("RGB", (400, 128), "white")
    wide.paste(grating(8, 90, width=128), (136, 0))
    found = energy(grating(8, 90, width=128), wide)
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
