import numpy as np
import pytest

from explorer.widgets.stimulus_list import MAX_ASKED, StimulusList, pack, span

IDS = np.array([3, 1, 2])
LABELS = ("predicted", "measured")


@pytest.fixture
def made():
    def make(**options):
        events = []
        made = StimulusList(
            on_pick=lambda stimulus, more: events.append((stimulus, more)),
            on_clear=lambda: events.append("clear"),
            **options,
        )
        made.events, made.sent = events, []
        made._send_msg = made.sent.append
        return made

    return make


def changes_of(shown, *arguments):
    changed = []
    names = [n for n in shown.param if n != "name"]
    watcher = shown.param.watch(lambda *events: changed.extend(e.name for e in events), names)
    shown.show(*arguments)
    shown.param.unwatch(watcher)
    return changed


def test_nothing_is_sent_if_nothing_changed(made):
    shown = made()
    values, seconds = np.array([3.0, 2.0, np.nan]), np.full(3, np.nan)
    shown.show(IDS, values, seconds, LABELS)
    assert changes_of(shown, IDS.copy(), values.copy(), seconds.copy(), LABELS) == []


def test_all_that_changed_is_sent_at_once(made):
    shown = made()
    shown.show(IDS, np.array([3.0, 2.0, 1.0]), np.ones(3), LABELS)
    changed = changes_of(shown, IDS[::-1], np.array([3.0, 2.0, 0.5]), np.zeros(3), LABELS)
    assert changed == ["content"]


def test_a_list_is_packed_into_one_piece_of_bytes():
    notes = ("held out", "", "held out")
    packed = pack(IDS, np.array([3.0, np.nan, 1.0]), np.array([-1.0, 0, 2]), LABELS, notes)
    assert (packed["n"], packed["labels"], packed["words"]) == (3, list(LABELS), ["held out", ""])
    assert (packed["span"], packed["second_span"]) == ([0.0, 3.0], [-1.0, 2.0])
    parts = np.frombuffer(packed["bytes"], "<i4").reshape(4, 3)
    np.testing.assert_array_equal(parts[0], IDS)
    np.testing.assert_array_equal(parts[1].view("<f4"), np.float32([3, np.nan, 1]))
    np.testing.assert_array_equal(parts[2].view("<f4"), [-1, 0, 2])
    np.testing.assert_array_equal(parts[3], [0, 1, 0])


def test_a_list_without_notes_or_without_stimuli_is_packed():
    packed = pack(IDS, np.ones(3), np.ones(3), LABELS)
    assert packed["words"] == [""]
    assert np.frombuffer(packed["bytes"], "<i4").reshape(4, 3)[3].tolist() == [0, 0, 0]
    nothing = pack(np.array([]), np.array([]), np.array([]), LABELS)
    assert (nothing["n"], nothing["bytes"], nothing["span"]) == (0, b"", [0.0, 1.0])


def test_texts_are_sent_for_the_ids_that_are_asked(made):
    shown = made(kind="rows", texts=lambda ids: {i: f"text {i}" for i in ids if i != 2})
    shown._handle_msg({"need": [1, 2]})
    assert shown.sent == [{"texts": [[1, "text 1"], [2, ""]]}]


def test_pictures_are_sent_in_one_piece_with_their_lengths(made):
    shown = made(kind="tiles", pictures=lambda ids: {1: b"abc", 3: b"de"})
    shown._handle_msg({"need": [1, 2, 3]})
    assert shown.sent == [{"pictures": [[1, 3], [2, 0], [3, 2]], "bytes": b"abcde"}]


def test_one_message_cannot_ask_for_everything(made):
    asked = []
    shown = made(kind="rows", texts=lambda ids: asked.extend(ids) or {})
    shown._handle_msg({"need": list(range(10**5))})
    assert len(asked) == MAX_ASKED


def test_picks_and_double_clicks_are_passed_on(made):
    shown = made()
    shown._handle_msg({"pick": 3})
    shown._handle_msg({"pick": 1, "more": True})
    shown._handle_msg({"clear": True})
    assert shown.events == [(3, False), (1, True), "clear"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 3.0, np.nan], [0, 3]),
        ([-2.0, -1.0], [-2, 0]),
        ([np.nan, np.nan], [0, 1]),
        ([], [0, 1]),
    ],
)
def test_bars_start_at_zero(values, expected):
    assert span(np.array(values)) == expected
