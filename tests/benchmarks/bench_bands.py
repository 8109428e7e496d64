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
    line = f"{title:<58} {ours:8.2f} s  {name:<30} {peer:8.2f} s  x{peer / ours:<6.1f} {note}\n"
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

    def single() -> object:
        return fracridge.fracridge(X.double().numpy(), Y.double().numpy(), np.array(FRACTIONS))

    def path() -> object:
        return fractional_ridge(X, Y, plain)

    def search(**changes: object) -> Job:
        settings = replace(plain, **changes)
        return lambda: fractional_ridge_cv(X, Y, kfold(n, 5, seed=None), settings)

    jobs = {"path": path, "cv": search(), "exact": search(exact=True), "peer": single}
    times, found = measure(rounds, **jobs)
    coefs, alphas = found["peer"]
    ours = found["path"]
    gap = np.abs(ours.W.permute(1, 0, 2).numpy() - coefs).max() / np.abs(coefs).max()
    apart = np.abs(ours.alpha.numpy() - alphas).max() / alphas.max()
    size = f"n={n} d={d} targets={n_targets} fractions=20"
    note = f"coefs {gap:.1e} of the largest, alphas {apart:.1e}"
    report(f"weights {size}", times["path"], "fracridge, functional", times["peer"], note)
    whole = 101 * times["peer"]
    name = "GridSearchCV (101 single fits)"
    report(f"5 folds {size}", times["cv"], name, whole, "fraction per target")
    report(f"same, exact alpha {size}", times["exact"], name, whole, "fraction per target")


def bench_banded(rounds: int, n: int, sizes: tuple[int, ...], n_targets: int) -> None:
    """Time 20 gammas, 10 alphas and 5 folds, with weights."""
    from himalaya.backend import set_backend  # noqa: PLC0415 - slow to load
    from himalaya.kernel_ridge import (  # noqa: PLC0415
        solve_multiple_kernel_ridge_hyper_gradient,
        solve_multiple_kernel_ridge_random_search,
    )
    from himalaya.ridge import solve_group_ridge_random_search  # noqa: PLC0415

    set_backend("torch")
    bands, Y = planted(n, sizes, n_targets)
    bands, Y = [band - band.mean(0) for band in bands], Y - Y.mean(0)
    alphas = np.logspace(0, 6, 10)
    settings = BandedSettings(tuple(alphas.tolist()), relative=False, standardise=False)
    gammas = settings.scalings(len(sizes)).float()
    kernels = torch.stack([band @ band.T for band in bands])
    given = {"n_iter": gammas, "alphas": torch.tensor(alphas, dtype=torch.float32), "cv": 5}
    given |= {"progress_bar": False, "n_targets_batch": 2000}

    def ours(**changes: object) -> Job:
        changed = replace(settings, **changes)
        return lambda: banded_ridge_cv(bands, Y, kfold(n, 5, seed=None), changed)

    def group() -> object:
        return solve_group_ridge_random_search(
            bands, Y, return_weights=True, fit_intercept=True, warn=False, **given
        )

    def kernel() -> object:
        return solve_multiple_kernel_ridge_random_search(
            kernels, Y, return_weights="dual", fit_intercept=True, **given
        )

    def gradient() -> object:
        return solve_multiple_kernel_ridge_hyper_gradient(
            kernels, Y[:, :some], cv=5, max_iter=20, initial_deltas="ridgecv", progress_bar=False
        )

    some = min(n_targets, 150)  # of the targets: it takes minutes for all
    mine = {"exact": ours(), "screened": ours(screened=3), "descent": ours(n_steps=10)}
    times, found = measure(rounds, **mine, group=group)
    slow, solved = measure(1, kernel=kernel, gradient=gradient)
    exact, screened, descent = (found[name] for name in mine)
    title = f"banded n={n} d={'+'.join(map(str, sizes))} targets={n_targets}"
    gap = (exact.gamma_mse + found["group"][2]).abs().max()
    note = f"CV scores apart {gap:.1e}"
    report(title, times["exact"], "himalaya group ridge", times["group"], note)
    note = f"CV scores apart {(exact.gamma_mse + solved['kernel'][2]).abs().max():.1e}"
    report(title, times["exact"], "himalaya multiple kernels (once)", slow["kernel"], note)
    note = f"regret of CV MSE {regret(screened, exact)}"
    report(f"{title} top 3 by GCV", times["screened"], "himalaya group ridge", times["group"], note)
    best = -solved["gradient"][2].amax(0)
    note = f"mean CV MSE of {some}: {descent.cv_mse[:some].mean():.5f}, himalaya {best.mean():.5f}"
    note += f", search {exact.cv_mse[:some].mean():.5f}"
    whole = slow["gradient"] * n_targets / some
    report(f"{title} descent", times["descent"], "himalaya gradient (scaled)", whole, note)


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
    parser.add_argument("--only", choices=("fractional", "banded", "projection"))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    warnings.simplefilter("ignore")  # of the peers
    wanted = (arguments.only,) if arguments.only else ("fractional", "banded", "projection")
    if "fractional" in wanted:
        size = (500, 128, 500) if arguments.quick else (2000, 768, 20000)
        bench_fractional(arguments.rounds, *size)
    if "banded" in wanted:
        n, n_targets = (500, 200) if arguments.quick else (2400, 3000)
        bench_banded(arguments.rounds, n, (200, 100) if n > 500 else (30, 20), n_targets)
    if "projection" in wanted:
        bench_projection(
            arguments.rounds, *((500, 1000, 200) if arguments.quick else (2000, 4096, 1000))
        )


if __name__ == "__main__":
    main()
