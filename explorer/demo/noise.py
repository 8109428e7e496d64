"""Noise of simulated fMRI, alike in neighbouring vertices, and the ceiling that it sets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from explorer.demo.tuning import smooth

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

STEPS = 3  # of diffusion, which makes noise alike in neighbours
GLOBAL = 0.37  # standard deviation of the part that the whole cortex shares


class Noise:
    """A source of noise of single repeats.

    Parameters
    ----------
    diffusion : (vertex, vertex), one step
    deviation : (vertex,), standard deviation of one repeat
    rng : source of randomness
    """

    def __init__(self, diffusion: csr_array, deviation: Floats, rng: np.random.Generator) -> None:
        self._diffusion, self._rng = diffusion, rng
        kernel = diffusion
        for _ in range(STEPS - 1):
            kernel = diffusion @ kernel
        own = np.sqrt(np.asarray(kernel.power(2).sum(axis=1)).ravel())
        self._local = (np.sqrt(1 - GLOBAL**2) * deviation / own).astype(np.float32)[:, None]
        self._global = (GLOBAL * deviation).astype(np.float32)[:, None]

    def draw(self, n: int) -> Floats:
        """Patterns of one repeat each: (vertex, n)."""
        white = self._rng.standard_normal((len(self._local), n), np.float32)
        shared = self._rng.standard_normal((1, n), np.float32)
        return self._local * smooth(self._diffusion, white, STEPS) + self._global * shared


def estimate_ceiling(mean: Floats, within: Array, repeats: NDArray[np.int64]) -> Floats:
    """Highest correlation with the mean of the most repeats, as in Allen et al. 2022 (NSD).

    Noise variance is the variance over the repeats of a stimulus; signal variance is that of all
    single repeats less the noise variance, at least 0; the ceiling is the root of
    signal / (signal + noise / n).

    Parameters
    ----------
    mean : (stimulus, vertex), over the repeats of each stimulus
    within : (vertex,), squared deviations of all repeats from the mean of their stimulus, summed
    repeats : (stimulus,), numbers of repeats, not all 1

    Returns
    -------
    ceiling : (vertex,), 0 to 1
    """
    n = int(repeats.sum())
    grand = repeats @ mean / n
    between = np.zeros(len(within))
    for k, row in zip(repeats, mean, strict=True):
        between += k * np.square(row - grand)
    noise = within / (n - len(repeats))
    signal = np.maximum((between + within) / (n - 1) - noise, 0)
    return np.sqrt(signal / (signal + noise / repeats.max())).astype(np.float32)
