"""RSA against scipy, released dissimilarities, ceilings."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from scipy.stats import kendalltau, pearsonr, spearmanr

from explorer.analysis.geometry import rdm_spec, released_rdm
from explorer.analysis.rdm import find_rdm
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec
from explorer.errors import AnalysisError
from explorer.study.synthetic import region_vertices

IDS = np.arange(1, 31)
COMPARISONS = {
    "rdm_spearman": lambda a, b: spearmanr(a, b).statistic,
    "rdm_pearson": lambda a, b: pearsonr(a, b).statistic,
    "rdm_kendall": lambda a, b: kendalltau(a, b).statistic,  # no ties: tau-a
}


def patterns(tiny):
    return tiny.normal(30, 2, 8), tiny.normal(30, 12, seed=1)


@pytest.mark.parametrize("measure", COMPARISONS)
@pytest.mark.parametrize("dissimilarity", ["correlation", "cosine", "euclidean"])
def test_score_is_scipys(tiny, measure, dissimilarity):
    feature, response = patterns(tiny)
    study = tiny.write(feature, response)
    result = tiny.compute(study, measure, dissimilarity=dissimilarity)
    brain = pdist(response.astype(float), dissimilarity)
    models = [pdist(feature[:, k].astype(float), dissimilarity) for k in range(2)]
    expected = [COMPARISONS[measure](model, brain) for model in models]
    np.testing.assert_allclose(result.score.sel(roi="all"), expected, atol=1e-4)


def test_region_is_compared_by_its_own_places(planted, synthetic_study):
    score = planted("fmri", "sub-01", "rdm_spearman").score.sel(roi="late", layer=5)
    group = synthetic_study["responses/fmri/sub-01"]
    response = group.response.mean("repeat").values[:, region_vertices()["late"]]
    feature = synthetic_study["features/planted/caption"].feature.sel(layer=5).values
    expected = spearmanr(pdist(feature, "correlation"), pdist(response, "correlation")).statistic
    assert float(score) == pytest.approx(expected, abs=1e-4)


def test_order_of_stimuli_does_not_matter(tiny):
    feature, response = patterns(tiny)
    study = tiny.write(feature, response)
    expected = tiny.compute(study, "rdm_spearman").score
    order = np.random.default_rng(3).permutation(30)
    study.write("features/tiny/caption", tiny.features(feature[order], IDS[order]))
    np.testing.assert_allclose(tiny.compute(study, "rdm_spearman").score, expected, atol=1e-6)


def test_released_dissimilarities_are_used_as_they_are(tiny):
    feature, response = patterns(tiny)
    study = tiny.write(feature, response)
    released = tiny.normal(435, seed=7)
    study.write("responses/rdm/sub-01", tiny.pairs(released, IDS))
    result = tiny.compute(study, "rdm_spearman", of=("rdm", "sub-01"))
    models = [pdist(feature[:, k].astype(float), "correlation") for k in range(2)]
    expected = [spearmanr(model, released).statistic for model in models]
    np.testing.assert_allclose(result.score, expected, atol=1e-4)


def test_released_geometry_of_a_model_is_used_as_it_is(tiny):
    study = tiny.write(*patterns(tiny))
    released = np.abs(tiny.normal(2, 435, seed=8))
    study.write("features/known/rdm", tiny.pairs(released, IDS, "layer"))
    spec = make_spec(study, "fmri", "sub-01", "known", "rdm_spearman")
    found = find_rdm(study, rdm_spec(spec, of_model=True), Run("cpu"))
    np.testing.assert_array_equal(found.dissimilarity, released)
    assert not study.groups("results/")


def test_mean_of_released_subjects_is_over_the_stimuli_all_have_seen(tiny):
    study = tiny.write(*patterns(tiny))
    first, second = (np.abs(tiny.normal(435, seed=s)) for s in (7, 8))
    study.write("responses/rdm/sub-01", tiny.pairs(first, IDS))
    study.write("responses/rdm/sub-02", tiny.pairs(second, IDS[::-1].copy()))
    spec = make_spec(study, "rdm", "mean", "tiny", "rdm_spearman")
    mean = released_rdm(study, rdm_spec(spec, of_model=False))
    square = np.zeros((30, 30))
    square[np.triu_indices(30, 1)] = second
    turned = (square + square.T)[::-1, ::-1]
    expected = (first + turned[np.triu_indices(30, 1)]) / 2
    np.testing.assert_allclose(mean.dissimilarity, expected, atol=1e-6)
    assert mean.stimulus.values.tolist() == IDS.tolist()


def test_subjects_with_and_without_regions_have_no_mean(tiny):
    study = tiny.write(*patterns(tiny))
    study.write("responses/rdm/sub-01", tiny.pairs(np.ones(435), IDS))
    study.write("responses/rdm/sub-02", tiny.pairs(np.ones((2, 435)), IDS, "roi"))
    spec = make_spec(study, "rdm", "mean", "tiny", "rdm_spearman")
    with pytest.raises(AnalysisError, match="differ in shape"):
        released_rdm(study, rdm_spec(spec, of_model=False))


def test_ceiling_is_that_of_nili_between_subjects(planted, synthetic_study):
    result = planted("fmri", "sub-01", "rdm_spearman")
    places = region_vertices()["early"]
    rdms = [
        pdist(synthetic_study[g].response.mean("repeat").values[:, places], "correlation")
        for g in synthetic_study.groups("responses/fmri/")
    ]
    ranks = [np.argsort(np.argsort(r)) for r in rdms]
    others = [np.mean(ranks[:k] + ranks[k + 1 :], axis=0) for k in range(3)]
    lower = np.mean([spearmanr(r, o).statistic for r, o in zip(rdms, others, strict=True)])
    upper = np.mean([spearmanr(r, np.mean(ranks, axis=0)).statistic for r in rdms])
    found = result.ceiling.sel(roi="early").values
    np.testing.assert_allclose(found, [lower, upper], atol=0.005)


def test_one_subject_has_no_ceiling(tiny):
    result = tiny.compute(tiny.write(*patterns(tiny)), "rdm_spearman")
    assert np.isnan(result.ceiling).all()
    assert result.attrs["ceiling"] == "none: one subject only"


def test_places_without_a_number_are_left_out_of_the_patterns(tiny):
    feature, response = patterns(tiny)
    spoilt = response.copy()
    spoilt[3, 5] = np.nan
    result = tiny.compute(tiny.write(feature, spoilt), "rdm_spearman")
    alone = tiny.compute(tiny.write(feature, np.delete(response, 5, axis=1)), "rdm_spearman")
    np.testing.assert_allclose(result.score, alone.score, atol=1e-6)
