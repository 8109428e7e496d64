"""What is shown of several subjects at once: their mean, their name, and what counts as found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer.analysis.spec import MEAN

ALPHA = 0.05  # false discovery rate below which a score counts


def mean_known(rows: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """Mean over the list, those that are NaN left out; NaN where there is nothing else."""
    stacked = np.asarray(rows, float)
    known = np.isfinite(stacked)
    count = known.sum(0)
    return np.where(count > 0, np.where(known, stacked, 0).sum(0) / np.maximum(count, 1), np.nan)


def name_subjects(seen: dict[str, Any], n: int) -> str:
    """Whose numbers are shown, in words."""
    if n > 1:
        return f"mean of {n} subjects"
    return str(seen["subject"]) if seen["subject"] != MEAN else "mean response of all subjects"
