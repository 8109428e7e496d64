from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import make_spec
from explorer.study.study import Study
from explorer.study.synthetic import MODEL


@pytest.fixture(autouse=True)
def one_thread(single_thread: None) -> None:
    """Everything here computes."""


def compute(study: Study, modality: str, subject: str, model: str, measure: str, **choices: Any):
    """The result of one spec."""
    spec = make_spec(study, modality, subject, model, measure, **choices)
    return study[run_specs(study, [spec], Run("cpu"))[0]].load()


@pytest.fixture(scope="session")
def planted(
    synthetic_study: Study, cheap: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str, str], xr.Dataset]:
    """Results of the planted model: ``planted("fmri", "sub-01", "pearson")``, computed once."""
    study = Study(synthetic_study.path, tmp_path_factory.mktemp("results"))
    study.read_only = True  # so that results go beside it
    known: dict[tuple[str, str, str], xr.Dataset] = {}

    def find(modality: str, subject: str, measure: str) -> xr.Dataset:
        key = (modality, subject, measure)
        if key not in known:
            known[key] = compute(study, modality, subject, MODEL, measure, **cheap)
        return known[key]

    return find


class Tiny:
    """Writes and computes studies of a few numbers: one model, "tiny", and targets on no mesh."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def normal(self, *shape: int, seed: int = 0) -> np.ndarray:
        """Seeded normal numbers, float32."""
        return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)

    def empty(self) -> Study:
        """A study without groups."""
        self._count += 1
        return Study.create(self._folder / f"tiny-{self._count}", title="tiny")

    def write(
        self, feature: np.ndarray, response: np.ndarray, *, split: list[str] | None = None
    ) -> Study:
        """A study of one subject; stimuli are called 1 to n."""
        study = self.empty()
        ids = np.arange(1, len(feature) + 1)
        study.write("stimuli/images", self.stimuli(ids, split))
        study.write("features/tiny/caption", self.features(feature, ids))
        study.write("responses/fmri/sub-01", self.responses(response, ids))
        return study

    def stimuli(self, ids: np.ndarray, split: list[str] | None = None) -> xr.Dataset:
        """Stimuli known by their condition, with or without a split."""
        data = {"condition": ("stimulus", np.array(["thing"] * len(ids), dtype=object))}
        if split is not None:
            data["split"] = ("stimulus", np.array(split, dtype=object))
        return xr.Dataset(data, {"stimulus": ids})

    def features(self, feature: np.ndarray, ids: np.ndarray) -> xr.Dataset:
        """Features (stimulus, layer, unit)."""
        return xr.Dataset({"feature": (("stimulus", "layer", "unit"), feature)}, {"stimulus": ids})

    def responses(self, response: np.ndarray, ids: np.ndarray) -> xr.Dataset:
        """Responses ([repeat], stimulus, target)."""
        dims = ("repeat", "stimulus", "target")[-response.ndim :]
        return xr.Dataset({"response": (dims, response, {"units": "z"})}, {"stimulus": ids})

    def pairs(self, values: np.ndarray, ids: np.ndarray, *leading: str) -> xr.Dataset:
        """Dissimilarities (…, pair)."""
        dims = (*leading, "pair")
        return xr.Dataset({"dissimilarity": (dims, values.astype(np.float32))}, {"stimulus": ids})

    def compute(self, study: Study, measure: str = "pearson", **choices: Any) -> xr.Dataset:
        """The result for sub-01 and the model."""
        few = {"n_bootstraps": 2, "n_permutations": 2}
        modality, subject = choices.pop("of", ("fmri", "sub-01"))
        return compute(study, modality, subject, "tiny", measure, **{**few, **choices})


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    return Tiny(tmp_path)
