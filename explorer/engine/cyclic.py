"""Correlations under every cyclic shift of random orders: one FFT gives n permutations."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from explorer.engine.batches import column_batches
from explorer.engine.device import to_double
from explorer.engine.scores import check_pair

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
    shifted : one (n_block, n) for each order, float64; NaN where r is. Its memory is reused: take
        what is needed before the next
    """
    check_pair(Y, Y_hat)
    n, like = len(Y), to_double(Y[:0])
    orders = [order.to(like.device) for order in orders]
    most = PERMUTED_TARGETS if Y.device.type == "cpu" else None
    blocks = list(column_batches(Y.shape[1], 10 * 8 * n, most=most))
    widest = max((block.stop - block.start for block in blocks), default=0)
    work = like.new_empty(4, widest, n)  # fresh memory for each step takes longer than the steps
    spectra = like.new_empty(2, widest, n // 2 + 1, dtype=torch.complex128)
    for block in blocks:
        y, y_hat, ordered, out = work[:, : block.stop - block.start]
        _unit_rows(Y[:, block], y)
        _unit_rows(Y_hat[:, block], y_hat)
        r = torch.mul(y, y_hat, out=ordered).sum(1)
        yield block, r, _shifts((y, y_hat, ordered, out), spectra[:, : len(y)], orders)


def _shifts(
    rows: tuple[Tensor, Tensor, Tensor, Tensor], spectra: Tensor, orders: list[Tensor]
) -> Iterator[Tensor]:
    y, y_hat, ordered, out = rows
    of_y, of_both = spectra
    torch.fft.rfft(torch.index_select(y, 1, orders[0], out=ordered), out=of_y)
    of_y.conj_physical_()
    for order in orders:
        torch.fft.rfft(torch.index_select(y_hat, 1, order, out=ordered), out=of_both)
        yield torch.fft.irfft(of_both.mul_(of_y), n=len(order), out=out)


def _unit_rows(columns: Tensor, out: Tensor) -> None:
    """Write ``unit(columns, 0)``, float64 and transposed, into ``out``: (n, k) to (k, n)."""
    out.copy_(columns.T)
    rounding = 2 * torch.finfo(columns.dtype).eps * len(columns) ** 0.5
    largest = torch.maximum(out.amax(1, keepdim=True), -out.amin(1, keepdim=True))
    out -= out.mean(1, keepdim=True)
    length = torch.linalg.vector_norm(out, dim=1, keepdim=True)
    out /= length.masked_fill(length <= rounding * largest, torch.nan)
