"""A part of the data is what it would be alone; the whole keeps its name."""

import numpy as np
import pytest

from explorer.analysis.options import KNOWN
from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec, weights_spec
from explorer.analysis.targets import read_targets
from explorer.engine import penalties
from explorer.errors import AnalysisError, UnknownNameError
from explorer.study.synthetic import MODEL, region_vertices

FEW = {"n_bootstraps": 10, "n_permutations": 10}


def spec_of(study, modality="fmri", measure="pearson", **choices):
    return make_spec(study, modality, "sub-01", MODEL, measure, **{**FEW, **choices})


def result_of(study, *arguments, **choices):
    return study[run_specs(study, [spec_of(study, *arguments, **choices)], Run("cpu"))[0]].load()


def test_defaults_are_left_out_so_that_names_stay(synthetic_study):
    plain = spec_of(synthetic_study)
    said = spec_of(
        synthetic_study, region="", layers=None, window=None, mode="kfold", criterion="mse",
        selection="target", gap=0, fwer=False,
    )  # fmt: skip
    assert said == plain
    assert said.result_name(synthetic_study) == plain.result_name(synthetic_study)
    assert not {"region", "mode", "fwer"} & set(plain.settings)


def test_layers_in_any_order_are_one_choice(synthetic_study):
    first, second = (spec_of(synthetic_study, layers=k) for k in ([5, 0, 3], (0, 3, 5, 5)))
    assert first == second
    assert first.settings["layers"] == [0, 3, 5]


def test_known_choices_are_the_engines():
    assert KNOWN["mode"] == penalties.MODES
    assert KNOWN["criterion"] == penalties.CRITERIA
    assert KNOWN["selection"] == penalties.SELECTIONS


def test_region_is_scored_as_within_the_whole_and_the_rest_is_nan(study):
    whole = result_of(study, layers=[5])
    part = result_of(study, layers=[5], region="late")
    places = region_vertices()["late"]
    np.testing.assert_allclose(part.score[:, places], whole.score[:, places], atol=1e-5)
    assert np.isfinite(part.score).sum() == len(places)
    assert part.score.shape == whole.score.shape
    assert part.roi.values.tolist() == ["late"]
    np.testing.assert_allclose(part.roi_score[:, 0], whole.roi_score.sel(roi="late"), atol=1e-5)
    assert (part.attrs["n_targets"], part.attrs["n_targets_nan"]) == (len(places), 0)


def test_layers_are_those_of_the_whole(study):
    whole = result_of(study, region="early")
    part = result_of(study, region="early", layers=[1, 4])
    assert part.layer.values.tolist() == [1, 4]
    np.testing.assert_array_equal(part.score, whole.score.sel(layer=[1, 4]))


def test_window_holds_its_ends_and_its_regions_every_time_of_it(study):
    whole = result_of(study, "eeg", layers=[1])
    part = result_of(study, "eeg", layers=[1], window=(-0.1, 0.0))
    assert (float(part.time[0]), float(part.time[-1])) == (-0.1, 0.0)
    kept = whole.score.sel(time=part.time)
    np.testing.assert_allclose(part.score, kept, atol=1e-5)
    np.testing.assert_allclose(part.roi_score[0, 0], kept.mean(), atol=1e-5)


def test_region_of_contacts_keeps_their_names(study):
    part = result_of(study, "ieeg", layers=[1], region="HG")
    assert part.channel.values.tolist() == ["LT1", "LT2"]


def test_rsa_of_a_part_is_that_of_the_whole(study):
    whole = result_of(study, "fmri", "rdm_spearman")
    part = result_of(study, "fmri", "rdm_spearman", region="late", layers=[4, 5])
    assert part.roi.values.tolist() == ["late"]
    np.testing.assert_allclose(part.score, whole.score.sel(roi=["late"], layer=[4, 5]), atol=1e-5)
    times = result_of(study, "eeg", "rdm_spearman", window=(0.1, 0.2))
    assert np.allclose([times.time[0], times.time[-1]], [0.1, 0.2])


def test_released_dissimilarities_are_selected_from(tiny):
    study, ids = tiny.empty(), np.arange(1, 13)
    pairs = np.abs(tiny.normal(3, 66))
    study.write("stimuli/images", tiny.stimuli(ids))
    study.write("features/tiny/rdm", tiny.pairs(pairs, ids, "layer"))
    named = tiny.pairs(pairs, ids, "roi").assign_coords(roi=np.array(["a", "b", "c"], object))
    study.write("responses/rdm/sub-01", named)
    found = tiny.compute(study, "rdm_pearson", of=("rdm", "sub-01"), region="b", layers=[1, 2])
    np.testing.assert_allclose(found.score.sel(layer=1, roi="b"), 1, atol=1e-6)
    assert found.score.shape == (2, 1)
    with pytest.raises(AnalysisError, match="There are: a, b, c"):
        tiny.compute(study, "rdm_pearson", of=("rdm", "sub-01"), region="d")


def test_weights_belong_to_the_same_part_and_choices(synthetic_study):
    spec = spec_of(synthetic_study, region="late", layers=[5], mode="guided")
    settings = weights_spec(spec, 5).settings
    assert (settings["region"], settings["mode"], settings["layer"]) == ("late", "guided", 5)
    assert "layers" not in settings


@pytest.mark.parametrize(
    ("choices", "error", "told"),
    [
        ({"region": "lat"}, UnknownNameError, "Did you mean 'late'"),
        ({"layers": [0, 9]}, AnalysisError, "no layer 9. It has layers 0 to 6"),
        ({"window": (0.1, 0.2)}, AnalysisError, "have no time"),
        ({"modality": "eeg", "window": (0.6, 0.9)}, AnalysisError, "within -0.1 to 0.48 s"),
        ({"modality": "eeg", "region": "late"}, UnknownNameError, "There are: all"),
    ],
)
def test_part_that_is_not_there_is_told(synthetic_study, choices, error, told):
    with pytest.raises(error, match=told):
        read_targets(synthetic_study, spec_of(synthetic_study, **choices))


@pytest.mark.parametrize(
    ("choices", "error", "told"),
    [
        ({"mode": "gvc"}, UnknownNameError, "Did you mean 'gcv'"),
        ({"mode": "gcv", "criterion": "correlation"}, AnalysisError, "squared error"),
        ({"modality": "ieeg", "mode": "loo"}, AnalysisError, "words of a story are not"),
        ({"gap": 2}, AnalysisError, "in no order of time"),
        ({"modality": "ieeg", "gap": -1}, AnalysisError, "0 or more"),
        ({"window": (0.3, 0.1)}, AnalysisError, "in order"),
        ({"layers": []}, AnalysisError, "numbers from 0"),
        ({"measure": "rdm_spearman", "mode": "loo"}, UnknownNameError, "setting of rsa"),
    ],
)
def test_choice_that_makes_no_sense_is_refused(synthetic_study, choices, error, told):
    with pytest.raises(error, match=told):
        spec_of(synthetic_study, **choices)


@pytest.mark.parametrize("mode", ["guided", "gcv", "loo"])
def test_modes_find_what_kfold_finds(study, mode):
    kept = {"region": "late", "layers": [5]}
    plain, other = result_of(study, **kept), result_of(study, **kept, mode=mode)
    np.testing.assert_allclose(other.roi_score, plain.roi_score, atol=0.01)


def test_one_alpha_for_all_is_not_chosen_by_chance(study):
    kept = {"region": "late", "layers": [5], "selection": "global"}
    few, many = (result_of(study, **kept, n_permutations=n) for n in (1, 400))
    np.testing.assert_array_equal(few.alpha, many.alpha)
    assert len(np.unique(few.alpha.values[np.isfinite(few.alpha)])) == 1
    assert float(many.p_value.median()) == pytest.approx(1 / 401, rel=1e-5)


def test_gap_changes_what_a_story_is_fitted_to(study):
    plain, apart = (result_of(study, "ieeg", layers=[1], **k) for k in ({}, {"gap": 3}))
    assert not np.allclose(plain.score, apart.score)


def test_p_values_over_all_are_never_below_those_of_one(study):
    found = result_of(study, "eeg", layers=[1, 5], fwer=True, n_permutations=60)
    assert found.p_fwer.dims == found.score.dims
    assert float(found.p_fwer.min()) == pytest.approx(1 / 61, rel=1e-5)
    assert float(found.p_fwer.sel(channel="Oz", layer=1, time=0.1).item()) < 0.05
    early = found.p_fwer.sel(time=found.time < 0)
    assert float(early.min()) > 0.05
    assert "60 refits" in found.attrs["p_fwer"]


def test_held_out_p_values_over_all_are_the_engines(tiny):
    feature, response = tiny.normal(60, 2, 8), tiny.normal(60, 30, seed=1)
    response[:, 0] += feature[:, 1, 0]
    study = tiny.write(feature, response, split=["train"] * 40 + ["test"] * 20)
    found = tiny.compute(study, fwer=True, n_permutations=200)
    order = np.argsort(-found.score.values.ravel(), kind="stable")
    assert (np.diff(found.p_fwer.values.ravel()[order]) >= 0).all()
    assert (found.p_fwer.values >= found.p_value.values - 1e-6).all()
