"""EEG over time: the trace the selection asks for, by channel, and the score by layer and time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr

from explorer.analysis.spec import GROUP, MEAN, MEASURES, Spec, fusion_spec, stimuli_of
from explorer.state.choices import in_modality
from explorer.state.curves import specs_of, subjects_of
from explorer.state.evoked import read_evoked
from explorer.state.layer_times import NO_MEAN, Found, LayerTimes, find_all, read_layer_times
from explorer.state.subjects import mean_known, name_subjects
from explorer.study.rois import WHOLE
from explorer.study.stimuli import labels
from explorer.study.study import Study

SCORE, REGION, EVOKED = "score", "region", "evoked"  # the kinds of trace
_MICROVOLT = 1e6  # in a volt
_UNITS = {"pearson": "r", "r2": "R²", "cosine": "cosine", "spearman": "ρ", "kendall_tau_a": "τ-a"}


@dataclass(frozen=True)
class Courses:
    """One line over time for each channel, and what is known of the numbers.

    Attributes
    ----------
    kind : score (of the selected layer), region (r with the region in focus) or evoked
    time : (n_times,) s from stimulus onset
    channels : names; none for a measure with one number for all channels
    positions : (n_channels, 3), as the study has them; None if it has none
    values : (n_channels, n_times)
    summary : (n_times,), one line for all channels
    summary_label : what that line is
    significant : (n_channels or 1, n_times) bool, passes correction; None if untested
    bounds : (2, n_times), lower and upper ceiling of the chosen channel, or of the one line;
        NaN where there is none
    channel : the channel in focus; "" for all
    planted : s, when the region in focus was made to peak; NaN if nobody knows
    region : the region in focus; "" for all
    label, unit : what the numbers are, and in what
    about : n, split, metric, subject, correction, in words
    missing : why there are none; "" if there are
    wish : specs that would fill what is missing
    layers : score by layer and time, whatever the kind
    """

    kind: str = EVOKED
    time: np.ndarray = field(default_factory=lambda: np.empty(0))
    channels: tuple[str, ...] = ()
    positions: np.ndarray | None = None
    values: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    summary: np.ndarray = field(default_factory=lambda: np.empty(0))
    summary_label: str = ""
    significant: np.ndarray | None = None
    bounds: np.ndarray = field(default_factory=lambda: np.empty((2, 0)))
    channel: str = ""
    planted: float = np.nan
    region: str = ""
    label: str = ""
    unit: str = ""
    about: str = ""
    missing: str = ""
    wish: tuple[Spec, ...] = ()
    layers: LayerTimes = field(default_factory=LayerTimes)


def read_courses(study: Study, state: dict[str, Any]) -> Courses:
    """The trace that ``state`` asks for, of EEG whatever modality is in focus.

    If EEG is in focus it is of the chosen subject, else the mean over all its subjects. Without a
    wish for a kind of trace it is the region in focus, else the score, else the response: the
    first that is there.
    """
    groups = study.groups("responses/eeg/")
    if not groups:
        return Courses(missing="The study has no EEG.")
    seen = in_modality(study, state, "eeg")
    chosen = f"responses/eeg/{seen['subject']}"
    first = study[chosen if chosen in groups else groups[0]]
    names = tuple(str(c) for c in first.channel.values)
    channel = state["channel"] if state["channel"] in names else ""
    in_focus = state["modality"] == "fmri" and state["roi"] not in (WHOLE, "")
    region = state["roi"] if in_focus else ""
    scores = find_all(study, seen, specs_of(study, seen))
    base = Courses(
        channels=names,
        positions=_positions(first),
        time=first.time.values,
        bounds=np.full((2, first.sizes["time"]), np.nan),
        channel=channel,
        region=region,
        planted=_planted(study, seen, region),
        layers=read_layer_times(scores, channel),
    )
    fused = _fused(study, state, seen, region)
    automatic = REGION if fused.results else SCORE if scores.results else EVOKED
    kind = state["trace"] or automatic
    if kind == REGION:
        return _region(base, fused)
    return _score(base, scores) if kind == SCORE else _evoked(study, state, seen, base)


def _fused(study: Study, state: dict[str, Any], seen: dict[str, Any], region: str) -> Found:
    """Fusion with the chosen fMRI subject if that is there, else with the group."""
    found = Found(seen, (), (), ())
    own = state["subject"] if state["subject"] != MEAN else GROUP
    for fmri in dict.fromkeys((own, GROUP)) if region else ():
        subjects = subjects_of(study, seen)
        specs = [fusion_spec(study, s, state["atlas"], fmri) for s in subjects]
        found = find_all(study, seen, specs)
        if found.results:
            names = [str(n) for n in found.results[0].roi.values]
            if region in names:
                return found.pick(roi=names.index(region))
            found = replace(found, results=())
    return found


def _score(base: Courses, found: Found) -> Courses:
    seen, measure = found.seen, MEASURES[found.seen["metric"]]
    base = replace(base, kind=SCORE, label=measure.label, unit=_UNITS.get(measure.metric, ""))
    reason = found.why_empty()
    if reason:
        return replace(base, missing=reason, wish=found.lacking)
    layer = min(seen["layer"], found.results[0].sizes["layer"] - 1)
    about = f"{measure.label} · {seen['model']} layer {layer} · {found.about()}"
    base = replace(base, about=about)
    first, found = found.results[0], found.pick(layer=layer)
    if "channel" not in first.score.dims:  # the geometry over all channels
        bounds = base.bounds
        if "ceiling" in first and "time" in first.ceiling.dims:
            bounds = found.mean("ceiling", "bound", "time")
        return replace(
            base, channels=(), positions=None, values=np.empty((0, len(base.time))),
            summary=found.mean("score", "time"), summary_label="all channels together",
            significant=found.passing("time")[None], bounds=bounds,
        )  # fmt: skip
    values = found.mean("score", "channel", "time")
    bounds = base.bounds.copy()
    if base.channel and measure.metric == "pearson" and "noise_ceiling" in first:
        ceilings = found.mean("noise_ceiling", "channel", "time")
        bounds[1] = ceilings[base.channels.index(base.channel)]
    return replace(
        base, values=values, summary=mean_known(list(values)), summary_label="mean of channels",
        significant=found.passing("channel", "time"), bounds=bounds,
    )  # fmt: skip


def _region(base: Courses, found: Found) -> Courses:
    base = replace(base, kind=REGION, label=f"correlation with {base.region}, Pearson r", unit="r")
    if not base.region:
        text = "Choose a region of the cortex (fMRI in focus) to see when EEG goes with it."
        return replace(base, label="correlation with a region", missing=text)
    if not found.results:
        text = f"How EEG goes with {base.region} has not been computed."
        return replace(base, missing=text, wish=found.lacking)
    values = found.mean("score", "channel", "time")
    about = (
        f"EEG with fMRI of {base.region}, Pearson r over stimuli · EEG: {found.about()} · "
        f"fMRI: {found.results[0].attrs.get('fmri', '')}"
    )
    return replace(
        base, values=values, summary=np.sqrt(mean_known(list(values**2))), about=about,
        summary_label="RMS of channels", significant=found.passing("channel", "time"),
    )  # fmt: skip


def _evoked(study: Study, state: dict[str, Any], seen: dict[str, Any], base: Courses) -> Courses:
    base = replace(base, kind=EVOKED, label="measured response")
    subjects = study.names("responses/eeg/") if seen["subject"] == MEAN else None
    subjects = subjects or subjects_of(study, seen)
    groups = [f"responses/eeg/{s}" for s in subjects]
    how = study.promised(*groups)
    if how:
        return replace(base, missing=f"The responses are not there yet: they are {how}.")
    stimulus = state["stimulus"] if stimuli_of(state["modality"]) == stimuli_of("eeg") else -1
    shown = all(stimulus in study[g].stimulus.values for g in groups)
    n = min(study[g].sizes["stimulus"] for g in groups)
    rows = [read_evoked(study, g, stimulus if shown else -1) for g in groups]
    if len({r.shape for r in rows}) > 1:
        return replace(base, missing=NO_MEAN)
    units = study[groups[0]].response.attrs.get("units", "")
    values = mean_known(rows) * (_MICROVOLT if units == "V" else 1.0)
    if shown and stimulus >= 0:
        split = labels(study, "split").get(stimulus, "")
        of = f"stimulus {stimulus}" + (f" ({split})" if split else "")
    else:
        never = f"stimulus {stimulus} was never shown, so " if stimulus >= 0 else ""
        of = f"{never}mean over n = {n:,} stimuli"
    repeats = study[groups[0]].response.sizes.get("repeat", 1)
    often = f"mean of up to {repeats} showings" if repeats > 1 else "shown once"
    about = f"{of} · {often} · {name_subjects(seen, len(groups))}"
    field_power = values.std(0)  # Lehmann & Skrandies 1980
    return replace(
        base, values=values, summary=field_power, summary_label="global field power",
        unit="µV" if units == "V" else units, about=f"measured response · {about}",
    )  # fmt: skip


def _positions(eeg: xr.Dataset) -> np.ndarray | None:
    if not all(axis in eeg.coords for axis in "xyz"):
        return None
    return np.stack([np.asarray(eeg[axis].values, float) for axis in "xyz"], axis=1)


def _planted(study: Study, seen: dict[str, Any], region: str) -> float:
    """Mean over subjects of the latency planted in ``region``, s; NaN if nothing was."""
    found = []
    for subject in subjects_of(study, seen):
        truth = study.get(f"truth/eeg/{subject}")
        names = [] if truth is None else [str(n) for n in truth.roi.values]
        if truth is not None and region in names:
            found.append(float(truth.latency.values[names.index(region)]))
    return float(np.mean(found)) if found else float("nan")
