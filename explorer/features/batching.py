"""Batches that are halved when they do not fit into the device's memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import torch

from explorer.errors import ModelError

log = logging.getLogger(__name__)


def run_batches(
    order: Sequence[int],
    batch_size: int,
    run: Callable[[Sequence[int]], None],
    tick: Callable[[int], None] | None = None,
) -> None:
    """Call ``run`` with consecutive parts of ``order``, smaller ones once memory has run out.

    Parameters
    ----------
    order : indices of the inputs, the most demanding first, so that memory runs out early
    batch_size : length of a part, at least 1
    run : computes one part; may raise ``torch.cuda.OutOfMemoryError``
    tick : called after each part with the number of inputs done

    Raises
    ------
    ModelError
        if a single input does not fit
    """
    done = 0
    while done < len(order):
        part = order[done : done + batch_size]
        if not _fits(run, part):
            if len(part) == 1:
                raise ModelError(
                    "The device has too little memory for the model with a single input. "
                    "Choose a smaller model, another device, or free memory on this one."
                )
            batch_size = len(part) // 2
            log.warning("Out of memory: going on with batches of %d", batch_size)
            continue
        done += len(part)
        if tick is not None:
            tick(done)


def _fits(run: Callable[[Sequence[int]], None], part: Sequence[int]) -> bool:
    try:
        run(part)
    except torch.cuda.OutOfMemoryError:
        # the traceback holds the failed batch's tensors: free them only after this block
        pass
    else:
        return True
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return False
