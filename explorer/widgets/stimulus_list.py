"""A list of stimuli, as rows of text or tiles of pictures; only what is on screen is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import param
from panel.custom import JSComponent

from explorer.assets import asset

_SHOWN = 400  # characters of a text that are sent
MAX_ASKED = 2000  # ids that one message may ask for


class StimulusList(JSComponent):
    """Stimuli in a given order. Texts and pictures are asked for by id when they come into sight.

    Parameters
    ----------
    texts : ids to what stands in their rows
    pictures : ids to JPEG bytes (empty where there is none); used by tiles
    on_pick : called with (id, whether shift was held)
    on_clear : called at a double click
    """

    kind = param.String("rows", regex="rows|tiles")
    label = param.String("stimuli", doc="what screen readers call it")
    content = param.Dict({}, doc="what ``pack`` makes of the stimuli in order")
    focus = param.Integer(-1)
    chosen = param.List([])

    _esm = asset("stimulus_list.js")

    def __init__(
        self,
        *,
        texts: Callable[[list[int]], dict[int, str]] | None = None,
        pictures: Callable[[list[int]], dict[int, bytes]] | None = None,
        on_pick: Callable[[int, bool], None],
        on_clear: Callable[[], None],
        **params: Any,
    ) -> None:
        self._texts = texts
        self._pictures = pictures
        self._on_pick = on_pick
        self._on_clear = on_clear
        super().__init__(**params)

    def show(
        self,
        ids: np.ndarray,
        values: np.ndarray,
        seconds: np.ndarray,
        labels: tuple[str, str],
        notes: tuple[str, ...] = (),
    ) -> None:
        """Show stimuli in this order; nothing is sent if nothing changed.

        Parameters
        ----------
        ids : (n,)
        values : (n,), drawn as a bar, or told under a tile
        seconds : (n,), a second bar
        labels : what values and seconds are; the second empty for no second bar
        notes : (n,), a word about each, such as "held out"; empty for none
        """
        content = pack(ids, values, seconds, labels, notes)
        if content != self.content:
            self.content = content

    def _handle_msg(self, data: dict[str, Any]) -> None:
        if "pick" in data:
            self._on_pick(int(data["pick"]), bool(data.get("more")))
        elif "clear" in data:
            self._on_clear()
        elif "need" in data:
            self.answer([int(i) for i in data["need"][:MAX_ASKED]])

    def answer(self, ids: list[int]) -> None:
        """Send what is to be shown of ``ids``."""
        if self.kind == "rows" and self._texts is not None:
            found = self._texts(ids)
            self._send_msg({"texts": [[i, found.get(i, "")] for i in ids]})
        elif self.kind == "tiles" and self._pictures is not None:
            pictures = self._pictures(ids)
            sizes = [[i, len(pictures.get(i, b""))] for i in ids]
            self._send_msg(
                {"pictures": sizes, "bytes": b"".join(pictures.get(i, b"") for i in ids)}
            )


def pack(
    ids: np.ndarray,
    values: np.ndarray,
    seconds: np.ndarray,
    labels: tuple[str, str],
    notes: tuple[str, ...] = (),
) -> dict[str, Any]:
    """A list as it is sent, in two messages where a value of its own for each part takes ten.

    Parameters
    ----------
    ids, values, seconds, notes : (n,), notes may be empty

    Returns
    -------
    ``bytes`` hold ids (int32), values and seconds (float32) and the place of each note in ``words``
    (int32), all little-endian; spans are the least and the greatest of values and seconds
    """
    words = list(dict.fromkeys(notes)) or [""]
    place = {word: k for k, word in enumerate(words)}
    codes = [place[word] for word in notes] or [0] * len(ids)
    parts = ((ids, "<i4"), (values, "<f4"), (seconds, "<f4"), (codes, "<i4"))
    return {
        "n": len(ids),
        "bytes": b"".join(np.asarray(part, dtype).tobytes() for part, dtype in parts),
        "words": words,
        "labels": list(labels),
        "span": span(values),
        "second_span": span(seconds),
    }


def span(values: np.ndarray) -> list[float]:
    """Least and greatest finite value, 0 included, so that bars start at 0."""
    finite = np.asarray(values, float)[np.isfinite(values)]
    if not finite.size:
        return [0.0, 1.0]
    return [float(min(finite.min(), 0)), float(max(finite.max(), 0))]


def shorten(texts: tuple[str, ...]) -> str:
    """The first caption, and how many more there are; long ones are cut and say so."""
    if not texts:
        return "(no caption)"
    text = texts[0].strip()
    if len(text) > _SHOWN:
        text = f"{text[:_SHOWN]}… ({len(text):,} characters)"
    return f"{text} (+ {len(texts) - 1} more)" if len(texts) > 1 else text
