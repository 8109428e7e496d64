"""Commands that compute: extract, encode, rsa."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from explorer.analysis.pipeline import extract_features, run_specs
from explorer.analysis.results import layer_scores, summarise
from explorer.analysis.run import Run
from explorer.analysis.spec import MEAN, make_spec, models
from explorer.app.commands import find_study, say, say_json
from explorer.errors import AnalysisError
from explorer.state.choices import GROUP, Choices
from explorer.study.study import Study

_WIDTH = 78


def run_extract(chosen: argparse.Namespace) -> int:
    """Extract the features of one model."""
    study = find_study(chosen)
    name = extract_features(
        study,
        chosen.model,
        chosen.variant,
        Run(chosen.device, _progress),
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
    return _run(chosen, {"n_folds": chosen.folds})


def run_rsa(chosen: argparse.Namespace) -> int:
    """Compare every subject's geometry, and that of their mean, with one model's."""
    return _run(chosen, {"dissimilarity": chosen.dissimilarity})


def _run(chosen: argparse.Namespace, settings: dict[str, Any]) -> int:
    study = find_study(chosen)
    modality, model, subjects = _choose(study, chosen)
    specs = [
        make_spec(
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
        for subject in subjects
    ]
    names = run_specs(study, specs, Run(chosen.device, _progress))
    results = dict(zip(subjects, (study[n] for n in names), strict=True))
    scores: dict[str, Any] = {s: layer_scores(r) for s, r in results.items()}
    single = [scores[s] for s in subjects if s != MEAN]
    if len(single) > 1 and len({len(s) for s in single}) == 1:
        mean = np.mean(np.array(single, dtype=float), 0)
        scores[GROUP] = [None if np.isnan(v) else float(v) for v in mean]
    if chosen.json:
        say_json(
            {
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
        )
        return 0
    for subject, values in scores.items():
        row = " ".join("   –  " if v is None else f"{v:6.3f}" for v in values)
        say(f"{subject:<12} {row}")
    for subject, name in zip(subjects, names, strict=True):
        say(f"{subject:<12} {study.target(name)}")
    return 0


def _choose(study: Study, chosen: argparse.Namespace) -> tuple[str, str, list[str]]:
    """Modality, model and subjects: as named, else the study's first and all."""
    choices = Choices(study)
    modalities = choices.options("modality", choices.initial()) or []
    wanted = [m for m in modalities if m != "rdm" or chosen.command == "rsa"]
    modality = chosen.modality or (wanted[0] if wanted else "")
    if not modality:
        raise AnalysisError(f"{study.path} has no responses for `{chosen.command}`. Import some.")
    known = models(study, modality)
    if not chosen.model and not known:
        raise AnalysisError(
            f"{study.path} has no features yet. Extract some first: "
            f"`python -m explorer extract {study.path} --model minilm`."
        )
    subjects = list(chosen.subject)
    if not subjects:
        subjects = study.names(f"responses/{modality}/")
        if chosen.command == "rsa" and len(subjects) > 1 and modality != "ieeg":
            subjects.append(MEAN)
    return modality, chosen.model or known[0], subjects


def _progress(done: int, total: int, note: str) -> None:
    """One line that is written over, on a terminal only."""
    if sys.stderr.isatty():
        text = f"{100 * done / max(total, 1):3.0f} % {note}"[:_WIDTH]
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\r{text:<{_WIDTH}}{end}")
        sys.stderr.flush()
