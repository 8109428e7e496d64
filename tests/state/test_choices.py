"""Whatever is changed, the state that follows is one that the study has."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.errors import StudyError
from explorer.state.choices import Choices
from explorer.state.selection import fields
from explorer.study.study import Study

ROUNDS = settings(max_examples=60, deadline=None)
ANYTHING = {
    **dict.fromkeys(
        ("modality", "subject", "model", "baseline", "variant", "metric", "atlas", "roi"),
        st.text(max_size=5) | st.sampled_from(["fmri", "eeg", "ieeg", "rdm", "group", "sub-02"]),
    ),
    "channel": st.sampled_from(["", "Oz", "LT1", "nowhere"]),
    "layer": st.integers(0, 20),
    "vertex": st.integers(-1, 10**6),
    "stimulus": st.integers(-1, 200),
    "time": st.floats(-1e6, 1e6),
    "threshold": st.floats(-1, 1),
    "pinned": st.lists(st.sampled_from(["early", "HG", "x"]), max_size=3).map(tuple),
    "stimuli": st.lists(st.integers(-5, 130), max_size=4).map(tuple),
    "window": st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
}
CHANGES = st.fixed_dictionaries({}, optional=ANYTHING)


@ROUNDS
@given(st.lists(CHANGES, min_size=1, max_size=4))
def test_settled_state_is_allowed_in_every_field(choices, several):
    state = choices.initial()
    for changes in several:
        state = choices.settle(state, changes)
    assert set(state) == set(fields())
    wrong = [f for f in fields() if not choices.allows(f, state[f], state)]
    assert wrong == []
    times = choices.options("times", state)
    assert not times or times[0] <= state["time"] <= times[-1]


@ROUNDS
@given(CHANGES)
def test_settling_twice_changes_nothing_more(choices, changes):
    state = choices.settle(choices.initial(), changes)
    assert choices.settle(state, {}) == state


def test_what_still_fits_stays(choices):
    state = choices.settle(choices.initial(), {"roi": "late", "layer": 2, "stimulus": 7})
    moved = choices.settle(state, {"subject": "sub-02"})
    assert (moved["roi"], moved["layer"], moved["stimulus"]) == ("late", 2, 7)


def test_modality_brings_its_own_subject_place_and_time(choices):
    state = choices.settle(choices.initial(), {"roi": "late", "pinned": ("early",)})
    eeg = choices.settle(state, {"modality": "eeg"})
    assert (eeg["roi"], eeg["pinned"], eeg["atlas"]) == ("all", (), "")
    assert eeg["time"] == pytest.approx(0.2)
    story = choices.settle(eeg, {"modality": "ieeg"})
    assert (story["subject"], story["variant"]) == ("sub-01", "word")


def test_opening_state_is_the_group_at_the_deepest_layer(choices):
    state = choices.initial()
    assert (state["modality"], state["subject"], state["model"]) == ("fmri", "group", "planted")
    assert (state["metric"], state["layer"], state["roi"]) == ("pearson", 6, "all")


def test_study_without_responses_says_how_to_import_some(tmp_path):
    empty = Choices(Study.create(tmp_path / "empty", title="empty"))
    with pytest.raises(StudyError, match="python -m explorer import"):
        empty.initial()


def test_what_there_is_is_told(choices):
    state = choices.initial()
    assert choices.describe("layer", state) == "there are 0 to 6"
    assert choices.describe("roi", state).startswith("there are: all, early, middle")
    assert choices.describe("stimulus", state).endswith("and 36 more")


def test_models_that_need_a_download_or_a_family_to_come_are_not_offered(synthetic_study):
    offered = Choices(synthetic_study).extractable("eeg")
    assert set(offered) <= {"minilm", "gabor", "category"}
    assert offered
