"""Jobs: long work in one computing process, shared between tabs, cancelled within a second."""

from __future__ import annotations

import collections
import contextlib
import itertools
import json
import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

CANCEL_SECONDS = 0.7  # a step that has not ended by then ends with its process
_CLOSE_SECONDS = 2.0
_KEPT = 50  # ended jobs that are remembered
_LOG_LINES = 200

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"


@dataclass(eq=False)
class Job:
    """One piece of work and how far it is.

    Attributes
    ----------
    key : digest of what is asked; the same key is never worked on twice at once
    title : for people
    cost : as stated before it began
    request : what the computing process is told
    status : queued, running, done, failed or cancelled
    share : of the work done, 0 to 1
    note : what is being done, or what went wrong
    results : names of the groups written
    """

    key: str
    title: str
    cost: str
    request: dict[str, Any]
    status: str = QUEUED
    share: float = 0.0
    note: str = ""
    log: str = ""
    results: tuple[str, ...] = ()
    started: float | None = None
    ended: float | None = None
    identity: str = ""

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.status in (QUEUED, RUNNING)

    @property
    def seconds_left(self) -> float | None:
        """Seconds left at the pace so far; None while there is nothing to judge by."""
        if self.status != RUNNING or self.started is None or self.share < 0.02:  # noqa: PLR2004
            return None
        return (time.monotonic() - self.started) / self.share * (1 - self.share)


class JobQueue:
    """All jobs of one server, run one after another in a process of their own.

    The process starts with the first job and stays, so that torch is loaded once. Listeners are
    called from another thread with the job that changed.
    """

    def __init__(self) -> None:
        self.jobs: collections.deque[Job] = collections.deque(maxlen=_KEPT)
        self._waiting: queue.Queue[Job | None] = queue.Queue()
        self._listeners: dict[int, Callable[[Job], None]] = {}
        self._count = itertools.count(1)
        self._lock = threading.RLock()
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._running: Job | None = None
        self._stderr: collections.deque[str] = collections.deque(maxlen=_LOG_LINES)

    def submit(self, title: str, cost: str, key: str, request: dict[str, Any]) -> Job:
        """Queue work; the same key that waits or runs already gives that job."""
        with self._lock:
            for job in self.jobs:
                if job.key == key and job.active:
                    return job
            job = Job(key, title, cost, request, identity=f"job-{next(self._count)}")
            self.jobs.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
        self._waiting.put(job)
        self._tell(job)
        return job

    def cancel(self, job: Job) -> None:
        """Stop a job: politely, then by ending the computing process."""
        with self._lock:
            if job.status == QUEUED:
                self._end(job, CANCELLED, "Stopped before it began.")
                return
            process = self._process
            if job is not self._running or process is None:
                return
            self._send(process, {"cancel": job.identity})
        timer = threading.Timer(CANCEL_SECONDS, self._kill, args=(job, process))
        timer.daemon = True
        timer.start()

    def subscribe(self, listener: Callable[[Job], None]) -> Callable[[], None]:
        """Be told of every change; returns the function that ends this."""
        number = next(self._count)
        self._listeners[number] = listener
        return lambda: self._listeners.pop(number, None) and None

    def close(self) -> None:
        """End the computing process and the thread that feeds it; what waits is given up."""
        with self._lock:
            process = self._process
            for job in self.jobs:
                if job.status == QUEUED:
                    self._end(job, CANCELLED, "The app has closed.")
        self._waiting.put(None)
        if process is not None:
            process.kill()
        if self._thread is not None:
            self._thread.join(_CLOSE_SECONDS)
        if process is not None:
            _dispose(process)

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            with self._lock:
                if job.status != QUEUED:
                    continue
                process = self._start_process()
                self._running = job
                job.status, job.started = RUNNING, time.monotonic()
                self._send(process, {**job.request, "id": job.identity})
            self._tell(job)
            self._follow(job, process)
            self._running = None

    def _follow(self, job: Job, process: subprocess.Popen[str]) -> None:
        """Read the answers of the computing process until the job has ended."""
        for line in process.stdout or ():
            answer = json.loads(line)
            if answer.get("id") != job.identity:
                continue
            job.log = answer.get("log", job.log)
            if "result" in answer:
                job.share, job.results = 1.0, tuple(answer["result"])
                return self._end(job, DONE, "")
            if "error" in answer:
                return self._end(job, FAILED, answer["error"])
            if "cancelled" in answer:
                return self._end(job, CANCELLED, answer["cancelled"])
            job.share, job.note = answer["share"], answer["note"]
            self._tell(job)
        code = _dispose(process)
        with self._lock:
            self._process = None
        if job.active:
            job.log = "".join(self._stderr)
            note = (
                f"The computing process ended by itself (code {code}); the system may have "
                "stopped it for want of memory. The app goes on; try again with less."
            )
            self._end(job, FAILED, note)
        return None

    def _kill(self, job: Job, process: subprocess.Popen[str]) -> None:
        with self._lock:
            if not job.active or job is not self._running:
                return
            self._process = None
            job.share = 0.0
            self._end(job, CANCELLED, "Stopped; what was finished is kept.")
        process.kill()

    def _end(self, job: Job, status: str, note: str) -> None:
        job.status, job.note, job.ended = status, note, time.monotonic()
        log.info("%s: %s %s", job.title, status, note)
        self._tell(job)

    def _tell(self, job: Job) -> None:
        for listener in list(self._listeners.values()):
            listener(job)

    def _start_process(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            if self._process is not None:
                _dispose(self._process)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "explorer.analysis.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
            threading.Thread(target=self._read_log, args=(self._process,), daemon=True).start()
        return self._process

    def _read_log(self, process: subprocess.Popen[str]) -> None:
        for line in process.stderr or ():
            self._stderr.append(line)
            log.debug("computing process: %s", line.rstrip())
        if process.stderr is not None:
            process.stderr.close()

    def _send(self, process: subprocess.Popen[str], message: dict[str, Any]) -> None:
        try:
            if process.stdin is not None:
                process.stdin.write(json.dumps(message) + "\n")
                process.stdin.flush()
        except OSError:
            log.warning("the computing process no longer listens")


def _dispose(process: subprocess.Popen[str]) -> int:
    """Wait for a process that ends and close its pipes; returns its code."""
    code = process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what was not read any more
                pipe.close()
    return code
