"""Time the engine against its peers: alternating runs in one process, medians of CPU seconds."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import torch
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

from explorer.engine.folds import kfold
from explorer.engine.rdm import compare_rdms, rdm, square
from explorer.engine.resampling import draw_counts
from explorer.engine.ridge import RidgeSettings, ridge_cv
from explorer.engine.stats import bootstrap_rdm

Job = Callable[[], object]


def report(title: str, rounds: int, ours: Job, peer_name: str, peer: Job, scale: float = 1) -> None:
    """Write medians of ``rounds`` alternating runs; the peer does 1/``scale`` of the work."""
    missing = [name for name in ("himalaya", "rsatoolbox") if name in peer_name]
    missing = [name for name in missing if find_spec(name) is None]
    if missing:
        sys.stdout.write(f"{title:<46} {missing[0]} is not installed: no comparison\n")
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


def features_and_responses(n: int, d: int, n_targets: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Power-law features and responses with R2 of one half, float32."""
    generator = torch.Generator().manual_seed(0)
    X = torch.randn(n, d, generator=generator) * torch.arange(1, d + 1) ** -0.5
    signal = X @ torch.randn(d, n_targets, generator=generator)
    return X + 1, signal / signal.std(0) + torch.randn(n, n_targets, generator=generator)


def bench_ridge(rounds: int, size: tuple[int, int, int, int]) -> None:
    """Time ridge with an alpha per target, on one exact grid for all, five contiguous folds."""
    n, d, n_targets, n_alphas = size
    X, Y = features_and_responses(n, d, n_targets)
    alphas = np.logspace(-2, 4, n_alphas)
    settings = RidgeSettings(tuple(alphas.tolist()), relative=False, standardise=False)

    def ours() -> object:
        return ridge_cv(X, Y, kfold(n, 5, seed=None), settings)

    def himalaya() -> object:
        from himalaya.backend import set_backend  # noqa: PLC0415 - it may not be there
        from himalaya.ridge import RidgeCV  # noqa: PLC0415

        set_backend("torch")
        batches = {"n_targets_batch": 2000, "warn": False}
        return RidgeCV(alphas, cv=5, fit_intercept=True, solver_params=batches).fit(X, Y)

    def himalaya_kernel() -> object:
        from himalaya.backend import set_backend  # noqa: PLC0415 - it may not be there
        from himalaya.kernel_ridge import KernelRidgeCV  # noqa: PLC0415

        set_backend("torch")
        batches = {"n_targets_batch": 2000}
        centred = X - X.mean(0), Y - Y.mean(0)  # it fits no intercept
        return KernelRidgeCV(alphas, cv=5, solver_params=batches).fit(*centred)

    def sklearn() -> object:
        from sklearn.linear_model import RidgeCV  # noqa: PLC0415 - slow to load

        return RidgeCV(alphas, alpha_per_target=True).fit(X.numpy(), Y.numpy())

    title = f"ridge n={n} d={d} targets={n_targets} alphas={n_alphas}"
    report(title, rounds, ours, "himalaya RidgeCV torch", himalaya)
    if d > n:
        report(title, rounds, ours, "himalaya KernelRidgeCV", himalaya_kernel)
    report(title, rounds, ours, "scikit-learn RidgeCV (LOO)", sklearn)


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


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="alternating runs of each")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="small ridge problems only")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    warnings.simplefilter("ignore")  # of the peers
    sizes = [(500, 256, 1000, 10), (1000, 512, 6300, 10), (600, 2048, 3000, 10)]
    if not arguments.quick:
        sizes += [(2000, 768, 20000, 10), (4000, 768, 4000, 20)]
    for size in sizes:
        bench_ridge(arguments.rounds, size)
    if not arguments.quick:
        bench_rdms(arguments.rounds)
        bench_bootstrap_rdm(arguments.rounds)


if __name__ == "__main__":
    main()
