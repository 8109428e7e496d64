"""How well the RDM of each subject agrees with that of the others."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.device import to_double
from explorer.engine.rdm import choose_comparison, compare_rdms


def subject_agreement(rdms: Tensor, comparison: str = "pearson") -> Tensor:
    """Similarity of each subject's RDM with the plain mean of the other subjects' RDMs.

    The noise ceiling of regions in Doerig et al. (2025), one for each subject, by which that
    subject's scores are divided. Unlike ``ceiling.rdm_ceiling`` (Nili et al. 2014), RDMs are
    averaged as they are, so that a subject with larger distances weighs more; it bounds models that
    are the same for every subject, and a model may exceed it.

    Parameters
    ----------
    rdms : (n_subjects, n_pairs); a pair that is NaN in one subject is left out of all
    comparison : a name in ``RDM_COMPARISONS``

    Returns
    -------
    r : (n_subjects,), -1 to 1; NaN for fewer than two subjects, or a constant RDM

    Raises
    ------
    ValueError
        if no method has this name
    """
    choose_comparison(comparison)
    shared = to_double(rdms).masked_fill(rdms.isnan().any(0), torch.nan)
    if len(rdms) < 2:  # noqa: PLR2004 - there is no other subject
        return rdms.new_full((len(rdms),), torch.nan)
    others = (shared.sum(0) - shared) / (len(rdms) - 1)
    each = [
        compare_rdms(one[None], other[None], comparison)[0, 0]
        for one, other in zip(shared, others, strict=True)
    ]
    return torch.stack(each).to(rdms)
