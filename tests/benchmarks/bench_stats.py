"""Time the statistics against plain loops and peers: alternating runs in one process.

``python tests/benchmarks/bench_stats.py --threads 2``; every line ends with the largest difference
in numbers between the two. Wall seconds count where threads are to help, CPU seconds elsewhere.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from scipy import stats

from explorer.engine.bootstrap import bootstrap_pearson
from explorer.engine.ceiling import split_half
from explorer.engine.cyclic import draw_orders
from explorer.engine.group import sign_flip, wilcoxon
from explorer.engine.layer_choice import layer_interval
from explorer.engine.maximum import max_permutation
from explorer.engine.model_comparison import compare_predictions
from explorer.engine.resampling import draw_counts
from explorer.engine.scores import pearson
from explorer.engine.stats import permutation_p

Numbers = torch.Tensor
N, N_TARGETS = 512, 20_000


def report(
    title: str, rounds: int, ours: Callable[[], Numbers], name: str, peer: Callable[[], Numbers],
    scale: float = 1, same: Callable[[Numbers, Numbers], float] | None = None,
) -> None:  # fmt: skip
    """Write medians of alternating runs; the peer does 1/``scale`` of the work."""
    times: dict[str, list[tuple[float, float]]] = {"ours": [], "peer": []}
    for _ in range(rounds):
        results = []
        for key, job in (("ours", ours), ("peer", peer)):
            wall, cpu = time.perf_counter(), time.process_time()
            results.append(job())
            times[key].append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = (statistics.median(t[k] for t in times["ours"]) for k in (0, 1))
    theirs = statistics.median(t[1] for t in times["peer"]) * scale
    difference = f"{same(*results):.0e}" if same else "not compared"
    label = f"{name} (scaled x{scale:g})" if scale > 1 else name
    sys.stdout.write(
        f"{title:<44} {wall:7.3f} s wall {cpu:7.3f} s CPU | {label:<32} {theirs:9.2f} s CPU "
        f"| x{theirs / cpu:<6.1f} | difference {difference}\n"
    )
    sys.stdout.flush()


def largest(a: Numbers, b: Numbers) -> float:
    """Largest difference over the numbers that both have: leading rows, or leading targets."""
    a, b = a[: len(b)], b[..., : a.shape[-1]]
    return float((a[..., : b.shape[-1]].double() - b.double()).abs().max())


def bench_permutations(rounds: int, Y: Numbers, Y_hat: Numbers) -> None:
    """Time the maximum over 20,000 targets, and p of each."""
    orders = draw_orders(N, 500, 0)

    def loop() -> Numbers:
        shifted = (pearson(Y[orders[0]], Y_hat[orders[0].roll(-k)]) for k in range(10))
        return torch.stack([r.max() for r in shifted]).double()

    def maximum() -> Numbers:
        return max_permutation(Y, Y_hat, n_permutations=500).maximum

    def maximum_double() -> Numbers:
        y, y_hat = Y[:, :2000].double(), Y_hat[:, :2000].double()
        return max_permutation(y, y_hat, n_permutations=500).maximum

    def loop_double() -> Numbers:
        y, y_hat = Y[:, :2000].double(), Y_hat[:, :2000].double()
        shifted = (pearson(y[orders[0]], y_hat[orders[0].roll(-k)]) for k in range(N))
        return torch.stack([r.max() for r in shifted])

    title = "max-statistic, 511 permutations x 20k"
    report(title, rounds, maximum, "loop of pearson", loop, 51.2, largest)
    title = "the same, float64, 2k targets"
    report(title, 1, maximum_double, "loop, same orders", loop_double, 1, largest)

    def each() -> Numbers:
        return permutation_p(Y, Y_hat, n_permutations=500)

    report("p of each target, 511 permutations x 20k", rounds, each, "loop of pearson", loop, 51.2)


def bench_bootstraps(rounds: int, Y: Numbers, Y_hat: Numbers) -> None:
    """Time 1,000 resamples, against copied rows and against scipy."""

    def copies() -> Numbers:
        counts = draw_counts(N, 1000, 0)[:5].long()
        rows = [torch.arange(N).repeat_interleave(count) for count in counts]
        return torch.stack([pearson(Y[r], Y_hat[r]) for r in rows])

    def scipy() -> Numbers:
        def correlate(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
            return stats.pearsonr(a, b, axis=axis).statistic

        for t in range(10):
            pair = (Y[:, t].numpy(), Y_hat[:, t].numpy())
            stats.bootstrap(pair, correlate, paired=True, n_resamples=1000, method="percentile")
        return Y[:0]

    def ours() -> Numbers:
        return bootstrap_pearson(Y, Y_hat)

    report(
        "1000 bootstraps of r, 20k targets", rounds, ours, "loop of pearson", copies, 200, largest
    )
    report("1000 bootstraps of r, 20k targets", 1, ours, "scipy.stats.bootstrap", scipy, 2000)


def bench_groups(rounds: int) -> None:
    """Time tests across eight subjects, over 20,000 targets."""
    x = torch.randn(8, N_TARGETS, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def exact() -> Numbers:
        test = stats.permutation_test(
            (x[:, :2000].numpy(),),
            lambda values, axis: values.mean(axis),
            permutation_type="samples",
            n_resamples=1000,
        )
        return torch.from_numpy(test.pvalue)

    def ranks() -> Numbers:
        p = [stats.wilcoxon(x[:, t].numpy()).pvalue for t in range(500)]
        return torch.tensor(p, dtype=torch.float64)

    def flips() -> Numbers:
        return sign_flip(x).p_value

    def signed() -> Numbers:
        return wilcoxon(x).p_value

    name = "scipy permutation_test"
    report("exact sign flips, 8 subjects, 20k", rounds, flips, name, exact, 10, largest)
    report("Wilcoxon, 8 subjects, 20k", rounds, signed, "loop of scipy", ranks, 40, largest)


def bench_models(rounds: int, Y: Numbers, Y_hat: Numbers) -> None:
    """Time two models on the same stimuli, and the interval of the best of 12 layers."""
    generator = torch.Generator().manual_seed(1)
    y, a = Y[:, :5000], Y_hat[:, :5000]
    b = y + 1.2 * torch.randn(y.shape, generator=generator)
    swaps = torch.randint(2, (1000, N), generator=torch.Generator().manual_seed(0)).bool()
    layers = torch.stack([y + (1 + k / 10) * torch.randn(y.shape, generator=generator)
                          for k in range(12)])  # fmt: skip

    def loop() -> Numbers:
        z, w = ((x - x.mean(0)) / x.std(0) for x in (a, b))
        drawn = [
            pearson(y, z.where(~s[:, None], w)) - pearson(y, w.where(~s[:, None], z))
            for s in swaps[:10]
        ]
        return torch.stack(drawn)

    def copies() -> Numbers:
        counts = draw_counts(N, 1000, 0)[:2].long()
        rows = [torch.arange(N).repeat_interleave(count) for count in counts]
        return torch.stack([pearson(y[r], layer[r]) for r in rows for layer in layers])

    def paired() -> Numbers:
        return compare_predictions(y, a, b).p_value

    def interval() -> Numbers:
        return layer_interval(y, layers).share

    report(
        "two models, 1000 swaps + resamples, 5k", rounds, paired, "loop of swaps alone", loop, 100
    )
    report(
        "best of 12 layers, 1000 resamples, 5k", rounds, interval, "loop of pearson", copies, 500
    )


def bench_reliability(rounds: int, Y: Numbers, Y_hat: Numbers) -> None:
    """Time r itself, and split halves."""
    repeats = torch.randn(4, 500, 5000, generator=torch.Generator().manual_seed(0))

    def score() -> Numbers:
        r = [stats.pearsonr(Y[:, t].numpy(), Y_hat[:, t].numpy()).statistic for t in range(500)]
        return torch.tensor(np.array(r))

    def halves() -> Numbers:
        orders = [torch.randperm(4) for _ in range(5)]
        return torch.stack(
            [pearson(repeats[o[:2]].mean(0), repeats[o[2:]].mean(0)) for o in orders]
        )

    def r() -> Numbers:
        return pearson(Y, Y_hat)

    def reliability() -> Numbers:
        return split_half(repeats)

    report("Pearson r of 20k targets", rounds, r, "loop of scipy", score, 40, largest)
    report(
        "100 split halves, 4 x 500, 5k targets", rounds, reliability, "loop of pearson", halves, 20
    )


def main() -> None:
    """Run all of it and say how busy the machine was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="alternating runs of each")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    generator = torch.Generator().manual_seed(0)
    Y = torch.randn(N, N_TARGETS, generator=generator)
    Y_hat = Y + torch.randn(N, N_TARGETS, generator=generator)
    sys.stdout.write(f"{arguments.threads} threads, load {os.getloadavg()[0]:.1f}, n = {N}\n")
    bench_permutations(arguments.rounds, Y, Y_hat)
    bench_bootstraps(arguments.rounds, Y, Y_hat)
    bench_groups(arguments.rounds)
    bench_models(arguments.rounds, Y, Y_hat)
    bench_reliability(arguments.rounds, Y, Y_hat)
    sys.stdout.write(f"load {os.getloadavg()[0]:.1f}\n")


if __name__ == "__main__":
    main()
