"""Causal language models (GPT, Llama, Pythia, OPT and their kin): every layer, without the head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from torch import Tensor

from explorer.errors import ModelError
from explorer.features.loading import count_special
from explorer.features.text import TextFamily, TextSettings

# What most decoders were trained with; longer texts are stories, see ``features.context``.
_MOST_TOKENS = 2048


class CausalFamily(TextFamily):
    """Decoders that predict the next token, each of which has seen only those before it.

    Pooled by the mean over the tokens unless the checkpoint says otherwise: so layers compare with
    those of the masked family, and a caption counts as a whole. Only the last token has read all
    of a caption, but its state is about what comes next, often after a full stop; choose it by
    ``pooling = "lasttoken"`` in the catalogue, or by ``@lasttoken`` behind the model's name.

    Special tokens that the tokenizer adds are read but not pooled: the first one draws most of the
    attention and has a state a hundred times longer than a word's (Sun et al. 2024, "Massive
    activations"). None is added where the tokenizer adds none; the first word takes that part.

    Layer 0 is the embedding as the first layer gets it (GPT-2 and OPT add the position to it,
    Gemma scales it). The last layer is after the final normalisation of the model, the others are
    the raw residual stream: transformers gives them so, and its scale is not that of the others.
    """

    batch_size: ClassVar[int] = 16

    @classmethod
    def read_settings(cls, folder: Path) -> TextSettings:
        """Mean over the tokens."""
        del folder  # these models' files say nothing about pooling
        return TextSettings(pooling="mean", max_tokens=_MOST_TOKENS)

    def __init__(self, model: Any, tokenizer: Any, settings: TextSettings) -> None:
        super().__init__(model, tokenizer, settings)
        self.pooling = f"{settings.pooling} over tokens, special tokens left out"
        self._n_before, self._n_behind = count_special(tokenizer)
        width = getattr(model.config, "word_embed_proj_dim", self.n_units)
        if width != self.n_units:
            raise ModelError(
                f"The model's last layer has {width} units and the others {self.n_units}, expected "
                "as many in each. Choose another size of this model."
            )

    def _tokens(self, texts: Sequence[str]) -> Iterator[tuple[list[int], bool]]:
        for text, (ids, cut) in zip(texts, super()._tokens(texts), strict=True):
            if len(ids) <= self._n_before + self._n_behind:
                raise ModelError(f"The tokenizer makes no token of {text[:80]!r}. Leave it out.")
            yield ids, cut

    def _pooled_tokens(self, mask: Tensor) -> Tensor:
        place = mask.cumsum(1)  # of each token among its text's, from 1
        n_tokens = mask.sum(1, keepdim=True)
        return mask * (place > self._n_before) * (place <= n_tokens - self._n_behind)
