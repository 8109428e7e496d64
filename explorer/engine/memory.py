"""How much memory a ridge fit takes."""

from __future__ import annotations

from explorer.engine.batches import BUDGET, FILTER_BYTES
from explorer.engine.factors import is_primal
from explorer.engine.penalties import RidgeSettings

DOUBLE = 8


def peak_bytes(
    n: int,
    n_features: int,
    n_targets: int,
    settings: RidgeSettings,
    *,
    n_folds: int = 5,
    itemsize: int = 4,
) -> int:
    """Bytes that ``ridge_cv`` allocates at its peak, beside X and Y, from above.

    It grows with the number of targets by what is returned alone: a caller that streams blocks of
    targets through ``solve`` passes the size of a block.

    Parameters
    ----------
    n : stimuli
    n_features : features
    n_targets : targets, all or those of a block
    settings : mode and grid
    n_folds : folds of about equal size, where the mode uses folds
    itemsize : bytes of a number: 4 or 8
    """
    folds = n_folds if settings.uses_folds else 0
    largest = -(-n // folds) if folds else 0
    primal = is_primal(n, n_features, largest, settings)
    side = n_features if primal else n
    rank = min(n - 1, n_features)
    rows = n * n_features * (2 * DOUBLE + 2 * itemsize)  # centred, scaled, as they came
    square = side * side * DOUBLE
    making = rows + n * rank * DOUBLE + square * (5 + folds * primal)
    width = min(largest, n_features + 1) if primal else largest  # of compressed rows
    of_fold = side * rank + width * rank + largest * width
    kept = n * n_features * itemsize + n_features * rank * DOUBLE
    kept += (folds * of_fold + n * rank) * itemsize
    filters = len(settings.alphas) * folds * width * (side + width) if folds else n * rank
    filters *= itemsize
    returned = n_targets * itemsize * (rank + 2 * len(settings.alphas) + 8)
    per_target = itemsize * (5 * n + 4 * rank + (folds + 2) * n_features * primal)
    solving = min(filters, FILTER_BYTES) + min(BUDGET, n_targets * per_target)
    return max(making + kept, kept + solving + returned)
