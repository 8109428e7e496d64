import pytest
import torch

from explorer.engine.decomposition import fit_scaling, fit_spectrum, gram


@pytest.mark.parametrize(("n", "d"), [(30, 1), (30, 6), (7, 20)])
def test_gram_equals_the_product(n, d, normal):
    X = normal(n, d)
    torch.testing.assert_close(gram(X), X.T @ X)


def test_spectrum_equals_squared_singular_values(normal):
    X = normal(30, 6)
    spectrum = fit_spectrum(X.T @ X, 6, None)
    torch.testing.assert_close(spectrum.values.flip(0), torch.linalg.svdvals(X).square())
    assert spectrum.mean_value.item() == pytest.approx(X.square().sum().item() / 6)
    assert spectrum.notes == ()


def test_rank_is_found_and_constant_columns_are_dropped(normal):
    X = normal(30, 4)
    X = torch.cat([X, X[:, :1], torch.full((30, 1), 0.1, dtype=torch.float64)], 1)
    scaling = fit_scaling(X, 0 * X[0], True, X.dtype)
    assert scaling.scale[5] == 0
    scaled = scaling.apply(X)
    assert len(fit_spectrum(scaled.T @ scaled, 6, None).values) == 4


def test_a_column_that_varies_only_by_rounding_is_constant(normal):
    X = (1 + 1e-8 * normal(30, 1)).float().double()
    X[0] += 1e-7
    shift = X.mean(0)
    assert fit_scaling(X - shift, shift, True, torch.float32).scale == 0
    assert fit_scaling(X - shift, shift, True, torch.float64).scale > 0


def fail(n_times, how):
    """An eigendecomposition that goes wrong the first ``n_times``."""
    right, calls = torch.linalg.eigh, []

    def eigh(matrix):
        calls.append(matrix)
        values, vectors = right(matrix)
        if len(calls) > n_times:
            return values, vectors
        if how == "raises":
            raise torch.linalg.LinAlgError("did not converge")
        return (values * torch.nan, vectors) if how == "nan" else (values, vectors.roll(1, 0))

    return eigh


@pytest.mark.parametrize("how", ["raises", "nan", "wrong"])
@pytest.mark.parametrize(
    ("n_times", "repair"), [(1, "jitter"), (2, "the CPU"), (9, "an SVD of the features")]
)
@pytest.mark.parametrize("n", [30, 4])
def test_a_failed_decomposition_is_repaired_and_noted(n, how, n_times, repair, normal, monkeypatch):
    X = normal(n, 6)
    X -= X.mean(0)
    right = fit_spectrum(X.T @ X, 6, None)
    monkeypatch.setattr(torch.linalg, "eigh", fail(n_times, how))
    for rows in (None, lambda: X):
        repaired = fit_spectrum(X.T @ X, 6, None, rows)
        torch.testing.assert_close(repaired.values[-3:], right.values[-3:], rtol=1e-7, atol=0)
        monkeypatch.setattr(torch.linalg, "eigh", fail(n_times, how))
        assert repair in repaired.notes[0]


def test_what_nothing_decomposes_is_refused():
    with pytest.raises(ValueError, match="cannot be decomposed"):
        fit_spectrum(torch.full((3, 3), torch.nan, dtype=torch.float64), 3, None)
