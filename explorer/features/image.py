"""What the families of image encoders share: preprocessing, batches, all layers in one pass."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from explorer.errors import ModelError
from explorer.features.base import Family, Tick
from explorer.features.batching import run_batches
from explorer.features.catalog import Checkpoint
from explorer.features.pooling import PATCH_POOLINGS, stack_layers
from explorer.features.weights import digest_folder, weights_folder
from explorer.study.digest import digest_json

# Part of every digest: change it whenever the same files and pictures give other features.
_PREPROCESSING = "the checkpoint's own image processor, by Pillow; float32; 1"
# A processor scales the shorter side before it crops: a picture of one row would take gigabytes.
_MOST_ELONGATED = 50

POOLINGS = {"mean": "mean over patches, special tokens left out", "cls": "class token"}


class ImageFamily(Family):
    """Encoders of pictures through transformers, with the preprocessing of their own files.

    Parameters
    ----------
    model : on its device, for inference
    processor : transformers' image processor, which computes with Pillow
    layers : number of units of each layer, by the layer's name, in order
    """

    modality: ClassVar[str] = "image"
    batch_size: ClassVar[int] = 16

    @classmethod
    def digest(cls, checkpoint: Checkpoint) -> str:
        """Digest of the model's files, of the pooling, and of the preprocessing."""
        return digest_json(
            {
                "family": cls.__name__,
                "files": digest_folder(weights_folder(checkpoint)),
                "pooling": checkpoint.pooling or "mean",
                "preprocessing": _PREPROCESSING,
            }
        )

    def __init__(self, model: Any, processor: Any, layers: dict[str, int]) -> None:
        self._model = model
        self._processor = processor
        self.set_layers(layers)

    @abstractmethod
    def pooled_layers(self, pixels: Tensor) -> list[Tensor]:
        """Every layer of a batch: (n, channels, height, width) to (n, its n_units) each."""

    def extract(
        self, inputs: Sequence[Image.Image], batch_size: int, tick: Tick | None = None
    ) -> np.ndarray:
        """All layers, pooled, in one forward pass: (n_inputs, n_layers, n_units)."""
        features = np.empty((len(inputs), len(self.layer_names), self.n_units), dtype=np.float32)

        @torch.inference_mode()
        def run(part: Sequence[int]) -> None:
            pixels = self._pixels([inputs[i] for i in part])
            try:
                layers = self.pooled_layers(pixels.to(self._model.device))
            except ValueError as error:
                size = "x".join(map(str, pixels.shape[1:]))
                raise ModelError(
                    f"The model does not take pictures of {size} ({error}), which its "
                    "preprocessor_config.json makes: that file belongs to another model."
                ) from error
            features[part] = stack_layers(layers).cpu().numpy()

        run_batches(range(len(inputs)), batch_size, run, tick)
        return features

    def _pixels(self, pictures: list[Image.Image]) -> Tensor:
        """Pictures as the model takes them: (n, channels, height, width), float32."""
        pixels = [self._one(picture) for picture in pictures]
        sizes = {tuple(p.shape) for p in pixels}
        if len(sizes) > 1:
            raise ModelError(
                f"The preprocessing gives pictures of different sizes ({sorted(sizes)}), expected "
                "one for all. Set a size and a crop in preprocessor_config.json."
            )
        return torch.stack(pixels)

    def _one(self, picture: Image.Image) -> Tensor:
        short, long = sorted(picture.size)
        if long > _MOST_ELONGATED * short:
            name = picture.info.get("file", "A picture")
            raise ModelError(
                f"{name} has {picture.width}x{picture.height} pixels, expected a shape of at most "
                f"{_MOST_ELONGATED} to 1. Crop it, or leave it out."
            )
        made = self._processor(images=picture.convert("RGB"), return_tensors="pt")
        return made["pixel_values"][0].float()


def choose_pooling(checkpoint: Checkpoint, n_special: int) -> str:
    """Name of the checkpoint's pooling in ``PATCH_POOLINGS``; the mean where it names none.

    Raises
    ------
    ModelError
        if there is no such pooling, or it is of a class token and the model has none
    """
    name = checkpoint.pooling or "mean"
    known = [p for p in PATCH_POOLINGS if n_special or p != "cls"]
    if name not in known:
        raise ModelError(
            f"{checkpoint.label} cannot be pooled by {name!r}, expected one of: "
            f"{', '.join(known)}. Name another pooling."
        )
    return name
