from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from explorer.study.study import Study
from explorer.study.synthetic import write_synthetic

settings.register_profile("shared-machine", deadline=None)  # speed is not what tests judge
settings.load_profile("shared-machine")

CHEAP = {"n_bootstraps": 50, "n_permutations": 200}  # where intervals and p-values do not matter


@pytest.fixture(scope="session")
def cheap() -> dict[str, int]:
    """Settings of an analysis that take a moment."""
    return dict(CHEAP)


@pytest.fixture(scope="session")
def single_thread() -> Iterator[None]:
    """Small kernels spin longer than they compute when two threads share a busy core."""
    import torch  # noqa: PLC0415 - tests that compute nothing start without it

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def synthetic_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The synthetic study, to be read only; a test that writes takes ``study``."""
    return write_synthetic(tmp_path_factory.mktemp("studies") / "synthetic")


@pytest.fixture
def study(synthetic_study: Study, tmp_path: Path) -> Study:
    """A copy of the synthetic study for one test."""
    return Study(shutil.copytree(synthetic_study.path, tmp_path / "study"))


@pytest.fixture(scope="session")
def computed_study(tmp_path_factory: pytest.TempPathFactory, single_thread: None) -> Study:
    """A small synthetic study with results of the app's own settings, to be read only.

    It holds the fMRI encodings of every subject, the EEG encoding and the RSA of sub-01.
    """
    from explorer.analysis.pipeline import run_specs  # noqa: PLC0415 - loads much
    from explorer.analysis.run import Run  # noqa: PLC0415
    from explorer.analysis.spec import make_spec  # noqa: PLC0415

    made = write_synthetic(tmp_path_factory.mktemp("studies") / "computed", n_stimuli=48)
    wanted = [("fmri", s, "pearson") for s in ("sub-01", "sub-02", "sub-03")]
    wanted += [("eeg", "sub-01", "pearson"), ("fmri", "sub-01", "rdm_spearman")]
    specs = [make_spec(made, m, s, "planted", measure) for m, s, measure in wanted]
    run_specs(made, specs, Run("cpu"))
    return made
