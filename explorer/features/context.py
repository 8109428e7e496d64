"""Words of a story read in their context: up to so many words, or exactly so many tokens."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from explorer.errors import ModelError
from explorer.features.alignment import Span, align_words
from explorer.features.batching import run_batches
from explorer.features.catalog import Checkpoint
from explorer.features.loading import (
    count_special,
    load_encoder,
    load_tokenizer,
    position_limit,
    refuse_foreign_tokens,
)
from explorer.features.pooling import last_token, pool_layers
from explorer.features.weights import weights_folder

log = logging.getLogger(__name__)

_BATCH = 64
_TOKENS_ON_CPU = 1024  # more are slower: they do not stay in its caches
_TOKENS_AT_ONCE = 8192  # elsewhere; halved if they do not fit

Context = int | Literal["full"]


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


@dataclass(frozen=True)
class _Wanted:
    """One word in one context: its place in the features, and its tokens in the story."""

    row: int  # n_words * context + word
    first: int
    stop: int


@dataclass(frozen=True)
class _Pass:
    """Tokens read at once, ``start`` to ``stop``, and the words whose contexts begin there."""

    start: int
    stop: int
    wanted: tuple[_Wanted, ...]


def extract_windows(
    checkpoint: Checkpoint,
    words: Sequence[str],
    contexts: Sequence[Context],
    *,
    text: str = "",
    last: bool = True,
    device: str = "cpu",
    tick: Callable[[int], None] | None = None,
) -> np.ndarray:
    """Each word with exactly so many tokens of left context, by a causal language model.

    The story is tokenized once; the window of a word is its own tokens and the ``n`` before them,
    read from position 0 behind the special tokens that the tokenizer puts before a text (they
    do not count). A word with fewer tokens before it has all there are.

    What a causal model has read by token ``t + n`` of a pass that starts at ``t`` is that token
    and ``n`` of context. So one pass serves all words and contexts that start at the same token:
    the full context of all words is a single pass, and the largest context gives most of the
    smaller ones. The passes are the same computation as one per word, without approximation.

    Parameters
    ----------
    checkpoint : located, of the causal family
    words : in the order they are heard
    contexts : tokens before each word, 0 or more; ``"full"`` for all. In a story longer than the
        model takes, ``"full"`` is what it takes in steps of half of it: from half to all
    text : transcript with the words; "" for the words joined by blanks (see ``align_words``)
    last : whether a word is its last sub-token, else the mean over its sub-tokens
    tick : called with the number of passes done

    Returns
    -------
    features : (n_contexts, n_words, n_layers, n_units) float32; layers as of the causal family;
        NaN for words that could not be aligned, which are logged

    Raises
    ------
    ModelError
        if the model cannot be loaded or is not causal, if a context is negative or longer than it
        takes, or if no word has a token
    """
    if checkpoint.family != "causal":
        raise ModelError(
            f"{checkpoint.label} is of the family {checkpoint.family!r}, expected 'causal': other "
            "models see what is to the right of a word."
        )
    folder = weights_folder(checkpoint)
    model, tokenizer = load_encoder(folder, device), load_tokenizer(folder)
    story = align_words(tokenizer, words, text)
    if len(story.lost) == len(words):
        raise ModelError("No word has a token in the text. Check that they are of one story.")
    if story.lost:
        log.warning("%s", story.report())
    n_before, _ = count_special(tokenizer)
    prefix = tokenizer("a")["input_ids"][:n_before]
    refuse_foreign_tokens([*prefix, *story.ids], model.config, text or " ".join(words))
    room = position_limit(tokenizer, model.config) - n_before
    passes = _plan_passes(story.spans, contexts, room)

    n_layers, n_units = model.config.num_hidden_layers + 1, model.config.hidden_size
    features = np.full((len(contexts) * len(words), n_layers, n_units), np.nan, np.float32)
    done = 0
    at_once = _TOKENS_ON_CPU if model.device.type == "cpu" else _TOKENS_AT_ONCE
    for part in _batches(passes, at_once):

        def run(chosen: Sequence[int], part: list[_Pass] = part) -> None:
            some = [part[k] for k in chosen]
            rows = [wanted.row for one in some for wanted in one.wanted]
            features[rows] = _read_passes(model, prefix, story.ids, some, last=last)

        run_batches(range(len(part)), len(part), run)
        done += len(part)
        if tick is not None:
            tick(done)
    return features.reshape(len(contexts), len(words), n_layers, n_units)


def _plan_passes(
    spans: Sequence[Span | None], contexts: Sequence[Context], room: int
) -> list[_Pass]:
    """The fewest passes of at most ``room`` tokens that have every word in every context."""
    starting: dict[int, list[_Wanted]] = defaultdict(list)
    for index, context in enumerate(contexts):
        for word, span in enumerate(spans):
            if span is not None:
                start = _window_start(span, context, room)
                starting[start].append(_Wanted(index * len(spans) + word, *span))
    passes = [_Pass(s, max(w.stop for w in ws), tuple(ws)) for s, ws in starting.items()]
    return sorted(passes, key=lambda one: one.stop - one.start, reverse=True)


def _window_start(span: Span, context: Context, room: int) -> int:
    first, stop = span
    if context == "full":
        step = max(room // 2, 1)
        start = max(0, -(-(stop - room) // step) * step)
    elif context < 0:
        raise ModelError(f"Found a context of {context} tokens, expected 0 or more, or 'full'.")
    else:
        start = max(0, first - context)
    if stop - start > room or start > first:
        raise ModelError(
            f"A word of {stop - first} tokens with a context of {context} is longer than the "
            f"{room} tokens that the model takes. Choose a smaller context."
        )
    return start


def _batches(passes: list[_Pass], n_tokens: int) -> Iterator[list[_Pass]]:
    """Passes of about one length, the longest first, so that hardly any padding is computed."""
    while passes:
        n = max(1, n_tokens // (passes[0].stop - passes[0].start))
        yield passes[:n]
        passes = passes[n:]


@torch.inference_mode()
def _read_passes(
    model: Any, prefix: list[int], ids: Sequence[int], passes: list[_Pass], *, last: bool
) -> np.ndarray:
    """Words of some passes, in their order: (n_wanted, n_layers, n_units)."""
    width = len(prefix) + max(one.stop - one.start for one in passes)
    tokens = torch.zeros((len(passes), width), dtype=torch.long)
    picked: list[tuple[int, int, int, float]] = []  # row, place, word, share in the word
    n_wanted = 0
    for row, one in enumerate(passes):
        read = [*prefix, *ids[one.start : one.stop]]
        tokens[row, : len(read)] = torch.tensor(read)
        for wanted in one.wanted:
            first = wanted.stop - 1 if last else wanted.first
            for place in range(first, wanted.stop):
                share = 1 / (wanted.stop - first)
                picked.append((row, len(prefix) + place - one.start, n_wanted, share))
            n_wanted += 1
    tokens = tokens.to(model.device)
    # nothing that is read looks to the right, so padding there needs no mask
    states = model(
        input_ids=tokens,
        attention_mask=torch.ones_like(tokens),
        output_hidden_states=True,
        use_cache=False,
    ).hidden_states
    rows, places, owners, shares = (
        torch.tensor(x).to(tokens.device) for x in zip(*picked, strict=True)
    )
    return (
        torch.stack([_mean_of(h[rows, places], owners, shares, n_wanted) for h in states], dim=1)
        .cpu()
        .numpy()
    )


def _mean_of(states: Tensor, owners: Tensor, shares: Tensor, n_wanted: int) -> Tensor:
    """Sum of the states of each word's sub-tokens, by their shares: (n_wanted, n_units)."""
    sums = states.new_zeros(n_wanted, states.shape[1])
    return sums.index_add_(0, owners, states * shares[:, None])
