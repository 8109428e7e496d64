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
