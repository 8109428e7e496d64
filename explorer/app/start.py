"""The program's beginning: libraries load without a search for garbage, of which there is none.

Loading them makes half a million objects that stay. To look through these again and again takes a
tenth of the time until the first page, and later, in one go, longer than an answer to a click.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from importlib import import_module


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of ``explorer.app.cli``; returns the exit status."""
    gc.disable()
    try:
        status: int = import_module("explorer.app.cli").main(arguments)
    finally:
        gc.enable()
    return status


def collect_again() -> None:
    """All is loaded: look for garbage from now on, but no more among what there is already.

    Does nothing where nobody put it off: in a program that is not ours.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
