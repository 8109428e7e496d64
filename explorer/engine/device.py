"""Where tensors live and how exactly they are multiplied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


def choose_device(name: str = "auto") -> torch.device:
    """Device to compute on.

    Parameters
    ----------
    name : ``"auto"`` takes cuda if there is one, then mps, else cpu; or a torch device, such as
        ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"mps"``

    Raises
    ------
    ValueError
        if this machine has no such device
    """
    present = ["cpu"]
    if torch.backends.mps.is_available():
        present.insert(0, "mps")
    if torch.cuda.is_available():
        cards = [f"cuda:{i}" for i in range(torch.cuda.device_count())]
        present = ["cuda", *cards, *present]
    if name == "auto":
        return torch.device(present[0])
    if name not in present:
        raise ValueError(
            f"No device is called {name!r} here, expected one of: auto, {', '.join(present)}. "
            "Choose one of these."
        )
    return torch.device(name)


@contextmanager
def exact_matmul() -> Iterator[None]:
    """IEEE float32 products inside; the host's setting is restored after.

    TF32 moves single scores by 2e-4, bfloat16 by 2e-3, which breaks equality per vertex. Only the
    ``fp32_precision`` settings are read and written: torch raises when they and the older
    ``allow_tf32`` are mixed. Harmless on a CPU; also a decorator, ``@exact_matmul()``.
    """
    on_cpu = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]  # added at import
    backends = (torch.backends.cuda.matmul, on_cpu)
    before = [backend.fp32_precision for backend in backends]
    try:
        for backend in backends:
            backend.fp32_precision = "ieee"
        yield
    finally:
        for backend, precision in zip(backends, before, strict=True):
            backend.fp32_precision = precision


def to_double(x: Tensor) -> Tensor:
    """Copy of ``x`` in float64, on the CPU where the device has no float64 (mps).

    Parameters
    ----------
    x : (...), any numeric dtype

    Returns
    -------
    x : (...), float64; ``.to(like)`` brings results back
    """
    if x.device.type == "mps":
        x = x.cpu()
    return x.to(torch.float64)
