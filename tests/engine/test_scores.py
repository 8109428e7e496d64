import subprocess
import sys

import pytest
import torch
from scipy.stats import pearsonr
from sklearn.metrics import r2_score
from sklearn.metrics.pairwise import cosine_similarity

from explorer.engine import METRICS
from explorer.engine.scores import cosine, pearson, r2


def reference(name, y, y_hat):
    if name == "pearson":
        return pearsonr(y, y_hat).statistic
    return r2_score(y, y_hat) if name == "r2" else cosine_similarity([y], [y_hat])[0, 0]


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_metrics_equal_scipy_and_sklearn(name, dtype, normal):
    Y, Y_hat = (normal(40, 5) + 3).to(dtype), (normal(40, 5) + 3).to(dtype)
    score = METRICS[name].function(Y, Y_hat)
    expected = [reference(name, *pair) for pair in zip(Y.T.numpy(), Y_hat.T.numpy(), strict=True)]
    assert score.dtype == dtype
    torch.testing.assert_close(score.double(), torch.tensor(expected).double(), atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", METRICS)
def test_a_perfect_prediction_has_the_highest_score(name, normal):
    metric, Y = METRICS[name], normal(20, 3)
    assert metric.function(Y, Y).tolist() == pytest.approx([metric.bounds[1]] * 3)
    assert metric.name == name


@pytest.mark.parametrize("function", [pearson, r2])
def test_a_constant_target_scores_nan_and_no_other(function, normal):
    Y = normal(20, 3)
    Y[:, 1] = 0.1
    score = function(Y, Y + normal(20, 3))
    assert score.isnan().tolist() == [False, True, False]


def test_a_constant_prediction_has_no_correlation_but_an_r2(normal):
    Y = normal(20, 1)
    Y_hat = Y.mean(0).expand_as(Y)
    assert pearson(Y, Y_hat).isnan()
    assert r2(Y, Y_hat).item() == pytest.approx(0)


def test_cosine_of_a_zero_target_is_nan(normal):
    assert cosine(torch.zeros(5, 1), torch.ones(5, 1)).isnan()
    assert cosine(torch.ones(5, 1), 2 * torch.ones(5, 1)).item() == pytest.approx(1)


@pytest.mark.parametrize("name", METRICS)
def test_a_nan_reaches_its_target_only(name, normal):
    Y, Y_hat = normal(10, 3), normal(10, 3)
    Y_hat[4, 2] = torch.nan
    assert METRICS[name].function(Y, Y_hat).isnan().tolist() == [False, False, True]


def test_a_wrong_scale_spoils_r2_but_not_r(normal):
    Y = normal(50, 1)
    assert pearson(Y, 5 * Y).item() == pytest.approx(1)
    assert r2(Y, 5 * Y).item() < -10


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"\(5, 2\) and Y_hat \(5, 1\)"):
        pearson(torch.zeros(5, 2), torch.zeros(5, 1))


def test_the_table_of_metrics_does_not_load_torch():
    code = "import sys, explorer.engine; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
