"""The catalogue of checkpoints (``assets/models.toml``), and models in local folders."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from explorer.assets import asset
from explorer.errors import ModelError, UnknownNameError
from explorer.features.folders import infer_family, read_sizes
from explorer.study.digest import digest_json

T = TypeVar("T", dict[str, Any], list[Any])

_COMMIT = re.compile(r"[0-9a-f]{40}")

# What may stand behind a model's name, after an "@".
_OF_TEXTS = ("mean", "cls", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken")
_OF_PICTURES = ("mean", "cls")
_CHOICES = {
    **dict.fromkeys(("sentence", "masked", "causal"), _OF_TEXTS),
    "vision": _OF_PICTURES,
    "clip": (*_OF_PICTURES, "text"),
}


@dataclass(frozen=True)
class BenchmarkScore:
    """What a model reached on a benchmark, in the benchmark's own units, and who says so."""

    benchmark: str
    value: float
    source: str


@dataclass(frozen=True)
class Checkpoint:
    """One model that can be named: what it is, and where its files are.

    Attributes
    ----------
    name, label : what the user types; what the app shows
    family : name in ``FAMILIES``
    modality : what it takes: ``"text"``, ``"image"`` or ``"label"``
    repo, revision : on the Hugging Face hub; a revision that is no commit is not pinned
    elsewhere : where weights are that are on no hub, or in no form that is loaded
    package, folder : an installed package that holds the files, and the folder in it
    path : local folder of the files; "" until located, or if the family needs none
    pooling : how tokens become one vector, by name; "" for what the model's files or family say
    parameters : number of weights
    layers, units : of the features, the embedding counted as a layer; 0 where unknown
    licence, source : licence of the weights; where these facts are from
    training_data : what it was trained on; "" where unknown
    scores : of benchmarks
    """

    name: str
    label: str
    family: str
    modality: str
    repo: str = ""
    revision: str = ""
    elsewhere: str = ""
    package: str = ""
    folder: str = ""
    path: str = ""
    pooling: str = ""
    parameters: int = 0
    layers: int = 0
    units: int = 0
    licence: str = ""
    source: str = ""
    training_data: str = ""
    scores: tuple[BenchmarkScore, ...] = ()

    @property
    def pinned(self) -> bool:
        """Whether the revision names one commit for ever."""
        return bool(_COMMIT.fullmatch(self.revision))

    @property
    def needs_files(self) -> bool:
        """Whether there is anything to load."""
        return bool(self.repo or self.package or self.path or self.elsewhere)


def checkpoints() -> dict[str, Checkpoint]:
    """All checkpoints of the catalogue, by name."""
    return dict(_read_catalogue(asset("models.toml")))


def find_checkpoint(model: str) -> Checkpoint:
    """The checkpoint of a catalogue name, a catalogued hub id, or a local folder of a model.

    Any of these with ``@lasttoken``, ``@cls`` or the name of another pooling behind it is the same
    model pooled in this way, and a CLIP with ``@text`` is its tower of texts: features of their
    own.

    Raises
    ------
    UnknownNameError
        if it is none of these; the text tells the nearest
    ModelError
        if the folder holds no model of a known family, or the model has nothing to choose
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
    named, at, choice = model.rpartition("@")
    if at and named:
        return _chosen(find_checkpoint(named), choice)
    near = difflib.get_close_matches(model, known, n=3)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise UnknownNameError(
        f"No model is called {model!r}, and no folder is there. `python -m explorer models` lists "
        f"the {len(known)} that are known.{hint}"
    )


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
    return {name: _read_entry(name, entry) for name, entry in table.items()}


def _read_entry(name: str, entry: dict[str, Any]) -> Checkpoint:
    scores = tuple(BenchmarkScore(**score) for score in entry.pop("scores", ()))
    return Checkpoint(name=name, scores=scores, **entry)


def _local(folder: Path) -> Checkpoint:
    config = read_json(folder / "config.json", dict)
    family = infer_family(folder, config)
    layers, units = read_sizes(family, config)
    return Checkpoint(
        # two folders may end in the same name: their features must not share a group
        name=f"{folder.name}-{digest_json({'path': str(folder)})[:6]}",
        label=folder.name,
        family=family,
        modality="image" if family in ("vision", "clip") else "text",
        path=str(folder),
        layers=layers,
        units=units,
        source=str(folder / "config.json"),
    )


def _chosen(checkpoint: Checkpoint, choice: str) -> Checkpoint:
    """The same model, of which one tower or another pooling is meant."""
    known = _CHOICES.get(checkpoint.family, ())
    if choice not in known:
        raise ModelError(
            f"{checkpoint.label} is followed by @{choice}, expected "
            f"{' or '.join(f'@{c}' for c in known) or 'nothing'}."
        )
    meant = replace(
        checkpoint, name=f"{checkpoint.name}@{choice}", label=f"{checkpoint.label} ({choice})"
    )
    if choice != "text":
        return replace(meant, pooling=choice)
    config = read_json(Path(checkpoint.path) / "config.json", dict) if checkpoint.path else {}
    layers, units = read_sizes("clip_text", config)
    return replace(meant, family="clip_text", modality="text", layers=layers, units=units)
