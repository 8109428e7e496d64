from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.state.choices import Choices
from explorer.state.jobs import JobQueue
from explorer.state.workspace import Workspace
from explorer.study.study import Study


@pytest.fixture
def jobs() -> Iterator[JobQueue]:
    """A queue that is ended with the test."""
    queue = JobQueue()
    yield queue
    queue.close()


@pytest.fixture(scope="session")
def choices(computed_study: Study) -> Choices:
    return Choices(computed_study)


@pytest.fixture
def workspace(computed_study: Study, jobs: JobQueue) -> Workspace:
    """What one tab looks at; results are there."""
    return Workspace(computed_study, jobs, "cpu")


@pytest.fixture
def copied(computed_study: Study, tmp_path: Path) -> Study:
    """A copy of the computed study for one test."""
    return Study(shutil.copytree(computed_study.path, tmp_path / "computed"))
