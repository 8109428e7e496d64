from collections import Counter

import numpy as np
import pytest
from PIL import Image

from explorer.demo import draw
from explorer.demo.camera import NEAREST, TINTS, Box, choose_shot, take_picture
from explorer.demo.canvas import Canvas
from explorer.demo.draw import draw_scene, make_scene, recipe_for
from explorer.demo.recipes import RECIPES
from explorer.demo.scene import (
    ACTS,
    ANIMALS,
    INDOOR,
    PEOPLE,
    POSES,
    SETTINGS,
    THINGS,
    TIMES,
    Scene,
    SceneDraft,
)
from explorer.demo.settings import PAINTERS, draw_setting
from explorer.demo.stage import Stage

N_SCENES = 1400


@pytest.fixture(scope="module")
def scenes():
    return [make_scene(n) for n in range(1, N_SCENES + 1)]


def play(name, seed, canvas):
    streams = (np.random.default_rng([seed, k]) for k in range(2))
    stage = Stage(canvas, SceneDraft(seed, name), *streams)
    RECIPES[name].function(stage)
    return stage


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_writes_the_same_graph_whether_or_not_it_draws(name):
    for seed in (1, 2):
        wet = play(name, seed, Canvas(40, 1)).draft.finish()
        assert play(name, seed, Canvas(dry=True)).draft.finish() == wet


def test_scenes_are_the_same_every_time_drawn_or_not(scenes):
    for number in range(1, 1200, 97):
        picture, scene = draw_scene(number, 64)
        assert scene == scenes[number - 1] == make_scene(number)
        assert np.array_equal(picture, draw_scene(number, 64)[0])


def test_a_new_version_makes_other_scenes(scenes, monkeypatch):
    draw._deck.cache_clear()
    monkeypatch.setattr(draw, "VERSION", draw.VERSION + 1)
    assert sum(make_scene(n) == scenes[n - 1] for n in range(1, 101)) < 10
    draw._deck.cache_clear()


def test_scenes_are_numbered_from_one():
    with pytest.raises(ValueError, match="numbered from 1"):
        make_scene(0)


def test_every_word_of_every_scene_is_in_the_tables(scenes):
    names = {name for kind in THINGS.values() for name in kind}
    for scene in scenes:
        assert scene.setting in SETTINGS
        assert scene.time in (("day",) if scene.setting in INDOOR else TIMES)
        assert scene.pose in POSES
        assert {a.kind for a in scene.agents} <= {*PEOPLE, *ANIMALS}
        assert {t.name for t in scene.things} <= names
        assert scene.event is None or scene.event.act in ACTS
        assert scene.weather in ("", "rain", "snow")
        assert all(word == word.lower() for word in scene.text)
        assert min([a.count for a in scene.agents] + [t.count for t in scene.things]) >= 1


def test_every_scene_has_something_to_tell(scenes):
    for scene in scenes:
        assert scene.agents or scene.things, scene.recipe
        assert scene.event or not scene.people, scene.recipe


def test_events_name_agents_and_things_that_are_there(scenes):
    for scene in scenes:
        if scene.event is None:
            continue
        target = scene.target()
        assert scene.agents[scene.event.agent] is not target
        assert (target is None) == (scene.event.object == "")


def test_readable_text_comes_with_a_sign(scenes):
    for scene in scenes:
        assert bool(scene.text) == scene.has("text"), scene.recipe


def test_scenes_survive_json(scenes):
    assert [Scene.from_json(s.to_json()) for s in scenes[:216]] == scenes[:216]


def test_every_word_of_the_tables_is_used(scenes):
    assert {s.setting for s in scenes} == set(SETTINGS)
    assert {s.time for s in scenes} == set(TIMES)
    assert {a.kind for s in scenes for a in s.agents} == {*PEOPLE, *ANIMALS}
    assert {t.name for s in scenes for t in s.things} == {n for k in THINGS.values() for n in k}
    assert {s.event.act for s in scenes if s.event} == set(ACTS)


CATEGORIES = {
    "people": (lambda s: bool(s.people), 0.35),
    "animals": (lambda s: bool(s.animals), 0.2),
    "animals alone": (lambda s: bool(s.animals) and not s.people, 0.1),
    "food": (lambda s: s.has("food"), 0.08),
    "vehicles": (lambda s: s.has("vehicle"), 0.08),
    "vehicles in focus": (lambda s: s.has("vehicle") and not s.agents, 0.08),
    "text": (lambda s: bool(s.text), 0.08),
    "nobody about": (lambda s: not s.agents, 0.12),
    "indoors": (lambda s: s.setting in INDOOR, 0.12),
    "sport": (lambda s: s.has("sport"), 0.08),
    "close": (lambda s: s.close, 0.05),
}


@pytest.mark.parametrize("name", CATEGORIES)
def test_category_has_enough_scenes(scenes, name):
    belongs, share = CATEGORIES[name]
    for part in (scenes[:800], scenes[800:1000], scenes):
        assert sum(map(belongs, part)) >= share * len(part)


def test_recipes_are_dealt_by_their_weight():
    size = sum(r.weight for r in RECIPES.values())
    for start in (1, 1 + size):
        dealt = Counter(recipe_for(n) for n in range(start, start + size))
        assert dealt == {name: recipe.weight for name, recipe in RECIPES.items()}
    assert [recipe_for(n) for n in range(1, 50)] != [recipe_for(n + size) for n in range(1, 50)]


@pytest.mark.parametrize("pair", [("person", "dog"), ("person", "cat"), ("dog", "cat")])
def test_each_chases_the_other_as_often(scenes, pair):
    roles = Counter(
        tuple("person" if a.is_person else a.kind for a in (s.agents[s.event.agent], s.target()))
        for s in scenes
        if s.event and s.event.act == "chase"
    )
    first, second = roles[pair], roles[pair[::-1]]
    assert min(first, second) >= 5
    assert abs(first - second) <= 0.5 * max(first, second)


def test_nouns_do_not_tell_acts(scenes):
    acts = {}
    for scene in scenes:
        target = scene.target()
        if target is not None:
            name = getattr(target, "kind", "") or target.name
            acts.setdefault(name, set()).add(scene.event.act)
    crossed = ("dog", "cat", "horse", "elephant", "bicycle", "surfboard", "boat", "bird", "cake")
    assert all(len(acts[name]) > 1 for name in crossed)
    assert len(acts["dog"]) >= 6


@pytest.mark.parametrize("name", SETTINGS)
def test_setting_covers_the_canvas_and_varies(name):
    assert set(PAINTERS) == set(SETTINGS)
    pictures = []
    for seed in (1, 2):
        canvas = Canvas(50, 2)
        canvas.image.paste((255, 0, 255), (0, 0, *canvas.image.size))
        draw_setting(canvas, np.random.default_rng(seed), name, "day")
        pixels = np.asarray(canvas.image)
        assert not (pixels == (255, 0, 255)).all(-1).any()
        pictures.append(pixels.astype(float))
    assert np.abs(pictures[0] - pictures[1]).mean() > 2


def shots(n, keep, legible):
    rng = np.random.default_rng(0)
    return [choose_shot(rng, keep, legible, "day") for _ in range(n)]


def test_camera_never_mirrors_what_can_be_read():
    keep = Box(30, 30, 70, 90)
    assert not any(shot.flip for shot in shots(400, keep, True))
    assert 120 < sum(shot.flip for shot in shots(400, keep, False)) < 280


def test_pictures_with_text_are_not_mirrored(scenes, monkeypatch):
    asked = []

    def remember(rng, keep, legible, time):
        asked.append(legible)
        return choose_shot(rng, keep, legible, time)

    monkeypatch.setattr(draw, "choose_shot", remember)
    for scene in scenes[:60]:
        draw_scene(scene.number, 16)
    assert asked == [bool(s.text) for s in scenes[:60]]


@pytest.mark.parametrize("keep", [Box(40, 40, 50, 60), Box(-5, 20, 80, 120), Box(2, 2, 98, 98)])
def test_camera_keeps_the_subject_in_the_picture(keep):
    for shot in shots(300, keep, False):
        assert NEAREST * 100 <= shot.side <= 100
        assert shot.left >= 0
        assert shot.top >= 0
        assert shot.left + shot.side <= 100 + 1e-9
        assert shot.top + shot.side <= 100 + 1e-9
        assert shot.left <= max(keep.left, 0) + 1e-9
        assert shot.left + shot.side >= min(keep.right, 100) - 1e-9
        assert shot.top <= max(keep.top, 0) + 1e-9
        assert shot.top + shot.side >= min(keep.bottom, 100) - 1e-9


def test_camera_shows_the_chosen_square_and_mirrors_it():
    ramp = np.broadcast_to(np.linspace(0, 255, 300)[None, :, None], (300, 300, 3))
    image = Image.fromarray(ramp.astype(np.uint8))
    for shot in shots(20, Box(45, 45, 55, 55), False):
        picture = np.asarray(take_picture(image, shot, 64, np.random.default_rng(1)), float)
        rises = np.corrcoef(picture.mean((0, 2)), np.arange(64))[0, 1]
        assert rises < -0.9 if shot.flip else rises > 0.9
        assert picture.shape == (64, 64, 3)


def test_every_day_time_has_a_tint():
    assert set(TINTS) == set(TIMES)


def test_same_recipe_gives_different_low_level_layouts():
    numbers = [n for n in range(1, N_SCENES + 1) if recipe_for(n) == "portrait"][:8]
    grey = [np.asarray(draw_scene(n, 32)[0].convert("L"), float).ravel() for n in numbers]
    between = np.corrcoef(grey)[np.triu_indices(len(grey), 1)]
    assert between.mean() < 0.5
