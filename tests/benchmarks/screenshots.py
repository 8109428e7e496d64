"""Make the pictures of the README: ``python tests/benchmarks/screenshots.py [--real STUDY]``."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from serving import FLAGS, ROOT, Served, serve

from explorer.assets import asset

FOLDER = ROOT / "assets" / "screenshots"
READY = 120_000  # ms that the first computation may take
GENERATED = 300_000  # ms that the recordings may take
SETTLED = 2500
COLUMNS, ROWS, SIDE = 8, 5, 160  # of the sheet of scenes


def open_page(browser: Browser, served: Served, query: str, *, dark: bool = False) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(served.url + query)
    page.locator(".view-layers canvas").first.wait_for(timeout=READY)
    page.locator(".view-gallery .tile img").first.wait_for(timeout=READY)
    if dark:
        page.get_by_label("Toggle theme").first.click()
        page.mouse.move(700, 5)
    page.wait_for_timeout(SETTLED)
    return page


def shoot(
    browser: Browser, served: Served, query: str, name: str, *, tab: str = "", dark: bool = False
) -> None:
    page = open_page(browser, served, query, dark=dark)
    if tab:
        page.get_by_role("button", name=tab, exact=True).click()
        page.mouse.move(700, 5)
        page.wait_for_timeout(SETTLED)
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")
    page.close()
    sys.stdout.write(f"{FOLDER / name}.png\n")


def wait_for_recordings(browser: Browser, served: Served) -> None:
    """Until the simulated recordings have been generated."""
    page = open_page(browser, served, "")
    page.get_by_role("button", name="Jobs", exact=True).click()
    page.locator(".view-jobs .job.done").first.wait_for(timeout=GENERATED)
    page.close()


def draw_sheet(name: str) -> None:
    """A sheet of scenes, evenly taken from all."""
    files = sorted((asset("demo") / "study" / "images").glob("*.webp"))
    sheet = Image.new("RGB", (COLUMNS * SIDE, ROWS * SIDE))
    for k in range(COLUMNS * ROWS):
        with Image.open(files[(k * len(files)) // (COLUMNS * ROWS) + 11]) as picture:
            small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        sheet.paste(small, ((k % COLUMNS) * SIDE, (k // COLUMNS) * SIDE))
    sheet.save(FOLDER / f"{name}.webp", quality=86, method=6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, help="the imported study of the README's example")
    chosen = parser.parse_args()
    found = shutil.which("chromium")
    if found is None:
        raise SystemExit("The pictures need chromium.")
    folder = Path(tempfile.mkdtemp())
    draw_sheet("scenes")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        served = serve(None, folder / "home", folder / "log")
        wait_for_recordings(browser, served)
        pinned = "pinned=%5B%22PPA%22%2C%22EBA%22%5D"
        shoot(browser, served, f"?{pinned}", "study-light")
        shoot(browser, served, "?roi=PPA&stimulus=1018&quantity=predicted", "study-dark", dark=True)
        shoot(browser, served, "?roi=AG&layer=0&quantity=difference", "study-layer")
        shoot(browser, served, "?trace=score&channel=P8&time=0.24", "study-eeg", tab="Planted")
        shoot(browser, served, "", "study-electrodes", tab="Electrodes")
        served.stop()
        if chosen.real is not None:
            served = serve(chosen.real, folder / "home", folder / "log")
            query = "?layer=5&stimulus=30&stimuli=%5B30%2C12%5D"
            shoot(browser, served, query, "kriegeskorte92", tab="RDMs")
            served.stop()
        browser.close()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
