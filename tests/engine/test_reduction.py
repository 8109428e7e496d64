import math

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array
from sklearn.random_projection import SparseRandomProjection, johnson_lindenstrauss_min_dim

from explorer.engine.reduction import distortion_dim, draw_projection, effective_dim


@pytest.mark.parametrize("density", [None, 1 / 3, 1.0])
def test_entries_are_distributed_as_in_sklearn(density, normal):
    ours = draw_projection(900, 400, seed=1, density=density)
    peer = SparseRandomProjection(400, density=density or "auto", random_state=0)
    peer.fit(normal(2, 900).numpy())
    entries = ours.matrix.coalesce().values()
    theirs = csr_array(peer.components_)
    assert ours.density == pytest.approx(peer.density_)
    assert entries.unique().numpy() == pytest.approx(np.unique(theirs.data))
    assert len(entries) == pytest.approx(theirs.nnz, rel=0.02)
    assert entries.sign().mean().abs() < 0.02
    assert entries.dtype == torch.float32


def test_distances_are_kept_within_the_bound(normal):
    X = normal(30, 5000).float()
    n_components = distortion_dim(30, 0.3)
    projected = draw_projection(5000, n_components).apply(X)
    ratio = (torch.pdist(projected) / torch.pdist(X)).square()
    assert projected.shape == (30, n_components)
    assert 0.7 < ratio.min() < ratio.max() < 1.3
    assert ratio.mean().item() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("n", "eps"), [(2, 0.5), (1000, 0.1), (8000, 0.05)])
def test_the_number_of_components_is_that_of_sklearn(n, eps):
    assert distortion_dim(n, eps) == johnson_lindenstrauss_min_dim(n, eps=eps)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_applying_is_a_product_with_the_dense_matrix(dtype, normal):
    X, projection = normal(10, 200).to(dtype), draw_projection(200, 50)
    dense = projection.matrix.to_dense().to(dtype)
    torch.testing.assert_close(projection.apply(X), X @ dense.T)
    assert projection.apply(X).is_contiguous()


def test_one_seed_is_one_projection_and_rows_do_not_depend_on_others(normal):
    X = normal(20, 100)
    first, again, other = (draw_projection(100, 30, seed=seed).apply(X) for seed in (3, 3, 4))
    assert first.equal(again)
    assert not torch.allclose(first, other)
    torch.testing.assert_close(draw_projection(100, 30, seed=3).apply(X[:5]), first[:5])


@pytest.mark.parametrize(("n", "d"), [(200, 30), (30, 200)])
@pytest.mark.parametrize("standardise", [False, True])
def test_effective_dim_is_the_participation_ratio_of_the_covariance(n, d, standardise, normal):
    X = normal(n, d) * torch.logspace(0, -2, d, dtype=torch.float64) + 3
    scaled = X / X.std(0) if standardise else X
    values = np.linalg.eigvalsh(np.cov(scaled.numpy().T))
    expected = values.sum() ** 2 / (values**2).sum()
    assert effective_dim(X, standardise=standardise) == pytest.approx(expected)
    assert effective_dim(X.float(), standardise=standardise) == pytest.approx(expected, rel=1e-5)


def test_effective_dim_of_known_spectra(normal):
    basis = torch.linalg.qr(normal(100, 9) - normal(100, 9).mean(0)).Q
    basis = torch.linalg.qr(basis - basis.mean(0)).Q
    assert effective_dim(basis[:, :8]) == pytest.approx(8)
    assert effective_dim(basis[:, :1] @ normal(1, 20)) == pytest.approx(1)
    assert math.isnan(effective_dim(torch.full((10, 3), 0.1)))


def test_effective_dim_reads_one_constant_column_as_none(normal):
    X = normal(50, 4)
    constant = torch.cat([X, torch.full((50, 1), 0.1).double()], 1)
    for standardise in (False, True):
        expected = effective_dim(X, standardise=standardise)
        assert effective_dim(constant, standardise=standardise) == pytest.approx(expected)


def test_impossible_projections_are_refused(normal):
    with pytest.raises(ValueError, match="0 features to 3"):
        draw_projection(0, 3)
    with pytest.raises(ValueError, match="3 features to 0"):
        draw_projection(3, 0)
    with pytest.raises(ValueError, match="density is 2"):
        draw_projection(3, 2, density=2)
    with pytest.raises(ValueError, match="5 features, expected 4"):
        draw_projection(4, 2).apply(normal(3, 5))
    with pytest.raises(ValueError, match="in 1 of its 4"):
        draw_projection(4, 2).apply(torch.tensor([[1.0, math.nan, 0, 0]]))
    for n, eps in ((1, 0.1), (10, 0.0), (10, 1.0)):
        with pytest.raises(ValueError, match="expected 2 or more"):
            distortion_dim(n, eps)
