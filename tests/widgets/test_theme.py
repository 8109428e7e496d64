import pytest
from bokeh.models import Range1d

from explorer.widgets import theme


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.12345, "0.123"), (-0.5, "\N{MINUS SIGN}0.500"), (float("nan"), "–"), (None, "–")],
)
def test_number_is_written_with_three_digits_and_a_dash_where_there_is_none(value, expected):
    assert theme.number(value) == expected


def test_model_keeps_its_colour_in_every_view():
    names = [f"model {k}" for k in range(10)]
    first = [theme.colour_of(n, names) for n in names[:8]]
    assert len(set(first)) == 8
    assert theme.colour_of("model 8", names) == first[0]
    assert theme.colour_of("unknown", names) == first[0]


def test_axis_that_stays_sends_nothing():
    moved = []
    axis = Range1d(0, 1)
    for end in ("start", "end"):
        axis.on_change(end, lambda attr, old, new: moved.append(attr))
    theme.set_range(axis, 0, 1)
    assert moved == []
    theme.set_range(axis, 0, 2)
    assert moved == ["end"]


def test_axes_are_labelled():
    plot = theme.draw_figure("layer", "score")
    assert (plot.xaxis.axis_label, plot.yaxis.axis_label) == ("layer", "score")
    assert plot.toolbar_location is None
