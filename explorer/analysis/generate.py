"""Generation: data that a study promises and that a program of its own makes from a seed."""

from __future__ import annotations

from collections.abc import Callable

from explorer.analysis.run import Run
from explorer.errors import AnalysisError
from explorer.registry import Registry
from explorer.study.study import Study

# What can make the promised groups of a study, by the name in its manifest.
GENERATORS: Registry[Callable[[Study, Run], list[str]]] = Registry(
    "generator", {"picture-book": "explorer.demo.generate:generate"}
)


def promised_groups(study: Study) -> list[str]:
    """Names of the groups that are still to be generated."""
    return [n for n in study.groups() if not n.startswith("results/") and study.promised(n)]


def generate_study(study: Study, run: Run) -> list[str]:
    """Make every promised group; returns the names of those that were made.

    Raises
    ------
    AnalysisError
        if the study promises data but does not say what makes them
    """
    if not promised_groups(study):
        return []
    name = str(study.manifest.extra.get("generator", ""))
    if not name:
        raise AnalysisError(
            f"{study.path.name} promises data but names no generator in study.json. "
            "Get the complete study from where it came."
        )
    return GENERATORS[name](study, run)
