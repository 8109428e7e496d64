"""Factors on disk: found again, bounded, and never trusted when damaged or stale."""

import os

import numpy as np
import pytest
import torch

from explorer.analysis import held_out
from explorer.analysis.factor_cache import FactorCache, factors_key, open_cache
from explorer.engine.factors import fit_factors
from explorer.engine.folds import kfold
from explorer.engine.penalties import RidgeSettings
from explorer.engine.solve import solve
from explorer.study.study import Study

SETTINGS = RidgeSettings()


@pytest.fixture
def factors():
    X = torch.randn(60, 8, generator=torch.Generator().manual_seed(0))
    return fit_factors(X, kfold(60, 5), SETTINGS)


def refuse(*_arguments):
    raise AssertionError("decomposed again")


def test_factors_come_back_as_they_were(tmp_path, factors):
    made = FactorCache(tmp_path).fetch("a", SETTINGS, lambda: factors)
    found = FactorCache(tmp_path).fetch("a", SETTINGS, refuse)
    Y = torch.randn(60, 4, generator=torch.Generator().manual_seed(1))
    for name in ("alpha", "coefficients", "cv_error"):
        assert torch.equal(getattr(solve(found, Y), name), getattr(solve(made, Y), name))


def test_another_metric_of_the_same_layers_needs_no_decomposition(tiny, monkeypatch):
    study = tiny.write(tiny.normal(60, 2, 8), tiny.normal(60, 5, seed=1))
    first = tiny.compute(study)
    monkeypatch.setattr(held_out, "fit_factors", refuse)
    again = tiny.compute(study, "r2")
    np.testing.assert_array_equal(again.alpha, first.alpha)
    with pytest.raises(AssertionError, match="decomposed again"):
        tiny.compute(study, n_inner=4)


@pytest.mark.parametrize("at", [0, 3000, -1])
def test_damaged_file_is_ignored_and_replaced(tmp_path, factors, at):
    cache = FactorCache(tmp_path)
    cache.fetch("a", SETTINGS, lambda: factors)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    damaged = bytearray(whole)
    damaged[at] ^= 255
    file.write_bytes(bytes(damaged))
    with pytest.raises(AssertionError, match="decomposed again"):
        cache.fetch("a", SETTINGS, refuse)
    cache.fetch("a", SETTINGS, lambda: factors)
    assert file.read_bytes() == whole
    file.write_bytes(whole[:100])
    with pytest.raises(AssertionError, match="decomposed again"):
        cache.fetch("a", SETTINGS, refuse)


def test_least_recently_used_are_dropped(tmp_path, factors):
    FactorCache(tmp_path).fetch("a", SETTINGS, lambda: factors)
    size = next(tmp_path.iterdir()).stat().st_size
    cache = FactorCache(tmp_path, 3 * size)
    for age, key in enumerate("bcd"):
        cache.fetch(key, SETTINGS, lambda: factors)
        os.utime(tmp_path / f"{key}.safetensors", (age, age))
        cache.fetch("a", SETTINGS, refuse)  # just used
    assert sorted(p.stem for p in tmp_path.iterdir()) == ["a", "c", "d"]


def test_factors_larger_than_the_bound_are_not_kept(tmp_path, factors):
    FactorCache(tmp_path, 100).fetch("a", SETTINGS, lambda: factors)
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_made_keeps_nothing_and_fails_nothing(tmp_path, factors):
    file = tmp_path / "file"
    file.write_text("in the way")
    made = FactorCache(file / "below").fetch("a", SETTINGS, lambda: factors)
    assert torch.equal(made.whole.X, factors.whole.X)


def key(**changes):
    known = {"digest": "d", "layer": 0, "ids": list(range(10)), "folds": kfold(10, 5)}
    return factors_key(**{**known, "settings": SETTINGS, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"digest": "e"},
        {"layer": 1},
        {"ids": list(range(1, 11))},
        {"folds": kfold(10, 5, seed=1)},
        {"settings": RidgeSettings(standardise=False)},
    ],
)
def test_key_changes_with_everything_that_factors_depend_on(changes):
    assert key() == key()
    assert key(**changes) != key()


def test_cache_of_a_read_only_study_lies_in_its_overlay(tiny, tmp_path):
    study = tiny.write(tiny.normal(60, 1, 8), tiny.normal(60, 5, seed=1))
    beside = Study(study.path, tmp_path / "overlay")
    beside.read_only = True
    tiny.compute(beside)
    assert list((tmp_path / "overlay/.cache/factors").glob("*.safetensors"))
    assert not (study.path / ".cache").exists()
    alone = Study(study.path)
    alone.read_only = True
    assert open_cache(alone)._folder is None
