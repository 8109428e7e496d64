"""Tiny models with random weights, and a small study, written to disk for the tests."""

from pathlib import Path

import numpy as np
import torch
import xarray as xr
from PIL import Image
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
)

from explorer.study.study import Study

ANIMALS = ["dog", "cat", "horse", "bird"]
WORDS = [
    "a",
    "the",
    *ANIMALS,
    "runs",
    "sleeps",
    "eats",
    "on",
    "under",
    "red",
    "small",
    "old",
    "house",
]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
N_LAYERS, N_UNITS, MAX_POSITIONS = 3, 16, 24


def write_tokenizer(folder: Path, padding_side: str) -> None:
    vocabulary = {word: k for k, word in enumerate([*SPECIAL, *WORDS, "<", ">", "/", "b"])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]"}
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        padding_side=padding_side,
        model_max_length=MAX_POSITIONS,
        **{f"{k}_token": v for k, v in names.items()},
    ).save_pretrained(folder)


def write_encoder(folder: Path, kind: str, seed: int) -> None:
    sizes = {
        "vocab_size": 32,
        "hidden_size": N_UNITS,
        "num_hidden_layers": N_LAYERS,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "initializer_range": 0.5,
        "pad_token_id": 0,
    }
    torch.manual_seed(seed)
    if kind == "roberta":
        config = RobertaConfig(**sizes, max_position_embeddings=MAX_POSITIONS + 1)
        model = RobertaModel(config)
    else:
        config = BertConfig(**sizes, max_position_embeddings=MAX_POSITIONS)
        model = BertForMaskedLM(config) if kind == "masked" else BertModel(config)
    model.save_pretrained(folder)


def draw_picture(file: Path, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    Image.fromarray(values).save(file)


def text(values: list[object]) -> np.ndarray:
    return np.array(values, dtype=object)


def write_stimuli(study: Study, captions: list[tuple[str, str]]) -> None:
    n = len(captions)
    study.write(
        "stimuli/images",
        xr.Dataset(
            {
                "caption": (("stimulus", "caption_index"), text(captions)),
                "image": ("stimulus", text([f"{k}.png" for k in range(n)])),
                "condition": ("stimulus", text([f"kind {k % 2}" for k in range(n)])),
            },
            {"stimulus": np.arange(10, 10 + n)},
        ),
    )


def write_study(folder: Path, n: int = 12) -> Study:
    study = Study.create(folder / "study", title="Small")
    (study.path / "images").mkdir(exist_ok=True)
    for k in range(n):
        draw_picture(study.path / "images" / f"{k}.png", k)
    captions = [
        (f"a {ANIMALS[k % 4]} runs " + "on " * (k % 5), f"the old {ANIMALS[k % 4]}")
        for k in range(n)
    ]
    write_stimuli(study, captions)
    return study
