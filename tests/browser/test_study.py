"""The embedded study as a visitor meets it: everything follows a click on the cortex."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from serving import Served, serve
from steps import ANSWER, COMPUTED, at, open_app, settled_box, show, wait_for_state

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def study_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app as ``launch.py`` opens it."""
    home = tmp_path_factory.mktemp("home")
    served = serve(None, home, home / "log")
    yield served
    served.stop()
    assert served.problems() == []


def name_of(page: Page, roi: str) -> Locator:
    """The name of a region on the cortex."""
    return page.locator(f".view-cortex .name:text-is('{roi}')").first


def open_study(page: Page, served: Served, query: str = "") -> None:
    open_app(page, served, query)
    expect(page.locator(".view-cortex canvas").first).to_be_visible(timeout=COMPUTED)
    expect(page.locator(".view-cortex .name").first).to_be_visible(timeout=COMPUTED)


def click_region(page: Page, roi: str) -> None:
    box = settled_box(name_of(page, roi))
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_click_on_a_region_moves_every_view(page: Page, study_app: Served) -> None:
    open_study(page, study_app)
    for roi in ("PPA", "FFA"):
        click_region(page, roi)
        for view in ("captions", "gallery"):
            about = page.locator(f".view-{view} .about")
            expect(about).to_contain_text(f"prediction of {roi}", timeout=ANSWER)
        expect(page.locator(".view-timecourse .about")).to_contain_text(f"fMRI of {roi}")
        canvas = page.locator(".view-cortex canvas[aria-label]").first
        expect(canvas).to_have_attribute("aria-label", f"Cortex, Pearson r, region {roi} selected")


def test_every_number_is_marked_as_simulated_and_says_its_n_and_split(
    page: Page, study_app: Served
) -> None:
    open_study(page, study_app)
    expect(page.locator(".status .simulated")).to_be_visible()
    expect(page.locator(".view-cortex .note")).to_have_text("simulated data")
    expect(page.locator("body")).to_contain_text("Picture-book brains (simulated)")
    for view in ("cortex", "layers", "layer_time", "timecourse", "topography"):
        expect(page.locator(f".view-{view} .about")).to_contain_text("n = 200 stimuli")


def test_a_link_to_a_region_restores_it(page: Page, study_app: Served) -> None:
    open_study(page, study_app, "?roi=EBA")
    expect(page.locator(".view-captions .about")).to_contain_text("prediction of EBA")
    wait_for_state(page, roi="EBA")


def test_a_drag_along_the_curve_paints_the_cortex_anew(page: Page, study_app: Served) -> None:
    open_study(page, study_app)
    about = page.locator(".view-cortex .about")
    expect(about).to_contain_text("layer 5")
    plot = page.locator(".view-layers .bk-events").first
    plot.click(position=at(plot, 0.45, 0.5))
    expect(about).not_to_contain_text("layer 5", timeout=ANSWER)


def test_a_contact_shows_its_layer_profile(page: Page, study_app: Served) -> None:
    open_study(page, study_app)
    show(page, "Electrodes")
    expect(page.locator(".view-electrodes .about")).to_contain_text("150 contacts", timeout=ANSWER)
    scatter = page.locator(".view-electrodes .bk-events").first
    expect(scatter).to_be_visible(timeout=ANSWER)
    scatter.click(position=at(scatter, 0.4, 0.5))
    wait_for_state(page, modality="ieeg")
    expect(page.locator(".view-layers .about")).to_contain_text("n = 5819 stimuli", timeout=ANSWER)


def test_a_cell_of_layer_by_time_sets_both(page: Page, study_app: Served) -> None:
    open_study(page, study_app)
    heat = page.locator(".view-layer_time .bk-events").first
    heat.click(position=at(heat, 0.6, 0.6))
    page.wait_for_function(
        "['time', 'layer'].every((k) => new URLSearchParams(location.search).has(k))",
        timeout=ANSWER,
    )


def test_a_picture_shows_its_predicted_map_when_recordings_are_there(
    page: Page, study_app: Served
) -> None:
    open_study(page, study_app)
    page.locator(".view-gallery .tile").first.click()
    wait_for_state(page, quantity="predicted")
    about = page.locator(".view-cortex .about")
    expect(about).to_contain_text("minilm layer 5", timeout=3 * COMPUTED)  # after generation
    show(page, "Jobs")
    expect(page.locator(".view-jobs .job").first).to_contain_text("simulated recordings")
