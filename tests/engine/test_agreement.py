import numpy as np
import pytest
import torch
from rsatoolbox.inference import boot_noise_ceiling, cv_noise_ceiling
from rsatoolbox.inference.crossvalsets import sets_leave_one_out_rdm
from rsatoolbox.rdm import RDMs
from scipy.stats import pearsonr

from explorer.engine.agreement import subject_agreement
from explorer.engine.ceiling import rdm_ceiling
from explorer.engine.rdm import rdm

THEIRS = {"spearman": "spearman", "pearson": "corr", "cosine": "cosine", "kendall_tau_a": "tau-a"}


@pytest.fixture
def rdms(normal):
    """Five subjects of unequal scale who share a part: (5, 66)."""
    shared = normal(12, 8)
    each = torch.stack([rdm(shared + normal(12, 8), "euclidean") for _ in range(5)])
    return each * torch.arange(1, 6)[:, None]


@pytest.mark.filterwarnings("ignore:Noise ceiling for tau")  # it tells that ranks are averaged
@pytest.mark.parametrize("method", THEIRS)
def test_ceilings_of_rdms_are_rsatoolboxes(rdms, method):
    lower, upper = (float(bound) for bound in rdm_ceiling(rdms, method))
    peers = RDMs(rdms.numpy())
    expected = boot_noise_ceiling(peers, method=THEIRS[method])
    assert (lower, upper) == pytest.approx(expected, abs=1e-6)
    _, test, ceil = sets_leave_one_out_rdm(peers)
    every = np.arange(12)
    crossed = cv_noise_ceiling(
        peers, [(c[0], every) for c in ceil], [(t[0], every) for t in test], method=THEIRS[method]
    )
    assert (lower, upper) == pytest.approx(crossed, abs=1e-6)


def test_agreement_is_with_the_plain_mean_of_the_others(rdms):
    x = rdms.numpy()
    expected = [pearsonr(x[k], np.delete(x, k, 0).mean(0)).statistic for k in range(5)]
    np.testing.assert_allclose(subject_agreement(rdms).numpy(), expected)


def test_pairs_that_one_subject_lacks_are_left_out_of_all(rdms):
    spoilt = rdms.clone()
    spoilt[2, 4] = torch.nan
    kept = torch.arange(66) != 4
    x = rdms[:, kept].numpy()
    expected = [pearsonr(x[k], np.delete(x, k, 0).mean(0)).statistic for k in range(5)]
    np.testing.assert_allclose(subject_agreement(spoilt).numpy(), expected)


def test_one_subject_agrees_with_nobody(rdms):
    assert subject_agreement(rdms[:1]).isnan().tolist() == [True]
    with pytest.raises(ValueError, match="kendall_tau_a"):
        subject_agreement(rdms, "tau")
