import mne
import numpy as np
import pytest
import torch
from scipy import sparse

from explorer.engine.clusters import cluster_test, grid_edges
from explorer.engine.group import one_sample_t
from explorer.engine.maximum import null_scores
from explorer.engine.scores import pearson

RING = torch.tensor([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]], dtype=torch.bool)


def flips(x):
    """t of every sign flip but the data themselves, half of them by symmetry."""
    n = len(x)
    bits = (torch.arange(1, 2 ** (n - 1))[:, None] >> torch.arange(n)) & 1
    signs = 1 - 2 * bits.double()
    return torch.stack([one_sample_t(s[:, None] * x).statistic for s in signs])


@pytest.mark.parametrize("n_channels", [1, 4])
def test_clusters_equal_those_of_mne_with_every_sign_flip(n_channels, normal):
    x = normal(7, 12 * n_channels)
    x[:, 3 * n_channels : 7 * n_channels] += 1.2
    edges = grid_edges(12, RING if n_channels == 4 else None)
    ours = cluster_test(one_sample_t(x).statistic, flips(x), edges, 2.0, tail=0)
    both = torch.cat([edges, edges.flip(1)]).numpy()
    n = x.shape[1]
    lattice = sparse.coo_matrix((np.ones(len(both)), (both[:, 0], both[:, 1])), (n, n))
    t, found, p, _ = mne.stats.permutation_cluster_1samp_test(
        x.numpy(), threshold=2.0, adjacency=lattice, out_type="mask", verbose="ERROR", rng=0
    )
    assert len(found) == len(ours.mass) > 0
    for mask, p_value in zip(found, p, strict=True):
        label = ours.label[torch.from_numpy(mask)].unique()
        assert len(label) == 1
        assert ours.mass[label - 1].item() == pytest.approx(t[mask].sum())
        assert ours.p_value[label - 1].item() == pytest.approx(p_value)


def test_edges_of_a_grid_join_times_and_neighbouring_channels():
    edges = {tuple(e) for e in grid_edges(2, RING[:3, :3]).tolist()}
    assert edges == {(0, 3), (1, 4), (2, 5), (0, 1), (1, 2), (3, 4), (4, 5)}
    assert grid_edges(3).tolist() == [[0, 1], [1, 2]]


def test_tails_are_kept_apart():
    observed = torch.tensor([3.0, 3.0, -3.0, -4.0, 0.0, 5.0, torch.nan, 5.0])
    null = torch.zeros(9, 8)
    for tail, masses in ((0, [6, -7, 5, 5]), (1, [6, 5, 5]), (-1, [-7])):
        found = cluster_test(observed, null, grid_edges(8), 2.0, tail=tail)
        assert found.mass.tolist() == masses
        assert found.p_value.tolist() == [0.1] * len(masses)
    assert found.label.tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    assert found.point_p.isnan().tolist() == [True, True, False, False, True, True, True, True]


def test_permuted_stimuli_find_the_planted_stretch_and_hold_the_level(normal):
    Y = normal(60, 40)
    Y_hat = normal(60, 40)
    Y_hat[:, 10:16] += 0.6 * Y[:, 10:16]
    null = null_scores(Y, Y_hat, n_permutations=300)
    found = cluster_test(pearson(Y, Y_hat), null, grid_edges(40), 0.2, tail=1)
    best = found.p_value.argmin()
    assert found.p_value[best] < 0.05
    assert set((found.label == best + 1).nonzero().flatten().tolist()) & set(range(10, 16))
    smooth = normal(150, 30, 46).unfold(2, 7, 1).mean(3)
    false = 0
    for Y in smooth:
        Y_hat = normal(30, 1).expand(30, 40)
        null = null_scores(Y, Y_hat, n_permutations=59)
        test = cluster_test(pearson(Y, Y_hat), null, grid_edges(40), 0.2, tail=0)
        false += bool((test.p_value <= 0.05).any())
    assert false <= 15  # 99.9 % of a binomial with 150 and .05


def test_no_cluster_is_no_p_value():
    found = cluster_test(torch.zeros(4), torch.ones(3, 4), grid_edges(4), 0.5)
    assert found.mass.shape == found.p_value.shape == (0,)
    assert found.point_p.isnan().all()


def test_bad_maps_are_refused(normal):
    edges = grid_edges(4)
    with pytest.raises(ValueError, match="n_maps"):
        cluster_test(normal(4), normal(2, 5), edges, 1.0)
    for threshold, tail in ((0.0, 0), (1.0, 2), (float("nan"), 1)):
        with pytest.raises(ValueError, match="threshold is"):
            cluster_test(normal(4), normal(2, 4), edges, threshold, tail=tail)
    with pytest.raises(ValueError, match="outside"):
        cluster_test(normal(3), normal(2, 3), edges, 1.0)
    with pytest.raises(ValueError, match="symmetric"):
        grid_edges(3, torch.ones(2, 3, dtype=torch.bool))
