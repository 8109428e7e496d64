"""The same result from several processes, of which one is killed; and clear errors without them."""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from explorer.analysis import cluster, encoding_parts
from explorer.analysis.cluster import Scheduler, open_client, read_options, run_on
from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec
from explorer.errors import AnalysisError, Cancelled, StudyError
from explorer.study.study import Study

FEW = {"n_bootstraps": 20, "n_permutations": 30}
TWO = Scheduler("processes:2")


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """Dask tells of every worker that starts and ends; here one is killed on purpose."""
    names = ("distributed", "distributed.nanny", "distributed.scheduler", "distributed.core")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def wide(tiny):
    """Four layers, repeats and a split."""
    feature = tiny.normal(60, 4, 8)
    response = feature[:, 2] @ tiny.normal(8, 40, seed=1) + tiny.normal(2, 60, 40, seed=2)
    return tiny.write(feature, response, split=["train"] * 40 + ["test"] * 20)


def spec_of(study, **choices):
    return make_spec(study, "fmri", "sub-01", "tiny", "pearson", **{**FEW, **choices})


def alone(study, tmp_path):
    """The same, computed in this process."""
    beside = Study(study.path, tmp_path / "alone")
    beside.read_only = True
    return beside[run_specs(beside, [spec_of(beside)], Run("cpu"))[0]].load()


def kill_one(client, parts):
    """Kill a worker's process as soon as a first part is there."""
    pids = list(client.run(os.getpid).values())

    def wait():
        while not list(parts.glob("**/*resumable*/layer-*.npz")):
            time.sleep(0.01)
        os.kill(pids[0], signal.SIGKILL)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread, pids[0]


def test_result_of_two_processes_of_which_one_is_killed_is_the_local_one(wide, tmp_path):
    expected = alone(wide, tmp_path)
    steps = []
    with open_client(TWO) as client:
        thread, pid = kill_one(client, wide.path)
        run = Run("cpu", lambda *step: steps.append(step))
        specs = [spec_of(wide), spec_of(wide, seed=1), wide_rdm(wide)]
        names = run_on(client, wide, specs, run)
        thread.join()
        assert pid not in client.run(os.getpid).values()
    assert all(name in wide for name in names)
    found = wide[names[0]].load()
    for name in expected.data_vars:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)
    assert not list(wide.path.rglob("*resumable*"))
    assert any("parts" in note for _, _, note in steps)


def wide_rdm(study):
    return make_spec(study, "fmri", "sub-01", "tiny", "rdm_pearson", **FEW)


def test_cancel_stops_the_parts_and_keeps_what_is_done(wide):
    with open_client(TWO) as client:

        def done():
            return list(wide.path.rglob("layer-*.npz"))

        with pytest.raises(Cancelled):
            run_on(client, wide, [spec_of(wide)], Run("cpu", cancelled=lambda: bool(done())))
    assert not wide.groups("results/")
    assert done()


def test_error_of_a_part_is_told(tiny):
    study = tiny.write(tiny.normal(60, 4, 300), tiny.normal(60, 5, seed=1))
    spec = spec_of(study)
    (study.path / "features/tiny/caption.zarr/feature/c/0/3/0").write_bytes(b"nothing")
    with (
        open_client(Scheduler("processes:1")) as client,
        pytest.raises(StudyError, match="features/tiny/caption/feature cannot be read"),
    ):
        run_on(client, study, [spec], Run("cpu"))


def test_scheduler_that_does_not_answer_is_told():
    nobody = Scheduler("tcp://127.0.0.1:9", timeout=0.5)
    with (
        pytest.raises(AnalysisError, match=r"127\.0\.0\.1:9 did not answer within 0\.5 s"),
        open_client(nobody),
    ):
        pass


@pytest.mark.parametrize("name", ["dask", "processes:", "processes:0", "slurm:3"])
def test_unknown_scheduler_is_told(name):
    with pytest.raises(AnalysisError, match="is no scheduler"), open_client(Scheduler(name)):
        pass


@pytest.mark.parametrize(
    ("scheduler", "missing"), [("processes:2", "distributed"), ("slurm", "dask_jobqueue")]
)
def test_missing_extra_is_named(monkeypatch, scheduler, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with (
        pytest.raises(AnalysisError, match=rf"{missing} is not installed.*\[cluster\]"),
        open_client(Scheduler(scheduler)),
    ):
        pass


def test_slurm_gets_the_options_of_the_file(tmp_path, monkeypatch):
    (tmp_path / "slurm.toml").write_text('jobs = 3\ncores = 8\nmemory = "32GB"\nqueue = "short"\n')
    (tmp_path / "slurm.json").write_text('{"jobs": 3, "cores": 8, "memory": "32GB"}')
    options = read_options(tmp_path / "slurm.toml")
    assert options == {**read_options(tmp_path / "slurm.json"), "queue": "short"}
    asked = {}

    class Cluster:
        def __init__(self, **given):
            asked.update(given)

        def scale(self, *, jobs):
            asked["scaled to"] = jobs

        def close(self):
            asked["closed"] = True

    from types import SimpleNamespace  # noqa: PLC0415

    monkeypatch.setitem(sys.modules, "dask_jobqueue", SimpleNamespace(SLURMCluster=Cluster))
    monkeypatch.setattr(cluster, "_connect", lambda *_: SimpleNamespace(close=lambda: None))
    with open_client(Scheduler("slurm", options)):
        pass
    rest = {"cores": 8, "memory": "32GB", "queue": "short"}
    assert asked == {**rest, "scaled to": 3, "closed": True}


@pytest.mark.parametrize("text", ["cores = ", "[1, 2"])
def test_options_that_cannot_be_read_are_told(tmp_path, text):
    path = tmp_path / "slurm.toml"
    path.write_text(text)
    with pytest.raises(AnalysisError, match="cannot be read"):
        read_options(path)
    with pytest.raises(AnalysisError, match="cannot be read"):
        read_options(Path(tmp_path / "none.toml"))


def test_part_that_is_done_twice_changes_nothing(wide, tmp_path, monkeypatch):
    expected = alone(wide, tmp_path)
    has = encoding_parts.FinishedParts.has
    monkeypatch.setattr(encoding_parts.FinishedParts, "has", lambda *_: False)
    with open_client(Scheduler("processes:1")) as client:
        name = run_on(client, wide, [spec_of(wide)], Run("cpu"))[0]
    monkeypatch.setattr(encoding_parts.FinishedParts, "has", has)
    np.testing.assert_array_equal(wide[name].score, expected.score)
