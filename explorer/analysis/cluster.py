"""The same runs on several processes or machines: parts of encodings are handed to Dask.

What travels is paths and specs; what comes back lies beside the results' places under digests, so
a part that is done twice, or again after its worker was killed, changes nothing.
"""

from __future__ import annotations

import json
import time
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from explorer.analysis.encoding import finish, open_work
from explorer.analysis.encoding_parts import Part, all_parts
from explorer.analysis.encoding_work import EncodingWork
from explorer.analysis.finished_parts import FinishedParts
from explorer.analysis.memory import memory_allowed
from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import Spec
from explorer.errors import AnalysisError, ExplorerError
from explorer.study.study import Study

LOCAL = "local"
_TIMEOUT = 10.0  # s in which a scheduler must answer
_POLL = 0.2  # s between two looks at what is done
_RETRIES = 3  # of a part that failed; one whose worker was killed is tried as often by Dask itself
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Scheduler:
    """Where parts are computed.

    Attributes
    ----------
    name : ``local`` (in this process), ``processes:N``, the address of a Dask scheduler
        (``tcp://host:port``), or ``slurm``
    options : of ``dask_jobqueue.SLURMCluster``, and ``jobs``, how many to start
    timeout : s in which it must answer
    """

    name: str = LOCAL
    options: dict[str, Any] = field(default_factory=dict)
    timeout: float = _TIMEOUT


def read_options(path: Path) -> dict[str, Any]:
    """Options of a batch system from a TOML or JSON file.

    Raises
    ------
    AnalysisError
        if it cannot be read
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise AnalysisError(
            f"{path} cannot be read ({error}); expected TOML or JSON with options such as "
            'cores = 8, memory = "32GB", jobs = 4.'
        ) from error
    if not isinstance(found, dict):
        raise AnalysisError(f"{path} holds no table of options, such as cores = 8. Write one.")
    return found


@contextmanager
def open_client(scheduler: Scheduler) -> Iterator[Any]:
    """A Dask client of the scheduler; what was started for it ends with it.

    Raises
    ------
    AnalysisError
        if Dask is not installed, the scheduler is unknown, or it does not answer
    """
    kind, _, rest = scheduler.name.partition(":")
    distributed = _load("distributed")
    if kind == "processes" and rest.isdigit() and int(rest) > 0:
        made: Any = distributed.LocalCluster(
            n_workers=int(rest),
            threads_per_worker=1,
            host=_LOOPBACK,
            dashboard_address=None,
            memory_limit=0,  # runs keep to a bound of their own
        )
    elif kind == "slurm" and not rest:
        options = dict(scheduler.options)
        jobs = int(options.pop("jobs", 1))
        made = _load("dask_jobqueue").SLURMCluster(**options)
        made.scale(jobs=jobs)
    elif kind in ("tcp", "tls"):
        made = scheduler.name
    else:
        raise AnalysisError(
            f"{scheduler.name!r} is no scheduler, expected local, processes:2, tcp://host:port or "
            "slurm."
        )
    client = None
    try:
        client = _connect(distributed, made, scheduler)
        yield client
    finally:
        for opened in (client, None if isinstance(made, str) else made):
            if opened is not None:
                opened.close()


def run_on(client: Any, study: Study, specs: list[Spec], run: Run) -> list[str]:
    """Run every spec that has no result yet on a cluster; returns the names of all results.

    An encoding is cut into parts, a layer by a span of targets; any other analysis is one piece.
    Workers must see the study under the same path.
    """
    started = time.monotonic()
    missing = [s for s in specs if s.result_name(study) not in study]
    works = {s.result_name(study): open_work(study, s, run) for s in missing if _is_cut(s)}
    for work in works.values():
        work.prepare()
    stop = _stop_mark(works)
    share = memory_allowed(run.memory) // max(1, len(client.nthreads()))
    asked = _Asked(str(study.path), str(study.overlay or ""), run.device, share, stop)
    tasks: list[Any] = []
    for spec in missing:
        parts = _missing_parts(works.get(spec.result_name(study)))
        tasks += [
            client.submit(
                _compute_on_worker,
                asdict(asked),
                asdict(spec),
                None if part is None else asdict(part),
                key=f"{spec.result_name(study)}-{part.name if part else 'all'}-{uuid.uuid4().hex}",
                retries=_RETRIES,
                pure=False,
            )
            for part in parts
        ]
    _await(client, tasks, run, stop)
    study.refresh()
    for work in works.values():
        finish(study, work.spec, work, run, started)
    return run_specs(study, specs, run)


@dataclass(frozen=True)
class _Asked:
    """What every task is told: plain data."""

    study: str
    overlay: str
    device: str
    memory: int
    stop: str  # a file that appears when the run is cancelled


def _is_cut(spec: Spec) -> bool:
    return spec.analysis == "encoding"


def _missing_parts(work: EncodingWork | None) -> list[Part | None]:
    """Parts still to be computed; the one piece of an analysis that is not cut is None."""
    if work is None:
        return [None]
    return [part for part in all_parts(work.blocks) if not work.parts.has(part.name)]


def _stop_mark(works: dict[str, EncodingWork]) -> str:
    """A path that all workers see; "" where nothing is cut, which then ends by itself."""
    folders = [work.parts.folder for work in works.values()]
    return str(folders[0] / f"stop-{uuid.uuid4().hex[:8]}") if folders else ""


def _compute_on_worker(
    asked: dict[str, Any], spec: dict[str, Any], part: dict[str, Any] | None
) -> None:
    """Compute one part in the process of a worker."""
    study = Study(Path(asked["study"]), Path(asked["overlay"]) if asked["overlay"] else None)
    stop = Path(asked["stop"]) if asked["stop"] else None
    run = Run(
        asked["device"],
        cancelled=lambda: stop is not None and stop.exists(),
        memory=asked["memory"],
    )
    wanted = Spec(**spec)
    if part is None:
        run_specs(study, [wanted], run)
        return
    unit = Part(**part)
    parts = FinishedParts(study, wanted.result_name(study))
    if not parts.has(unit.name):
        EncodingWork(study, wanted, run).compute(unit, lambda _share: None)


def _await(client: Any, tasks: list[Any], run: Run, stop: str) -> None:
    """Wait for all tasks, telling how many are done; a cancelled run stops them all."""
    try:
        while True:
            # One that is lost with its worker is computed again, without our doing.
            failed = next((t for t in tasks if t.status in ("error", "cancelled")), None)
            if failed is not None:
                _raise(failed)
            if client.status == "closed":
                raise AnalysisError(
                    "The scheduler went away. Run it again: finished parts are kept."
                )
            done = sum(t.status == "finished" for t in tasks)
            run.step(done, max(len(tasks), 1), f"{done} of {len(tasks)} parts")
            if done == len(tasks):
                return
            time.sleep(_POLL)
    except BaseException:
        if stop:
            Path(stop).touch()
        client.cancel(tasks)
        raise


def _raise(task: Any) -> None:
    error = task.exception(timeout=_TIMEOUT) if task.status == "error" else None
    if isinstance(error, ExplorerError):
        raise error
    raise AnalysisError(
        f"A part failed on the cluster ({task.key}: {error or task.status}). Check that every "
        "worker has the same versions and sees the study under the same path, then run it again: "
        "finished parts are kept."
    ) from error


def _connect(distributed: Any, made: Any, scheduler: Scheduler) -> Any:
    try:
        return distributed.Client(made, timeout=scheduler.timeout, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise AnalysisError(
            f"The scheduler {scheduler.name} did not answer within {scheduler.timeout:g} s "
            f"({error}). Check its address and that it is running."
        ) from error


def _load(name: str) -> Any:
    loaders: dict[str, Callable[[], Any]] = {
        "distributed": _load_distributed,
        "dask_jobqueue": _load_jobqueue,
    }
    try:
        return loaders[name]()
    except ImportError as error:
        raise AnalysisError(
            f"{name} is not installed, and clusters need it. "
            'Install the extra: `pip install "brainlang-explorer[cluster]"`.'
        ) from error


def _load_distributed() -> Any:
    import distributed  # noqa: PLC0415 - an extra; loaded when a cluster is asked for

    return distributed


def _load_jobqueue() -> Any:
    import dask_jobqueue  # noqa: PLC0415

    return dask_jobqueue
