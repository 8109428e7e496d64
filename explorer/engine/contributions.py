"""What each band of a joint model contributes to its score."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.device import to_double


def product_measure(Y: Tensor, Y_hat: Tensor) -> Tensor:
    """What each band adds to R2, correlations between bands shared: they sum to that of the whole.

    ``sum(2 y y_hat_b - y_hat_b y_hat) / sum(y^2)`` with y centred and y_hat the sum over bands
    (Dupré la Tour et al. 2022, product measure). A part may be negative.

    Parameters
    ----------
    Y : (n, n_targets), responses
    Y_hat : (n_bands, n, n_targets), what each band predicts, without the intercept

    Returns
    -------
    r2 : (n_bands, n_targets); NaN where Y is constant or either holds a NaN

    Raises
    ------
    ValueError
        if the shapes differ
    """
    if Y_hat.ndim != 3 or Y_hat.shape[1:] != Y.shape:  # noqa: PLR2004 - bands
        raise ValueError(
            f"Y has shape {tuple(Y.shape)} and Y_hat {tuple(Y_hat.shape)}, expected (n, n_targets) "
            "and (n_bands, n, n_targets)."
        )
    y, bands = to_double(Y), to_double(Y_hat)
    rounding = 4 * torch.finfo(Y.dtype).eps * torch.linalg.vector_norm(y, dim=0)
    y = y - y.mean(0)
    length = torch.linalg.vector_norm(y, dim=0)
    total = length.masked_fill(length <= rounding, torch.nan).square()
    return ((bands * (2 * y - bands.sum(0))).sum(1) / total).to(Y)
