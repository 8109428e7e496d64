"""Which alphas are tried for which target, so that few are, and the errors found."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Error = Callable[[int, slice | Tensor], Tensor]  # of one alpha for some targets


def all_errors(error: Error, n_targets: int, n_alphas: int) -> Tensor:
    """Error of every alpha for every target.

    Parameters
    ----------
    error : of one alpha for some targets
    n_targets : k
    n_alphas : of the grid

    Returns
    -------
    errors : (k, n_alphas)
    """
    return torch.stack([error(i, slice(0, n_targets)) for i in range(n_alphas)], 1)


def guided_errors(error: Error, first: Tensor, n_alphas: int) -> Tensor:
    """Errors around a first guess, until the least lies between two larger ones or at an edge.

    Parameters
    ----------
    error : of one alpha for some targets
    first : (k,), guess for each target, increasing: so those that need an alpha are a run
    n_alphas : of the grid

    Returns
    -------
    errors : (k, n_alphas), NaN where not tried
    """
    errors = torch.full((len(first), n_alphas), torch.nan, device=first.device)
    places = torch.arange(n_alphas, device=first.device)
    starts = torch.searchsorted(first, places - 1).tolist()
    ends = torch.searchsorted(first, places + 1, right=True).tolist()
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start < end:
            found = error(i, slice(start, end))
            errors = errors.to(found)
            errors[start:end, i] = found.nan_to_num(nan=torch.inf)
    while True:
        best = errors.nan_to_num(nan=torch.inf).argmin(1, keepdim=True)
        missing = torch.zeros_like(errors, dtype=torch.bool)
        for neighbour in ((best - 1).clamp(min=0), (best + 1).clamp(max=n_alphas - 1)):
            missing.scatter_(1, neighbour, errors.gather(1, neighbour).isnan())
        if not _fill(error, errors, missing):
            return errors


def bounded_errors(error: Error, first: Tensor, floor: Tensor) -> Tensor:
    """Errors of all alphas that could be the best, given a lower bound of each.

    Parameters
    ----------
    error : of one alpha for some targets
    first : (k,), guess for each target, increasing
    floor : (k, n_alphas), lower bounds of the errors

    Returns
    -------
    errors : (k, n_alphas), NaN where certainly not the least
    """
    errors = guided_errors(error, first, floor.shape[1])
    least = errors.nan_to_num(nan=torch.inf).amin(1, keepdim=True)
    _fill(error, errors, errors.isnan() & (floor < least))
    return errors


def _fill(error: Error, errors: Tensor, missing: Tensor) -> bool:
    """Find the errors that are missing; whether there were any."""
    wanted = missing.any(0).nonzero()[:, 0].tolist()
    for i in wanted:
        targets = missing[:, i].nonzero()[:, 0]
        errors[targets, i] = error(i, targets).nan_to_num(nan=torch.inf)
    return bool(wanted)
