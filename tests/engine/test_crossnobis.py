import numpy as np
import pytest
import rsatoolbox as rs
import torch

from explorer.engine.crossnobis import crossnobis, noise_covariance, run_residuals, whiten
from explorer.engine.rdm import rdm, square

METHODS = ["shrinkage_eye", "shrinkage_diag", "diag", "full"]


def dataset(X):
    """The same in rsatoolbox: one observation per run and stimulus."""
    n_runs, n, _ = X.shape
    runs, stimuli = np.repeat(np.arange(n_runs), n), np.tile(np.arange(n), n_runs)
    names = {"stimulus": stimuli, "run": runs}
    return rs.data.Dataset(X.reshape(n_runs * n, -1).numpy(), obs_descriptors=names)


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # its averages start NaN
@pytest.mark.parametrize("method", METHODS)
def test_distances_are_rsatoolboxes(normal, method):
    X = normal(4, 10, 12) + normal(10, 12) @ normal(12, 12)
    precision = rs.data.noise.prec_from_measurements(dataset(X), "stimulus", dof=30, method=method)
    expected = rs.rdm.calc_rdm(
        dataset(X), "crossnobis", descriptor="stimulus", noise=precision, cv_descriptor="run"
    )
    covariance = noise_covariance(run_residuals(X), method, dof=30)
    found = crossnobis(X, covariance)
    np.testing.assert_allclose(found.numpy(), expected.dissimilarities[0], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_covariances_are_rsatoolboxes(normal, method):
    residuals = normal(25, 8) @ normal(8, 8)
    expected = rs.data.noise.cov_from_residuals(residuals.numpy(), method=method)
    np.testing.assert_allclose(noise_covariance(residuals, method).numpy(), expected, rtol=1e-9)


def test_without_covariance_it_is_cross_validated_euclidean(normal):
    X = normal(3, 5, 6)
    pairs = [(r, s) for r in range(3) for s in range(3) if r != s]
    expected = [
        torch.stack([(X[r, i] - X[r, j]) @ (X[s, i] - X[s, j]) for r, s in pairs]).mean() / 6
        for i in range(5)
        for j in range(i + 1, 5)
    ]
    torch.testing.assert_close(crossnobis(X), torch.stack(expected))


def test_noise_has_distance_zero_on_average_and_patterns_their_own(normal):
    noise = normal(3000, 3, 4, 10)
    found = crossnobis(noise)
    error = found.std(0) / 3000**0.5
    assert (found.mean(0).abs() < 4 * error).all()
    assert (rdm(noise.mean(1), "sqeuclidean") / 10).mean() > 0.5  # what is not cross-validated
    signal = normal(4, 10)
    truth = rdm(signal, "sqeuclidean") / 10
    found = crossnobis(noise + signal)
    assert ((found.mean(0) - truth).abs() < 4 * found.std(0) / 3000**0.5).all()


def test_leading_dimensions_are_separate_rdms(normal):
    X = normal(5, 3, 6, 4)
    covariance = noise_covariance(run_residuals(X))
    each = torch.stack([crossnobis(x, c) for x, c in zip(X, covariance, strict=True)])
    torch.testing.assert_close(crossnobis(X, covariance), each)
    shared = torch.stack([crossnobis(x, covariance[0]) for x in X])
    torch.testing.assert_close(crossnobis(X, covariance[0]), shared)


def test_a_common_pattern_costs_no_accuracy(normal):
    X = normal(3, 5, 6)
    torch.testing.assert_close(crossnobis(X + 1e6), crossnobis(X), atol=1e-6, rtol=0)


def test_whitened_distances_are_rsatoolboxes_mahalanobis(normal):
    X, covariance = normal(7, 5), noise_covariance(normal(40, 5))
    expected = rs.rdm.calc_rdm(
        rs.data.Dataset(X.numpy()), "mahalanobis", noise=torch.linalg.inv(covariance).numpy()
    )
    found = rdm(whiten(X, covariance), "sqeuclidean") / 5
    np.testing.assert_allclose(found.numpy(), expected.dissimilarities[0])


def test_a_pattern_with_nan_makes_its_pairs_nan_only(normal):
    X = normal(3, 5, 6)
    spoilt = X.clone()
    spoilt[1, 2, 3] = torch.nan
    found, whole = crossnobis(spoilt), crossnobis(X)
    assert square(found)[2, [0, 1, 3, 4]].isnan().all()
    assert int(found.isnan().sum()) == 4
    kept = ~found.isnan()
    torch.testing.assert_close(found[kept], whole[kept])


def test_covariance_with_nan_makes_its_rdm_nan_and_no_other(normal):
    X, residuals = normal(2, 3, 5, 4), normal(2, 30, 4)
    residuals[0, 3, 1] = torch.nan
    covariance = noise_covariance(residuals)
    assert covariance.isnan().flatten(1).all(1).tolist() == [True, False]
    found = crossnobis(X, covariance)
    assert found.isnan().all(1).tolist() == [True, False]
    torch.testing.assert_close(found[1], crossnobis(X[1], covariance[1]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: crossnobis(torch.zeros(1, 4, 3)), "2 runs or more"),
        (lambda: crossnobis(torch.zeros(4, 3)), "2 runs or more"),
        (lambda: crossnobis(torch.zeros(2, 4, 3), torch.eye(2)), "3, 3"),
        (lambda: crossnobis(torch.zeros(2, 4, 3), torch.zeros(3, 3)), "positive definite"),
        (lambda: noise_covariance(torch.zeros(5, 3), "oas"), "shrinkage_diag"),
        (lambda: noise_covariance(torch.zeros(1, 3)), "1 observations"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
