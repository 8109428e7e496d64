"""The command that lists the catalogue of models, or tells all about one of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from explorer.app.commands import say, say_json
from explorer.features.catalog import Checkpoint, checkpoints, find_checkpoint
from explorer.features.support import is_supported, name_place
from explorer.features.weights import describe_place
from explorer.registry import unknown_name

_HEADS = (
    "name", "label", "family", "takes", "weights", "layers × units", "licence", "revision",
    "files", "",
)  # fmt: skip
_UNSUPPORTED = "not supported yet"
_ON_DISK = " (on this machine)"
_THOUSAND = 1000


def run_models(chosen: argparse.Namespace) -> int:
    """List the models that were asked for; with ``--about`` all that is known of one."""
    if chosen.about:
        _tell(find_checkpoint(chosen.about), chosen.json)
        return 0
    found = search_models(" ".join(chosen.query), chosen.family, chosen.modality)
    if chosen.json:
        say_json([describe_model(c) for c in found])
        return 0
    for line in _table([_HEADS, *map(_row, found)]) if found else ():
        say(line)
    say(f"{len(found)} of {len(checkpoints())} models")
    return 0


def search_models(query: str = "", family: str = "", modality: str = "") -> list[Checkpoint]:
    """Checkpoints of the catalogue in which every word of the query occurs, in its order.

    Looked through are name, label, family, hub id, licence and training data; case is ignored.

    Raises
    ------
    UnknownNameError
        if no model is of this family or modality
    """
    known = checkpoints().values()
    for kind, name in (("family", family), ("modality", modality)):
        names = list(dict.fromkeys(getattr(c, kind) for c in known))
        if name and name not in names:
            raise unknown_name(kind, name, names)
    words = query.casefold().split()
    return [
        c
        for c in known
        if family in ("", c.family)
        and modality in ("", c.modality)
        and all(word in _text(c) for word in words)
    ]


def describe_model(checkpoint: Checkpoint) -> dict[str, Any]:
    """All that the catalogue and this machine know of a model, as plain data."""
    return {
        **asdict(checkpoint),
        "pinned": checkpoint.pinned,
        "files": name_place(checkpoint),
        "supported": is_supported(checkpoint),
    }


def _text(checkpoint: Checkpoint) -> str:
    c = checkpoint
    return " ".join((c.name, c.label, c.family, c.repo, c.licence, c.training_data)).casefold()


def _row(checkpoint: Checkpoint) -> tuple[str, ...]:
    c = checkpoint
    return (
        c.name,
        c.label,
        c.family,
        c.modality,
        count_weights(c.parameters),
        f"{c.layers or '?'} × {c.units or '?'}",
        c.licence,
        "pinned" if c.pinned else (c.revision or "-"),
        name_place(c),
        "" if is_supported(c) else _UNSUPPORTED,
    )


def count_weights(n: int) -> str:
    """A number of weights in three digits: ``"22.7 M"``; "-" for none or unknown."""
    size = float(n)
    for unit in ("", " k", " M"):
        if round(size, 1) < _THOUSAND:
            return f"{size:.3g}{unit}" if n else "-"
        size /= _THOUSAND
    return f"{size:.3g} B"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _tell(checkpoint: Checkpoint, as_json: bool) -> None:
    known = describe_model(checkpoint)
    if as_json:
        say_json(known)
        return
    scores = [f"{s.benchmark} {s.value:g} ({s.source})" for s in checkpoint.scores]
    lines = {
        "name": checkpoint.name,
        "label": checkpoint.label,
        "family": checkpoint.family + ("" if known["supported"] else f" ({_UNSUPPORTED})"),
        "takes": checkpoint.modality,
        "weights": f"{checkpoint.parameters:,}" if checkpoint.parameters else "",
        "layers": str(checkpoint.layers or ""),
        "units": str(checkpoint.units or ""),
        "files": describe_place(checkpoint) + _ON_DISK * (known["files"] == "cache"),
        "licence": checkpoint.licence,
        "trained on": checkpoint.training_data,
        "scores": "; ".join(scores),
        "source": checkpoint.source,
    }
    for name, value in lines.items():
        say(f"{name:<12}{value or 'not known'}")
