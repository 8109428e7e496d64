"""Blocks of any size give the same numbers; what was finished is kept; memory stays bounded."""

import os
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest
import xarray as xr

from explorer.analysis import encoding_parts, encoding_work, memory, streaming
from explorer.analysis.encoding_parts import partial_result
from explorer.analysis.pipeline import run_specs
from explorer.analysis.results import find_result
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec
from explorer.engine.memory import peak_bytes
from explorer.engine.penalties import RidgeSettings
from explorer.errors import AnalysisError, Cancelled, StudyError
from explorer.study.study import Study

FEW = {"n_bootstraps": 20, "n_permutations": 30}
SPLIT = ["train"] * 40 + ["test"] * 20
GROUP = "responses/fmri/sub-01"


def driven(tiny, n_repeats=3, n_targets=25):
    """Two layers, repeats of which some were not shown, a NaN target and a constant one."""
    feature = tiny.normal(60, 2, 8)
    response = feature[:, 1] @ tiny.normal(8, n_targets, seed=1)
    response = response + tiny.normal(n_repeats, 60, n_targets, seed=2)
    response[2, 5:20] = np.nan  # never shown a third time
    response[:, 3, 4] = np.nan
    response[:, :, 6] = 1.5
    return feature, response.astype(np.float32)


def spec_of(study, **choices):
    return make_spec(study, "fmri", "sub-01", "tiny", "pearson", **{**FEW, **choices})


def compute(study, run=None, **choices):
    return study[run_specs(study, [spec_of(study, **choices)], run or Run("cpu"))[0]].load()


@pytest.mark.parametrize("split", [None, SPLIT])
def test_blocks_and_parts_of_any_size_give_the_same_result(tiny, monkeypatch, split):
    feature, response = driven(tiny)
    whole = compute(tiny.write(feature, response, split=split))
    monkeypatch.setattr(streaming, "MOST", 4)
    monkeypatch.setattr(encoding_parts, "_TARGETS", 10)
    cut = compute(tiny.write(feature, response, split=split))
    assert set(cut.variables) == set(whole.variables)
    for name in whole.data_vars:
        np.testing.assert_allclose(cut[name], whole[name], atol=2e-5, rtol=1e-5, err_msg=name)
    for name in ("n_targets_nan", "noise_ceiling", "split", "n_targets"):
        assert cut.attrs[name] == whole.attrs[name]


def test_block_that_shows_fewer_repeats_than_the_rest_has_their_ceiling(tiny, monkeypatch):
    """Repeats count as shown where any target has them, also beyond the block."""
    feature, response = driven(tiny)
    response[1, 30:40, :8] = np.nan
    whole = compute(tiny.write(feature, response, split=SPLIT)).noise_ceiling
    monkeypatch.setattr(streaming, "MOST", 8)
    cut = compute(tiny.write(feature, response, split=SPLIT)).noise_ceiling
    np.testing.assert_allclose(cut, whole, atol=1e-6)


def stop_after(n_parts, monkeypatch):
    """A run that is cancelled once so many parts are saved."""
    saved = []
    save = encoding_work.FinishedParts.save

    def spy(self, part, arrays):
        save(self, part, arrays)
        saved.append(part)

    monkeypatch.setattr(encoding_work.FinishedParts, "save", spy)
    return Run("cpu", cancelled=lambda: len(saved) >= n_parts), saved


def test_stopped_run_goes_on_with_what_is_finished(tiny, monkeypatch):
    feature, response = driven(tiny)
    expected = compute(tiny.write(feature, response, split=SPLIT))
    study = tiny.write(feature, response, split=SPLIT)
    run, saved = stop_after(2, monkeypatch)
    with pytest.raises(Cancelled):
        compute(study, run)
    assert saved == ["prepared", "layer-000-0000000-0000025"]
    found = compute(Study(study.path))
    assert saved[2:] == ["layer-001-0000000-0000025", "responses-0000000-0000025"]
    np.testing.assert_array_equal(found.score, expected.score)
    np.testing.assert_array_equal(found.roi_prediction, expected.roi_prediction)
    assert not list(study.path.rglob("*resumable*"))


def test_finished_layers_can_be_shown_before_the_others(tiny, monkeypatch):
    study = tiny.write(*driven(tiny), split=SPLIT)
    spec = spec_of(study)
    assert partial_result(study, spec) is None
    run, _ = stop_after(2, monkeypatch)
    with pytest.raises(Cancelled):
        compute(study, run)
    shown = partial_result(study, spec)
    assert (shown.attrs["layers_done"], shown.attrs["n_layers"]) == (1, 2)
    full = compute(study)
    for name in ("score", "alpha", "p_value", "roi_score"):
        np.testing.assert_allclose(shown[name], full[name].sel(layer=[0]), atol=1e-6)
    assert shown.layer.values.tolist() == [0]
    assert partial_result(study, spec) is None


def test_partial_result_loads_no_torch():
    code = (
        "import explorer.analysis.encoding_parts, explorer.analysis.memory, sys; "
        "print('torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_damaged_part_is_computed_again(tiny, monkeypatch):
    feature, response = driven(tiny)
    expected = compute(tiny.write(feature, response))
    study = tiny.write(feature, response)
    run, _ = stop_after(2, monkeypatch)
    with pytest.raises(Cancelled):
        compute(study, run)
    part = next(study.path.rglob("layer-000*.npz"))
    content = bytearray(part.read_bytes())
    content[200] ^= 255
    part.write_bytes(bytes(content))
    np.testing.assert_array_equal(compute(study).score, expected.score)


def test_cancel_does_not_wait_for_what_is_under_way(tiny, monkeypatch):
    study = tiny.write(*driven(tiny), split=SPLIT)
    entered, released = threading.Event(), threading.Event()

    def endless(*_arguments, **_choices):
        entered.set()
        released.wait(60)
        raise AssertionError("nobody takes the answer")

    monkeypatch.setattr(encoding_work, "permutation_p", endless)
    with pytest.raises(Cancelled, match="Stopped at layer 0"):
        compute(study, Run("cpu", cancelled=entered.is_set))
    assert not released.is_set()
    released.set()


def test_memory_too_small_for_one_block_is_told_with_what_is_needed(tiny):
    study = tiny.write(*driven(tiny))
    with pytest.raises(AnalysisError, match=r"1 MB of memory are too few.*--memory \d+MB"):
        compute(study, Run("cpu", memory=10**6))
    assert find_result(study, spec_of(study)) is None


def test_damaged_chunk_is_named(tiny):
    study = tiny.write(*driven(tiny, n_targets=500))
    chunk = next(p for p in study.path.glob(f"{GROUP}.zarr/response/c/**/*") if p.is_file())
    chunk.write_bytes(b"nothing that Blosc wrote")
    with pytest.raises(StudyError, match=f"{GROUP}/response cannot be read from target 0 to 499"):
        compute(Study(study.path))


def test_study_that_cannot_be_written_is_refused_before_computing(tiny, monkeypatch):
    study = tiny.write(*driven(tiny))
    study.read_only = True  # and no overlay
    monkeypatch.setattr(encoding_work.EncodingWork, "compute", None)
    with pytest.raises(StudyError, match="read-only"):
        compute(study)


SHAPES = [(400, 32, 60_000), (9000, 768, 327_684), (300, 2000, 5000)]


def sizes(n, d, n_targets, **changes):
    known = {"n": n, "n_train": n - n // 5, "n_scored": n // 5, "n_features": d, "n_outer": 1}
    more = {"n_bootstraps": 1000, "read": 12 * n, "places": n_targets, "width": 1}
    return streaming.Sizes(**{**known, **more, **changes})


@pytest.mark.parametrize(("n", "d", "n_targets"), SHAPES)
def test_stated_peak_keeps_to_the_memory_and_covers_the_fit(n, d, n_targets):
    settings = RidgeSettings()
    plan = streaming.plan_blocks(sizes(n, d, n_targets), settings, Run(memory=4 * 10**9))
    assert plan.n_bytes <= 4 * 10**9
    assert plan.n_bytes > peak_bytes(n - n // 5, d, plan.step, settings)
    assert 1 <= plan.step <= min(n_targets, streaming.MOST)
    more = sizes(n, d, 10 * n_targets)
    again = streaming.plan_blocks(more, settings, Run(memory=4 * 10**9))
    assert again.n_bytes <= 4 * 10**9


def test_places_that_hold_many_targets_are_cut_whole():
    wide = sizes(500, 64, 64, width=300)
    plan = streaming.plan_blocks(wide, RidgeSettings(), Run(memory=2 * 10**9))
    assert 1 <= plan.step <= streaming.MOST // 300


@pytest.mark.parametrize(
    ("text", "n_bytes"), [("4GB", 4 * 10**9), ("500 mb", 5 * 10**8), ("2e9", 2 * 10**9)]
)
def test_memory_is_read_from_text(text, n_bytes):
    assert memory.parse_memory(text) == n_bytes


@pytest.mark.parametrize("text", ["", "much", "-1GB", "0"])
def test_text_that_is_no_memory_is_refused(text):
    with pytest.raises(AnalysisError, match="no amount of memory"):
        memory.parse_memory(text)


def test_free_memory_is_known_on_this_machine():
    assert memory.memory_allowed(None) == pytest.approx(memory.free_memory() / 2, rel=0.2)
    assert memory.memory_allowed(5) == 5


_MEASURE = """
import sys, threading
from pathlib import Path
import psutil, torch
from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec
from explorer.study.study import Study

torch.set_num_threads(1)
study = Study(Path(sys.argv[1]))
def run(subject, model="large"):
    spec = make_spec(study, "fmri", subject, model, "pearson", n_bootstraps=50, n_permutations=50)
    run_specs(study, [spec], Run("cpu", memory=int(sys.argv[3])))
run("few")  # loads what a run needs
memory, ended = psutil.Process().memory_info, threading.Event()
before = peak = memory().rss
def sample():
    global peak
    while not ended.wait(0.002):
        peak = max(peak, memory().rss)
sampler = threading.Thread(target=sample)
sampler.start()
run(sys.argv[2])
ended.set()
sampler.join()
print(peak - before)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """400 stimuli, responses of 20, 40,000 and 120,000 targets."""
    study = Study.create(tmp_path_factory.mktemp("large") / "study", title="large")
    random = np.random.default_rng(0)
    ids = {"stimulus": np.arange(1, 401)}
    split = np.array((["train"] * 4 + ["test"]) * 80, dtype=object)
    study.write(
        "stimuli/images",
        xr.Dataset({"split": ("stimulus", split), "condition": ("stimulus", split)}, ids),
    )
    feature = random.standard_normal((400, 1, 32), dtype=np.float32)
    study.write(
        "features/large/caption",
        xr.Dataset({"feature": (("stimulus", "layer", "unit"), feature)}, ids),
    )
    for name, n_targets in {"few": 20, "some": 40_000, "many": 120_000}.items():
        response = random.standard_normal((400, n_targets), dtype=np.float32)
        data = {"response": (("stimulus", "target"), response, {"units": "z"})}
        study.write(f"responses/fmri/{name}", xr.Dataset(data, ids))
    return study


def grown(study, subject, allowed):
    """Bytes by which the peak of a process grows."""
    command = [sys.executable, "-c", _MEASURE, str(study.path), subject, str(allowed)]
    shutil.rmtree(study.path / "results", ignore_errors=True)  # both runs of the process compute
    # What is freed goes back at once, so that memory in use is measured, not what malloc keeps.
    plain = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}
    told = subprocess.run(command, capture_output=True, text=True, check=False, env=plain)
    assert told.returncode == 0, told.stderr
    return int(told.stdout.split()[-1])


def test_peak_memory_does_not_grow_with_targets_and_keeps_to_what_is_stated(large):
    allowed = 400 * 10**6
    some, many = grown(large, "some", allowed), grown(large, "many", allowed)
    more = (120_000 - 40_000) * 400 * 4  # bytes of responses; samples of memory scatter
    assert many - some < 0.25 * more
    assert many < allowed
