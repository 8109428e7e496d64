"""Which category words a stimulus has: a rival model that knows nothing but the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from explorer.errors import ModelError
from explorer.features.base import Family, Tick
from explorer.features.catalog import Checkpoint
from explorer.features.words import split_label
from explorer.study.digest import digest_json

_VERSION = 1  # part of the digest


class CategoryFamily(Family):
    """Multi-hot words of a label, in one layer.

    A label is split at blanks, commas and semicolons, and case is ignored: "Human face" has the
    words "human" and "face", and shares the first with "human bodypart". Join words that are one
    category by an underscore ("sports_ball"). The units are all words of the study, sorted.
    """

    modality: ClassVar[str] = "label"
    batch_size: ClassVar[int] = 4096

    def __init__(self) -> None:
        self.pooling = "none"
        self.layer_names = ("category words",)
        self.n_units = 0
        self._unit: dict[str, int] = {}

    @classmethod
    def digest(cls, checkpoint: Checkpoint) -> str:
        """Digest of how labels are split; there are no weights."""
        return digest_json({"family": cls.__name__, "version": _VERSION})

    @classmethod
    def load(cls, checkpoint: Checkpoint, device: str = "cpu") -> Self:
        """A model without units, until ``prepare`` has seen the labels."""
        return cls()

    def prepare(self, inputs: Sequence[str]) -> dict[str, Any]:
        """Learn the words of all labels, which become the units."""
        words = sorted({word for label in inputs for word in split_label(label)})
        if not words:
            raise ModelError("The labels hold no words, expected at least one category.")
        self._unit = {word: k for k, word in enumerate(words)}
        self.n_units = len(words)
        return {"words": words}

    def extract(
        self, inputs: Sequence[str], batch_size: int, tick: Tick | None = None
    ) -> np.ndarray:
        """Multi-hot words: (n_inputs, 1, n_units)."""
        features = np.zeros((len(inputs), 1, self.n_units), dtype=np.float32)
        for row, label in enumerate(inputs):
            for word in split_label(label):
                if word not in self._unit:
                    raise ModelError(f"The word {word!r} was not among the labels prepared.")
                features[row, 0, self._unit[word]] = 1
        if tick is not None:
            tick(len(inputs))
        return features
