"""Weighted mixtures of model RDMs: non-negative weights, fitted to a brain and tested on others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy.optimize import nnls
from torch import Tensor

from explorer.engine.device import to_double
from explorer.engine.rdm import check_rdms, choose_comparison, compare_rdms, count_stimuli


def mix_rdms(models: Tensor, rdms: Tensor, *, ridge: float = 0) -> Tensor:
    """Non-negative weights of models whose sum is nearest each RDM.

    Minimises ``||models' w - rdm||^2 / n_pairs + ridge ||w||^2`` over w >= 0 (Khaligh-Razavi &
    Kriegeskorte 2014; Jozwik et al. 2016). One QR of the models leaves a problem of n_models x
    n_models for each RDM, which ``scipy.optimize.nnls`` solves on the CPU. There is no constant:
    add a row of ones to the models to have one. Scale models alike where ridge is not 0.

    Parameters
    ----------
    models : (n_models, n_pairs)
    rdms : (n_rdms, n_pairs), of the same stimuli; pairs that are NaN in a model are left out of
        all, those that are NaN in an RDM of its own fit
    ridge : 0 or more

    Returns
    -------
    weights : (n_rdms, n_models), at least 0; NaN for an RDM with fewer pairs than models

    Raises
    ------
    ValueError
        if the RDMs are not of the same stimuli, or ridge is negative
    """
    check_rdms(models, rdms)
    if not ridge >= 0:
        raise ValueError(f"ridge is {ridge}, expected 0 or more.")
    known = ~models.isnan().any(0)
    out = rdms.new_full((len(rdms), len(models)), torch.nan)
    complete, a, b = ~rdms[:, known].isnan().any(1), to_double(models), to_double(rdms)
    if bool(complete.any()):
        out[complete] = _fit(a[:, known], b[complete][:, known], ridge).to(out)
    for row in (~complete).nonzero()[:, 0].tolist():
        kept = known & ~rdms[row].isnan()
        out[row] = _fit(a[:, kept], b[row : row + 1, kept], ridge)[0].to(out)
    return out


def score_mixtures(
    models: Tensor,
    rdms: Tensor,
    folds: Sequence[Tensor],
    *,
    comparison: str = "spearman",
    ridge: float = 0,
) -> tuple[Tensor, Tensor]:
    """Similarity of mixtures with RDMs of stimuli that they were not fitted to.

    For each fold, weights are fitted to the pairs of stimuli that are both outside it, and the
    mixture is compared on the pairs that are both inside. Pairs of one and the other are not used:
    they share a stimulus with either.

    Parameters
    ----------
    models : (n_models, n_pairs)
    rdms : (n_rdms, n_pairs), NaN pairs are left out
    folds : sequence of (n_test,), stimuli of each fold, 3 or more, as of ``folds.kfold``
    comparison : a name in ``RDM_COMPARISONS``
    ridge : as in ``mix_rdms``

    Returns
    -------
    score : (n_folds, n_rdms), -1 to 1; NaN where nothing can be fitted or compared, e.g. where all
        weights are 0
    weights : (n_folds, n_rdms, n_models)

    Raises
    ------
    ValueError
        if a fold leaves fewer than 3 stimuli to fit or to test, or the arguments do not fit
    """
    choose_comparison(comparison)
    check_rdms(models, rdms)
    n = count_stimuli(models.shape[1])
    i, j = torch.triu_indices(n, n, 1, device=models.device)
    scores, weights = [], []
    for fold in folds:
        test = torch.zeros(n, dtype=torch.bool, device=models.device)
        test[fold.to(models.device)] = True
        inside = int(test.sum())
        if min(inside, n - inside) < 3:  # noqa: PLR2004 - three pairs
            raise ValueError(
                f"A fold has {inside} of {n} stimuli, expected 3 or more in it and outside it. "
                "Take fewer folds."
            )
        fitted, tested = ~test[i] & ~test[j], test[i] & test[j]
        w = mix_rdms(models[:, fitted], rdms[:, fitted], ridge=ridge)
        mixed = w @ models[:, tested].to(w)
        each = [
            compare_rdms(one[None], rdm[None], comparison)[0, 0]
            for one, rdm in zip(mixed, rdms[:, tested], strict=True)
        ]
        scores.append(torch.stack(each))
        weights.append(w)
    return torch.stack(scores), torch.stack(weights)


def _fit(models: Tensor, rdms: Tensor, ridge: float) -> Tensor:
    """Weights for RDMs without NaN: (n_rdms, n_models), float64, on the CPU."""
    n_models, n_pairs = models.shape
    if n_pairs < n_models:
        return torch.full((len(rdms), n_models), torch.nan, dtype=torch.float64)
    Q, R = torch.linalg.qr(models.T)
    targets = (rdms @ Q).cpu().numpy()  # (n_rdms, n_models)
    design = R.cpu().numpy()
    if ridge:
        design = np.concatenate([design, (ridge * n_pairs) ** 0.5 * np.eye(n_models)])
        targets = np.pad(targets, ((0, 0), (0, n_models)))
    return torch.from_numpy(np.stack([nnls(design, target)[0] for target in targets]))
