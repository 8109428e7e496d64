"""Layers of different widths give what each gives alone: NaN for no unit is never read."""

import numpy as np
import pytest
import xarray as xr

from explorer.analysis.method_specs import fractional_spec, partition_spec
from explorer.analysis.pipeline import run_specs
from explorer.analysis.rdm import run_rdm
from explorer.analysis.run import Run
from explorer.analysis.spec import Spec, make_spec, searchlight_spec, weights_spec
from explorer.errors import AnalysisError
from explorer.study.layers import read_layer
from explorer.study.synthetic import MODEL

WIDTHS = (4, 7, 7)
FEW = {"n_bootstraps": 2, "n_permutations": 3}
SPLIT = ["train"] * 60 + ["test"] * 20


def ragged(values: np.ndarray, ids: np.ndarray, widths: tuple[int, ...] = WIDTHS) -> xr.Dataset:
    """Features (stimulus, layer, unit), NaN beyond ``widths``."""
    feature = values.copy()
    for k, width in enumerate(widths):
        feature[:, k, width:] = np.nan
    coords = {"stimulus": ids, "n_units": ("layer", np.array(widths))}
    return xr.Dataset({"feature": (("stimulus", "layer", "unit"), feature)}, coords)


@pytest.fixture(params=["folds", "split"])
def both(tiny, request):
    """A study with three layers of two widths, and one with the narrow layer alone."""
    values, weights = tiny.normal(80, 3, 7), tiny.normal(4, 5, seed=1)
    response = values[:, 0, :4] @ weights + tiny.normal(80, 5, seed=2)
    split = SPLIT if request.param == "split" else None
    alone = tiny.write(values[:, :1, :4], response, split=split)
    study = tiny.write(values, response, split=split)
    study.write("features/tiny/caption", ragged(values, np.arange(1, 81)))
    return study, alone


def result_of(study, spec) -> xr.Dataset:
    return study[run_specs(study, [spec], Run("cpu"))[0]].load()


def test_a_layer_is_read_without_the_units_it_does_not_have(tiny):
    values = tiny.normal(20, 3, 7)
    found = [read_layer(ragged(values, np.arange(20)), k) for k in range(3)]
    assert [f.sizes["unit"] for f in found] == list(WIDTHS)
    for k, feature in enumerate(found):
        np.testing.assert_array_equal(feature, values[:, k, : WIDTHS[k]])
    plain = tiny.features(values, np.arange(20))
    assert read_layer(plain, 1).identical(plain.feature.isel(layer=1))


@pytest.mark.parametrize("measure", ["pearson", "rdm_spearman"])
def test_encoding_and_geometry_score_a_narrow_layer_as_if_alone(both, measure, tiny):
    study, alone = (tiny.compute(s, measure) for s in both)
    np.testing.assert_allclose(study.score[0], alone.score[0], atol=1e-5)
    assert np.isfinite(study.score.values).all()


@pytest.mark.parametrize("split", [None, SPLIT])
def test_a_layer_that_is_the_same_for_all_stimuli_has_no_score(tiny, split):
    values = tiny.normal(80, 2, 7)
    values[:, 0] = values[0, 0]  # as the class token's embedding
    response = values[:, 1] @ tiny.normal(7, 5, seed=1)
    found = tiny.compute(tiny.write(values, response, split=split))
    assert np.isnan(found.score.values[0]).all()
    assert (found.score.values[1] > 0.3).all()


def test_familywise_p_values_see_all_layers(both, tiny):
    found = tiny.compute(both[0], "pearson", fwer=True)
    assert np.isfinite(found.p_fwer.values).all()


def test_fractional_ridge_scores_a_narrow_layer_as_if_alone(both):
    specs = [fractional_spec(s, "fmri", "sub-01", "tiny", "pearson", **FEW) for s in both]
    study, alone = (result_of(s, spec) for s, spec in zip(both, specs, strict=True))
    np.testing.assert_allclose(study.score[0], alone.score[0], atol=1e-5)
    assert np.isfinite(study.score.values).all()


def test_a_partition_takes_sets_of_different_widths(both):
    names = ["tiny/caption:0", "tiny/caption:1"]
    found = result_of(both[0], partition_spec(both[0], "fmri", "sub-01", names, n_bootstraps=2))
    assert np.isfinite(found.score.values).all()


def test_weights_have_the_units_of_their_layer(both):
    study, _ = both
    spec = weights_spec(make_spec(study, "fmri", "sub-01", "tiny", "pearson"), 0)
    try:
        found = result_of(study, spec)
    except AnalysisError as error:
        assert "holds no stimuli out" in str(error)
        return
    assert found.weight.sizes["unit"] == 4
    assert np.isfinite(found.weight.values).all()


def test_dissimilarities_of_a_narrow_layer_are_those_of_its_units(both):
    spec = Spec("rdm", "", "", "tiny", "caption", "correlation")
    study, alone = (s[run_rdm(s, spec, Run("cpu"))].dissimilarity for s in both)
    np.testing.assert_allclose(study[0], alone[0], atol=1e-6)
    assert np.isfinite(study.values).all()


def test_a_searchlight_compares_layers_of_different_widths(study):
    group = study[f"features/{MODEL}/caption"].load()
    narrow = group.feature.isel(layer=[1], unit=slice(0, 5))
    widths = (*[group.sizes["unit"]] * 1, 5)
    two = ragged(group.feature.values[:, [0, 1]], group.stimulus.values, widths)
    study.write("features/two/caption", two)
    study.write("features/narrow/caption", narrow.drop_vars("layer_name").to_dataset())
    specs = [
        searchlight_spec(study, "sub-01", m, "spearman", k=5, sample_size=30)
        for m in ("two", "narrow")
    ]
    both, alone = (result_of(study, spec).score for spec in specs)
    np.testing.assert_allclose(both[1], alone[0], atol=1e-6)
    assert np.isfinite(both.values).all()
