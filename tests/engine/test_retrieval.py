import numpy as np
import pytest
import torch

from explorer.engine import int8_scan
from explorer.engine.quantisation import quantise
from explorer.engine.retrieval import MEASURES, fold_scaling, nearest_rows


def full_search(queries, rows, k, measure):
    """All scores in float64, a full sort."""
    e, q = rows.double(), queries.double()
    if measure == "correlation":
        e, q = e - e.mean(1, keepdim=True), q - q.mean(1, keepdim=True)
    scores = q @ e.T
    if measure != "dot":
        scores = scores / q.norm(dim=1, keepdim=True) / e.norm(dim=1)
    return scores.sort(dim=1, descending=True, stable=True).indices[:, :k], scores


def spectrum(normal, n, d):
    """Rows in clusters, their variances a power law along random directions; and the directions."""
    axes = torch.linalg.qr(normal(d, d)).Q.float()
    sd = torch.arange(1, d + 1) ** -0.5
    centres = normal(200, d).float() * sd
    rows = torch.cat([centres.repeat(n // 200, 1)]) + torch.randn(n, d) * sd
    return (rows @ axes.T).half(), axes, sd


@pytest.mark.parametrize("d", [64, 384])
def test_recall_is_one_in_likely_and_unlikely_directions(d, normal):
    torch.manual_seed(0)
    rows, axes, sd = spectrum(normal, 200_000 if d == 64 else 40_000, d)
    kinds = {
        "in the spectrum": normal(2, d).float() * sd @ axes.T,
        "white": normal(2, d).float(),
        "of low variance": normal(2, d // 8).float() @ axes[:, -(d // 8) :].T,
    }
    table = quantise(rows)
    queries = torch.cat(list(kinds.values()))
    found = nearest_rows(queries, table, rows, 100)
    expected, scores = full_search(queries, rows, 100, "dot")
    assert found.certain.all()
    assert torch.equal(found.index, expected)
    torch.testing.assert_close(found.score, scores.gather(1, expected))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("threads", [1, 2])
def test_every_measure_equals_a_full_sort(measure, threads, normal):
    torch.set_num_threads(threads)
    rows = (normal(5000, 20) + 0.5).float()
    queries = normal(3, 20)
    found = nearest_rows(queries, quantise(rows), rows, 7, measure=measure)
    assert torch.equal(found.index, full_search(queries, rows, 7, measure)[0])


def test_pieces_and_samples_change_nothing(normal, monkeypatch):
    rows = normal(40_000, 16).float().sort(0).values  # the best lie together
    queries, table = normal(2, 16), quantise(rows)
    whole = nearest_rows(queries, table, rows, 10)
    monkeypatch.setattr("explorer.engine.retrieval.FRESH", 30)
    monkeypatch.setattr("explorer.engine.int8_scan.PIECE", 1000)
    parts = nearest_rows(queries, table, rows, 10)
    assert torch.equal(whole.index, parts.index)
    assert torch.equal(whole.index, full_search(queries, rows, 10, "dot")[0])


def test_too_many_candidates_cost_certainty_not_recall(normal):
    rows = normal(20_000, 64).float()
    rows[:, 0] *= 1e-3  # the query looks where the table hardly varies
    query = torch.eye(64)[:1]
    table = quantise(rows)
    found = nearest_rows(query, table, rows, 20, most=1000)
    assert not found.certain.any()
    assert nearest_rows(query, table, rows, 20).certain.all()
    assert torch.equal(found.index, full_search(query, rows, 20, "dot")[0])


def test_the_product_of_a_device_finds_the_same(normal, monkeypatch):
    rows, queries = normal(9000, 33).float(), normal(4, 33)
    table = quantise(rows)
    looped = nearest_rows(queries, table, rows, 15)
    monkeypatch.setattr(int8_scan, "_scan_threads", int8_scan._scan_product)
    product = nearest_rows(queries, table, rows, 15)
    assert torch.equal(looped.index, product.index)


def test_inner_products_hold_in_32_bits_at_their_largest():
    for d in (768, 2064, 4096):
        rows = torch.ones(3, d)
        rows[1] = -1
        found = nearest_rows(torch.full((1, d), 5.0), quantise(rows), rows, 3)
        assert found.index.tolist() == [[0, 2, 1]]
        assert found.score[0, 0].item() == 5 * d


def test_lost_rows_are_never_returned(normal):
    rows = normal(300, 8).float()
    rows[::3], rows[1] = torch.nan, 0.0
    usable = 200
    for measure, n in (("dot", usable), ("cosine", usable - 1), ("correlation", usable - 1)):
        found = nearest_rows(normal(2, 8), quantise(rows), rows, 500, measure=measure)
        assert found.index.shape == (2, n)
        assert (found.index % 3 != 0).all()
        assert found.score.isfinite().all()


def test_nothing_asked_or_nothing_there_gives_nothing(normal):
    empty = torch.zeros(0, 8)
    assert nearest_rows(normal(2, 8), quantise(empty), empty, 5).index.shape == (2, 0)
    rows = normal(9, 8)
    assert nearest_rows(normal(0, 8), quantise(rows), rows, 5).index.shape == (0, 5)
    assert nearest_rows(torch.zeros(1, 8), quantise(rows), rows, 3).index.tolist() == [[0, 1, 2]]


def test_without_rows_the_scores_are_those_of_int8(normal):
    rows, query = normal(2000, 32).float(), normal(1, 32)
    table = quantise(rows)
    found = nearest_rows(query, table, None, 50)
    coarse = query @ (table.values * table.scale[:, None]).double().T
    assert not found.certain.any()
    torch.testing.assert_close(found.score, coarse.gather(1, found.index), atol=1e-2, rtol=0)
    expected = set(full_search(query, rows, 50, "dot")[0][0].tolist())
    assert len(expected & set(found.index[0].tolist())) > 45


def test_a_mapped_table_serves_as_well(tmp_path, normal):
    rows = normal(3000, 16).half()
    mapped = np.memmap(tmp_path / "rows.f2", np.float16, "w+", shape=(3000, 16))
    mapped[:] = rows.numpy()
    mapped.flush()
    opened = torch.from_numpy(np.memmap(tmp_path / "rows.f2", np.float16, "c", shape=(3000, 16)))
    query = normal(1, 16)
    a, b = (nearest_rows(query, quantise(r), r, 10).index for r in (rows, opened))
    assert torch.equal(a, b)


def test_scaling_folds_into_the_query(normal):
    E, W, intercept = normal(50, 6) * 3 + 2, normal(6, 4), normal(4)
    mean, sd = E.mean(0), E.std(0)
    queries, constant = fold_scaling(W, sd, mean, intercept)
    expected = ((E - mean) / sd) @ W + intercept
    torch.testing.assert_close(E @ queries.T + constant, expected)
    with pytest.raises(ValueError, match="every sd"):
        fold_scaling(W, sd * 0, mean, intercept)
    with pytest.raises(ValueError, match="expected"):
        fold_scaling(W, sd[:2], mean, intercept)


def test_bad_questions_are_refused(normal):
    rows = normal(9, 4)
    table = quantise(rows)
    cases = [
        ((normal(1, 5), table, rows, 2), "n_queries, 4"),
        ((normal(1, 4), table, rows[:3], 2), "the rows that were quantised"),
        ((normal(1, 4), table, rows, 0), "k is 0"),
        ((torch.full((1, 4), torch.nan), table, rows, 2), "NaN or infinity"),
    ]
    for arguments, text in cases:
        with pytest.raises(ValueError, match=text):
            nearest_rows(*arguments)
    with pytest.raises(ValueError, match="measure is 'l2'"):
        nearest_rows(normal(1, 4), table, rows, 2, measure="l2")
    with pytest.raises(ValueError, match="no direction"):
        nearest_rows(torch.zeros(1, 4), table, rows, 2, measure="cosine")
