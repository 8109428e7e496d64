"""One tab: controls, keys, link, and what is shown when it cannot be built."""

import pytest

from explorer.app import notices
from explorer.app import server as module
from explorer.app.server import Server
from explorer.app.settings import Settings
from explorer.app.shell import Shell
from explorer.errors import StudyError
from explorer.state.jobs import JobQueue
from explorer.views import VIEWS


@pytest.fixture
def jobs():
    queue = JobQueue()
    yield queue
    queue.close()


@pytest.fixture
def settings(computed_study, home):
    return Settings(study=computed_study.path, home=home, device="cpu")


@pytest.fixture
def shell(computed_study, jobs, settings):
    made = Shell(computed_study, jobs, settings, lambda function: function())
    made.page()
    yield made
    made.close()


@pytest.fixture
def warned(monkeypatch):
    texts = []
    monkeypatch.setattr(notices, "warn_all", texts.extend)
    return texts


def select_of(shell, field):
    return shell.controls._selects[field]


def frames_of(page):
    classes = {c for o in page.main[0].select() for c in o.css_classes}
    return {name for name in VIEWS if f"view-{name}" in classes}


def test_page_holds_a_frame_for_every_view_once_its_tab_was_seen(shell):
    page = shell.page()
    assert frames_of(page) == {*shell._grid, shell._active}
    for name in shell._tabbed:
        shell._see(name)
    assert frames_of(page) == set(VIEWS)


def test_control_writes_the_selection_and_follows_it(shell):
    select_of(shell, "roi").value = "late"
    assert shell.workspace.selection.roi == "late"
    shell.workspace.select(roi="early", layer=2)
    assert select_of(shell, "roi").value == "early"
    assert shell.controls._layer.value == 2


def test_controls_offer_what_there_is_to_choose(shell):
    shell.workspace.select(modality="eeg")
    assert list(select_of(shell, "channel").options.values()) == [
        "", "Oz", "POz", "Pz", "Cz", "Fz",
    ]  # fmt: skip
    assert not select_of(shell, "atlas").visible
    assert shell.controls._time.visible
    assert shell.controls._time.value == pytest.approx(0.2)


def test_model_that_is_not_extracted_says_so(shell):
    labels = {v: k for k, v in select_of(shell, "model").options.items()}
    assert labels["category"].endswith("(not extracted)")
    assert labels["planted"] == "planted"


@pytest.mark.parametrize(
    ("keys", "layer"),
    [(["ArrowLeft"], 5), (["ArrowRight"], 6), (["ArrowLeft"] * 9, 0)],
)
def test_arrows_step_the_layer_and_stop_at_its_ends(shell, keys, layer):
    for key in keys:
        shell.bridge._handle_msg({"key": key})
    assert shell.workspace.selection.layer == layer


def test_arrows_with_shift_step_the_time(shell):
    shell.workspace.select(modality="eeg", time=0.2)
    shell.bridge._handle_msg({"key": "ArrowRight", "shift": True})
    assert shell.workspace.selection.time == pytest.approx(0.22)
    for _ in range(50):
        shell.bridge._handle_msg({"key": "ArrowLeft", "shift": True})
    assert shell.workspace.selection.time == pytest.approx(-0.1)


def test_escape_clears_what_was_chosen(shell):
    shell.workspace.select(stimulus=3, stimuli=(3, 4), pinned=("early",), roi="late")
    shell.bridge._handle_msg({"key": "Escape"})
    selection = shell.workspace.selection
    assert (selection.stimulus, selection.stimuli, selection.pinned) == (-1, (), ())
    assert selection.roi == "late"


def test_address_follows_the_selection_and_back_leads_back(shell):
    shell.workspace.select(roi="late")
    first = shell.bridge.query
    assert first == "?roi=late"
    shell.workspace.select(roi="early", layer=2)
    shell.bridge._handle_msg({"query": first})
    assert (shell.workspace.selection.roi, shell.workspace.selection.layer) == ("late", 6)
    shell.bridge._handle_msg({"query": ""})
    assert shell.workspace.selection.to_dict() == shell.workspace.initial


def test_link_that_asks_for_too_much_is_told_and_corrected(shell, warned):
    shell.go("?roi=FFA&layer=2")
    assert shell.workspace.selection.layer == 2
    assert shell.bridge.query == "?layer=2"
    assert len(warned) == 1
    assert "roi 'FFA' in the link is unknown; there are: all, early" in warned[0]


def test_status_says_that_data_are_simulated_and_escapes_what_it_shows(shell):
    assert "simulated data" in shell._status.object
    assert "n = 48 stimuli" in shell._status.object
    assert "no job running" in shell._status.object


def test_closed_tab_hears_nothing_more(computed_study, jobs, settings):
    shell = Shell(computed_study, jobs, settings, lambda function: function())
    shell.page()
    shell.close()
    before = (shell.bridge.query, shell.views["layers"]._cursor.location)
    shell.workspace.select(layer=1)
    assert (shell.bridge.query, shell.views["layers"]._cursor.location) == before
    assert jobs._listeners == {}
    owners = (shell.workspace, shell.workspace.selection)
    left = [w for o in owners for w in plain_watchers(o)]
    assert left == []


def plain_watchers(owner):
    """Watchers of others than the workspace itself."""
    every = [w for found in owner.param.watchers.values() for ws in found.values() for w in ws]
    return [w for w in every if w.precedence >= 0]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (StudyError("The study lacks responses. Import some."), "The study lacks responses."),
        (ZeroDivisionError("inner"), "Something broke; the log has the details."),
    ],
)
def test_page_that_cannot_be_built_says_why(
    computed_study, jobs, settings, monkeypatch, caplog, error, told
):
    def fail(*_arguments):
        raise error

    monkeypatch.setattr(module, "Shell", fail)
    page = Server(computed_study, settings, jobs).page()
    alert = page.main[0]
    assert alert.alert_type == "error"
    assert alert.object.startswith(told)
    assert ("inner" in caplog.text) == isinstance(error, ZeroDivisionError)
