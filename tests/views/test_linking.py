"""Select in one view, look at the others."""

import html
import time

import numpy as np
import pytest
from bokeh.events import Tap

from explorer.views.layers import Layers
from explorer.views.rdm import Rdm


def marks(view):
    return list(zip(view._marks.data["x"], view._marks.data["y"], strict=True))


def tap(view, event, **place):
    view_plot = view._plot if isinstance(view, Layers) else view._plots[0]
    view_plot._trigger_event(event(view_plot, **place))


@pytest.fixture
def views(whole_tab):
    whole_tab.workspace.select(subject="sub-01", roi="late", layer=5)
    whole_tab.end_turn()
    return whole_tab.views


def test_pick_in_captions_moves_the_focus_of_the_gallery_and_the_pair(whole_tab, views):
    views["captions"]._list._handle_msg({"pick": 7})
    whole_tab.end_turn()
    assert views["captions"]._list.focus == 7
    assert views["gallery"]._list.focus == 7
    assert 'data-stimulus="7"' in views["rdm"]._pair.object
    assert whole_tab.workspace.selection.stimuli == ()


def test_shift_picks_collect_and_drop_a_stimulus(whole_tab, views):
    for stimulus in (7, 12, 7):
        views["gallery"]._list._handle_msg({"pick": stimulus, "more": True})
    whole_tab.end_turn()
    assert whole_tab.workspace.selection.stimuli == (12,)
    assert views["captions"]._list.chosen == [12]


def test_two_picked_stimuli_are_marked_in_both_triangles(whole_tab, views):
    for stimulus in (7, 12):
        views["captions"]._list._handle_msg({"pick": stimulus, "more": True})
    whole_tab.end_turn()
    order = whole_tab.workspace.pairs.order.tolist()
    i, j = order.index(7), order.index(12)
    assert set(marks(views["rdm"])) == {(j + 0.5, i + 0.5), (i + 0.5, j + 0.5)}


def test_double_click_clears_the_chosen_stimuli(whole_tab, views):
    views["captions"]._list._handle_msg({"pick": 7, "more": True})
    views["gallery"]._list._handle_msg({"clear": True})
    whole_tab.end_turn()
    selection = whole_tab.workspace.selection
    assert (selection.stimulus, selection.stimuli) == (-1, ())


def test_cell_of_a_matrix_selects_its_two_stimuli_and_tells_both_values(whole_tab, views):
    tap(views["rdm"], Tap, x=3.4, y=10.6)  # column 3, row 10
    whole_tab.end_turn()
    pairs = whole_tab.workspace.pairs
    first, second = int(pairs.order[10]), int(pairs.order[3])
    assert whole_tab.workspace.selection.stimuli == (first, second)
    assert set(marks(views["rdm"])) == {(3.5, 10.5), (10.5, 3.5)}
    assert views["gallery"]._list.chosen == [first, second]
    told = views["rdm"]._pair.object
    for geometry in (pairs.brain, pairs.model):
        i, j = sorted(geometry.stimulus.tolist().index(s) for s in (first, second))
        value = geometry.values[np.ravel_multi_index((i, j), (48, 48)) - (i + 1) * (i + 2) // 2]
        assert f"{geometry.label}: {value:.3f}" in html.unescape(told)


def test_cell_outside_the_matrix_selects_nothing(whole_tab, views):
    for x, y in ((-1, 3), (3, 48.2), (float("nan"), 1)):
        tap(views["rdm"], Tap, x=x, y=y)
    assert whole_tab.workspace.selection.stimuli == ()


def test_cell_on_the_diagonal_selects_one_stimulus(whole_tab, views):
    tap(views["rdm"], Tap, x=4.2, y=4.8)
    chosen = int(whole_tab.workspace.pairs.order[4])
    assert whole_tab.workspace.selection.stimuli == (chosen,)


RESTED = 0.4  # s after which a drag has come to rest
MOVES = [("click", 2.4, 2), ("drag", 4, 4), ("click", -9, 0)]


@pytest.mark.parametrize(("how", "x", "layer"), MOVES)
def test_click_and_drag_select_the_nearest_layer(whole_tab, views, how, x, layer):
    if how == "click":
        tap(views["layers"], Tap, x=x, y=0.1)
    else:
        views["layers"]._cursor.span.location = x
        time.sleep(RESTED)
    whole_tab.end_turn()
    assert whole_tab.workspace.selection.layer == layer
    assert views["layers"]._cursor.location == layer
    assert whole_tab.workspace.pairs.model.label == f"planted, layer {layer}"
    assert views["rdm"]._plots[1].title.text == f"planted, layer {layer}"


def test_region_changes_curve_ranking_and_geometry_together(whole_tab, views):
    whole_tab.workspace.select(roi="early", layer=1)
    whole_tab.end_turn()
    curve = whole_tab.workspace.curves.curves[0]
    np.testing.assert_allclose(views["layers"]._main.data["score"], curve.score, atol=5e-5)
    ranking = whole_tab.workspace.ranking
    for name in ("captions", "gallery"):
        n, packed = len(ranking.stimulus), views[name]._list.content["bytes"]
        assert np.frombuffer(packed, "<i4", n).tolist() == ranking.stimulus.tolist()
        values = np.frombuffer(packed, "<f4", n, offset=4 * n)
        np.testing.assert_allclose(values, ranking.value, rtol=1e-6)
    assert views["rdm"]._plots[0].title.text == "sub-01, early"


def test_every_number_says_n_split_metric_and_subject(views):
    about = html.unescape(views["layers"]._about.object)
    for word in ("Encoding, Pearson r", "n = 48", "5-fold cross-validation", "sub-01", "ceiling"):
        assert word in about
    assert "n = 48 stimuli, 1,128 pairs" in views["rdm"]._about.object
    assert "48 held-out stimuli" in views["captions"]._about.object


def test_matrix_is_not_drawn_again_for_another_stimulus(whole_tab, views):
    rdm = views["rdm"]
    assert isinstance(rdm, Rdm)
    before = [source.data["image"][0] for source in rdm._images]
    whole_tab.workspace.select(stimulus=3)
    whole_tab.end_turn()
    assert all(source.data["image"][0] is b for source, b in zip(rdm._images, before, strict=True))


def test_missing_score_offers_the_work_with_its_cost(whole_tab, views):
    whole_tab.workspace.select(metric="r2")
    whole_tab.end_turn()
    layers = views["layers"]
    assert "planted has no Encoding, R² yet. It takes about" in html.unescape(layers._reason.object)
    assert layers._button.visible
    assert not layers._body.visible


def test_picture_comes_back_with_the_score(whole_tab, views):
    for metric, visible in (("r2", False), ("pearson", True)) * 2:
        whole_tab.workspace.select(metric=metric)
        whole_tab.end_turn()
        assert views["layers"]._body.visible is visible


def test_button_starts_the_job_and_the_jobs_view_lists_it(whole_tab, views, monkeypatch):
    monkeypatch.setattr(whole_tab.workspace.jobs, "_work", lambda: None)
    whole_tab.workspace.select(metric="r2")
    whole_tab.end_turn()
    whole_tab.workspace.jobs.subscribe(whole_tab.workspace.job_changed)
    views["layers"]._compute(None)
    whole_tab.end_turn()
    rows = views["jobs"]._list.jobs
    assert [(r["status"], r["active"]) for r in rows] == [("queued", True)]
    assert rows[0]["note"].startswith("Waiting. It takes about")
    assert views["layers"]._button.disabled
    views["jobs"]._list._handle_msg({"cancel": rows[0]["identity"]})
    whole_tab.end_turn()
    assert views["jobs"]._list.jobs[0]["status"] == "cancelled"
    assert not views["layers"]._button.disabled


def test_only_urgent_views_follow_a_drag_until_it_rests(whole_tab, views):
    before = views["gallery"]._list.content
    views["layers"]._cursor.span.location = 1
    whole_tab.end_turn()
    assert "layer 1" in views["cortex"]._about.object
    assert views["gallery"]._list.content is before
    time.sleep(RESTED)
    whole_tab.end_turn()
    assert views["gallery"]._list.content is not before


def test_every_place_of_a_drag_is_answered_at_once(whole_tab, views):
    span = views["layers"]._cursor.span
    for heard, place in enumerate((1, 2, 3), 1):
        span.location = place
        whole_tab.end_turn()
        assert span.tags[3] == heard  # the browser sends no more while answers are missing


def test_the_scalp_follows_a_drag_in_time_and_not_one_over_layers(whole_tab, views):
    scalp = views["topography"]._image.data
    views["layers"]._cursor.span.location = 3
    whole_tab.end_turn()
    assert views["topography"]._image.data is scalp
    time.sleep(RESTED)
    whole_tab.end_turn()
    scalp = views["topography"]._image.data
    views["timecourse"]._cursor.span.location = 120.0
    whole_tab.end_turn()
    assert views["topography"]._image.data is not scalp
