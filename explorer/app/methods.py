"""Commands that compare: partition, compare, clusters."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from explorer.analysis.method_specs import clusters_spec, comparison_spec, partition_spec
from explorer.analysis.pipeline import run_specs
from explorer.analysis.results import plain_values
from explorer.analysis.run import Run, provenance
from explorer.analysis.spec import MEASURES, MODALITIES, Spec, make_spec
from explorer.app.commands import find_study, say, say_json, show_progress
from explorer.errors import AnalysisError
from explorer.study.study import Study


def run_partition(chosen: argparse.Namespace) -> int:
    """Partition variance among sets of features, for every subject."""
    study = find_study(chosen)
    modality = _modality(study, chosen)
    choices: dict[str, Any] = {
        "atlas": chosen.atlas,
        "n_folds": chosen.folds,
        "n_bootstraps": chosen.bootstraps,
        "n_gammas": 1 if chosen.plain else chosen.scalings,
        "region": chosen.region,
        "window": chosen.window,
    }
    subjects = _subjects(study, chosen, modality)
    specs = [partition_spec(study, modality, s, chosen.features, **choices) for s in subjects]
    names = run_specs(study, specs, Run(chosen.device, show_progress))
    told = [
        {"subject": s, "path": str(study.target(n)), **_parts(study[n])}
        for s, n in zip(subjects, names, strict=True)
    ]
    if chosen.json:
        features = specs[0].settings["features"]
        head = {"study": str(study.path), "modality": modality, "features": features}
        say_json({**head, "results": told})
        return 0
    for one in told:
        say(f"{one['subject']}, {modality}, held-out R² by region [95 % interval]:")
        for region, row in one["roi"].items():
            say(f"  {region}: all together {_number(row['score'])}")
            for kind in ("unique", "shared"):
                for name, part in row[kind].items():
                    low, high = (_number(v) for v in part["interval"])
                    say(f"    {kind} {name:<40} {_number(part['value'])} [{low},{high}]")
        say(f"  {one['path']}")
    return 0


def run_compare(chosen: argparse.Namespace) -> int:
    """Compare models by their encodings, which are computed first where they are missing."""
    study = find_study(chosen)
    modality = _modality(study, chosen)
    encodings = _encode(study, chosen, modality, list(chosen.model))
    spec = comparison_spec(
        modality,
        MEASURES[chosen.metric].metric,
        encodings,
        layer=chosen.layer,
        n_bootstraps=chosen.bootstraps,
        n_permutations=chosen.permutations,
        as_published=chosen.as_published,
    )
    return _tell(study, chosen, spec, _comparison)


def run_clusters(chosen: argparse.Namespace) -> int:
    """Cluster test across subjects, of one model's scores or the difference of two."""
    study = find_study(chosen)
    modality = _modality(study, chosen, first="eeg")
    models = [chosen.model, *([chosen.minus] if chosen.minus else [])]
    encodings = _encode(study, chosen, modality, models)
    spec = clusters_spec(
        modality,
        MEASURES[chosen.metric].metric,
        encodings,
        layer=chosen.layer,
        tail=chosen.tail,
        threshold=chosen.threshold,
        window=chosen.window,
    )
    return _tell(study, chosen, spec, _clusters)


def _tell(
    study: Study,
    chosen: argparse.Namespace,
    spec: Spec,
    summarise: Callable[[xr.Dataset], tuple[dict[str, Any], list[str]]],
) -> int:
    (name,) = run_specs(study, [spec], Run(chosen.device, show_progress))
    summary, lines = summarise(study[name])
    about = {k: v for k, v in provenance(study[name]).items() if k in _ABOUT}
    path = str(study.target(name))
    if chosen.json:
        say_json({"study": str(study.path), "path": path, **summary, "about": about})
        return 0
    for line in (*lines, f"  {path}"):
        say(line)
    return 0


_ABOUT = (
    "n_stimuli", "n_subjects", "split", "metric", "layer", "p_value", "method", "threshold",
    "n_permutations", "seconds",
)  # fmt: skip


def _modality(study: Study, chosen: argparse.Namespace, first: str = "") -> str:
    known = [m for m in MODALITIES if m != "rdm" and study.groups(f"responses/{m}/")]
    wanted = chosen.modality or (first if first in known else next(iter(known), ""))
    if not wanted:
        raise AnalysisError(f"{study.path} has no responses for `{chosen.command}`. Import some.")
    return str(wanted)


def _subjects(study: Study, chosen: argparse.Namespace, modality: str) -> list[str]:
    return list(chosen.subject) or study.names(f"responses/{modality}/")


def _encode(
    study: Study, chosen: argparse.Namespace, modality: str, models: list[str]
) -> dict[str, dict[str, str]]:
    """Names of the encodings of each model and subject; those missing are computed."""
    found = {}
    for text in models:
        model, _, variant = text.partition("/")
        subjects = _subjects(study, chosen, modality)
        specs = [
            make_spec(
                study, modality, subject, model, chosen.metric, variant=variant,
                atlas=chosen.atlas, n_bootstraps=chosen.bootstraps,
                n_permutations=chosen.permutations,
            )
            for subject in subjects
        ]  # fmt: skip
        names = run_specs(study, specs, Run(chosen.device, show_progress))
        found[f"{model}/{specs[0].variant}"] = dict(zip(subjects, names, strict=True))
    return found


def _parts(result: xr.Dataset) -> dict[str, Any]:
    """Unique and shared variance by region, as plain data."""
    rows = {}
    for region in result.roi.values.tolist():
        one = result.sel(roi=region)
        rows[region] = {
            "score": plain_values(one.roi_score.values),
            **{
                kind: {
                    str(name): {
                        "value": plain_values(one[f"roi_{kind}"].sel({dim: name}).values),
                        "interval": plain_values(
                            one[f"roi_{kind}_interval"].sel({dim: name}).values
                        ),
                    }
                    for name in one[dim].values
                }
                for kind, dim in (("unique", "features"), ("shared", "part"))
            },
        }
    shown = ("n_stimuli", "n_targets", "n_targets_nan", "split", "metric", "method", "interval")
    about = provenance(result)
    return {"roi": rows, "about": {k: about[k] for k in (*shown, "seconds", "spec")}}


def _comparison(result: xr.Dataset) -> tuple[dict[str, Any], list[str]]:
    """Every pair of models, region by region: as plain data, and as lines."""
    models = [str(m) for m in result.model.values]
    rows, lines = [], []
    tests = [str(t) for t in result.test.values] if "test" in result.dims else []
    for i, model in enumerate(models):
        for other in models[i + 1 :]:
            pair = result.sel(model=model, other=other) if "other" in result.dims else result
            for region in result.roi.values.tolist():
                row = {"model": model, "other": other, "roi": region}
                row |= _pair(pair.sel(roi=region), tests)
                rows.append(row)
                across = ", ".join(f"{t} q {_number(row[t]['q_value'])}" for t in tests)
                mean = f"{_number(row['difference'])} ({across})" if tests else "one subject"
                lines.append(f"{model} less {other}, {region}: {mean}")
    score = {
        m: {
            str(r): plain_values(result.score.sel(model=m, roi=r).values) for r in result.roi.values
        }
        for m in models
    }
    return {"subjects": result.subject.values.tolist(), "score": score, "pairs": rows}, lines


def _pair(pair: xr.Dataset, tests: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if tests:
        told["difference"] = plain_values(pair.difference.values)
        fields = ("statistic", "p_value", "q_value", "effect")
        for test in tests:
            told[test] = {f: plain_values(pair[f].sel(test=test).values) for f in fields}
    if "subject_difference" in pair:
        told["within"] = {
            str(s): {
                "difference": plain_values(pair.subject_difference.sel(subject=s).values),
                "interval": plain_values(pair.subject_interval.sel(subject=s).values),
                "p_value": plain_values(pair.subject_p.sel(subject=s).values),
            }
            for s in pair.subject.values
        }
    return told


def _clusters(result: xr.Dataset) -> tuple[dict[str, Any], list[str]]:
    """Every cluster with its span, as plain data and as lines."""
    found, lines = [], []
    for number, p, mass in zip(
        result.cluster_number.values, result.cluster_p.values, result.cluster_mass.values,
        strict=True,
    ):  # fmt: skip
        inside = result.cluster == number
        times = result.time.values[inside.any([d for d in inside.dims if d != "time"]).values]
        channels = []
        if "channel" in inside.dims:
            channels = [str(c) for c in result.channel.values[inside.any("time").values]]
        one = {
            "p_value": float(p),
            "mass": float(mass),
            "seconds": [float(times.min()), float(times.max())],
            "channels": channels,
        }
        found.append(one)
        lines.append(
            f"{times.min():.3f} to {times.max():.3f} s, {len(channels)} channels: "
            f"p = {p:.4f}, mass {mass:.1f}"
        )
    return {"clusters": found}, lines or ["No point passes the threshold."]


def _number(value: float | None) -> str:
    return "   –  " if value is None or np.isnan(value) else f"{value:6.3f}"
