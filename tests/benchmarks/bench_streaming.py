"""Encode made data of any number of targets in bounded memory: seconds, and memory over time."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import psutil
import torch
import xarray as xr

from explorer.analysis.encoding import open_work
from explorer.analysis.memory import parse_memory
from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec
from explorer.study.blocks import BlockWriter, blank
from explorer.study.study import Study

RESPONSES = "responses/fmri/sub-01"
ROWS = 512  # stimuli written at once
HELD_OUT = 515  # as the images that all subjects of NSD saw
STRENGTH = 0.3  # share of the variance of every target that the features explain


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def write_study(folder: Path, n: int, d: int, n_layers: int, n_targets: int) -> None:
    """Made features and responses, the responses block by block; a killed run goes on."""
    study = Study.create(folder, title="made for a benchmark", simulated=True)
    ids = {"stimulus": np.arange(1, n + 1)}
    split = np.array(["train"] * n, dtype=object)
    split[np.linspace(0, n - 1, min(HELD_OUT, n // 5)).astype(int)] = "test"
    columns = {"split": ("stimulus", split), "condition": ("stimulus", split)}
    study.write("stimuli/images", xr.Dataset(columns, ids))
    random = np.random.default_rng(0)
    feature = random.standard_normal((n, n_layers, d), dtype=np.float32)
    feature *= np.arange(1, d + 1, dtype=np.float32) ** -0.5
    data = {"feature": (("stimulus", "layer", "unit"), feature)}
    study.write("features/made/caption", xr.Dataset(data, ids))
    template = xr.Dataset(
        {"response": (("stimulus", "target"), blank((n, n_targets)), {"units": "z"})}, ids
    )
    weights = random.standard_normal((d, n_targets), dtype=np.float32)
    weights *= (STRENGTH / np.square(feature[:, -1]).sum(1).mean()) ** 0.5
    writer = BlockWriter(study, RESPONSES, template, "response", "made")
    for start, stop in writer.missing(ROWS):
        noise = np.random.default_rng(start).standard_normal((stop - start, n_targets), np.float32)
        writer.write(start, feature[start:stop, -1] @ weights + (1 - STRENGTH) ** 0.5 * noise)
    writer.finish()


class Sampler:
    """Resident memory of this process, sampled by a thread."""

    def __init__(self, seconds: float = 0.02) -> None:
        self._process, self._seconds = psutil.Process(), seconds
        self.samples: list[tuple[float, int]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Sampler:
        self._started = time.monotonic()
        self.before = self._process.memory_info().rss
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(self._seconds):
            rss = self._process.memory_info().rss
            self.samples.append((time.monotonic() - self._started, rss))

    def tell(self, n_lines: int = 20) -> None:
        """Memory over time: the largest sample of each stretch."""
        end = self.samples[-1][0]
        for k in range(n_lines):
            here = [b for t, b in self.samples if k * end <= n_lines * t < (k + 1) * end]
            if here:
                say(f"{(k + 1) * end / n_lines:8.1f} s  {max(here) / 1e6:8,.0f} MB")


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the data, encode them, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stimuli", type=int, default=9485)
    parser.add_argument("--features", type=int, default=768)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--targets", type=int, default=327_684)
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--bootstraps", type=int, default=1000)
    parser.add_argument("--permutations", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--folder", type=Path, help="kept, and used again; else made and deleted")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(chosen.threads)
    folder = chosen.folder or Path(tempfile.mkdtemp())
    sizes = (chosen.stimuli, chosen.features, chosen.layers, chosen.targets)
    try:
        started = time.monotonic()
        there = (folder / f"{RESPONSES}.zarr").exists()
        if not there:  # in another process, so that what it held does not hide what encoding takes
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                pool.submit(write_study, folder, *sizes).result()
        study = Study(folder)
        say(f"data {time.monotonic() - started:.1f} s: {sizes}")
        spec = make_spec(
            study,
            "fmri",
            "sub-01",
            "made",
            "pearson",
            n_bootstraps=chosen.bootstraps,
            n_permutations=chosen.permutations,
        )
        run = Run("cpu", memory=parse_memory(chosen.memory))
        plan = open_work(study, spec, run).plan
        say(f"stated peak {plan.n_bytes / 1e6:,.0f} MB, blocks of {plan.step:,} targets")
        started, cpu = time.monotonic(), time.process_time()
        with Sampler() as sampler:
            (name,) = run_specs(study, [spec], run)
        wall, cpu = time.monotonic() - started, time.process_time() - cpu
        sampler.tell()
        peak = max(b for _, b in sampler.samples)
        score = float(study[name].score.isel(layer=-1).mean())
        say(
            f"encoded {wall:.1f} s wall, {cpu:.1f} s CPU; before {sampler.before / 1e6:,.0f} MB, "
            f"peak {peak / 1e6:,.0f} MB, grown by {(peak - sampler.before) / 1e6:,.0f} MB "
            f"({(peak - sampler.before) / plan.n_bytes:.0%} of what was stated); "
            f"mean r of the last layer {score:.3f}"
        )
    finally:
        if chosen.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
