"""Words of a story and the tokens that a model makes of them, matched by places in the text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from explorer.errors import ModelError

Span = tuple[int, int]  # the first, and one past the last

_NO_LETTERS = "PZCM"  # punctuation, blanks, control characters, marks
_APOSTROPHE = "\u02bc"  # a letter to Unicode
_LISTED = 10


@dataclass(frozen=True)
class Alignment:
    """Which tokens belong to which word.

    Attributes
    ----------
    words : as they were given
    ids : tokens of the whole text, without special tokens
    spans : per word, its tokens in ``ids``; None where it has none. A token that covers parts of
        two words is in the spans of both
    """

    words: tuple[str, ...]
    ids: tuple[int, ...]
    spans: tuple[Span | None, ...]

    @property
    def lost(self) -> tuple[int, ...]:
        """Indices of the words without a token."""
        return tuple(k for k, span in enumerate(self.spans) if span is None)

    def report(self) -> str:
        """How many words could not be aligned, and the first of them; "" if all could."""
        if not self.lost:
            return ""
        first = ", ".join(f"{k} {self.words[k]!r}" for k in self.lost[:_LISTED])
        more = ", …" if len(self.lost) > _LISTED else ""
        return f"{len(self.lost)} of {len(self.words)} words could not be aligned: {first}{more}"


def align_words(tokenizer: Any, words: Sequence[str], text: str = "") -> Alignment:
    """Tokens of each word, where the whole text is tokenized at once.

    Parameters
    ----------
    tokenizer : a fast one, which knows where in the text its tokens are from
    words : in the order of the text
    text : a transcript in which the words are looked for (see ``locate_words``); "" for the
        words joined by blanks, where each is known to be, with its punctuation

    Raises
    ------
    ModelError
        if the tokenizer knows no places
    """
    if not getattr(tokenizer, "is_fast", False):
        raise ModelError(
            f"{type(tokenizer).__name__} does not say where its tokens are in a text, expected a "
            "fast tokenizer. Use a model with a tokenizer.json."
        )
    places = locate_words(text, words) if text else _joined(words)
    encoded = tokenizer(
        text or " ".join(words),
        add_special_tokens=False,
        return_offsets_mapping=True,
        verbose=False,
    )
    spans = _cover(encoded["offset_mapping"], places)
    return Alignment(tuple(words), tuple(encoded["input_ids"]), tuple(spans))


def locate_words(text: str, words: Sequence[str]) -> list[Span | None]:
    """Characters of ``text`` that each word stands for; None for words that it does not have.

    Only letters, digits and symbols (emoji among them) count: case, accents, punctuation, the form
    of quotes and of Unicode do not. The longest rows of words that both have are matched first;
    what is between them is compared letter by letter, so "do", "n't" are found in "Don't", and
    "ice-cream" in "ice cream". A place has the marks behind its letters, but no punctuation.
    """
    letters, origins, starts = _split(text)
    keys = [_letters(word) for word in words]
    found: list[Span | None] = [None] * len(words)
    for k, start, stop in _matches(letters, starts, keys):
        found[k] = (origins[start], _end(text, origins[stop - 1]))
    return found


def _matches(letters: str, starts: list[int], keys: list[str]) -> Iterator[tuple[int, int, int]]:
    """Word, and its first letter and one past its last."""
    pieces = [letters[a:b] for a, b in zip(starts, [*starts[1:], len(letters)], strict=False)]
    same = SequenceMatcher(None, pieces, keys, autojunk=False)
    for tag, a, a_end, b, b_end in same.get_opcodes():
        if tag == "equal":
            for k in range(b_end - b):
                if keys[b + k]:
                    start = starts[a + k]
                    yield b + k, start, start + len(keys[b + k])
        elif tag == "replace":
            ends = [*starts, len(letters)][a : a_end + 1]
            for k, start, stop in _runs(letters, ends, keys[b:b_end]):
                yield b + k, start, stop


def _runs(letters: str, bounds: list[int], keys: list[str]) -> Iterator[tuple[int, int, int]]:
    """Where some words in a row are some pieces in a row, with other blanks between them.

    ``bounds`` are the first letters of the pieces, and the end of the last.
    """
    k, least, ends = 0, 0, set(bounds)
    while k < len(keys):
        rest = keys[k:]
        run = next(filter(None, (_run(letters, b, ends, rest) for b in bounds[least:-1])), [])
        if run:
            yield from ((k + i, start, stop) for i, start, stop in run if stop > start)
            least = bounds.index(run[-1][2])
        k += len(run) or 1


def _run(letters: str, start: int, ends: set[int], keys: list[str]) -> list[tuple[int, int, int]]:
    """The fewest words that stand at ``start`` and stop at one of ``ends``; none if they do not."""
    run = []
    for i, key in enumerate(keys):
        if not letters.startswith(key, start):
            return []
        stop = start + len(key)
        run.append((i, start, stop))
        if key and stop in ends:
            return run
        start = stop
    return []


def _split(text: str) -> tuple[str, list[int], list[int]]:
    """Letters of a text, the character that each is from, and the first letter of each piece."""
    letters: list[str] = []
    origins: list[int] = []
    starts: list[int] = []
    inside = False
    for place, character in enumerate(text):
        if character.isspace():
            inside = False
        for letter in _letters(character):
            if not inside:
                starts.append(len(letters))
                inside = True
            letters.append(letter)
            origins.append(place)
    return "".join(letters), origins, starts


def _letters(word: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(c for c in folded if _counts(c))


def _counts(character: str) -> bool:
    category = unicodedata.category(character)
    # Sk: spacing accents, and the skin tones of emoji
    return category[0] not in _NO_LETTERS and category != "Sk" and character != _APOSTROPHE


def _end(text: str, last: int) -> int:
    """One past the marks, joiners and skin tones that follow the character ``last``."""
    end = last + 1
    while end < len(text) and unicodedata.category(text[end]) in {"Mn", "Mc", "Me", "Cf", "Sk"}:
        end += 1
    return end


def _joined(words: Sequence[str]) -> list[Span | None]:
    """Characters of each word in the words joined by blanks; None for a word of blanks."""
    places: list[Span | None] = []
    start = 0
    for word in words:
        places.append((start, start + len(word)) if word.strip() else None)
        start += len(word) + 1
    return places


def _cover(offsets: Sequence[Span], places: Sequence[Span | None]) -> list[Span | None]:
    """Tokens that share a character with each word; both are in the order of the text."""
    spans: list[Span | None] = []
    first = 0
    for place in places:
        if place is None:
            spans.append(None)
            continue
        while first < len(offsets) and offsets[first][1] <= place[0]:
            first += 1
        stop = first
        while stop < len(offsets) and offsets[stop][0] < place[1]:
            stop += 1
        spans.append((first, stop) if stop > first else None)
    return spans
