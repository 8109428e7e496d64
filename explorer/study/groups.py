"""The table of groups: everything a study may hold, with its variables, dims and units."""

from __future__ import annotations

from explorer.study.variables import NUMBER, Group, Variable

ID = Variable(("stimulus",), "iu")
UNITS = ("V", "percent", "z", "a.u.")
PLACE = "vertex|target"
PLACES = "vertex|target|channel"
SCORES = ("[layer]", "[roi|vertex|target|channel]", "[time]")
INTERVALS = ("[layer]", "[roi|vertex|target|channel]", "[time]", "bound")


def _text(*dims: str, required: bool = False) -> Variable:
    return Variable(dims, "U", required=required)


def _metres(dim: str) -> Variable:
    return Variable((dim,), NUMBER, ("mm", "m"), required=False)


_LAYERS = {
    "layer": Variable(("layer",), "iu", required=False, minimum=0),
    "layer_name": _text("layer"),
}

_RESULT_COORDS = {
    **_LAYERS,
    "stimulus": Variable(("stimulus",), "iu", required=False),
    "channel": _text("channel"),
    "time": Variable(("time",), NUMBER, ("s",), required=False),
    "roi": _text("roi"),
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

GROUPS: tuple[Group, ...] = (
    Group(
        "stimuli/images",
        "Images with their captions, and how they are split and grouped.",
        {
            "stimulus": ID,
            "caption": _text("stimulus", "caption_index"),
            "image": _text("stimulus"),
            "split": _text("stimulus"),
            "condition": _text("stimulus"),
            "concept": _text("stimulus"),
        },
        either=("caption", "image", "condition", "concept"),
    ),
    Group(
        "stimuli/story",
        "The words of a story in the order they are heard.",
        {
            "stimulus": ID,
            "word": _text("stimulus", required=True),
            "onset": Variable(("stimulus",), NUMBER, ("s",)),
            "offset": Variable(("stimulus",), NUMBER, ("s",)),
            "sentence": Variable(("stimulus",), "iu"),
            "context": _text("stimulus"),
        },
    ),
    Group(
        "texts/{variant}",
        "Texts that a model is shown in place of the captions, such as their nouns alone.",
        {"stimulus": ID, "text": _text("stimulus", "caption_index", required=True)},
    ),
    Group(
        "rois/{atlas}",
        "Regions on the mesh: a label per vertex (0 none, k the k-th name), or masks.",
        {
            "label": Variable(("vertex",), "iu", required=False, minimum=0),
            "name": _text("roi", required=True),
            "colour": _text("roi"),
            "source": _text("roi"),
            "status": _text("roi"),
            "mask": Variable(("roi", "vertex"), "b", required=False),
        },
        either=("label", "mask"),
    ),
    Group(
        "responses/fmri/{subject}",
        "Responses of one subject's cortex to each stimulus.",
        {
            "stimulus": ID,
            "response": Variable(("[repeat]", "stimulus", PLACE), "f", UNITS),
            "noise_ceiling": Variable((PLACE,), "f", required=False, minimum=0),
            "hemi": _text("vertex"),
            "target": _text("target"),
            "roi": _text("target"),
            "x": _metres("target"),
            "y": _metres("target"),
            "z": _metres("target"),
        },
    ),
    Group(
        "responses/eeg/{subject}",
        "Evoked responses of one subject, channel by time.",
        {
            "stimulus": ID,
            "response": Variable(("[repeat]", "stimulus", "channel", "time"), "f", UNITS),
            "noise_ceiling": Variable(("channel", "time"), "f", required=False, minimum=0),
            "channel": _text("channel", required=True),
            "time": Variable(("time",), NUMBER, ("s",)),
            "x": _metres("channel"),
            "y": _metres("channel"),
            "z": _metres("channel"),
        },
    ),
    Group(
        "responses/ieeg/{subject}",
        "Responses of one subject's contacts to each word.",
        {
            "stimulus": ID,
            "response": Variable(("[repeat]", "stimulus", "channel", "[time]"), "f", UNITS),
            "noise_ceiling": Variable(("channel", "[time]"), "f", required=False, minimum=0),
            "channel": _text("channel", required=True),
            "time": Variable(("time",), NUMBER, ("s",), required=False),
            "x": _metres("channel"),
            "y": _metres("channel"),
            "z": _metres("channel"),
            "region": _text("channel"),
            "distance": _metres("channel"),
        },
    ),
    Group(
        "truth/scenes",
        "What was drawn: the scene graph of each stimulus, and its planted dimensions of meaning.",
        {
            "stimulus": ID,
            "graph": _text("stimulus", required=True),
            "value": Variable(("stimulus", "dimension"), "f", required=False),
            "dimension": _text("dimension"),
        },
    ),
    Group(
        "truth/retinotopy",
        "Planted place in the visual field of each vertex of early visual cortex; else NaN.",
        {
            "eccentricity": Variable(("vertex",), "f", ("deg",)),
            "angle": Variable(("vertex",), "f", ("deg",)),
        },
    ),
    Group(
        "truth/fmri/{subject}",
        "What was planted in a simulated cortex.",
        {
            "selectivity": Variable(("roi", "dimension"), "f", minimum=-1, maximum=1),
            "share": Variable(("roi", "part"), "f", required=False, minimum=0, maximum=1),
            "noise_ceiling": Variable(("vertex",), "f", required=False, minimum=0, maximum=1),
            "roi": _text("roi"),
            "dimension": _text("dimension"),
            "part": _text("part"),
        },
    ),
    Group(
        "truth/eeg/{subject}",
        "When each region's planted source peaks, and how it looks on the scalp.",
        {
            "latency": Variable(("roi",), "f", ("s",)),
            "topography": Variable(("roi", "channel"), "f", required=False),
            "roi": _text("roi"),
            "channel": _text("channel"),
        },
    ),
    Group(
        "truth/ieeg/{subject}",
        "What was planted in each simulated contact.",
        {
            "depth": Variable(("channel",), "f", minimum=0, maximum=1),
            "latency": Variable(("channel",), "f", ("s",)),
            "share": Variable(("channel", "part"), "f", minimum=0, maximum=1),
            "channel": _text("channel"),
            "part": _text("part"),
        },
    ),
    Group(
        "responses/rdm/{subject}",
        "Dissimilarities of one subject's responses, where only these were released.",
        {
            "stimulus": ID,
            "dissimilarity": Variable(("[repeat]", "[roi|time]", "pair"), "f"),
            "roi": _text("roi"),
            "time": Variable(("time",), NUMBER, ("s",), required=False),
        },
    ),
    Group(
        "features/{model}/rdm",
        "A model that is known by its dissimilarities alone.",
        {"stimulus": ID, "dissimilarity": Variable(("layer", "pair"), "f"), **_LAYERS},
    ),
    Group(
        "features/{model}/{variant}",
        "Activations of every layer of a model, for one variant of the stimuli.",
        {"stimulus": ID, "feature": Variable(("stimulus", "layer", "unit"), "f"), **_LAYERS},
    ),
    Group(
        "results/rdm/{digest}",
        "Dissimilarities computed from features or responses.",
        {
            "stimulus": ID,
            "dissimilarity": Variable(("[layer|roi|time]", "pair"), "f"),
            "roi": _text("roi"),
            "time": Variable(("time",), NUMBER, ("s",), required=False),
            **_LAYERS,
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
            "features": _text("features"),
            "part": _text("part"),
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
            "model": _text("model"),
            "other": _text("other"),
            "subject": _text("subject"),
            "test": _text("test"),
            "roi": _text("roi"),
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
