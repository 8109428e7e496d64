"""The simulated cortex: regions as discs around published centres on fsaverage5, as atlases."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from explorer.demo.regions import EARLY, EARLY_SOURCE, REGIONS, STREAMS, Point
from explorer.demo.retinotopy import FRONT, POLE, Bands, Hemisphere, lay_bands
from explorer.study.mesh import Mesh, read_mesh

Array = NDArray[np.float64]
Labels = NDArray[np.int32]

MESH = "fsaverage5"
HEMIS = ("left", "right")

# Paths along the edges of fsaverage5 are this much longer than across its faces (9 to 13 %
# measured against exact geodesics).
DETOUR = 1.10
STREAM_REACH = 24.0  # mm along edges, from the centre of a region to the border of its stream

# Regions that lie partly where the bands of early areas do, and own the inner share of their disc.
INTRUDERS = ("RSC", "OPA", "LO", "hV4", "OFA")
INNER = 0.85
CLEARANCE = 0.75

# MNI305 (the space of fsaverage's surfaces) to MNI152: FreeSurfer's matrix, mm.
MNI305_TO_152 = np.array(
    [
        [0.9975, -0.0073, 0.0176, -0.0429],
        [0.0146, 1.0009, -0.0024, 1.5496],
        [-0.0130, -0.0093, 0.9971, 1.1840],
        [0.0, 0.0, 0.0, 1.0],
    ]
)


@dataclass(frozen=True)
class Anatomy:
    """One cortex, left hemisphere first.

    Attributes
    ----------
    names : regions of the atlas "functional", the same in both hemispheres
    label : (vertex,), 0 for none, k for the k-th name
    streams, stream : names and labels of the atlas "streams"
    area : (vertex,), 1 to 3 in the bands of V1 to V3, also where another region bites into them
    eccentricity, angle : (vertex,), degrees, see ``retinotopy.Bands``
    edges : (vertex, vertex), mm between neighbours in the middle of the grey matter
    """

    names: tuple[str, ...]
    label: Labels
    streams: tuple[str, ...]
    stream: Labels
    area: Labels
    eccentricity: Array
    angle: Array
    edges: csr_array

    @property
    def n_left(self) -> int:
        """Vertices of the left hemisphere."""
        return len(self.label) // 2

    def vertices(self, name: str, hemi: str = "") -> NDArray[np.int64]:
        """Vertices of a region, of one hemisphere or of both."""
        found = np.flatnonzero(self.label == self.names.index(name) + 1)
        if not hemi:
            return found
        return found[(found >= self.n_left) == (hemi == HEMIS[1])]

    def by_hemisphere(self, names: Iterable[str]) -> dict[tuple[str, str], NDArray[np.int64]]:
        """Vertices by hemisphere and name; VWFA, for one, has none on the right."""
        return {(hemi, name): self.vertices(name, hemi) for hemi in HEMIS for name in names}


def build_regions(jitter_mm: float = 0.0, rng: np.random.Generator | None = None) -> Anatomy:
    """All regions on fsaverage5.

    Each region is a disc around the vertex nearest to its centre; where discs overlap, a vertex
    goes to the one whose centre is nearest in units of its radius. V1 to V3 take what is left of
    their bands.

    Parameters
    ----------
    jitter_mm : standard deviation of the distance by which centres are moved along the cortex
    rng : of these moves; needed where ``jitter_mm`` is not 0

    Raises
    ------
    StudyError
        if the mesh is not at hand
    """
    if jitter_mm and rng is None:
        raise ValueError("Moving centres takes a generator of random numbers.")
    mesh = read_mesh(MESH)
    n = mesh.n_left
    edges = measure_edges(mesh)
    halves = []
    for k, hemi in enumerate(HEMIS):
        half = slice(k * n, (k + 1) * n)
        shape = Hemisphere(
            mesh.middle[half].astype(float),
            mesh.coordinates["sphere"][half].astype(float),
            mesh.sulc[half].astype(float),
            edges[half, half],
        )
        halves.append(_label_half(shape, hemi, jitter_mm, rng))
    label, stream, area, eccentricity, angle = map(np.concatenate, zip(*halves, strict=True))
    names = (*EARLY, *(r.name for r in REGIONS))
    return Anatomy(names, label, tuple(STREAMS), stream, area, eccentricity, angle, edges)


@functools.cache
def standard_anatomy() -> Anatomy:
    """The regions without jitter, as the atlases hold them; built once per process."""
    return build_regions()


def measure_edges(mesh: Mesh) -> csr_array:
    """Lengths of the edges in the middle of the grey matter: (vertex, vertex), mm, symmetric."""
    sides = mesh.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    a, b = np.unique(np.sort(sides, axis=1), axis=0).T
    place = mesh.middle.astype(float)
    length = np.linalg.norm(place[a] - place[b], axis=1)
    n = len(place)
    both = (np.concatenate([a, b]), np.concatenate([b, a]))
    return csr_array((np.concatenate([length, length]), both), shape=(n, n))


def nearest_vertex(place: Array, mni: Point) -> tuple[int, float]:
    """The vertex nearest to a place of MNI152 space, and how far it is, in mm.

    Parameters
    ----------
    place : (vertex, 3), mm in fsaverage's surface space
    mni : mm in MNI152 space
    """
    moved = np.linalg.solve(MNI305_TO_152, [*mni, 1.0])[:3]
    away = np.linalg.norm(place - moved, axis=1)
    return int(away.argmin()), float(away.min())


def functional_atlas() -> xr.Dataset:
    """Group ``rois/functional``: every region of the table, and V1 to V3."""
    anatomy = standard_anatomy()
    colour = [*EARLY.values(), *(r.colour for r in REGIONS)]
    source = [*[EARLY_SOURCE] * len(EARLY), *(r.source for r in REGIONS)]
    status = [*["derived"] * len(EARLY), *(r.status for r in REGIONS)]
    return _atlas(anatomy.label, anatomy.names, colour, source, status)


def streams_atlas() -> xr.Dataset:
    """Group ``rois/streams``: early areas and the streams that leave them."""
    anatomy = standard_anatomy()
    source = {
        s: ", ".join(r.name for r in REGIONS if r.stream == s) or ", ".join(EARLY) for s in STREAMS
    }
    return _atlas(
        anatomy.stream,
        anatomy.streams,
        list(STREAMS.values()),
        [f"cortex nearest to {names}" for names in source.values()],
        ["derived"] * len(STREAMS),
    )


def retinotopy() -> xr.Dataset:
    """Group ``truth/retinotopy``: fields of V1 to V3; NaN elsewhere."""
    anatomy = standard_anatomy()
    inside = (anatomy.label > 0) & (anatomy.label <= len(EARLY))
    variables = {
        name: ("vertex", np.where(inside, values, np.nan).astype(np.float32), {"units": "deg"})
        for name, values in (("eccentricity", anatomy.eccentricity), ("angle", anatomy.angle))
    }
    variables["angle"][2]["zero"] = "upper vertical meridian; 180 is the lower one"
    return xr.Dataset(variables, attrs={"simulated": 1, "mesh": MESH})


def _label_half(
    shape: Hemisphere, hemi: str, jitter: float, rng: np.random.Generator | None
) -> tuple[Labels, Labels, Labels, Array, Array]:
    """Labels of regions, streams and bands, and fields, of one hemisphere."""
    sign = -1 if hemi == HEMIS[0] else 1
    ends = [nearest_vertex(shape.place, (sign * x, y, z))[0] for x, y, z in (POLE, FRONT)]
    bands = lay_bands(shape, *ends)
    centres = _place_centres(shape, hemi, jitter, rng)
    away = np.full((len(REGIONS), len(shape.place)), np.inf)
    for k, centre in centres.items():
        away[k] = dijkstra(shape.edges, indices=np.array([centre]), limit=STREAM_REACH)[0]
    label = _share_discs(away, bands)
    return label, _share_streams(away, label), bands.area, bands.eccentricity, bands.angle


def _place_centres(
    shape: Hemisphere, hemi: str, jitter: float, rng: np.random.Generator | None
) -> dict[int, int]:
    """Vertex of the centre of each region, by its place in the table."""
    found = {}
    for k, region in enumerate(REGIONS):
        mni = region.left if hemi == HEMIS[0] else region.right
        if mni is not None:
            found[k] = nearest_vertex(shape.place, mni)[0]
    return _move_centres(shape.edges, found, jitter, rng) if jitter and rng else found


def _move_centres(
    edges: csr_array, centres: dict[int, int], jitter: float, rng: np.random.Generator
) -> dict[int, int]:
    """Centres moved along the cortex, each clear of those moved before it.

    Neighbours keep at least ``CLEARANCE`` of their distance, so that no region covers another.
    """
    keys = list(centres)
    away = dijkstra(edges, indices=np.array(list(centres.values())), limit=STREAM_REACH)
    moved: dict[int, int] = {}
    taken: list[Array] = []  # distances from the moved centres
    for row, key in enumerate(keys):
        weight = np.exp(-((away[row] / DETOUR / jitter) ** 2) / 2)
        weight[away[row] > 3 * jitter * DETOUR] = 0
        for other, distance in enumerate(taken):
            apart = away[other, centres[key]]
            if np.isfinite(apart):
                weight[distance < CLEARANCE * apart] = 0
        total = weight.sum()
        free = total > 0
        moved[key] = int(rng.choice(len(weight), p=weight / total)) if free else centres[key]
        start = np.array([moved[key]])
        taken.append(dijkstra(edges, indices=start, limit=STREAM_REACH)[0])
    return moved


def _share_discs(away: Array, bands: Bands) -> Labels:
    """Label of each vertex from its distance to each centre: (region, vertex) to (vertex,)."""
    relative = away / np.array([r.radius for r in REGIONS])[:, None]
    intruder = np.array([r.name in INTRUDERS for r in REGIONS])
    winner, share = relative.argmin(0), relative.min(0)
    takes = (share <= 1) & ((bands.area == 0) | (intruder[winner] & (share < INNER)))
    return np.where(takes, len(EARLY) + 1 + winner, bands.area).astype(np.int32)


def _share_streams(away: Array, label: Labels) -> Labels:
    """Stream of each vertex: that of the nearest region; 0 if that is in none, or is far."""
    order = list(STREAMS)
    of_region = np.array([order.index(r.stream) + 1 if r.stream else 0 for r in REGIONS])
    visual = np.array([r.family == "visual" for r in REGIONS])
    away = np.where(visual[:, None], away, np.inf)
    stream = np.where(np.isfinite(away.min(0)), of_region[away.argmin(0)], 0)
    inside = label > len(EARLY)
    stream[inside] = of_region[label[inside] - len(EARLY) - 1]
    stream[(label > 0) & ~inside] = order.index("early") + 1
    return stream.astype(np.int32)


def _atlas(
    label: Labels, names: Iterable[str], colour: list[str], source: list[str], status: list[str]
) -> xr.Dataset:
    texts = {"name": list(names), "colour": colour, "source": source, "status": status}
    return xr.Dataset(
        {
            "label": ("vertex", label),
            **{k: ("roi", np.array(v, dtype=object)) for k, v in texts.items()},
        },
        attrs={"simulated": 1, "mesh": MESH},
    )
