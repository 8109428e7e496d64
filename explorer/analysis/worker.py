"""The computing process: reads requests as lines of JSON, answers with progress and results.

It is started by ``state.jobs`` with ``python -m explorer.analysis.worker``. A request is
``{"id": …, "study": path, "overlay": path or null, "device": …, "steps": […]}``; a step is
``{"extract": {"model": …, "variant": …}}``, ``{"wish": {arguments of make_spec}}``, the same under
``"rdms"`` for the dissimilarities alone, ``{"spec": {fields of a Spec}}``, or ``{"generate": {}}``.
``{"cancel": id}`` stops one.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, TextIO

from explorer.analysis.generate import generate_study
from explorer.analysis.geometry import rdm_specs
from explorer.analysis.pipeline import extract_features, run_specs
from explorer.analysis.run import Run, share_cores
from explorer.analysis.spec import Spec, make_spec
from explorer.errors import Cancelled, ExplorerError
from explorer.study.study import Study

_POLITE = 10  # of 19
_TICK = 0.05  # s between two progress lines


class Worker:
    """Runs one request at a time; a second thread listens for cancels and for the end of input."""

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers
        self._requests: queue.Queue[dict[str, Any]] = queue.Queue()
        self._cancelled: set[str] = set()
        self._told = 0.0

    def listen(self, lines: TextIO) -> None:
        """Take requests and cancels until the other end closes; then stop at once."""
        for line in lines:
            message = json.loads(line)
            if "cancel" in message:
                self._cancelled.add(message["cancel"])
            else:
                self._requests.put(message)
        os._exit(0)

    def serve(self) -> None:
        """Run requests as they come, for ever."""
        while True:
            request = self._requests.get()
            job = str(request["id"])
            try:
                self._answer(id=job, result=self._run(request, job))
            except Cancelled as error:
                self._answer(id=job, cancelled=str(error))
            except ExplorerError as error:
                self._answer(id=job, error=str(error))
            except MemoryError:
                self._answer(id=job, error="Out of memory. Take fewer stimuli, regions or layers.")
            except Exception:  # noqa: BLE001 - the process must outlive any one job
                text = traceback.format_exc()
                self._answer(id=job, error="Something broke; the log has the details.", log=text)

    def _run(self, request: dict[str, Any], job: str) -> list[str]:
        overlay = request.get("overlay")
        study = Study(Path(request["study"]), Path(overlay) if overlay else None)
        steps = request["steps"]
        names: list[str] = []
        for k, step in enumerate(steps):

            def progress(done: int, total: int, note: str, k: int = k) -> None:
                self._progress(job, (k + done / max(total, 1)) / len(steps), note)

            run = Run(request.get("device", "auto"), progress, lambda: job in self._cancelled)
            if "extract" in step:
                wanted = step["extract"]
                names.append(extract_features(study, wanted["model"], wanted["variant"], run))
            elif "generate" in step:
                names += generate_study(study, run)
            elif "spec" in step:
                names += run_specs(study, [Spec(**step["spec"])], run)
            elif "rdms" in step:
                names += run_specs(study, rdm_specs(make_spec(study, **step["rdms"])), run)
            else:
                names += run_specs(study, [make_spec(study, **step["wish"])], run)
        return names

    def _progress(self, job: str, share: float, note: str) -> None:
        if time.monotonic() - self._told >= _TICK:
            self._told = time.monotonic()
            self._answer(id=job, share=share, note=note)

    def _answer(self, **message: Any) -> None:
        self._answers.write(json.dumps(message) + "\n")
        self._answers.flush()


def main() -> None:
    """Serve on standard input and output; whatever else prints goes to standard error."""
    share_cores()
    if hasattr(os, "nice"):
        os.nice(_POLITE)  # pages come first
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    worker = Worker(answers)
    threading.Thread(target=worker.listen, args=(sys.stdin,), daemon=True).start()
    worker.serve()


if __name__ == "__main__":
    main()
