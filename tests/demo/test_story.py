import re

import numpy as np
import pytest

from explorer.demo.story import story_dataset, tell_story, topic_words
from explorer.demo.story_text import (
    BOYS,
    GIRLS,
    Cast,
    Line,
    read_chapters,
    read_word_classes,
    speak,
)
from explorer.study.schema import group_faults

CHAPTERS = read_chapters()
SEEDS = (0, 1, 2)


@pytest.fixture(scope="module", params=SEEDS)
def story(request):
    return tell_story(request.param)


def sentence_of(text, cast, seed=0):
    spoken = speak(Line("do", 0, text), cast, np.random.default_rng(seed))
    return " ".join(s.text for s in spoken)


def test_story_lasts_about_half_an_hour_in_many_words(story):
    assert len(story.words) >= 4300
    assert len({w.plain for w in story.words}) >= 700
    assert 27 * 60 < story.offset[-1] < 33 * 60


def test_there_are_ten_chapters_over_ten_topics_and_a_dozen_children():
    assert len(CHAPTERS) == 10
    assert len({p.topic for c in CHAPTERS for p in c.passages}) == 10
    assert len(GIRLS + BOYS) == 12
    assert len({line.text for c in CHAPTERS for p in c.passages for line in p.lines}) >= 80


def test_every_topic_comes_back_in_several_chapters():
    for topic in topic_words():
        held = [c for c in CHAPTERS if any(p.topic == topic for p in c.passages)]
        assert len(held) >= 4, topic


def test_every_chapter_may_end_well_or_badly_at_one_place():
    for chapter in CHAPTERS:
        *rest, good, bad = chapter.passages
        assert (good.ending, bad.ending) == ("good", "bad")
        assert good.topic == bad.topic
        assert {p.ending for p in rest} == {""}


def test_same_seed_tells_the_same_story_and_another_seed_another():
    a, b, c = tell_story(3), tell_story(3), tell_story(4)
    assert a.words == b.words
    np.testing.assert_array_equal(a.onset, b.onset)
    assert a.sentences() != c.sentences()


def test_words_follow_one_another_without_overlap(story):
    assert (story.offset > story.onset).all()
    assert (story.onset[1:] >= story.offset[:-1]).all()


def test_pronouns_agree_with_who_is_meant():
    text = "<h:He> took <h:his> hat, and <f> saw <h:him> dry <h:himself>."
    assert sentence_of(text, Cast("Anna", "Tom")) == (
        "She took her hat, and Tom saw her dry herself."
    )
    assert sentence_of(text, Cast("Tom", "Anna")) == (
        "He took his hat, and Anna saw him dry himself."
    )


def test_every_chapter_is_about_one_girl_and_one_boy(story):
    pairs = {(w.chapter, w.referent) for w in story.words if w.referent in GIRLS + BOYS}
    for chapter in range(len(CHAPTERS)):
        cast = {name for number, name in pairs if number == chapter}
        assert len(cast & set(GIRLS)) == 1
        assert len(cast & set(BOYS)) == 1


def test_no_place_is_left_open_and_no_sentence_breaks_off(story):
    for sentence in story.sentences():
        assert not re.search(r"[<>{}|]", sentence)
        assert sentence.lstrip('"')[0].isupper(), sentence
        assert sentence.rstrip('"')[-1] in ".?!", sentence
        assert sentence.count('"') % 2 == 0, sentence


def test_articles_fit_the_sound_that_follows(story):
    text = " ".join(story.sentences())
    assert not re.findall(r"\b[Aa] (?=[aeioAEIO])(?!one\b)\w+", text)
    assert not re.findall(r"\b[Aa]n (?![aeiouAEIOU]|hour)\w+", text)
    assert not re.findall(r"\b(\w+) \1\b(?<!calling)", text.replace("and", "AND"))


def test_verbs_agree_with_plural_subjects(story):
    text = " ".join(story.sentences()).lower()
    plural = r"they|we|children|people|boats|eggs|sheep's|pages|books|doors|flags|stalls|lamps"
    wrong = re.findall(rf"(?:^|[.,?!] |and )(?:the )?(?:{plural}) (?:was|is|has)\b", text)
    assert not wrong
    assert not re.findall(r"\b(?:he|she|it|nobody|everybody) (?:were|are|have)\b", text)


def test_listed_word_classes_are_all_used_and_given_once():
    written = " ".join(x.text for c in CHAPTERS for p in c.passages for x in p.lines).lower()
    used = set(re.findall(r"[a-z'-]+", re.sub(r"<[^>]*>", " he she him her his himself ", written)))
    assert not set(read_word_classes()) - used - {"herself", "himself"}


def test_depth_grows_in_phrases_and_clauses_and_in_what_is_said():
    first = tell_story(0, n_chapters=1)
    sentence = [w for w in first.words if w.sentence == 6]
    assert sentence[0].plain == "don't"
    by_plain = {w.plain: w for w in sentence}
    assert by_plain["don't"].depth == 2
    assert by_plain["said"].depth == 1
    assert by_plain["because"].depth > by_plain["don't"].depth
    assert by_plain["because"].clause_position == 0
    assert by_plain["we"].clause_position == 1


def test_mood_falls_where_it_ends_badly_and_rises_where_it_ends_well(story):
    for number in range(10):
        words = [w for w in story.words if w.chapter == number]
        last = words[-1].passage
        told = " ".join(w.text for w in words if w.passage == last)
        good = CHAPTERS[number].passages[-2].lines[-1].text.split()[-1] in told
        assert (words[-1].mood > 0) == good


def test_rare_words_surprise_more(story):
    surprise = {w.plain: s for w, s in zip(story.words, story.surprise, strict=True)}
    assert surprise["the"] < surprise["harbour"]
    assert min(surprise, key=surprise.get) == "the"


def test_words_of_a_topic_occur_under_no_other():
    found = topic_words()
    assert "telescope" in found["harbour"]
    assert "ward" in found["hospital"]
    assert not set.intersection(*found.values())
    assert "the" not in set.union(*found.values())


def test_story_group_is_as_the_schema_wants(story):
    dataset = story_dataset(story)
    assert group_faults("stimuli/story", dataset) == []
    assert dataset.stimulus.values[0] == 1
    assert dataset.sizes["stimulus"] == len(story.words)


def test_a_line_without_event_is_refused(tmp_path, monkeypatch):
    broken = tmp_path / "story.toml"
    broken.write_text(
        '[[chapter]]\ntitle = "T"\n[[chapter.scene]]\ntopic = "t"\ntext = "No event."\n', "utf-8"
    )
    monkeypatch.setattr("explorer.demo.story_text.asset", lambda _: broken)
    with pytest.raises(ValueError, match="No event"):
        read_chapters()
