"""Time ridge against its peers: alternating runs in one process, medians of CPU seconds."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from explorer.engine.factors import fit_factors
from explorer.engine.folds import kfold
from explorer.engine.penalties import RidgeSettings
from explorer.engine.ridge import ridge_cv
from explorer.engine.scores import pearson
from explorer.engine.solve import RidgeFit, solve

Peer = Callable[[], object]
N_TEST = 200


@dataclass(frozen=True)
class Problem:
    """Features and responses, training and test, and the grid."""

    X: Tensor
    Y: Tensor
    X_test: Tensor
    Y_test: Tensor
    alphas: np.ndarray

    @property
    def title(self) -> str:
        """Sizes, for the first column."""
        n, d = self.X.shape
        return f"n={n} d={d} targets={self.Y.shape[1]} alphas={len(self.alphas)}"

    def settings(self, mode: str) -> RidgeSettings:
        """What the peers do: absolute alphas, features as they come."""
        alphas = tuple(self.alphas.tolist())
        return RidgeSettings(alphas, relative=False, standardise=False, mode=mode)


def plant(n: int, d: int, n_targets: int, n_alphas: int) -> Problem:
    """Power-law features with means, responses with R2 from 0 to one half, float32."""
    generator = torch.Generator().manual_seed(0)
    X = torch.randn(n + N_TEST, d, generator=generator) * torch.arange(1, d + 1) ** -0.5
    signal = X @ torch.randn(d, n_targets, generator=generator)
    explained = torch.rand(n_targets, generator=generator) / 2
    noise = torch.randn(n + N_TEST, n_targets, generator=generator)
    Y = signal / signal.std(0) * explained.sqrt() + noise * (1 - explained).sqrt()
    X = X / X.std() + 1
    return Problem(X[:n], Y[:n], X[n:], Y[n:], np.logspace(0, 5, n_alphas))


def himalaya_ridge(problem: Problem) -> object:
    """Fit himalaya's RidgeCV, torch backend, in batches of 2000 targets."""
    from himalaya.backend import set_backend  # noqa: PLC0415 - it may not be there
    from himalaya.ridge import RidgeCV  # noqa: PLC0415

    set_backend("torch")
    batches = {"n_targets_batch": 2000, "warn": False}
    model = RidgeCV(problem.alphas, cv=5, fit_intercept=True, solver_params=batches)
    return model.fit(problem.X, problem.Y)


def himalaya_kernel(problem: Problem) -> object:
    """Fit himalaya's KernelRidgeCV, torch backend; it fits no intercept, so data are centred."""
    from himalaya.backend import set_backend  # noqa: PLC0415 - it may not be there
    from himalaya.kernel_ridge import KernelRidgeCV  # noqa: PLC0415

    set_backend("torch")
    centred = problem.X - problem.X.mean(0), problem.Y - problem.Y.mean(0)
    return KernelRidgeCV(problem.alphas, cv=5, solver_params={"n_targets_batch": 2000}).fit(
        *centred
    )


def sklearn_loo(problem: Problem) -> object:
    """Fit scikit-learn's RidgeCV: leave-one-out."""
    from sklearn.linear_model import RidgeCV  # noqa: PLC0415 - slow to load

    model = RidgeCV(problem.alphas, alpha_per_target=True)
    return model.fit(problem.X.numpy(), problem.Y.numpy())


def compare(problem: Problem, name: str, peer: Callable[[Problem], object], rounds: int) -> None:
    """Write a line for each of our modes: seconds, ratio, and how far the numbers are apart."""
    modes = ["loo"] if "scikit" in name else ["kfold", "guided", "gcv"]
    folds = kfold(len(problem.X), 5, seed=None)
    times: dict[str, list[float]] = {mode: [] for mode in (*modes, "peer")}
    fits: dict[str, RidgeFit] = {}
    for _ in range(rounds):
        for mode in modes:
            start = time.process_time()
            fits[mode] = ridge_cv(problem.X, problem.Y, folds, problem.settings(mode))
            times[mode].append(time.process_time() - start)
        start = time.process_time()
        model = peer(problem)
        times["peer"].append(time.process_time() - start)
    its = statistics.median(times["peer"])
    for mode in modes:
        mine = statistics.median(times[mode])
        numbers = differences(problem, fits[mode], fits.get("kfold"), model)
        sys.stdout.write(
            f"{problem.title:<42} {mode:<7} {mine:7.2f} s  {name:<24} {its:7.2f} s  "
            f"x{its / mine:<5.1f} {numbers}\n"
        )
    sys.stdout.flush()


def differences(problem: Problem, fit: RidgeFit, exact: RidgeFit | None, model: object) -> str:
    """Agreement of alphas and of test correlations with the peer's, and regret of the search."""
    alpha = torch.as_tensor(np.asarray(getattr(model, "best_alphas_", getattr(model, "alpha_", 0))))
    same = (fit.alpha.double() / alpha.double() - 1).abs() < 1e-4
    r = pearson(problem.Y_test, fit.predict(problem.X_test)).double()
    its = pearson(problem.Y_test, peer_predictions(problem, model)).double()
    worst = (r - its)[same].abs().max()
    text = (
        f"same alpha {100 * same.double().mean():6.2f} %, there max |dr| {worst:.1e}, "
        f"mean r {r.mean():.6f} {its.mean():.6f}"
    )
    if exact is not None and exact is not fit:
        places = torch.log(fit.alpha[None] / torch.tensor(problem.alphas)[:, None]).abs().argmin(0)
        errors = exact.cv_error.double()
        regret = errors.gather(0, places[None])[0] / errors.amin(0) - 1
        text += f", regret mean {regret.mean():.0e} max {regret.max():.0e}"
    return text


def peer_predictions(problem: Problem, model: object) -> Tensor:
    """Test predictions of a peer, in float64, from its weights."""
    X = problem.X_test.double()
    if hasattr(model, "dual_coef_"):
        centre = problem.X.double().mean(0)
        weights = (problem.X.double() - centre).T @ torch.as_tensor(model.dual_coef_).double()
        return ((X - centre) @ weights).to(problem.Y)
    coefficients = torch.as_tensor(np.asarray(model.coef_)).double()  # type: ignore[attr-defined]
    coefficients = coefficients if len(coefficients) == X.shape[1] else coefficients.T
    return ((X - problem.X.double().mean(0)) @ coefficients).to(problem.Y)


def refit(rounds: int) -> None:
    """Write wall seconds of a refit of 500 targets, with and without factors at hand."""
    problem = plant(8000, 768, 500, 20)
    folds = kfold(8000, 5, seed=None)
    factors = {m: fit_factors(problem.X, folds, problem.settings(m)) for m in ("guided", "gcv")}
    spread = replace(problem.settings("gcv"))
    jobs: dict[str, Peer] = {
        "cached, guided": lambda: solve(factors["guided"], problem.Y),
        "cached, gcv": lambda: solve(factors["gcv"], problem.Y),
        "not cached, gcv": lambda: ridge_cv(problem.X, problem.Y, None, spread),
    }
    for name, job in jobs.items():
        seconds = []
        for _ in range(rounds + 2):
            start, busy = time.perf_counter(), time.process_time()
            job()
            seconds.append((time.perf_counter() - start, time.process_time() - busy))
        wall, cpu = (statistics.median(column) for column in zip(*seconds, strict=True))
        sys.stdout.write(
            f"refit of 500 targets, n=8000 d=768, {name:<16} {1e3 * wall:7.0f} ms wall, "
            f"{1e3 * cpu:.0f} ms CPU\n"
        )


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="alternating runs of each")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="small fmri fmri20 nsd dual loo refit; all")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    warnings.simplefilter("ignore")  # of the peers
    wanted = arguments.only or ["small", "fmri", "fmri20", "nsd", "dual", "loo", "refit"]
    ridge, kernel = (
        ("himalaya RidgeCV", himalaya_ridge),
        ("himalaya KernelRidgeCV", himalaya_kernel),
    )
    jobs = {
        "small": ((1000, 512, 6300, 10), *ridge),
        "fmri": ((2000, 768, 20000, 10), *ridge),
        "fmri20": ((2000, 768, 20000, 20), *ridge),
        "nsd": ((9000, 768, 4000, 20), *ridge),
        "dual": ((1000, 4096, 5000, 10), *kernel),
        "loo": ((2000, 768, 20000, 10), "scikit-learn RidgeCV", sklearn_loo),
    }
    for name in wanted:
        if name == "refit":
            refit(arguments.rounds)
        else:
            size, label, peer = jobs[name]
            rounds = 1 if name == "nsd" else arguments.rounds
            compare(plant(*size), label, peer, rounds)


if __name__ == "__main__":
    main()
