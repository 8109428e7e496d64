"""From a wish to a result: which steps are missing, what they cost, and running them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from explorer.analysis import ANALYSES
from explorer.analysis.geometry import released_rdm
from explorer.analysis.memory import memory_allowed
from explorer.analysis.results import find_result
from explorer.analysis.run import Run
from explorer.analysis.spec import Spec
from explorer.registry import Registry
from explorer.study.rois import regions
from explorer.study.study import Study

_LOAD_SECONDS = 3.0  # importing torch in a fresh process, once
_BLOCK = 16_384  # targets of an encoding that are held at once, at most
_FLOPS = 1.5e10  # a cautious guess of float32 operations a second on one core

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


@dataclass(frozen=True)
class Cost:
    """What a step is expected to take: seconds on this machine's CPU, and bytes of memory."""

    seconds: float
    n_bytes: int

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, max(self.n_bytes, other.n_bytes))

    def __str__(self) -> str:
        seconds = f"{self.seconds:.0f} s" if self.seconds >= 1 else "under a second"
        if self.seconds >= 90:  # noqa: PLR2004 - from here on minutes read better
            seconds = f"{self.seconds / 60:.0f} min"
        return f"about {seconds} and {self.n_bytes / 1e6:,.0f} MB"


def find_missing(study: Study, specs: list[Spec]) -> list[Spec]:
    """The specs that have no stored result on the present data."""
    return [s for s in specs if find_result(study, s) is None]


def estimate(study: Study, spec: Spec) -> Cost:
    """Cost of one spec, from the shapes of what it reads."""
    sizes = {str(k): int(v) for name in _read_by(study, spec) for k, v in study[name].sizes.items()}
    n = sizes["stimulus"]
    n_pairs = n * (n - 1) // 2
    if spec.analysis == "rdm":
        return Cost(0.3, 4 * n_pairs * 8)
    if spec.analysis == "rsa":
        n_rdms = sizes.get("time", 1)
        if spec.atlas or "target" in sizes:
            n_rdms = len(regions(study, study[spec.response_groups(study)[0]], spec.atlas))
        rounds = int(spec.settings["n_bootstraps"]) + int(spec.settings["n_permutations"])
        operations = 40.0 * n_pairs * n_rdms * sizes["layer"] * rounds
        return Cost(operations / _FLOPS + 0.3, 4 * n_pairs * (n_rdms + sizes["layer"]) * 8)
    if spec.analysis == "searchlight":
        chosen, layers = spec.settings, sizes["layer"]
        sample = min(int(chosen["sample_size"]), n)
        n_samples = chosen["n_samples"] or n // sample
        each = sample**2 * ((chosen["k"] or 100) + 2.0 * layers + 50)
        n_vertices = sizes.get("vertex", 1)
        return Cost(n_samples * n_vertices * each / _FLOPS + 5, 12 * n * n_vertices)
    places = sizes.get("vertex", 1) * sizes.get("target", 1) * sizes.get("channel", 1)
    n_targets = places * sizes.get("time", 1)
    if spec.analysis == "fusion":
        return Cost(1.0, 4 * n * places * sizes.get("time", 1) * 3)
    d = min(sizes["unit"], n)
    if spec.analysis == "weights":
        fits = float((int(spec.settings["n_inner"]) + 1) * n * d * n_targets)
        return Cost(fits * len(spec.settings["alphas"]) / _FLOPS + 1, 4 * n * n_targets * 4)
    folds = (int(spec.settings["n_inner"]) + 1) * int(spec.settings["n_folds"])
    fits = float(folds * n * d * n_targets * len(spec.settings["alphas"]))
    rounds_cost = 6.0 * int(spec.settings["n_bootstraps"]) * n * n_targets
    operations = sizes["layer"] * (fits + rounds_cost + folds * 20.0 * d**3)
    held = 4 * n * min(n_targets, _BLOCK) * 6 + 4 * n * d * 8  # the run states its own, exactly
    return Cost(operations / _FLOPS + 0.5, min(held, memory_allowed(None)))


def _read_by(study: Study, spec: Spec) -> list[str]:
    """Features first, so that the sizes of responses win where both have a dim."""
    features = [spec.feature_group()] if spec.model else []
    responses = spec.response_groups(study)[:1] if spec.modality else []
    return [*features, *responses]


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
