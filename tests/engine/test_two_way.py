import numpy as np
import pytest
import torch
from rsatoolbox.util.inference_util import _dual_bootstrap

from explorer.engine.bootstrap import bootstrap_pearson
from explorer.engine.resampling import draw_counts
from explorer.engine.scores import pearson
from explorer.engine.two_way import bootstrap_both, bootstrap_subjects, two_way_variance


def test_subjects_are_resampled_as_copies(normal):
    values = normal(6, 3, 2)
    drawn = bootstrap_subjects(values, n_bootstraps=30, seed=2)
    for mean, count in zip(drawn, draw_counts(6, 30, 2).long(), strict=True):
        torch.testing.assert_close(mean, values.repeat_interleave(count, 0).mean(0))


def test_crossed_resamples_share_their_stimuli(normal):
    Y, Y_hat = normal(4, 12, 3), normal(4, 12, 3)
    drawn = bootstrap_both(Y, Y_hat, n_bootstraps=25, seed=5)
    stimuli, subjects = draw_counts(12, 25, 5).long(), draw_counts(4, 25, 6).long()
    for b in range(25):
        rows = torch.arange(12).repeat_interleave(stimuli[b])
        chosen = torch.arange(4).repeat_interleave(subjects[b])
        expected = torch.stack([pearson(Y[s][rows], Y_hat[s][rows]) for s in chosen]).mean(0)
        torch.testing.assert_close(drawn[b], expected, atol=1e-9, rtol=0)


def test_nested_resamples_draw_stimuli_for_each_drawn_subject(normal):
    Y = normal(1, 40, 1).expand(5, -1, -1)
    Y_hat = (0.5 * Y[:1] + normal(1, 40, 1)).expand(5, -1, -1)
    nested, crossed = (
        bootstrap_both(Y, Y_hat, nested=flag, n_bootstraps=2000).var(0).item()
        for flag in (True, False)
    )
    single = bootstrap_pearson(Y[0], Y_hat[0], n_bootstraps=2000).var(0).item()
    assert crossed == pytest.approx(single)
    assert nested == pytest.approx(single / 5, rel=0.15)  # five independent draws


@pytest.mark.parametrize("sizes", [{}, {"n_subjects": 8, "n_stimuli": 50}])
def test_the_corrected_variance_equals_rsatoolbox(sizes, normal):
    both, subjects, stimuli = normal(3, 200).exp() + torch.tensor([[2.0], [0], [0]])
    found = two_way_variance(both, subjects, stimuli, **sizes)
    expected = _dual_bootstrap(
        np.stack([both, subjects, stimuli]), sizes.get("n_subjects"), sizes.get("n_stimuli")
    )
    torch.testing.assert_close(found, torch.from_numpy(expected))


def test_the_corrected_variance_is_that_of_new_subjects_and_stimuli():
    rng, means, estimates = np.random.default_rng(0), [], []
    for seed in range(300):
        a, b, noise = rng.normal(size=(8, 1)), rng.normal(size=(1, 20)), rng.normal(size=(8, 20))
        x = torch.from_numpy(0.5 * a + b + 2 * noise)
        means.append(x.mean().item())
        subjects, stimuli = (draw_counts(n, 400, seed + n) / n for n in x.shape)
        variances = [
            torch.einsum("bs,st,bt->b", subjects, x, stimuli).var(),
            (subjects @ x.mean(1)).var(),
            (stimuli @ x.mean(0)).var(),
        ]
        estimates.append(two_way_variance(*variances, n_subjects=8, n_stimuli=20).item())
    assert np.mean(estimates) == pytest.approx(np.var(means), rel=0.2)


def test_a_nan_target_stays_alone_and_too_few_are_refused(normal):
    Y, Y_hat = normal(3, 9, 2), normal(3, 9, 2)
    Y[1, 4, 0] = torch.nan
    for nested in (True, False):
        drawn = bootstrap_both(Y, Y_hat, nested=nested, n_bootstraps=40)
        assert drawn[:, 1].isfinite().all()
        assert drawn[:, 0].isnan().any()
    with pytest.raises(ValueError, match="1 subjects"):
        bootstrap_subjects(normal(1, 3))
    with pytest.raises(ValueError, match="expected the same"):
        bootstrap_both(Y, Y_hat[:2])
    with pytest.raises(ValueError, match="one shape"):
        two_way_variance(normal(2), normal(3), normal(2))
    with pytest.raises(ValueError, match="at least 2 of each"):
        two_way_variance(normal(2), normal(2), normal(2), n_subjects=1, n_stimuli=4)
