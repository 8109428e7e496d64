"""The table of groups: everything a study may hold, with its variables, dims and units."""

from __future__ import annotations

from explorer.study.result_groups import LAYERS, RESULT_GROUPS
from explorer.study.variables import ID, NUMBER, Group, Variable, text_variable

UNITS = ("V", "percent", "z", "a.u.")
PLACE = "vertex|target"


def _metres(dim: str) -> Variable:
    return Variable((dim,), NUMBER, ("mm", "m"), required=False)


GROUPS: tuple[Group, ...] = (
    Group(
        "stimuli/images",
        "Images with their captions, and how they are split and grouped.",
        {
            "stimulus": ID,
            "caption": text_variable("stimulus", "caption_index"),
            "image": text_variable("stimulus"),
            "split": text_variable("stimulus"),
            "condition": text_variable("stimulus"),
            "concept": text_variable("stimulus"),
        },
        either=("caption", "image", "condition", "concept"),
    ),
    Group(
        "stimuli/story",
        "The words of a story in the order they are heard.",
        {
            "stimulus": ID,
            "word": text_variable("stimulus", required=True),
            "onset": Variable(("stimulus",), NUMBER, ("s",)),
            "offset": Variable(("stimulus",), NUMBER, ("s",)),
            "sentence": Variable(("stimulus",), "iu"),
            "context": text_variable("stimulus"),
        },
    ),
    Group(
        "texts/{variant}",
        "Texts that a model is shown in place of the captions, such as their nouns alone.",
        {"stimulus": ID, "text": text_variable("stimulus", "caption_index", required=True)},
    ),
    Group(
        "rois/{atlas}",
        "Regions on the mesh: a label per vertex (0 none, k the k-th name), or masks.",
        {
            "label": Variable(("vertex",), "iu", required=False, minimum=0),
            "name": text_variable("roi", required=True),
            "colour": text_variable("roi"),
            "source": text_variable("roi"),
            "status": text_variable("roi"),
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
            "hemi": text_variable("vertex"),
            "target": text_variable("target"),
            "roi": text_variable("target"),
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
            "channel": text_variable("channel", required=True),
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
            "channel": text_variable("channel", required=True),
            "time": Variable(("time",), NUMBER, ("s",), required=False),
            "x": _metres("channel"),
            "y": _metres("channel"),
            "z": _metres("channel"),
            "region": text_variable("channel"),
            "distance": _metres("channel"),
        },
    ),
    Group(
        "truth/scenes",
        "What was drawn: the scene graph of each stimulus, and its planted dimensions of meaning.",
        {
            "stimulus": ID,
            "graph": text_variable("stimulus", required=True),
            "value": Variable(("stimulus", "dimension"), "f", required=False),
            "dimension": text_variable("dimension"),
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
            "roi": text_variable("roi"),
            "dimension": text_variable("dimension"),
            "part": text_variable("part"),
        },
    ),
    Group(
        "truth/eeg/{subject}",
        "When each region's planted source peaks, and how it looks on the scalp.",
        {
            "latency": Variable(("roi",), "f", ("s",)),
            "topography": Variable(("roi", "channel"), "f", required=False),
            "roi": text_variable("roi"),
            "channel": text_variable("channel"),
        },
    ),
    Group(
        "truth/ieeg/{subject}",
        "What was planted in each simulated contact.",
        {
            "depth": Variable(("channel",), "f", minimum=0, maximum=1),
            "latency": Variable(("channel",), "f", ("s",)),
            "share": Variable(("channel", "part"), "f", minimum=0, maximum=1),
            "channel": text_variable("channel"),
            "part": text_variable("part"),
        },
    ),
    Group(
        "responses/rdm/{subject}",
        "Dissimilarities of one subject's responses, where only these were released.",
        {
            "stimulus": ID,
            "dissimilarity": Variable(("[repeat]", "[roi|time]", "pair"), "f"),
            "roi": text_variable("roi"),
            "time": Variable(("time",), NUMBER, ("s",), required=False),
        },
    ),
    Group(
        "features/{model}/rdm",
        "A model that is known by its dissimilarities alone.",
        {"stimulus": ID, "dissimilarity": Variable(("layer", "pair"), "f"), **LAYERS},
    ),
    Group(
        "features/{model}/{variant}",
        "Activations of every layer of a model, for one variant of the stimuli.",
        {
            "stimulus": ID,
            "feature": Variable(("stimulus", "layer", "unit"), "f"),
            "n_units": Variable(("layer",), "iu", required=False, minimum=1),
            **LAYERS,
        },
    ),
    *RESULT_GROUPS,
)
