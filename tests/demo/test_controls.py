import numpy as np
import pytest

from explorer.demo import controls
from explorer.demo.captions import write_captions, write_tagged
from explorer.demo.controls import CATEGORIES, categories, text_controls
from explorer.demo.draw import make_scene
from explorer.demo.lexicon import parse_phrase
from explorer.demo.scene import ANIMALS, PEOPLE, THINGS, Agent, Event, Scene, Thing

NAMES = ("shuffled", "nouns", "verbs", "adjectives", "prepositions", "word_average",
         "category_words")  # fmt: skip
FRISBEE = Scene(
    7, "", "park", agents=(Agent("boy", shirt="red"), Agent("dog", colour="brown")),
    things=(Thing("frisbee", "green"),), event=Event(1, "catch", "#0"),
)  # fmt: skip


@pytest.fixture(scope="module")
def scenes():
    return [make_scene(number) for number in range(1, 201)]


def plain(caption):
    return caption.removesuffix(".").lower().split()


def test_shuffled_captions_have_the_words_of_captions_in_another_order(scenes):
    moved = 0
    for scene in scenes:
        shown = text_controls(scene)["shuffled"]
        for (text,), caption in zip(shown, write_captions(scene), strict=True):
            assert sorted(text.lower().split()) == sorted(plain(caption))
            moved += text.lower().split() != plain(caption)
    assert moved > 0.99 * 5 * len(scenes)


def test_word_average_shows_every_word_by_itself(scenes):
    for scene in scenes:
        shown = text_controls(scene)["word_average"]
        for words, caption in zip(shown, write_captions(scene), strict=True):
            assert [w.lower() for w in words] == plain(caption)


@pytest.mark.parametrize(
    ("name", "tag"),
    [("nouns", "noun"), ("verbs", "verb"), ("adjectives", "adjective"),
     ("prepositions", "preposition")],
)  # fmt: skip
def test_controls_of_one_kind_show_its_words_in_order(scenes, name, tag):
    fallback = ("is",) if name == "verbs" else ("something",)
    for scene in scenes:
        expected = [tuple(w.text for w in ws if w.tag == tag) for ws in write_tagged(scene)]
        shown = text_controls(scene)[name]
        assert list(shown) == (expected if any(expected) else [fallback] * 5)
        assert any(shown)


def test_nouns_hold_who_is_there_and_verbs_what_is_done():
    shown = text_controls(FRISBEE)
    nouns = {word for words in shown["nouns"] for word in words}
    verbs = {word for words in shown["verbs"] for word in words}
    assert nouns & {"dog", "puppy", "pup", "hound"}
    assert nouns & {"frisbee", "disc"}
    assert not nouns & {"catching", "green", "in", "a"}
    assert verbs & {"catching", "jumping", "reaching", "leaping", "trying", "catches"}
    assert not verbs & nouns


def test_captions_without_words_of_a_kind_show_a_word_that_says_nothing(monkeypatch):
    monkeypatch.setattr(controls, "write_tagged", lambda *_: (parse_phrase("and"),) * 5)
    shown = text_controls(FRISBEE)
    assert shown["verbs"] == (("is",),) * 5
    assert shown["nouns"] == shown["adjectives"] == (("something",),) * 5
    some = (parse_phrase("riding"), *(parse_phrase("and"),) * 4)
    monkeypatch.setattr(controls, "write_tagged", lambda *_: some)
    assert text_controls(FRISBEE)["verbs"] == (("riding",), (), (), (), ())


def test_category_words_name_what_is_seen():
    assert categories(FRISBEE) == ("person", "dog", "frisbee")
    assert text_controls(FRISBEE)["category_words"] == (("person, dog, frisbee",),)
    empty = Scene(1, "", "beach")
    assert categories(empty) == ()
    assert text_controls(empty)["category_words"] == (("something",),)


def test_categories_do_not_count_people_colours_or_numbers():
    agents = (
        Agent("man", shirt="red"),
        Agent("girl", shirt="blue"),
        Agent("cow", "white", count=3),
    )
    things = (Thing("cup", "red"), Thing("cup", "blue", 2))
    assert categories(Scene(1, "", "farm", agents=agents, things=things)) == (
        "person",
        "cow",
        "cup",
    )


def test_categories_are_a_fixed_table_of_all_that_can_be_seen(scenes):
    assert len(CATEGORIES) == len(set(CATEGORIES)) == 50
    names = {name for kind in THINGS.values() for name in kind}
    assert set(CATEGORIES) == {"person", *ANIMALS, *names}
    assert not set(PEOPLE) & set(CATEGORIES)
    hot = np.array([[name in categories(s) for name in CATEGORIES] for s in scenes])
    assert hot.any(1).all()
    assert hot.any(0).mean() > 0.9


def test_controls_follow_from_scene_and_seed(scenes):
    for scene in scenes[:20]:
        assert tuple(text_controls(scene)) == NAMES
        assert text_controls(scene, 1) == text_controls(scene, 1)
        assert text_controls(scene, 1)["shuffled"] != text_controls(scene, 2)["shuffled"]
