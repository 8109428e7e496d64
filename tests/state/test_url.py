"""A state is a link; a link that cannot be honoured is told, and never breaks anything."""

import json
import time
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.state.selection import Selection, fields
from explorer.state.url import from_query, to_query


def link(choices, state):
    return to_query(Selection(**state), choices.initial(), choices)


def restore(choices, query):
    return from_query(query, choices, choices.initial())


@st.composite
def states(draw, choices):
    """Any state that a user can reach by choosing one thing after another."""
    state = choices.initial()
    for field in draw(st.lists(st.sampled_from(fields()), max_size=8)):
        options = choices.options("times" if field == "time" else field, state)
        if field in ("pinned", "stimuli"):
            chosen = tuple(draw(st.lists(st.sampled_from(list(options)), max_size=3)))
        elif options:
            chosen = draw(st.sampled_from(list(options)))
        elif field == "window":
            chosen = (draw(st.floats(-1, 0)), draw(st.floats(0, 1)))
        elif field == "vertex":
            chosen = draw(st.integers(-1, 1283))
        else:
            chosen = draw(st.floats(-10, 10))
        state = choices.settle(state, {field: chosen})
    return state


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_any_state_comes_back_from_its_link(choices, data):
    state = data.draw(states(choices))
    query = link(choices, state)
    assert restore(choices, query) == (state, [])


def test_time_at_which_the_page_opens_survives_a_change_of_modality(choices):
    state = choices.settle(choices.initial(), {"modality": "eeg"})
    state = choices.settle(state, {"time": 0.0})
    query = link(choices, state)
    assert restore(choices, query)[0]["time"] == 0.0


def test_link_leaves_out_what_is_as_at_the_start(choices):
    initial = choices.initial()
    assert link(choices, initial) == ""
    changed = {**initial, "roi": "late", "stimuli": (3, 4)}
    assert link(choices, changed) == "?roi=late&stimuli=%5B3%2C+4%5D"


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("?roi=FFA", "roi", "all, early, middle, late, last, silent"),
        ("?layer=7", "layer", "there are 0 to 6"),
        ("?layer=deep", "layer", "there are 0 to 6"),
        ("?model=gpt", "model", "planted"),
        ("?subject=sub-09", "subject", "group, sub-01"),
        ("?modality=meg", "modality", "fmri, eeg, ieeg"),
        ("?stimuli=[1,999]", "stimuli", "1, 2, 3"),
        ("?colour=red", "colour", "no such field"),
    ],
)
def test_unknown_value_is_refused_with_what_there_is(choices, query, field, told):
    state, refused = restore(choices, query)
    assert state == choices.initial()
    assert [r.field for r in refused] == [field]
    assert told in str(refused[0])


def test_one_bad_value_leaves_the_others(choices):
    state, refused = restore(choices, "?roi=late&layer=99&stimulus=7")
    assert (state["roi"], state["layer"], state["stimulus"]) == ("late", 6, 7)
    assert [r.field for r in refused] == ["layer"]


def test_last_of_two_values_counts(choices):
    assert restore(choices, "?layer=1&layer=2")[0]["layer"] == 2


HOSTILE = {
    "10 MB": "?roi=" + "a" * 10**7,
    "nested lists": "?stimuli=" + "[" * 19_000,
    "nested objects": "?window=" + quote('{"a":' * 3000),
    "lists of lists": "?" + urlencode({"window": "[[[1]]]", "stimuli": "[[1],[2]]"}),
    "NaN": "?time=NaN&threshold=Infinity&layer=NaN&stimulus=-Infinity",
    "huge numbers": "?layer=" + "9" * 5000 + "&vertex=1e999&time=1e308",
    "control characters": "?roi=%00%1b%0d%0aSet-Cookie:a&model=%ff%fe",
    "markup": "?roi=" + quote("<script>alert(1)</script>"),
    "doubled keys": "?" + "&".join(f"roi={k}" for k in range(150)),
    "1000 fields": "?" + "&".join(f"f{k}=1" for k in range(1000)),
    "no value": "?roi&layer=&stimuli=",
    "percent signs": "?%%%=%zz&roi=%",
    "path": "?atlas=../../etc&subject=../../..&variant=/etc/passwd",
}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_link_gives_a_state_of_the_study_at_once(choices, query):
    started = time.monotonic()
    state, refused = restore(choices, query)
    assert time.monotonic() - started < 0.5
    assert all(choices.allows(f, state[f], state) for f in fields())
    assert refused
    assert all(len(r.value) <= 61 for r in refused)
    json.dumps(state, allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*fields(), "x"]), st.text(max_size=20), max_size=6))
def test_any_text_gives_a_state_of_the_study(choices, given_texts):
    state, _ = restore(choices, "?" + urlencode(given_texts, errors="replace"))
    assert all(choices.allows(f, state[f], state) for f in fields())
    Selection(**state)


def test_short_link_is_not_taken_for_a_long_one(choices):
    long = "?stimuli=" + quote(json.dumps(list(range(1, 49)) * 2))
    assert restore(choices, long)[1] == []
