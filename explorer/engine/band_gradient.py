"""Scalings of bands by descent: the gradient of the validation error, per target, all at once.

With u the weights of one target on the axes of its starting scaling, ``(S + a V'EV) u = Z``, where
E holds ``exp(-x)`` of each band and x is how far its log scaling has moved. At the start E is 1 and
the system diagonal; near it, conjugate gradients with the diagonal need a few products, shared by
all targets. The adjoint system gives the gradient (Bengio 2000; Dupré la Tour et al. 2022).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.device import to_double
from explorer.engine.moments import FoldFeatures, FoldTargets

FARTHEST_STEP = 2.0  # of a log scaling, per step
RANGE = 12.0  # of a log scaling from its start
MAX_PRODUCTS = 200  # of conjugate gradients
STILL = 1e-3  # steps of a log scaling below this change no score: the descent ends
SURE = 1e-5  # relative improvement that is more than rounding of float32


@dataclass(frozen=True)
class Started:
    """One fold and its responses on the axes of the starting scaling.

    Parameters
    ----------
    values : (n_features,), eigenvalues, >= 0
    vectors : (n_features, n_features), all of them
    share : (n_features, n_bands), squared length of each vector in each band
    rows : (m, n_features), validation rows on the axes
    Z : (n_features, n_targets), responses on the axes
    tested : (m, n_targets), validation responses
    outside : (n_targets,), what of them no model reaches
    penalty : (n_targets,), absolute alpha at the start
    bands : list of slices of features
    """

    values: Tensor
    vectors: Tensor
    share: Tensor
    rows: Tensor
    Z: Tensor
    tested: Tensor
    outside: Tensor
    penalty: Tensor
    bands: list[slice]

    def solve(self, right: Tensor, moved: Tensor, start: Tensor | None) -> Tensor:
        """Conjugate gradients for every target at once: (n_features, n_targets).

        Parameters
        ----------
        right : (n_features, n_targets)
        moved : (n_bands, n_targets), exp(-x)
        start : (n_features, n_targets), a first guess; None for that of the diagonal
        """
        diagonal = 1 / (self.values[:, None] + self.penalty * (self.share @ moved))
        u = right * diagonal if start is None else start.clone()
        residual = right - self._product(u, moved)
        floor = (30 * torch.finfo(u.dtype).eps) ** 2 * (right.square() * diagonal).sum(0)
        direction = preconditioned = residual * diagonal
        energy = (residual * preconditioned).sum(0)
        for _ in range(MAX_PRODUCTS):
            active = energy > floor
            if not bool(active.any()):
                break
            image = self._product(direction, moved)
            curvature = (direction * image).sum(0)
            step = torch.where(active & (curvature > 0), energy / curvature, 0)
            u = torch.addcmul(u, direction, step)
            residual = torch.addcmul(residual, image, step, value=-1)
            preconditioned = residual * diagonal
            before, energy = energy, (residual * preconditioned).sum(0)
            direction = torch.addcmul(preconditioned, direction, energy / before.clamp(min=1e-300))
        return u

    def _product(self, u: Tensor, moved: Tensor) -> Tensor:
        turned = self.vectors @ u
        for b, band in enumerate(self.bands):
            turned[band] *= moved[b]
        return torch.addcmul(self.penalty * (self.vectors.T @ turned), self.values[:, None], u)

    def error(
        self, x: Tensor, guesses: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
        """Squared validation error, its gradient, and solutions to start from next time.

        Parameters
        ----------
        x : (n_bands, n_targets), how far the log scalings have moved
        guesses : solutions of an earlier call; None without
        """
        moved = (-x).exp().to(self.Z)
        u = self.solve(self.Z, moved, guesses and guesses[0])
        residual = self.rows @ u - self.tested
        h = self.solve(self.rows.T @ residual, moved, guesses and guesses[1])
        both = (self.vectors @ u) * (self.vectors @ h)
        slope = torch.stack([both[band].sum(0) for band in self.bands])
        gradient = 2 * self.penalty * moved * slope
        return residual.square().sum(0) + self.outside, gradient, (u, h)


def start_fold(
    part: FoldFeatures, targets: FoldTargets, weight: Tensor, alpha: Tensor, bands: list[slice]
) -> Started:
    """Axes of one fold at a scaling.

    Parameters
    ----------
    part : features of the fold
    targets : responses of the fold
    weight : (n_features,), of the columns at the start, > 0, float64
    alpha : (n_targets,), absolute penalty at the start
    bands : slices of features
    """
    like = targets.moment
    scaled = part.side * weight
    gram = weight[:, None] * scaled if part.primal else scaled.T @ scaled
    values, vectors = torch.linalg.eigh(gram)
    axes = weight[:, None] * vectors if part.primal else scaled @ vectors
    share = torch.stack([vectors[band].square().sum(0) for band in bands], 1)
    rows = part.rows @ (weight[:, None] * vectors)
    return Started(
        values.clamp(min=0).to(like),
        vectors.to(like),
        share.to(like),
        rows.to(like),
        axes.to(like).T @ like,
        targets.tested,
        targets.outside,
        alpha.to(like),
        bands,
    )


def descend(started: list[Started], n_steps: int) -> tuple[Tensor, Tensor]:
    """Quasi-Newton descent (BFGS) of each target on its own.

    Parameters
    ----------
    started : folds at the starting scaling
    n_steps : evaluations of the error at most

    Returns
    -------
    x : (n_bands, n_targets), how far the log scalings have moved, float64
    error : (n_targets,), squared error over all folds there; never above that of the start
    """
    guesses: list[tuple[Tensor, Tensor] | None] = [None] * len(started)

    def evaluate(at: Tensor) -> tuple[Tensor, Tensor]:
        errors, gradients = [], []
        for k, fold in enumerate(started):
            error, gradient, guesses[k] = fold.error(at, guesses[k])
            errors.append(to_double(error))
            gradients.append(to_double(gradient))
        return torch.stack(errors).sum(0), torch.stack(gradients).sum(0)

    first = started[0]
    x = to_double(first.Z.new_zeros(len(first.bands), first.Z.shape[1]))
    return _bfgs(evaluate, x, n_steps)


def _bfgs(
    evaluate: Callable[[Tensor], tuple[Tensor, Tensor]], x: Tensor, n_steps: int
) -> tuple[Tensor, Tensor]:
    error, gradient = evaluate(x)
    eye = torch.eye(len(x), dtype=x.dtype, device=x.device)[..., None]
    inverse = eye / gradient.abs().amax(0).clamp(min=1e-300)  # first step: 1 in a log scaling
    damping = torch.ones_like(error)
    moving = torch.ones_like(error, dtype=torch.bool)
    for _ in range(n_steps):
        step = -torch.einsum("abt,bt->at", inverse, gradient)
        step *= damping * (FARTHEST_STEP / step.abs().amax(0).clamp(min=FARTHEST_STEP))
        trial = (x + step).clamp(-RANGE, RANGE)
        step = trial - x
        moving &= step.abs().amax(0) > STILL  # once still, a target waits for the others
        if not bool(moving.any()):
            break
        step, trial = torch.where(moving, step, 0), torch.where(moving, trial, x)
        new_error, new_gradient = evaluate(trial)
        inverse = _updated(inverse, step, new_gradient - gradient, eye)
        better = moving & (new_error < error)
        damping = torch.where(better, 1, damping / 4)
        x, gradient = torch.where(better, trial, x), torch.where(better, new_gradient, gradient)
        error = torch.where(better, new_error, error)
    return x, error


def _updated(inverse: Tensor, step: Tensor, change: Tensor, eye: Tensor) -> Tensor:
    """Inverse Hessian after a step (Nocedal & Wright 2006, eq. 6.17), where it curves upwards."""
    curvature = (step * change).sum(0)
    sound = curvature > 1e-8 * step.norm(dim=0) * change.norm(dim=0)
    rho = 1 / torch.where(sound, curvature, 1)
    left = eye - rho * step[:, None] * change[None]
    new = torch.einsum("abt,bct,dct->adt", left, inverse, left) + rho * step[:, None] * step[None]
    return torch.where(sound, new, inverse)
