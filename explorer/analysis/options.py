"""Choices that an analysis leaves at their defaults unless asked: parts of the data, kinds of fit.

A default is left out of the settings and so of the digest: results that were computed before a
choice existed keep their names.
"""

from __future__ import annotations

from typing import Any

from explorer.errors import AnalysisError
from explorer.registry import unknown_name

# What each optional setting is where nothing is said.
DEFAULTS: dict[str, Any] = {
    "region": "",  # name of a region; "" for all places
    "layers": None,  # numbers of layers; None for all
    "window": None,  # first and last time, s from onset; None for all times
    "mode": "kfold",
    "criterion": "mse",
    "selection": "target",
    "gap": 0,  # stimuli left out of training beside a test block
    "fwer": False,  # p-values corrected over all targets and layers, too
}
PARTS = ("region", "layers", "window")
RIDGE = ("mode", "criterion", "selection", "gap")

# The engine's names of them, here so that the command line starts without it.
KNOWN = {
    "mode": ("kfold", "guided", "gcv", "loo"),
    "criterion": ("mse", "correlation"),
    "selection": ("target", "global"),
}
INDEPENDENT = ("gcv", "loo")  # modes that take stimuli for independent

# Optional settings of each analysis.
OPTIONS: dict[str, tuple[str, ...]] = {
    "encoding": (*PARTS, *RIDGE, "fwer"),
    "rsa": PARTS,
    "fractional": PARTS,
    "partition": ("region", "window"),
    "clusters": ("window",),
}

# What the methods beside ridge and RSA let one choose.
METHOD_SETTINGS: dict[str, dict[str, Any]] = {
    "fractional": {
        "fractions": [k / 20 for k in range(1, 21)],
        "per_target": True,
        "criterion": "r2",
        "exact": False,
        "standardise": True,
        "n_components": None,
        "n_folds": 5,
        "n_inner": 5,
        "shuffled": True,
        "n_bootstraps": 1000,
        "n_permutations": 1000,
        "seed": 0,
    },
    "partition": {
        "alphas": [10.0**k for k in range(-5, 5)],
        "n_gammas": 20,
        "standardise": True,
        "n_folds": 5,
        "n_inner": 5,
        "n_bootstraps": 1000,
        "seed": 0,
    },
    "compare": {
        "layer": None,
        "n_bootstraps": 1000,
        "n_permutations": 1000,
        "as_published": False,
        "seed": 0,
    },
    "clusters": {
        "layer": None,
        "tail": 0,
        "threshold": None,
        "n_permutations": 1024,
        "seed": 0,
    },
}


def chosen_options(modality: str, given: dict[str, Any]) -> dict[str, Any]:
    """Those of ``given`` that differ from their defaults, as a spec holds them.

    Raises
    ------
    UnknownNameError
        if a mode, criterion or selection does not exist
    AnalysisError
        if a value makes no sense, or two do not go together
    """
    plain = {name: _plain(name, value) for name, value in given.items()}
    kept = {name: value for name, value in plain.items() if value != DEFAULTS[name]}
    for name, known in KNOWN.items():
        if name in kept and kept[name] not in known:
            raise unknown_name(name, kept[name], list(known))
    mode = kept.get("mode", DEFAULTS["mode"])
    if mode == "gcv" and "criterion" in kept:
        raise AnalysisError(
            f"mode is 'gcv' and criterion {kept['criterion']!r}, expected 'mse': generalised "
            "cross-validation estimates squared error. Take mode loo, kfold or guided."
        )
    if mode in INDEPENDENT and modality == "ieeg":
        raise AnalysisError(
            f"mode {mode!r} takes stimuli for independent, and words of a story are not. "
            "Take kfold or guided, whose folds are blocks."
        )
    if "gap" in kept and modality != "ieeg":
        raise AnalysisError(
            f"gap is {kept['gap']}, but {modality} stimuli are in no order of time. A gap is for "
            "the words of a story; leave it out."
        )
    return kept


def _plain(name: str, value: Any) -> Any:
    if name == "layers" and value is not None:
        layers = sorted({int(k) for k in value})
        if not layers or layers[0] < 0:
            raise AnalysisError(f"layers are {list(value)}, expected numbers from 0 (embedding).")
        return layers
    if name == "window" and value is not None:
        ends = [float(t) for t in value]
        if len(ends) != 2 or not ends[0] <= ends[1]:  # noqa: PLR2004 - first and last
            raise AnalysisError(f"window is {ends}, expected first and last time in s, in order.")
        return ends
    if name == "gap":
        if int(value) < 0:
            raise AnalysisError(f"gap is {value}, expected a number of stimuli, 0 or more.")
        return int(value)
    return value
