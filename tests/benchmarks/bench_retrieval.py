"""Time exact retrieval beside a plain read of the same memory, and count what it finds.

``python tests/benchmarks/bench_retrieval.py --rows 3000000 --threads 2`` makes its own table: rows
of unit length in 2,000 clusters with a power-law spectrum, int8 beside float16 (6.9 GB for 3M).
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numba
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from explorer.engine.quantisation import Int8Rows, quantise
from explorer.engine.retrieval import nearest_rows

K = 100
BLOCK = 4096


@numba.njit(nogil=True)
def _sum(words):  # type: ignore[no-untyped-def]
    total = np.int64(0)
    for i in range(words.shape[0]):
        total += words[i]
    return total


def read_sum(words: NDArray[np.int64], threads: int) -> int:
    """Add up all bytes, eight at a time: what the memory gives."""
    edges = np.linspace(0, len(words), threads + 1).astype(int)
    with ThreadPoolExecutor(threads) as pool:
        spans = pairwise(edges)
        return sum(pool.map(lambda span: int(_sum(words[span[0] : span[1]])), spans))


def make_table(n: int, d: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows, float16, and the directions of their variances, most first."""
    generator = torch.Generator().manual_seed(0)
    axes = torch.linalg.qr(torch.randn(d, d, generator=generator)).Q
    sd = torch.arange(1, d + 1) ** -0.35
    centres = (torch.randn(2000, d, generator=generator) * sd) @ axes.T
    noise = (torch.randn(BLOCK, d, generator=generator) * sd) @ axes.T
    rows = torch.empty(n, d, dtype=torch.float16)
    for start in range(0, n, BLOCK):
        part = slice(start, min(start + BLOCK, n))
        # fresh noise for every block would take minutes: the same, shuffled over rows and signs
        order = torch.randperm(BLOCK, generator=generator)[: part.stop - part.start]
        sign = 1 - 2 * torch.randint(2, (len(order), 1), generator=generator)
        cluster = torch.randint(2000, (len(order),), generator=generator)
        x = torch.addcmul(centres[cluster], noise[order], sign.float())
        rows[part] = (x / x.norm(dim=1, keepdim=True)).half()
    return rows, axes * sd


def best_rows(query: torch.Tensor, rows: torch.Tensor) -> set[int]:
    """The best rows by a full search, in float32 products of the float16 rows."""
    blocks = range(0, len(rows), BLOCK)
    scores = torch.cat([rows[s : s + BLOCK].float() @ query[0] for s in blocks])
    return set(scores.topk(K).indices.tolist())


Times = tuple[float, float, float]


def clock(rounds: int, jobs: dict[str, Callable[[], object]]) -> dict[str, Times]:
    """Median wall, best wall and median CPU milliseconds of each job, run in turn."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            wall, cpu = time.perf_counter(), time.process_time()
            job()
            took = (time.perf_counter() - wall, time.process_time() - cpu)
            times[name].append((1e3 * took[0], 1e3 * took[1]))
    out = {}
    for name, taken in times.items():
        walls, cpus = zip(*taken, strict=True)
        out[name] = (statistics.median(walls), min(walls), statistics.median(cpus))
    return out


def bench(rows: torch.Tensor, axes: torch.Tensor, table: Int8Rows, rounds: int) -> None:
    """One line per kind of query, then several at once, then the usual way."""
    generator = torch.Generator().manual_seed(1)
    d, threads = rows.shape[1], torch.get_num_threads()
    drawn = torch.randn(1, d, generator=generator)
    kinds = {
        "in the spectrum": drawn @ axes.T,
        "white": drawn,
        "of low variance": drawn[:, : d // 12] @ axes[:, -(d // 12) :].T,
    }
    words = table.values.view(-1).numpy().view(np.int64)
    gigabytes = table.values.numel() / 1e6  # per millisecond
    for name, query in kinds.items():
        found = nearest_rows(query, table, rows, K)
        recall = len(best_rows(query, rows) & set(found.index[0].tolist())) / K
        jobs: dict[str, Callable[[], object]] = {
            "ours": lambda q=query: nearest_rows(q, table, rows, K),
            "read": lambda: read_sum(words, threads),
        }
        took = clock(rounds, jobs)
        ours, read = took["ours"], took["read"]
        parts = [
            f"{what} {a:6.1f} ms ({gigabytes / a:4.1f} GB/s), read {b:6.1f} ms: {b / a:4.0%}"
            for what, a, b in zip(("median", "best", "CPU"), ours, read, strict=True)
        ]
        proven = "proven" if bool(found.certain[0]) else "not proven"
        say(f"top {K}, {name:<15} | {' | '.join(parts)} | recall {recall:.2f}, {proven}")
    queries = torch.randn(8, d, generator=generator)
    took = clock(rounds, {"eight": lambda: nearest_rows(queries, table, rows, K)})
    say(f"8 queries at once      {took['eight'][0]:7.1f} ms")
    part, query = rows[:100_000].double().numpy(), drawn.double().numpy()
    took = clock(1, {"scipy": lambda: cdist(query, part, "correlation")[0].argsort()[:K]})
    say(f"scipy cdist and argsort {took['scipy'][0] * len(rows) / len(part):7.0f} ms (scaled)")


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Make the table and search it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--features", type=int, default=768)
    parser.add_argument("--rounds", type=int, default=7, help="alternating runs of each")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rows, axes = make_table(arguments.rows, arguments.features)
    table = quantise(rows)
    say(
        f"{len(rows)} x {rows.shape[1]}, int8 {table.values.numel() / 1e9:.2f} GB, error of a row "
        f"{table.relative_error:.2%}; {arguments.threads} threads, load {os.getloadavg()[0]:.1f}"
    )
    bench(rows, axes, table, arguments.rounds)
    say(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
