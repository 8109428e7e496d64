"""The table of groups that hold results: what each analysis stores."""

from __future__ import annotations

from explorer.study.variables import ID, NUMBER, Group, Variable, text_variable

PLACES = "vertex|target|channel"
SCORES = ("[layer]", "[roi|vertex|target|channel]", "[time]")
INTERVALS = ("[layer]", "[roi|vertex|target|channel]", "[time]", "bound")

LAYERS = {
    "layer": Variable(("layer",), "iu", required=False, minimum=0),
    "layer_name": text_variable("layer"),
}

_RESULT_COORDS = {
    **LAYERS,
    "stimulus": Variable(("stimulus",), "iu", required=False),
    "channel": text_variable("channel"),
    "time": Variable(("time",), NUMBER, ("s",), required=False),
    "roi": text_variable("roi"),
}

_FEATURES = ("features", "[roi|vertex|target|channel]", "[time]")
_PAIRS = ("model", "other", "roi")

_ENCODING = {
    "score": Variable(SCORES, "f", required=True),
    "p_value": Variable(SCORES, "f", required=False, minimum=0, maximum=1),
    "p_fwer": Variable(SCORES, "f", required=False, minimum=0, maximum=1),
    "q_value": Variable(SCORES, "f", required=False, minimum=0, maximum=1),
    "noise_ceiling": Variable(SCORES, "f", required=False, minimum=0),
    "roi_score": Variable(("layer", "roi"), "f", required=False),
    "roi_interval": Variable(("layer", "roi", "bound"), "f", required=False),
    "roi_ceiling": Variable(("roi",), "f", required=False),
    "roi_prediction": Variable(("layer", "stimulus", "roi"), "f", required=False),
    "roi_response": Variable(("stimulus", "roi"), "f", required=False),
    **_RESULT_COORDS,
}

RESULT_GROUPS: tuple[Group, ...] = (
    Group(
        "results/rdm/{digest}",
        "Dissimilarities computed from features or responses.",
        {
            "stimulus": ID,
            "dissimilarity": Variable(("[layer|roi|time]", "pair"), "f"),
            "roi": text_variable("roi"),
            "time": Variable(("time",), NUMBER, ("s",), required=False),
            **LAYERS,
        },
    ),
    Group(
        "results/encoding/{digest}",
        "How well features predict responses, by layer and place.",
        {**_ENCODING, "alpha": Variable(SCORES, "f", required=False, minimum=0)},
    ),
    Group(
        "results/fractional/{digest}",
        "How well features predict responses by fractional ridge, by layer and place.",
        {**_ENCODING, "fraction": Variable(SCORES, "f", required=False, minimum=0)},
    ),
    Group(
        "results/partition/{digest}",
        "What sets of features explain of held-out responses alone (unique), and what they share.",
        {
            "score": Variable(("[roi|vertex|target|channel]", "[time]"), "f"),
            "model_score": Variable(_FEATURES, "f"),
            "unique": Variable(_FEATURES, "f"),
            "shared": Variable(("part", *_FEATURES[1:]), "f"),
            "unique_interval": Variable(("features", "bound", *_FEATURES[1:]), "f"),
            "unique_p": Variable(_FEATURES, "f", required=False, minimum=0, maximum=1),
            "roi_score": Variable(("roi",), "f"),
            "roi_unique": Variable(("features", "roi"), "f"),
            "roi_shared": Variable(("part", "roi"), "f"),
            "roi_unique_interval": Variable(("features", "bound", "roi"), "f"),
            "roi_shared_interval": Variable(("part", "bound", "roi"), "f"),
            "features": text_variable("features"),
            "part": text_variable("part"),
            **_RESULT_COORDS,
        },
    ),
    Group(
        "results/compare/{digest}",
        "Which model predicts better, row less column: across subjects, and within each.",
        {
            "score": Variable(("model", "subject", "roi"), "f"),
            "best_layer": Variable(("model", "subject", "roi"), "f", required=False, minimum=0),
            "difference": Variable(_PAIRS, "f", required=False),
            "statistic": Variable(("test", *_PAIRS), "f", required=False),
            "effect": Variable(("test", *_PAIRS), "f", required=False),
            "p_value": Variable(("test", *_PAIRS), "f", required=False, minimum=0, maximum=1),
            "q_value": Variable(("test", *_PAIRS), "f", required=False, minimum=0, maximum=1),
            "subject_difference": Variable((*_PAIRS[:2], "subject", "roi"), "f", required=False),
            "subject_interval": Variable(
                (*_PAIRS[:2], "bound", "subject", "roi"), "f", required=False
            ),
            "subject_p": Variable(
                (*_PAIRS[:2], "subject", "roi"), "f", required=False, minimum=0, maximum=1
            ),
            "model": text_variable("model"),
            "other": text_variable("other"),
            "subject": text_variable("subject"),
            "test": text_variable("test"),
            "roi": text_variable("roi"),
        },
    ),
    Group(
        "results/clusters/{digest}",
        "Clusters of channels and times in which subjects' scores differ from 0.",
        {
            "score": Variable(("time", "[channel]"), "f"),
            "t_value": Variable(("time", "[channel]"), "f"),
            "cluster": Variable(("time", "[channel]"), "iu", minimum=0),
            "p_value": Variable(("time", "[channel]"), "f", minimum=0, maximum=1),
            "cluster_p": Variable(("cluster_number",), "f", minimum=0, maximum=1),
            "cluster_mass": Variable(("cluster_number",), "f"),
            "cluster_number": Variable(("cluster_number",), "iu", required=False),
            **_RESULT_COORDS,
        },
    ),
    Group(
        "results/weights/{digest}",
        "The fitted map from features to responses, to predict any stimulus.",
        {
            "weight": Variable(("[layer]", "unit", PLACES, "[time]"), "f"),
            "intercept": Variable(("[layer]", PLACES, "[time]"), "f"),
            **_RESULT_COORDS,
        },
    ),
    Group(
        "results/fusion/{digest}",
        "How EEG and a region's response go together over stimuli, by channel and time.",
        {
            "score": Variable(("roi", "channel", "time"), "f", minimum=-1, maximum=1),
            "q_value": Variable(("roi", "channel", "time"), "f", required=False, minimum=0),
            **_RESULT_COORDS,
        },
    ),
    Group(
        "results/searchlight/{digest}",
        "How like a model's geometry that around each vertex is, by layer.",
        {
            "score": Variable(("layer", "vertex"), "f", minimum=-1, maximum=1),
            "sphere_size": Variable(("vertex",), "iu", minimum=0),
            "sample": Variable(("stimulus",), "i", minimum=-1),
            **_RESULT_COORDS,
        },
    ),
    Group(
        "results/rsa/{digest}",
        "How like a model's geometry a brain's is, by layer.",
        {
            "score": Variable(SCORES, "f", required=True),
            "interval": Variable(INTERVALS, "f", required=False),
            "p_value": Variable(SCORES, "f", required=False, minimum=0, maximum=1),
            "q_value": Variable(SCORES, "f", required=False, minimum=0, maximum=1),
            "ceiling": Variable(("[roi]", "[time]", "bound"), "f", required=False),
            **_RESULT_COORDS,
        },
    ),
)
