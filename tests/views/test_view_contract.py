"""What holds of every view."""

import pytest

from explorer.errors import AnalysisError
from explorer.state import workspace as module
from explorer.state.selection import fields
from explorer.state.workspace import PICKS, Workspace
from explorer.views import VIEWS

SHARED = sorted(set(Workspace.param) - {"name", "selection"})
READERS = {name: f"read_{'map' if name == 'surface' else name}" for name in PICKS}


def text_of(view):
    return view._reason.object


def count_updates(view, monkeypatch):
    counts = []
    original = view.update
    monkeypatch.setattr(view, "update", lambda: (counts.append(1), original()))
    return counts


def change(workspace, field):
    owner = workspace.selection if field in fields() else workspace
    owner.param.trigger(field)


@pytest.mark.parametrize("name", VIEWS)
def test_view_has_a_title_and_names_fields_that_exist(name):
    view = VIEWS[name]
    assert view.title
    assert set(view.reads) <= {*fields(), *SHARED}
    assert set(view.writes) <= set(fields())
    assert view.reads


@pytest.mark.parametrize("name", VIEWS)
def test_view_updates_once_for_what_it_reads_and_never_for_the_rest(tab, monkeypatch, name):
    for array, reader in READERS.items():
        now = getattr(tab.workspace, array)
        monkeypatch.setattr(module, reader, lambda *_, now=now: now)
    view = tab.open(name)
    counts = count_updates(view, monkeypatch)
    moved = {}
    for field in [*fields(), *SHARED]:
        counts.clear()
        change(tab.workspace, field)
        assert counts == []  # not before the turn ends
        tab.end_turn()
        moved[field] = len(counts)
    fed = set(PICKS) & set(view.reads)
    for field, n in moved.items():
        expected = field in view.reads or bool(fed & feeds(field))
        assert n == int(expected), field


def feeds(field):
    """Arrays that are set anew when ``field`` changes."""
    model = {"modality", "subject", "model", "variant", "atlas", "revision"}
    place = model | {"roi", "channel", "time"}
    fed = {
        "surface": model | {"metric", "layer", "baseline", "quantity", "stimulus"},
        "curves": place | {"metric", "pinned"},
        "ranking": place | {"metric", "layer", "stimulus", "order"},
        "courses": model | {"metric", "layer", "roi", "channel", "stimulus", "trace"},
        "contacts": model | {"metric"},
        "planted": model | {"metric", "layer"},
        "pairs": place | {"layer"},
    }
    return {name for name, fields_of in fed.items() if field in fields_of}


@pytest.mark.parametrize("name", VIEWS)
def test_many_changes_in_one_turn_are_one_update(tab, monkeypatch, name):
    view = tab.open(name)
    counts = count_updates(view, monkeypatch)
    for field in view.reads:
        change(tab.workspace, field)
        change(tab.workspace, field)
    tab.end_turn()
    assert len(counts) == 1


@pytest.mark.parametrize("name", VIEWS)
def test_view_may_not_write_what_it_does_not_declare(tab, name):
    view = tab.open(name)
    before = tab.workspace.selection.to_dict()
    foreign = next(f for f in fields() if f not in view.writes)
    with pytest.raises(ValueError, match=f"does not declare that it writes .*{foreign}"):
        view.select(**{foreign: before[foreign]})
    assert tab.workspace.selection.to_dict() == before


@pytest.mark.parametrize("name", VIEWS)
def test_hidden_view_waits_and_catches_up_once(tab, monkeypatch, name):
    view = tab.open(name)
    counts = count_updates(view, monkeypatch)
    view.show(False)
    for _ in range(3):
        change(tab.workspace, view.reads[0])
        tab.end_turn()
    assert counts == []
    view.show(True)
    assert len(counts) == 1
    view.show(True)
    assert len(counts) == 1


@pytest.mark.parametrize("name", VIEWS)
def test_closed_view_watches_nothing(tab, monkeypatch, name):
    view = tab.open(name)
    counts = count_updates(view, monkeypatch)
    view.close()
    for field in view.reads:
        change(tab.workspace, field)
    tab.end_turn()
    assert counts == []
    tab.views.clear()


@pytest.mark.parametrize("name", VIEWS)
def test_frame_carries_the_name_of_its_view(tab, name):
    view = tab.open(name)
    assert {"view", f"view-{name}"} <= set(tab.frames[name].css_classes)
    assert f"<h2>{view.title}</h2>" in view._legend.object


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (AnalysisError("Region <b>FFA</b> is empty."), "Region &lt;b&gt;FFA&lt;/b&gt; is empty."),
        (KeyError("inner"), "Something broke in this view; the log has the details."),
    ],
)
def test_view_that_fails_says_so_and_the_others_go_on(whole_tab, monkeypatch, error, told):
    layers, captions = whole_tab.views["layers"], whole_tab.views["captions"]

    def fail():
        raise error

    monkeypatch.setattr(layers, "update", fail)
    whole_tab.workspace.select(layer=2, stimulus=5)
    whole_tab.end_turn()
    assert told in text_of(layers)
    assert "error" in text_of(layers)
    assert not layers._body.visible
    assert captions._list.focus == 5
    assert not captions._reason.visible
    monkeypatch.undo()
    whole_tab.workspace.select(layer=3)
    whole_tab.end_turn()
    assert layers._body.visible
    assert not layers._reason.visible


def test_program_fault_is_logged_with_its_traceback(whole_tab, monkeypatch, caplog):
    monkeypatch.setattr(whole_tab.views["rdm"], "update", lambda: {}["inner"])
    whole_tab.workspace.select(layer=2)
    whole_tab.end_turn()
    assert "view rdm" in caplog.text
    assert "KeyError: 'inner'" in caplog.text
