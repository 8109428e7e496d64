"""Exact nearest rows of a large table: a scan of int8, then the true scores of what may be best."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.int8_scan import WholeQueries, round_queries, scan_rows
from explorer.engine.quantisation import Int8Rows

MEASURES = ("dot", "cosine", "correlation")
FRESH = 2048  # candidates of a query between two updates of its floor
SAMPLE_BLOCKS, SAMPLE_ROWS = 64, 128  # what the first floors are taken from
DEVIATIONS = 6.0  # standard deviations of the rounding error that an uncertain search allows for
SLACK = 1.01  # of the bound: float32 rounding in weights, and products on a GPU
RERANKED = 4096  # rows at a time


@dataclass(frozen=True)
class Nearest:
    """The best rows of each query, best first.

    Attributes
    ----------
    index : (n_queries, k), int64
    score : (n_queries, k), float64, in the measure that was asked for
    certain : (n_queries,), bool: that no other row is better is proven, not only likely
    """

    index: Tensor
    score: Tensor
    certain: Tensor


@dataclass
class _Search:
    """Candidates of one query so far, and how many of them have not raised its floor yet."""

    index: list[Tensor]
    product: list[Tensor]
    fresh: int = 0
    certain: bool = True


def nearest_rows(
    queries: Tensor,
    table: Int8Rows,
    rows: Tensor | None,
    k: int = 100,
    *,
    measure: str = "dot",
    most: int = 65536,
) -> Nearest:
    """The k rows with the highest scores, among millions, by reading every row once.

    Rounding to int8 moves a product by at most a known amount (Cauchy & Schwarz), so every row that
    might be among the best is kept and scored again from ``rows``: the result is that of a full
    search and ``certain``. A query along which the table hardly varies keeps too many; then rows
    within six standard deviations of the rounding error are taken, and ``certain`` is False.

    Parameters
    ----------
    queries : (n_queries, n_features), finite; all are answered in one pass
    table : from ``quantise(rows)``; its values may lie in a memory-mapped file
    rows : (n_rows, n_features), float16 or float32, from which candidates are scored, may be
        memory-mapped; None leaves the scores of int8, which miss about one in a hundred
    k : how many; with fewer usable rows, that many
    measure : dot, cosine, or correlation over features, which Doerig et al. (2025) used
    most : candidates of a query that are kept for certainty

    Returns
    -------
    nearest : ties go to the earlier row; a row with a NaN, or without direction where the measure
        needs one, is never returned

    Raises
    ------
    ValueError
        if shapes do not fit, the measure is unknown, ``k`` < 1, or a query is not finite
    """
    _check(queries, table, rows, k, measure)
    device = table.scale.device
    asked = _prepare(queries.cpu(), measure)
    weight = _weights(table, measure)
    if not len(asked) or not len(weight):
        nothing = torch.empty(len(asked), min(k, len(weight)), dtype=torch.int64, device=device)
        certain = torch.ones(len(asked), dtype=torch.bool, device=device)
        return Nearest(nothing, nothing.double(), certain)
    whole = round_queries(asked)
    size = torch.linalg.vector_norm(asked, dim=1)
    lost = torch.linalg.vector_norm(asked - whole.values * whole.step[:, None], dim=1)
    of_query = table.longest * lost
    proven = SLACK * (table.rounding * size + of_query) / whole.step
    likely = SLACK * (DEVIATIONS * size / 12**0.5 + of_query) / whole.step
    bounds = (proven, torch.minimum(proven, likely))
    found = _scan(table.values, weight, whole, bounds, k, max(most, 2 * k))
    best = [
        _rank(search, query, step, (weight, add), rows, k, measure)
        for search, query, step, add in zip(found, asked, whole.step, proven, strict=True)
    ]
    return Nearest(
        torch.stack([index for index, _ in best]).to(device),
        torch.stack([score for _, score in best]).to(device),
        torch.tensor([s.certain and rows is not None for s in found], device=device),
    )


def fold_scaling(W: Tensor, sd: Tensor, mean: Tensor, intercept: Tensor) -> tuple[Tensor, Tensor]:
    """Queries that score raw features as a model of z-scored features would.

    ``sum_j w_j (e_j - mean_j) / sd_j + intercept = e @ query + constant``: the table is read as it
    is, for all targets.

    Parameters
    ----------
    W : (n_features, n_targets), weights on z-scored features
    sd : (n_features,), > 0
    mean : (n_features,)
    intercept : (n_targets,)

    Returns
    -------
    queries : (n_targets, n_features)
    constant : (n_targets,), to be added to dot scores

    Raises
    ------
    ValueError
        if the shapes do not fit, or an sd is not positive
    """
    if W.ndim != 2 or sd.shape != W.shape[:1] or mean.shape != sd.shape:  # noqa: PLR2004
        raise ValueError(
            f"W has shape {tuple(W.shape)}, sd {tuple(sd.shape)} and mean {tuple(mean.shape)}, "
            "expected (n_features, n_targets) and (n_features,) twice."
        )
    if intercept.shape != W.shape[1:] or not bool((sd > 0).all()):
        raise ValueError(
            f"intercept has shape {tuple(intercept.shape)}, expected ({W.shape[1]},), and every sd "
            "more than 0. Leave out features that do not vary."
        )
    queries = (W / sd[:, None]).T
    return queries, intercept - queries @ mean


def _prepare(queries: Tensor, measure: str) -> Tensor:
    """Queries whose inner product, over the row's length, is the score; float64."""
    asked = queries.double()
    if measure == "correlation":
        asked = asked - asked.mean(1, keepdim=True)
    if measure != "dot":
        length = torch.linalg.vector_norm(asked, dim=1, keepdim=True)
        if bool((length == 0).any()):
            raise ValueError(f"A query has no direction, so it has no {measure}. Leave it out.")
        asked = asked / length
    return asked


def _weights(table: Int8Rows, measure: str) -> Tensor:
    """What the product of a row counts: its scale, over its length if that is divided by."""
    if measure == "dot":
        return table.scale
    length = table.length if measure == "cosine" else table.centred_length
    # a constant row has no correlation: its centred length is only rounding
    none = length <= 1e-6 * table.length
    return table.scale / length.masked_fill(none, torch.nan)


def _scan(
    values: Tensor,
    weight: Tensor,
    whole: WholeQueries,
    bounds: tuple[Tensor, Tensor],
    k: int,
    most: int,
) -> list[_Search]:
    """Candidates of every query: all rows that could be among its k best."""
    searches = [_Search([], []) for _ in whole.values]
    add = bounds[0].clone()
    floor = _first_floor(values, weight, whole, add, k)
    for hits in scan_rows(values, weight, whole, add, floor):
        for q, (search, (index, product)) in enumerate(zip(searches, hits, strict=True)):
            search.index.append(index)
            search.product.append(product)
            search.fresh += len(index)
            if search.fresh > FRESH:
                floor[q] = _tighten(search, weight, add[q], floor[q], k)
                if len(search.index[0]) > most and search.certain:
                    search.certain, add[q] = False, bounds[1][q]
                    floor[q] = _tighten(search, weight, add[q], floor[q], k)
    for q, search in enumerate(searches):
        _tighten(search, weight, add[q], floor[q], k)
    return searches


def _tighten(search: _Search, weight: Tensor, add: Tensor, floor: Tensor, k: int) -> Tensor:
    """Raise the floor to the k-th best score that is sure, and drop candidates below it."""
    index, product = torch.cat(search.index), torch.cat(search.product).double()
    weights = weight[index].double()
    if len(index) >= k:
        sure = (weights * (product - add.to(weights))).topk(k).values[-1]
        floor = torch.maximum(floor, sure.to(floor))
    kept = weights * (product + add.to(weights)) >= floor.to(weights)
    search.index, search.product, search.fresh = [index[kept]], [product[kept]], 0
    return floor


def _first_floor(
    values: Tensor, weight: Tensor, whole: WholeQueries, add: Tensor, k: int
) -> Tensor:
    """The k-th best score that is sure among rows spread over the table: the true one is higher."""
    nothing = torch.full_like(add, -torch.inf)
    step = len(values) // SAMPLE_BLOCKS
    if step <= SAMPLE_ROWS:
        return nothing
    blocks = [slice(i * step, i * step + SAMPLE_ROWS) for i in range(SAMPLE_BLOCKS)]
    sampled = torch.cat([weight[block] for block in blocks])
    drawn = torch.cat([values[block] for block in blocks])
    pieces = list(scan_rows(drawn, sampled, whole, add, nothing))
    floor = nothing.clone()
    for q in range(len(floor)):
        search = _Search([hits[q][0] for hits in pieces], [hits[q][1] for hits in pieces])
        floor[q] = _tighten(search, sampled, add[q], floor[q], k)
    return floor


def _rank(
    search: _Search,
    query: Tensor,
    step: Tensor,
    bound: tuple[Tensor, Tensor],
    rows: Tensor | None,
    k: int,
    measure: str,
) -> tuple[Tensor, Tensor]:
    """Score candidates from ``rows``: the likeliest first, then those that may still be better."""
    index, product = search.index[0], search.product[0]
    weight, add = bound[0][index].double(), bound[1]
    k = min(k, len(index))  # with fewer, no floor was raised: they are all there are
    estimate = weight * product
    if rows is None:
        return _top(index, estimate * step.to(estimate), k)
    order = estimate.argsort(descending=True)
    first = order[: 2 * k]
    score = _true_scores(rows, index[first], query, measure)
    kth = score.topk(k).values[-1:]
    rest = order[2 * k :]
    possible = (weight * (product + add.to(weight)) * step.to(weight))[rest] >= kth
    rest = rest[possible]
    more = _true_scores(rows, index[rest], query, measure)
    return _top(torch.cat([index[first], index[rest]]), torch.cat([score, more]), k)


def _top(index: Tensor, score: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k highest; the earlier row of equals."""
    ascending = index.argsort()
    index, score = index[ascending], score[ascending]
    best = score.argsort(descending=True, stable=True)[:k]
    return index[best], score[best]


def _true_scores(rows: Tensor, index: Tensor, query: Tensor, measure: str) -> Tensor:
    """Scores from the rows themselves, float64, on the device of ``index``."""
    out = torch.empty(len(index), dtype=torch.float64, device=index.device)
    for start in range(0, len(index), RERANKED):
        block = slice(start, start + RERANKED)
        x = rows[index[block].to(rows.device)].to(index.device, torch.float64)
        if measure == "correlation":
            x = x - x.mean(1, keepdim=True)
        score = x @ query.to(x)
        out[block] = score if measure == "dot" else score / torch.linalg.vector_norm(x, dim=1)
    return out


def _check(queries: Tensor, table: Int8Rows, rows: Tensor | None, k: int, measure: str) -> None:
    shape = tuple(table.values.shape)
    if queries.ndim != 2 or queries.shape[1] != shape[1]:  # noqa: PLR2004 - queries and features
        raise ValueError(
            f"queries has shape {tuple(queries.shape)}, expected (n_queries, {shape[1]})."
        )
    if rows is not None and tuple(rows.shape) != shape:
        raise ValueError(
            f"rows has shape {tuple(rows.shape)}, expected {shape}: the rows that were quantised."
        )
    if measure not in MEASURES:
        raise ValueError(f"measure is {measure!r}, expected one of {', '.join(MEASURES)}.")
    if k < 1:
        raise ValueError(f"k is {k}, expected 1 or more.")
    if not bool(queries.isfinite().all()):
        raise ValueError("A query holds a NaN or infinity. Leave that query out.")
