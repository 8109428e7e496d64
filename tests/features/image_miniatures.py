"""Tiny image encoders with random weights and their preprocessing, for the tests."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import (
    BeitConfig,
    BeitModel,
    BitImageProcessorPil,
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    ConvNextConfig,
    ConvNextImageProcessorPil,
    ConvNextModel,
    ConvNextV2Config,
    ConvNextV2Model,
    DeiTConfig,
    DeiTImageProcessorPil,
    DeiTModel,
    Dinov2Config,
    Dinov2Model,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersModel,
    ResNetConfig,
    ResNetModel,
    SiglipConfig,
    SiglipImageProcessorPil,
    SiglipModel,
    ViTConfig,
    ViTImageProcessorPil,
    ViTModel,
)

PIXELS = 32
SQUARE = {"height": PIXELS, "width": PIXELS}
BLOCKS: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}
PATCHES = {**BLOCKS, "image_size": PIXELS, "patch_size": 8, "initializer_range": 0.3}
STAGES: dict[str, Any] = {"hidden_sizes": [8, 12, 16, 24], "depths": [1, 2, 1, 1]}
WORDS: dict[str, Any] = {
    **BLOCKS,
    **{"vocab_size": 40, "max_position_embeddings": 24, "initializer_factor": 10.0},
    **{"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3},
}
TRANSFORMERS = ("vit", "deit", "beit", "dinov2", "dinov2_with_registers")
CONVOLUTIONAL = {
    "convnext": (8, 8, 12, 16, 24),
    "convnextv2": (8, 8, 12, 16, 24),
    "resnet": (8, 16, 24, 32, 40),
}


def make_model(kind: str, seed: int) -> Any:
    torch.manual_seed(seed)
    makers = {
        "vit": lambda: ViTModel(ViTConfig(**PATCHES)),
        "deit": lambda: DeiTModel(DeiTConfig(**PATCHES)),
        "beit": lambda: BeitModel(BeitConfig(**PATCHES, use_relative_position_bias=True)),
        "dinov2": lambda: Dinov2Model(Dinov2Config(**PATCHES, mlp_ratio=2)),
        "dinov2_with_registers": lambda: Dinov2WithRegistersModel(
            Dinov2WithRegistersConfig(**PATCHES, mlp_ratio=2, num_register_tokens=3)
        ),
        "convnext": lambda: ConvNextModel(ConvNextConfig(**STAGES, layer_scale_init_value=1.0)),
        "convnextv2": lambda: ConvNextV2Model(ConvNextV2Config(**STAGES)),
        "resnet": lambda: ResNetModel(
            ResNetConfig(embedding_size=8, hidden_sizes=[16, 24, 32, 40], depths=[1, 2, 1, 1])
        ),
        "clip": lambda: CLIPModel(
            CLIPConfig(
                text_config={**WORDS, "projection_dim": 12},
                vision_config={**PATCHES, "initializer_factor": 10.0, "projection_dim": 12},
                projection_dim=12,
            )
        ),
        "siglip": lambda: SiglipModel(SiglipConfig(text_config=WORDS, vision_config=PATCHES)),
    }
    return makers[kind]().eval()


def make_processor(kind: str) -> Any:
    if kind in CONVOLUTIONAL:
        return ConvNextImageProcessorPil(size={"shortest_edge": 64}, crop_pct=0.875)
    if kind == "clip":
        return CLIPImageProcessorPil(size={"shortest_edge": PIXELS}, crop_size=SQUARE)
    if kind.startswith("dinov2"):
        return BitImageProcessorPil(size={"shortest_edge": 40}, crop_size=SQUARE)
    if kind == "deit":
        return DeiTImageProcessorPil(size={"height": 36, "width": 36}, crop_size=SQUARE)
    return (SiglipImageProcessorPil if kind == "siglip" else ViTImageProcessorPil)(size=SQUARE)


def write_image_encoder(folder: Path, kind: str, seed: int = 0) -> None:
    make_model(kind, seed).save_pretrained(folder)
    make_processor(kind).save_pretrained(folder)


def pictures(n: int = 3) -> list[Image.Image]:
    """Pictures of different shapes, every pixel another."""
    shapes = [(50, 40, 3), (33, 70, 3), (64, 64, 3), (20, 30, 3)]
    values = [np.random.default_rng(k).integers(0, 256, shapes[k % 4], "uint8") for k in range(n)]
    return [Image.fromarray(v) for v in values]
