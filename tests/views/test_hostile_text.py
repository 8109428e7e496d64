"""What a study says is shown as text, never as markup; a view without data says why."""

import numpy as np
import pytest
import xarray as xr

from explorer.study.study import Study
from explorer.views import VIEWS

SCRIPT = "<script>alert('x')</script>"
IDS = np.arange(1, 21)


@pytest.fixture
def hostile(tmp_path):
    """A study whose every text is markup; it has geometries only."""
    study = Study.create(tmp_path / "hostile", title=SCRIPT)
    rng = np.random.default_rng(0)

    def text(n):
        return np.array([SCRIPT] * n, dtype=object)

    captions = text(20)
    captions[0] = SCRIPT + "a" * 10**6
    study.write(
        "stimuli/images",
        xr.Dataset(
            {
                "caption": (("stimulus", "caption_index"), captions[:, None]),
                "condition": ("stimulus", text(20)),
            },
            {"stimulus": IDS},
        ),
    )
    brain = xr.Dataset({"dissimilarity": (("roi", "pair"), rng.random((1, 190)).astype("f4"))})
    study.write("responses/rdm/sub-01", brain.assign_coords(stimulus=IDS, roi=("roi", text(1))))
    model = xr.Dataset({"dissimilarity": (("layer", "pair"), rng.random((2, 190)).astype("f4"))})
    study.write("features/known/rdm", model.assign_coords(stimulus=IDS))
    return study


def texts(viewable):
    """Every HTML that a frame holds."""
    found = [p.object for p in viewable.select() if type(p).__name__ == "HTML"]
    return [t for t in found if t]


def test_no_frame_holds_markup_of_the_study(hostile, open_tab):
    tab = open_tab(hostile)
    for name in VIEWS:
        tab.open(name)
    tab.workspace.select(stimulus=1, stimuli=(1, 2))
    tab.end_turn()
    shown = [t for frame in tab.frames.values() for t in texts(frame)]
    assert not any("<script" in t for t in shown)
    pair = tab.views["rdm"]._pair.object
    assert "&lt;script&gt;" in pair
    assert len(pair) < 20_000
    assert any("&lt;script&gt;" in t for t in texts(tab.frames["rdm"]))


def test_long_caption_is_cut_and_says_so(hostile, open_tab):
    captions = open_tab(hostile).open("captions")
    sent = []
    captions._list._send_msg = sent.append
    captions._list._handle_msg({"need": [1, 2]})
    (_, long), (_, short) = sent[0]["texts"]
    assert short == SCRIPT  # drawn as text by the list
    assert len(long) < 500
    assert "1,000,027 characters" in long


def test_views_that_have_nothing_to_show_say_what_is_lacking(tmp_path, open_tab):
    study = Study.create(tmp_path / "bare", title="bare")
    pairs = xr.Dataset({"dissimilarity": ("pair", np.ones(190, np.float32))})
    study.write("responses/rdm/sub-01", pairs.assign_coords(stimulus=IDS))
    stimuli = xr.Dataset({"condition": ("stimulus", np.array(["a"] * 20, dtype=object))})
    study.write("stimuli/images", stimuli.assign_coords(stimulus=IDS))
    tab = open_tab(study)
    for name, lacking in (("captions", "no captions"), ("gallery", "no pictures")):
        view = tab.open(name)
        assert lacking in view._reason.object
        assert lacking in VIEWS[name].applies(study)
        assert view._reason.visible


@pytest.mark.parametrize("name", VIEWS)
def test_view_applies_to_a_study_that_has_everything(computed_study, name):
    assert VIEWS[name].applies(computed_study) == ""
