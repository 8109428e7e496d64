"""Blocks of targets of a size that fits the memory, read by one thread while another computes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch

from explorer.analysis.memory import SHARE, memory_allowed
from explorer.analysis.run import Run
from explorer.engine.batches import BUDGET
from explorer.engine.memory import peak_bytes
from explorer.engine.penalties import RidgeSettings
from explorer.errors import AnalysisError

MOST = 16_384  # targets of a block: larger ones are no faster
RESAMPLED = 4096  # targets whose bootstrap samples are held at once
_POLL = 0.1  # s between two looks at whether the run is cancelled

T = TypeVar("T")


@dataclass(frozen=True)
class Sizes:
    """What the memory of a run depends on.

    Attributes
    ----------
    n, n_train, n_scored : stimuli, those of the largest training set, those that are scored
    n_features : of the widest layer
    n_outer : folds that are scored; 1 for a held-out split
    n_bootstraps : resamples of the stimuli
    read : bytes held while one target is read
    places, width : length of the dim of the targets that is cut, and the targets of one place
    """

    n: int
    n_train: int
    n_scored: int
    n_features: int
    n_outer: int
    n_bootstraps: int
    read: int
    places: int
    width: int

    def peak(self, n_targets: int, settings: RidgeSettings) -> int:
        """Bytes at the peak, beside the program itself, with blocks of that many targets."""
        n, d, folds = self.n_train, self.n_features, settings.n_inner
        fit = peak_bytes(n, d, n_targets, settings, n_folds=folds)
        rank = min(n - 1, d)
        kept = 4 * n * (d + rank) + 8 * d * rank  # the factors of each further fold
        kept += 4 * folds * (min(d, n) * rank + -(-n // folds) * (rank + d))
        features = 3 * 4 * self.n * d
        blocks = n_targets * (self.read + 4 * (self.n + self.n_train))
        scoring = n_targets * 4 * 6 * self.n_scored
        samples = 3 * 4 * self.n_bootstraps * min(n_targets, RESAMPLED)
        return fit + (self.n_outer - 1) * kept + features + blocks + scoring + samples + BUDGET


@dataclass(frozen=True)
class Plan:
    """How responses are cut.

    Attributes
    ----------
    step : places of a block
    n_bytes : stated peak of memory, beside the program itself
    """

    step: int
    n_bytes: int


def plan_blocks(
    sizes: Sizes, settings: RidgeSettings, run: Run, device: torch.device | None = None
) -> Plan:
    """The largest blocks that fit the memory.

    Raises
    ------
    AnalysisError
        if one place does not fit the memory that was given; the text says how much is needed
    """
    allowed = memory_allowed(run.memory)
    if device is not None and device.type == "cuda":
        allowed = min(allowed, int(SHARE * torch.cuda.mem_get_info(device)[0]))
    most = max(1, min(sizes.places, MOST // sizes.width))
    least = sizes.peak(sizes.width, settings)
    if least > allowed and run.memory is not None:
        raise AnalysisError(
            f"{run.memory / 1e6:,.0f} MB of memory are too few: one block of targets needs "
            f"{least / 1e6:,.0f} MB ({sizes.n:,} stimuli, {sizes.n_features:,} features). "
            f"Allow more with --memory {-(-least // 10**6)}MB, or take principal components."
        )
    per_place = (sizes.peak(2 * sizes.width * most, settings) - least) / max(2 * most - 1, 1)
    step = max(1, min(most, int((allowed - least) / max(per_place, 1)) + 1))
    while step > 1 and sizes.peak(step * sizes.width, settings) > allowed:
        step = max(1, step * 9 // 10)
    return Plan(step, sizes.peak(step * sizes.width, settings))


class Threads:
    """One thread that reads and one that computes; what waits for them can be cancelled.

    A call that is under way in the thread that computes is left to itself when the run is
    cancelled: it ends within one step of the engine, and nobody takes its answer.
    """

    def __init__(self, run: Run, note: str) -> None:
        self._run, self._note = run, note
        self._reading = ThreadPoolExecutor(1, "reading")
        self._computing = ThreadPoolExecutor(1, "computing")

    def compute(self, function: Callable[..., T], *arguments: object) -> T:
        """What ``function`` returns, computed in a thread of its own.

        Raises
        ------
        Cancelled
            within a second of the run being cancelled, if it is
        """
        return self._wait(self._computing.submit(function, *arguments))

    def blocks(
        self, spans: list[tuple[int, int]], read: Callable[[int, int], np.ndarray]
    ) -> Iterator[tuple[int, int, np.ndarray]]:
        """Blocks as (start, stop, values); while one is used the next is read."""
        waiting = deque(self._reading.submit(read, *span) for span in spans[:1])
        for k, (start, stop) in enumerate(spans):
            values = self._wait(waiting.popleft())
            if k + 1 < len(spans):
                waiting.append(self._reading.submit(read, *spans[k + 1]))
            yield start, stop, values
            del values  # before the next is taken, so that no more than two are held

    def close(self) -> None:
        """Take no more work, and wait for none."""
        for pool in (self._reading, self._computing):
            pool.shutdown(wait=False, cancel_futures=True)

    def _wait(self, future: Future[T]) -> T:
        while True:
            try:
                return future.result(timeout=_POLL)
            except TimeoutError:
                if future.done():  # it was the function that timed out
                    raise
                self._run.check(self._note)


@contextmanager
def open_threads(run: Run, note: str) -> Iterator[Threads]:
    """Threads for one stretch of work."""
    threads = Threads(run, note)
    try:
        yield threads
    finally:
        threads.close()


def cut(start: int, stop: int, step: int) -> list[tuple[int, int]]:
    """Spans of at most ``step`` that cover ``start`` to ``stop``."""
    return [(a, min(a + step, stop)) for a in range(start, stop, step)]
