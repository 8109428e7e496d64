"""What an analysis is expected to take, from the shapes of what it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from explorer.analysis.memory import memory_allowed
from explorer.analysis.spec import Spec
from explorer.study.rois import regions
from explorer.study.study import Study

_BLOCK = 16_384  # targets of an encoding that are held at once, at most
_FLOPS = 1.5e10  # a cautious guess of float32 operations a second on one core
_TESTS = 2e8  # numbers a second that a resampling of finished scores goes through

Sizes = Mapping[str, int]  # length of every dim of features and responses


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


def estimate(study: Study, spec: Spec) -> Cost:
    """Cost of one spec.

    Raises
    ------
    UnknownNameError
        if what it reads does not exist
    """
    sizes = {str(k): int(v) for name in _read_by(study, spec) for k, v in study[name].sizes.items()}
    return COSTS[spec.analysis](study, spec, sizes)


def _read_by(study: Study, spec: Spec) -> list[str]:
    """Features first, so that the sizes of responses win where both have a dim."""
    if "encodings" in spec.settings:
        return list(spec.settings["encodings"])
    features = [spec.feature_group()] if spec.model else []
    responses = spec.response_groups(study)[:1] if spec.modality else []
    return [*features, *responses]


def _n_targets(sizes: Sizes) -> int:
    places = sizes.get("vertex", 1) * sizes.get("target", 1) * sizes.get("channel", 1)
    return places * sizes.get("time", 1)


def _encoding(_study: Study, spec: Spec, sizes: Sizes) -> Cost:
    tried = len(spec.settings["alphas"]) * sizes["layer"]
    return _regression(spec, sizes, min(sizes["unit"], sizes["stimulus"]), tried, sizes["layer"])


def _fractional(_study: Study, spec: Spec, sizes: Sizes) -> Cost:
    tried = len(spec.settings["fractions"]) * sizes["layer"]
    return _regression(spec, sizes, min(sizes["unit"], sizes["stimulus"]), tried, sizes["layer"])


def _partition(study: Study, spec: Spec, sizes: Sizes) -> Cost:
    """Every union of sets is a model; one of several sets is fitted with each scaling of them."""
    sets = [
        study[f"features/{n.partition(':')[0]}"].sizes["unit"] for n in spec.settings["features"]
    ]
    n_models = 2 ** len(sets) - 1
    scalings = len(sets) + (n_models - len(sets)) * int(spec.settings["n_gammas"])
    tried = len(spec.settings["alphas"]) * scalings
    return _regression(spec, sizes, min(sum(sets), sizes["stimulus"]), tried, scalings)


def _regression(spec: Spec, sizes: Sizes, d: int, n_tried: int, n_decompositions: int) -> Cost:
    """Nested cross-validation of ``n_tried`` penalties, then resampling."""
    n, n_targets, chosen = sizes["stimulus"], _n_targets(sizes), spec.settings
    folds = (int(chosen["n_inner"]) + 1) * int(chosen["n_folds"])
    fits = float(folds * n * d) * n_targets * n_tried
    resampled = 6.0 * int(chosen["n_bootstraps"]) * n * n_targets * sizes.get("layer", 1)
    operations = fits + resampled + n_decompositions * folds * 20.0 * d**3
    held = 4 * n * min(n_targets, _BLOCK) * 6 + 4 * n * d * 8  # the run states its own, exactly
    return Cost(operations / _FLOPS + 0.5, min(held, memory_allowed(None)))


def _weights(_study: Study, spec: Spec, sizes: Sizes) -> Cost:
    n, n_targets = sizes["stimulus"], _n_targets(sizes)
    fits = float((int(spec.settings["n_inner"]) + 1) * n * min(sizes["unit"], n)) * n_targets
    return Cost(fits * len(spec.settings["alphas"]) / _FLOPS + 1, 4 * n * n_targets * 4)


def _rdm(_study: Study, _spec: Spec, sizes: Sizes) -> Cost:
    return Cost(0.3, 4 * _n_pairs(sizes) * 8)


def _rsa(study: Study, spec: Spec, sizes: Sizes) -> Cost:
    n_rdms = sizes.get("time", 1)
    if spec.atlas or "target" in sizes:
        n_rdms = len(regions(study, study[spec.response_groups(study)[0]], spec.atlas))
    rounds = int(spec.settings["n_bootstraps"]) + int(spec.settings["n_permutations"])
    operations = 40.0 * _n_pairs(sizes) * n_rdms * sizes["layer"] * rounds
    held = 4 * _n_pairs(sizes) * (n_rdms + sizes["layer"]) * 8
    return Cost(operations / _FLOPS + 0.3, held)


def _n_pairs(sizes: Sizes) -> int:
    return sizes["stimulus"] * (sizes["stimulus"] - 1) // 2


def _searchlight(_study: Study, spec: Spec, sizes: Sizes) -> Cost:
    chosen, n, n_vertices = spec.settings, sizes["stimulus"], sizes.get("vertex", 1)
    sample = min(int(chosen["sample_size"]), n)
    n_samples = chosen["n_samples"] or n // sample
    each = sample**2 * ((chosen["k"] or 100) + 2.0 * sizes["layer"] + 50)
    return Cost(n_samples * n_vertices * each / _FLOPS + 5, 12 * n * n_vertices)


def _fusion(_study: Study, _spec: Spec, sizes: Sizes) -> Cost:
    return Cost(1.0, 4 * sizes["stimulus"] * _n_targets(sizes) * 3)


def _compare(_study: Study, spec: Spec, sizes: Sizes) -> Cost:
    rounds = int(spec.settings["n_bootstraps"]) + int(spec.settings["n_permutations"])
    return _resampling(spec, sizes, rounds)


def _clusters(_study: Study, spec: Spec, sizes: Sizes) -> Cost:
    return _resampling(spec, sizes, int(spec.settings["n_permutations"]))


def _resampling(spec: Spec, sizes: Sizes, rounds: int) -> Cost:
    """Scores of all encodings, a layer of each, gone through once a round."""
    n_scores = len(spec.settings["encodings"]) * _n_targets(sizes)
    return Cost(n_scores * rounds / _TESTS + 1, 4 * n_scores * sizes.get("layer", 1) * 3)


COSTS: dict[str, Callable[[Study, Spec, Sizes], Cost]] = {
    "encoding": _encoding,
    "fractional": _fractional,
    "partition": _partition,
    "weights": _weights,
    "rdm": _rdm,
    "rsa": _rsa,
    "searchlight": _searchlight,
    "fusion": _fusion,
    "compare": _compare,
    "clusters": _clusters,
}
