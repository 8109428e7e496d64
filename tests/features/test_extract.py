import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from feature_miniatures import draw_picture, write_stimuli, write_study
from PIL import Image

from explorer.errors import Cancelled, ModelError
from explorer.features import FAMILIES
from explorer.features import extract as extraction
from explorer.features.cost import estimate
from explorer.features.extract import extract
from explorer.features.families.category import CategoryFamily
from explorer.features.families.gabor import GaborFamily
from explorer.features.families.masked import MaskedFamily
from explorer.features.plan import group_name, plan_extraction
from explorer.features.weights import digest_content
from explorer.study.check import check_study
from explorer.study.digest import digest_json


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(extraction, "_BLOCK_ROWS", (4, 4))


@pytest.fixture
def count_inputs(monkeypatch):
    """Numbers of inputs that a family was asked for, call by call."""

    def count(family: type) -> list[int]:
        calls: list[int] = []
        plain = family.extract

        def counted(self, inputs, *rest):
            calls.append(len(inputs))
            return plain(self, inputs, *rest)

        monkeypatch.setattr(family, "extract", counted)
        return calls

    return count


def test_features_are_the_mean_over_the_captions_of_each_stimulus(study, write_model):
    folder = write_model()
    name = extract(study, str(folder))
    plan = plan_extraction(study, str(folder))
    family = MaskedFamily.load(plan.checkpoint)
    expected = [family.extract(list(p), 1).mean(0) for p in plan.inputs.parts]
    found = study[name]
    np.testing.assert_allclose(found.feature.values, np.stack(expected), atol=1e-5)
    assert found.layer_name.values.tolist() == ["embedding", "layer 1", "layer 2", "layer 3"]
    np.testing.assert_array_equal(found.stimulus, np.arange(10, 22))


def test_a_group_records_how_it_was_made_and_passes_the_check(study, write_model):
    folder = write_model()
    attrs = study[extract(study, str(folder), "caption_0")].attrs
    assert attrs["path"] == str(folder)
    assert attrs["pooling"] == "mean over tokens, special tokens included"
    expected = {
        "family": "masked",
        "variant": "caption_0",
        "stimuli": "stimuli/images",
        "dtype": "float32",
        "device": "cpu",
        "n_truncated": 0,
        "n_missing": 0,
    }
    assert {k: attrs[k] for k in expected} == expected
    assert '"torch"' in attrs["libraries"]
    assert check_study(study) == []


def test_finished_features_are_not_computed_again(study, write_model, monkeypatch):
    folder = write_model()
    name = extract(study, str(folder))
    monkeypatch.setattr(MaskedFamily, "load", None)
    assert extract(study, str(folder)) == name


def test_a_stopped_run_goes_on_with_the_missing_blocks(study, small_blocks, count_inputs):
    calls = count_inputs(GaborFamily)
    seen: list[int] = []

    def stop() -> bool:
        return bool(seen) and seen[-1] >= 8

    with pytest.raises(Cancelled, match=r"\(8 of 12 stimuli\)"):
        extract(study, "gabor", progress=lambda done, *_: seen.append(done), cancelled=stop)
    assert calls == [4, 4]
    assert "features/gabor/image" not in study
    name = extract(study, "gabor")
    assert calls == [4, 4, 4]
    assert np.isfinite(study[name].feature.values).all()


KILLED = """
import os, signal, sys
from pathlib import Path
from explorer.features import extract as extraction
from explorer.study.study import Study
extraction._BLOCK_ROWS = (4, 4)
def die(done, total, note):
    if done >= 8:
        os.kill(os.getpid(), signal.SIGKILL)
extraction.extract(Study(Path(sys.argv[1])), "gabor", progress=die)
"""


def test_a_killed_run_loses_no_finished_block(study, tmp_path, small_blocks, count_inputs):
    command = [sys.executable, "-c", KILLED, str(study.path)]
    done = subprocess.run(command, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == -signal.SIGKILL
    assert "features/gabor/image" not in study
    calls = count_inputs(GaborFamily)
    name = extract(study, "gabor")
    assert sum(calls) < 12
    other = write_study(tmp_path / "other")
    whole = other[extract(other, "gabor")]
    np.testing.assert_allclose(study[name].feature, whole.feature, atol=1e-6)


def test_progress_ends_at_the_number_of_stimuli(study):
    steps: list[tuple[int, int, str]] = []
    extract(study, "category", progress=lambda *step: steps.append(step))
    assert steps[-1] == (12, 12, "done")
    assert [s[0] for s in steps] == sorted(s[0] for s in steps)


def test_a_changed_caption_is_computed_again(study, write_model):
    folder = str(write_model())
    before = study[extract(study, folder)].feature.values
    captions = [("a red bird", "the old house")] * 12
    write_stimuli(study, captions)
    after = study[extract(study, folder)].feature.values
    assert np.abs(after - before).max() > 0.01
    np.testing.assert_allclose(after, np.broadcast_to(after[:1], after.shape), atol=1e-6)


def test_a_changed_picture_is_computed_again(study):
    before = study[extract(study, "gabor")].feature.values
    draw_picture(study.path / "images" / "3.png", 99)
    after = study[extract(study, "gabor")].feature.values
    changed = np.flatnonzero(np.abs(after - before).max((1, 2)) > 1e-4)
    assert changed.tolist() == [3]


@pytest.mark.parametrize("change", ["weights", "tokenizer", "variant"])
def test_whatever_features_depend_on_changes_their_key(study, write_model, change):
    folder = write_model()
    before = plan_extraction(study, str(folder)).key
    if change == "weights":
        write_model(seed=1)
    if change == "tokenizer":
        file = folder / "tokenizer.json"
        file.write_text(file.read_text().replace("[CLS]", "[cls]"))
    variant = "caption_1" if change == "variant" else ""
    assert plan_extraction(study, str(folder), variant).key != before


def test_changed_weights_are_computed_again(study, write_model):
    before = study[extract(study, str(write_model()))].feature.values
    after = study[extract(study, str(write_model(seed=1)))].feature.values
    assert np.abs(after - before).max() > 0.1


def test_stimuli_that_change_under_the_run_leave_nothing_behind(study):
    def change(done: int, total: int, note: str) -> None:
        if note == "extracting" and done == 0:
            draw_picture(study.path / "images" / "0.png", 99)

    with pytest.raises(ModelError, match="changed while it was computed"):
        extract(study, "gabor", progress=change)
    assert "features/gabor/image" not in study


@pytest.mark.parametrize("fault", ["cut off", "absent"])
def test_a_broken_picture_is_left_out_and_reported(study, fault, caplog):
    file = study.path / "images" / "5.png"
    file.unlink() if fault == "absent" else file.write_bytes(file.read_bytes()[:200])
    found = study[extract(study, "gabor")]
    assert found.sizes["stimulus"] == 11
    assert 15 not in found.stimulus.values
    assert (found.attrs["n_missing"], found.attrs["missing"]) == (1, "15")
    assert "Stimulus 15 is left out" in caplog.text


def test_only_pictures_that_are_turned_have_another_key(study):
    before = plan_extraction(study, "gabor").inputs.digest()
    file = study.path / "images" / "5.png"
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(file) as picture:
        picture.save(file, exif=exif)
    turned = plan_extraction(study, "gabor").inputs
    assert before != turned.digest()
    others = replace(turned, ids=turned.ids[:5], parts=turned.parts[:5])
    assert others.digest() == digest_json(
        {
            "ids": others.ids,
            "parts": [[digest_content(study.path / "images" / f) for f in p] for p in others.parts],
        }
    )


def test_features_that_are_not_finite_name_stimuli_and_layers(study, monkeypatch):
    plain = CategoryFamily.extract

    def broken(self, *arguments):
        values = plain(self, *arguments)
        values[1] = np.inf
        return values

    monkeypatch.setattr(CategoryFamily, "extract", broken)
    with pytest.raises(ModelError, match=r"stimuli 11, 13, .*in category words, expected finite"):
        extract(study, "category")
    assert study.groups("features/") == []


def test_equal_captions_are_computed_once(study, write_model, count_inputs):
    write_stimuli(study, [("a dog", "a dog"), ("a dog", "a cat")] * 6)
    calls = count_inputs(MaskedFamily)
    extract(study, str(write_model()))
    assert calls == [2]


def test_names_that_no_path_may_have_get_one_that_is_their_own(study):
    assert group_name("minilm", "caption") == "features/minilm/caption"
    names = [group_name(m, "caption") for m in ("a/b", "a-b", "a b", "../a-b")]
    assert len(set(names)) == 4
    assert all(study.target(name).is_relative_to(study.path / "features") for name in names)


@pytest.mark.parametrize("model", ["gabor", "category"])
def test_the_stated_bytes_are_those_written(study, model):
    seconds, n_bytes = estimate(study, model)
    name = extract(study, model)
    assert n_bytes == study[name].feature.nbytes
    assert 0 < seconds < 5


def test_every_text_family_can_be_extracted_from_a_folder(study, write_model):
    folder: Path = write_model()
    (folder / "modules.json").write_text("[]")
    assert study[extract(study, str(folder))].attrs["family"] == "sentence"
    assert set(FAMILIES) >= {"sentence", "masked"}
