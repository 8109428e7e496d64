"""The selection as a query string, and back: any state is a link, unknown values are told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from explorer.state.choices import Choices
from explorer.state.selection import Selection, coerce, fields

MAX_QUERY = 20_000  # characters; a longer query is no link of ours
MAX_FIELDS = 200


@dataclass(frozen=True)
class Refused:
    """A part of a link that could not be honoured, and what there is instead."""

    field: str
    value: str
    known: str

    def __str__(self) -> str:
        return f"{self.field} {self.value!r} in the link is unknown; {self.known}"


def to_query(selection: Selection, initial: dict[str, Any], choices: Choices) -> str:
    """The fields that a link has to say, as ``?roi=FFA&layer=3``; "" in the opening state.

    A field is left out if ``from_query`` finds it by itself: it opens so, or follows from others.
    """
    now = selection.to_dict()
    state, text = dict(initial), {}
    for field in fields():  # as ``from_query`` goes through them
        value = now[field]
        if value != state[field]:
            state = choices.settle(state, {field: value})
            text[field] = value if isinstance(value, str) else json.dumps(value)
    return "?" + urlencode(text) if text else ""


def from_query(
    query: str, choices: Choices, initial: dict[str, Any]
) -> tuple[dict[str, Any], list[Refused]]:
    """The whole state that a query means, and what in it was refused.

    Values are judged in the order of the fields, each in the light of those before, so a region
    is looked up in the atlas of the same link.
    """
    if len(query) > MAX_QUERY or query.count("&") >= MAX_FIELDS:
        return dict(initial), [Refused("link", f"{query[:20]}…", "it is longer than any of ours")]
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True)
    given = dict(pairs)
    refused = [
        Refused(name, _short(value), "there is no such field")
        for name, value in given.items()
        if name not in fields()
    ]
    state = dict(initial)
    for field in fields():
        if field not in given:
            continue
        raw = given[field]
        try:
            value = coerce(field, _decode(field, raw))
        except (ValueError, TypeError, OverflowError, RecursionError):
            refused.append(Refused(field, _short(raw), choices.describe(field, state)))
            continue
        if choices.allows(field, value, state):
            state = choices.settle(state, {field: value})
        else:
            refused.append(Refused(field, _short(raw), choices.describe(field, state)))
    return state, refused


def _decode(field: str, raw: str) -> Any:
    return raw if isinstance(getattr(Selection, field), str) else json.loads(raw)


def _short(value: str) -> str:
    return value if len(value) <= 60 else value[:60] + "…"  # noqa: PLR2004 - fits a notice
