"""What each vertex of a simulated cortex responds to: tuning of regions, its spread, its noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, eye_array

from explorer.demo.anatomy import HEMIS, Anatomy, build_regions, standard_anatomy
from explorer.demo.dimensions import DIMENSIONS
from explorer.demo.regions import EARLY, REGIONS

Floats = NDArray[np.float32]

PARTS = ("low-level", "mid-level", "category", "event")
WORLDS = ("event", "category")
REFERENCE_REPEATS = 3  # the number of repeats that ``Tuning.ceiling`` is of


@dataclass(frozen=True)
class Tuning:
    """What is planted in a region.

    Attributes
    ----------
    weights : of the dimensions of meaning; those not named are 0
    ceiling : share of the variance of the mean of 3 repeats that is signal
    share : of the variance of the signal that comes from each of ``PARTS``
    """

    weights: dict[str, float]
    ceiling: float
    share: tuple[float, float, float, float]


# Weights, ceilings and shares are invented. Their order is that of the literature: features of
# pixels early, categories in ventral and lateral cortex, events in associative cortex, and noise
# that grows along this path.
TUNING = {
    "V1": Tuning({}, 0.42, (1, 0, 0, 0)),
    "V2": Tuning({}, 0.42, (1, 0, 0, 0)),
    "V3": Tuning({}, 0.38, (0.8, 0.2, 0, 0)),
    "hV4": Tuning({"food": 0.3}, 0.40, (0.25, 0.6, 0.15, 0)),
    "VO": Tuning({"place": 0.4}, 0.36, (0.15, 0.5, 0.35, 0)),
    "V3ab": Tuning({"motion": 0.5}, 0.30, (0.5, 0.2, 0.3, 0)),
    "LO": Tuning(
        {"tool": 0.5, "animal": 0.5, "vehicle": 0.5, "body": 0.4}, 0.38, (0.1, 0.3, 0.5, 0.1)
    ),
    "MT": Tuning({"motion": 1, "body": 0.3}, 0.30, (0.1, 0.2, 0.6, 0.1)),
    "OFA": Tuning({"face": 1, "body": 0.3}, 0.38, (0.1, 0.2, 0.7, 0)),
    "FFA": Tuning(
        {"face": 1.2, "animal": 0.25, "body": 0.2, "place": -0.3}, 0.42, (0, 0.08, 0.8, 0.12)
    ),
    "FBA": Tuning({"body": 1.2, "animal": 0.4}, 0.38, (0, 0.08, 0.8, 0.12)),
    "EBA": Tuning({"body": 1.2, "motion": 0.4, "face": 0.1}, 0.42, (0, 0.05, 0.8, 0.15)),
    "PPA": Tuning(
        {"place": 1.2, "indoor": 0.4, "vehicle": 0.2, "food": -0.35, "face": -0.3},
        0.42,
        (0, 0.1, 0.8, 0.1),
    ),
    "OPA": Tuning({"place": 1, "open": 0.4, "indoor": 0.3}, 0.36, (0.1, 0.1, 0.75, 0.05)),
    "RSC": Tuning({"place": 1, "open": 0.8, "food": -0.2}, 0.34, (0, 0.05, 0.8, 0.15)),
    "VWFA": Tuning({"text": 1.4, "food": 0.2}, 0.34, (0, 0.1, 0.85, 0.05)),
    "food_m": Tuning({"food": 1.4}, 0.38, (0, 0.15, 0.75, 0.1)),
    "food_l": Tuning({"food": 1.3, "tool": 0.2}, 0.34, (0, 0.1, 0.75, 0.15)),
    "pSTS": Tuning({"social": 1, "face": 0.5, "motion": 0.4}, 0.28, (0, 0, 0.45, 0.55)),
    "STS": Tuning({"social": 0.6, "face": 0.3}, 0.22, (0, 0, 0.25, 0.75)),
    "IPS": Tuning({"n_objects": 0.8, "tool": 0.5, "motion": 0.3}, 0.28, (0.2, 0.1, 0.4, 0.3)),
    "aIPS": Tuning({"tool": 1, "n_objects": 0.4}, 0.22, (0, 0.1, 0.4, 0.5)),
    "AG": Tuning({"social": 0.3}, 0.20, (0, 0, 0.1, 0.9)),
    "ATL": Tuning({}, 0.12, (0, 0, 0.05, 0.95)),
    "mPFC": Tuning({"social": 0.5}, 0.10, (0, 0, 0.2, 0.8)),
}

JITTER = 3.0  # mm, by which subjects' regions differ in place
KERNEL = 3.5  # mm, standard deviation of one step of diffusion
HALO_STEPS, HALO_TUNING, HALO_CEILING = 14, 0.6, 0.55  # how tuning fades around regions
LEAST_CEILING, MOST_CEILING = 0.02, 0.7  # below the least, nothing is planted
FADING = 6.0  # degrees of eccentricity at which the edge of the picture has been passed
OWN = 0.12  # standard deviation of tuning that is a subject's own
CEILING_RANGE = (0.8, 1.15)
SHARED_STEPS, OWN_STEPS, OWN_EVENTS = 10, 6, 0.5  # of maps of events


@dataclass(frozen=True)
class FmriSubject:
    """A simulated subject.

    Attributes
    ----------
    name : such as "sub-01"
    number : from 0; sets what is the subject's own
    world : "event" if its cortex knows who does what to whom; "category" if no more than which
        kinds of agents and things there are
    """

    name: str
    number: int
    world: str = "event"


@dataclass(frozen=True)
class Cortex:
    """What is planted in each vertex of a subject.

    Attributes
    ----------
    anatomy : the subject's own regions
    weights : (vertex, dimension), of the dimensions of meaning
    mid_weights, event_weights : (vertex, component), of features and of the code of events
    share : (vertex, part), adds up to 1 where anything is planted
    ceiling : (vertex,), share of the variance of the mean of 3 repeats; 0 if nothing is planted
    filters : (vertex, 12), weights of the channels of local energy, which add up to 1
    diffusion : (vertex, vertex), one step of spreading along the mesh; rows add up to 1
    """

    anatomy: Anatomy
    weights: Floats
    mid_weights: Floats
    event_weights: Floats
    share: Floats
    ceiling: Floats
    filters: Floats
    diffusion: csr_array


def plan_cortex(subject: FmriSubject, seed: int, n_mid: int, n_events: int) -> Cortex:
    """Draw what is planted in a subject; of events, most is shared by all subjects of a seed.

    Parameters
    ----------
    subject : whose
    seed : of the study
    n_mid, n_events : numbers of features and of dimensions of the code of events
    """
    if subject.world not in WORLDS:
        raise ValueError(f"world is {subject.world!r}, expected one of {WORLDS}.")
    rng = np.random.default_rng([seed, 300, subject.number])
    shared = np.random.default_rng([seed, 300])
    anatomy = build_regions(JITTER, rng)
    diffusion = diffusion_step(anatomy.edges)
    weights, share, ceiling = _spread(anatomy, diffusion)
    n = len(ceiling)

    def draw(source: np.random.Generator, n_columns: int, steps: int) -> Floats:
        return smooth(diffusion, source.standard_normal((n, n_columns), np.float32), steps)

    weights += OWN * OWN_STEPS**0.5 * draw(rng, len(DIMENSIONS), OWN_STEPS)
    events = draw(shared, n_events, SHARED_STEPS) + OWN_EVENTS * draw(rng, n_events, OWN_STEPS)
    mid = draw(rng, n_mid, 4)
    if subject.world == "category":
        share[:, 2] += share[:, 3]
        share[:, 3] = 0
    ceiling *= rng.uniform(*CEILING_RANGE, n).astype(np.float32)
    ceiling = np.where(ceiling < LEAST_CEILING, 0, np.minimum(ceiling, MOST_CEILING))
    ceiling[_silent(anatomy)] = 0
    filters = _draw_filters(anatomy, draw(rng, 2, 3))
    return Cortex(anatomy, weights, mid, events, share, ceiling, filters, diffusion)


def diffusion_step(edges: csr_array) -> csr_array:
    """One step of spreading to neighbours, weighted by distance: (vertex, vertex)."""
    near = edges.copy()
    near.data = np.exp(-((near.data / KERNEL) ** 2) / 2)
    near = near + eye_array(near.shape[0], format="csr")
    return csr_array(diags_array(1 / near.sum(axis=1)) @ near).astype(np.float32)


def smooth(diffusion: csr_array, values: Floats, steps: int) -> Floats:
    """``values`` (vertex, ...) after some steps of spreading."""
    for _ in range(steps):
        values = diffusion @ values
    return values


def _spread(anatomy: Anatomy, diffusion: csr_array) -> tuple[Floats, Floats, Floats]:
    """Tuning, shares and ceilings of all vertices: those of regions, with halos around them."""
    n = len(anatomy.label)
    weights = np.zeros((n, len(DIMENSIONS)), np.float32)
    share = np.zeros((n, len(PARTS)), np.float32)
    ceiling = np.zeros(n, np.float32)
    inside = np.zeros(n, bool)
    for name, tuning in TUNING.items():
        vertices = anatomy.vertices(name)
        inside[vertices] = True
        weights[vertices] = [tuning.weights.get(d, 0) for d in DIMENSIONS]
        share[vertices] = tuning.share
        ceiling[vertices] = tuning.ceiling
        if name in EARLY:  # fields beyond the edge of the picture see nothing
            eccentricity = anatomy.eccentricity[vertices]
            ceiling[vertices] *= np.clip(1.15 - (eccentricity / FADING) ** 2, 0.06, 1)
    table = np.column_stack([inside, weights, share, ceiling]).astype(np.float32)
    halo = smooth(diffusion, table, HALO_STEPS)
    near = halo[:, :1] + 1e-3
    outside = ~inside
    split = 1 + len(DIMENSIONS)
    weights[outside] = HALO_TUNING * (halo[:, 1:split] / near)[outside]
    share[outside] = (halo[:, split:-1] / near)[outside]
    ceiling[outside] = HALO_CEILING * halo[outside, -1]
    table = np.column_stack([weights, share, ceiling])
    table = smooth(diffusion, table, 1)
    share = table[:, split - 1 : -1]
    share = share / np.maximum(share.sum(1, keepdims=True), 1e-6)
    return table[:, : split - 1], share, table[:, -1]


def _silent(anatomy: Anatomy) -> NDArray[np.bool_]:
    """Sites of language, where pictures evoke nothing: those of the subject and of the atlas."""
    language = [r.name for r in REGIONS if r.family == "language"]
    found = np.zeros(len(anatomy.label), bool)
    for each in (anatomy, standard_anatomy()):
        for name in language:
            found[each.vertices(name)] = True
    return found


def _draw_filters(anatomy: Anatomy, orientation: Floats) -> Floats:
    """Preferred orientations in smooth maps; preferred frequencies that fall with eccentricity."""
    angle = np.arctan2(orientation[:, 1], orientation[:, 0])[:, None] / 2
    across = np.exp(1.5 * np.cos(2 * (angle - np.arange(4) * np.pi / 4)))
    preferred = np.log2(2.0 / (1 + 0.35 * anatomy.eccentricity))[:, None]
    along = np.exp(-((np.log2([0.6, 1.2, 2.4]) - preferred) ** 2) / 1.2)
    weight = (along[:, :, None] * across[:, None, :]).reshape(len(angle), -1)
    return (weight / weight.sum(1, keepdims=True)).astype(np.float32)


def side_of_field(anatomy: Anatomy) -> NDArray[np.float64]:
    """1 for vertices that see the right half of the field, which the left hemisphere does."""
    return np.repeat([1.0, -1.0], len(anatomy.label) // len(HEMIS))
