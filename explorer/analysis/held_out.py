"""What is held out, and the fit of the rest: shared by all analyses that predict responses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from explorer.analysis.options import RIDGE
from explorer.analysis.spec import Spec
from explorer.analysis.targets import Targets
from explorer.engine.factors import Factors, fit_factors
from explorer.engine.folds import complement, kfold, trim_gap
from explorer.engine.penalties import RidgeSettings
from explorer.engine.ridge import ridge_cv
from explorer.engine.solve import RidgeFit, solve
from explorer.errors import AnalysisError
from explorer.study.align import MIN_STIMULI
from explorer.study.stimuli import labels
from explorer.study.study import Study


@dataclass(frozen=True)
class Split:
    """Which stimuli are scored, and how they were kept from the fit.

    Attributes
    ----------
    folds : test rows of each fold; one fold where the study says what is held out
    text : for people
    contiguous : folds are blocks of a story
    """

    folds: list[Tensor]
    text: str
    contiguous: bool

    @property
    def scored(self) -> Tensor:
        """Rows that get a held-out prediction, in order."""
        return torch.cat(self.folds).sort().values


def find_split(study: Study, spec: Spec, targets: Targets) -> Split:
    """The study's own train and test stimuli, else folds: shuffled, or blocks for a story."""
    return split_stimuli(study, spec, targets.responses.stimulus.values.tolist())


def split_stimuli(study: Study, spec: Spec, ids: list[int]) -> Split:
    """The same, of the stimuli ``ids``."""
    n_folds = int(spec.settings["n_folds"])
    seed = int(spec.settings["seed"])
    if spec.modality == "ieeg":
        text = f"{n_folds}-fold cross-validation over contiguous blocks of the story"
        return Split(kfold(len(ids), n_folds, seed=None), text, contiguous=True)
    split = labels(study, "split")
    known = [split.get(i, "").strip().lower() for i in ids]
    test = torch.tensor([k for k, s in enumerate(known) if s == "test"])
    n_train = sum(s == "train" for s in known)
    if len(test) >= MIN_STIMULI and n_train >= MIN_STIMULI:
        if n_train + len(test) < len(known):
            raise AnalysisError(
                f"{len(known) - n_train - len(test)} stimuli are neither 'train' nor 'test' in "
                "stimuli/images/split. Say for each, or leave the column out."
            )
        text = f"held-out split of the study: {n_train} train, {len(test)} test"
        return Split([test], text, contiguous=False)
    text = f"{n_folds}-fold cross-validation over stimuli"
    return Split(kfold(len(ids), n_folds, seed=seed), text, contiguous=False)


def ridge_settings(spec: Spec) -> RidgeSettings:
    """What the spec says of the ridge."""
    chosen = spec.settings
    return RidgeSettings(
        alphas=tuple(chosen["alphas"]),
        standardise=bool(chosen["standardise"]),
        n_components=chosen["n_components"],
        n_inner=int(chosen["n_inner"]),
        seed=int(chosen["seed"]),
        **{name: chosen[name] for name in RIDGE if name in chosen},
    )


@dataclass(frozen=True)
class FoldModel:
    """The features' part of the model that predicts one fold: it serves every target.

    Attributes
    ----------
    train, test : rows
    factors : of the training rows
    rows : (n_test, rank), the test rows on their axes
    """

    train: Tensor
    test: Tensor
    factors: Factors
    rows: Tensor

    def fit(self, responses: Tensor) -> tuple[RidgeFit, Tensor]:
        """Models of a block of targets, and what they predict of the test rows."""
        fit = solve(self.factors, responses[self.train])
        return fit, fit.predict_rotated(self.rows)


def fold_models(
    features: Tensor,
    split: Split,
    settings: RidgeSettings,
    keep: Callable[[Tensor, list[Tensor], Callable[[], Factors]], Factors],
) -> list[FoldModel]:
    """Decompose one layer for every fold of a split.

    Parameters
    ----------
    features : of one layer, on the device that computes
    split : what is held out
    settings : of the ridge
    keep : called with training rows, inner folds, and what makes their factors; returns these
    """
    models = []
    seed = None if split.contiguous else settings.seed
    for fold in split.folds:
        train = trim_gap(complement(len(features), fold), fold, settings.gap)
        test = fold.to(features.device)
        inner = kfold(len(train), settings.n_inner, seed=seed)
        on_device = train.to(features.device)
        make = partial(fit_factors, features[on_device], inner, settings)
        factors = keep(train, inner, make)
        models.append(FoldModel(on_device, test, factors, factors.whole.rotate(features[test])))
    return models


def with_one_alpha(
    features: Tensor, model: FoldModel, alpha: float, settings: RidgeSettings
) -> FoldModel:
    """The model of one fold with an alpha that serves all targets, whatever block is fitted."""
    fixed = replace(
        settings, alphas=(alpha,), mode="gcv", criterion="mse", selection="target", gap=0
    )
    factors = fit_factors(features[model.train], None, fixed)
    return FoldModel(model.train, model.test, factors, factors.whole.rotate(features[model.test]))


def fit_training(
    features: Tensor, responses: Tensor, held_out: Tensor, settings: RidgeSettings
) -> RidgeFit:
    """Fit all rows but those ``held_out``; alphas are chosen within these."""
    train = complement(len(features), held_out)
    inner = kfold(len(train), settings.n_inner, seed=settings.seed)
    inner = [f.to(responses.device) for f in inner]
    return ridge_cv(features[train], responses[train], inner, settings)
