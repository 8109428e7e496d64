"""Fusion finds when and where a region's response is in the EEG, with scipy's r and p."""

import numpy as np
import pytest
import torch
import xarray as xr
from scipy import stats

from explorer.analysis.fusion import run_fusion
from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run, provenance
from explorer.analysis.spec import fusion_spec
from explorer.engine.stats import two_sided_p
from explorer.errors import AnalysisError, UnknownNameError

N = 40
REGIONS = ("FFA", "PPA", "none of both")
TIME = np.round(np.arange(-0.1, 0.3, 0.05), 3)
CHANNELS = ("Oz", "Cz", "P8")


@pytest.fixture
def write(tiny):
    """A study of three regions; FFA is in P8 at 150 ms, PPA in Oz at 50 ms, noise elsewhere."""

    def make(*, subjects=2, split=None):
        study, rng = tiny.empty(), np.random.default_rng(3)
        ids = np.arange(1, N + 1)
        study.write("stimuli/images", tiny.stimuli(ids, split))
        signal = rng.standard_normal((N, 3))
        for k in range(subjects):
            places = np.repeat(signal, 4, axis=1) + 0.3 * rng.standard_normal((2, N, 12))
            dims = ("repeat", "stimulus", "target")
            scaled = ((1 + 5 * k) * places).astype(np.float32)
            dataset = xr.Dataset({"response": (dims, scaled, {"units": "z"})}, {"stimulus": ids})
            names = np.repeat(np.array(REGIONS, dtype=object), 4)
            study.write(
                f"responses/fmri/sub-0{k + 1}", dataset.assign_coords(roi=("target", names))
            )
        eeg = 0.5 * rng.standard_normal((3, N, 3, len(TIME)))
        eeg[:, :, 2, 5] += signal[:, 0]
        eeg[:, :, 0, 3] += signal[:, 1]
        data = {"response": (("repeat", "stimulus", "channel", "time"), 1e-6 * eeg, {"units": "V"})}
        coords = {"stimulus": ids, "channel": np.array(CHANNELS, dtype=object)}
        coords["time"] = ("time", TIME, {"units": "s"})
        study.write("responses/eeg/sub-01", xr.Dataset(data, coords))
        return study

    return make


def fuse(study, fmri="group"):
    spec = fusion_spec(study, "sub-01", "", fmri)
    return study[run_specs(study, [spec], Run("cpu"))[0]].load()


def eeg_of(study):
    return study["responses/eeg/sub-01"].response.mean("repeat").values


def test_planted_region_is_found_at_its_channel_and_time_and_nowhere_else(write):
    result = fuse(write())
    passing = result.q_value < 0.05
    for roi, channel, time in (("FFA", "P8", 0.15), ("PPA", "Oz", 0.05)):
        assert float(result.score.sel(roi=roi, channel=channel).sel(time=time)) > 0.8
        assert bool(passing.sel(roi=roi, channel=channel).sel(time=time))
    assert int(passing.sum()) <= 3
    assert result.score.dims == ("roi", "channel", "time")
    assert result.roi.values.tolist() == list(REGIONS)


def test_r_and_q_of_one_subject_are_those_of_scipy(write):
    study = write()
    result = fuse(study, "sub-02")
    response = study["responses/fmri/sub-02"].response.mean("repeat").values
    regional = response.reshape(N, 3, 4).mean(-1)
    eeg = eeg_of(study).reshape(N, -1)
    tests = [[stats.pearsonr(r, e) for e in eeg.T] for r in regional.T]
    score = np.array([[t.statistic for t in row] for row in tests]).reshape(3, 3, -1)
    p_value = np.array([[t.pvalue for t in row] for row in tests])
    np.testing.assert_allclose(result.score, score, atol=1e-5)
    expected = stats.false_discovery_control(p_value.ravel()).reshape(score.shape)
    np.testing.assert_allclose(result.q_value, expected, rtol=2e-3)


def test_group_is_the_mean_of_z_scored_regions_whatever_their_scale(write):
    study = write()
    groups = [study[f"responses/fmri/{s}"].response.mean("repeat") for s in ("sub-01", "sub-02")]
    regional = [g.values.reshape(N, 3, 4).mean(-1) for g in groups]
    mean = np.mean([stats.zscore(r) for r in regional], axis=0)
    eeg = eeg_of(study)[:, 2, 5]
    expected = [stats.pearsonr(m, eeg).statistic for m in mean.T]
    found = fuse(study).score.sel(channel="P8").isel(time=5)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_only_held_out_stimuli_count_where_the_study_has_a_split(write):
    study = write(split=["test" if k % 2 else "train" for k in range(N)])
    result = fuse(study, "sub-01")
    response = study["responses/fmri/sub-01"].response.mean("repeat").values[1::2]
    regional = response.reshape(N // 2, 3, 4).mean(-1)
    expected = stats.pearsonr(regional[:, 0], eeg_of(study)[1::2, 2, 5]).statistic
    assert float(result.score[0, 2, 5]) == pytest.approx(expected, abs=1e-5)
    assert result.attrs["n_stimuli"] == N // 2
    assert "20 test" in result.attrs["split"]


def test_result_says_how_it_was_made(write):
    about = provenance(fuse(write()))
    assert about["spec"]["settings"] == {"fmri_subject": "group", "seed": 0}
    assert about["n_stimuli"] == N
    assert "mean over 2 fMRI subjects" in about["method"]
    assert "two-sided t-test" in about["p_value"]
    assert "Benjamini-Hochberg" in about["p_value"]
    assert {"responses/fmri/sub-01", "responses/fmri/sub-02"} <= set(about["inputs"])


def test_mean_eeg_subject_of_one_is_that_subject(write):
    study = write()
    spec = fusion_spec(study, "sub-01", "")
    mean = study[run_fusion(study, spec.replace(subject="mean"), Run("cpu"))].load()
    np.testing.assert_array_equal(mean.score, fuse(study).score)


def test_p_is_that_of_the_t_test_with_n_less_two_degrees_of_freedom():
    r, n = np.array([-1.0, -0.7, 0.0, 0.2, 0.999]), 25
    with np.errstate(divide="ignore"):
        t = np.abs(r) * np.sqrt((n - 2) / (1 - r**2))
    expected = 2 * stats.t.sf(t, n - 2)
    np.testing.assert_allclose(two_sided_p(torch.tensor(r), n), expected, rtol=1e-9, atol=1e-300)
    assert two_sided_p(torch.tensor([torch.nan]), n).isnan().all()


def test_study_without_fmri_and_unknown_subject_are_refused_with_what_there_is(write):
    with pytest.raises(AnalysisError, match="no fMRI"):
        fuse(write(subjects=0))
    with pytest.raises(UnknownNameError, match="sub-02"):
        run_fusion(study := write(), fusion_spec(study, "sub-01", "", "sub-09"), Run("cpu"))
