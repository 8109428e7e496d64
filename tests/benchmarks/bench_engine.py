"""Time the engine against its peers: alternating runs in one process, medians of CPU seconds."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

import numpy as np
import torch
from scipy.stats import pearsonr

from explorer.engine.ceiling import split_half
from explorer.engine.folds import kfold
from explorer.engine.ridge import RidgeSettings, ridge_cv
from explorer.engine.scores import pearson
from explorer.engine.stats import bootstrap_pearson, permutation_p

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
        bench_scores(arguments.rounds)


if __name__ == "__main__":
    main()
