"""Time course, scalp and layers by time: what they draw, and what a click in them selects."""

import html
import shutil
import time

import numpy as np
import pytest
import xarray as xr
from bokeh.events import DoubleTap, Tap

from explorer.analysis.pipeline import run_specs
from explorer.analysis.run import Run
from explorer.analysis.spec import fusion_spec, make_spec
from explorer.study.study import Study
from explorer.views.layer_time import LayerTime
from explorer.views.timecourse import Timecourse, colours_of
from explorer.views.topography import Topography
from explorer.widgets import scalp

KINDS = {"timecourse": Timecourse, "topography": Topography, "layer_time": LayerTime}


@pytest.fixture(scope="module")
def eeg(computed_study, tmp_path_factory):
    """The computed study with every EEG score and fusion, and a planted latency."""
    folder = tmp_path_factory.mktemp("eeg") / "study"
    study = Study(shutil.copytree(computed_study.path, folder))
    specs = [make_spec(study, "eeg", "sub-02", "planted", "pearson")]
    specs += [fusion_spec(study, s, "planted") for s in ("sub-01", "sub-02")]
    run_specs(study, specs, Run("cpu"))
    seconds = ("roi", np.array([0.26]), {"units": "s"})
    roi = np.array(["late"], dtype=object)
    study.write("truth/eeg/sub-01", xr.Dataset({"latency": seconds}, {"roi": roi}))
    return study


@pytest.fixture
def tab(eeg, open_tab):
    opened = open_tab(eeg)
    for name, kind in KINDS.items():
        opened.open(name, kind)
    return opened


def change(tab, **changes):
    tab.workspace.select(**changes)
    tab.end_turn()
    return tab.workspace.courses


def click(tab, name, event=Tap, **place):
    plot = tab.views[name]._plot
    plot._trigger_event(event(plot, **place))
    tab.end_turn()
    return tab.workspace.selection


def told(view, pane="_about"):
    return html.unescape(getattr(view, pane).object)


def test_lines_are_the_values_of_each_channel_in_milliseconds(tab):
    found = change(tab, layer=1)
    lines = tab.views["timecourse"]._lines.data
    assert lines["channel"] == list(found.channels)
    np.testing.assert_allclose(np.stack(lines["ys"]), found.values, atol=5e-5)
    np.testing.assert_allclose(lines["xs"][0], 1000 * found.time, rtol=1e-4)
    np.testing.assert_allclose(
        tab.views["timecourse"]._main.data["value"], found.summary, atol=5e-5
    )


def test_chosen_channel_is_the_main_line_with_its_ceiling(tab):
    view = tab.views["timecourse"]
    assert len(view._ceiling.data["ms"]) == 0
    found = change(tab, channel="Pz", layer=5)
    assert "Pz" not in view._lines.data["channel"]
    np.testing.assert_allclose(view._main.data["value"], found.values[2], atol=5e-5)
    np.testing.assert_allclose(view._ceiling.data["high"], found.bounds[1], atol=5e-5)
    marked = 1000 * found.time[found.significant[2]]
    np.testing.assert_allclose(view._marks.data["ms"], marked, atol=0.05)


def drag(tab, view, cursor, place):
    """What the browser tells of a cursor that was dragged."""
    getattr(tab.views[view], cursor).span.location = place
    time.sleep(0.4)  # until the drag has come to rest
    tab.end_turn()
    return tab.workspace.selection


@pytest.mark.parametrize(("how", "x", "time"), [("click", 163, 0.16), ("drag", 480, 0.48)])
def test_click_and_drag_set_the_nearest_time_everywhere(tab, how, x, time):
    clicked = how == "click"
    selection = (
        click(tab, "timecourse", x=x, y=0.1) if clicked else drag(tab, "timecourse", "_cursor", x)
    )
    assert selection.time == pytest.approx(time)
    for view, cursor in (("timecourse", "_cursor"), ("layer_time", "_at_time")):
        assert getattr(tab.views[view], cursor).location == pytest.approx(1000 * time)
    assert f"{1000 * time:.0f} ms" in told(tab.views["topography"], "_legend")


def test_time_alone_sends_no_lines_and_no_cells_again(tab):
    change(tab, time=0.1)
    before = [tab.views["timecourse"]._lines.data, tab.views["layer_time"]._image.data]
    image = tab.views["topography"]._image.data
    change(tab, time=0.2)
    after = [tab.views["timecourse"]._lines.data, tab.views["layer_time"]._image.data]
    assert all(a is b for a, b in zip(after, before, strict=True))
    assert tab.views["topography"]._image.data is not image


def test_stimulus_that_the_score_does_not_know_sends_no_lines_again(tab):
    change(tab, stimulus=4)
    lines = tab.views["timecourse"]._lines.data
    change(tab, stimulus=5)
    assert tab.views["timecourse"]._lines.data is lines


def test_planted_latency_is_marked_for_its_region_only(tab):
    view = tab.views["timecourse"]
    assert not view._planted.visible
    change(tab, roi="late")
    assert view._planted.visible
    assert view._told.visible
    assert view._planted.location == pytest.approx(260)
    change(tab, roi="early")
    assert not view._planted.visible


def test_trace_is_chosen_in_the_view_and_shown_by_it(tab):
    view = tab.views["timecourse"]
    view._choice.value = "evoked"
    tab.end_turn()
    assert tab.workspace.selection.trace == "evoked"
    assert view._plot.yaxis[0].axis_label == "µV"
    change(tab, trace="score")
    assert view._choice.value == "score"
    assert view._plot.yaxis[0].axis_label == "r"


def test_trace_without_numbers_says_why_and_can_be_left(tab):
    view = tab.views["timecourse"]
    change(tab, trace="region")
    assert "Choose a region" in told(view, "_reason")
    assert not view._body.visible
    assert view._choice.visible  # beside the title
    assert "Choose a region" in told(tab.views["topography"], "_reason")
    change(tab, trace="")
    assert view._body.visible
    assert not view._reason.visible


def test_missing_score_offers_to_compute_what_is_missing(tab):
    change(tab, metric="r2", trace="score")
    for name in KINDS:
        view = tab.views[name]
        assert "no Encoding, R² for EEG of sub-01, sub-02" in told(view, "_reason")
        assert view._button.visible


def test_scalp_shows_the_values_at_the_time_with_a_range_over_all_times(tab):
    found = change(tab, time=0.3, layer=5)
    view = tab.views["topography"]
    at = int(np.abs(found.time - 0.3).argmin())
    expected = scalp.draw_scalp(view._grid, found.values[:, at], scalp.robust_high(found.values))
    np.testing.assert_array_equal(view._image.data["image"][0], expected)
    high = view._high
    change(tab, time=0.0)
    assert view._high == high


def test_click_on_a_channel_chooses_it_and_again_all(tab):
    view = tab.views["topography"]
    assert click(tab, "topography", x=0.02, y=-0.48).channel == "Pz"
    assert view._chosen.data == {"x": [0.0], "y": [pytest.approx(-0.5)]}
    assert "Pz" in told(tab.views["timecourse"], "_legend")
    assert tab.views["layer_time"].workspace.courses.layers.over == "Pz"
    assert click(tab, "topography", x=0.02, y=-0.48).channel == ""
    assert click(tab, "topography", x=0.8, y=0.5).channel == ""


def test_double_click_on_the_scalp_shows_all_channels(tab):
    change(tab, channel="Cz")
    assert click(tab, "topography", DoubleTap, x=0.8, y=0.8).channel == ""


def test_scalp_without_places_says_what_to_give(tab, monkeypatch):
    monkeypatch.setattr(scalp, "place_channels", lambda names, _: np.full((len(names), 2), np.nan))
    view = tab.views["topography"]
    view._key = ()
    change(tab, layer=2)
    assert "give them x, y and z" in told(view, "_reason")


def test_cells_are_the_scores_and_a_click_selects_layer_and_time(tab):
    found = change(tab, channel="Oz").layers
    view = tab.views["layer_time"]
    np.testing.assert_allclose(view._image.data["image"][0], found.values, rtol=1e-6)
    assert view._image.data["dh"] == [7]
    assert view._image.data["x"] == [pytest.approx(-110)]
    selection = click(tab, "layer_time", x=87.0, y=3.4)
    assert (selection.layer, selection.time) == (3, pytest.approx(0.08))
    assert (view._at_layer.location, view._at_time.location) == (3, pytest.approx(80))
    assert drag(tab, "layer_time", "_at_layer", 6).layer == 6
    assert drag(tab, "layer_time", "_at_time", 200).time == pytest.approx(0.2)
    assert "Oz" in told(view, "_legend")


def test_every_number_says_n_split_metric_and_subjects(tab):
    for name in KINDS:
        about = told(tab.views[name])
        for word in ("n = 48", "5-fold", "Pearson r", "mean of 2 subjects", "q < 0.05"):
            assert word in about, name


def test_model_of_one_layer_says_that_there_is_nothing_to_compare(tab):
    found = tab.workspace.courses.layers
    object.__setattr__(found, "values", found.values[:1])
    tab.workspace.param.trigger("courses")
    tab.end_turn()
    view = tab.views["layer_time"]
    assert "planted has one layer" in told(view, "_reason")
    assert view._body.visible


def test_study_without_eeg_says_so(synthetic_study, open_tab, monkeypatch):
    for kind in KINDS.values():
        monkeypatch.setattr(Study, "groups", lambda self, prefix="": [])
        assert "no EEG" in kind.applies(synthetic_study)


def test_back_and_front_of_the_head_differ_in_colour():
    back, middle, front = colours_of(np.array([[0, -1], [0, 0], [0, 1.0]]))
    assert (back, middle, front) == ("#0072b2", "#8b949e", "#d55e00")
