"""Stored held-out predictions of regions, ready to be scored: layer by layer, fold by fold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from explorer.analysis.run import provenance
from explorer.engine.folds import kfold
from explorer.engine.foldwise import scale_folds
from explorer.errors import AnalysisError

NEEDED = ("roi_prediction", "roi_response")
HALVES = 2


@dataclass(frozen=True)
class RegionPredictions:
    """Mean response of each region, and its predictions, on stimuli that were held out.

    Attributes
    ----------
    stimulus : (n,), ids
    regions : names
    layers : (n_layers,), numbers
    measured : (n, n_regions), scaled within folds so that the score over all rows is their mean
    predicted : (n_layers, n, n_regions), likewise
    contiguous : stimuli are a story's words in order
    metric : of the encoding
    """

    stimulus: np.ndarray
    regions: list[str]
    layers: np.ndarray
    measured: Tensor
    predicted: Tensor
    contiguous: bool
    metric: str

    @property
    def first_half(self) -> Tensor:
        """Stimuli of one half: every second, or of a story the first part; (n,), bool."""
        n = torch.arange(len(self.stimulus))
        return n < len(n) // HALVES if self.contiguous else n % HALVES == 0


def read_predictions(result: xr.Dataset) -> RegionPredictions:
    """Predictions of a stored encoding.

    Raises
    ------
    AnalysisError
        if the result holds no predictions of regions
    """
    missing = [name for name in NEEDED if name not in result]
    if missing:
        raise AnalysisError(
            f"The result holds no {' and no '.join(missing)}, expected an encoding with regions. "
            "Compute it again."
        )
    spec = provenance(result)["spec"]
    n = int(result.attrs["n_stimuli"])  # those that were never shown come after these
    result = result[[*NEEDED]].isel(stimulus=slice(0, n)).load()
    contiguous = spec["modality"] == "ieeg"
    folds = [torch.arange(n)]
    if "cross-validation" in str(provenance(result).get("split", "")):
        seed = None if contiguous else int(spec["settings"]["seed"])
        folds = kfold(n, int(spec["settings"]["n_folds"]), seed=seed)
    measured = torch.from_numpy(result.roi_response.transpose("stimulus", "roi").values).double()
    layers = result.roi_prediction.transpose("layer", "stimulus", "roi").values
    pairs = [
        scale_folds(measured, torch.from_numpy(layer).double(), folds, spec["metric"])
        for layer in layers
    ]
    return RegionPredictions(
        result.stimulus.values,
        [str(r) for r in result.roi.values],
        result.layer.values,
        pairs[0][0],
        torch.stack([predicted for _, predicted in pairs]),
        contiguous,
        str(spec["metric"]),
    )
