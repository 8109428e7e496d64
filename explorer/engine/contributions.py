"""What each band of a joint model contributes to its score."""

from __future__ import annotations

import torch
from torch import Tensor


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
    y = Y.double() - Y.double().mean(0)
    total = y.square().sum(0)
    total = total.masked_fill(
        total <= (4 * torch.finfo(Y.dtype).eps) ** 2 * Y.double().square().sum(0), torch.nan
    )
    rest = 2 * y - Y_hat.double().sum(0)
    return torch.stack([(band.double() * rest).sum(0) / total for band in Y_hat]).to(Y)
