"""Models of two towers, one for pictures and one for texts, that meet in one space (CLIP)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor
from transformers import (
    CLIPTextModelWithProjection,
    CLIPVisionModelWithProjection,
    SiglipVisionModel,
)

from explorer.errors import ModelError
from explorer.features.catalog import Checkpoint, read_json
from explorer.features.image import POOLINGS, ImageFamily, choose_pooling
from explorer.features.loading import load_encoder, load_processor, load_tokenizer
from explorer.features.pooling import PATCH_POOLINGS, stack_layers
from explorer.features.text import TextFamily, TextSettings
from explorer.features.weights import weights_folder

_PROJECTED = "projected"  # the last layer: what the two towers are compared by
# What old configurations say whatever the vocabulary: there the highest id ends a text.
_OLD_END = 2


class ClipFamily(ImageFamily):
    """The tower of pictures of CLIP or SigLIP.

    Layers are the embedding, the output of each block before the final normalisation, and last
    what the model compares with texts, not scaled to length 1: for CLIP the projection of the
    class token, for SigLIP the output of its attention pooling. Other layers are pooled by
    ``"mean"`` over the patches or, for CLIP, by ``"cls"``.
    """

    @classmethod
    def load(cls, checkpoint: Checkpoint, device: str = "cpu") -> Self:
        """Load the tower of pictures and the image processor from a located checkpoint."""
        folder = weights_folder(checkpoint)
        siglip = _kind(folder) == "siglip"
        tower = SiglipVisionModel if siglip else CLIPVisionModelWithProjection
        return cls(load_encoder(folder, device, tower), load_processor(folder), checkpoint)

    def __init__(self, model: Any, processor: Any, checkpoint: Checkpoint) -> None:
        config = model.config
        self._n_special = int(config.model_type == "clip_vision_model")
        width = int(getattr(config, "projection_dim", 0)) if self._n_special else 0
        layers = _layer_units(config, width or int(config.hidden_size))
        super().__init__(model, processor, layers)
        name = choose_pooling(checkpoint, self._n_special)
        self._pool = PATCH_POOLINGS[name]
        self.pooling = f"{POOLINGS[name]}; projected: as the model pools"

    def pooled_layers(self, pixels: Tensor) -> list[Tensor]:
        """Every hidden state of a batch, pooled, and the projection: (n, its n_units) each."""
        output = self._model(pixel_values=pixels, output_hidden_states=True)
        pooled = [self._pool(states, self._n_special) for states in output.hidden_states]
        return [*pooled, output.image_embeds if self._n_special else output.pooler_output]


class ClipTextFamily(TextFamily):
    """The tower of texts of CLIP.

    Layers are the embedding, the output of each block before the final normalisation, and last the
    projection, not scaled to length 1. All are pooled as the model pools its last: by the state of
    the token that ends the text, the only one that has read all of it. So layer 0 is the same for
    all texts of a length.
    """

    @classmethod
    def read_settings(cls, folder: Path) -> TextSettings:
        """The state of the closing token; SigLIP, which reads padding, is refused."""
        if _kind(folder) != "clip":
            raise ModelError(
                f"{folder} is a {_kind(folder)}, whose texts are not supported, expected a CLIP. "
                "Use its tower of pictures."
            )
        return TextSettings(pooling="lasttoken")

    @classmethod
    def load(cls, checkpoint: Checkpoint, device: str = "cpu") -> Self:
        """Load the tower of texts and the tokenizer from a located checkpoint."""
        folder = weights_folder(checkpoint)
        settings = cls.read_settings(folder)
        model = load_encoder(folder, device, CLIPTextModelWithProjection)
        return cls(model, load_tokenizer(folder), settings)

    def __init__(self, model: Any, tokenizer: Any, settings: TextSettings) -> None:
        super().__init__(model, tokenizer, settings)
        self.pooling = "token that ends the text"
        self.set_layers(_layer_units(model.config, int(model.config.projection_dim)))

    def run_tokens(self, ids: Tensor, mask: Tensor) -> Tensor:
        """All layers of one batch: (n_texts, n_layers, n_units)."""
        end = self._model.config.eos_token_id
        ends = ids == (ids.amax(1, keepdim=True) if end == _OLD_END else end)
        if not ends.any(1).all():
            raise ModelError(
                f"The tokenizer does not end texts with token {end}, which the model pools by: it "
                "belongs to another model."
            )
        output = self._model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        rows = torch.arange(len(ids), device=ids.device)
        place = ends.int().argmax(1)  # the first: some tokenizers pad with the same token
        states = [layer[rows, place] for layer in output.hidden_states]
        return stack_layers([*states, output.text_embeds])


def _kind(folder: Path) -> str:
    return str(read_json(folder / "config.json", dict).get("model_type", ""))


def _layer_units(config: Any, projected: int) -> dict[str, int]:
    names = ("embedding", *(f"layer {k + 1}" for k in range(config.num_hidden_layers)))
    return {**dict.fromkeys(names, int(config.hidden_size)), _PROJECTED: projected}
