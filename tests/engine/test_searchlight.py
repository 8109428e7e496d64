import contextlib
import io

import numpy as np
import pytest
import rsatoolbox as rs
import rsatoolbox.inference
import rsatoolbox.model
import rsatoolbox.util.searchlight
import torch

from explorer.engine import searchlight as module
from explorer.engine.neighbourhoods import Neighbourhoods
from explorer.engine.rdm import RDM_COMPARISONS, RDM_METHODS, compare_rdms, rdm
from explorer.engine.searchlight import searchlight_rsa


def make_spheres(*members):
    sizes = torch.tensor([0, *(len(m) for m in members)])
    flat = torch.tensor([x for m in members for x in m], dtype=torch.int32)
    return Neighbourhoods(sizes.cumsum(0), flat)


SPHERES = ([0, 1, 2, 3, 4], [5, 6, 7], [], [2, 4, 6, 8, 9], [9], [1, 8, 3])
FULL = [0, 1, 3, 5]


@pytest.fixture
def data(normal):
    return normal(12, 10), rdm(normal(3, 12, 20))


def one_by_one(Y, models, dissimilarity="correlation", comparison="spearman"):
    rows = [
        compare_rdms(rdm(Y[:, list(s)], dissimilarity)[None], models, comparison)[0]
        for s in SPHERES
        if len(s) > 1
    ]
    return torch.stack(rows)


@pytest.mark.parametrize("dissimilarity", RDM_METHODS)
@pytest.mark.parametrize("comparison", RDM_COMPARISONS)
def test_each_sphere_scores_as_its_rdm_does(data, dissimilarity, comparison):
    found = searchlight_rsa(
        *data, make_spheres(*SPHERES), dissimilarity=dissimilarity, comparison=comparison
    )
    expected = one_by_one(*data, dissimilarity, comparison)
    torch.testing.assert_close(found.score[FULL], expected, atol=1e-9, rtol=0)
    assert found.score[[2, 4]].isnan().all()
    assert found.missing.tolist() == [0, 0, 66, 0, 66, 0]


@pytest.mark.parametrize("comparison", ["spearman", "pearson"])
def test_single_precision_agrees_with_double(normal, comparison):
    Y, models = normal(40, 300) + 2, rdm(normal(4, 40, 30))
    spheres = make_spheres(*(range(k, k + 60) for k in range(200)))
    exact = searchlight_rsa(Y, models, spheres, comparison=comparison).score
    single = searchlight_rsa(Y.float(), models.float(), spheres, comparison=comparison).score
    assert single.dtype == torch.float32
    assert (single - exact).abs().max() < 1e-5


@pytest.mark.parametrize("comparison", ["spearman", "pearson"])
def test_the_way_of_other_devices_gives_the_same(data, comparison, monkeypatch):
    spheres = make_spheres(*SPHERES)
    expected = searchlight_rsa(*data, spheres, comparison=comparison)
    monkeypatch.setattr(module, "_on_cpu", lambda tensor: False)
    found = searchlight_rsa(*data, spheres, comparison=comparison)
    torch.testing.assert_close(found.score, expected.score, equal_nan=True)


@pytest.mark.parametrize(("comparison", "theirs"), [("pearson", "corr"), ("spearman", "spearman")])
def test_scores_are_rsatoolboxes(normal, comparison, theirs):
    Y, features = normal(20, 60), normal(2, 20, 15)
    members = [np.arange(k, k + 25) for k in range(30)]
    found = searchlight_rsa(Y, rdm(features), make_spheres(*members), comparison=comparison)
    with contextlib.redirect_stderr(io.StringIO()):  # it draws bars of progress
        rdms = rs.util.searchlight.get_searchlight_RDMs(
            Y.numpy(), np.arange(30), members, np.arange(20), verbose=False
        )
        data = [rs.data.Dataset(x.numpy()) for x in features]
        models = [rs.model.ModelFixed("m", rs.rdm.calc_rdm(d, "correlation")) for d in data]
        results = rs.util.searchlight.evaluate_models_searchlight(
            rdms, models, rs.inference.eval_fixed, method=theirs
        )
    expected = np.stack([r.evaluations.reshape(-1) for r in results])
    np.testing.assert_allclose(found.score.numpy(), expected, atol=1e-6)


def test_a_planted_model_wins_where_it_was_planted(normal):
    features = normal(2, 30, 8)
    Y = normal(30, 40) * 0.5
    Y[:, :20] += features[0] @ normal(8, 20)
    Y[:, 20:] += features[1] @ normal(8, 20)
    score = searchlight_rsa(Y, rdm(features), make_spheres(range(20), range(20, 40))).score
    assert score.argmax(1).tolist() == [0, 1]


def test_a_constant_pattern_loses_its_pairs_and_is_counted(data):
    Y, models = data
    Y[4, [5, 6, 7]] = 1.5
    found = searchlight_rsa(Y, models, make_spheres(*SPHERES))
    torch.testing.assert_close(found.score[FULL], one_by_one(Y, models))
    assert found.missing.tolist() == [0, 11, 66, 0, 66, 0]
    assert not found.score[FULL].isnan().any()


def test_a_target_with_nan_is_left_out_of_every_sphere(data):
    Y, models = data
    Y[3, 4] = torch.nan
    found = searchlight_rsa(Y, models, make_spheres(*SPHERES)).score
    without = [[m for m in s if m != 4] for s in SPHERES]
    expected = searchlight_rsa(Y.nan_to_num(), models, make_spheres(*without)).score
    torch.testing.assert_close(found, expected, equal_nan=True)


def test_pairs_that_a_model_lacks_are_left_out_for_it(data):
    Y, models = data
    models[1, 5:9] = torch.nan
    found = searchlight_rsa(Y, models, make_spheres(*SPHERES)).score[FULL]
    torch.testing.assert_close(found, one_by_one(Y, models))


def test_stimuli_that_are_all_alike_have_no_score(data):
    Y, models = data
    same = Y[:1].expand_as(Y).contiguous()
    assert searchlight_rsa(same, models, make_spheres(*SPHERES)).score.isnan().all()
    assert (
        searchlight_rsa(same, models, make_spheres(*SPHERES), comparison="pearson")
        .score.isnan()
        .all()
    )


def test_batches_change_no_score_and_progress_ends_at_all(data, monkeypatch):
    steps = []
    monkeypatch.setattr(module, "_CACHED", 1)  # one sphere at a time
    found = searchlight_rsa(
        *data, make_spheres(*SPHERES), progress=lambda done, total: steps.append((done, total))
    )
    torch.testing.assert_close(found.score[FULL], one_by_one(*data))
    assert steps == [(k, 5) for k in range(1, 6)]


def test_an_exception_of_progress_ends_the_search(data):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        searchlight_rsa(*data, make_spheres(*SPHERES), progress=stop)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Y": torch.zeros(2, 10), "models": torch.zeros(1, 1)}, "3 stimuli or more"),
        ({"models": torch.zeros(1, 55)}, "same stimuli"),
        ({"models": torch.zeros(66)}, "same stimuli"),
        ({"neighbourhoods": make_spheres([0, 10])}, "targets 0 to 10, expected 0 to 9"),
        ({"dissimilarity": "mahalanobis"}, "correlation, cosine"),
        ({"comparison": "tau"}, "kendall_tau_a"),
    ],
)
def test_what_does_not_fit_is_refused(data, change, message):
    given = {"Y": data[0], "models": data[1], "neighbourhoods": make_spheres([0, 1])}
    with pytest.raises(ValueError, match=message):
        searchlight_rsa(**{**given, **change})
