"""Specs of methods beside ridge and RSA: fractional ridge, partition, comparison, clusters."""

from __future__ import annotations

from typing import Any

from explorer.analysis.parts import layer_coords
from explorer.analysis.spec import (
    GROUP,
    Spec,
    complete_settings,
    find_variant,
    make_spec,
)
from explorer.errors import AnalysisError
from explorer.study.study import Study

FEWEST, MOST = 2, 4  # sets of features of a partition

# Doerig et al. 2025: numpy.linspace(1 / 20, 1 + 1 / 20, 20), scikit-learn's unshuffled 5 folds,
# one fraction for all targets by their mean R2, embeddings as they come.
PUBLISHED_FRACTIONS = [0.05 + k / 19 for k in range(20)]
PUBLISHED = {
    "fractions": PUBLISHED_FRACTIONS,
    "per_target": False,
    "criterion": "r2",
    "exact": False,
    "standardise": False,
    "n_components": None,
    "n_inner": 5,
    "shuffled": False,
}


def is_published(settings: dict[str, Any]) -> bool:
    """Whether fractional ridge is set as Doerig et al. 2025 set it."""
    return all(settings[name] == value for name, value in PUBLISHED.items())


def fractional_spec(
    study: Study, modality: str, subject: str, model: str, measure: str, **choices: Any
) -> Spec:
    """The spec of an encoding by fractional ridge.

    Parameters
    ----------
    measure : of an encoding: pearson, r2 or cosine
    choices : ``variant``, ``atlas``, any of the ``SETTINGS`` and ``OPTIONS`` of ``"fractional"``;
        ``as_published`` for those of Doerig et al. 2025

    Raises
    ------
    UnknownNameError
        if the features or a setting do not exist
    AnalysisError
        if another setting contradicts the published ones
    """
    named = {k: choices.pop(k) for k in ("variant", "atlas") if k in choices}
    plain = make_spec(study, modality, subject, model, measure, **named)
    if plain.analysis != "encoding":
        raise AnalysisError(f"{measure} is no measure of an encoding. Take pearson or r2.")
    if choices.pop("as_published", False):
        clash = [
            n
            for n in PUBLISHED
            if n != "per_target" and choices.get(n, PUBLISHED[n]) != PUBLISHED[n]
        ]
        if clash:
            raise AnalysisError(
                f"{', '.join(clash)} differ from what was published. Leave them out."
            )
        choices |= PUBLISHED
    settings = complete_settings("fractional", modality, choices)
    return plain.replace(analysis="fractional", settings=settings)


def partition_spec(
    study: Study, modality: str, subject: str, features: list[str], **choices: Any
) -> Spec:
    """The spec of a partition of variance among two to four sets of features.

    Parameters
    ----------
    features : ``model/variant:layer`` each, or ``model``: its usual variant and last layer
    choices : ``atlas`` and any of the ``SETTINGS`` and ``OPTIONS`` of ``"partition"``

    Raises
    ------
    UnknownNameError
        if features or a setting do not exist
    AnalysisError
        if there are too few or too many sets, one comes twice, or a layer is missing
    """
    if not FEWEST <= len(features) <= MOST:
        raise AnalysisError(
            f"There are {len(features)} sets of features, expected {FEWEST} to {MOST}. Join some, "
            "or compare two at a time."
        )
    named = [find_features(study, modality, f) for f in features]
    twice = sorted({n for n in named if named.count(n) > 1})
    if twice:
        raise AnalysisError(f"{twice[0]} is there twice. A set shares all variance with itself.")
    atlas = _find_atlas(study, modality, choices.pop("atlas", None))
    settings = complete_settings("partition", modality, choices)
    return Spec(
        "partition", modality, subject, "", "", "r2", atlas, {**settings, "features": named}
    )


def find_features(study: Study, modality: str, text: str) -> str:
    """``model/variant:layer`` in full; the usual variant and the last layer where left out.

    Raises
    ------
    UnknownNameError
        if there are no such features
    AnalysisError
        if there is no such layer, or the features are dissimilarities alone
    """
    name, colon, number = text.partition(":")
    model, _, variant = name.partition("/")
    variant = find_variant(study, model, modality, variant)
    group = f"features/{model}/{variant}"
    if "feature" not in study[group]:
        raise AnalysisError(f"{group} holds dissimilarities only, expected features.")
    known = layer_coords(study[group])["layer"].tolist()
    if colon and not (number.isdigit() and int(number) in known):
        raise AnalysisError(
            f"{group} has no layer {number!r}. It has layers {known[0]} to {known[-1]}."
        )
    return f"{model}/{variant}:{int(number) if colon else known[-1]}"


def comparison_spec(
    modality: str, metric: str, encodings: dict[str, dict[str, str]], **choices: Any
) -> Spec:
    """The spec of a comparison of models by their stored encodings.

    Parameters
    ----------
    encodings : for each model, the name of each subject's result
    choices : any of the ``SETTINGS`` of ``"compare"``

    Raises
    ------
    AnalysisError
        if there are fewer than two models, or they were not computed for the same subjects
    """
    if len(encodings) < 2:  # noqa: PLR2004 - a pair
        raise AnalysisError(f"There is {len(encodings)} model, expected two or more to compare.")
    return _of_encodings("compare", modality, metric, encodings, choices)


def clusters_spec(
    modality: str, metric: str, encodings: dict[str, dict[str, str]], **choices: Any
) -> Spec:
    """The spec of a cluster test of one model's scores, or of the first's less the second's.

    Parameters
    ----------
    encodings : for one or two models, the name of each subject's result
    choices : any of the ``SETTINGS`` of ``"clusters"``, and a ``window``
    """
    return _of_encodings("clusters", modality, metric, encodings, choices)


def _of_encodings(
    analysis: str,
    modality: str,
    metric: str,
    encodings: dict[str, dict[str, str]],
    choices: dict[str, Any],
) -> Spec:
    subjects = [list(of_model) for of_model in encodings.values()]
    if any(s != subjects[0] for s in subjects):
        raise AnalysisError(f"The models were scored for different subjects: {subjects}.")
    settings = complete_settings(analysis, modality, choices)
    settings["models"], settings["subjects"] = list(encodings), subjects[0]
    settings["encodings"] = [n for of_model in encodings.values() for n in of_model.values()]
    return Spec(analysis, modality, GROUP, "", "", metric, "", settings)


def _find_atlas(study: Study, modality: str, atlas: str | None) -> str:
    if modality != "fmri" or not study.manifest.mesh:
        return ""
    return next(iter(study.names("rois/")), "") if atlas is None else atlas
