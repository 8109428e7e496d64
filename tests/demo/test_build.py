"""The embedded study that comes with the program is what its own builder makes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from explorer.analysis.encoding import run_encoding
from explorer.analysis.results import find_result
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec
from explorer.demo import plan
from explorer.demo.build import (
    described_groups,
    opening_specs,
    picture_file,
    recordings,
    round_bits,
    round_results,
)
from explorer.demo.draw import draw_scene, make_scene
from explorer.demo.generate import Maker
from explorer.features import FAMILIES
from explorer.features.catalog import find_checkpoint
from explorer.features.weights import locate
from explorer.study.check import check_study

MEGABYTES = 40


@pytest.fixture(scope="module")
def rebuilt():
    """Everything that needs neither model nor brain, made anew."""
    return dict(described_groups([make_scene(k) for k in range(1, plan.N_SCENES + 1)]))


def test_scenes_captions_texts_regions_and_story_are_those_of_the_seed(shipped, rebuilt):
    for name, made in rebuilt.items():
        stored = shipped[name].load()
        assert set(stored.variables) == set(made.variables), name
        for key, values in made.variables.items():
            if values.dtype.kind == "f":
                np.testing.assert_allclose(stored[key].values, values.values, atol=1e-5)
            else:
                assert stored[key].values.tolist() == values.values.tolist(), (name, key)


@pytest.mark.parametrize("number", range(7, plan.N_SCENES, 97))
def test_pictures_are_those_of_the_seed(shipped, number):
    drawn = np.asarray(draw_scene(number)[0], float)
    with Image.open(shipped.path / "images" / picture_file(number)) as picture:
        stored = np.asarray(picture.convert("RGB"), float)
    assert np.abs(drawn - stored).mean() < 4  # of 255: what WebP loses, and other fonts


def test_sentence_features_are_those_of_the_text_model(shipped, single_thread):
    checkpoint = locate(find_checkpoint(plan.MODEL), offline=True)
    family = FAMILIES[checkpoint.family].load(checkpoint, "cpu")
    chosen = [3, 500, 900, 1399]
    captions = shipped["stimuli/images"].caption.sel(stimulus=chosen).values
    features = family.extract(captions.ravel().tolist(), 32)
    mean = features.reshape(len(chosen), -1, *features.shape[1:]).mean(1)
    stored = shipped[f"features/{plan.MODEL}/caption"].feature.sel(stimulus=chosen).values
    np.testing.assert_allclose(stored, mean, rtol=2**-8, atol=2e-3)  # 7 bits are kept


def test_scores_of_generated_responses_are_those_that_come_with_the_study(shipped, single_thread):
    spec = make_spec(shipped, "fmri", "sub-01", "gabor", "pearson")
    stored = find_result(shipped, spec).load()
    assert shipped.promised("responses/fmri/sub-01")
    Maker(shipped).make("responses/fmri/sub-01", lambda _share: None)
    assert not shipped.promised("responses/fmri/sub-01")
    assert spec.result_name(shipped) in shipped  # the recipe is the same, so is the name
    made = shipped[run_encoding(shipped, spec, Run("cpu"))].load()
    # of two alphas with the same error but for rounding, either may win: a target in many thousands
    apart = np.abs(made.score.values - stored.score.values)
    assert np.array_equal(np.isnan(made.score), np.isnan(stored.score))
    assert np.nanmax(apart) < 0.05
    assert np.nanmean(apart > 5e-3) < 1e-4
    np.testing.assert_allclose(made.roi_score.values, stored.roi_score.values, atol=5e-3)


def test_every_opening_result_is_there(shipped):
    lacking = [s for s in opening_specs(shipped) if find_result(shipped, s) is None]
    assert lacking == []


def test_recordings_are_promised_and_the_rest_is_sound(shipped_folder):
    from explorer.study.study import Study  # noqa: PLC0415 - a study without overlay

    study = Study(shipped_folder / "study")
    assert [n for n in study.groups() if study.promised(n)] == sorted(recordings())
    assert study.manifest.simulated
    assert study.manifest.shipped
    assert check_study(study) == []


def test_all_that_comes_with_the_program_is_at_most_40_megabytes(shipped_folder):
    n_bytes = sum(p.stat().st_size for p in shipped_folder.rglob("*") if p.is_file())
    assert n_bytes <= MEGABYTES * 1e6


def test_rounding_keeps_so_many_bits_and_nan():
    values = np.array([1.0, 1 + 2**-11, 1 + 3 * 2**-11, -0.3, np.nan, 0.0], np.float32)
    rounded = round_bits(values, 10)
    assert rounded[:3].tolist() == [1.0, 1.0, 1 + 2**-9]  # ties to even
    np.testing.assert_allclose(rounded[3], -0.3, rtol=2**-11)
    assert np.isnan(rounded[4])
    assert rounded[5] == 0


def test_rounded_results_keep_their_integers_and_texts():
    import xarray as xr  # noqa: PLC0415

    dataset = xr.Dataset(
        {"score": ("roi", np.array([0.123456], np.float32))}, {"roi": np.array(["FFA"], object)}
    )
    rounded = round_results(dataset)
    assert rounded.roi.item() == "FFA"
    assert abs(rounded.score.item() - 0.123456) < 1e-4
