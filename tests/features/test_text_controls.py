import numpy as np
import pytest
import xarray as xr

from explorer.errors import ModelError, UnknownNameError
from explorer.features import FAMILIES, words
from explorer.features.extract import extract
from explorer.features.inputs import read_inputs
from explorer.features.plan import plan_extraction
from explorer.features.variants import find_variant, variants
from explorer.study.digest import digest_json
from explorer.study.study import Study

CAPTIONS = {
    4: ("A brown dog runs.", "Two dogs on the grass"),
    5: ("running!", ""),
    6: ("", " "),
    7: ("The.", "!?"),
}
CONCEPTS = {4: "dog sports_ball", 5: "", 6: "Person, dog", 7: ""}
needs_tagger = pytest.mark.skipif(not words.has_tagger(), reason="no textblob")


@pytest.fixture
def captioned(tmp_path) -> Study:
    study = Study.create(tmp_path / "captioned")
    dataset = xr.Dataset(
        {
            "caption": (
                ("stimulus", "caption_index"),
                np.array(list(CAPTIONS.values()), dtype=object),
            ),
            "concept": ("stimulus", np.array(list(CONCEPTS.values()), dtype=object)),
        },
        {"stimulus": list(CAPTIONS)},
    )
    study.write("stimuli/images", dataset)
    return study


def parts(study, name):
    inputs = read_inputs(study, find_variant(study, "text", name))
    return dict(zip(inputs.ids, inputs.parts, strict=True)), inputs


@needs_tagger
def test_nouns_of_all_captions_are_shown_one_by_one_and_something_where_there_are_none(captioned):
    found, inputs = parts(captioned, "nouns")
    assert found == {4: ("dog", "dogs", "grass"), 5: ("something",), 7: ("something",)}
    assert inputs.replaced == (5, 7)
    assert inputs.missing == (6,)


@needs_tagger
def test_verbs_fall_back_on_is(captioned):
    found, inputs = parts(captioned, "verbs")
    assert found == {4: ("runs",), 5: ("running",), 7: ("is",)}
    assert inputs.replaced == (7,)


def test_every_word_of_every_caption_is_a_part_and_repeats_count(captioned):
    found, inputs = parts(captioned, "word_average")
    assert found[4] == ("A", "brown", "dog", "runs", "Two", "dogs", "on", "the", "grass")
    assert (found[5], found[7]) == (("running",), ("The",))
    assert inputs.replaced == ()


def test_shuffled_captions_keep_their_words_and_do_not_depend_on_other_stimuli(captioned):
    before, _ = parts(captioned, "shuffled")
    assert [sorted(t.split()) for t in before[4]] == [
        ["A", "brown", "dog", "runs"],
        ["Two", "dogs", "grass", "on", "the"],
    ]
    dataset = captioned["stimuli/images"].load().isel(stimulus=[0, 2])
    captioned.write("stimuli/images", dataset)
    assert parts(captioned, "shuffled")[0] == {4: before[4]}


def test_another_seed_is_another_variant(captioned):
    assert find_variant(captioned, "text", "shuffled_3").settings() == {"seed": 3}
    orders = {parts(captioned, f"shuffled_{k}")[0][4] for k in range(9)}
    assert len(orders) > 4
    assert parts(captioned, "shuffled_0")[0] == parts(captioned, "shuffled")[0]
    with pytest.raises(UnknownNameError):
        find_variant(captioned, "text", "shuffled_x")


def test_category_words_are_one_text_and_something_where_no_category_is_named(captioned):
    found, inputs = parts(captioned, "category_words")
    assert found == {4: ("dog sports ball",), 5: ("something",), 6: ("person dog",),
                     7: ("something",)}  # fmt: skip
    assert (inputs.replaced, inputs.missing) == ((5, 7), ())


def test_without_any_category_there_is_no_such_variant(captioned):
    captioned.write("stimuli/images", captioned["stimuli/images"].load().drop_vars("concept"))
    assert "category_words" not in variants(captioned, "text")
    assert "word_average" in variants(captioned, "text")


def test_words_that_the_study_brings_win_over_the_tagger(captioned):
    text = xr.Dataset(
        {"text": (("stimulus", "caption_index"), np.array([["hound"]], dtype=object))},
        {"stimulus": [4]},
    )
    captioned.write("texts/nouns", text)
    found, inputs = parts(captioned, "nouns")
    assert (found, inputs.replaced) == ({4: ("hound",)}, ())


def test_without_a_tagger_kinds_of_words_are_not_offered_and_refused_with_what_to_do(
    captioned, monkeypatch
):
    monkeypatch.setattr(words, "find_spec", lambda name: None)
    monkeypatch.setattr("explorer.features.variants.has_tagger", lambda: False)
    words._load_tagger.cache_clear()
    assert list(variants(captioned, "text")) == [
        "caption", "word_average", "shuffled", "category_words", "caption_0", "caption_1",
    ]  # fmt: skip
    with pytest.raises(ModelError, match=r"pip install 'brainlang-explorer\[words\]'"):
        parts(captioned, "nouns")


def test_features_of_words_are_the_mean_over_the_words_alone(study, write_model):
    folder = str(write_model())
    found = study[extract(study, folder, "word_average")].feature
    plan = plan_extraction(study, folder, "word_average")
    family = FAMILIES[plan.checkpoint.family].load(plan.checkpoint)
    shown = ["a", "cat", "runs", "on", "the", "old", "cat"]
    np.testing.assert_allclose(found[1], family.extract(shown, 1).mean(0), atol=1e-5)


@needs_tagger
def test_a_group_records_tagger_and_fallback(study, write_model):
    group = study[extract(study, str(write_model()), "adverbs")]
    assert group.attrs["fallback"] == "something"
    assert group.attrs["n_fallback"] == group.sizes["stimulus"] == 12
    assert group.attrs["tagger"].startswith("textblob ")
    assert np.ptp(group.feature.values, axis=0).max() < 1e-6
    assert np.abs(group.feature.values).max() > 0


def test_the_seed_is_recorded_and_part_of_the_key(study, write_model):
    folder = str(write_model())
    group = study[extract(study, folder, "shuffled_5")]
    assert group.attrs["seed"] == 5
    keys = {plan_extraction(study, folder, name).key for name in ("shuffled", "shuffled_5")}
    assert len(keys) == 2
    assert group.attrs["inputs"] in keys


def test_variants_that_need_no_settings_keep_their_keys(study, write_model):
    plan = plan_extraction(study, str(write_model()), "caption")
    model = plan.checkpoint
    assert plan.key == digest_json(
        {
            "model": FAMILIES[model.family].digest(model),
            "variant": "caption",
            "stimuli": "stimuli/images",
            "inputs": plan.inputs.digest(),
            "dtype": "float32",
        }
    )
