"""What every run shares: progress, cancelling, provenance, and storing under a digest."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import xarray as xr

from explorer.analysis.spec import CODE_VERSION, Spec
from explorer.errors import Cancelled
from explorer.study.study import Study

log = logging.getLogger(__name__)

_LIBRARIES = ("brainlang-explorer", "numpy", "scipy", "torch", "xarray", "zarr")


def _silent(done: int, total: int, note: str) -> None:
    """Progress that nobody watches."""


def share_cores() -> None:
    """Leave a core to others, and let idle threads sleep; call before torch is loaded.

    Threads that spin at a barrier while another process has their core make a step of
    milliseconds last seconds.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) - 1)))


@dataclass(frozen=True)
class Run:
    """Where a run computes, whom it tells how far it is, and who may stop it.

    Attributes
    ----------
    device : as ``engine.device.choose_device`` takes it
    progress : called with (done, total, what is being done)
    cancelled : asked at every step, and several times a second in long ones
    memory : bytes that it may take at its peak; None for a share of what is free
    """

    device: str = "auto"
    progress: Callable[[int, int, str], None] = _silent
    cancelled: Callable[[], bool] = field(default=lambda: False)
    memory: int | None = None

    def check(self, note: str) -> None:
        """Stop here if the run is to stop.

        Raises
        ------
        Cancelled
            if it is
        """
        if self.cancelled():
            raise Cancelled(f"Stopped at {note}. Nothing half-done was stored.")

    def step(self, done: int, total: int, note: str) -> None:
        """Tell how far the run is.

        Raises
        ------
        Cancelled
            if it is to stop
        """
        if self.cancelled():
            raise Cancelled(f"Stopped at {note} ({done} of {total}). Nothing half-done was stored.")
        self.progress(done, total, note)


def store_result(study: Study, spec: Spec, dataset: xr.Dataset, started: float) -> str:
    """Write a result under its digest, with everything needed to understand and repeat it."""
    name = spec.result_name(study)
    simulated = study.manifest.simulated
    study.write(
        name,
        dataset.assign_attrs(
            spec=json.dumps(asdict(spec), sort_keys=True),
            inputs=json.dumps(spec.inputs(study), sort_keys=True),
            code_version=CODE_VERSION,
            libraries=json.dumps({name: version(name) for name in _LIBRARIES}),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - started, 2),
            simulated=int(simulated),
        ),
    )
    log.debug("%s: %s", name, spec)
    return name


def provenance(dataset: xr.Dataset) -> dict[str, Any]:
    """What a result records of itself, decoded."""
    attrs = dict(dataset.attrs)
    for key in ("spec", "inputs", "libraries"):
        if key in attrs:
            attrs[key] = json.loads(attrs[key])
    return attrs
