"""What an extraction will cost, stated before it starts; loads no model and no torch."""

from __future__ import annotations

import os

from explorer.features.catalog import Checkpoint, find_checkpoint
from explorer.features.inputs import Inputs, read_inputs
from explorer.features.support import refuse_unsupported
from explorer.features.variants import find_variant
from explorer.study.study import Study

# Rough, measured on two cores in 2026: within a factor of three on like machines, far too high
# for a GPU.
_FLOPS_PER_CORE = 5e10
_START_SECONDS = 5.0  # importing torch and transformers, reading the weights
_LETTERS_PER_TOKEN = 4.5  # English captions
_SPECIAL_TOKENS = 2
_MOST_TOKENS = 512
_IMAGE_TOKENS = 200  # a picture of 224 pixels in patches of 16
_BLOCK_ROWS = 64  # stimuli; words of one part of speech come in about such blocks
_SECONDS_WITHOUT_WEIGHTS = {"image": 0.03, "label": 1e-5, "text": 1e-4}


def estimate(study: Study, model: str, variant: str = "") -> tuple[float, int]:
    """Seconds on this machine's CPU, and bytes on disk, to extract a model's features.

    The time counts the multiplications of a transformer (12 n_units² weights per layer and token);
    the bytes are float32 before compression. 0 bytes where the catalogue knows no sizes.

    Raises
    ------
    UnknownNameError, ModelError, StudyError
        each with a text for the user
    """
    checkpoint = find_checkpoint(model)
    refuse_unsupported(checkpoint)
    chosen = find_variant(study, checkpoint.modality, variant)
    inputs = read_inputs(study, chosen)
    units = checkpoint.units
    if checkpoint.modality == "label":
        units = len({word for parts in inputs.parts for p in parts for word in p.split()})
    n_bytes = len(inputs.ids) * checkpoint.layers * units * 4
    shown = _shown(inputs)
    if not checkpoint.needs_files:
        return len(shown) * _SECONDS_WITHOUT_WEIGHTS[checkpoint.modality], n_bytes
    flops = sum(_tokens(checkpoint, part) for part in shown) * _flops_per_token(checkpoint)
    return _START_SECONDS + flops / (_FLOPS_PER_CORE * (os.cpu_count() or 1)), n_bytes


def _shown(inputs: Inputs) -> list[str]:
    """What goes through the model: a part that several stimuli of a block share goes once."""
    blocks = [inputs.parts[k : k + _BLOCK_ROWS] for k in range(0, len(inputs.parts), _BLOCK_ROWS)]
    return [part for block in blocks for part in {p for parts in block for p in parts}]


def _tokens(checkpoint: Checkpoint, part: str) -> float:
    if checkpoint.modality == "image":
        return _IMAGE_TOKENS
    return min(len(part) / _LETTERS_PER_TOKEN + _SPECIAL_TOKENS, _MOST_TOKENS)


def _flops_per_token(checkpoint: Checkpoint) -> float:
    return 2 * 12 * max(checkpoint.layers - 1, 1) * checkpoint.units**2
