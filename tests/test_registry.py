import sys

import pytest

from explorer import registry
from explorer.analysis import ANALYSES
from explorer.app.cli import COMMANDS
from explorer.engine import METRICS
from explorer.errors import UnknownNameError
from explorer.features import FAMILIES
from explorer.features.base import Family
from explorer.importers import IMPORTERS
from explorer.importers.base import Importer
from explorer.registry import Registry, unknown_name
from explorer.views import VIEWS
from explorer.views.base import View

TABLES = (VIEWS, IMPORTERS, FAMILIES, METRICS, ANALYSES, COMMANDS)
ENTRIES = [(table, name) for table in TABLES for name in table]


class Entry:
    """An entry point of another package."""

    def __init__(self, name, value):
        self.name, self.value = name, value


KINDS = {"view": View, "importer": Importer, "family": Family}


@pytest.mark.parametrize(("table", "name"), ENTRIES, ids=[f"{t.kind}-{n}" for t, n in ENTRIES])
def test_every_entry_loads_and_is_what_its_table_holds(table, name):
    found = table[name]
    if table.kind in KINDS:
        assert issubclass(found, KINDS[table.kind])
    elif table is METRICS:
        assert found.name == name
    else:
        assert callable(found)


def test_tables_have_names_of_their_own():
    kinds = [table.kind for table in TABLES]
    assert len(set(kinds)) == len(kinds)


def test_table_imports_nothing_until_it_is_asked():
    sys.modules.pop("this", None)
    table = Registry("thing", {"zen": "this:s"})
    assert list(table) == ["zen"]
    assert "zen" in table
    assert "this" not in sys.modules


def test_unknown_name_lists_what_there_is_and_the_nearest():
    with pytest.raises(UnknownNameError) as caught:
        VIEWS["galery"]
    text = str(caught.value)
    assert "No view is called 'galery'." in text
    assert all(name in text for name in VIEWS)
    assert text.endswith("Did you mean 'gallery'?")
    assert isinstance(caught.value, KeyError)


def test_name_of_nothing_says_none():
    assert str(unknown_name("model", "x", [])) == "No model is called 'x'. There are: none."


def test_other_packages_add_things_and_built_ins_win(monkeypatch):
    asked = []

    def found(group):
        asked.append(group)
        return [Entry("maps", "math:tau"), Entry("curves", "math:inf")]

    monkeypatch.setattr(registry, "entry_points", found)
    table = Registry("view", {"curves": "math:pi"})
    assert asked == ["explorer.views"]
    assert table["maps"] == pytest.approx(6.2832, abs=1e-4)
    assert table["curves"] == pytest.approx(3.1416, abs=1e-4)
    assert len(table) == 2
