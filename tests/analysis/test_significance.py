import mne
import numpy as np
import pytest
import torch
import xarray as xr
from scipy import sparse

from explorer.analysis.significance import channel_neighbours, cluster_stimuli, cluster_subjects
from explorer.engine.maximum import null_scores
from explorer.engine.scores import pearson
from explorer.errors import AnalysisError

CHANNELS = ["Oz", "Fz", "O1", "O2", "Pz", "Cz", "POz", "P3", "P4"]


def differences(n=9, n_times=20):
    """Nine subjects; O1, Oz and O2 differ from 0 between times 5 and 11."""
    x = np.random.default_rng(0).normal(size=(n, n_times, len(CHANNELS)))
    for name in ("O1", "Oz", "O2"):
        x[:, 5:12, CHANNELS.index(name)] += 1.5
    coords = {"time": np.arange(n_times) / 100, "channel": CHANNELS}
    return xr.DataArray(x, coords, ("subject", "time", "channel"))


def test_neighbours_are_those_of_the_cap_in_the_order_of_the_data():
    near = channel_neighbours(CHANNELS, "standard_1020")
    assert (near == near.T).all()
    assert not near.diagonal().any()
    assert near[CHANNELS.index("Oz"), CHANNELS.index("O1")]
    assert not near[CHANNELS.index("Oz"), CHANNELS.index("Fz")]


@pytest.mark.parametrize("tail", [0, 1])
def test_clusters_over_channels_equal_mne(tail):
    x, near = differences(), channel_neighbours(CHANNELS, "standard_1020")
    found = cluster_subjects(x.transpose("channel", "subject", "time"), near, tail=tail)
    t, masks, p, _ = mne.stats.spatio_temporal_cluster_1samp_test(
        x.values, adjacency=sparse.coo_matrix(near), tail=tail,
        out_type="mask", rng=0, verbose="ERROR",
    )  # fmt: skip
    np.testing.assert_allclose(found.t_value, t)
    np.testing.assert_allclose(found.cluster_p, p)
    for k, mask in enumerate(masks):
        np.testing.assert_array_equal(found.cluster == k + 1, mask)
    best = found.cluster == found.cluster_number[int(found.cluster_p.values.argmin())]
    assert {"O1", "Oz", "O2"} <= set(best.where(best, drop=True).channel.values)
    assert found.attrs["n_subjects"] == 9


def test_clusters_over_time_alone_equal_mne():
    x = differences().sel(channel="Oz", drop=True)
    found = cluster_subjects(x, threshold=2.0)
    t, _, p, _ = mne.stats.permutation_cluster_1samp_test(
        x.values, threshold=2.0, adjacency=None, rng=0, verbose="ERROR"
    )
    np.testing.assert_allclose(found.t_value, t)
    np.testing.assert_allclose(found.cluster_p, p)
    assert np.isnan(found.p_value.values[found.cluster.values == 0]).all()
    assert found.attrs["n_permutations"] == 256
    assert "all sign flips" in found.attrs["method"]


def test_negative_differences_have_negative_clusters():
    x = -differences().sel(channel="Oz", drop=True)
    found = cluster_subjects(x, tail=-1)
    assert (found.cluster_mass < 0).all()
    assert found.cluster_p.min() < 0.05


def test_permuted_stimuli_give_clusters_within_one_subject():
    generator = torch.Generator().manual_seed(0)
    Y, Y_hat = (torch.randn(80, 20 * 9, generator=generator) for _ in range(2))
    planted = torch.zeros(20, 9, dtype=torch.bool)
    planted[5:12, [0, 2, 3]] = True
    Y_hat[:, planted.flatten()] += 0.7 * Y[:, planted.flatten()]
    coords = {"time": np.arange(20) / 100, "channel": CHANNELS}
    shape = ("time", "channel")
    score = xr.DataArray(pearson(Y, Y_hat).reshape(20, 9).numpy(), coords, shape)
    maps = null_scores(Y, Y_hat, n_permutations=200).reshape(-1, 20, 9).numpy()
    null = xr.DataArray(maps, coords, ("permutation", *shape))
    near = channel_neighbours(CHANNELS, "standard_1020")
    found = cluster_stimuli(score.T, null, near, threshold=0.25)
    assert found.p_value.values[planted.numpy()].size == 21
    assert np.nanmin(found.p_value.values[planted.numpy()]) == pytest.approx(1 / (1 + len(maps)))
    assert found.attrs["n_permutations"] == len(maps)


def test_what_cannot_be_tested_is_refused_with_what_to_do():
    x, near = differences(), channel_neighbours(CHANNELS, "standard_1020")
    cases = [
        ((x.isel(subject=slice(1)), near), {}, "1 subjects"),
        ((x.where(x.time > 0), near), {}, "missing"),
        ((x,), {}, "channel_neighbours"),
        ((x, near[:3, :3]), {}, r"\(9, 9\)"),
        ((x, near), {"tail": 2}, "tail is 2"),
        ((x, near), {"threshold": -1.0}, "threshold is -1"),
        ((x.rename(time="lag"), near), {}, "expected subject, time"),
    ]
    for arguments, more, text in cases:
        with pytest.raises(AnalysisError, match=text):
            cluster_subjects(*arguments, **more)
    with pytest.raises(AnalysisError, match="no channel X9"):
        channel_neighbours(["Oz", "X9"], "standard_1020")
    with pytest.raises(AnalysisError, match="No montage"):
        channel_neighbours(["Oz"], "cap")
    with pytest.raises(AnalysisError, match="same times"):
        null = x.rename(subject="permutation")
        cluster_stimuli(x.isel(subject=0, time=slice(3)), null, near, threshold=1.0)
