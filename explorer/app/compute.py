"""Commands that compute: extract, encode, rsa, searchlight."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from explorer.analysis.memory import parse_memory
from explorer.analysis.pipeline import extract_features, run_specs
from explorer.analysis.results import layer_scores, summarise
from explorer.analysis.run import Run
from explorer.analysis.spec import (
    GROUP,
    MEAN,
    MODALITIES,
    Spec,
    make_spec,
    models,
    searchlight_spec,
)
from explorer.app.commands import find_study, say, say_json, show_progress
from explorer.errors import AnalysisError
from explorer.study.study import Study

Runner = Callable[[Study, list[Spec], Run], list[str]]


def run_extract(chosen: argparse.Namespace) -> int:
    """Extract the features of one model."""
    study = find_study(chosen)
    name = extract_features(
        study,
        chosen.model,
        chosen.variant,
        Run(chosen.device, show_progress),
        batch_size=chosen.batch_size,
        offline=chosen.offline,
    )
    dataset = study[name]
    summary = {
        "path": str(study.target(name)),
        "group": name,
        "sizes": {str(k): v for k, v in dataset.sizes.items()},
        "layers": [str(v) for v in dataset.layer_name.values] if "layer_name" in dataset else [],
        "attrs": {k: v for k, v in dataset.attrs.items() if isinstance(v, str | int | float)},
    }
    if chosen.json:
        say_json(summary)
    else:
        say(f"{summary['path']}: {summary['sizes']}")
    return 0


def run_encode(chosen: argparse.Namespace) -> int:
    """Encode every subject with one model."""
    make = partial(_make_spec, chosen, {"n_folds": chosen.folds})
    if chosen.scheduler == "local":
        return _run(chosen, make)
    from explorer.analysis.cluster import (  # noqa: PLC0415 - loads torch
        Scheduler,
        open_client,
        read_options,
        run_on,
    )

    options = read_options(chosen.scheduler_options) if chosen.scheduler_options else {}
    with open_client(Scheduler(chosen.scheduler, options)) as client:
        return _run(chosen, make, partial(run_on, client))


def run_rsa(chosen: argparse.Namespace) -> int:
    """Compare every subject's geometry, and that of their mean, with one model's."""
    return _run(chosen, partial(_make_spec, chosen, {"dissimilarity": chosen.dissimilarity}))


def run_searchlight(chosen: argparse.Namespace) -> int:
    """Compare the geometry around each vertex of every subject's cortex with one model's."""
    settings = {
        "variant": chosen.variant,
        "k": chosen.k if chosen.radius is None else None,
        "radius": chosen.radius,
        "sample_size": chosen.sample_size,
        "n_samples": chosen.samples,
        "average": chosen.average,
        "dissimilarity": chosen.dissimilarity,
    }

    def make(study: Study, modality: str, subject: str, model: str) -> Spec:
        return searchlight_spec(study, subject, model, chosen.metric, **settings)

    return _run(chosen, make)


def _run(
    chosen: argparse.Namespace,
    make: Callable[[Study, str, str, str], Spec],
    runner: Runner = run_specs,
) -> int:
    study = find_study(chosen)
    modality = _choose_modality(study, chosen)
    summaries = {
        model: _score(study, chosen, modality, model, make, runner)
        for model in _choose_models(study, chosen, modality)
    }
    if chosen.json:
        several = len(summaries) > 1
        say_json({"models": summaries} if several else next(iter(summaries.values())))
        return 0
    for model, summary in summaries.items():
        say(f"{model} ({summary['variant']}), {modality}, {summary['metric']}, by layer:")
        for subject, values in summary["subjects"].items():
            row = " ".join("   –  " if v is None else f"{v:6.3f}" for v in values)
            say(f"  {subject:<12} {row}")
        for result in summary["results"]:
            say(f"  {result['subject']:<12} {result['path']}")
    return 0


def _make_spec(
    chosen: argparse.Namespace,
    settings: dict[str, Any],
    study: Study,
    modality: str,
    subject: str,
    model: str,
) -> Spec:
    return make_spec(
        study,
        modality,
        subject,
        model,
        chosen.metric,
        variant=chosen.variant,
        atlas=chosen.atlas,
        n_bootstraps=chosen.bootstraps,
        n_permutations=chosen.permutations,
        **settings,
    )


def _score(
    study: Study,
    chosen: argparse.Namespace,
    modality: str,
    model: str,
    make: Callable[[Study, str, str, str], Spec],
    runner: Runner,
) -> dict[str, Any]:
    """Score one model for the chosen subjects; the summary, as plain data."""
    subjects = list(chosen.subject) or _all_subjects(study, chosen.command, modality)
    specs = [make(study, modality, subject, model) for subject in subjects]
    memory = parse_memory(chosen.memory) if getattr(chosen, "memory", "") else None
    names = runner(study, specs, Run(chosen.device, show_progress, memory=memory))
    results = dict(zip(subjects, (study[n] for n in names), strict=True))
    scores: dict[str, Any] = {s: layer_scores(r) for s, r in results.items()}
    single = [scores[s] for s in subjects if s != MEAN]
    if len(single) > 1 and len({len(s) for s in single}) == 1:
        mean = np.mean(np.array(single, dtype=float), 0)
        scores[GROUP] = [None if np.isnan(v) else float(v) for v in mean]
    return {
        "study": str(study.path),
        "modality": modality,
        "model": model,
        "variant": specs[0].variant,
        "metric": chosen.metric,
        "subjects": scores,
        "results": [
            {"subject": s, "path": str(study.target(n)), **summarise(results[s])}
            for s, n in zip(subjects, names, strict=True)
        ],
    }


def _choose_modality(study: Study, chosen: argparse.Namespace) -> str:
    """The modality named, else the study's first that the command can use."""
    known = [m for m in MODALITIES if study.groups(f"responses/{m}/")]
    wanted = [m for m in known if m != "rdm" or chosen.command == "rsa"]
    modality = chosen.modality or (wanted[0] if wanted else "")
    if not modality:
        raise AnalysisError(f"{study.path} has no responses for `{chosen.command}`. Import some.")
    return str(modality)


def _choose_models(study: Study, chosen: argparse.Namespace, modality: str) -> list[str]:
    known = models(study, modality)
    if not chosen.model and not known:
        raise AnalysisError(
            f"{study.path} has no features yet. Extract some first: "
            f"`python -m explorer extract {study.path} --model minilm`."
        )
    return list(chosen.model) or known[:1]


def _all_subjects(study: Study, command: str, modality: str) -> list[str]:
    subjects = study.names(f"responses/{modality}/")
    if command == "rsa" and len(subjects) > 1 and modality != "ieeg":
        return [*subjects, MEAN]
    return subjects
