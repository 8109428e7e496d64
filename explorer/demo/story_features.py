"""Features of the story's words, read by the default text model with the words before them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from explorer.demo import plan
from explorer.features import FAMILIES
from explorer.features.catalog import find_checkpoint
from explorer.features.context import extract_context
from explorer.features.weights import locate
from explorer.study.study import Study


def extract_story(study: Study, progress: Callable[[float], None]) -> xr.Dataset:
    """All layers for each word of the story: (stimulus, layer, unit), float16.

    Raises
    ------
    ModelError
        if the text model is not installed
    """
    checkpoint = locate(find_checkpoint(plan.MODEL), offline=True)
    story = study["stimuli/story"]
    words = [str(w) for w in story.word.values]
    features = extract_context(
        checkpoint, words, plan.CONTEXT, tick=lambda n: progress(n / len(words))
    )
    names = ["embedding", *(f"layer {k}" for k in range(1, features.shape[1]))]
    return xr.Dataset(
        {"feature": (("stimulus", "layer", "unit"), features.astype(np.float16))},
        {
            "stimulus": story.stimulus.values,
            "layer": np.arange(features.shape[1]),
            "layer_name": ("layer", np.array(names, dtype=object)),
        },
        {
            "model": checkpoint.name,
            "label": checkpoint.label,
            "family": checkpoint.family,
            "variant": plan.STORY_VARIANT,
            "stimuli": "stimuli/story",
            "pooling": f"last sub-token of the word, {plan.CONTEXT} words of left context",
            "weights": FAMILIES[checkpoint.family].digest(checkpoint),
            "dtype": "float16",
        },
    )
