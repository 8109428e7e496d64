"""The app as a person uses it: click, drag, keys, Back, links, dark."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from serving import Served, serve
from steps import (
    ANSWER,
    COMPUTED,
    at,
    open_app,
    settled_box,
    show,
    state,
    stimulus_of,
    wait_for_state,
)

from explorer.study.study import Study
from explorer.study.synthetic import write_synthetic
from explorer.views import VIEWS

pytestmark = pytest.mark.browser


def test_every_view_has_its_frame_and_says_n_split_metric_and_subject(
    page: Page, app: Served
) -> None:
    open_app(page, app)
    for tab in page.locator(".MuiToggleButton-root").all_inner_texts():
        page.locator(".MuiToggleButton-root").filter(has_text=tab).first.click()
        page.wait_for_timeout(300)
    for name in VIEWS:
        expect(page.locator(f".view-{name}")).to_have_count(1)
    about = page.locator(".view-layers .about")
    expect(about).to_contain_text("n = 120 stimuli")
    expect(about).to_contain_text("5-fold cross-validation")
    expect(about).to_contain_text("Pearson r")
    expect(about).to_contain_text("3 subjects")
    expect(page.locator(".status .simulated")).to_have_text("simulated data")


def test_a_caption_clicked_is_focused_in_the_gallery_and_shown_below_the_rdms(
    page: Page, app: Served
) -> None:
    open_app(page, app)
    show(page, "RDMs")
    row = page.locator(".view-captions .row").nth(2)
    chosen = stimulus_of(row)
    row.click()
    wait_for_state(page, stimulus=chosen)
    expect(page.locator(f".view-captions .row.focus[data-stimulus='{chosen}']")).to_be_visible()
    expect(page.locator(f".view-gallery .tile.focus[data-stimulus='{chosen}']")).to_be_visible()
    expect(page.locator(f".view-rdm figure[data-stimulus='{chosen}']")).to_be_visible()


def test_shift_click_in_the_gallery_collects_stimuli(page: Page, app: Served) -> None:
    open_app(page, app)
    show(page, "RDMs")
    tiles = page.locator(".view-gallery .tile")
    first, second = stimulus_of(tiles.nth(0)), stimulus_of(tiles.nth(3))
    tiles.nth(0).click(modifiers=["Shift"])
    wait_for_state(page, stimulus=first, stimuli=[first])
    tiles.nth(3).click(modifiers=["Shift"])
    wait_for_state(page, stimulus=second, stimuli=[first, second])
    expect(page.locator(".view-rdm .pair figure")).to_have_count(2)


def test_a_click_on_the_curve_selects_the_layer_and_a_drag_moves_it(
    page: Page, app: Served
) -> None:
    open_app(page, app)
    plot = page.locator(".view-layers .bk-events").first
    plot.click(position=at(plot, 0.5, 0.4))
    page.wait_for_function("new URLSearchParams(location.search).has('layer')", timeout=ANSWER)
    clicked = int(state(page)["layer"])
    box = settled_box(plot)
    y = box["y"] + box["height"] * 0.4
    page.mouse.move(box["x"] + box["width"] * 0.5, y)
    page.mouse.down()
    for k in range(12):
        page.mouse.move(box["x"] + box["width"] * (0.5 - 0.03 * k), y)
    page.mouse.up()
    page.wait_for_function(
        "(k) => Number(new URLSearchParams(location.search).get('layer')) < k",
        arg=clicked,
        timeout=ANSWER,
    )


def test_a_click_on_an_rdm_shows_the_two_stimuli_of_the_pair(page: Page, app: Served) -> None:
    open_app(page, app)
    show(page, "RDMs")
    expect(page.locator(".view-rdm .reason")).to_have_count(0, timeout=COMPUTED)
    matrix = page.locator(".view-rdm .bk-events").first
    expect(matrix).to_be_visible(timeout=ANSWER)
    matrix.click(position=at(matrix, 0.7, 0.35))
    expect(page.locator(".view-rdm .pair figure")).to_have_count(2, timeout=ANSWER)
    figures = page.locator(".view-rdm .pair figure")
    chosen = [stimulus_of(figures.nth(k)) for k in range(2)]
    wait_for_state(page, stimulus=chosen[0], stimuli=chosen)
    expect(page.locator(".view-rdm .pair img")).to_have_count(2)


def test_back_undoes_and_forward_does_it_again(page: Page, app: Served) -> None:
    open_app(page, app)
    rows = page.locator(".view-captions .row")
    first = stimulus_of(rows.nth(0))
    rows.nth(0).click()
    wait_for_state(page, stimulus=first)
    page.wait_for_timeout(1200)  # within a second the next choice would be the same step
    second = stimulus_of(rows.nth(1))
    rows.nth(1).click()
    wait_for_state(page, stimulus=second)
    page.go_back()
    expect(page.locator(f".view-captions .row.focus[data-stimulus='{first}']")).to_be_visible()
    wait_for_state(page, stimulus=first)
    page.go_forward()
    expect(page.locator(f".view-captions .row.focus[data-stimulus='{second}']")).to_be_visible()


def test_a_link_restores_the_state_and_tells_what_it_does_not_know(page: Page, app: Served) -> None:
    open_app(page, app, "?roi=late&layer=5&stimulus=8&subject=sub-99&colour=red")
    wait_for_state(page, roi="late", layer=5, stimulus=8, subject=None, colour=None)
    notice = page.locator("body")
    expect(notice).to_contain_text("subject 'sub-99' in the link is unknown")
    expect(notice).to_contain_text("group, sub-01")
    expect(notice).to_contain_text("no such field")
    expect(page.locator(".view-captions .about")).to_contain_text("late")


def test_keys_step_the_layer_and_escape_clears(page: Page, app: Served) -> None:
    open_app(page, app, "?layer=3&stimulus=8&stimuli=%5B8%2C9%5D")
    wait_for_state(page, layer=3)
    page.keyboard.press("ArrowRight")
    wait_for_state(page, layer=4)
    page.keyboard.press("Escape")
    wait_for_state(page, layer=4, stimulus=None, stimuli=None)


def test_a_missing_result_states_its_cost_and_is_computed_on_demand(
    page: Page, app: Served
) -> None:
    open_app(page, app, "?subject=sub-01&metric=rdm_cosine&roi=late", scored=False)
    reason = page.locator(".view-layers .reason")
    expect(reason).to_contain_text("It takes about")
    page.locator(".view-layers button", has_text="Compute").click()
    show(page, "Jobs")
    expect(page.locator(".view-jobs .job").first).to_contain_text("RSA, cosine")
    expect(page.locator(".view-layers .about")).to_contain_text("n = 120", timeout=COMPUTED)
    expect(reason).to_have_count(0)


def test_a_running_job_is_cancelled_from_the_list(page: Page, app: Served) -> None:
    open_app(page, app, "?modality=eeg&subject=sub-01&metric=rdm_kendall", scored=False)
    page.locator(".view-layers button", has_text="Compute").click()
    show(page, "Jobs")
    cancel = page.locator(".view-jobs button", has_text="Cancel").first
    cancel.click(timeout=ANSWER)
    expect(page.locator(".view-jobs .job.cancelled").first).to_be_visible(timeout=5000)


def test_dark_keeps_the_state_and_reloads_nothing(page: Page, app: Served) -> None:
    open_app(page, app, "?layer=2")
    page.evaluate("window.stays = true")
    page.get_by_label("Toggle theme").first.click()
    page.wait_for_timeout(800)
    assert page.evaluate("window.stays === true")
    assert state(page)["layer"] == "2"
    background = page.evaluate(
        "getComputedStyle(document.querySelector('main') ?? document.body).backgroundColor"
    )
    assert isinstance(background, str)


def test_nothing_scrolls_at_1440_by_900(page: Page, app: Served) -> None:
    open_app(page, app)
    scrolled = page.evaluate(
        "[document.documentElement.scrollHeight - innerHeight,"
        " document.documentElement.scrollWidth - innerWidth]"
    )
    assert scrolled == [0, 0]
    for name in ("cortex", "layers", "captions", "gallery", "timecourse", "topography"):
        box = settled_box(page.locator(f".view-{name}"))
        assert box["y"] + box["height"] <= 900
        assert box["height"] > 60


def test_hostile_captions_are_shown_as_text(page: Page, tmp_path: Path) -> None:
    study = write_synthetic(tmp_path / "study", n_stimuli=24)
    stimuli = study["stimuli/images"].load()
    caption = stimuli.caption.values.astype(object)
    caption[:, 0] = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
    caption[0, 0] = "<b>long</b> " * 900_000
    stimuli["caption"] = (stimuli.caption.dims, caption)
    stimuli["condition"] = ("stimulus", np.full(24, "<i onclick=alert(1)>x</i>", dtype=object))
    Study(study.path).write("stimuli/images", stimuli.drop_attrs())
    served = serve(study.path, tmp_path / "home", tmp_path / "log")
    try:
        page.goto(served.url + "?stimulus=2&modality=fmri")
        row = page.locator(".view-captions .row", has_text="<script>").first
        expect(row).to_be_visible(timeout=COMPUTED)
        long = page.locator(".view-captions .row", has_text="characters)")
        scroll = page.locator(".view-captions .scroll")
        for step in range(12):
            scroll.evaluate("(el, y) => { el.scrollTop = y; }", 80 * step)
            page.wait_for_timeout(150)
            if long.count():
                break
        expect(long).to_contain_text("<b>long</b>")
        assert page.evaluate("window.hacked") is None
    finally:
        page.goto("about:blank")
        served.stop()
    assert served.problems() == []


def test_a_broken_study_gives_a_page_that_says_why(tmp_path: Path, page: Page) -> None:
    study = write_synthetic(tmp_path / "study", n_stimuli=24)
    shutil.rmtree(study.path / "responses")
    served = serve(study.path, tmp_path / "home", tmp_path / "log")
    try:
        page.goto(served.url)
        expect(page.locator("body")).to_contain_text("no responses", timeout=COMPUTED)
    finally:
        page.goto("about:blank")
        served.stop()
