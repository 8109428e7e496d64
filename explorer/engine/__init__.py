"""Numbers: torch kernels that know no names, no files and no labels. Tensors in, tensors out.

Every function keeps the dtype and the device of what it is given. The table lists the metrics that
can be chosen; to add one, write a function and its ``Metric`` in ``scores.py`` and a line here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.registry import Registry

if TYPE_CHECKING:  # the table must not load torch
    from explorer.engine.scores import Metric

METRICS: Registry[Metric] = Registry(
    "metric",
    {
        "pearson": "explorer.engine.scores:PEARSON",
        "r2": "explorer.engine.scores:R2",
        "cosine": "explorer.engine.scores:COSINE",
    },
)
