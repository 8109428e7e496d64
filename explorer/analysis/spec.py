"""What is to be computed: a spec is plain data; its digest, with its inputs', names the result."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from explorer.analysis.options import METHOD_SETTINGS, OPTIONS, PARTS, RIDGE, chosen_options
from explorer.errors import AnalysisError
from explorer.registry import unknown_name
from explorer.study.digest import digest_json
from explorer.study.study import Study

CODE_VERSION = 2  # raised whenever the same spec would give other numbers
GROUP = "group"  # all subjects, each with a result of its own; shown as their mean
MEAN = "mean"  # the subject whose responses are the mean over subjects
HELD_OUT = ("encoding", "fractional", "partition", "weights", "fusion")
MODALITIES = ("fmri", "eeg", "ieeg", "rdm")


@dataclass(frozen=True)
class Measure:
    """A number that the app shows for a layer: which analysis gives it, and what it is called.

    Attributes
    ----------
    analysis : name in ``ANALYSES``
    metric : the engine's name of the metric or the comparison
    label : as on an axis
    bounds : the least and the greatest value there can be
    """

    analysis: str
    metric: str
    label: str
    bounds: tuple[float, float]


MEASURES = {
    "pearson": Measure("encoding", "pearson", "Encoding, Pearson r", (-1, 1)),
    "r2": Measure("encoding", "r2", "Encoding, R²", (-float("inf"), 1)),
    "cosine": Measure("encoding", "cosine", "Encoding, cosine", (-1, 1)),
    "rdm_spearman": Measure("rsa", "spearman", "RSA, Spearman ρ", (-1, 1)),
    "rdm_pearson": Measure("rsa", "pearson", "RSA, Pearson r", (-1, 1)),
    "rdm_kendall": Measure("rsa", "kendall_tau_a", "RSA, Kendall τ-a", (-1, 1)),
    "rdm_cosine": Measure("rsa", "cosine", "RSA, cosine", (-1, 1)),
}


# What each analysis lets one choose. Alphas are multiples of the mean eigenvalue.
SETTINGS: dict[str, dict[str, Any]] = {
    "encoding": {
        "alphas": [10.0**k for k in range(-5, 5)],
        "n_folds": 5,
        "n_inner": 5,
        "standardise": True,
        "n_components": None,
        "n_bootstraps": 1000,
        "n_permutations": 1000,
        "seed": 0,
    },
    "rsa": {
        "dissimilarity": "correlation",
        "n_bootstraps": 1000,
        "n_permutations": 1000,
        "seed": 0,
    },
    "rdm": {},
    "fusion": {"fmri_subject": GROUP, "seed": 0},
    "searchlight": {
        "dissimilarity": "correlation",
        "k": 100,
        "radius": None,
        "sample_size": 100,
        "n_samples": None,
        "average": "mean",
        "seed": 0,
    },
}
SETTINGS["weights"] = {**SETTINGS["encoding"], "layer": 0}
SETTINGS |= METHOD_SETTINGS


@dataclass(frozen=True)
class Spec:
    """One analysis of one subject with one model.

    Attributes
    ----------
    analysis : name in ``ANALYSES``
    modality : fmri, eeg, ieeg or rdm
    subject : a subject's name, or ``MEAN``
    model, variant : which features; both empty for an analysis of responses alone
    metric : the engine's name of the metric or comparison
    atlas : which atlas gives the regions; empty for none
    settings : what the analysis lets one choose, complete with its defaults; of ``OPTIONS`` those
        alone that differ from theirs
    """

    analysis: str
    modality: str
    subject: str
    model: str
    variant: str
    metric: str
    atlas: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def response_groups(self, study: Study) -> list[str]:
        """Groups of responses that the analysis reads: the subject's, or everyone's."""
        names = study.groups(f"responses/{self.modality}/")
        if not names:
            raise AnalysisError(
                f"The study has no {self.modality} responses. It has: "
                f"{', '.join(study.groups('responses/')) or 'none'}."
            )
        if self.subject == MEAN:
            return names
        name = f"responses/{self.modality}/{self.subject}"
        if name not in names:
            known = [n.rpartition("/")[2] for n in names]
            raise unknown_name(f"{self.modality} subject", self.subject, [*known, MEAN])
        return [name]

    def feature_group(self) -> str:
        """Group of the features that the analysis reads."""
        return f"features/{self.model}/{self.variant}"

    def inputs(self, study: Study) -> dict[str, str]:
        """Digest of every group that the result depends on.

        Raises
        ------
        UnknownNameError
            if one of them is missing
        """
        if "encodings" in self.settings:  # a test of results, whose digests cover all the rest
            return {name: study.digest(name) for name in self.settings["encodings"]}
        # A ceiling or a shared stimulus set depends on every subject, so all count as inputs.
        groups = self.response_groups(study) if self.modality else []
        if self.analysis == "rsa":
            groups = study.groups(f"responses/{self.modality}/")
        if self.model:
            groups = [*groups, self.feature_group()]
        named = self.settings.get("features", ())
        groups = [*groups, *(f"features/{name.partition(':')[0]}" for name in named)]
        if self.atlas:
            groups = [*groups, f"rois/{self.atlas}"]
        if self.analysis == "fusion":
            groups = [*groups, *study.groups("responses/fmri/")]
        held_out = self.analysis in HELD_OUT
        if held_out and "stimuli/images" in study:
            groups = [*groups, "stimuli/images"]  # its split decides what is held out
        return {name: study.digest(name) for name in groups}

    def result_name(self, study: Study) -> str:
        """Name of the group that holds the result, whether it exists or not."""
        parts = {"spec": vars(self), "inputs": self.inputs(study), "code": CODE_VERSION}
        return f"results/{self.analysis}/{digest_json(parts)}"

    def replace(self, **changes: Any) -> Spec:
        """The same spec with other values."""
        return replace(self, **changes)


def make_spec(
    study: Study, modality: str, subject: str, model: str, measure: str, **choices: Any
) -> Spec:
    """A complete spec from a measure's name: variant, atlas and settings get their defaults.

    Parameters
    ----------
    choices : ``variant``, ``atlas``, and any of the analysis' ``SETTINGS`` and ``OPTIONS``

    Raises
    ------
    UnknownNameError
        if the measure, the features or a setting do not exist
    """
    if measure not in MEASURES:
        raise unknown_name("measure", measure, list(MEASURES))
    chosen = MEASURES[measure]
    variant = find_variant(study, model, modality, choices.pop("variant", ""))
    atlas = choices.pop("atlas", None)
    if atlas is None:
        atlas = next(iter(study.names("rois/")), "")
    if modality != "fmri" or not study.manifest.mesh:
        atlas = ""
    settings = complete_settings(chosen.analysis, modality, choices)
    return Spec(chosen.analysis, modality, subject, model, variant, chosen.metric, atlas, settings)


def complete_settings(analysis: str, modality: str, choices: dict[str, Any]) -> dict[str, Any]:
    """All settings of an analysis: those chosen, else their defaults.

    Raises
    ------
    UnknownNameError
        if a setting does not exist
    AnalysisError
        if an optional setting makes no sense
    """
    settings, optional = SETTINGS[analysis], OPTIONS.get(analysis, ())
    for name in choices:
        if name not in settings and name not in optional:
            raise unknown_name(f"setting of {analysis}", name, [*settings, *optional])
    plain = {k: v for k, v in choices.items() if k in settings}
    given = {k: v for k, v in choices.items() if k in optional}
    return {**settings, **plain, **chosen_options(modality, given)}


def weights_spec(spec: Spec, layer: int) -> Spec:
    """The spec of the weights of one layer, fitted as the encoding of ``spec`` fits them."""
    known = SETTINGS["weights"]
    settings = {k: spec.settings.get(k, v) for k, v in known.items()} | {"layer": layer}
    kept = {*PARTS, *RIDGE} - {"layers"}
    settings |= {k: v for k, v in spec.settings.items() if k in kept}
    return spec.replace(analysis="weights", metric="", atlas="", settings=settings)


def fusion_spec(study: Study, subject: str, atlas: str, fmri_subject: str = GROUP) -> Spec:
    """The spec of how EEG of ``subject`` goes with the regions of ``fmri_subject``."""
    settings = {**SETTINGS["fusion"], "fmri_subject": fmri_subject}
    atlas = atlas or next(iter(study.names("rois/")), "")
    return Spec("fusion", "eeg", subject, "", "", "pearson", atlas, settings)


def searchlight_spec(
    study: Study, subject: str, model: str, metric: str = "spearman", **choices: Any
) -> Spec:
    """The spec of a searchlight over the cortex: how like a model's each place's geometry is.

    Parameters
    ----------
    metric : spearman, pearson, or another name of the engine's comparisons
    choices : ``variant`` and any of ``SETTINGS["searchlight"]``; a ``radius`` in mm takes the place
        of ``k`` vertices

    Raises
    ------
    UnknownNameError
        if the features or a setting do not exist
    """
    variant = find_variant(study, model, "fmri", choices.pop("variant", ""))
    known = SETTINGS["searchlight"]
    for name in choices:
        if name not in known:
            raise unknown_name("setting of searchlight", name, list(known))
    settings = {**known, **choices}
    if settings["radius"] is not None:
        settings["k"] = None
    return Spec("searchlight", "fmri", subject, model, variant, metric, "", settings)


def find_variant(study: Study, model: str, modality: str, variant: str = "") -> str:
    """The variant of ``model`` that belongs to the stimuli of ``modality``.

    Raises
    ------
    UnknownNameError
        if the model has no such features yet
    """
    known = variants(study, model, modality)
    if variant in known:
        return variant
    if not known:
        raise unknown_name(f"model with features for {modality}", model, models(study, modality))
    if variant:
        raise unknown_name(f"features of {model} for {modality} (variant)", variant, known)
    return "caption" if "caption" in known else known[0]


def variants(study: Study, model: str, modality: str) -> list[str]:
    """Variants of a model's features whose stimuli are those of ``modality``."""
    source = stimuli_of(modality)
    return [
        v
        for v in study.names(f"features/{model}/")
        if study.attributes(f"features/{model}/{v}").get("stimuli", "stimuli/images") == source
    ]


def models(study: Study, modality: str) -> list[str]:
    """Models with features for the stimuli of ``modality``: by name, RDMs alone last."""
    names = dict.fromkeys(n.split("/")[1] for n in study.groups("features/"))
    found = {m: v for m in names if (v := variants(study, m, modality))}
    return sorted(found, key=lambda m: (found[m] == ["rdm"], m))


def stimuli_of(modality: str) -> str:
    """The group of stimuli that responses of this modality refer to."""
    return "stimuli/story" if modality == "ieeg" else "stimuli/images"
