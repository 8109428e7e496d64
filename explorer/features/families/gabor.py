"""Gabor energy of pictures: what a model of early visual cortex sees, without any learning."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from explorer.features.base import Family, Tick
from explorer.features.batching import run_batches
from explorer.features.catalog import Checkpoint
from explorer.features.loading import find_device
from explorer.study.digest import digest_json

# Frequencies and orientations of the Gabor wavelet pyramid of Kay et al. 2008 (Nature 452:352).
CYCLES = (1, 2, 4, 8, 16, 32)  # per width of the picture
N_ORIENTATIONS = 8
GRID = 8  # cells across and down that energy is averaged in
_PIXELS = 128  # 32 cycles need 64 at least
_FIELD = 192  # the picture on a field of its mean, so that its edges do not meet
_BANDWIDTH = 1.0  # octaves at half height, as of simple cells (De Valois et al. 1982)
_VERSION = 1  # part of the digest


class GaborFamily(Family):
    """Energy of quadrature pairs of Gabor filters, one layer per spatial frequency.

    A picture is cropped to its central square, made grey (ITU-R 601, gamma left as it is, 0 to 1)
    and scaled to 128 pixels. The energy of a pair is the root of the sum of its squared even and
    odd responses; it is averaged over the cells of an 8 by 8 grid. So every layer has 8
    orientations times 64 places as units, in this order (rows from the top), and the layers'
    scores tell which frequency matters; layer 0 is the lowest frequency. A grating of amplitude a
    at a filter's frequency and orientation gives a.

    Orientation k is the direction in which a grating changes: k times 22.5 degrees from the
    horizontal, counter-clockwise; 0 is a grating of vertical bars.
    """

    modality: ClassVar[str] = "image"
    batch_size: ClassVar[int] = 16

    def __init__(self, device: str = "cpu") -> None:
        self.pooling = f"mean energy in {GRID} by {GRID} cells"
        self.layer_names = tuple(f"{f} cycle{'s' * (f > 1)} per image" for f in CYCLES)
        self.n_units = N_ORIENTATIONS * GRID**2
        self._device = find_device(device)
        self._filters = gabor_filters().to(self._device)

    @classmethod
    def digest(cls, checkpoint: Checkpoint) -> str:
        """Digest of the filters' settings; there are no weights."""
        settings = [CYCLES, N_ORIENTATIONS, GRID, _PIXELS, _FIELD, _BANDWIDTH]
        return digest_json({"family": cls.__name__, "version": _VERSION, "settings": settings})

    @classmethod
    def load(cls, checkpoint: Checkpoint, device: str = "cpu") -> Self:
        """Make the filters on ``device``."""
        return cls(device)

    def extract(
        self, inputs: Sequence[Any], batch_size: int, tick: Tick | None = None
    ) -> np.ndarray:
        """Energy: (n_inputs, n_frequencies, n_units)."""
        features = np.empty((len(inputs), len(self.layer_names), self.n_units), dtype=np.float32)

        def run(part: Sequence[int]) -> None:
            grey = np.stack([to_grey(inputs[i]) for i in part])
            features[part] = self._energy(torch.from_numpy(grey).to(self._device)).cpu().numpy()

        run_batches(range(len(inputs)), batch_size, run, tick)
        return features

    @torch.inference_mode()
    def _energy(self, grey: Tensor) -> Tensor:
        """Energy of pictures (n, _PIXELS, _PIXELS): (n, n_frequencies, n_units)."""
        centred = grey - grey.mean((1, 2), keepdim=True)
        spectrum = torch.fft.fft2(centred, s=(_FIELD, _FIELD))
        energies = []
        for filters in self._filters:  # (n_orientations, _FIELD, _FIELD)
            pairs = torch.fft.ifft2(spectrum[:, None] * filters)  # even + i odd
            energy = pairs[..., :_PIXELS, :_PIXELS].abs()
            energies.append(torch.nn.functional.adaptive_avg_pool2d(energy, GRID).flatten(1))
        return torch.stack(energies, dim=1)


def gabor_filters() -> Tensor:
    """Gabor filters in the frequency domain: (n_frequencies, n_orientations, _FIELD, _FIELD).

    Each is a Gaussian round its frequency on one side of the spectrum only, so the response is
    complex: its real part is the even filter's, its imaginary part the odd one's. The height is 2,
    which gives a grating of amplitude 1 the energy 1. Nothing passes at frequency 0.
    """
    octave = 2**_BANDWIDTH
    spread = (octave - 1) / (octave + 1) / math.sqrt(2 * math.log(2))  # of the frequency
    cycles = torch.fft.fftfreq(_FIELD, 1 / _PIXELS)  # per width of the picture
    down, across = torch.meshgrid(cycles, cycles, indexing="ij")
    angles = torch.arange(N_ORIENTATIONS) * (math.pi / N_ORIENTATIONS)
    filters = torch.stack(
        [
            torch.stack([_gaussian(across, down, f, float(a), spread * f) for a in angles])
            for f in CYCLES
        ]
    )
    filters[..., 0, 0] = 0
    return filters


def _gaussian(across: Tensor, down: Tensor, frequency: int, angle: float, spread: float) -> Tensor:
    # rows of a picture run downwards, angles upwards
    x, y = across - frequency * math.cos(angle), down + frequency * math.sin(angle)
    return 2 * torch.exp(-(x**2 + y**2) / (2 * spread**2))


def to_grey(picture: Image.Image) -> np.ndarray:
    """The central square of a picture in grey, 0 to 1: (_PIXELS, _PIXELS), float32."""
    square = ImageOps.fit(picture.convert("L"), (_PIXELS, _PIXELS), Image.Resampling.LANCZOS)
    return np.asarray(square, dtype=np.float32) / 255
