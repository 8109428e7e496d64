"""Sentence embedders: every layer pooled as the model's own files say its last layer is."""

from __future__ import annotations

import logging
from pathlib import Path

from explorer.errors import ModelError
from explorer.features.catalog import read_json
from explorer.features.pooling import POOLINGS
from explorer.features.text import TextFamily, TextSettings

log = logging.getLogger(__name__)

# Keys of 1_Pooling/config.json in sentence-transformers up to version 5.
_FLAGS = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


class SentenceFamily(TextFamily):
    """Models in the layout of sentence-transformers.

    Features are the encoder's pooled layers: a final normalisation to length 1 or a dense layer
    behind the pooling is no layer of the encoder and is not applied.
    """

    @classmethod
    def read_settings(cls, folder: Path) -> TextSettings:
        """Pooling, length, case and prompt from the files of sentence-transformers."""
        modules = {str(m["type"]).rpartition(".")[2]: m for m in _modules(folder)}
        if "Dense" in modules:
            log.warning("%s: the dense layer behind the pooling is not applied", folder.name)
        transformer = read_json(folder / "sentence_bert_config.json", dict)
        prompts = read_json(folder / "config_sentence_transformers.json", dict)
        path = modules.get("Pooling", {}).get("path", "1_Pooling")
        return TextSettings(
            pooling=_pooling(folder / path / "config.json"),
            max_tokens=int(transformer.get("max_seq_length") or 0),
            lowercase=bool(transformer.get("do_lower_case", False)),
            prompt=(prompts.get("prompts") or {}).get(prompts.get("default_prompt_name"), ""),
        )


def _modules(folder: Path) -> list[dict[str, str]]:
    found = read_json(folder / "modules.json", list)
    return [m for m in found if isinstance(m, dict) and "type" in m]


def _pooling(file: Path) -> str:
    config = read_json(file, dict)
    named = config.get("pooling_mode")
    chosen = [named] if named else [mode for flag, mode in _FLAGS.items() if config.get(flag)]
    if not config:
        return "mean"
    if len(chosen) != 1 or chosen[0] not in POOLINGS:
        raise ModelError(
            f"{file}: found pooling {' and '.join(map(str, chosen)) or 'none'}, expected one of "
            f"{', '.join(POOLINGS)}. Use a model with a single pooling."
        )
    return str(chosen[0])
