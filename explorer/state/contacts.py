"""Electrodes: every contact with its place on the cortex and its number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from explorer.analysis.results import find_result
from explorer.analysis.spec import GROUP, MEASURES, Spec
from explorer.state.choices import in_modality
from explorer.state.curves import at_time, specs_of, subjects_of
from explorer.study.study import Study

_FEWEST = 10  # contacts that a correlation is told of
_MM = {"mm": 1.0, "m": 1000.0}


@dataclass(frozen=True)
class Contacts:
    """Contacts of all subjects shown.

    Attributes
    ----------
    subject, name, region : of each contact
    position : (n_contacts, 3), mm in the space of the mesh
    distance : (n_contacts,) mm from the first auditory area; NaN where unknown
    score : (n_layers, n_contacts), mean over the times after word onset; empty without results
    best_layer : (n_contacts,) NaN where nothing passes
    about : n, split, metric, subjects, in words
    missing : why there are no numbers; "" if there are
    wish : specs that would fill what is missing
    """

    subject: tuple[str, ...]
    name: tuple[str, ...]
    region: tuple[str, ...]
    position: np.ndarray
    distance: np.ndarray
    score: np.ndarray
    best_layer: np.ndarray
    about: str
    missing: str = ""
    wish: tuple[Spec, ...] = ()


def read_contacts(study: Study, state: dict[str, Any]) -> Contacts | None:
    """Contacts with places, and their scores for the chosen model; None without any."""
    state = in_modality(study, state, "ieeg")
    subjects = subjects_of(study, {**state, "subject": state["subject"] or GROUP})
    groups = [study[f"responses/ieeg/{s}"] for s in subjects if s]
    placed = [
        (s, g) for s, g in zip(subjects, groups, strict=True) if all(a in g.coords for a in "xyz")
    ]
    if not placed:
        return None
    specs = {s.subject: s for s in specs_of(study, {**state, "subject": GROUP})}
    results = {s: find_result(study, specs[s]) for s, _ in placed if s in specs}
    missing = tuple(specs[s] for s, r in results.items() if r is None)
    plain = _places(placed)
    if missing or len(results) < len(placed) or not results:
        reason = f"{state['model']} has not been scored on the story."
        nothing = np.zeros((0, len(plain["name"])))
        best = np.full(len(plain["name"]), np.nan)
        return Contacts(**plain, score=nothing, best_layer=best, about="", missing=reason,
                        wish=missing)  # fmt: skip
    found = [results[s] for s, _ in placed]
    score = np.concatenate([_scores(r, state) for r in found if r is not None], 1)
    best = np.concatenate([_best(r, state) for r in found if r is not None])
    attrs = found[0].attrs if found[0] is not None else {}
    about = (
        f"{len(plain['name'])} contacts · {MEASURES[state['metric']].label} · {state['model']} · "
        f"n = {attrs.get('n_stimuli', 0)} words · {attrs.get('split', '')} · mean of the times "
        f"after word onset{_gradient(best, plain['distance'])}"
    )
    return Contacts(**plain, score=score, best_layer=best, about=about)


def _gradient(best: np.ndarray, distance: np.ndarray) -> str:
    """How the best layer goes with distance, in words."""
    known = np.isfinite(best) & np.isfinite(distance)
    if known.sum() < _FEWEST:
        return ""
    rho = pd.Series(best[known]).rank().corr(pd.Series(distance[known]).rank())  # Spearman's
    return f" · best layer against distance: Spearman ρ = {rho:.2f}, n = {known.sum()}"


def _places(placed: list[tuple[str, xr.Dataset]]) -> dict[str, Any]:
    groups = [g for _, g in placed]
    position = [
        np.stack([g[a].values * _MM[g[a].attrs.get("units", "mm")] for a in "xyz"], 1)
        for g in groups
    ]
    unknown = [np.full(g.sizes["channel"], np.nan) for g in groups]
    distance = [
        g["distance"].values if "distance" in g else u for g, u in zip(groups, unknown, strict=True)
    ]
    regions = [
        g["region"].values.tolist() if "region" in g else [""] * g.sizes["channel"] for g in groups
    ]
    return {
        "subject": tuple(s for s, g in placed for _ in range(g.sizes["channel"])),
        "name": tuple(str(c) for g in groups for c in g.channel.values),
        "region": tuple(str(r) for row in regions for r in row),
        "position": np.concatenate(position).astype(np.float32),
        "distance": np.concatenate(distance).astype(float),
    }


def _scores(result: xr.Dataset, state: dict[str, Any]) -> np.ndarray:
    return np.asarray(at_time(result.score, state).transpose("layer", "channel").values, float)


def _best(result: xr.Dataset, state: dict[str, Any]) -> np.ndarray:
    """The layer of the highest score of each contact; NaN where none is above 0."""
    scores = np.nan_to_num(_scores(result, state), nan=-np.inf)
    return np.where(scores.max(0) > 0, scores.argmax(0), np.nan)
