import numpy as np
import pytest
import torch

from explorer.engine.ceiling import (
    harmonic_repeats,
    intersubject,
    leave_one_subject_out,
    ncsnr,
    noise_ceiling_r,
    noise_ceiling_variance,
    rdm_ceiling,
    split_half,
)
from explorer.engine.rdm import RDM_COMPARISONS, compare_rdms
from explorer.engine.scores import pearson
from explorer.engine.vectors import mid_ranks


def repeats(normal, k, n_stimuli=2000, n_targets=6, snr=0.7):
    """A signal with sd ``snr`` and ``k`` repeats of it under noise with sd 1."""
    signal = snr * normal(n_stimuli, n_targets)
    return signal, signal + normal(k, n_stimuli, n_targets)


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_split_half_finds_the_reliability_of_the_mean(k, normal):
    _, Y = repeats(normal, k)
    true = 0.49 / (0.49 + 1 / k)
    assert split_half(Y, n_splits=20).mean().item() == pytest.approx(true, abs=0.02)


@pytest.mark.parametrize("k", [2, 4])
def test_split_half_of_even_repeats_is_spearman_brown_of_a_loop(k, normal):
    _, Y = repeats(normal, k, n_stimuli=30)
    rng, r = np.random.default_rng(0), []
    for _ in range(2000):
        order = rng.permuted(np.tile(np.arange(k), (30, 1)), axis=1).T
        drawn = Y[torch.from_numpy(order), torch.arange(30)]
        r.append(pearson(drawn[: k // 2].mean(0), drawn[k // 2 :].mean(0)))
    half = torch.stack(r).mean(0)
    expected = 2 * half / (1 + half)
    torch.testing.assert_close(split_half(Y, n_splits=2000), expected, atol=0.02, rtol=0)


def test_split_half_allows_stimuli_with_fewer_repeats(normal):
    _, Y = repeats(normal, 4)
    Y[3, :800], Y[2:, :400], Y[1:, :100] = torch.nan, torch.nan, torch.nan
    k = (~Y.isnan().all(2)).sum(0)
    true = 0.49 / (0.49 + (1 / k[k > 1]).mean().item())
    assert split_half(Y, n_splits=20).mean().item() == pytest.approx(true, abs=0.02)
    torch.testing.assert_close(split_half(Y[:, 100:], seed=1), split_half(Y, seed=1))


def test_split_half_is_nan_for_what_has_no_reliability(normal):
    _, Y = repeats(normal, 3, n_stimuli=20)
    Y[:, :, 1] = 0.1
    Y[0, 0, 2] = torch.nan
    assert split_half(Y).isnan().tolist() == [False, True, True, False, False, False]
    assert split_half(Y[:1]).isnan().all()


def test_the_ceiling_is_what_the_true_signal_reaches(normal):
    signal, Y = repeats(normal, 3)
    reached = pearson(Y.mean(0), signal).mean().item()
    assert noise_ceiling_r(ncsnr(Y), 3).mean().item() == pytest.approx(reached, abs=0.02)
    assert split_half(Y).sqrt().mean().item() == pytest.approx(reached, abs=0.02)


def test_split_half_of_noise_stays_between_bounds(normal):
    r = split_half(normal(3, 4, 2000))
    assert r.min() >= -1
    assert r.max() <= 1
    assert abs(r.mean().item()) < 0.05


def test_ncsnr_equals_a_loop_of_its_definition(normal):
    _, Y = repeats(normal, 3, n_stimuli=50)
    values = Y.numpy()
    noise = values.var(axis=0, ddof=1).mean(0)
    signal = np.maximum(values.reshape(150, -1).var(axis=0, ddof=1) - noise, 0)
    torch.testing.assert_close(ncsnr(Y), torch.from_numpy(np.sqrt(signal / noise)))
    assert ncsnr(Y.float()).dtype == torch.float32


def test_ncsnr_leaves_out_missing_repeats_target_by_target(normal):
    _, Y = repeats(normal, 3)
    whole = ncsnr(Y)
    Y[2, :1000, 0] = torch.nan
    Y[1:, :, 1] = torch.nan
    some = ncsnr(Y)
    assert some[0].item() == pytest.approx(0.7, abs=0.05)
    assert some[1].isnan()
    torch.testing.assert_close(some[2:], whole[2:])


def test_pure_noise_has_no_ceiling(normal):
    _, Y = repeats(normal, 3, snr=0.0)
    assert noise_ceiling_r(ncsnr(Y), 3).mean() < 0.15
    assert abs(split_half(Y).mean()) < 0.03
    assert noise_ceiling_r(torch.tensor([0.0, torch.inf]), 1).tolist() == [0, 1]
    with pytest.raises(ValueError, match="n_repeats is 0"):
        noise_ceiling_r(torch.ones(1), 0)


@pytest.mark.parametrize("method", RDM_COMPARISONS)
def test_rdm_ceiling_equals_a_loop(method, normal):
    rdms = normal(21).abs() + 0.5 * normal(4, 21).abs()
    prepared = mid_ranks(rdms)
    if method == "pearson":
        prepared = (rdms - rdms.mean(1, keepdim=True)) / rdms.std(1, keepdim=True)
    if method == "cosine":
        prepared = rdms / rdms.norm(dim=1, keepdim=True)
    bounds = []
    for s in range(4):
        others = prepared[[i for i in range(4) if i != s]].mean(0)
        models = torch.stack([others, prepared.mean(0)])
        bounds.append(compare_rdms(models, rdms[s : s + 1], method)[:, 0])
    lower, upper = rdm_ceiling(rdms, method)
    torch.testing.assert_close(torch.stack([lower, upper]), torch.stack(bounds).mean(0))
    assert lower < upper


@pytest.mark.parametrize("method", ["spearman", "pearson", "cosine"])
def test_no_model_exceeds_the_upper_bound(method, normal):
    rdms = normal(66).abs() + normal(5, 66).abs()
    _, upper = rdm_ceiling(rdms, method)
    models = torch.cat(
        [normal(50, 66).abs(), rdms, rdms.mean(0)[None], rdms.median(0).values[None]]
    )
    assert compare_rdms(models, rdms, method).mean(1).max() <= upper + 1e-9


def test_rdm_ceiling_leaves_out_pairs_that_one_subject_lacks(normal):
    rdms = normal(3, 21)
    rdms[1, [0, 5, 7, 9, 20, 11]] = torch.nan
    kept = rdms[:, ~rdms[1].isnan()]
    assert kept.shape[1] == 15
    assert rdm_ceiling(rdms) == rdm_ceiling(kept)


@pytest.mark.parametrize("n_subjects", [0, 1])
def test_one_subject_has_no_ceiling_across_subjects(n_subjects, normal):
    assert all(bound.isnan() for bound in rdm_ceiling(normal(n_subjects, 6)))
    assert intersubject(normal(n_subjects, 5, 2)).isnan().tolist() == [True, True]


def test_intersubject_equals_a_loop(normal):
    Y = normal(8, 3) + normal(4, 8, 3)
    values = Y.numpy()
    expected = []
    for t in range(3):
        pairs = [(values[s, :, t], np.delete(values[:, :, t], s, 0).mean(0)) for s in range(4)]
        expected.append(np.mean([np.corrcoef(*pair)[0, 1] for pair in pairs]))
    assert intersubject(Y).tolist() == pytest.approx(expected)


def test_a_stack_without_repeats_is_refused():
    for function in (split_half, ncsnr, intersubject):
        with pytest.raises(ValueError, match="n_stimuli, n_targets"):
            function(torch.zeros(4, 3))


def test_the_ceiling_of_variance_is_the_square_of_that_of_r(normal):
    _, Y = repeats(normal, 3)
    share = noise_ceiling_variance(ncsnr(Y), 3)
    torch.testing.assert_close(share, noise_ceiling_r(ncsnr(Y), 3).square())
    assert share.mean().item() == pytest.approx(0.49 / (0.49 + 1 / 3), abs=0.02)


def test_mixed_repeats_have_the_ceiling_of_their_harmonic_mean(normal):
    counts = torch.tensor([1] * 1000 + [2] * 3000 + [3] * 2000)
    assert 1 / harmonic_repeats(counts) == pytest.approx((1000 + 3000 / 2 + 2000 / 3) / 6000)
    signal = 0.7 * normal(6000, 8)
    means = signal + normal(6000, 8) / counts.double().sqrt()[:, None]
    reached = pearson(means, signal).mean().item()
    ceiling = noise_ceiling_r(torch.tensor([0.7]), harmonic_repeats(counts)).item()
    assert ceiling == pytest.approx(reached, abs=0.01)
    for bad in (torch.tensor([1, 0]), torch.tensor([])):
        with pytest.raises(ValueError, match="counts of repeats"):
            harmonic_repeats(bad)


def test_each_subject_is_compared_with_the_mean_of_the_others(normal):
    Y = normal(8, 3) + normal(4, 8, 3)
    each = leave_one_subject_out(Y)
    for s in range(4):
        others = Y[[i for i in range(4) if i != s]].mean(0)
        torch.testing.assert_close(each[s], pearson(Y[s], others))
    torch.testing.assert_close(each.mean(0), intersubject(Y))
    with pytest.raises(ValueError, match="1 subjects"):
        leave_one_subject_out(Y[:1])
