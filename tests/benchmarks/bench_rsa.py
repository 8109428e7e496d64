"""Time RSA against its peers: alternating runs in one process, medians of CPU seconds."""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
import rsatoolbox as rs
import rsatoolbox.inference
import rsatoolbox.model
import rsatoolbox.util.searchlight
import torch
from scipy.optimize import nnls
from scipy.stats import spearmanr

from explorer.engine.cka import searchlight_cka
from explorer.engine.crossnobis import crossnobis, noise_covariance, run_residuals
from explorer.engine.mixtures import mix_rdms
from explorer.engine.neighbourhoods import Neighbourhoods, surface_neighbourhoods
from explorer.engine.rdm import compare_rdms, rdm, square
from explorer.engine.resampling import draw_counts, pair_weights, weighted_similarity
from explorer.engine.searchlight import searchlight_rsa
from explorer.study.mesh import read_mesh

Job = Callable[[], np.ndarray]
THEIRS = {"pearson": "corr", "spearman": "spearman"}


def report(title: str, rounds: int, ours: Job, peer_name: str, peer: Job, scale: float = 1) -> None:
    """Write medians of ``rounds`` alternating runs, after one of ours that compiles.

    The peer does 1/``scale`` of the work; the difference is over what both computed.
    """
    ours()
    times: dict[Job, list[float]] = {ours: [], peer: []}
    made: dict[Job, np.ndarray] = {}
    for _ in range(rounds):
        for job in (ours, peer):
            start = time.process_time()
            made[job] = job()
            times[job].append(time.process_time() - start)
    mine, its = statistics.median(times[ours]), statistics.median(times[peer]) * scale
    apart = np.abs(made[ours][: len(made[peer])] - made[peer]).max()
    name = f"{peer_name} (scaled)" if scale > 1 else peer_name
    sys.stdout.write(
        f"{title:<58} {mine:7.3f} s  {name:<20} {its:8.3f} s  x{its / mine:<5.1f} "
        f"largest difference {apart:.0e}\n"
    )
    sys.stdout.flush()


def their_rdms(patterns: np.ndarray, descriptor: str | None = None) -> rs.rdm.RDMs:
    """Correlation distances of a stack of patterns, by rsatoolbox; named stimuli cost it time."""
    names = {"stimulus": np.arange(patterns.shape[1])}
    sets = [rs.data.Dataset(x, obs_descriptors=names) for x in patterns]
    return rs.rdm.concat([rs.rdm.calc_rdm(x, "correlation", descriptor) for x in sets])


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    """Seeded normal numbers, float32."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def bench_times(rounds: int) -> None:
    """200 stimuli x 63 channels x 100 times against 32 models."""
    X, features = normal(200, 63, 100), normal(32, 200, 768, seed=1)
    names = {"stimulus": np.arange(200)}, {"time": np.arange(100)}
    for method, theirs in THEIRS.items():

        def ours(method: str = method) -> np.ndarray:
            return compare_rdms(rdm(X.permute(2, 0, 1)), rdm(features), method).numpy()

        def peer(theirs: str = theirs, descriptor: str | None = None) -> np.ndarray:
            data = rs.data.TemporalDataset(
                X.numpy(), obs_descriptors=names[0], time_descriptors=names[1]
            )
            movie = rs.rdm.calc_rdm_movie(data, method="correlation", descriptor="stimulus")
            return rs.rdm.compare(movie, their_rdms(features.numpy(), descriptor), method=theirs)

        title = f"200 stimuli x 63 channels x 100 times, 32 models, {method}"
        report(title, rounds, ours, "rsatoolbox", peer)
        report(title, rounds, ours, "rsatoolbox, by name", partial(peer, descriptor="stimulus"))


def find_spheres() -> Neighbourhoods:
    """The 100 nearest vertices of each vertex of fsaverage5."""
    mesh = read_mesh("fsaverage5")
    places = torch.from_numpy(mesh.middle.copy()), torch.from_numpy(mesh.faces.copy())
    surface_neighbourhoods(*places, k=2)  # compiles
    start = time.process_time()
    spheres = surface_neighbourhoods(*places, k=100)
    seconds = time.process_time() - start
    sys.stdout.write(f"{'neighbourhoods of 20,484 vertices, k = 100':<58} {seconds:7.3f} s\n")
    return spheres


def bench_searchlight(rounds: int, spheres: Neighbourhoods, n: int) -> None:
    """20,484 spheres of 100 vertices against 4 models; the peer does 300 of them."""
    Y, features = normal(n, 20484), normal(4, n, 256, seed=1)
    members = spheres.members.view(-1, 100).numpy()[:300]
    for method, theirs in THEIRS.items():

        def ours(method: str = method) -> np.ndarray:
            return searchlight_rsa(Y, rdm(features), spheres, comparison=method).score.numpy()

        def peer(theirs: str = theirs) -> np.ndarray:
            with contextlib.redirect_stderr(io.StringIO()):  # it draws bars of progress
                rdms = rs.util.searchlight.get_searchlight_RDMs(
                    Y.numpy(), np.arange(300), list(members), np.arange(n), verbose=False
                )
                each = their_rdms(features.numpy())
                models = [rs.model.ModelFixed("", each[k]) for k in range(4)]
                results = rs.util.searchlight.evaluate_models_searchlight(
                    rdms, models, rs.inference.eval_fixed, method=theirs
                )
            return np.stack([r.evaluations.reshape(-1) for r in results])

        title = f"searchlight 20,484 x k = 100, {n} stimuli, 4 models, {method}"
        report(title, rounds, ours, "rsatoolbox", peer, 20484 / 300)


def bench_cka(rounds: int, spheres: Neighbourhoods) -> None:
    """CKA of 20,484 spheres with 4 models, 1000 stimuli; the loop does 40 of them."""
    Y, models = normal(1000, 20484), list(normal(4, 1000, 256, seed=1))
    members = spheres.members.view(-1, 100).long()[:40]

    def loop() -> np.ndarray:
        kernels = [(m - m.mean(0)) @ (m - m.mean(0)).T for m in models]
        out = []
        for sphere in members:
            K = (Y[:, sphere] - Y[:, sphere].mean(0)) @ (Y[:, sphere] - Y[:, sphere].mean(0)).T
            out.append([float((K * L).sum() / K.norm() / L.norm()) for L in kernels])
        return np.array(out)

    def ours() -> np.ndarray:
        return searchlight_cka(Y, models, spheres).numpy()

    title = "CKA searchlight 20,484 x k = 100, 1000 stimuli, 4 models"
    report(title, rounds, ours, "loop of kernels", loop, 20484 / 40)


def bench_crossnobis(rounds: int) -> None:
    """Cross-validated distances of 60 stimuli in 8 runs, 64 channels, at 50 times."""
    X = normal(50, 8, 60, 64).double()
    stimuli, runs = np.tile(np.arange(60), 8), np.repeat(np.arange(8), 60)
    names = {"stimulus": stimuli, "run": runs}

    def ours() -> np.ndarray:
        residuals = run_residuals(X)
        return crossnobis(X, noise_covariance(residuals, dof=420)).numpy()

    def peer() -> np.ndarray:
        out = []
        for x in X.flatten(1, 2)[:5].numpy():
            data = rs.data.Dataset(x, obs_descriptors=names)
            noise = rs.data.noise.prec_from_measurements(data, "stimulus", dof=420)
            out.append(
                rs.rdm.calc_rdm(
                    data, "crossnobis", descriptor="stimulus", noise=noise, cv_descriptor="run"
                ).dissimilarities[0]
            )
        return np.stack(out)

    title = "crossnobis 60 stimuli x 8 runs x 64 channels x 50 times"
    report(title, rounds, ours, "rsatoolbox", peer, 10)


def bench_mixtures(rounds: int) -> None:
    """Non-negative mixtures of 12 models for 2000 RDMs of 100 stimuli; scipy does 40 of them."""
    models = rdm(normal(12, 100, 50)).double()
    rdms = normal(2000, 12, seed=1).double().relu() @ models + normal(2000, 4950, seed=2)

    def peer() -> np.ndarray:
        return np.stack([nnls(models.T.numpy(), row)[0] for row in rdms[:40].numpy()])

    def ours() -> np.ndarray:
        return mix_rdms(models, rdms).numpy()

    report("mixtures of 12 models, 2000 RDMs of 100 stimuli", rounds, ours, "scipy nnls", peer, 50)


def bench_bootstrap(rounds: int) -> None:
    """1000 resamples of 7 layers and 5 subjects, 92 stimuli; the loop does 20 of them."""
    a, b = rdm(normal(7, 92, 50)), rdm(normal(5, 92, 50, seed=1))
    counts = draw_counts(92, 1000, 0)

    def loop() -> np.ndarray:
        matrices, out = square(torch.cat([a, b])), []
        i, j = torch.triu_indices(92, 92, 1)
        for count in counts[:20]:
            drawn = torch.arange(92).repeat_interleave(count.long())
            kept = drawn[i] != drawn[j]
            copied = matrices[:, drawn[i][kept], drawn[j][kept]].numpy()
            out.append([[spearmanr(x, y).statistic for y in copied[7:]] for x in copied[:7]])
        return np.array(out)

    def ours() -> np.ndarray:
        parts = [weighted_similarity(a, b, pair_weights(c), "spearman") for c in counts.split(64)]
        return torch.cat(parts).numpy()

    title = "1000 bootstraps of 7 x 5 RDMs, 92 stimuli, spearman"
    report(title, rounds, ours, "scipy loop", loop, 50)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="alternating runs of each")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="searchlights of 100 stimuli only")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    warnings.simplefilter("ignore")  # of the peers
    spheres = find_spheres()
    bench_searchlight(arguments.rounds, spheres, 100)
    if arguments.quick:
        return
    bench_times(3 * arguments.rounds)
    bench_crossnobis(arguments.rounds)
    bench_mixtures(arguments.rounds)
    bench_bootstrap(arguments.rounds)
    bench_cka(1, spheres)
    bench_searchlight(1, spheres, 200)


if __name__ == "__main__":
    main()
