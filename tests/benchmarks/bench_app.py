"""The app in a browser: start, click to all views updated, tabs opened and closed.

``python tests/benchmarks/bench_app.py [--clicks 40] [--tabs 50] [--study STUDY]`` prints a table.
"Updated" is measured in the page: from the click until every view that has to change shows the new
state and two more frames have been painted.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from playwright.sync_api import Browser, Page, sync_playwright
from serving import FLAGS, ROOT, Served, serve

DRAWN = """() => {
    const all = (selector) => {
        const found = [];
        const walk = (root) => {
            found.push(...root.querySelectorAll(selector));
            for (const el of root.querySelectorAll("*")) if (el.shadowRoot) walk(el.shadowRoot);
        };
        walk(document);
        return found;
    };
    window.all = all;
    const visible = (e) => e.getBoundingClientRect().width > 0;
    const canvases = all("canvas").filter(visible).length;
    const pictures = all(".tile img").filter((i) => i.complete && i.naturalWidth).length;
    return all(".row .text").length > 4 && pictures > 4 && canvases >= 3;
}"""

# Clicks a row; resolves with the milliseconds until gallery, captions and address follow.
CLICK = """(index) => new Promise((resolve, reject) => {
    const row = all(".row")[index];
    const id = row.dataset.stimulus;
    const [rows, tiles] = [row.getRootNode(), all(".tile")[0].getRootNode()];
    const begin = performance.now();
    const done = () =>
        rows.querySelector(`.row.focus[data-stimulus="${id}"]`) &&
        [...tiles.querySelectorAll(`.tile[data-stimulus="${id}"]`)]
            .every((e) => e.classList.contains("focus")) &&
        location.search.includes(`stimulus=${id}`);
    const look = () => {
        if (done()) requestAnimationFrame(() => requestAnimationFrame(() =>
            resolve(performance.now() - begin)));
        else if (performance.now() - begin > 5000) reject(new Error("not updated in 5 s"));
        else setTimeout(look, 1);
    };
    row.click();
    look();
})"""

# Waits for the next press on the page; resolves with the milliseconds until cortex, layers,
# captions, gallery and time course all speak of the region, and two frames more.
REGION = """(roi) => { window.regionDone = new Promise((resolve) => {
    const inside = (root, part) => {
        const found = [];
        const walk = (root) => {
            for (const el of root.querySelectorAll("*")) {
                if (el.matches(part)) found.push(el);
                if (el.shadowRoot) walk(el.shadowRoot);
            }
        };
        walk(root);
        return found;
    };
    // a pane replaces its text, so what is kept is the root that it lies in
    const holders = ["captions", "gallery", "timecourse"].map((name) => {
        const host = all(`.view-${name}`)[0];
        return inside(host.shadowRoot ?? host, ".about")[0].getRootNode();
    });
    const canvas = all("canvas[aria-label]").find((c) => c.getBoundingClientRect().width);
    const done = () => canvas.getAttribute("aria-label").includes(`region ${roi} `) &&
        location.search.includes(`roi=${roi}`) === (roi !== "FFA") &&
        holders.every((h) => h.querySelector(".about")?.textContent.includes(roi));
    window.addEventListener("pointerup", () => {
        const begin = performance.now();
        const look = () => {
            if (done()) requestAnimationFrame(() => requestAnimationFrame(() =>
                resolve(performance.now() - begin)));
            else if (performance.now() - begin > 5000) resolve(-1);
            else setTimeout(look, 1);
        };
        look();
    }, { once: true, capture: true });
}); }"""

# How often the cortex has been painted from now on: in a drag only maps change.
COUNT_PAINTED = """() => {
    const { cortex } = all(".cortex")[0];
    const before = cortex.frames;
    window.painted = () => cortex.frames - before;
}"""

ASKED, N_STEPS = 25, 6  # layers a second that the mouse passes in a drag; steps from end to end

# Steps the layer by key; resolves when the address follows and is painted.
LAYER = """(key) => new Promise((resolve, reject) => {
    const before = location.search;
    const begin = performance.now();
    const look = () => {
        if (location.search !== before) requestAnimationFrame(() => requestAnimationFrame(() =>
            resolve(performance.now() - begin)));
        else if (performance.now() - begin > 5000) reject(new Error("not updated in 5 s"));
        else setTimeout(look, 1);
    };
    window.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    look();
})"""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def open_page(browser: Browser, served: Served) -> tuple[Page, float]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    begin = time.perf_counter()
    page.goto(served.url)
    page.wait_for_function(DRAWN, timeout=120_000, polling=20)
    return page, time.perf_counter() - begin


def measure_start(browser: Browser, study: Path | None, home: Path) -> None:
    """From the command until everything is drawn: the first time, and again."""
    for name in ("first", "again", "again"):
        begin = time.perf_counter()
        served = serve(study, home, home.parent / "log")
        served_after = time.perf_counter() - begin
        page, loaded = open_page(browser, served)
        total = time.perf_counter() - begin
        say(f"start, {name}: server {served_after:.2f} s, page {loaded:.2f} s, all {total:.2f} s")
        page.close()
        served.stop()


def measure_clicks(browser: Browser, served: Served, n: int) -> None:
    page, _ = open_page(browser, served)
    page.wait_for_timeout(3000)
    times = []
    for k in range(n):
        times.append(page.evaluate(CLICK, k % 5))
        page.wait_for_timeout(120)
    quantiles = statistics.quantiles(times, n=20)
    say(
        f"click to all views: median {statistics.median(times):.0f} ms, "
        f"95th percentile {quantiles[18]:.0f} ms, n = {n}"
    )
    times = []
    for k in range(n):
        times.append(page.evaluate(LAYER, "ArrowLeft" if (k // 5) % 2 == 0 else "ArrowRight"))
        page.wait_for_timeout(120)
    quantiles = statistics.quantiles(times, n=20)
    say(
        f"layer to address:   median {statistics.median(times):.0f} ms, "
        f"95th percentile {quantiles[18]:.0f} ms, n = {n}"
    )
    page.close()


def wait_until_generated(browser: Browser, served: Served) -> None:
    """The embedded study's recordings are made after its first start, by another process."""
    page, _ = open_page(browser, served)
    begin = time.perf_counter()
    page.wait_for_timeout(6000)
    page.get_by_text("no job running").wait_for(timeout=600_000)
    say(f"recordings generated, {time.perf_counter() - begin:.0f} s after the last measurement")
    page.close()


def measure_regions(browser: Browser, served: Served, n: int, when: str = "") -> None:
    """Clicks on the regions in turn, at the places of their names."""
    page, _ = open_page(browser, served)
    page.wait_for_timeout(4000)
    names = [
        r
        for r in ("PPA", "FFA", "EBA", "V1")
        if page.locator(f".view-cortex .name:text-is('{r}')").count()
    ]
    times = []
    for k in range(n):
        roi = names[k % len(names)]
        label = page.locator(f".view-cortex .name:text-is('{roi}')").first
        box = label.bounding_box()
        if box is None:
            continue
        page.evaluate(REGION, roi)
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        times.append(page.evaluate("window.regionDone"))
        page.wait_for_timeout(250)
    hits = [t for t in times if t > 0]
    quantiles = statistics.quantiles(hits, n=20)
    say(
        f"region to all views{when}: median {statistics.median(hits):.0f} ms, "
        f"95th percentile {quantiles[18]:.0f} ms, n = {len(hits)} of {len(times)} clicks"
    )
    page.close()


def measure_drag(browser: Browser, served: Served, seconds: float = 4.0) -> None:
    """Drags over the layer curve, to and fro at ``ASKED`` layers a second; counts paintings."""
    page, _ = open_page(browser, served)
    page.wait_for_timeout(3000)
    box = page.locator(".view-layers .bk-events").first.bounding_box()
    if box is None:
        raise SystemExit("the layers view has no plot")
    y, x = box["y"] + box["height"] * 0.5, box["x"]
    page.mouse.move(x + 0.5 * box["width"], y)
    page.mouse.down()
    mouse = page.context.new_cdp_session(page)
    begin, step = time.perf_counter(), 0
    page.evaluate(COUNT_PAINTED)
    while (elapsed := time.perf_counter() - begin) < seconds:
        step += 1
        share = abs((ASKED * elapsed / N_STEPS) % 2 - 1)  # of the way, there and back
        at = x + (0.12 + 0.82 * share) * box["width"]
        moved = {"type": "mouseMoved", "x": at, "y": y, "button": "left", "buttons": 1}
        mouse.send("Input.dispatchMouseEvent", moved)
        page.wait_for_timeout(5)
    painted = page.evaluate("window.painted()")
    elapsed = time.perf_counter() - begin
    page.mouse.up()
    page.wait_for_timeout(1500)
    after = page.evaluate("window.painted()") - painted
    say(
        f"layer drag: {painted / elapsed:.1f} maps a second for {elapsed:.1f} s "
        f"of {step} moves over {ASKED} layers a second, {after} after it"
    )
    page.close()


def measure_tabs(browser: Browser, served: Served, n: int) -> None:
    """Resident memory of the server around ``n`` tabs opened and closed, five at a time."""
    process = psutil.Process(served.process.pid)
    for name, count in (("warm up", 10), ("measured", n)):
        before = process.memory_info().rss / 1e6
        peak = before
        for start in range(0, count, 5):
            pages = [open_page(browser, served)[0] for _ in range(min(5, count - start))]
            peak = max(peak, process.memory_info().rss / 1e6)
            for page in pages:
                page.close()
        time.sleep(25)  # a closed session ends after its lifetime
        gc.collect()
        after = process.memory_info().rss / 1e6
        say(
            f"{name}: {count} tabs: {before:.0f} MB before, {peak:.0f} MB at most, "
            f"{after:.0f} MB after ({100 * (after / before - 1):+.1f} %)"
        )
    say(f"faults in the log: {served.problems() or 'none'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=40)
    parser.add_argument("--tabs", type=int, default=50)
    parser.add_argument("--study", type=Path)
    chosen = parser.parse_args()
    found = shutil.which("chromium")
    if found is None:
        raise SystemExit("This benchmark needs chromium.")
    folder = Path(tempfile.mkdtemp())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        say(f"{psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f}, {ROOT.name}")
        measure_start(browser, chosen.study, folder / "home")
        served = serve(chosen.study, folder / "home", folder / "log")
        measure_clicks(browser, served, chosen.clicks)
        if chosen.study is None:
            measure_regions(browser, served, chosen.clicks, " (recordings being generated)")
            wait_until_generated(browser, served)
            measure_regions(browser, served, chosen.clicks)
            measure_drag(browser, served)
        if chosen.tabs:
            measure_tabs(browser, served, chosen.tabs)
        served.stop()
        browser.close()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
