"""What is planted in the synthetic study is found again."""

import numpy as np
import pytest

from explorer.study.synthetic import CHANNELS, REGIONS, region_vertices

DRIVEN = {name: planted for name, planted in REGIONS.items() if planted.strength}


def best_layer(curve):
    return int(curve.layer[int(curve.argmax("layer"))])


@pytest.mark.parametrize("region", DRIVEN)
def test_encoding_is_best_at_the_layer_that_drives_the_region(planted, region):
    result = planted("fmri", "sub-01", "pearson")
    assert best_layer(result.roi_score.sel(roi=region)) == DRIVEN[region].layer


@pytest.mark.parametrize("region", DRIVEN)
def test_geometry_is_most_alike_at_the_layer_that_drives_the_region(planted, region):
    result = planted("fmri", "sub-01", "rdm_spearman")
    assert best_layer(result.score.sel(roi=region)) == DRIVEN[region].layer
    assert result.q_value.sel(roi=region, layer=DRIVEN[region].layer) < 0.05


def test_region_that_nothing_drives_is_not_significant(planted):
    result = planted("fmri", "sub-01", "pearson")
    silent = {"vertex": region_vertices()["silent"]}
    assert float(abs(result.score.isel(silent).mean("vertex")).max()) < 0.05
    assert float((result.q_value.isel(silent) < 0.01).mean()) < 0.01
    driven = {"vertex": region_vertices()["early"]}
    assert float((result.q_value.sel(layer=1).isel(driven) < 0.05).mean()) > 0.95


def test_geometry_of_a_region_that_nothing_drives_is_not_significant(planted):
    silent = planted("fmri", "sub-01", "rdm_spearman").sel(roi="silent")
    assert float(abs(silent.score).max()) < 0.05
    assert float(silent.q_value.min()) > 0.05


@pytest.mark.parametrize("channel", [c for c, region in CHANNELS.items() if region in DRIVEN])
def test_channel_follows_its_layer_after_onset_and_none_before(planted, channel):
    cause = DRIVEN[CHANNELS[channel]]
    score = planted("eeg", "sub-01", "pearson").score.sel(channel=channel)
    after = score.where((score.time >= cause.onset) & (score.time < cause.onset + 0.1), drop=True)
    assert best_layer(after.mean("time")) == cause.layer
    assert float(after.sel(layer=cause.layer).min()) > 0.5
    before = score.where(score.time < cause.onset, drop=True)
    assert float(abs(before.mean("time")).max()) < 0.1


def test_channel_that_nothing_drives_has_no_score(planted):
    score = planted("eeg", "sub-01", "pearson").score.sel(channel="Fz")
    assert float(abs(score.mean("time")).max()) < 0.1


def test_story_is_scored_on_contiguous_blocks_and_finds_the_planted_layer(planted):
    result = planted("ieeg", "sub-01", "pearson")
    assert "contiguous blocks" in result.attrs["split"]
    assert "shifted round" in result.attrs["p_value"]
    assert best_layer(result.roi_score.sel(roi="HG")) == REGIONS["early"].layer
    assert best_layer(result.roi_score.sel(roi="IFG")) == REGIONS["last"].layer
    assert np.isnan(result.roi_interval).all()


def test_noise_ceiling_bounds_what_can_be_predicted(planted):
    result = planted("fmri", "sub-01", "pearson")
    variance = 1.0  # of the signal in "early", beside noise of 1/3 after three repeats
    expected = np.sqrt(variance / (variance + 1 / 3))
    assert float(result.roi_ceiling.sel(roi="early")) == pytest.approx(expected, abs=0.05)
    best = result.roi_score.max("layer").sel(roi=list(DRIVEN))
    assert (best < result.roi_ceiling.sel(roi=list(DRIVEN))).all()
