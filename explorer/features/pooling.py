"""From token states to one vector per layer: kernels that know no text and no files."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Pool = Callable[[Tensor, Tensor], Tensor]


def mean_tokens(states: Tensor, mask: Tensor) -> Tensor:
    """Mean over the tokens of each text, padding left out.

    Parameters
    ----------
    states : (n_texts, n_tokens, n_units)
    mask : (n_texts, n_tokens), 1 for a token and 0 for padding; special tokens count as tokens

    Returns
    -------
    pooled : (n_texts, n_units)
    """
    weights = mask.to(states.dtype)
    total = torch.einsum("ntu,nt->nu", states, weights)
    return total / weights.sum(1, keepdim=True)


def mean_sqrt_tokens(states: Tensor, mask: Tensor) -> Tensor:
    """Sum over the tokens divided by the square root of their number; shapes as above."""
    weights = mask.to(states.dtype)
    total = torch.einsum("ntu,nt->nu", states, weights)
    return total / weights.sum(1, keepdim=True).sqrt()


def weighted_mean_tokens(states: Tensor, mask: Tensor) -> Tensor:
    """Mean over the tokens weighted by their position, 1 for the first; shapes as above."""
    weights = (mask.cumsum(1) * mask).to(states.dtype)
    total = torch.einsum("ntu,nt->nu", states, weights)
    return total / weights.sum(1, keepdim=True)


def max_tokens(states: Tensor, mask: Tensor) -> Tensor:
    """Largest value over the tokens, padding left out; shapes as above."""
    return states.masked_fill(mask[..., None] == 0, -torch.inf).amax(1)


def first_token(states: Tensor, mask: Tensor) -> Tensor:
    """State of the first token that is no padding (``[CLS]``); shapes as above."""
    return states[torch.arange(len(states)), mask.argmax(1)]


def last_token(states: Tensor, mask: Tensor) -> Tensor:
    """State of the last token that is no padding; shapes as above."""
    last = mask.shape[1] - 1 - mask.flip(1).argmax(1)
    return states[torch.arange(len(states)), last]


# Named as sentence-transformers names them in 1_Pooling/config.json.
POOLINGS: dict[str, Pool] = {
    "mean": mean_tokens,
    "cls": first_token,
    "max": max_tokens,
    "mean_sqrt_len_tokens": mean_sqrt_tokens,
    "weightedmean": weighted_mean_tokens,
    "lasttoken": last_token,
}


def pool_layers(hidden: tuple[Tensor, ...], mask: Tensor, pool: Pool) -> Tensor:
    """Pool the states of every layer.

    Parameters
    ----------
    hidden : per layer (n_texts, n_tokens, n_units)
    mask : (n_texts, n_tokens)

    Returns
    -------
    pooled : (n_texts, n_layers, n_units), float32
    """
    return torch.stack([pool(states, mask).float() for states in hidden], dim=1)


def mean_patches(states: Tensor, n_special: int) -> Tensor:
    """Mean over the patches of each picture: (n_pictures, n_tokens, n_units) to (n, n_units).

    The first ``n_special`` tokens (class, distillation, registers) are no patches.
    """
    return states[:, n_special:].mean(1)


def class_token(states: Tensor, n_special: int) -> Tensor:
    """State of the class token, which comes first; shapes as above."""
    if not n_special:
        raise ValueError("there is no class token among 0 special tokens")
    return states[:, 0]


# By name, as in a checkpoint's ``pooling``.
PATCH_POOLINGS: dict[str, Callable[[Tensor, int], Tensor]] = {
    "mean": mean_patches,
    "cls": class_token,
}


def mean_positions(maps: Tensor) -> Tensor:
    """Mean over the positions of maps: (n, n_units, height, width) to (n, n_units)."""
    return maps.mean((2, 3))


def stack_layers(layers: list[Tensor]) -> Tensor:
    """Layers side by side, the narrower ones NaN beyond their width.

    Parameters
    ----------
    layers : per layer (n_inputs, its n_units)

    Returns
    -------
    stacked : (n_inputs, n_layers, widest n_units), float32
    """
    width = max(layer.shape[1] for layer in layers)
    padded = [
        torch.nn.functional.pad(layer.float(), (0, width - layer.shape[1]), value=torch.nan)
        for layer in layers
    ]
    return torch.stack(padded, dim=1)
