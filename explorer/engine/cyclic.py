"""Correlations under every cyclic shift of random orders: one FFT gives n permutations."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.scores import check_pair
from explorer.engine.vectors import unit

TIE = 1e-9  # a correlation this little below the observed one counts as equal: rounding of the FFT
PERMUTED_TARGETS = 128  # at a time on a CPU: spectra stay in the cache


def draw_orders(n: int, n_permutations: int, seed: int, *, circular: bool = False) -> list[Tensor]:
    """Orders of rows whose cyclic shifts are the permutations; shift 0 of the first is the data.

    Together with the identity the shifts of random orders are cosets of a group, which keeps the
    test exact (Hemerik & Goeman 2018).

    Parameters
    ----------
    n : rows, at least 2
    n_permutations : at least that many besides the identity: each order gives n
    seed : of the orders
    circular : rows are samples of a time series: the order as it is, and no other

    Returns
    -------
    orders : list of (n,), int64, on the CPU; the first is that of the responses

    Raises
    ------
    ValueError
        if there are fewer than one permutation or two rows
    """
    if n < 2 or n_permutations < 1:  # noqa: PLR2004 - one row cannot be permuted
        raise ValueError(
            f"{n_permutations} permutations of {n} rows were asked for, expected 1 or more of 2 or "
            "more."
        )
    if circular:
        return [torch.arange(n)]
    generator = torch.Generator().manual_seed(seed)
    n_orders = -(-(n_permutations + 1) // n)
    return [torch.randperm(n, generator=generator) for _ in range(n_orders)]


def shifted_correlations(
    Y: Tensor, Y_hat: Tensor, orders: list[Tensor]
) -> Iterator[tuple[slice, Tensor, Iterator[Tensor]]]:
    """Pearson r of each target with its prediction, as it is and under every shift of each order.

    Shift k of ``order`` pairs row ``orders[0][i]`` of Y with row ``order[(i + k) % n]`` of Y_hat,
    the same for every target.

    Parameters
    ----------
    Y : (n, n_targets), responses
    Y_hat : (n, n_targets), predictions
    orders : list of (n,), see ``draw_orders``

    Yields
    ------
    block : slice of the targets
    r : (n_block,), float64; NaN where either is constant or holds a NaN
    shifted : one (n_block, n) for each order, float64; NaN where r is
    """
    check_pair(Y, Y_hat)
    n = len(Y)
    most = PERMUTED_TARGETS if Y.device.type == "cpu" else None
    for block in column_batches(Y.shape[1], 10 * 8 * n, most=most):
        y, y_hat = (unit(x[:, block].T.contiguous(), 1) for x in (Y, Y_hat))  # (n_block, n)
        yield block, (y * y_hat).sum(1), _shifts(y, y_hat, [o.to(y.device) for o in orders])


def _shifts(y: Tensor, y_hat: Tensor, orders: list[Tensor]) -> Iterator[Tensor]:
    spectrum = torch.fft.rfft(y[:, orders[0]]).conj()
    for order in orders:
        yield torch.fft.irfft(spectrum * torch.fft.rfft(y_hat[:, order]), n=len(order))
