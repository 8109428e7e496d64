"""Words of a story read in their context: one pass per word over it and the words before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from explorer.features.catalog import Checkpoint
from explorer.features.loading import load_encoder, load_tokenizer
from explorer.features.pooling import last_token, pool_layers
from explorer.features.weights import weights_folder

_BATCH = 64


def read_windows(words: Sequence[str], n_context: int) -> list[str]:
    """Each word with up to ``n_context - 1`` words before it."""
    return [" ".join(words[max(0, k + 1 - n_context) : k + 1]) for k in range(len(words))]


@torch.inference_mode()
def extract_context(
    checkpoint: Checkpoint,
    words: Sequence[str],
    n_context: int,
    *,
    device: str = "cpu",
    tick: Callable[[int], None] | None = None,
) -> np.ndarray:
    """State of each word's last sub-token, in every layer, with its left context.

    Nothing to the right of a word is seen, whatever the model could attend to.

    Parameters
    ----------
    checkpoint : located, an encoder with a tokenizer
    words : in the order they are heard
    n_context : words read, the word itself included; 1 or more
    tick : called with the number of words done

    Returns
    -------
    features : (n_words, n_layers, n_units) float32, layer 0 the embedding

    Raises
    ------
    ModelError
        if the model cannot be loaded
    """
    folder = weights_folder(checkpoint)
    model, tokenizer = load_encoder(folder, device), load_tokenizer(folder)
    tokens = tokenizer(read_windows(words, n_context), add_special_tokens=True)["input_ids"]
    n_layers, n_units = model.config.num_hidden_layers + 1, model.config.hidden_size
    features = np.empty((len(words), n_layers, n_units), np.float32)
    order = sorted(range(len(tokens)), key=lambda k: len(tokens[k]))
    for start in range(0, len(order), _BATCH):
        part = order[start : start + _BATCH]
        width = max(len(tokens[k]) for k in part)
        ids = torch.full((len(part), width), tokenizer.pad_token_id or 0)
        mask = torch.zeros((len(part), width), dtype=torch.long)
        for row, k in enumerate(part):
            ids[row, : len(tokens[k])] = torch.tensor(tokens[k])
            mask[row, : len(tokens[k])] = 1
        ids, mask = ids.to(model.device), mask.to(model.device)
        states = model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        own = mask * (ids != tokenizer.sep_token_id)  # the closing token belongs to no word
        features[part] = pool_layers(states, own, last_token).cpu().numpy()
        if tick is not None:
            tick(start + len(part))
    return features
