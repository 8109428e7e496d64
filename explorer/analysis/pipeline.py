"""From a wish to a result: which steps are missing, what they cost, and running them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from explorer.analysis import ANALYSES
from explorer.analysis.costs import Cost
from explorer.analysis.geometry import released_rdm
from explorer.analysis.results import find_result
from explorer.analysis.run import Run
from explorer.analysis.spec import Spec
from explorer.registry import Registry
from explorer.study.study import Study

_LOAD_SECONDS = 3.0  # importing torch in a fresh process, once

# Loaded when first used, so that a page is drawn without torch.
_LATE: Registry[Callable[..., Any]] = Registry(
    "step",
    {
        "extract": "explorer.features.extract:extract",
        "options": "explorer.features.extract:Options",
        "estimate": "explorer.features.cost:estimate",
        "device": "explorer.engine.device:choose_device",
    },
)


def find_missing(study: Study, specs: list[Spec]) -> list[Spec]:
    """The specs that have no stored result on the present data."""
    return [s for s in specs if find_result(study, s) is None]


def estimate_features(study: Study, model: str, variant: str = "") -> Cost:
    """Cost of extracting a model's features."""
    return Cost(*_LATE["estimate"](study, model, variant)) + Cost(_LOAD_SECONDS, 0)


def extract_features(study: Study, model: str, variant: str, run: Run, **options: Any) -> str:
    """Extract all layers of a model; returns the group's name.

    Parameters
    ----------
    options : ``batch_size`` and ``offline``
    """
    chosen = _LATE["options"](device=str(_LATE["device"](run.device)), **options)
    name = _LATE["extract"](
        study, model, variant, options=chosen, progress=run.progress, cancelled=run.cancelled
    )
    return str(name)


def run_specs(study: Study, specs: list[Spec], run: Run) -> list[str]:
    """Run every spec that has no result yet; returns the names of all results."""
    names = []
    for k, spec in enumerate(specs):
        if spec.analysis == "rdm" and released_rdm(study, spec) is not None:
            continue
        name = spec.result_name(study)
        if name not in study:
            part = replace(run, progress=_part(run, k, len(specs), spec))
            name = ANALYSES[spec.analysis](study, spec, part)
        names.append(name)
    return names


def _part(run: Run, k: int, n: int, spec: Spec) -> Callable[[int, int, str], None]:
    def progress(done: int, total: int, note: str) -> None:
        whole = 1000
        share = (k + done / max(total, 1)) / n
        run.progress(round(share * whole), whole, f"{spec.model}, {spec.subject}: {note}")

    return progress
