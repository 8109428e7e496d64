"""When the page is brought up to date: once per turn, and in a drag only what is urgent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import panel as pn

_REST = 0.2  # s without a new place after which a drag rests


class Redraw:
    """Gathers what has to be brought up to date on the page, and does so once per turn.

    While a cursor is dragged, only views for which that is urgent follow at once; all else does so
    when the drag rests, so that it does not hold it up.

    Parameters
    ----------
    later : runs a function when the present turn of the event loop is over; from any thread
    hurry : called with the fields that are dragged when a drag begins, with none when it rests
    """

    def __init__(
        self,
        later: Callable[[Callable[[], None]], Any],
        hurry: Callable[[frozenset[str]], None] | None = None,
    ) -> None:
        self._later = later
        self._hurry = hurry
        self._dragged: frozenset[str] = frozenset()
        self._waiting: dict[Callable[[], None], None] = {}
        self._held: dict[Callable[[], None], None] = {}
        self._timer: threading.Timer | None = None

    def call(self, function: Callable[[], None], urgent: tuple[str, ...] = ()) -> None:
        """Call ``function`` once at the end of this turn, or when the drag rests.

        Parameters
        ----------
        urgent : fields whose drag it follows at once
        """
        self._ask(function, at_once=bool(self._dragged & {*urgent}))

    def follow(self, function: Callable[[], None]) -> None:
        """Call ``function`` once at the end of this turn, whatever is dragged."""
        self._ask(function, at_once=True)

    def drag(self, field: str) -> None:
        """A field of the selection is dragged: until that rests, only some views follow."""
        if self._timer is not None:
            self._timer.cancel()
        if field not in self._dragged:
            self._drags(self._dragged | {field})
        self._timer = threading.Timer(_REST, self._later, (self._rest,))
        self._timer.daemon = True
        self._timer.start()

    def flush(self) -> None:
        """Bring all that waits up to date; what is sent of it goes out in one message."""
        waiting, self._waiting = list(self._waiting), {}
        with pn.io.hold():
            for function in waiting:
                function()

    def _ask(self, function: Callable[[], None], *, at_once: bool) -> None:
        if self._timer is not None and not at_once:
            self._held[function] = None
            return
        first = not self._waiting
        self._waiting[function] = None
        if first:
            self._later(self.flush)

    def _rest(self) -> None:
        self._timer = None
        self._drags(frozenset())
        held, self._held = list(self._held), {}
        for function in held:
            self.call(function)

    def _drags(self, fields: frozenset[str]) -> None:
        self._dragged = fields
        if self._hurry is not None:
            self._hurry(fields)
