"""Time scores and RDMs against their peers: alternating in one process, medians of CPU seconds."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

import torch
from scipy.spatial.distance import pdist
from scipy.stats import pearsonr, spearmanr

from explorer.engine.ceiling import split_half
from explorer.engine.rdm import compare_rdms, rdm, square
from explorer.engine.resampling import draw_counts
from explorer.engine.scores import pearson
from explorer.engine.stats import bootstrap_pearson, bootstrap_rdm, permutation_p

Job = Callable[[], object]


def report(title: str, rounds: int, ours: Job, peer_name: str, peer: Job, scale: float = 1) -> None:
    """Write medians of ``rounds`` alternating runs; the peer does 1/``scale`` of the work."""
    if peer_name == "rsatoolbox" and find_spec(peer_name) is None:
        sys.stdout.write(f"{title:<46} {peer_name} is not installed: no comparison\n")
        return
    times: dict[Job, list[float]] = {ours: [], peer: []}
    for _ in range(rounds):
        for job in (ours, peer):
            start = time.process_time()
            job()
            times[job].append(time.process_time() - start)
    mine, its = statistics.median(times[ours]), statistics.median(times[peer]) * scale
    name = f"{peer_name} (scaled)" if scale > 1 else peer_name
    sys.stdout.write(f"{title:<46} {mine:8.3f} s  {name:<28} {its:9.3f} s  x{its / mine:.1f}\n")
    sys.stdout.flush()


def bench_rdms(rounds: int) -> None:
    """Time RDMs of 200 stimuli at 100 times, and their comparison with 32 models."""
    generator = torch.Generator().manual_seed(0)
    X = torch.randn(100, 200, 63, generator=generator)
    models = torch.randn(32, 200, 256, generator=generator)

    def ours() -> object:
        return compare_rdms(rdm(X), rdm(models), "spearman")

    def scipy() -> object:
        a = [pdist(x, "correlation") for x in X[:10].numpy()]
        b = [pdist(x, "correlation") for x in models.numpy()]
        return [[spearmanr(x, y).statistic for y in b[:4]] for x in a]

    def rsatoolbox() -> object:
        import rsatoolbox.data  # noqa: PLC0415 - it may not be there
        import rsatoolbox.rdm  # noqa: PLC0415

        def stack(patterns: torch.Tensor) -> object:
            sets = [rsatoolbox.data.Dataset(x) for x in patterns.double().numpy()]
            return rsatoolbox.rdm.concat(
                [rsatoolbox.rdm.calc_rdm(one, method="correlation") for one in sets]
            )

        return rsatoolbox.rdm.compare(stack(X), stack(models), method="spearman")

    title = "100 RDMs of 200 stimuli, Spearman to 32"
    report(title, rounds, ours, "rsatoolbox", rsatoolbox)
    report(title, rounds, ours, "scipy loop", scipy, scale=80)


def bench_bootstrap_rdm(rounds: int) -> None:
    """Time 1000 resamples of 7 layers and 5 subjects, 92 stimuli; the loop does 20 of them."""
    generator = torch.Generator().manual_seed(0)
    a = rdm(torch.randn(7, 92, 50, generator=generator))
    b = rdm(torch.randn(5, 92, 50, generator=generator))

    def naive() -> object:
        matrices, out = square(torch.cat([a, b])), []
        for count in draw_counts(92, 20, 0):
            drawn = torch.arange(92).repeat_interleave(count.long())
            i, j = torch.triu_indices(92, 92, 1)
            kept = drawn[i] != drawn[j]
            copied = matrices[:, drawn[i][kept], drawn[j][kept]].numpy()
            out.append([[spearmanr(x, y).statistic for y in copied[7:]] for x in copied[:7]])
        return out

    def ours() -> object:
        return bootstrap_rdm(a, b)

    report("1000 bootstraps of 7 x 5 RDMs, 92 stimuli", rounds, ours, "scipy loop", naive, 50)


def bench_scores(rounds: int) -> None:
    """Time permutations and bootstraps of r, and reliability; the loops do part of the work."""
    generator = torch.Generator().manual_seed(0)
    Y = torch.randn(512, 20000, generator=generator)
    Y_hat = Y + torch.randn(512, 20000, generator=generator)
    repeats = torch.randn(4, 500, 5000, generator=generator)

    def permute() -> object:
        return [pearson(Y, Y_hat[torch.randperm(512)]) for _ in range(5)]

    def resample() -> object:
        drawn = [torch.randint(512, (512,)) for _ in range(5)]
        return [pearson(Y[rows], Y_hat[rows]) for rows in drawn]

    def score() -> object:
        return [pearsonr(Y[:, t], Y_hat[:, t]) for t in range(500)]

    def halves() -> object:
        orders = [torch.randperm(4) for _ in range(5)]
        return [pearson(repeats[o[:2]].mean(0), repeats[o[2:]].mean(0)) for o in orders]

    test, boot = partial(permutation_p, Y, Y_hat), partial(bootstrap_pearson, Y, Y_hat)
    r, half = partial(pearson, Y, Y_hat), partial(split_half, repeats)
    report("Pearson r of 20k targets", rounds, r, "scipy loop", score, 40)
    report("1000 permutations, 20k targets, n=512", rounds, test, "loop of pearson", permute, 200)
    report("1000 bootstraps, 20k targets, n=512", rounds, boot, "loop of pearson", resample, 200)
    report("100 split halves, 4 x 500, 5k targets", rounds, half, "loop of pearson", halves, 20)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="alternating runs of each")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    warnings.simplefilter("ignore")  # of the peers
    bench_rdms(arguments.rounds)
    bench_bootstrap_rdm(arguments.rounds)
    bench_scores(arguments.rounds)


if __name__ == "__main__":
    main()
