"""The catalogue of checkpoints (``assets/models.toml``), and models in local folders."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from explorer.assets import asset
from explorer.errors import ModelError
from explorer.registry import unknown_name
from explorer.study.digest import digest_json

T = TypeVar("T", dict[str, Any], list[Any])

_COMMIT = re.compile(r"[0-9a-f]{40}")
_TEXT_ENCODERS = ("bert", "roberta", "xlm-roberta", "distilbert", "mpnet", "electra", "albert")
_IMAGE_ENCODERS = (
    *("vit", "deit", "beit", "dinov2", "dinov2_with_registers"),
    *("convnext", "convnextv2", "resnet"),
)
_TWO_TOWERS = ("clip", "siglip")
# What a folder's name may end in, after a "#".
_CHOICES = {"vision": ("mean", "cls"), "clip": ("mean", "cls", "text")}


@dataclass(frozen=True)
class Checkpoint:
    """One model that can be named: what it is, and where its files are.

    Attributes
    ----------
    name, label : what the user types; what the app shows
    family : name in ``FAMILIES``
    modality : what it takes: ``"text"``, ``"image"`` or ``"label"``
    repo, revision : on the Hugging Face hub; a revision that is no commit is not pinned
    pooling : how an image encoder's tokens become one vector, by name; "" for the family's own
    package, folder : an installed package that holds the files, and the folder in it
    path : local folder of the files; "" until located, or if the family needs none
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
    pooling: str = ""
    package: str = ""
    folder: str = ""
    path: str = ""
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

    A folder of an image encoder may be followed by its pooling (``folder#cls``), that of a CLIP by
    ``#text`` for its text tower.

    Raises
    ------
    UnknownNameError
        if it is none of these; the text lists the catalogue
    ModelError
        if the folder holds no model of a known family
    """
    known = checkpoints()
    if model in known:
        return known[model]
    # the first entry of a repo is its default
    by_repo = {c.repo: c for c in reversed(known.values()) if c.repo}
    if model in by_repo:
        return by_repo[model]
    if (Path(model) / "config.json").is_file():
        return _local(Path(model).resolve())
    if Path(model).is_dir():
        raise ModelError(
            f"{model} is a folder without a config.json, expected a model as "
            "`save_pretrained` writes it. Name the folder that holds the config.json."
        )
    folder, _, choice = model.rpartition("#")
    if (Path(folder) / "config.json").is_file() and folder:
        return _local(Path(folder).resolve(), choice)
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


def _local(folder: Path, choice: str = "") -> Checkpoint:
    config = read_json(folder / "config.json", dict)
    family = _infer_family(folder, config)
    if choice not in ("", *_CHOICES.get(family, ())):
        known = " or ".join(f"#{c}" for c in _CHOICES.get(family, ())) or "nothing"
        raise ModelError(f"{folder} is followed by #{choice}, expected {known}.")
    if choice == "text":
        family = "clip_text"
    layers, units = _sizes(family, config)
    label = f"{folder.name}-{choice}" if choice else folder.name
    return Checkpoint(
        # two folders may end in the same name: their features must not share a group
        name=f"{label}-{digest_json({'path': str(folder)})[:6]}",
        label=label,
        family=family,
        modality="image" if family in ("vision", "clip") else "text",
        pooling=choice if choice != "text" else "",
        path=str(folder),
        layers=layers,
        units=units,
        source=str(folder / "config.json"),
    )


def _infer_family(folder: Path, config: dict[str, Any]) -> str:
    if (folder / "modules.json").is_file() or (folder / "1_Pooling").is_dir():
        return "sentence"
    kind, classes = str(config.get("model_type", "")), list(config.get("architectures") or ())
    if kind in _IMAGE_ENCODERS:
        return "vision"
    if kind in _TWO_TOWERS:
        return "clip"
    if kind in _TEXT_ENCODERS or any(c.endswith("ForMaskedLM") for c in classes):
        return "masked"
    raise ModelError(
        f"{folder} is a model of type {kind or 'unknown'!r} ({', '.join(classes) or 'no class'}), "
        "expected a sentence embedder (with modules.json or 1_Pooling), a masked language model, "
        f"or an image encoder ({', '.join((*_IMAGE_ENCODERS, *_TWO_TOWERS))})."
    )


def _sizes(family: str, config: dict[str, Any]) -> tuple[int, int]:
    """Number of layers, and units of the widest, as a configuration states them; 0 for unknown."""
    tower = {"clip": "vision_config", "clip_text": "text_config"}.get(family)
    if tower is not None:
        found = config.get(tower) or {}
        projected = int(config.get("projection_dim") or 0)
        return int(found.get("num_hidden_layers", -2)) + 2, max(
            int(found.get("hidden_size", 0)), projected
        )
    if "hidden_sizes" in config:  # stages, and the stem
        widths = [int(size) for size in config["hidden_sizes"]]
        return len(widths) + 1, max(*widths, int(config.get("embedding_size", 0)))
    layers = int(config.get("num_hidden_layers", config.get("n_layers", -1))) + 1
    return layers, int(config.get("hidden_size", config.get("dim", 0)))
