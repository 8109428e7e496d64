import numpy as np
import pytest
import xarray as xr

from explorer.errors import StudyError, UnknownNameError
from explorer.features.inputs import read_inputs
from explorer.features.variants import find_variant, variants
from explorer.features.words import KINDS
from explorer.study.study import Study
from explorer.study.synthetic import synthetic_groups

CAPTIONS = [("a dog", ""), ("", "  the\n cat "), ("", " "), ("a bird", "a nest")]


@pytest.fixture
def captioned(tmp_path) -> Study:
    study = Study.create(tmp_path / "captioned")
    table = np.array(CAPTIONS, dtype=object)
    dataset = xr.Dataset(
        {"caption": (("stimulus", "caption_index"), table)}, {"stimulus": [4, 5, 6, 7]}
    )
    study.write("stimuli/images", dataset)
    return study


def test_a_study_s_variants_are_those_it_has_something_for(captioned):
    found = [name for name in variants(captioned, "text") if name not in KINDS]
    assert found == ["caption", "word_average", "shuffled", "caption_0", "caption_1"]
    assert variants(captioned, "image") == {}


def test_empty_captions_are_skipped_and_stimuli_without_any_are_missing(captioned):
    inputs = read_inputs(captioned, find_variant(captioned, "text"))
    assert inputs.ids == (4, 5, 7)
    assert inputs.parts == (("a dog",), ("the cat",), ("a bird", "a nest"))
    assert inputs.missing == (6,)


def test_a_single_caption_keeps_its_column(captioned):
    inputs = read_inputs(captioned, find_variant(captioned, "text", "caption_1"))
    assert dict(zip(inputs.ids, inputs.parts, strict=True)) == {5: ("the cat",), 7: ("a nest",)}


def test_an_unknown_variant_lists_what_there_is(captioned):
    with pytest.raises(UnknownNameError, match=r"There are: caption, nouns, .*, caption_0"):
        find_variant(captioned, "text", "colours")


def test_a_study_without_pictures_says_that_the_model_needs_them(captioned):
    with pytest.raises(StudyError, match="has no images, which this model needs"):
        find_variant(captioned, "image")


def test_the_words_of_a_story_are_a_variant(tmp_path):
    study = Study.create(tmp_path / "story")
    groups = dict(synthetic_groups(12, 0))
    study.write("stimuli/story", groups["stimuli/story"])
    chosen = find_variant(study, "text")
    assert (chosen.name, chosen.source) == ("word", "stimuli/story")
    assert read_inputs(study, chosen).parts[:2] == (("The",), ("old",))
