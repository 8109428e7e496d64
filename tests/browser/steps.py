"""What a person does in the app, for tests in a browser."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from playwright.sync_api import FloatRect, Locator, Page, expect
from serving import Served

COMPUTED = 90_000  # ms that the first computation may take on a busy machine
ANSWER = 10_000


def open_app(page: Page, served: Served, query: str = "", *, scored: bool = True) -> None:
    page.goto(served.url + query)
    expect(page.locator(".view-captions .row").first).to_be_visible(timeout=COMPUTED)
    page.wait_for_function("document.documentElement.dataset.explorer === 'ready'")
    page.wait_for_function("Bokeh.documents[0].is_idle", timeout=COMPUTED)
    if scored:
        expect(page.locator(".view-layers canvas").first).to_be_visible(timeout=COMPUTED)
    expect(page.locator(".view-gallery .tile img").first).to_be_visible(timeout=COMPUTED)


def show(page: Page, title: str) -> None:
    """Choose one of the views on the left."""
    page.get_by_role("button", name=title, exact=True).click()


def state(page: Page) -> dict[str, str]:
    """The fields in the address."""
    query = page.evaluate("location.search")
    return {k: v[0] for k, v in parse_qs(query.lstrip("?")).items()}


def wait_for_state(page: Page, **expected: object) -> None:
    """Wait until the address says what is expected; None is a field that is not there."""
    text = {k: v if v is None or isinstance(v, str) else json.dumps(v) for k, v in expected.items()}
    page.wait_for_function(
        """(expected) => {
            const now = new URLSearchParams(location.search);
            return Object.entries(expected).every(([k, v]) => now.get(k) === v);
        }""",
        arg=text,
        timeout=ANSWER,
    )


def stimulus_of(item: Locator) -> int:
    return int(item.get_attribute("data-stimulus") or -1)


def settled_box(locator: Locator) -> FloatRect:
    """Where something is on the page, once it is there and has stopped moving."""
    expect(locator).to_be_visible(timeout=COMPUTED)
    before = None
    for _ in range(100):
        box = locator.bounding_box()
        if box is not None and box == before:
            return box
        before = box
        locator.page.wait_for_timeout(100)
    raise AssertionError(f"{locator} does not come to rest")


def at(locator: Locator, x: float, y: float) -> dict[str, float]:
    box = settled_box(locator)
    return {"x": box["width"] * x, "y": box["height"] * y}
