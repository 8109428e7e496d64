"""Blocks of columns that keep the memory of a computation bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

BUDGET = 2**28  # bytes of temporaries alive at once: a quarter of a GiB
FILTER_BYTES = 2**30  # of filters kept for all alphas and folds, at most
CPU_CHUNK = 1024  # targets at a time: their residuals stay in the cache
STRIP = 16  # rows transposed at a time: a third of the time of all at once


def column_batches(
    n_columns: int, column_bytes: int, *, most: int | None = None
) -> Iterator[slice]:
    """Slices which together cover ``range(n_columns)``, each within ``BUDGET`` bytes.

    Parameters
    ----------
    n_columns : how many columns (targets, resamples, ...) there are
    column_bytes : bytes of temporaries that one column needs
    most : no slice is longer than this; None for no such limit
    """
    step = max(1, BUDGET // max(1, column_bytes))
    step = min(step, most) if most else step
    for start in range(0, n_columns, step):
        yield slice(start, min(start + step, n_columns))


def chunks(targets: slice | Tensor, device: torch.device) -> list[slice] | list[Tensor]:
    """Parts of some targets that stay in the cache of a CPU.

    Parameters
    ----------
    targets : (m,), indices, or a slice with both ends
    device : others than a CPU take all at once
    """
    if isinstance(targets, Tensor):
        return list(torch.split(targets, CPU_CHUNK)) if device.type == "cpu" else [targets]
    step = CPU_CHUNK if device.type == "cpu" else max(1, targets.stop - targets.start)
    starts = range(targets.start, targets.stop, step)
    return [slice(start, min(start + step, targets.stop)) for start in starts]


def targets_in_rows(Y: Tensor, block: slice, order: Tensor | None) -> Tensor:
    """Contiguous copy of a block of targets, one in each row.

    Parameters
    ----------
    Y : (n, n_targets)
    block : which targets
    order : (n,), rows of Y in the order wanted; None keeps theirs

    Returns
    -------
    y : (k, n)
    """
    picked = Y[:, block]
    y = picked.new_empty(picked.shape[1], picked.shape[0])
    step = STRIP if Y.device.type == "cpu" else len(Y)
    for start in range(0, len(Y), step):
        strip = slice(start, start + step)
        y[:, strip] = (picked[strip] if order is None else picked[order[strip]]).T
    return y


def run_blocks(n_columns: int, step: int, run: Callable[[slice], None]) -> tuple[str, ...]:
    """Call ``run`` on slices that cover ``range(n_columns)``; out of memory halves the step.

    Parameters
    ----------
    n_columns : how many columns there are
    step : columns at a time, at first
    run : does one slice; it may be called again on a part of a slice that failed

    Returns
    -------
    notes : one line if the step had to be halved

    Raises
    ------
    RuntimeError
        if a single column does not fit, or ``run`` fails for another reason
    """
    first, start = step, 0
    while start < n_columns:
        stop = min(start + step, n_columns)
        try:
            run(slice(start, stop))
        except (RuntimeError, MemoryError) as error:
            if stop - start == 1 or not _is_out_of_memory(error):
                raise
            step = (stop - start) // 2
        else:
            start = stop
    return () if step == first else (f"out of memory: {step} targets at a time, not {first}",)


def _is_out_of_memory(error: Exception) -> bool:
    text = str(error).lower()
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        "not enough memory" in text or "out of memory" in text
    )
