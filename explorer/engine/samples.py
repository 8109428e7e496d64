"""Samples of stimuli: large RDMs are compared on parts of them, the same for every model."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from explorer.engine.device import to_double


def draw_samples(n: int, size: int = 100, *, n_samples: int | None = None, seed: int = 0) -> Tensor:
    """Disjoint samples of ``n`` stimuli, without replacement (Doerig et al. 2025: of 100 images).

    Parameters
    ----------
    n : number of stimuli
    size : stimuli in a sample
    n_samples : how many; None for as many as there are, n // size
    seed : of the draw; the same ``n``, ``size`` and seed give the same samples, so that models are
        compared on the same stimuli. More samples add to fewer

    Returns
    -------
    samples : (n_samples, size), int64; each row increases

    Raises
    ------
    ValueError
        if there are too few stimuli for as many disjoint samples, or none is asked for
    """
    wanted = n // max(size, 1) if n_samples is None else n_samples
    if size < 1 or wanted < 1 or wanted * size > n:
        raise ValueError(
            f"{wanted} disjoint samples of {size} stimuli were asked for, expected at least one, "
            f"and at most {n} stimuli together. Take fewer or smaller samples."
        )
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[: wanted * size].reshape(wanted, size).sort(1).values


def mean_correlation(samples: Iterable[Tensor], *, fisher: bool = False) -> Tensor:
    """Mean over samples of a correlation; one sample is held at a time.

    Parameters
    ----------
    samples : iterable of (...), correlations, all of one shape
    fisher : average ``atanh r`` and return the ``tanh`` of the mean, which is less biased where r
        is large and samples are small (Silver & Dunlap 1987); an r of 1 or -1 then decides the mean

    Returns
    -------
    mean : (...); NaN where a sample is NaN

    Raises
    ------
    ValueError
        if there are no samples
    """
    total, n = None, 0
    for r in samples:
        value = to_double(r).atanh() if fisher else to_double(r)
        total = value if total is None else total + value
        n += 1
    if total is None:
        raise ValueError("There are no samples, expected one or more.")
    mean = total / n
    return (mean.tanh() if fisher else mean).to(r)
