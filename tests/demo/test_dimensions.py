from dataclasses import replace

import numpy as np
import pytest

from explorer.demo.dimensions import (
    DIMENSIONS,
    category_dimensions,
    count_tokens,
    event_code,
    object_dimensions,
    standardise,
)
from explorer.demo.scene import ANIMALS, PEOPLE, SETTINGS, THINGS, Agent, Event, Scene, Thing

NAMES = [name for names in THINGS.values() for name in names]
ACTS = ("chase", "watch", "feed", "next")


def draw_scenes(n, seed=0):
    """Scenes with one or two agents and up to two things, in which acts do not follow nouns."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(1, n + 1):
        kinds = rng.choice([*PEOPLE, *ANIMALS], rng.integers(0, 3), replace=False)
        agents = tuple(Agent(str(k)) for k in kinds)
        things = tuple(Thing(str(k)) for k in rng.choice(NAMES, rng.integers(0, 3), replace=False))
        event = None
        if len(agents) == 2:
            event = Event(0, str(rng.choice(ACTS)), "@1")
        elif agents and things:
            event = Event(0, str(rng.choice(("hold", "ride", "watch"))), "#0")
        found.append(
            Scene(number, "random", str(rng.choice(SETTINGS)), "day", agents, things, event)
        )
    return found


SCENES = draw_scenes(400)
PLAIN = Scene(1, "plain", "park")
HIGHEST = {
    "face": replace(PLAIN, agents=(Agent("man"), Agent("woman")), close=True),
    "body": replace(PLAIN, agents=(Agent("man"), Agent("dog"))),
    "animal": replace(PLAIN, agents=(Agent("zebra"),)),
    "food": replace(PLAIN, things=(Thing("pizza"),), close=True),
    "text": replace(PLAIN, things=(Thing("sign"),), text=("stop",)),
    "place": replace(PLAIN, setting="street"),
    "open": replace(PLAIN, setting="beach"),
    "indoor": replace(PLAIN, setting="kitchen"),
    "vehicle": replace(PLAIN, things=(Thing("train"),)),
    "motion": replace(PLAIN, agents=(Agent("dog"),), pose="running"),
    "social": replace(PLAIN, agents=(Agent("man"), Agent("dog")), event=Event(0, "feed", "@1")),
    "tool": replace(PLAIN, things=(Thing("laptop"),)),
    "n_objects": replace(PLAIN, agents=(Agent("sheep", count=5),)),
}


@pytest.mark.parametrize("name", DIMENSIONS)
def test_a_scene_made_for_a_dimension_is_its_highest(name):
    names, values = category_dimensions([PLAIN, *HIGHEST.values()])
    assert names == DIMENSIONS
    column = values[:, names.index(name)]
    assert column[1 + list(HIGHEST).index(name)] == pytest.approx(column.max())
    assert column[0] < column.max() - 0.4 or name == "place"


@pytest.mark.parametrize("measure", [category_dimensions, object_dimensions])
def test_dimensions_are_standardised(measure):
    _, values = measure(SCENES)
    assert values.shape == (400, 13)
    np.testing.assert_allclose(values.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(values.std(0), 1)


def test_a_dimension_in_which_all_scenes_are_alike_is_zero():
    values = standardise(np.array([[1.0, 2.0], [1.0, 4.0]]))
    np.testing.assert_allclose(values, [[0, -1], [0, 1]])


def test_categories_see_more_of_a_scene_than_its_objects():
    before = Scene(1, "a", "park", agents=(Agent("dog"),), things=(Thing("ball"),))
    after = replace(before, event=Event(0, "chase", "#0"))
    _, values = category_dimensions([before, after, PLAIN])
    assert (values[0] != values[1]).any()


def test_no_event_pose_number_or_layout_enters_object_dimensions():
    def stripped(scene):
        agents = tuple(replace(a, count=1, colour="") for a in scene.agents)
        return replace(
            scene, event=None, pose="running", agents=agents, close=not scene.close, time="sunset"
        )

    first, second = (object_dimensions(s)[1] for s in (SCENES, [stripped(s) for s in SCENES]))
    np.testing.assert_array_equal(first, second)


def nouns_of(scenes):
    rows = [{a.kind for a in s.agents} | {t.name for t in s.things} | {s.setting} for s in scenes]
    return count_tokens(rows)[0]


def explained(values, inputs):
    """Share of the variance of ``values`` that ``inputs`` explain linearly."""
    inputs = inputs - inputs.mean(0)
    fitted = inputs @ np.linalg.lstsq(inputs, values, rcond=None)[0]
    return (fitted**2).sum() / ((values - values.mean(0)) ** 2).sum()


def test_code_of_events_is_standardised_and_follows_its_generator():
    first, again, other = (event_code(SCENES, np.random.default_rng(s), 12) for s in (0, 0, 1))
    assert first.shape == (400, 12)
    np.testing.assert_allclose(first.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(first.std(0), 1)
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_code_of_events_tells_who_does_it_to_whom():
    man, dog = Agent("man"), Agent("dog")
    one = Scene(1, "a", "park", agents=(man, dog), event=Event(0, "chase", "@1"))
    other = replace(one, event=Event(1, "chase", "@0"))
    code = event_code([one, other, *SCENES], np.random.default_rng(0))
    same = event_code([one, one, *SCENES], np.random.default_rng(0))
    np.testing.assert_allclose(same[0], same[1])
    assert np.abs(code[0] - code[1]).mean() > 0.5
    np.testing.assert_array_equal(nouns_of([one]), nouns_of([other]))


def test_nouns_predict_little_of_the_code_of_events():
    scenes = draw_scenes(2000, seed=1)
    code = event_code(scenes, np.random.default_rng(0))
    acts = count_tokens([{s.event.act if s.event else ""} for s in scenes])[0]
    raw, _ = count_tokens([{f"{s.event.act if s.event else ''}|{s.setting}"} for s in scenes])
    assert explained(code, nouns_of(scenes)) < 0.05
    assert explained(raw - raw.mean(0), nouns_of(scenes)) > 0.1
    assert explained(code, acts) > 0.2


def test_tokens_are_counted_in_alphabetical_order():
    table, names = count_tokens([{"b", "a"}, {"c"}, set()])
    assert names == ("a", "b", "c")
    np.testing.assert_array_equal(table, [[1, 1, 0], [0, 0, 1], [0, 0, 0]])
