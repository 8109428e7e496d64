"""The inner loop of retrieval: rows of int8 against queries, of which few are kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.device import exact_matmul

QUERY_LEVELS = 8191  # 127 * 8191 * n_features stays below 2^31 up to 2,064 features
PIECE = 2**16  # rows that a thread takes at a time
STREAMS = 4  # places of a piece read in turn: one core then loads a fifth faster; 8 are too many


@dataclass(frozen=True)
class WholeQueries:
    """Queries rounded to whole numbers, ``values * step[:, None]``.

    Attributes
    ----------
    values : (n_queries, n_features), int16
    step : (n_queries,), float64
    """

    values: Tensor
    step: Tensor


Hits = list[tuple[Tensor, Tensor]]  # of each query: rows, and their products


def round_queries(queries: Tensor) -> WholeQueries:
    """Queries as whole numbers so small that a sum over features fits 32 bits.

    Parameters
    ----------
    queries : (n_queries, n_features), float64, finite

    Returns
    -------
    rounded : a query of zeros keeps step 1
    """
    most = min(QUERY_LEVELS, (2**31 - 1) // (128 * max(1, queries.shape[1])))
    largest = queries.abs().amax(1) if queries.shape[1] else queries.sum(1)
    step = torch.where(largest > 0, largest / most, torch.ones_like(largest))
    return WholeQueries((queries / step[:, None]).round().to(torch.int16), step)


def scan_rows(
    values: Tensor, weight: Tensor, queries: WholeQueries, add: Tensor, floor: Tensor
) -> Iterator[Hits]:
    """Rows whose ``weight * (inner product + add)`` reaches the floor of a query, piece by piece.

    On a CPU a compiled loop over int8 in as many threads as torch has, which reads every row once
    for all queries and is bound by memory; elsewhere a float32 product, exact on such numbers to
    1e-6 of the length. Floors may be raised in place between pieces: rows yet to be read see it.

    Parameters
    ----------
    values : (n_rows, n_features), int8, moved to the device of ``weight`` if it is elsewhere
    weight : (n_rows,), float32; NaN leaves a row out
    queries : the rounded queries
    add : (n_queries,), float64, on the CPU, what rounding may have cost, in units of the product
    floor : (n_queries,), float64, on the CPU, in these units

    Yields
    ------
    hits : for each query rows, (n_hits,), in no order, and their products without weight, (n_hits,)
    """
    if weight.device.type == "cpu" and values.device.type == "cpu":
        return _scan_threads(values, weight, queries, add, floor)
    return _scan_product(values, weight, queries, add, floor)


@exact_matmul()
def _product(values: Tensor, asked: Tensor) -> Tensor:
    return asked @ values.float().T


def _scan_product(
    values: Tensor, weight: Tensor, queries: WholeQueries, add: Tensor, floor: Tensor
) -> Iterator[Hits]:
    asked = queries.values.to(weight.device, torch.float32)
    for block in column_batches(len(values), 4 * (2 * values.shape[1] + 3 * len(asked))):
        product = _product(values[block].to(weight.device), asked)  # (n_queries, n_block)
        reach = weight[block] * (product + add.to(weight)[:, None]) >= floor.to(weight)[:, None]
        rows = [found.nonzero()[:, 0] for found in reach]
        yield [(r + block.start, p[r]) for r, p in zip(rows, product, strict=True)]


def _scan_threads(
    values: Tensor, weight: Tensor, queries: WholeQueries, add: Tensor, floor: Tensor
) -> Iterator[Hits]:
    table, weights = values.numpy(), weight.numpy()
    asked = (queries.values.numpy(), add.numpy(), floor.numpy())  # views: they see floors rise

    def piece(start: int) -> Hits:
        part = slice(start, min(start + PIECE, len(table)))
        hits = np.empty((2, len(asked[0]), part.stop - start), np.int32)
        count = np.zeros(len(asked[0]), np.int64)
        _scan(table[part], weights[part], *asked, hits, count)
        found = [torch.from_numpy(hits[:, q, :n].astype(np.int64)) for q, n in enumerate(count)]
        return [(rows + start, products) for rows, products in found]

    starts = range(0, len(table), PIECE)
    n_threads = min(torch.get_num_threads(), len(starts))
    if n_threads < 2:  # noqa: PLR2004 - one thread
        yield from map(piece, starts)
        return
    with ThreadPoolExecutor(n_threads) as pool:
        ahead: deque[Future[Hits]] = deque()
        for start in starts:
            ahead.append(pool.submit(piece, start))
            if len(ahead) > 2 * n_threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _compiled(function: Callable[..., None]) -> Any:
    return numba.njit(nogil=True)(function)  # called from threads of our own: no layer of numba's


@_compiled
def _inner(row, query):  # type: ignore[no-untyped-def]
    """Inner product in 32 bits throughout, which vectorises; in 64 it would take twice as long."""
    total = np.int32(0)
    for j in range(row.shape[0]):
        total = np.int32(total + np.int32(row[j]) * np.int32(query[j]))
    return total


@_compiled
def _scan(values, weight, queries, add, floor, hits, count):  # type: ignore[no-untyped-def]
    """Fill ``hits``, rows and products of (2, n_queries, n_rows), and count those of each query."""
    n = values.shape[0]
    stretch = (n + STREAMS - 1) // STREAMS
    for place in range(stretch):
        for i in range(place, n, stretch):
            for q in range(queries.shape[0]):
                total = _inner(values[i], queries[q])
                if weight[i] * (total + add[q]) >= floor[q]:
                    hits[0, q, count[q]] = i
                    hits[1, q, count[q]] = total
                    count[q] += 1
