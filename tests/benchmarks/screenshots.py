"""Make the pictures of the README: ``python tests/benchmarks/screenshots.py [--real STUDY]``."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from playwright.sync_api import Browser, sync_playwright
from serving import FLAGS, ROOT, Served, serve

FOLDER = ROOT / "assets" / "screenshots"
READY = 120_000  # ms that the first computation may take
SETTLED = 1500


def shoot(browser: Browser, served: Served, query: str, name: str, *, dark: bool = False) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(served.url + query)
    page.locator(".view-layers canvas").first.wait_for(timeout=READY)
    page.locator(".view-rdm canvas").first.wait_for(timeout=READY)
    page.locator(".view-gallery .tile img").first.wait_for(timeout=READY)
    if dark:
        page.get_by_label("Toggle theme").first.click()
        page.mouse.move(700, 5)
    page.wait_for_timeout(SETTLED)
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")
    page.close()
    sys.stdout.write(f"{FOLDER / name}.png\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, help="the imported study of the README's example")
    chosen = parser.parse_args()
    found = shutil.which("chromium")
    if found is None:
        raise SystemExit("The pictures need chromium.")
    folder = Path(tempfile.mkdtemp())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        served = serve(None, folder / "home", folder / "log")
        pair = "stimulus=11&stimuli=%5B11%2C4%5D"
        shoot(browser, served, f"?roi=late&layer=5&{pair}", "synthetic-light")
        shoot(browser, served, f"?roi=middle&layer=3&{pair}", "synthetic-dark", dark=True)
        served.stop()
        if chosen.real is not None:
            served = serve(chosen.real, folder / "home", folder / "log")
            query = "?layer=5&stimulus=30&stimuli=%5B30%2C12%5D"
            shoot(browser, served, query, "kriegeskorte92")
            served.stop()
        browser.close()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
