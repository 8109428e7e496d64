import numpy as np
import pytest
import torch

from explorer.engine.cka import linear_cka, searchlight_cka
from explorer.engine.neighbourhoods import Neighbourhoods


def hsic_1(K, L):
    """Song et al. 2012, eq. 5, as it is written."""
    n = len(K)
    K, L = K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
    sums = K.sum() * L.sum() / (n - 1) / (n - 2) - 2 / (n - 2) * (K @ L).sum()
    return (np.trace(K @ L) + sums) / n / (n - 3)


def hsic(K, L):
    H = np.eye(len(K)) - 1 / len(K)
    return np.trace(H @ K @ H @ L)


def loop(X, Y, debiased):
    of = hsic_1 if debiased else hsic
    a, b = [x.numpy() @ x.numpy().T for x in X], [y.numpy() @ y.numpy().T for y in Y]
    return torch.tensor([[of(k, m) / (of(k, k) * of(m, m)) ** 0.5 for m in b] for k in a])


@pytest.mark.parametrize("debiased", [False, True])
def test_cka_equals_the_formula_for_features_few_and_many(normal, debiased):
    shared = normal(12, 3)
    X = [normal(12, 4) + shared @ normal(3, 4) + 2, shared @ normal(3, 40)]
    Y = [normal(12, 2), shared @ normal(3, 50) + 0.1 * normal(12, 50) - 5, shared]
    found = linear_cka(X, Y, debiased=debiased)
    torch.testing.assert_close(found, loop(X, Y, debiased))
    one = normal(12, 30)
    assert linear_cka([one], [2 * one + 3], debiased=debiased).item() == pytest.approx(1)


def test_wide_noise_is_alike_only_to_the_biased_estimate(normal):
    noise = [normal(20, 400) for _ in range(20)]
    off = ~torch.eye(20, dtype=torch.bool)
    assert linear_cka(noise, noise)[off].mean() > 0.9
    assert linear_cka(noise, noise, debiased=True)[off].mean().abs() < 0.01


@pytest.mark.parametrize("value", [3.0, torch.nan])
def test_features_without_variance_or_with_nan_have_no_cka(normal, value):
    dead, alive = torch.full((8, 3), value, dtype=torch.float64), normal(8, 3)
    found = linear_cka([alive, dead], [alive])
    assert found.isnan().tolist() == [[False], [True]]


SPHERES = [[0, 1, 2], list(range(25)), [], [4], list(range(3, 28))]


def make_spheres():
    start = torch.tensor([0, *(len(s) for s in SPHERES)]).cumsum(0)
    return Neighbourhoods(start, torch.tensor([m for s in SPHERES for m in s], dtype=torch.int32))


@pytest.mark.parametrize("debiased", [False, True])
@pytest.mark.parametrize(("dtype", "atol"), [(torch.float64, 1e-9), (torch.float32, 1e-5)])
def test_each_sphere_has_the_cka_of_its_responses(normal, debiased, dtype, atol):
    shared = normal(14, 5)
    Y = 100 * (shared @ normal(5, 30) + 0.5 * normal(14, 30)) + 50
    models = [shared, normal(14, 60)]
    found = searchlight_cka(
        Y.to(dtype), [m.to(dtype) for m in models], make_spheres(), debiased=debiased
    )
    for row in (0, 1, 4):
        expected = loop([Y[:, SPHERES[row]]], models, debiased)[0]
        torch.testing.assert_close(found[row].double(), expected, atol=atol, rtol=0)
    assert found[[2, 3]].isnan().all()


def test_a_target_with_nan_is_left_out_and_progress_can_stop(normal):
    Y, model = normal(14, 30), normal(14, 6)
    spoilt = Y.clone()
    spoilt[2, 1] = torch.nan
    found = searchlight_cka(spoilt, [model], make_spheres())
    torch.testing.assert_close(found[0], loop([Y[:, [0, 2]]], [model], debiased=False)[0])

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        searchlight_cka(Y, [model], make_spheres(), progress=stop)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linear_cka([torch.zeros(5, 2)], [torch.zeros(6, 2)]), "same stimuli"),
        (lambda: linear_cka([torch.zeros(5)], [torch.zeros(5)]), "n_features"),
        (lambda: linear_cka([torch.zeros(3, 2)] * 2, [], debiased=True), "expected 4 or more"),
        (lambda: searchlight_cka(torch.zeros(5, 30), [torch.zeros(6, 2)], make_spheres()), "same"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
