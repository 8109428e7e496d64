"""Score by layer and time of EEG, and what the scores of several subjects have in common."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr

from explorer.analysis.results import find_result
from explorer.analysis.spec import MEASURES, Spec
from explorer.state.subjects import ALPHA, mean_known, name_subjects
from explorer.study.study import Study

SHARE = 0.1  # of the channels that have to pass for a time of all of them to be marked
NO_MEAN = "The subjects' EEG differ in channels or times, so they have no mean. Choose one."


@dataclass(frozen=True)
class LayerTimes:
    """Score of each layer at each time.

    Attributes
    ----------
    values : (n_layers, n_times); empty if there are none
    time : (n_times,) s from stimulus onset
    best : (n_times,), the best layer where it passes correction, else NaN
    over : which channels the scores are of
    label : what the numbers are
    about : n, split, metric, subject
    missing : why there are none; "" if there are
    wish : specs that would fill what is missing
    """

    values: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    time: np.ndarray = field(default_factory=lambda: np.empty(0))
    best: np.ndarray = field(default_factory=lambda: np.empty(0))
    over: str = ""
    label: str = ""
    about: str = ""
    missing: str = ""
    wish: tuple[Spec, ...] = ()


@dataclass(frozen=True)
class Found:
    """Results of all subjects that are asked for, or none of them.

    Attributes
    ----------
    seen : the state as the EEG views see it
    specs : one per subject
    results : one per spec; none if any is lacking
    lacking : the specs without a result
    """

    seen: dict[str, Any]
    specs: tuple[Spec, ...]
    results: tuple[xr.Dataset, ...]
    lacking: tuple[Spec, ...]

    def why_empty(self) -> str:
        """Why there are no scores; "" if there are."""
        model = self.seen["model"] or "The model"
        if not self.specs:
            return f"{model} has no features for the stimuli of the EEG yet."
        if self.lacking:
            of = ", ".join(s.subject for s in self.lacking)
            return f"{model} has no {MEASURES[self.seen['metric']].label} for EEG of {of} yet."
        return NO_MEAN if len({r.score.shape for r in self.results}) > 1 else ""

    def mean(self, name: str, *dims: str) -> np.ndarray:
        """Mean over subjects of a variable, in the order of ``dims``; NaN are left out."""
        return mean_known([r[name].transpose(*dims).values for r in self.results])

    def passing(self, *dims: str) -> np.ndarray:
        """Where at least half of the subjects pass correction; nowhere if it was not tested."""
        tested = [r.q_value.transpose(*dims).values < ALPHA for r in self.results if "q_value" in r]
        if not tested:
            return np.zeros([self.results[0].sizes[d] for d in dims], bool)
        return np.asarray(2 * np.sum(tested, axis=0) >= len(self.results))

    def pick(self, **places: int) -> Found:
        """The same at one place of some dims."""
        return replace(self, results=tuple(r.isel(places) for r in self.results))

    def about(self) -> str:
        """Subject, n, split and correction."""
        n = sorted({int(r.attrs["n_stimuli"]) for r in self.results})
        count = f"n = {n[0]}" if len(n) == 1 else f"n = {n[0]} to {n[-1]}"
        corrected = f"marks: q < {ALPHA:g} (FDR)"
        corrected += " in at least half of the subjects" * (len(self.specs) > 1)
        if "channel" in self.results[0].score.dims and not self.seen["channel"]:
            corrected += f" and {100 * SHARE:.0f} % of the channels"
        subjects = name_subjects(self.seen, len(self.specs))
        return f"{subjects} · {count} stimuli · {self.results[0].attrs['split']} · {corrected}"


def find_all(study: Study, seen: dict[str, Any], specs: list[Spec]) -> Found:
    """The results of ``specs``, or none of them if any is lacking."""
    found = [(s, find_result(study, s)) for s in specs]
    lacking = tuple(s for s, r in found if r is None)
    results = () if lacking else tuple(r for _, r in found if r is not None)
    return Found(seen, tuple(specs), results, lacking)


def read_layer_times(found: Found, channel: str) -> LayerTimes:
    """Mean over subjects of the score of ``channel``, or of all ("": their mean)."""
    measure = MEASURES[found.seen["metric"]]
    reason = found.why_empty()
    if reason:
        return LayerTimes(label=measure.label, missing=reason, wish=found.lacking)
    first, over = found.results[0], "all channels together"
    if "channel" in first.score.dims:
        names = [str(c) for c in first.channel.values]
        kept = [names.index(channel)] if channel else list(range(len(names)))
        over = channel or f"mean of {len(names)} channels"
        dims = ("layer", "channel", "time")
        scores = mean_known(list(np.moveaxis(found.mean("score", *dims)[:, kept], 1, 0)))
        passing = np.asarray(found.passing(*dims)[:, kept].mean(1) >= SHARE)
    else:
        scores, passing = found.mean("score", "layer", "time"), found.passing("layer", "time")
    best = np.where(np.isfinite(scores), scores, -np.inf).argmax(0)
    of_best = np.take_along_axis(passing, best[None], 0)[0]
    best = np.where(of_best, best, np.nan)
    about = f"{measure.label} · {found.seen['model']} · {found.about()}"
    return LayerTimes(scores, first.time.values, best, over, measure.label, about)
