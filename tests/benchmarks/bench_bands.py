"""Time fractional and banded ridge against peers: alternating runs, medians of CPU seconds."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from explorer.engine.band_settings import BandedSettings
from explorer.engine.banded import BandedFit, banded_ridge_cv
from explorer.engine.folds import kfold
from explorer.engine.fractional import (
    FractionalSettings,
    fractional_ridge,
    fractional_ridge_cv,
)
from explorer.engine.reduction import draw_projection

Job = Callable[[], object]
FRACTIONS = tuple(np.linspace(0.05, 1, 20).tolist())


def measure(rounds: int, **jobs: Job) -> tuple[dict[str, float], dict[str, object]]:
    """Median CPU seconds of alternating runs, and what the last of them returned."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    results: dict[str, object] = {}
    for _ in range(rounds):
        for name, job in jobs.items():
            start = time.process_time()
            results[name] = job()
            times[name].append(time.process_time() - start)
    return {name: statistics.median(taken) for name, taken in times.items()}, results


def report(title: str, ours: float, name: str, peer: float, note: str) -> None:
    """Write one line: ours, the peer, the ratio, and how far the numbers are apart."""
    line = f"{title:<58} {ours:8.2f} s  {name:<36} {peer:8.2f} s  x{peer / ours:<6.1f} {note}\n"
    sys.stdout.write(line)
    sys.stdout.flush()


def planted(n: int, sizes: tuple[int, ...], n_targets: int) -> tuple[list[Tensor], Tensor]:
    """Power-law bands and responses that mix them, R2 of one half, float32."""
    generator = torch.Generator().manual_seed(0)
    bands, signal = [], torch.zeros(n, n_targets)
    for size in sizes:
        X = torch.randn(n, size, generator=generator) * torch.arange(1, size + 1) ** -0.5
        part = X @ torch.randn(size, n_targets, generator=generator)
        signal += torch.rand(n_targets, generator=generator) * part / part.std(0)
        bands.append(X + 1)
    noise = torch.randn(n, n_targets, generator=generator)
    return bands, signal / signal.std(0) + noise


def bench_fractional(rounds: int, n: int, d: int, n_targets: int) -> None:
    """Time 20 fractions: all weights, and five folds with a fraction per target."""
    import fracridge  # noqa: PLC0415 - slow to load

    (X,), Y = planted(n, (d,), n_targets)
    X, Y = X - X.mean(0), Y - Y.mean(0)
    plain = FractionalSettings(FRACTIONS, standardise=False)
    fracridge.fracridge(X[:, :8].double().numpy(), Y[:, :2].double().numpy(), FRACTIONS)  # compile

    def all_fractions() -> object:
        return fracridge.fracridge(X.double().numpy(), Y.double().numpy(), np.array(FRACTIONS))

    trained = X[: 4 * n // 5].double().numpy(), Y[: 4 * n // 5].double().numpy()

    def one_fraction() -> object:
        """Fit what a grid search fits 100 times: one fraction, the training rows of one fold."""
        return fracridge.fracridge(*trained, np.array(FRACTIONS[9:10]))

    def path() -> object:
        return fractional_ridge(X, Y, plain)

    def search(**changes: object) -> Job:
        settings = replace(plain, **changes)
        return lambda: fractional_ridge_cv(X, Y, kfold(n, 5, seed=None), settings)

    jobs = {"cv": search(), "one": one_fraction, "exact": search(exact=True)}
    jobs |= {"path": path, "peer": all_fractions}
    times, found = measure(rounds, **jobs)
    coefs, alphas = found["peer"]
    ours = found["path"]
    gap = np.abs(ours.W.permute(1, 0, 2).numpy() - coefs).max() / np.abs(coefs).max()
    apart = np.abs(ours.alpha.numpy() - alphas).max() / alphas.max()
    size = f"n={n} d={d} targets={n_targets} fractions=20"
    note = f"coefs {gap:.1e} of the largest, alphas {apart:.1e}"
    report(f"weights {size}", times["path"], "fracridge, functional", times["peer"], note)
    whole = 101 * times["one"]
    name = "GridSearchCV (101 single fits)"
    report(f"5 folds {size}", times["cv"], name, whole, "fraction per target")
    report(f"same, exact alpha {size}", times["exact"], name, whole, "fraction per target")


def banded_problem(
    n: int, sizes: tuple[int, ...], n_targets: int
) -> tuple[list[Tensor], Tensor, BandedSettings, Tensor]:
    """Centred bands and responses, 20 gammas with 10 absolute alphas, and linear kernels."""
    bands, Y = planted(n, sizes, n_targets)
    bands, Y = [band - band.mean(0) for band in bands], Y - Y.mean(0)
    alphas = tuple(np.logspace(0, 6, 10).tolist())
    settings = BandedSettings(alphas, relative=False, standardise=False)
    return bands, Y, settings, torch.stack([band @ band.T for band in bands])


def bench_banded(rounds: int, n: int, sizes: tuple[int, ...], n_targets: int, peer: str) -> None:
    """Time the random search over 20 gammas, 10 alphas and 5 folds, with weights, in both."""
    from himalaya.backend import set_backend  # noqa: PLC0415 - slow to load
    from himalaya.kernel_ridge import (  # noqa: PLC0415
        solve_multiple_kernel_ridge_random_search,
    )
    from himalaya.ridge import solve_group_ridge_random_search  # noqa: PLC0415

    set_backend("torch")
    bands, Y, settings, kernels = banded_problem(n, sizes, n_targets)
    given = {"n_iter": settings.scalings(len(sizes)).float(), "cv": 5, "fit_intercept": True}
    given |= {"alphas": torch.tensor(settings.alphas, dtype=torch.float32)}
    given |= {"progress_bar": False, "n_targets_batch": 2000}

    def ours(screened: int | None) -> Job:
        changed = replace(settings, screened=screened)
        return lambda: banded_ridge_cv(bands, Y, kfold(n, 5, seed=None), changed)

    def group() -> object:
        return solve_group_ridge_random_search(bands, Y, return_weights=True, warn=False, **given)

    def kernel() -> object:
        return solve_multiple_kernel_ridge_random_search(kernels, Y, return_weights="dual", **given)

    theirs = {"himalaya group ridge": group, "himalaya multiple kernels": kernel}[peer]
    times, found = measure(rounds, exact=ours(None), peer=theirs, screened=ours(3))
    exact = found["exact"]
    title = f"banded n={n} d={'+'.join(map(str, sizes))} targets={n_targets}"
    gap = (exact.gamma_mse + found["peer"][2]).abs().max()
    report(title, times["exact"], peer, times["peer"], f"CV scores apart {gap:.1e}")
    note = f"CV MSE above exact: {regret(found['screened'], exact)}"
    report(f"{title} top 3 by GCV", times["screened"], peer, times["peer"], note)


def bench_descent(n: int, sizes: tuple[int, ...], n_targets: int) -> None:
    """Time the search with a descent of ten steps, once; the peer has ten iterations."""
    from himalaya.backend import set_backend  # noqa: PLC0415 - slow to load
    from himalaya.kernel_ridge import (  # noqa: PLC0415
        solve_multiple_kernel_ridge_hyper_gradient,
    )

    set_backend("torch")
    bands, Y, settings, kernels = banded_problem(n, sizes, n_targets)

    def ours(n_steps: int) -> Job:
        changed = replace(settings, n_steps=n_steps)
        return lambda: banded_ridge_cv(bands, Y, kfold(n, 5, seed=None), changed)

    def gradient() -> object:
        return solve_multiple_kernel_ridge_hyper_gradient(
            kernels, Y, cv=5, max_iter=10, initial_deltas="ridgecv", progress_bar=False
        )

    times, found = measure(1, search=ours(0), descent=ours(10), peer=gradient)
    search, descent = (found[name].cv_mse.mean() for name in ("search", "descent"))
    reached = -found["peer"][2].amax(0).mean()
    note = f"mean CV MSE {descent:.5f}, himalaya {reached:.5f}, search alone {search:.5f}"
    title = f"descent n={n} d={'+'.join(map(str, sizes))} targets={n_targets}"
    report(title, times["descent"], "himalaya hyper-gradient", times["peer"], note)


def regret(screened: BandedFit, exact: BandedFit) -> str:
    """Mean and largest relative loss of the screened search."""
    loss = screened.cv_mse / exact.cv_mse - 1
    return f"mean {loss.mean():.1e}, largest {loss.max():.1e}"


def bench_projection(rounds: int, n: int, d: int, n_components: int) -> None:
    """Time drawing and applying a sparse random projection."""
    from sklearn.random_projection import SparseRandomProjection  # noqa: PLC0415 - slow to load

    X = torch.randn(n, d, generator=torch.Generator().manual_seed(0))

    def ours() -> object:
        return draw_projection(d, n_components).apply(X)

    def sklearn() -> object:
        return SparseRandomProjection(n_components, random_state=0).fit_transform(X.numpy())

    times, _ = measure(rounds, ours=ours, peer=sklearn)
    title = f"sparse projection n={n} d={d} to {n_components}"
    report(title, times["ours"], "scikit-learn", times["peer"], "other draws: not compared")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="alternating runs of each")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="small problems only")
    parts = ("fractional", "banded", "kernels", "descent", "projection")
    parser.add_argument("--only", choices=parts)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    warnings.simplefilter("ignore")  # of the peers
    wanted = (arguments.only,) if arguments.only else parts
    if "fractional" in wanted:
        size = (500, 128, 500) if arguments.quick else (2000, 768, 20000)
        bench_fractional(arguments.rounds, *size)
    size = (500, (30, 20), 200) if arguments.quick else (2400, (200, 100), 3000)
    if "banded" in wanted:
        bench_banded(arguments.rounds, *size, "himalaya group ridge")
    if "kernels" in wanted:
        bench_banded(arguments.rounds, *size, "himalaya multiple kernels")
    if "descent" in wanted:
        bench_descent(size[0], size[1], min(size[2], 150))  # the peer takes minutes
    if "projection" in wanted:
        size = (500, 1000, 200) if arguments.quick else (2000, 4096, 1000)
        bench_projection(arguments.rounds, *size)


if __name__ == "__main__":
    main()
