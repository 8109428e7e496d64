"""The catalogue of checkpoints (``assets/models.toml``), and models in local folders."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from explorer.assets import asset
from explorer.errors import ModelError
from explorer.registry import unknown_name
from explorer.study.digest import digest_json

T = TypeVar("T", dict[str, Any], list[Any])

_COMMIT = re.compile(r"[0-9a-f]{40}")
_ENCODERS = ("bert", "roberta", "xlm-roberta", "distilbert", "mpnet", "electra", "albert")
# As `AutoModel` writes them, without a class that says "ForCausalLM".
_DECODERS = (
    "bloom",
    "falcon",
    "gemma",
    "gemma2",
    "gpt2",
    "gpt_neo",
    "gpt_neox",
    "gptj",
    "llama",
    "mistral",
    "mpt",
    "olmo",
    "olmo2",
    "opt",
    "phi",
    "phi3",
    "qwen2",
    "qwen3",
)
_LAYERS = ("num_hidden_layers", "num_layers", "n_layers", "n_layer")
_UNITS = ("hidden_size", "dim", "n_embd", "d_model")


@dataclass(frozen=True)
class Checkpoint:
    """One model that can be named: what it is, and where its files are.

    Attributes
    ----------
    name, label : what the user types; what the app shows
    family : name in ``FAMILIES``
    modality : what it takes: ``"text"``, ``"image"`` or ``"label"``
    repo, revision : on the Hugging Face hub; a revision that is no commit is not pinned
    package, folder : an installed package that holds the files, and the folder in it
    path : local folder of the files; "" until located, or if the family needs none
    pooling : of a text's tokens, a name in ``POOLINGS``; "" for what the model's files say
    parameters : number of weights
    layers, units : of the features, the embedding counted as a layer; 0 where unknown
    licence, source : licence of the weights; where these facts are from
    """

    name: str
    label: str
    family: str
    modality: str
    repo: str = ""
    revision: str = ""
    package: str = ""
    folder: str = ""
    path: str = ""
    pooling: str = ""
    parameters: int = 0
    layers: int = 0
    units: int = 0
    licence: str = ""
    source: str = ""

    @property
    def pinned(self) -> bool:
        """Whether the revision names one commit for ever."""
        return bool(_COMMIT.fullmatch(self.revision))

    @property
    def needs_files(self) -> bool:
        """Whether there is anything to load."""
        return bool(self.repo or self.package or self.path)


def checkpoints() -> dict[str, Checkpoint]:
    """All checkpoints of the catalogue, by name."""
    return dict(_read_catalogue(asset("models.toml")))


def find_checkpoint(model: str) -> Checkpoint:
    """The checkpoint of a catalogue name, a catalogued hub id, or a local folder of a model.

    Any of these with ``@lasttoken`` (or another name in ``POOLINGS``) behind it is the same model
    pooled in this way; its features have a group of their own.

    Raises
    ------
    UnknownNameError
        if it is none of these; the text lists the catalogue
    ModelError
        if the folder holds no model of a known family, or no tokens to pool
    """
    known = checkpoints()
    if model in known:
        return known[model]
    by_repo = {c.repo: c for c in known.values() if c.repo}
    if model in by_repo:
        return by_repo[model]
    if (Path(model) / "config.json").is_file():
        return _local(Path(model).resolve())
    named, at, pooling = model.rpartition("@")
    if at and not Path(model).is_dir():
        return _pooled(find_checkpoint(named), pooling)
    if Path(model).is_dir():
        raise ModelError(
            f"{model} is a folder without a config.json, expected a model as "
            "`save_pretrained` writes it. Name the folder that holds the config.json."
        )
    raise unknown_name("model", model, list(known))


def read_json(file: Path, kind: type[T]) -> T:
    """A JSON file of a model's folder; an empty ``kind`` if there is none.

    Raises
    ------
    ModelError
        if it is no JSON, or holds another kind of value
    """
    if not file.is_file():
        return kind()
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} is not readable JSON ({error}). Download it again.") from error
    if not isinstance(found, kind):
        raise ModelError(f"{file} holds no JSON {kind.__name__}. Download it again.")
    return found


@lru_cache
def _read_catalogue(file: Path) -> dict[str, Checkpoint]:
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return {name: Checkpoint(name=name, **entry) for name, entry in table.items()}


def _pooled(checkpoint: Checkpoint, pooling: str) -> Checkpoint:
    if checkpoint.modality != "text":
        raise ModelError(
            f"{checkpoint.label} takes {checkpoint.modality}s, which have no tokens, found the "
            f"pooling {pooling!r}. Name the model without it: {checkpoint.name}."
        )
    return replace(
        checkpoint,
        name=f"{checkpoint.name}@{pooling}",
        label=f"{checkpoint.label} ({pooling})",
        pooling=pooling,
    )


def _local(folder: Path) -> Checkpoint:
    config = read_json(folder / "config.json", dict)
    return Checkpoint(
        # two folders may end in the same name: their features must not share a group
        name=f"{folder.name}-{digest_json({'path': str(folder)})[:6]}",
        label=folder.name,
        family=_infer_family(folder, config),
        modality="text",
        path=str(folder),
        layers=_first(config, _LAYERS, -1) + 1,
        units=_first(config, _UNITS, 0),
        source=str(folder / "config.json"),
    )


def _first(config: dict[str, Any], names: tuple[str, ...], default: int) -> int:
    return int(next((config[name] for name in names if name in config), default))


def _infer_family(folder: Path, config: dict[str, Any]) -> str:
    if (folder / "modules.json").is_file() or (folder / "1_Pooling").is_dir():
        return "sentence"
    kind, classes = str(config.get("model_type", "")), list(config.get("architectures") or ())
    if kind in _ENCODERS or any(c.endswith("ForMaskedLM") for c in classes):
        return "masked"
    if kind in _DECODERS or any(c.endswith("ForCausalLM") for c in classes):
        return "causal"
    raise ModelError(
        f"{folder} is a model of type {kind or 'unknown'!r} ({', '.join(classes) or 'no class'}), "
        "expected a sentence embedder (with modules.json or 1_Pooling), or a masked or a causal "
        "language model."
    )
