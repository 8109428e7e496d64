"""What simulated early and middle visual cortex takes from a picture: local energy, random nets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft2, fftfreq, ifft2

Pictures = NDArray[np.uint8]
Floats = NDArray[np.float32]

SIDE = 96  # pixels
DEGREES = 8.4  # of visual angle that a picture spans, as in the Natural Scenes Dataset
CYCLES = (5, 10, 20)  # per picture
ORIENTATIONS = 4
CELLS = 24  # of the grid that energy is averaged in, on each side
_ALONG, _ACROSS = 0.40, 0.45  # widths of a filter, as shares of its frequency
_BLOCK = 100  # pictures at a time

# Of each layer of the random network: filters, their side, stride.
_LAYERS = ((32, 7, 3), (96, 5, 2))
_POOLED = 3  # cells on each side


def gabor_energy(pictures: Pictures) -> Floats:
    """Square root of local energy of three frequencies in four orientations.

    Parameters
    ----------
    pictures : (n, 96, 96, 3)

    Returns
    -------
    energy : (n, 12, 24, 24); orientations (0, 45, 90, 135 degrees of the wave's direction) within
        each of ``CYCLES``; rows from the top of the picture
    """
    filters = _gabor_bank()
    cell = SIDE // CELLS
    blocks = []
    for start in range(0, len(pictures), _BLOCK):
        grey = pictures[start : start + _BLOCK].astype(np.float32).mean(-1) / 255
        spectrum = fft2(grey - grey.mean((1, 2), keepdims=True))
        channels = [
            np.abs(ifft2(spectrum * f)).reshape(-1, CELLS, cell, CELLS, cell).mean((2, 4))
            for f in filters
        ]
        blocks.append(np.sqrt(np.stack(channels, axis=1)))
    return np.concatenate(blocks).astype(np.float32)


def random_features(pictures: Pictures, rng: np.random.Generator, n_components: int = 48) -> Floats:
    """Principal components of what a network of two random layers answers.

    Parameters
    ----------
    pictures : (n, 96, 96, 3)
    rng : of the network's weights
    n_components : at most as many as there are pictures, less one

    Returns
    -------
    components : (n, n_components), each of mean 0 and variance 1, uncorrelated
    """
    weights = []
    depth = 3
    for n_filters, side, _ in _LAYERS:
        n_inputs = side * side * depth
        weights.append(rng.standard_normal((n_inputs, n_filters)) / np.sqrt(n_inputs))
        depth = n_filters
    blocks = []
    for start in range(0, len(pictures), _BLOCK):
        block = pictures[start : start + _BLOCK] / np.float32(255)
        answer: Floats = (block - np.float32(0.5)).astype(np.float32)
        for (_, side, stride), weight in zip(_LAYERS, weights, strict=True):
            answer = _filter(answer, weight.astype(np.float32), side, stride)
        blocks.append(_pool(answer))
    return _principal_components(np.concatenate(blocks).astype(float), n_components)


def _gabor_bank() -> Floats:
    """Filters in the frequency domain: (12, 96, 96)."""
    y, x = np.meshgrid(fftfreq(SIDE), fftfreq(SIDE), indexing="ij")
    filters = []
    for cycles in CYCLES:
        frequency = cycles / SIDE
        for angle in np.arange(ORIENTATIONS) * np.pi / ORIENTATIONS:
            along = x * np.cos(angle) + y * np.sin(angle)
            across = y * np.cos(angle) - x * np.sin(angle)
            off = ((along - frequency) / (_ALONG * frequency)) ** 2
            off += (across / (_ACROSS * frequency)) ** 2
            filters.append(np.exp(-off / 2))
    return np.stack(filters).astype(np.float32)


def _filter(images: Floats, weight: Floats, side: int, stride: int) -> Floats:
    """Rectified answers of filters: (n, row, column, depth) to the same with other depth."""
    windows = np.lib.stride_tricks.sliding_window_view(images, (side, side), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]  # (n, row, column, depth, side, side)
    flat = windows.reshape(*windows.shape[:3], -1)
    return np.maximum(flat @ weight, np.float32(0))


def _pool(images: Floats) -> Floats:
    """Means in a coarse grid: (n, row, column, depth) to (n, cells × depth)."""
    rows = np.array_split(np.arange(images.shape[1]), _POOLED)
    columns = np.array_split(np.arange(images.shape[2]), _POOLED)
    cells = [images[:, r][:, :, c].mean((1, 2)) for r in rows for c in columns]
    return np.concatenate(cells, axis=1)


def _principal_components(values: NDArray[np.float64], n: int) -> Floats:
    values = values - values.mean(0)
    values /= np.maximum(values.std(0), 1e-6)
    weight, vector = np.linalg.eigh(values @ values.T)
    vector = vector[:, np.argsort(weight)[::-1][:n]]
    # Signs are arbitrary; the largest entry of each component is made positive.
    vector *= np.sign(vector[np.abs(vector).argmax(0), np.arange(vector.shape[1])])
    return (np.sqrt(len(values)) * vector).astype(np.float32)
