"""What a family of models is: it loads one checkpoint and gives all its layers for any inputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from explorer.features.catalog import Checkpoint

Tick = Callable[[int], None]  # told how many inputs are done; may raise to stop


class Family(ABC):
    """One loaded model; third parties add their family by an entry point.

    Attributes
    ----------
    modality : what an input is: ``"text"`` (a str), ``"image"`` (an RGB ``PIL.Image``) or
        ``"label"`` (a str that names categories)
    batch_size : how many inputs at once where the user does not say
    pooling : how the positions of an input become one vector per layer
    layer_names : one name per layer; layer 0 is the embedding where the model has one
    n_units : dimensions of the widest layer; known after ``prepare``
    layer_units : dimensions of each layer, where they differ; () where all have ``n_units``
    """

    modality: ClassVar[str]
    batch_size: ClassVar[int]
    pooling: str
    layer_names: tuple[str, ...]
    n_units: int
    layer_units: tuple[int, ...] = ()

    def set_layers(self, layers: dict[str, int]) -> None:
        """Set what layers there are: units of each by its name, in order."""
        self.layer_names = tuple(layers)
        self.n_units = max(layers.values())
        self.layer_units = tuple(layers.values()) if len({*layers.values()}) > 1 else ()

    @classmethod
    @abstractmethod
    def digest(cls, checkpoint: Checkpoint) -> str:
        """Digest of all that the features depend on besides the inputs; loads no weights.

        It covers the content of the weights, tokenizer and configuration, the pooling and the
        preprocessing, so that features computed under it can never be stale.
        """

    @classmethod
    @abstractmethod
    def load(cls, checkpoint: Checkpoint, device: str = "cpu") -> Self:
        """Load a checkpoint whose files are on this machine (see ``catalog.locate``).

        Raises
        ------
        ModelError
            if files are missing, damaged, pickled, or of another family
        """

    def prepare(self, inputs: Sequence[Any]) -> dict[str, Any]:
        """Look at all inputs before the first is extracted.

        Returns what a reader of the features should know, as attributes (JSON).
        """
        del inputs
        return {}

    @abstractmethod
    def extract(
        self, inputs: Sequence[Any], batch_size: int, tick: Tick | None = None
    ) -> np.ndarray:
        """Every layer of every input, in the inputs' order: (n_inputs, n_layers, n_units), float32.

        A layer narrower than ``n_units`` is NaN beyond its own units, and only there. A batch that
        does not fit into memory is halved. ``tick`` is called after each batch.
        """
