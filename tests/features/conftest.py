from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from causal_miniatures import write_bpe, write_decoder
from feature_miniatures import write_encoder, write_study, write_tokenizer
from image_miniatures import write_image_encoder

from explorer.study.study import Study


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Tiny models spend their time in waiting threads otherwise."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


ModelWriter = Callable[..., Path]


@pytest.fixture
def write_model(tmp_path: Path) -> ModelWriter:
    """Write a tiny model with random weights: ``write_model("bert", padding_side="left")``."""

    def write(
        kind: str = "bert", *, name: str = "tiny", padding_side: str = "right", seed: int = 0
    ) -> Path:
        folder = tmp_path / name
        write_encoder(folder, kind, seed)
        write_tokenizer(folder, padding_side)
        return folder

    return write


@pytest.fixture
def write_image_model(tmp_path: Path) -> ModelWriter:
    """Write a tiny image encoder with random weights: ``write_image_model("convnext")``."""

    def write(kind: str = "vit", *, name: str = "tiny", seed: int = 0) -> Path:
        folder = tmp_path / name
        write_image_encoder(folder, kind, seed)
        if kind == "clip":
            write_tokenizer(folder, "right")
        return folder

    return write


@pytest.fixture
def write_causal(tmp_path: Path) -> ModelWriter:
    """Write a tiny decoder: ``write_causal("llama", special="b", padding_side="left")``."""

    def write(
        kind: str, *, special: str = "", padding_side: str = "right", **settings: object
    ) -> Path:
        folder = tmp_path / kind
        write_decoder(folder, kind, **settings)
        write_bpe(folder, special=special, padding_side=padding_side)
        return folder

    return write


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return write_study(tmp_path)
