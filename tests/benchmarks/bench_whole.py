"""The whole job: every layer of a model on a cortex at NSD size; himalaya on a part of one layer.

``python tests/benchmarks/bench_whole.py [--layers 12] [--targets 20484] [--peer-targets 2000]``
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings

import numpy as np
import psutil
import torch
from torch import Tensor

from explorer.engine.factors import fit_factors
from explorer.engine.folds import kfold
from explorer.engine.penalties import RidgeSettings
from explorer.engine.scores import pearson
from explorer.engine.solve import solve

N, D, N_TEST = 9000, 768, 500
ALPHAS = tuple(np.logspace(-4, 4, 20).tolist())


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def made_layer(layer: int) -> Tensor:
    """Features with a power-law spectrum, of stimuli for training and test: (n, d), float32."""
    generator = torch.Generator().manual_seed(layer)
    X = torch.randn(N + N_TEST, D, generator=generator) * torch.arange(1, D + 1) ** -0.5
    return X + 1


def made_responses(n_targets: int) -> Tensor:
    """Responses of which layer 0 explains between nothing and a half: (n_targets, n), float32."""
    generator = torch.Generator().manual_seed(99)
    X = made_layer(0)
    Y = torch.empty(n_targets, len(X))
    for start in range(0, n_targets, 2048):
        part = Y[start : start + 2048]
        signal = torch.randn(len(part), D, generator=generator) @ X.T
        share = torch.rand(len(part), 1, generator=generator) * 0.5
        noise = torch.randn(part.shape, generator=generator)
        part[:] = signal / signal.std(1, keepdim=True) * share.sqrt() + noise * (1 - share).sqrt()
    return Y


def run_job(n_layers: int, Y: Tensor, mode: str) -> None:
    """All layers, with held-out scores; seconds of each, and of all."""
    settings = RidgeSettings(ALPHAS, mode=mode)
    folds = kfold(N, 5, seed=0)
    train, test = Y[:, :N].T, Y[:, N:].T
    begin, cpu = time.perf_counter(), time.process_time()
    means = []
    for layer in range(n_layers):
        X = made_layer(layer)
        fit = solve(fit_factors(X[:N], folds, settings), train)
        means.append(float(pearson(test, fit.predict(X[N:])).mean()))
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    peak = psutil.Process().memory_info().rss / 1e9
    say(
        f"{n_layers} layers x {len(Y):,} targets x {len(ALPHAS)} alphas x 5 folds, n = {N:,}, "
        f"d = {D}, {mode}: {wall:.0f} s wall, {cpu:.0f} s CPU, "
        f"mean r of layer 0 {means[0]:.4f}, of the others {np.mean(means[1:] or [np.nan]):.4f}; "
        f"{peak:.1f} GB resident with {Y.nbytes / 1e9:.1f} GB of responses"
    )


def run_peer(Y: Tensor, n_targets: int) -> None:
    """One layer by himalaya's torch backend on some of the targets; its time is scaled."""
    from himalaya.backend import set_backend  # noqa: PLC0415 - it may not be there
    from himalaya.ridge import RidgeCV  # noqa: PLC0415

    set_backend("torch")
    X = made_layer(0)[:N]
    batches = {"n_targets_batch": 2000, "warn": False}
    model = RidgeCV(np.array(ALPHAS), cv=5, fit_intercept=True, solver_params=batches)
    begin, cpu = time.perf_counter(), time.process_time()
    model.fit(X, Y[:n_targets, :N].T.contiguous())
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    scale = len(Y) / n_targets
    say(
        f"himalaya, one layer, {n_targets:,} targets: {wall:.0f} s wall, {cpu:.0f} s CPU; "
        f"for {len(Y):,} targets about {wall * scale:.0f} s wall (scaled)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--targets", type=int, default=20_484)
    parser.add_argument("--peer-targets", type=int, default=2000, help="0: no peer")
    parser.add_argument("--mode", default="guided")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    warnings.simplefilter("ignore")  # of the peer
    Y = made_responses(chosen.targets)
    run_job(chosen.layers, Y, chosen.mode)
    if chosen.peer_targets:
        run_peer(Y, chosen.peer_targets)


if __name__ == "__main__":
    main()
