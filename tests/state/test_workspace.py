"""The arrays of a tab follow its selection, together and once."""

import time

import numpy as np
import pytest

from explorer.state import workspace as module
from explorer.state.workspace import Workspace

READERS = (
    "read_map", "read_curves", "read_ranking", "read_courses", "read_contacts", "read_planted",
    "read_pairs",
)  # fmt: skip


@pytest.fixture
def counted(monkeypatch):
    """How often each array was read."""
    counts = dict.fromkeys(READERS, 0)
    for name in READERS:
        monkeypatch.setattr(module, name, _count(counts, name, getattr(module, name)))
    return counts


def _count(counts, name, read):
    def reader(*arguments):
        counts[name] += 1
        return read(*arguments)

    return reader


def test_several_changes_read_each_array_once(workspace, counted):
    workspace.select(roi="late", layer=2, subject="sub-02", stimulus=5)
    assert counted == dict.fromkeys(READERS, 1)


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        (
            {"layer": 2},
            {"read_map", "read_ranking", "read_courses", "read_planted", "read_pairs"},
        ),
        ({"metric": "r2"}, {*READERS} - {"read_pairs"}),
        ({"pinned": ("early",)}, {"read_curves"}),
        ({"stimulus": 3}, {"read_map", "read_ranking", "read_courses"}),
        ({"order": "lowest"}, {"read_ranking"}),
        ({"quantity": "best_layer"}, {"read_map"}),
        ({"stimuli": (3, 4)}, set()),
        ({"threshold": 0.2}, set()),
    ],
)
def test_change_reads_what_depends_on_it(workspace, counted, changes, read):
    workspace.select(**changes)
    assert {name for name, n in counted.items() if n} == read


def test_same_state_reads_nothing(workspace, counted):
    workspace.select(**workspace.selection.to_dict())
    assert counted == dict.fromkeys(READERS, 0)


def test_watchers_never_see_old_arrays_with_a_new_selection(workspace):
    seen = []

    def look(*_events):
        main = workspace.curves.curves[0]
        seen.append((workspace.selection.roi, main.score, workspace.pairs.brain.label))

    workspace.select(subject="sub-01")
    workspace.selection.param.watch(look, ["roi", "layer"])
    workspace.select(roi="late", layer=3)
    workspace.select(roi="early")
    direct = [roi for roi, _, _ in seen]
    assert direct == ["late", "early"]
    for roi, score, label in seen:
        assert label == f"sub-01, {roi}"
        assert int(np.argmax(score)) == {"late": 5, "early": 1}[roi]


def test_wish_for_what_is_there_lacks_nothing(workspace):
    assert not workspace.lacks(workspace.wish())
    assert not workspace.lacks(workspace.wish(only_rdms=True))  # its ceiling needed them all
    workspace.select(subject="sub-02", metric="rdm_spearman")
    assert workspace.lacks(workspace.wish())


def test_wish_has_a_step_per_subject_and_states_its_cost(workspace):
    workspace.select(metric="r2")
    wish = workspace.wish()
    assert [s["wish"]["subject"] for s in wish.steps] == ["sub-01", "sub-02", "sub-03"]
    assert {s["wish"]["measure"] for s in wish.steps} == {"r2"}
    assert wish.cost.startswith("about ")
    assert wish.cost.endswith(" MB")
    assert "planted" in wish.title


def test_wish_for_a_model_without_features_begins_with_them(workspace):
    workspace.select(model="category")
    wish = workspace.wish()
    assert wish.steps[0] == {"extract": {"model": "category", "variant": ""}}
    assert wish.title.startswith("features, then")
    assert workspace.lacks(wish)


def test_tabs_that_wish_the_same_get_one_job(computed_study, jobs, monkeypatch):
    monkeypatch.setattr(jobs, "_work", lambda: None)  # nobody works: jobs stay queued
    tabs = [Workspace(computed_study, jobs, "cpu") for _ in range(2)]
    for tab in tabs:
        tab.select(metric="r2")
    first, second = (tab.start(tab.wish()) for tab in tabs)
    assert first is second
    tabs[1].select(roi="late")  # a region is picked from the same result
    assert tabs[1].start(tabs[1].wish()) is first
    tabs[1].select(subject="sub-02")
    assert tabs[1].start(tabs[1].wish()) is not first
    assert tabs[0].job_for(tabs[0].wish()) is first


def test_job_of_another_study_is_not_taken_for_ones_own(computed_study, copied, jobs, monkeypatch):
    monkeypatch.setattr(jobs, "_work", lambda: None)
    here, there = Workspace(computed_study, jobs, "cpu"), Workspace(copied, jobs, "cpu")
    assert here.start(here.wish()) is not there.start(there.wish())


def test_results_of_another_process_are_seen_when_its_job_is_done(copied, jobs):
    workspace = Workspace(copied, jobs, "cpu")
    workspace.select(subject="sub-01", metric="r2")
    assert workspace.curves.curves == ()
    assert [s.metric for s in workspace.curves.missing] == ["r2"]
    seen = []
    workspace.param.watch(lambda event: seen.append(event.new), "jobs_seen")
    jobs.subscribe(workspace.job_changed)
    job = workspace.start(workspace.wish())
    wait(lambda: workspace.revision)  # a listener is told by the thread that follows the job
    assert job.status == "done"
    assert workspace.curves.curves[0].name == "planted"
    assert workspace.revision == 1
    assert len(seen) >= 2


def wait(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def test_group_needs_the_result_of_every_subject(workspace):
    workspace.select(metric="rdm_spearman")
    assert len(workspace.curves.missing) == 2
    assert workspace.curves.curves == ()
    workspace.select(subject="sub-01")
    assert workspace.curves.missing == ()
