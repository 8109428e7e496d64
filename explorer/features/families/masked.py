"""Masked language models (BERT, RoBERTa and their kin): every layer, mean over the tokens."""

from __future__ import annotations

from pathlib import Path

from explorer.features.text import TextFamily, TextSettings


class MaskedFamily(TextFamily):
    """Encoders trained to fill in masked tokens; their language-modelling head is not loaded."""

    @classmethod
    def read_settings(cls, folder: Path) -> TextSettings:
        """Mean over the tokens."""
        del folder  # these models' files say nothing about pooling
        return TextSettings(pooling="mean")
