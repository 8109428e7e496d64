"""Jobs run elsewhere, tell how far they are, stop when told, and never take the app with them."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from explorer.state import jobs as module
from explorer.state.jobs import CANCELLED, DONE, FAILED, QUEUED, RUNNING

FAKE = Path(__file__).parent / "fake_worker.py"


@pytest.fixture
def started(monkeypatch):
    """Computing processes that were started; they follow a script instead of computing."""
    found = []
    original = subprocess.Popen

    def start(_command, **options):
        found.append(original([sys.executable, str(FAKE)], **options))
        return found[-1]

    monkeypatch.setattr(module.subprocess, "Popen", start)
    return found


@pytest.fixture
def submit(jobs, started):
    return lambda step, key=None: jobs.submit(step, "about 1 s", key or step, {"steps": [step]})


def wait(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_job_runs_tells_its_progress_and_names_its_results(jobs, submit):
    told = []
    jobs.subscribe(lambda job: told.append((job.status, job.share, job.note)))
    job = submit("work")
    wait(lambda: not job.active)
    wait(lambda: len(told) == 4)
    assert told == [(QUEUED, 0, ""), (RUNNING, 0, ""), (RUNNING, 0.5, "half way"), (DONE, 1, "")]
    assert job.results == ("results/rdm/1",)


def test_process_stays_for_the_next_job(submit, started):
    for k in range(2):
        job = submit("work", key=str(k))
        wait(lambda job=job: job.status == DONE)
    assert len(started) == 1


def test_error_of_the_process_is_the_jobs_note(submit):
    job = submit("fail")
    wait(lambda: not job.active)
    assert (job.status, job.note) == (FAILED, "It cannot be done. Take less.")


def test_same_work_is_done_once_at_a_time(jobs, submit):
    first, second = submit("long", key="same"), submit("long", key="same")
    assert first is second
    jobs.cancel(first)
    wait(lambda: not first.active)
    third = submit("work", key="same")
    assert third is not first
    wait(lambda: third.status == DONE)


@pytest.mark.parametrize("step", ["polite", "long"])
def test_job_is_stopped_within_a_second(jobs, submit, step):
    job = submit(step)
    wait(lambda: job.share == 0.5)
    asked = time.monotonic()
    jobs.cancel(job)
    wait(lambda: not job.active)
    assert time.monotonic() - asked < 1
    assert job.status == CANCELLED


def test_polite_process_survives_its_cancelled_job(jobs, submit, started):
    job = submit("polite")
    wait(lambda: job.share == 0.5)
    jobs.cancel(job)
    wait(lambda: job.status == CANCELLED)
    time.sleep(module.CANCEL_SECONDS + 0.1)  # when it would have been killed
    following = submit("work")
    wait(lambda: following.status == DONE)
    assert len(started) == 1


def test_job_after_a_stopped_one_runs_in_a_new_process(jobs, submit, started):
    job = submit("long")
    wait(lambda: job.share == 0.5)
    following = submit("work")
    jobs.cancel(job)
    wait(lambda: following.status == DONE)
    assert len(started) == 2
    wait(lambda: started[0].poll() is not None)


def test_waiting_job_is_stopped_before_it_begins(jobs, submit):
    first, second = submit("long"), submit("work")
    wait(lambda: first.status == RUNNING)
    jobs.cancel(second)
    assert (second.status, second.note) == (CANCELLED, "Stopped before it began.")
    jobs.cancel(first)
    third = submit("work")
    wait(lambda: third.status == DONE)
    assert second.started is None


@pytest.mark.parametrize("how", ["by itself", "killed"])
def test_process_that_dies_fails_its_job_and_the_next_one_runs(submit, started, how):
    job = submit("die" if how == "by itself" else "long")
    if how == "killed":
        wait(lambda: job.share == 0.5)
        started[0].kill()
    wait(lambda: not job.active)
    assert job.status == FAILED
    assert f"code {3 if how == 'by itself' else -9}" in job.note
    assert "The app goes on" in job.note
    following = submit("work")
    wait(lambda: following.status == DONE)
    assert len(started) == 2


def test_ended_processes_leave_no_pipe_open(jobs, submit, started):
    job = submit("long")
    wait(lambda: job.share == 0.5)
    jobs.cancel(job)
    following = submit("work")
    wait(lambda: following.status == DONE)
    jobs.close()
    for process in started:
        wait(lambda process=process: process.returncode is not None)
        pipes = (process.stdin, process.stdout, process.stderr)
        wait(lambda pipes=pipes: all(pipe.closed for pipe in pipes))


def test_closing_ends_the_process_even_at_work(jobs, submit, started):
    job = submit("long")
    wait(lambda: job.share == 0.5)
    jobs.close()
    wait(lambda: started[0].poll() is not None)
    wait(lambda: not job.active)


def test_closing_gives_up_what_waits(jobs, submit, started):
    running, waiting = submit("long"), submit("work")
    wait(lambda: running.share == 0.5)
    jobs.close()
    wait(lambda: not waiting.active)
    assert waiting.status == CANCELLED
    assert len(started) == 1


def test_listener_that_has_left_is_told_nothing(jobs, submit):
    told = []
    leave = jobs.subscribe(told.append)
    leave()
    job = submit("work")
    wait(lambda: job.status == DONE)
    assert told == []


def test_time_left_follows_the_pace_so_far(submit):
    job = submit("long")
    wait(lambda: job.share == 0.5)
    job.started = time.monotonic() - 10
    assert job.seconds_left == pytest.approx(10, abs=0.5)
    job.share = 0.01
    assert job.seconds_left is None
