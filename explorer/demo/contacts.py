"""Simulated contacts on the cortex: where they lie, in whom, and how far from primary hearing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from explorer.demo.anatomy import DETOUR

# Share of the contacts at each site of the language atlas.
SITES = {
    "pmHG": 8, "HG": 12, "PT": 12, "STG": 24, "aSTG": 10, "aSTS": 10,
    "pSTSl": 14, "MTG": 16, "TPJ": 12, "IFGop": 12, "IFGtri": 12, "IFGorb": 8,
}  # fmt: skip
ORIGIN = "pmHG"
LEFT_SHARE = 0.7
PATIENTS = {"left": 7, "right": 3}
SPREAD = 6.0  # mm beyond the border of a site in which its contacts may lie


@dataclass(frozen=True)
class Contacts:
    """Contacts of several patients.

    Attributes
    ----------
    name : such as "P03-LHG2": patient, hemisphere, site, number at that site
    region : site, without hemisphere
    vertex : (channel,), index into the mesh, left then right
    place : (channel, 3), mm on the pial surface of fsaverage
    distance : (channel,), mm along the cortex from posteromedial Heschl's gyrus
    """

    name: tuple[str, ...]
    region: tuple[str, ...]
    vertex: NDArray[np.int64]
    place: NDArray[np.float64]
    distance: NDArray[np.float64]


def place_contacts(
    pial: NDArray[np.float64],
    edges: csr_array,
    sites: Mapping[tuple[str, str], NDArray[np.int64]],
    seed: int = 0,
    n: int = 150,
) -> Contacts:
    """Contacts at and near the sites of the language atlas, more of them on the left.

    Parameters
    ----------
    pial : (vertex, 3), mm, left then right
    edges : (vertex, vertex), mm between neighbouring vertices of the mid-thickness surface
    sites : vertices of each site by (hemisphere, name); hemisphere is "left" or "right"
    seed : of the vertices drawn, and of who bears them
    n : about how many
    """
    rng = np.random.default_rng([seed, 501])
    names: list[str] = []
    regions: list[str] = []
    vertices: list[int] = []
    distances: list[float] = []
    for hemi, share in (("left", LEFT_SHARE), ("right", 1 - LEFT_SHARE)):
        away = dijkstra(edges, indices=sites[hemi, ORIGIN], min_only=True) / DETOUR
        used: dict[str, int] = {}
        for site, weight in SITES.items():
            near = dijkstra(edges, indices=sites[hemi, site], min_only=True, limit=SPREAD)
            wanted = round(n * share * weight / sum(SITES.values()))
            free = np.setdiff1d(np.flatnonzero(np.isfinite(near)), vertices)
            for vertex in rng.choice(free, wanted, replace=False):
                first = 1 if hemi == "left" else 1 + PATIENTS["left"]
                patient = f"P{first + int(rng.integers(PATIENTS[hemi])):02d}"
                shaft = f"{patient}-{hemi[0].upper()}{site}"
                used[shaft] = used.get(shaft, 0) + 1
                names.append(f"{shaft}{used[shaft]}")
                regions.append(site)
                vertices.append(int(vertex))
                distances.append(float(away[vertex]))
    order = sorted(range(len(names)), key=names.__getitem__)
    chosen = np.array(vertices)[order]
    return Contacts(
        tuple(names[i] for i in order),
        tuple(regions[i] for i in order),
        chosen,
        pial[chosen],
        np.array(distances)[order],
    )
