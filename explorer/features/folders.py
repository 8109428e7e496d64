"""Models in local folders: which family one is of, and what its configuration says of its size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.errors import ModelError

TEXT_ENCODERS = ("bert", "roberta", "xlm-roberta", "distilbert", "mpnet", "electra", "albert")
IMAGE_ENCODERS = (
    *("vit", "deit", "beit", "dinov2", "dinov2_with_registers"),
    *("convnext", "convnextv2", "resnet"),
)
TWO_TOWERS = ("clip", "siglip")
# As `AutoModel` writes them, without a class that says "ForCausalLM".
DECODERS = (
    *("bloom", "falcon", "gemma", "gemma2", "gpt2", "gpt_neo", "gpt_neox", "gptj", "llama"),
    *("mistral", "mpt", "olmo", "olmo2", "opt", "phi", "phi3", "qwen2", "qwen3"),
)
_LAYERS = ("num_hidden_layers", "num_layers", "n_layers", "n_layer")
_UNITS = ("hidden_size", "dim", "n_embd", "d_model")
_TOWERS = {"clip": "vision_config", "clip_text": "text_config"}


def infer_family(folder: Path, config: dict[str, Any]) -> str:
    """Name in ``FAMILIES`` of the model in a folder; CLIP-like ones give their tower of pictures.

    Parameters
    ----------
    folder : of the model
    config : its config.json

    Raises
    ------
    ModelError
        if it is of no known family
    """
    if (folder / "modules.json").is_file() or (folder / "1_Pooling").is_dir():
        return "sentence"
    kind, classes = str(config.get("model_type", "")), list(config.get("architectures") or ())
    if kind in IMAGE_ENCODERS:
        return "vision"
    if kind in TWO_TOWERS:
        return "clip"
    if kind in TEXT_ENCODERS or any(c.endswith("ForMaskedLM") for c in classes):
        return "masked"
    if kind in DECODERS or any(c.endswith("ForCausalLM") for c in classes):
        return "causal"
    raise ModelError(
        f"{folder} is a model of type {kind or 'unknown'!r} ({', '.join(classes) or 'no class'}), "
        "expected a sentence embedder (with modules.json or 1_Pooling), a masked or a causal "
        f"language model, or an image encoder ({', '.join((*IMAGE_ENCODERS, *TWO_TOWERS))})."
    )


def read_sizes(family: str, config: dict[str, Any]) -> tuple[int, int]:
    """Number of layers, and units of the widest, as a configuration states them; 0 for unknown."""
    if family in _TOWERS:
        tower = config.get(_TOWERS[family]) or {}
        layers, units = _first(tower, _LAYERS, -2) + 2, _first(tower, _UNITS, 0)
        return layers, max(units, int(config.get("projection_dim") or 0))
    if "hidden_sizes" in config:  # stages, and the stem
        widths = [int(size) for size in config["hidden_sizes"]]
        return len(widths) + 1, max(*widths, int(config.get("embedding_size", 0)))
    return _first(config, _LAYERS, -1) + 1, _first(config, _UNITS, 0)


def _first(config: dict[str, Any], names: tuple[str, ...], default: int) -> int:
    return int(next((config[name] for name in names if name in config), default))
