"""Image encoders: vision transformers and convolutional networks, every layer or stage."""

from __future__ import annotations

from typing import Any, Self

from torch import Tensor

from explorer.features.catalog import Checkpoint
from explorer.features.image import POOLINGS, ImageFamily, choose_pooling
from explorer.features.loading import load_encoder, load_processor
from explorer.features.pooling import PATCH_POOLINGS, mean_positions
from explorer.features.weights import weights_folder

# Tokens before the patches, registers not counted: class, and the distillation token of DeiT.
_SPECIAL = {"deit": 2}


class VisionFamily(ImageFamily):
    """ViT, DeiT, BEiT and DINOv2 (with registers or without); ConvNeXt and ResNet.

    Layers are the hidden states of transformers. Of a vision transformer these are the patch
    embedding and the output of each block, before the final normalisation; they are pooled by
    ``"mean"`` over the patches, or by ``"cls"``, whose layer 0 is the same for all pictures. Of a
    convolutional network they are the stem and each stage, and always the mean over positions;
    their widths differ, so that narrower ones are NaN beyond their own units.
    """

    @classmethod
    def load(cls, checkpoint: Checkpoint, device: str = "cpu") -> Self:
        """Load model and image processor from a located checkpoint."""
        folder = weights_folder(checkpoint)
        return cls(load_encoder(folder, device), load_processor(folder), checkpoint)

    def __init__(self, model: Any, processor: Any, checkpoint: Checkpoint) -> None:
        config = model.config
        self._n_special = 0
        self._convolutional = hasattr(config, "hidden_sizes")
        if self._convolutional:
            sizes = list(config.hidden_sizes)
            layers = {"stem": int(getattr(config, "embedding_size", sizes[0]))}
            layers |= {f"stage {k + 1}": int(size) for k, size in enumerate(sizes)}
        else:
            registers = int(getattr(config, "num_register_tokens", 0))
            self._n_special = _SPECIAL.get(config.model_type, 1) + registers
            names = ("embedding", *(f"layer {k + 1}" for k in range(config.num_hidden_layers)))
            layers = dict.fromkeys(names, int(config.hidden_size))
        super().__init__(model, processor, layers)
        name = choose_pooling(checkpoint, self._n_special)
        self._pool = PATCH_POOLINGS[name]
        self.pooling = "mean over positions" if self._convolutional else POOLINGS[name]

    def pooled_layers(self, pixels: Tensor) -> list[Tensor]:
        """Every hidden state of a batch, pooled: (n, its n_units) each."""
        hidden = self._model(pixel_values=pixels, output_hidden_states=True).hidden_states
        if self._convolutional:
            return [mean_positions(maps) for maps in hidden]
        return [self._pool(states, self._n_special) for states in hidden]
