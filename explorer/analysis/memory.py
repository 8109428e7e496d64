"""How much memory a run may take: what it is given, else a share of what is free."""

from __future__ import annotations

import os
import re
from pathlib import Path

from explorer.errors import AnalysisError

SHARE = 0.5  # of what is free: others, and the pages of the app, need some as well
_UNKNOWN = 4 * 2**30  # bytes taken for free where the system does not tell
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def memory_allowed(given: int | None) -> int:
    """Bytes that a run may take at its peak: as given, else a share of what is free now."""
    return given if given is not None else int(SHARE * free_memory())


def free_memory() -> int:
    """Bytes that a new process could take without driving others out."""
    found = [_meminfo(), _container()]
    known = [n for n in found if n is not None]
    if known:
        return min(known)
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):
        return _UNKNOWN


def parse_memory(text: str) -> int:
    """Bytes from text such as ``4GB``, ``500 MB`` or ``2e9``.

    Raises
    ------
    AnalysisError
        if it is no amount of memory
    """
    match = re.fullmatch(r"\s*([0-9.]+(?:e[0-9]+)?)\s*([kmgt]?)(?:i?b)?\s*", text.lower())
    try:
        n_bytes = int(float(match[1]) * _UNITS[match[2]]) if match else 0
    except ValueError:
        n_bytes = 0
    if n_bytes < 1:
        raise AnalysisError(f"{text!r} is no amount of memory, expected such as 4GB or 500MB.")
    return n_bytes


def _meminfo() -> int | None:
    """Linux: what is free or can be freed at once."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        return 1024 * int(text.partition("MemAvailable:")[2].split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _container() -> int | None:
    """Linux: what the limit of a container or a batch job leaves."""
    folder = Path("/sys/fs/cgroup")
    try:
        most = int((folder / "memory.max").read_text(encoding="ascii"))
        used = int((folder / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return max(most - used, 0)
