"""The computing process: lines of JSON in, lines of JSON out."""

import json
import subprocess
import sys
import time

import pytest

from explorer.study.study import Study

WISH = {"modality": "eeg", "subject": "sub-01", "model": "planted", "measure": "pearson"}
QUICK = {**WISH, "n_bootstraps": 5, "n_permutations": 5}


class Process:
    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "explorer.analysis.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def send(self, **message):
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def ask(self, study, identity, *steps):
        request = {"id": identity, "study": str(study.path), "overlay": None, "device": "cpu"}
        self.send(**request, steps=list(steps))

    def answers(self, identity):
        """All answers about a request, the last one ends it."""
        found = []
        for line in self._process.stdout:
            found.append(json.loads(line))
            assert found[-1]["id"] == identity
            if "share" not in found[-1]:
                return found
        raise AssertionError("the process ended")

    def end(self):
        self._process.stdin.close()
        code = self._process.wait(timeout=10)
        self._process.stdout.close()
        return code


@pytest.fixture(scope="module")
def worker():
    started = Process()
    yield started
    started.end()


def test_request_is_answered_by_progress_and_the_names_of_results(worker, study):
    worker.ask(study, "a", {"wish": QUICK}, {"rdms": {**WISH, "measure": "rdm_spearman"}})
    *progress, last = worker.answers("a")
    shares = [answer["share"] for answer in progress]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1
    assert all("planted" in answer["note"] for answer in progress)
    assert len(last["result"]) == 3
    study.refresh()
    assert set(last["result"]) == set(study.groups("results/"))


def test_names_that_do_not_exist_are_told_and_the_process_goes_on(worker, study):
    worker.ask(study, "b", {"wish": {**QUICK, "model": "plantd"}})
    assert "plantd" in worker.answers("b")[-1]["error"]
    worker.ask(study, "c", {"wish": QUICK})
    assert "result" in worker.answers("c")[-1]


def test_fault_of_the_program_is_told_with_its_traceback(worker, study):
    worker.ask(study, "d", {"wish": {**QUICK, "alphas": "many"}})
    last = worker.answers("d")[-1]
    assert last["error"] == "Something broke; the log has the details."
    assert "Traceback" in last["log"]


def test_cancelled_request_stores_nothing(worker, study):
    worker.ask(study, "e", {"wish": {**QUICK, "n_permutations": 20_000}})
    worker.send(cancel="e")
    assert "Nothing half-done was stored" in worker.answers("e")[-1]["cancelled"]
    assert not Study(study.path).groups("results/")


def test_cancel_of_one_request_leaves_the_next_alone(worker, study):
    worker.send(cancel="f")
    worker.ask(study, "g", {"wish": QUICK})
    assert "result" in worker.answers("g")[-1]


def test_process_ends_with_its_input_even_at_work(study):
    process = Process()
    process.ask(study, "a", {"wish": {**WISH, "n_permutations": 1_000_000}})
    started = time.monotonic()
    assert process.end() == 0
    assert time.monotonic() - started < 5
