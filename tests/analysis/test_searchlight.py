"""The searchlight finds what was planted, on the same stimuli for every model."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

from explorer.analysis.costs import estimate
from explorer.analysis.pipeline import find_missing, run_specs
from explorer.analysis.results import summarise
from explorer.analysis.run import Run
from explorer.analysis.spec import searchlight_spec
from explorer.engine.neighbourhoods import surface_neighbourhoods
from explorer.errors import AnalysisError, Cancelled, UnknownNameError
from explorer.study.mesh import read_mesh
from explorer.study.synthetic import MESH, MODEL


def compute(study, subject="sub-01", model=MODEL, metric="spearman", **choices):
    spec = searchlight_spec(study, subject, model, metric, **choices)
    return study[run_specs(study, [spec], Run("cpu"))[0]].load()


def nearest(k):
    mesh = read_mesh(MESH)
    places = torch.from_numpy(mesh.middle.copy()), torch.from_numpy(mesh.faces.copy())
    return surface_neighbourhoods(*places, k=k).members.view(-1, k).numpy()


def test_scores_are_those_of_a_loop_over_samples_and_spheres(study):
    result = compute(study, k=30, sample_size=40)
    response = study["responses/fmri/sub-01"].response.mean("repeat")
    feature = study[f"features/{MODEL}/caption"].feature.sel(layer=5)
    members, samples = nearest(30), result["sample"].values
    for centre in (0, 700):
        rows = []
        for k in range(3):
            ids = result.stimulus.values[samples == k]
            brain = response.sel(stimulus=ids).values[:, members[centre]].astype(float)
            model = feature.sel(stimulus=ids).values.astype(float)
            rows.append(spearmanr(*(pdist(x, "correlation") for x in (brain, model))).statistic)
        found = float(result.score.sel(layer=5)[centre])
        assert found == pytest.approx(np.mean(rows), abs=1e-5)


def test_each_hemisphere_is_best_at_its_planted_layer(study):
    group = study["responses/fmri/sub-01"].load()
    feature = study[f"features/{MODEL}/caption"].feature.values
    rng = np.random.default_rng(0)
    halves = [feature[:, k] @ rng.standard_normal((feature.shape[2], 642)) for k in (2, 5)]
    group.response[:] = np.concatenate(halves, 1) + rng.standard_normal(group.response.shape)
    study.write("responses/fmri/sub-01", group)
    score = compute(study, k=20, n_samples=1).score.values
    left, right = score[:, :642].mean(1), score[:, 642:].mean(1)
    assert (np.argmax(left), np.argmax(right)) == (2, 5)


def test_samples_are_the_same_for_every_model_and_differ_by_seed(study):
    other = (
        study[f"features/{MODEL}/caption"]
        .load()
        .isel(layer=slice(0, 2), stimulus=slice(None, None, -1))
    )
    study.write("features/other/caption", other)
    first = compute(study, k=5, sample_size=30)
    second = compute(study, model="other", k=5, sample_size=30)
    np.testing.assert_array_equal(first["sample"], second["sample"])
    np.testing.assert_allclose(first.score[:2], second.score, atol=1e-6)
    assert np.bincount(first["sample"]).tolist() == [30] * 4
    third = compute(study, k=5, sample_size=30, seed=1)
    assert (first["sample"] != third["sample"]).any()


def test_a_model_without_a_sampled_stimulus_is_refused(study):
    part = study[f"features/{MODEL}/caption"].load().isel(stimulus=slice(0, 90))
    study.write("features/part/caption", part)
    with pytest.raises(AnalysisError, match="Samples are the same for every model"):
        compute(study, model="part", k=5)


def test_medial_wall_is_nan_and_in_no_sphere(study):
    group = study["responses/fmri/sub-01"].load()
    wall = [0, 10, 641, 1000]
    group.response[:, :, wall] = np.nan
    study.write("responses/fmri/sub-01", group)
    result = compute(study, k=10, sample_size=30)
    assert np.flatnonzero(result.score.isnull().all("layer")).tolist() == wall
    assert result.sphere_size.values[wall].tolist() == [0] * 4
    assert set(np.delete(result.sphere_size.values, wall)) == {10}
    assert result.attrs["n_targets_nan"] == 4


def test_constant_patterns_are_counted(study):
    group = study["responses/fmri/sub-01"].load()
    group.response[:, 3] = 1.0
    study.write("responses/fmri/sub-01", group)
    result = compute(study, k=10, sample_size=120)
    assert result.attrs["n_pairs_missing"] == 119 * 1284
    assert not result.score.isnull().any()


def test_a_radius_takes_the_place_of_k(study):
    result = compute(study, radius=25.0, sample_size=30, metric="pearson", average="fisher_z")
    sizes = result.sphere_size.values
    assert sizes.min() < sizes.max()
    assert "within 25 mm" in result.attrs["sphere"]
    assert "fisher_z" in result.attrs["split"]


def test_few_stimuli_are_one_sample(study):
    result = compute(study, k=5, sample_size=1000)
    assert (result.attrs["n_samples"], result.attrs["n_stimuli"]) == (1, 120)


def test_summary_tells_what_was_done(study):
    result = compute(study, k=5, sample_size=40)
    about = summarise(result)["about"]
    assert (about["n_stimuli"], about["n_pairs"], about["n_targets"]) == (120, 780, 1284)
    assert "across subjects" in about["p_value"]
    assert result.attrs["n_samples"] == 3


def test_cancelled_run_leaves_no_result(study):
    spec = searchlight_spec(study, "sub-01", MODEL, k=5)
    calls = []
    with pytest.raises(Cancelled):
        run_specs(study, [spec], Run("cpu", cancelled=lambda: calls.append(1) or len(calls) > 3))
    assert find_missing(study, [spec]) == [spec]


def test_its_cost_is_known_before(synthetic_study):
    small = estimate(synthetic_study, searchlight_spec(synthetic_study, "sub-01", MODEL, k=5))
    large = estimate(synthetic_study, searchlight_spec(synthetic_study, "sub-01", MODEL, k=5000))
    assert 0 < small.seconds < large.seconds


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"k": 0}, "expected one of them"),
        ({"n_samples": 2}, "disjoint samples"),
        ({"average": "median"}, "mean, fisher_z"),
    ],
)
def test_choices_that_cannot_be_are_refused(synthetic_study, choices, message):
    with pytest.raises(AnalysisError, match=message):
        compute(synthetic_study, **choices)


def test_unknown_setting_and_places_without_a_mesh_are_told(synthetic_study, tiny):
    with pytest.raises(UnknownNameError, match="radius"):
        searchlight_spec(synthetic_study, "sub-01", MODEL, radis=3)
    flat = tiny.write(tiny.normal(30, 1, 4), tiny.normal(30, 6, seed=1))
    with pytest.raises(AnalysisError, match="not on a mesh"):
        compute(flat, model="tiny")
