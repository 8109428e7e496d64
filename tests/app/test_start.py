"""The program's beginning: the search for garbage is put off, and always taken up again."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from explorer.app import start


@pytest.fixture
def frozen() -> Iterator[None]:
    """Whatever a test freezes is thawed."""
    yield
    gc.unfreeze()
    gc.enable()


def test_libraries_load_without_it_and_it_is_back_when_the_command_ends(
    monkeypatch: pytest.MonkeyPatch, frozen: None
) -> None:
    seen = []
    command = ModuleType("command")
    command.main = lambda arguments: seen.append((arguments, gc.isenabled())) or 3
    monkeypatch.setitem(sys.modules, "explorer.app.cli", command)
    assert start.main(["info"]) == 3
    assert seen == [(["info"], False)]
    assert gc.isenabled()


def test_it_is_back_after_an_error(monkeypatch: pytest.MonkeyPatch, frozen: None) -> None:
    def fail(_arguments: object) -> int:
        raise KeyError("command")

    command = ModuleType("command")
    command.main = fail
    monkeypatch.setitem(sys.modules, "explorer.app.cli", command)
    with pytest.raises(KeyError):
        start.main()
    assert gc.isenabled()


def test_what_was_loaded_is_looked_through_no_more(frozen: None) -> None:
    start.collect_again()
    assert gc.get_freeze_count() == 0  # nobody had put it off
    gc.disable()
    start.collect_again()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 1000
