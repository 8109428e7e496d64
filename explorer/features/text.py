"""What the families of text models share: tokens, batches by length, all layers in one pass."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor

from explorer.errors import ModelError
from explorer.features.base import Family, Tick
from explorer.features.batching import run_batches
from explorer.features.catalog import Checkpoint
from explorer.features.loading import (
    load_encoder,
    load_tokenizer,
    position_limit,
    refuse_foreign_tokens,
)
from explorer.features.pooling import POOLINGS, pool_layers
from explorer.features.weights import digest_folder, weights_folder
from explorer.registry import unknown_name
from explorer.study.digest import digest_json

log = logging.getLogger(__name__)

# Part of every digest: change it whenever the same files and texts give other features.
_PREPROCESSING = "special tokens pooled; padded right; truncated right; float32; 1"
_CHARACTERS_PER_TOKEN = 32  # of a first, generous look at a very long text
_MARGIN = 8  # tokens: cutting a text may change the last few tokens before the cut
_TEXTS_AT_ONCE = 1024


@dataclass(frozen=True)
class TextSettings:
    """What a checkpoint, and its own files, say about using it.

    Attributes
    ----------
    pooling : name in ``POOLINGS``
    max_tokens : longest input, special tokens counted; 0 for what model and tokenizer take
    lowercase : whether texts are put in lower case before the tokenizer
    prompt : put before every text
    """

    pooling: str = "mean"
    max_tokens: int = 0
    lowercase: bool = False
    prompt: str = ""


class TextFamily(Family):
    """Models of text through transformers' ``AutoModel``.

    Special tokens such as ``[CLS]`` and ``[SEP]`` take part in the pooling, as in
    sentence-transformers; padding never does. Texts are padded on the right, whatever side the
    tokenizer prefers: an encoder with absolute positions would shift them otherwise.
    """

    modality: ClassVar[str] = "text"
    batch_size: ClassVar[int] = 64

    @classmethod
    @abstractmethod
    def read_settings(cls, folder: Path) -> TextSettings:
        """What the files in ``folder`` say; raises ModelError if it cannot be followed."""

    @classmethod
    def digest(cls, checkpoint: Checkpoint) -> str:
        """Digest of the model's files, of how they are to be used, and of the preprocessing."""
        folder = weights_folder(checkpoint)
        return digest_json(
            {
                "family": cls.__name__,
                "files": digest_folder(folder),
                "settings": asdict(cls._settings_of(checkpoint, folder)),
                "preprocessing": _PREPROCESSING,
            }
        )

    @classmethod
    def load(cls, checkpoint: Checkpoint, device: str = "cpu") -> Self:
        """Load model and tokenizer from a located checkpoint."""
        folder = weights_folder(checkpoint)
        settings = cls._settings_of(checkpoint, folder)
        return cls(load_encoder(folder, device), load_tokenizer(folder), settings)

    @classmethod
    def _settings_of(cls, checkpoint: Checkpoint, folder: Path) -> TextSettings:
        settings = cls.read_settings(folder)
        if not checkpoint.pooling:
            return settings
        if checkpoint.pooling not in POOLINGS:
            raise unknown_name("pooling", checkpoint.pooling, list(POOLINGS))
        return replace(settings, pooling=checkpoint.pooling)

    def __init__(self, model: Any, tokenizer: Any, settings: TextSettings) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._settings = settings
        padding = tokenizer.pad_token_id or 0  # some tokenizers pad with a token of their own
        self._padding = padding if padding < model.config.vocab_size else 0
        limit = position_limit(tokenizer, model.config)
        self.max_tokens = min(settings.max_tokens or limit, limit)
        self.pooling = f"{settings.pooling} over tokens, special tokens included"
        n_layers = int(model.config.num_hidden_layers)
        self.layer_names = ("embedding", *(f"layer {k + 1}" for k in range(n_layers)))
        self.n_units = int(model.config.hidden_size)

    def prepare(self, inputs: Sequence[str]) -> dict[str, Any]:
        """Count the texts that are too long for the model."""
        n_truncated = 0
        for start in range(0, len(inputs), _TEXTS_AT_ONCE):
            n_truncated += sum(cut for _, cut in self._tokens(inputs[start:][:_TEXTS_AT_ONCE]))
        if n_truncated:
            log.warning(
                "%d of %d texts are longer than %d tokens: the rest of them is left out",
                n_truncated,
                len(inputs),
                self.max_tokens,
            )
        return {"n_truncated": n_truncated, "max_tokens": self.max_tokens}

    def extract(
        self, inputs: Sequence[str], batch_size: int, tick: Tick | None = None
    ) -> np.ndarray:
        """All layers, pooled, in one forward pass: (n_inputs, n_layers, n_units)."""
        tokens = [ids for ids, _ in self._tokens(inputs)]
        features = np.empty((len(tokens), len(self.layer_names), self.n_units), dtype=np.float32)

        def run(part: Sequence[int]) -> None:
            features[part] = self._pooled_layers([tokens[i] for i in part])

        # texts of one length side by side: hardly any padding is computed
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]), reverse=True)
        run_batches(order, batch_size, run, tick)
        return features

    def run_tokens(self, ids: Tensor, mask: Tensor) -> Tensor:
        """All layers of one batch, (n_texts, n_tokens) both: (n_texts, n_layers, n_units)."""
        output = self._model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        pool = POOLINGS[self._settings.pooling]
        return pool_layers(output.hidden_states, self._pooled_tokens(mask), pool)

    @torch.inference_mode()
    def _pooled_layers(self, tokens: list[list[int]]) -> np.ndarray:
        """All layers of one batch: (n_texts, n_layers, n_units)."""
        width = max(map(len, tokens))
        ids = torch.full((len(tokens), width), self._padding)
        mask = torch.zeros((len(tokens), width), dtype=torch.long)
        for row, text in enumerate(tokens):
            ids[row, : len(text)] = torch.tensor(text)
            mask[row, : len(text)] = 1
        ids, mask = ids.to(self._model.device), mask.to(self._model.device)
        return self.run_tokens(ids, mask).cpu().numpy()

    def _pooled_tokens(self, mask: Tensor) -> Tensor:
        """Which of the tokens are pooled: (n_texts, n_tokens), as the mask of those read."""
        return mask

    def _tokens(self, texts: Sequence[str]) -> Iterator[tuple[list[int], bool]]:
        """Token ids of each text, and whether it was cut to ``max_tokens``."""
        prepared = [self._prompted(text) for text in texts]
        if not prepared:
            return
        for text, ids in zip(prepared, self._encode(prepared, self.max_tokens + 1), strict=True):
            if not ids:
                raise ModelError(f"The tokenizer makes no token of {text[:80]!r}. Leave it out.")
            refuse_foreign_tokens(ids, self._model.config, text)
            cut = len(ids) > self.max_tokens
            yield (self._encode([text], self.max_tokens)[0] if cut else ids), cut

    def _prompted(self, text: str) -> str:
        text = self._settings.prompt + text
        return self._shortened(text.lower() if self._settings.lowercase else text)

    def _shortened(self, text: str) -> str:
        """A beginning of ``text`` that has all tokens that will be used (10 MB take seconds)."""
        n = _CHARACTERS_PER_TOKEN * self.max_tokens
        enough = self.max_tokens + _MARGIN
        while n < len(text):
            cut = text.rfind(" ", 0, n)
            beginning = text[: cut if cut > 0 else n]
            if len(self._encode([beginning], enough)[0]) == enough:
                return beginning
            n *= 4
        return text

    def _encode(self, texts: list[str], max_tokens: int) -> list[list[int]]:
        encoded = self._tokenizer(
            texts,
            truncation=True,
            max_length=max_tokens,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        return encoded["input_ids"]
