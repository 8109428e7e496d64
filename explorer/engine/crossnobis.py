"""Cross-validated Mahalanobis distances: 0 on average where there is only noise."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.device import to_double

MIN_RUNS = 2


def crossnobis(X: Tensor, covariance: Tensor | None = None) -> Tensor:
    """Squared Mahalanobis distance of each pair of stimuli, cross-validated over runs.

    Mean over all pairs of different runs r, s of ``(x_ir - x_jr)' C^-1 (x_is - x_js) / n_features``
    (Walther et al. 2016), as ``rsatoolbox.rdm.calc_rdm(method="crossnobis")``. Noise that is
    independent between runs leaves it unbiased: 0 on average where patterns do not differ, so that
    it may be negative.

    Parameters
    ----------
    X : (..., n_runs, n_stimuli, n_features), the mean pattern of each stimulus in each run; leading
        dimensions (times, regions) are separate RDMs
    covariance : (..., n_features, n_features), of the noise, as ``noise_covariance`` gives it; one
        for all, or one for each RDM. None: the identity, for cross-validated squared Euclidean

    Returns
    -------
    condensed : (..., n_pairs), in squared units of noise; NaN for the pairs of a pattern which
        holds a NaN in any run, and everywhere if the covariance holds one

    Raises
    ------
    ValueError
        if there are fewer than two runs, or the covariance does not fit or is not positive definite
    """
    if X.ndim < 3 or X.shape[-3] < MIN_RUNS:  # noqa: PLR2004 - runs, stimuli, features
        raise ValueError(
            f"X has shape {tuple(X.shape)}, expected (..., n_runs, n_stimuli, n_features) with "
            f"{MIN_RUNS} runs or more. Keep runs apart: the distance is taken between them."
        )
    like, X = X, to_double(X)
    X = X - X.nan_to_num(nan=0).mean(-2, keepdim=True)  # differences stay; rounding does not grow
    if covariance is not None:
        X = whiten(X, covariance.unsqueeze(-3))
    n_runs, n, d = X.shape[-3:]
    total, each = X.sum(-3), X.transpose(-3, -2).flatten(-2)  # (..., n, d), (..., n, n_runs d)
    between = (total @ total.mT - each @ each.mT) / (n_runs * (n_runs - 1) * d)
    own = between.diagonal(dim1=-2, dim2=-1)
    i, j = torch.triu_indices(n, n, 1, device=X.device)
    return (own[..., i] + own[..., j] - 2 * between[..., i, j]).to(like)


def whiten(X: Tensor, covariance: Tensor) -> Tensor:
    """Patterns whose squared Euclidean distances are squared Mahalanobis distances.

    ``rdm(whiten(X, C), "sqeuclidean") / n_features`` is rsatoolbox's "mahalanobis".

    Parameters
    ----------
    X : (..., n_stimuli, n_features)
    covariance : (..., n_features, n_features), leading dimensions as those of ``X``, or broadcast

    Returns
    -------
    X : (..., n_stimuli, n_features), times the inverse Cholesky factor of the covariance

    Raises
    ------
    ValueError
        if the covariance does not fit, or is not positive definite
    """
    d = X.shape[-1]
    if covariance.shape[-2:] != (d, d):
        raise ValueError(
            f"The covariance has shape {tuple(covariance.shape)}, expected (..., {d}, {d}) for {d} "
            "features. Estimate it from the same channels or vertices."
        )
    missing = covariance.isnan().any(-1).any(-1)[..., None, None]
    C = to_double(covariance).where(~missing, torch.eye(d, device=covariance.device))
    factor, info = torch.linalg.cholesky_ex(C)
    if bool((info != 0).any()):
        raise ValueError(
            "The covariance is not positive definite, so that nothing can be measured in its "
            "units. Use a shrinkage estimate, or leave out constant features."
        )
    white = torch.linalg.solve_triangular(factor, to_double(X).mT, upper=False).mT
    return white.where(~missing, torch.nan).to(X)


def run_residuals(X: Tensor) -> Tensor:
    """What is left of the patterns of each run without the mean over runs.

    Parameters
    ----------
    X : (..., n_runs, n_stimuli, n_features)

    Returns
    -------
    residuals : (..., n_runs n_stimuli, n_features); their degrees of freedom are
        (n_runs - 1) n_stimuli
    """
    return (X - X.mean(-3, keepdim=True)).flatten(-3, -2)


def noise_covariance(
    residuals: Tensor, method: str = "shrinkage_diag", *, dof: int | None = None
) -> Tensor:
    """Covariance of the noise of features, shrunk so that it can be inverted.

    Parameters
    ----------
    residuals : (..., n_observations, n_features), e.g. of ``run_residuals`` or of a GLM; their mean
        over observations is subtracted. A NaN makes what depends on it NaN
    method : ``"shrinkage_diag"`` towards the variances (Schäfer & Strimmer 2005),
        ``"shrinkage_eye"`` towards the identity times their mean (Ledoit & Wolf 2004), ``"diag"``
        or ``"full"``, each as in ``rsatoolbox.data.noise``
    dof : degrees of freedom that the residuals have; None for n_observations - 1

    Returns
    -------
    covariance : (..., n_features, n_features), dtype of ``residuals``

    Raises
    ------
    ValueError
        if no method has this name, or there are fewer than two observations
    """
    known = ("shrinkage_diag", "shrinkage_eye", "diag", "full")
    n, d = residuals.shape[-2:]
    if method not in known:
        raise ValueError(f"No method is called {method!r}, expected one of: {', '.join(known)}.")
    if n < 2 or (dof is not None and dof < 1):  # noqa: PLR2004 - one has no variance
        raise ValueError(f"There are {n} observations ({dof} dof), expected 2 or more (1 or more).")
    R = to_double(residuals)
    R = R - R.mean(-2, keepdim=True)
    degrees = n - 1 if dof is None else dof
    S = R.mT @ R
    if method == "full":
        return (S / degrees).to(residuals)
    eye = torch.eye(d, dtype=R.dtype, device=R.device)
    if method == "diag":
        return (S / degrees * eye).to(residuals)
    S2 = R.square().mT @ R.square()
    shrink = _shrink_to_eye if method == "shrinkage_eye" else _shrink_to_diagonal
    return shrink(S, S2, n, degrees, eye).to(residuals)


def _shrink_to_eye(S: Tensor, S2: Tensor, n: int, dof: int, eye: Tensor) -> Tensor:
    """Ledoit & Wolf (2004), lemma 3.2 to 3.4: m, d2 and b2."""
    S, S2 = S / n, S2 / n
    m = S.diagonal(dim1=-2, dim2=-1).mean(-1)[..., None, None]
    d2 = (S - m * eye).square().sum((-2, -1), keepdim=True)
    b2 = torch.minimum((S2 - S.square()).sum((-2, -1), keepdim=True) / n, d2)
    share = torch.where(d2 == 0, 1, b2 / d2)
    return (share * m * eye + (1 - share) * S) * (n / dof)


def _shrink_to_diagonal(S: Tensor, S2: Tensor, n: int, dof: int, eye: Tensor) -> Tensor:
    """Schäfer & Strimmer (2005), table 2, target D: the intensity from correlations."""
    C = S / dof
    variance = C.diagonal(dim1=-2, dim2=-1)
    products = variance[..., :, None] * variance[..., None, :]
    r, r2 = S / products.sqrt() / (n - 1), S2 / products / (n - 1)
    spread = (r2 - r.square()) * (n / dof**2)
    others = 1 - eye
    total = (r.square() * others).sum((-2, -1), keepdim=True)
    share = torch.where(total == 0, 1, (spread * others).sum((-2, -1), keepdim=True) / total)
    return C * (eye + (1 - share.clamp(0, 1)) * others)
