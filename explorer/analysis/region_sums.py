"""What regions need of their targets, added up block by block: predictions and intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from explorer.analysis.finished_parts import Arrays
from explorer.analysis.spec import Spec
from explorer.analysis.streaming import RESAMPLED
from explorer.engine.bootstrap import bootstrap_score
from explorer.engine.device import exact_matmul
from explorer.engine.solve import RidgeFit

Regions = Mapping[str, np.ndarray]


class RegionSums:
    """Sums over the targets of each region, for one layer.

    The mean prediction over a region is linear in the weights, so the sum of these is kept: its
    size depends neither on targets nor on stimuli.

    Parameters
    ----------
    spec : metric, resamples and seed
    regions : flat indices of the targets of each region
    intervals : whether stimuli can be resampled
    """

    def __init__(self, spec: Spec, regions: Regions, *, intervals: bool) -> None:
        self._spec, self._regions, self._intervals = spec, regions, intervals
        self._member = torch.empty(0, len(regions))
        self._made: Arrays = {}

    def enter(self, first: int, responses: Tensor) -> None:
        """Take the next block: its first target, and where it computes."""
        member = membership(self._regions, first, responses.shape[1])
        self._member = torch.from_numpy(member).to(responses)

    @exact_matmul()
    def add_fit(self, fold: int, fit: RidgeFit, missing: Tensor | None) -> None:
        """Add the weights of a block, in the fold of that number."""
        known = ~fit.Y_mean.isnan()
        if missing is not None:
            known &= ~missing
        member = self._member * known[:, None]
        whole = fit.whole
        on_axes = (fit.coefficients.nan_to_num() @ member).to(whole.axes)
        self._add(f"weight_{fold}", whole.axes @ on_axes)  # (n_features, n_regions)
        self._add(f"mean_{fold}", fit.Y_mean.nan_to_num() @ member)
        self._add(f"count_{fold}", member.sum(0))
        self._made[f"shift_{fold}"] = (whole.mean + whole.scaling[0]).cpu().numpy()

    @exact_matmul()
    def add_resamples(self, measured: Tensor, predicted: Tensor) -> None:
        """Add the scores of a block under resampling of stimuli."""
        if not self._intervals:
            return
        for start in range(0, measured.shape[1], RESAMPLED):
            block = slice(start, start + RESAMPLED)
            samples = bootstrap_score(
                measured[:, block],
                predicted[:, block],
                self._spec.metric,
                n_bootstraps=int(self._spec.settings["n_bootstraps"]),
                seed=int(self._spec.settings["seed"]),
            )
            member = self._member[block]
            self._add("sample_count", samples.isfinite().to(member) @ member)
            self._add("sample_sum", samples.nan_to_num_() @ member)

    def arrays(self) -> Arrays:
        """All sums, to be kept; ``add_up`` joins those of several spans."""
        return self._made

    def _add(self, name: str, values: Tensor) -> None:
        more = values.cpu().double().numpy()
        self._made[name] = self._made[name] + more if name in self._made else more


def membership(regions: Regions, first: int, n_targets: int) -> np.ndarray:
    """Which of a block's targets are of which region: (n_targets, n_regions), 0 or 1, float32."""
    member = np.zeros((n_targets, len(regions)), np.float32)
    for k, places in enumerate(regions.values()):
        here = places[(places >= first) & (places < first + n_targets)] - first
        member[here, k] = 1
    return member


def response_sums(values: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Sum of the finite responses over each region, and their number: (2, n, n_regions)."""
    finite = np.isfinite(values)
    total = np.where(finite, values, 0) @ member
    count = finite.astype(np.float32) @ member
    return np.stack([total, count]).astype(np.float64)


def add_up(parts: list[Arrays], name: str) -> np.ndarray:
    """The sum of one entry over the parts of a layer."""
    return np.sum([part[name] for part in parts], axis=0)


def divide(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Means; NaN where nothing counts."""
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
