"""The cortex canvas alone, in a real browser; run as a script, this file serves its page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import panel as pn
import pytest
from playwright.sync_api import Locator, Page, expect
from serving import Served

from explorer.study.mesh import read_mesh
from explorer.widgets.surface_canvas import SurfaceCanvas
from explorer.widgets.surface_geometry import build_geometry, palette_bytes

pytestmark = pytest.mark.browser

N = 20_484
SPOT = 6000  # a vertex of the left hemisphere with a high value
NAMES = ["front", "middle", "back"]
NO_WEBGL = """() => {
  const own = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return kind === "webgl2" ? null : own.call(this, kind, ...rest);
  };
}"""
READY = 20_000
# Height and width, and all bytes from the top.
PIXELS = """el => {
    el.cortex.draw();
    const { gl, context, canvas } = el.cortex.scene;
    const [w, h] = [canvas.width, canvas.height];
    if (context) return [[h, w], Array.from(context.getImageData(0, 0, w, h).data)];
    const bytes = new Uint8Array(4 * w * h);
    gl.readPixels(0, 0, w, h, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    const out = [];
    for (let y = h - 1; y >= 0; y--) {
        for (const x of bytes.subarray(4 * w * y, 4 * w * (y + 1))) out.push(x);
    }
    return [[h, w], out];
}"""


def spot_map(geometry: Any) -> np.ndarray:
    points = geometry.coordinates["inflated"]
    near = np.linalg.norm(points - points[SPOT], axis=1) < 20
    near[geometry.n_left :] = False
    return np.where(near, 1.0, np.nan).astype(np.float32)


def outermost(points: np.ndarray) -> int:
    """The leftmost vertex: nothing hides it from the left."""
    return int(points[:, 0].argmin())


def serve_page(port: int, drawn_by: str) -> None:
    """One canvas with a spot, three regions and two electrodes; what happens is written below."""
    geometry = build_geometry(read_mesh("fsaverage5"))
    labels = np.digitize(-geometry.coordinates["inflated"][:, 1], [-30, 30]).astype(np.int32)

    def page() -> pn.Column:
        log = pn.pane.Str("", css_classes=["log"])

        def say(text: object) -> None:
            log.object = f"{log.object}\n{text}"

        canvas = SurfaceCanvas(
            geometry,
            on_pick=say,
            on_clear=lambda: say("clear"),
            palette=palette_bytes(["#0000ff", "#ff0000"]),
            drawn_by=drawn_by,
            smooth=False,  # the card is emulated here
            width=700,
            height=460,
        )
        canvas.show(spot_map(geometry), span=(0, 1), unit="r", quantity="Pearson r")
        canvas.show_atlas(labels, NAMES)
        canvas.param.watch(lambda e: say(f"threshold {e.new}"), "threshold")
        rng = np.random.default_rng(0)
        follow = pn.widgets.Button(name="new map")
        follow.on_click(lambda _: canvas.show(rng.random(N), span=(0, 1)))
        electrodes = pn.widgets.Button(name="electrodes")
        pial = geometry.coordinates["pial"]
        places = pial[[outermost(pial), 300]]
        electrodes.on_click(
            lambda _: (canvas.show_electrodes(places, ["E1", "E2"]), canvas.param.update(shape=1))
        )
        away = pn.widgets.Button(name="remove")
        chosen = pn.widgets.Button(name="choose")
        chosen.on_click(lambda _: canvas.param.update(region=2, vertex=SPOT))
        taken = pn.widgets.Button(name="snapshot")
        taken.on_click(lambda _: canvas.snapshot(lambda png: say(f"{png[1:4]!r} {len(png)}")))
        column = pn.Column(canvas, pn.Row(follow, electrodes, away, chosen, taken), log)
        away.on_click(lambda _: column.remove(canvas))
        return column

    pn.serve(
        {"/": page},
        port=port,
        address="127.0.0.1",
        websocket_origin=[f"127.0.0.1:{port}"],
        show=False,
        liveness=True,
    )


def run_page(log: Path, drawn_by: str) -> Iterator[Served]:
    started = Served([sys.executable, str(Path(__file__)), "--drawn-by", drawn_by], log)
    started.wait()
    yield started
    started.stop()
    assert started.problems() == []


@pytest.fixture(scope="module")
def carded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Drawn by a graphics card, which is emulated here."""
    yield from run_page(tmp_path_factory.mktemp("canvas") / "log", "card")


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Drawn by the processor."""
    yield from run_page(tmp_path_factory.mktemp("canvas") / "log", "processor")


@pytest.fixture(params=["carded", "processed"])
def served(request: pytest.FixtureRequest) -> Served:
    return request.getfixturevalue(request.param)


def open_canvas(page: Page, served: Served) -> Locator:
    page.goto(served.url)
    canvas = page.locator(".cortex")
    expect(canvas).to_be_visible(timeout=READY)
    settle(page)
    return canvas


def settle(page: Page) -> None:
    """Wait until nothing is left to be drawn, and what was drawn is known to Bokeh."""
    page.wait_for_function("Bokeh.documents[0].is_idle", timeout=READY)
    canvas = page.locator(".cortex")
    for _ in range(100):
        if canvas.evaluate("el => el.cortex.ready()"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the canvas never came to rest")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def where(canvas: Locator, vertex: int, pane: str) -> dict[str, float]:
    found = canvas.evaluate("(el, v) => el.cortex.project(v)", vertex)
    return next(p for p in found if p["pane"] == pane)


def on_page(canvas: Locator, place: dict[str, float]) -> tuple[float, float]:
    box = canvas.locator(".stage").bounding_box()
    assert box is not None
    return box["x"] + place["x"], box["y"] + place["y"]


def colour_at(canvas: Locator, place: dict[str, float]) -> list[int]:
    return canvas.evaluate(
        """(el, p) => {
            el.cortex.draw();
            const { gl, context } = el.cortex.scene;
            if (context) return Array.from(context.getImageData(p.x, p.y, 1, 1).data);
            const bytes = new Uint8Array(4);
            const y = gl.drawingBufferHeight - p.y;
            gl.readPixels(p.x, y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
            return Array.from(bytes);
        }""",
        place,
    )


@pytest.mark.parametrize("view", ["2 × 2 inflated", "one inflated", "2 × 2 flat", "all pial"])
def test_a_pick_at_a_vertex_finds_it_or_one_that_hides_it(
    page: Page, served: Served, view: str
) -> None:
    canvas = open_canvas(page, served)
    panes, _, shape = view.rpartition(" ")
    canvas.get_by_role("button", name=panes, exact=True).click()
    canvas.get_by_role("button", name=shape, exact=True).click()
    page.wait_for_timeout(900)
    settle(page)
    found = canvas.evaluate(
        """el => {
            const tally = { same: 0, hidden: 0, wrong: 0 };
            for (let v = 11; v < 20484; v += 53) {
                for (const p of el.cortex.project(v)) {
                    const hit = el.cortex.pick(p.x, p.y).vertex;
                    const over = hit < 0 ? null
                        : el.cortex.project(hit).find((q) => q.pane === p.pane);
                    if (hit === v) tally.same++;
                    else if (over && over.depth > p.depth - 0.5) tally.hidden++;
                    else tally.wrong++;
                }
            }
            return tally;
        }"""
    )
    total = sum(found.values())
    assert found["same"] > 0.2 * total
    assert found["wrong"] <= 0.02 * total, found  # pixels at the very edge of the surface


def test_a_pick_gives_the_vertex_nearest_to_where_the_pixel_meets_the_surface(
    page: Page, served: Served
) -> None:
    canvas = open_canvas(page, served)
    points = build_geometry(read_mesh("fsaverage5")).coordinates["inflated"][:10_242]
    centre = points[SPOT]
    ring = np.flatnonzero(np.linalg.norm(points - centre, axis=1) < 8)
    places = {int(v): where(canvas, int(v), "left lateral") for v in ring}
    x, y = (places[SPOT][k] + 3 for k in "xy")
    hit = canvas.evaluate("(el, [x, y]) => el.cortex.pick(x, y).vertex", [x, y])
    away = {v: np.hypot(p["x"] - x, p["y"] - y) for v, p in places.items()}
    assert hit != SPOT or away[SPOT] <= min(away.values()) + 1.5
    assert away[hit] <= min(away.values()) + 1.5  # nearest in space, not only on the screen


def test_left_and_right_are_mirror_images_with_the_front_outside(
    page: Page, served: Served
) -> None:
    canvas = open_canvas(page, served)
    points = build_geometry(read_mesh("fsaverage5")).coordinates["inflated"]
    front, back = points[:10_242, 1].argmax(), points[:10_242, 1].argmin()
    left = [where(canvas, int(v), "left lateral")["x"] for v in (front, back)]
    right = [where(canvas, int(v) + 10_242, "right lateral")["x"] for v in (front, back)]
    assert left[0] < left[1] < right[1] < right[0]


def test_a_planted_value_has_its_colour_and_no_value_is_grey(page: Page, served: Served) -> None:
    canvas = open_canvas(page, served)
    red, green, blue, opaque = colour_at(canvas, where(canvas, SPOT, "left lateral"))
    assert red - green > 120 < red - blue
    assert opaque == 255
    grey = colour_at(canvas, where(canvas, SPOT + 10_242, "right lateral"))
    assert max(grey[:3]) - min(grey[:3]) <= 2
    assert colour_at(canvas, {"x": 2, "y": 2})[3] == 0


def test_a_click_tells_vertex_region_and_shift_and_hover_tells_nothing(
    page: Page, served: Served
) -> None:
    canvas = open_canvas(page, served)
    x, y = on_page(canvas, where(canvas, SPOT, "left lateral"))
    page.mouse.move(x, y)
    expect(canvas.locator(".tip")).to_contain_text("1.00 r")
    log = page.locator(".log")
    assert "Pick" not in log.inner_text()
    page.mouse.click(x, y)
    expect(log).to_contain_text(f"Pick(vertex={SPOT}, electrode=-1, shift=False, region=")
    page.keyboard.down("Shift")
    page.mouse.click(x, y)
    page.keyboard.up("Shift")
    expect(log).to_contain_text("shift=True")
    page.mouse.dblclick(x, y)
    expect(log).to_contain_text("clear")


def test_a_drag_turns_and_is_no_click_and_a_double_click_turns_back(
    page: Page, served: Served
) -> None:
    canvas = open_canvas(page, served)
    before = where(canvas, SPOT, "left lateral")
    x, y = on_page(canvas, before)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 90, steps=5)
    page.mouse.up()
    settle(page)
    after = where(canvas, SPOT, "left lateral")
    assert np.hypot(after["x"] - before["x"], after["y"] - before["y"]) > 10
    assert "Pick" not in page.locator(".log").inner_text()
    page.mouse.dblclick(x, y)
    settle(page)
    assert where(canvas, SPOT, "left lateral") == pytest.approx(before)


def test_the_wheel_zooms_about_the_pointer(page: Page, served: Served) -> None:
    canvas = open_canvas(page, served)
    before = where(canvas, SPOT, "left lateral")
    page.mouse.move(*on_page(canvas, before))
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(300)
    settle(page)
    assert canvas.evaluate("el => el.cortex.state.camera.zoom") > 1.2
    after = where(canvas, SPOT, "left lateral")
    assert np.hypot(after["x"] - before["x"], after["y"] - before["y"]) < 2


def test_a_new_map_sends_four_bytes_per_vertex(page: Page, served: Served) -> None:
    sizes: list[int] = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda f: sizes.append(len(f))))
    canvas = open_canvas(page, served)
    press(page, "new map")  # the first also moves the range
    page.wait_for_timeout(500)
    sizes.clear()
    frames = canvas.evaluate("el => el.cortex.frames")
    press(page, "new map")
    page.wait_for_timeout(500)
    settle(page)
    assert 4 * N <= sum(sizes) <= 4 * N + 3000
    assert canvas.evaluate("el => el.cortex.frames") > frames


def test_names_of_regions_stand_on_them_and_not_upon_one_another(
    page: Page, served: Served
) -> None:
    canvas = open_canvas(page, served)
    names = canvas.locator(".name")
    expect(names.first).to_be_visible()
    page.wait_for_timeout(400)
    boxes = [names.nth(k).bounding_box() for k in range(names.count())]
    assert {names.nth(k).inner_text() for k in range(names.count())} == set(NAMES)
    for k, a in enumerate(boxes):
        for b in boxes[:k]:
            apart_x = a["x"] + a["width"] <= b["x"] + 8 or b["x"] + b["width"] <= a["x"] + 8
            apart_y = a["y"] + a["height"] <= b["y"] + 1 or b["y"] + b["height"] <= a["y"] + 1
            assert apart_x or apart_y
    stage = canvas.locator(".stage").bounding_box()
    for k, box in enumerate(boxes):
        at = [box["x"] + box["width"] / 2 - stage["x"], box["y"] + box["height"] / 2 - stage["y"]]
        vertex = canvas.evaluate("(el, [x, y]) => el.cortex.pick(x, y).vertex", at)
        points = build_geometry(read_mesh("fsaverage5")).coordinates["inflated"]
        expected = NAMES[int(np.digitize(-points[vertex, 1], [-30, 30]))]
        assert names.nth(k).inner_text() == expected


def test_the_selection_is_said_and_its_name_is_strong(page: Page, served: Served) -> None:
    canvas = open_canvas(page, served)
    expect(canvas.locator(".said")).to_have_text("Nothing selected")
    press(page, "choose")
    expect(canvas.locator(".said")).to_contain_text("region back")
    expect(canvas.locator(".said")).to_contain_text(f"vertex {SPOT}, left hemisphere")
    expect(canvas.locator(".name.strong").first).to_have_text("back")


def test_electrodes_are_picked_before_the_surface(page: Page, served: Served) -> None:
    canvas = open_canvas(page, served)
    press(page, "electrodes")
    page.wait_for_timeout(1200)
    settle(page)
    vertex = outermost(read_mesh("fsaverage5").coordinates["pial"])
    x, y = on_page(canvas, where(canvas, vertex, "left lateral"))
    page.mouse.click(x, y)
    expect(page.locator(".log")).to_contain_text("electrode=0")


def test_the_threshold_moves_with_keys_and_reaches_the_server(page: Page, served: Served) -> None:
    canvas = open_canvas(page, served)
    canvas.locator(".grip").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".log")).to_contain_text("threshold 0.02")
    expect(canvas.locator(".cut")).to_contain_text("0.02")


@pytest.mark.parametrize("view", ["2 × 2 inflated", "one pial", "2 × 2 flat"])
def test_card_and_processor_draw_the_same_picture(
    page: Page, carded: Served, processed: Served, view: str
) -> None:
    pictures = []
    for source in (carded, processed):
        canvas = open_canvas(page, source)
        panes, _, shape = view.rpartition(" ")
        canvas.get_by_role("button", name=panes, exact=True).click()
        canvas.get_by_role("button", name=shape, exact=True).click()
        press(page, "new map")
        press(page, "choose")
        page.wait_for_timeout(900)
        settle(page)
        size, pixels = canvas.evaluate(PIXELS)
        pictures.append(np.frombuffer(bytes(pixels), np.uint8).reshape(*size, 4).astype(float))
    card, processor = pictures
    assert card.shape == processor.shape
    drawn = (card[..., 3] > 0) & (processor[..., 3] > 0)
    assert drawn.sum() > 0.99 * max((card[..., 3] > 0).sum(), (processor[..., 3] > 0).sum())
    difference = np.abs(card - processor)[drawn][:, :3]
    assert difference.mean() < 3
    assert np.percentile(difference, 95) < 12


def test_a_lost_context_comes_back_with_the_same_picture(page: Page, carded: Served) -> None:
    canvas = open_canvas(page, carded)
    place = where(canvas, SPOT, "left lateral")
    before = colour_at(canvas, place)
    canvas.evaluate(
        """async el => {
            const lost = el.cortex.scene.gl.getExtension("WEBGL_lose_context");
            lost.loseContext();
            await new Promise((done) => setTimeout(done, 200));
            lost.restoreContext();
            await new Promise((done) => setTimeout(done, 500));
        }"""
    )
    settle(page)
    assert colour_at(canvas, place) == before


def test_a_page_that_turns_dark_takes_the_canvas_with_it(page: Page, served: Served) -> None:
    canvas = open_canvas(page, served)
    grey = where(canvas, SPOT + 10_242, "right lateral")
    light = colour_at(canvas, grey)
    around = "el.getRootNode().host.getRootNode().host"
    canvas.evaluate(f"el => {{ {around}.style.color = '#ffffff'; }}")
    expect(page.locator(".cortex.dark")).to_be_visible()
    assert colour_at(canvas, grey)[0] < light[0] - 40


def test_a_snapshot_reaches_the_server_as_png(page: Page, served: Served) -> None:
    open_canvas(page, served)
    press(page, "snapshot")
    expect(page.locator(".log")).to_contain_text("b'PNG'")


def test_a_removed_canvas_gives_its_context_back(page: Page, carded: Served) -> None:
    canvas = open_canvas(page, carded)
    handle = canvas.evaluate_handle("el => el.cortex.scene.gl")
    press(page, "remove")
    expect(canvas).to_have_count(0)
    page.wait_for_timeout(200)
    assert handle.evaluate("gl => gl.isContextLost()")


def test_without_webgl2_the_server_draws_and_says_why(page: Page, carded: Served) -> None:
    page.add_init_script(f"({NO_WEBGL})()")
    page.goto(carded.url)
    picture = page.locator(".cortex .stage img")
    expect(picture).to_be_visible(timeout=READY)
    expect(page.locator(".cortex .why")).to_contain_text("no WebGL2")
    page.wait_for_function(
        """() => {
            const seek = (node) => node.shadowRoot?.querySelector(".stage img")
                ?? [...(node.shadowRoot?.querySelectorAll("*") ?? []), ...(node.children ?? [])]
                    .map(seek).find(Boolean);
            return (seek(document.body)?.naturalWidth ?? 0) > 300;
        }""",
        timeout=READY,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--drawn-by", default="auto")
    chosen = parser.parse_args()
    serve_page(chosen.port, chosen.drawn_by)
