"""P-values of an encoding, corrected over all targets and layers by the largest score of chance."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from explorer.analysis.held_out import Split, fit_training, ridge_settings
from explorer.analysis.run import Run
from explorer.analysis.spec import Spec
from explorer.analysis.targets import Targets
from explorer.engine.cyclic import TIE
from explorer.engine.device import choose_device
from explorer.engine.foldwise import scale_folds
from explorer.engine.maximum import max_permutation
from explorer.engine.ridge import crossval_ridge
from explorer.engine.scores import pearson
from explorer.study.layers import read_layer

REFITTED = 2**28  # bytes of responses that are refitted at a time: they share a decomposition


def familywise_p(
    targets: Targets, split: Split, spec: Spec, run: Run
) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """``p_fwer`` of Pearson r over layer and target, if ``spec`` asks for it; else nothing.

    With a held-out split the fitted models stay as they are and held-out stimuli are permuted, the
    same way for all targets and layers (``engine.maximum``). Without one, all responses are fitted
    again under every permutation: models of folds share stimuli, so permuting their predictions
    would understate chance.
    """
    if not spec.settings.get("fwer"):
        return {}
    responses = torch.from_numpy(targets.matrix).to(choose_device(run.device))
    n_layers, scores, maxima = targets.features.sizes["layer"], [], []
    for k in range(n_layers):
        run.step(k, n_layers, f"chance of layer {k}")
        values = np.asarray(read_layer(targets.features, k).values)
        features = torch.from_numpy(values).to(responses)
        one = _held_out if len(split.folds) == 1 else _refitted
        score, highest = one(features, responses, split, spec)
        scores.append(score)
        maxima.append(highest)
    return {"p_fwer": (("layer", *targets.dims), targets.restore(_corrected(scores, maxima)))}


def describe_familywise(spec: Spec, split: Split) -> dict[str, str]:
    """What ``p_fwer`` is, for a result's attributes."""
    if not spec.settings.get("fwer"):
        return {}
    n = spec.settings["n_permutations"]
    how = (
        f"permutations of held-out stimuli ({n} or the next multiple of n)"
        if len(split.folds) == 1
        else f"{n} refits of all responses with stimuli "
        + ("shifted round (at most one for each shift)" if split.contiguous else "permuted")
    )
    return {"p_fwer": f"one-sided, Pearson r, largest over all layers and targets of {how}"}


def _corrected(scores: list[Tensor], maxima: list[Tensor]) -> np.ndarray:
    """Share of the permutations whose largest score reaches each one: (n_layers, n_targets)."""
    score, highest = torch.stack(scores), torch.stack(maxima).amax(0).sort().values
    above = len(highest) - torch.searchsorted(highest, (score - TIE).nan_to_num())
    p = (above / len(highest)).masked_fill(score.isnan(), torch.nan)
    return p.float().cpu().numpy()


def _held_out(
    features: Tensor, responses: Tensor, split: Split, spec: Spec
) -> tuple[Tensor, Tensor]:
    """R of one layer, float64, and the largest of each permutation, the data first."""
    rows = split.folds[0].to(responses.device)
    fit = fit_training(features, responses, rows, ridge_settings(spec))
    predicted, measured = fit.predict(features[rows]), responses[rows]
    test = max_permutation(
        measured,
        predicted,
        n_permutations=int(spec.settings["n_permutations"]),
        seed=int(spec.settings["seed"]),
    )
    return pearson(measured.double(), predicted.double()), test.maximum


def _refitted(
    features: Tensor, responses: Tensor, split: Split, spec: Spec
) -> tuple[Tensor, Tensor]:
    """The same where every permutation is cross-validated anew."""
    n, n_targets = responses.shape
    settings, folds = ridge_settings(spec), [f.to(responses.device) for f in split.folds]
    own = settings.selection == "target"  # a choice for all must not see other permutations
    at_once = max(1, REFITTED // max(1, responses.nbytes)) if own else 1
    orders = torch.cat([torch.arange(n)[None], _orders(n, spec, split)]).to(responses.device)
    highest: list[Tensor] = []
    score = torch.empty(0)
    for some in torch.split(orders, at_once):
        measured = responses[some].permute(1, 0, 2).reshape(n, -1)
        fit = crossval_ridge(features, measured, folds, settings, contiguous=split.contiguous)
        r = pearson(*scale_folds(measured, fit.Y_hat, folds, "pearson")).double()
        r = r.reshape(len(some), n_targets)
        score = r[0] if not highest else score
        highest.append(r.nan_to_num(-torch.inf).amax(1))
    return score, torch.cat(highest)


def _orders(n: int, spec: Spec, split: Split) -> Tensor:
    """Orders of the stimuli under chance, without the data's own: (n_permutations, n)."""
    wanted, seed = int(spec.settings["n_permutations"]), int(spec.settings["seed"])
    generator = torch.Generator().manual_seed(seed)
    if split.contiguous:
        shifts = 1 + torch.randperm(n - 1, generator=generator)[:wanted]
        return (torch.arange(n) + shifts[:, None]) % n
    return torch.rand(wanted, n, generator=generator).argsort(1)
