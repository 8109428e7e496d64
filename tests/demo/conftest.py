from __future__ import annotations

from pathlib import Path

import pytest

from explorer.assets import asset
from explorer.study.study import Study


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The embedded study as it comes with the program; what is computed goes beside it."""
    return Study(asset("demo") / "study", overlay=tmp_path_factory.mktemp("overlay"))


@pytest.fixture(scope="session")
def shipped_folder() -> Path:
    return asset("demo")
