"""A served app and a real browser that tolerates no error and no foreign request."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from serving import FLAGS, Served, is_ours, serve

from explorer.analysis.geometry import rdm_specs
from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import Spec, make_spec
from explorer.study.synthetic import write_synthetic


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no chromium, and browser tests are not to be skipped there")
        pytest.skip("no chromium on this machine: install it (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The synthetic study, its first page and its RDMs computed."""
    home = tmp_path_factory.mktemp("home")
    study = write_synthetic(home / "study")
    specs: list[Spec] = []
    for subject in ("sub-01", "sub-02", "sub-03"):
        specs.append(make_spec(study, "fmri", subject, "planted", "pearson"))
        specs += rdm_specs(make_spec(study, "fmri", subject, "planted", "rdm_spearman"))
    run_specs(study, specs, Run("cpu"))
    served = serve(study.path, home, home / "log")
    yield served
    served.stop()
    assert served.problems() == []


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on console errors, page errors and foreign requests."""
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    opened.on(
        "console",
        lambda m: faults.append(f"console: {m.text}") if m.type == "error" else None,
    )
    opened.on("request", lambda r: None if is_ours(r.url) else faults.append(f"asked {r.url}"))
    opened.on(
        "response",
        lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 400 else None,
    )
    yield opened
    opened.close()
    assert faults == []
