"""The app as a process of its own, for tests and benchmarks in a browser."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLAGS = [  # what it does on its own where there is no graphics card, and WebGL2 emulated
    "--no-sandbox",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SERVE_SECONDS = 60


class Served:
    """One running app: where it listens, what it logs, which process it is."""

    def __init__(self, command: list[str], log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)], cwd=ROOT, stdout=file, stderr=file
            )

    def wait(self) -> None:
        for _ in range(SERVE_SECONDS * 10):
            if self.process.poll() is not None:
                raise RuntimeError(f"the app ended: {self.log.read_text()}")
            try:
                with urllib.request.urlopen(f"{self.url}liveness", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"no answer in {SERVE_SECONDS} s: {self.log.read_text()}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def problems(self) -> list[str]:
        """Lines of the log that tell of an error."""
        lines = self.log.read_text().splitlines()
        return [s for s in lines if "Traceback" in s or s.startswith(("ERROR", "CRITICAL"))]


def serve(study: Path | None, home: Path, log: Path) -> Served:
    """Start the app on a study (None: the default one)."""
    chosen = [] if study is None else [str(study)]
    command = [sys.executable, "launch.py", *chosen, "--no-browser", "--home", str(home)]
    served = Served(command, log)
    served.wait()
    return served


def is_ours(url: str) -> bool:
    return url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))
