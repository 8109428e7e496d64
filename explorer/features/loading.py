"""Loading transformers models: from a local folder, safetensors only, no remote code, float32."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoImageProcessor, AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from explorer.engine.device import choose_device
from explorer.errors import ModelError

# A pooler is no hidden state: where a checkpoint lacks it, its random weights are never used.
_UNUSED = ("pooler.",)
_VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
_PROCESSORS = ("preprocessor_config.json", "processor_config.json")
_NO_LIMIT = 1_000_000  # tokenizers say "none" by a number of 30 digits
_OFFSET_POSITIONS = ("roberta", "xlm-roberta", "camembert", "mpnet", "longformer")


def find_device(name: str) -> torch.device:
    """Device to compute on, ``"auto"`` for the best there is.

    Raises
    ------
    ModelError
        if this machine has no such device
    """
    try:
        return choose_device(name)
    except ValueError as error:
        raise ModelError(str(error)) from error


def load_encoder(folder: Path, device: str, kind: Any = AutoModel) -> Any:
    """Load a transformers encoder for inference in float32; ``kind`` is its class if not any.

    Raises
    ------
    ModelError
        if weights are missing, damaged or of another shape, or the model is no plain encoder
    """
    try:
        with _silent_transformers():
            model, report = kind.from_pretrained(
                folder,
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                dtype=torch.float32,
                output_loading_info=True,
            )
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        raise ModelError(
            f"{folder}: the model cannot be loaded ({_short(error)}). Download it again; models "
            "that need code of their own are not loaded."
        ) from error
    lacking = [k for k in sorted(report["missing_keys"]) if not k.startswith(_UNUSED)]
    if lacking or report["mismatched_keys"]:
        wrong = lacking or [str(k[0]) for k in report["mismatched_keys"]]
        raise ModelError(
            f"{folder}: {len(wrong)} weights are missing or of another shape (first {wrong[0]}), "
            "expected those of config.json. Download it again."
        )
    if getattr(model.config, "is_encoder_decoder", False):
        raise ModelError(
            f"{folder} is an encoder-decoder ({model.config.model_type}), expected an encoder."
        )
    return model.eval().to(find_device(device))


def load_tokenizer(folder: Path) -> Any:
    """Load the tokenizer of a model's folder.

    Raises
    ------
    ModelError
        if there is none, or it cannot be read
    """
    if not any(any(folder.glob(name)) for name in _VOCABULARIES):
        # transformers would go on with an empty vocabulary, in which every word is unknown
        raise ModelError(
            f"{folder}: found no tokenizer, expected one of {', '.join(_VOCABULARIES)}. "
            "Download the model again."
        )
    try:
        with _silent_transformers():
            tokenizer = AutoTokenizer.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
    except Exception as error:  # the Rust tokenizers raise bare Exception
        raise ModelError(
            f"{folder}: the tokenizer cannot be loaded ({_short(error)}). Download the model again."
        ) from error
    tokenizer.truncation_side = "right"
    return tokenizer


def load_processor(folder: Path) -> Any:
    """Load the image processor of a model's folder, which computes with Pillow everywhere.

    Raises
    ------
    ModelError
        if there is none, or it cannot be read
    """
    if not any((folder / name).is_file() for name in _PROCESSORS):
        raise ModelError(
            f"{folder}: found no {_PROCESSORS[0]}, expected the sizes and colours that the model "
            "was trained with. Download the model again."
        )
    try:
        with _silent_transformers():
            # not torchvision where it happens to be: it scales pictures otherwise
            return AutoImageProcessor.from_pretrained(  # type: ignore[no-untyped-call]
                folder, backend="pil", local_files_only=True, trust_remote_code=False
            )
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        raise ModelError(
            f"{folder}: the image processor cannot be loaded ({_short(error)}). Download the model "
            "again."
        ) from error


def position_limit(tokenizer: Any, config: Any) -> int:
    """Longest input in tokens, special tokens counted, that model and tokenizer both take."""
    limits = [int(getattr(tokenizer, "model_max_length", _NO_LIMIT))]
    positions = getattr(config, "max_position_embeddings", None)
    if positions:
        # these models count positions from the padding id + 1
        offset = (config.pad_token_id or 0) + 1 if config.model_type in _OFFSET_POSITIONS else 0
        limits.append(int(positions) - offset)
    return min(limits)


def count_special(tokenizer: Any) -> tuple[int, int]:
    """How many special tokens the tokenizer puts before and behind a text.

    Raises
    ------
    ModelError
        if it makes no token of a letter, or changes those of a text that it surrounds
    """
    inner = tokenizer("a", add_special_tokens=False)["input_ids"]
    whole = tokenizer("a")["input_ids"]
    for before in range(len(whole) - len(inner) + 1):
        if inner and whole[before : before + len(inner)] == inner:
            return before, len(whole) - before - len(inner)
    raise ModelError(
        f"The tokenizer makes tokens {inner} of 'a', and {whole} with special tokens, expected the "
        "first to be a part of the second. Download the model again."
    )


def refuse_foreign_tokens(ids: Sequence[int], config: Any, text: str) -> None:
    """Raise ModelError if a token of ``text`` is beyond the model's vocabulary."""
    if max(ids, default=0) >= config.vocab_size:
        raise ModelError(
            f"The tokenizer makes token {max(ids)} of {text[:80]!r}, expected less than "
            f"{config.vocab_size}: it belongs to another model."
        )


@contextmanager
def _silent_transformers() -> Iterator[None]:
    """No progress bars and no load report inside; what is wrong is raised instead."""
    logger = logging.getLogger("transformers")
    level, bars = logger.level, transformers_logging.is_progress_bar_enabled()
    logger.setLevel(logging.ERROR)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logger.setLevel(level)
        if bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]
