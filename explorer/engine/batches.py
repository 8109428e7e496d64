"""Blocks of columns that keep the memory of a computation bounded."""

from __future__ import annotations

from collections.abc import Iterator

BUDGET = 2**28  # bytes of temporaries alive at once: a quarter of a GiB


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
