"""Recipes of animals: wild ones, those of a farm, and horses, alone and with people."""

from __future__ import annotations

from explorer.demo.animals_large import draw_elephant
from explorer.demo.colours import hex_colour
from explorer.demo.stage import ADULTS, Beast, Stage

GIVE = ((0.2, -0.55), (0.29, -0.55))  # hands that offer something
REST = ((-0.15, -0.42), (0.15, -0.42))
LEAF = hex_colour("7fae4f")


def ride_horse(stage: Stage) -> None:
    """Somebody rides a horse."""
    stage.set_in("beach", "park", "forest", "farm")
    rider = stage.cast(wears=stage.pick(("helmet", "sun", "")))
    horse, face = stage.bring("horse"), stage.side()
    x, y = stage.about(48), stage.about(91, 2)
    stage.show(horse, x, y, 46, face=face, pose=stage.pick(("run", "walk", "walk")))
    stage.mount(rider, x - 2 * face, y - 36, 40, face=face, feet=((0.07, -0.08), (0.11, -0.04)))
    reins = [(x + 8 * face, y - 37), (x + 18 * face, y - 38), (x + 30 * face, y - 44)]
    stage.canvas.curve(reins, 0.5, hex_colour("463228"))
    stage.draft.does(rider.name, "ride", horse.name)


def feed_horse(stage: Stage) -> None:
    """Somebody feeds a horse."""
    _meet(stage, "horse", "feed", ("farm", "park", "beach"), 42)


def stand_by_horse(stage: Stage) -> None:
    """Somebody stands beside a horse."""
    _meet(stage, "horse", "next", ("farm", "park", "beach", "forest"), 42)


def walk_horse(stage: Stage) -> None:
    """Somebody leads a horse."""
    stage.set_in("farm", "beach", "forest")
    one, horse, face = stage.cast(), stage.bring("horse"), stage.side()
    x, y = 50 - 12 * face, stage.about(91, 2)
    stage.show(horse, x, y, 42, face=face, pose="walk")
    tall = 46 * one.tall
    lead = [(x + 29 * face, y - 42), (x + 34 * face, y - 30), (x + 34 * face, y - 0.46 * tall)]
    stage.canvas.curve(lead, 0.5, hex_colour("463228"))
    stage.act(one, x + 38 * face, y + 1, 46, pose="walk", face=face,
              hands=((-0.16, -0.46), (0.14, -0.45)))  # fmt: skip
    stage.draft.does(one.name, "walk", horse.name)


def feed_cow(stage: Stage) -> None:
    """Somebody feeds a cow or stands beside it."""
    _meet(stage, "cow", stage.pick(("feed", "feed", "next")), ("farm",), 42)


def feed_sheep(stage: Stage) -> None:
    """Somebody feeds a sheep or stands beside it."""
    _meet(stage, "sheep", stage.pick(("feed", "feed", "next")), ("farm", "park"), 36)


def feed_elephant(stage: Stage) -> None:
    """Somebody feeds an elephant."""
    _meet(stage, "elephant", "feed", ("savanna",), 50)


def watch_elephant(stage: Stage) -> None:
    """Somebody watches an elephant or stands beside it."""
    _meet(stage, "elephant", stage.pick(("watch", "next")), ("savanna",), 50)


def _meet(stage: Stage, kind: str, act: str, settings: tuple[str, ...], size: float) -> None:
    """A person before an animal, face to face."""
    stage.set_in(*settings)
    one, beast, face = stage.cast(), stage.bring(kind), stage.side()
    y = stage.about(91, 2)
    gap = {"watch": 6.0, "next": -2.0}.get(act, 0.0)
    stage.show(beast, 50 - 14 * face, y, size, face=face, pose="stand")
    height = 42 if kind != "sheep" else 48
    x, tall = 50 + (28 + gap - 0.06 * height * one.tall) * face, height * one.tall
    hands = GIVE if act == "feed" else REST
    stage.act(one, x, y + 2, height, face=-face, hands=hands)
    if act == "feed":
        hand = (x - 0.3 * tall * face, y + 2 - 0.57 * tall)
        for lean in (-2.2, -0.8, 1.0, 2.4):
            stage.canvas.line([hand, (hand[0] + lean - face, hand[1] - 4)], 0.9, LEAF, 0.4)
    stage.draft.does(one.name, act, beast.name)


def ride_elephant(stage: Stage) -> None:
    """Somebody rides an elephant."""
    stage.set_in("savanna", "savanna", "forest")
    rider, elephant = stage.cast(), stage.bring("elephant")
    face, x, y = stage.side(), stage.about(47), stage.about(91, 2)
    stage.show(elephant, x, y, 54, face=face, pose=stage.pick(("stand", "walk")))
    stage.canvas.rounded(x - 13, y - 46.5, x + 9, y - 36, 2.5, hex_colour("b4534a"))
    stage.mount(rider, x - 3 * face, y - 45.5, 32, face=face, feet=((0.06, -0.1), (0.1, -0.06)))
    stage.draft.does(rider.name, "ride", elephant.name)


def show_elephants(stage: Stage) -> None:
    """One elephant, or one with its young."""
    stage.set_in("savanna")
    face, x, y = stage.side(), stage.about(46), stage.about(91, 2)
    young = stage.chance(0.45)
    elephant = stage.bring("elephant", 2 if young else 1)
    pose = stage.pick(("stand", "walk"))
    stage.show(elephant, x - 8 * face * young, y, 54, face=face, pose=pose)
    if young:
        draw_elephant(stage.canvas, x + 34 * face, y + 1, 25, face=face, pose=pose)
        stage.hold(x - 48, 40, x + 48, y)
    stage.draft.pose = "standing" if pose == "stand" else "walking"


def show_wild_animals(stage: Stage) -> None:
    """Giraffes or zebras."""
    stage.set_in("savanna")
    kind, count, face = stage.pick(("giraffe", "zebra")), stage.pick((1, 1, 2)), stage.side()
    beast = stage.bring(kind, count)
    size = 36.0 if kind == "giraffe" else 45.0
    pose = stage.pick(("stand", "walk") if kind == "giraffe" else ("stand", "walk", "graze"))
    if count > 1:
        turn = -face if kind == "giraffe" else face
        stage.show(beast, 50 + 27 * face, 83, 0.68 * size, face=turn, pose=pose)
    stage.show(beast, 50 - 9 * face * count, stage.about(92, 2), size, face=face, pose=pose)
    stage.draft.pose = {"stand": "standing", "walk": "walking", "graze": "grazing"}[pose]


def show_farm_animals(stage: Stage) -> None:
    """Cows, sheep or horses on a pasture."""
    stage.set_in("farm")
    kind, count, face = stage.pick(("cow", "sheep", "horse")), stage.pick((1, 2, 3)), stage.side()
    beast = stage.bring(kind, count)
    size = 38.0 if kind == "sheep" else 43.0
    pose = stage.pick(("stand", "walk", "graze"))
    places = ((47 - 4 * count, 92, 1.0), (80, 83, 0.66), (15, 79, 0.55))
    for x, y, share in reversed(places[:count]):
        stage.show(beast, 50 + (x - 50) * face, y, share * size, face=stage.side(), pose=pose)
    stage.draft.pose = {"stand": "standing", "walk": "walking"}.get(
        pose, stage.pick(("grazing", "eating grass"))
    )


def chase_sheep(stage: Stage) -> None:
    """A dog chases a sheep."""
    _run(stage, "dog", "sheep")


def flee_from_sheep(stage: Stage) -> None:
    """A sheep chases a dog."""
    _run(stage, "sheep", "dog")


def chase_bird(stage: Stage) -> None:
    """A cat chases a bird."""
    _run(stage, "cat", "bird")


def flee_from_bird(stage: Stage) -> None:
    """A bird chases a cat."""
    _run(stage, "bird", "cat")


def chase_cat(stage: Stage) -> None:
    """A dog chases a cat."""
    _run(stage, "dog", "cat")


def flee_from_cat(stage: Stage) -> None:
    """A cat chases a dog."""
    _run(stage, "cat", "dog")


def _run(stage: Stage, hunter: str, hunted: str) -> None:
    stage.set_in(*(("farm",) if "sheep" in (hunter, hunted) else ("park", "farm", "forest")))
    face = stage.side()
    behind, ahead = stage.bring(hunter), stage.bring(hunted)
    _let_run(stage, behind, stage.about(25, 3), face)
    _let_run(stage, ahead, stage.about(74, 3), face)
    stage.draft.does(behind.name, "chase", ahead.name)


def _let_run(stage: Stage, beast: Beast, x: float, face: int) -> None:
    """Draw a running or flying animal at ``x``, counted along ``face``."""
    size = {"bird": 20.0, "cat": 32.0, "dog": 33.0, "sheep": 34.0}[beast.kind]
    at = 50 + (x - 50) * face
    if beast.kind == "bird":
        stage.show(beast, at, 66, size, face=face, pose="fly")
    else:
        pose = "walk" if beast.kind == "sheep" else "run"
        stage.show(beast, at, 92, size, face=face, pose=pose)


def watch_bird(stage: Stage) -> None:
    """A cat watches a bird."""
    _face_each_other(stage, "cat", "bird")


def be_watched_by_bird(stage: Stage) -> None:
    """A bird watches a cat."""
    _face_each_other(stage, "bird", "cat")


def _face_each_other(stage: Stage, watcher: str, watched: str) -> None:
    stage.set_in("park", "farm", "forest")
    first, second, face = stage.bring(watcher), stage.bring(watched), stage.side()
    for beast, x, turn in ((first, -21, face), (second, 23, -face)):
        cat = beast.kind == "cat"
        idle = second is beast and cat
        stage.show(beast, 50 + x * face, 92, 36 if cat else 22, face=turn,
                   pose=("lie" if idle else "sit") if cat else "perch")  # fmt: skip
    stage.draft.does(first.name, "watch", second.name)


def perch_bird(stage: Stage) -> None:
    """A bird on a branch or a post."""
    where = stage.set_in("forest", "park", "harbour")
    bird, x = stage.bring("bird"), stage.about(47, 6)
    canvas, bark = stage.canvas, hex_colour("6e4b30")
    if where == "harbour":
        canvas.rounded(x - 4, 60, x + 4, 101, 1, hex_colour("7a5436"))
        canvas.ellipse(x, 60.4, 4, 1.2, hex_colour("96704c"))
        y = 60.2
    else:
        canvas.line([(-2, 70), (40, 64.5), (102, 58)], 4.4, bark, 2.4)
        canvas.line([(60, 62), (76, 48)], 1.8, bark, 1.0)
        for a, b in ((78, 46), (84, 55), (16, 62), (73, 52), (92, 54)):
            canvas.ellipse(a, b, 4, 2.4, hex_colour("5d9a4e"))
        y = 62.5
    stage.show(bird, x, y, 36, face=stage.side(), pose="perch")
    stage.draft.does(bird.name, "perch")


def fly_birds(stage: Stage) -> None:
    """Birds in the sky."""
    stage.set_in("sky", "sky", "beach", "harbour")
    count, face = stage.pick((1, 3, 4)), stage.side()
    birds = stage.bring("bird", count)
    places = ((48, 46, 36), (20, 24, 17), (77, 22, 19), (79, 62, 16))
    for x, y, size in places[:count]:
        stage.show(birds, 50 + (x - 50) * face, y, size, face=face, pose="fly")
    stage.draft.pose = "flying"


def feed_birds(stage: Stage) -> None:
    """Somebody feeds birds."""
    stage.set_in("park", "street", "harbour", "farm")
    one, face = stage.cast(), stage.side()
    count = stage.pick((2, 3))
    birds = stage.bring("bird", count)
    stage.act(one, 50 - 20 * face, 92, 50, face=face, hands=GIVE)
    hand = (50 - 20 * face + 0.29 * 50 * one.tall * face, 92 - 0.55 * 50 * one.tall)
    for a, b in stage.detail.uniform((1, 6), (20, 36), (16, 2)):
        stage.canvas.ellipse(hand[0] + float(a) * face, min(hand[1] + float(b), 95), 0.45, 0.4,
                             hex_colour("8a6a2a"))  # fmt: skip
    for x, y in ((15, 93), (32, 88), (27, 97))[:count]:
        stage.show(birds, 50 + x * face, y, 16, face=-face, pose="perch")
    stage.draft.does(one.name, "feed", birds.name)


def watch_animals(stage: Stage) -> None:
    """Somebody watches a giraffe or a zebra."""
    stage.set_in("savanna")
    one, beast = stage.cast(ADULTS), stage.bring(stage.pick(("giraffe", "zebra")))
    face = stage.side()
    size = 36.0 if beast.kind == "giraffe" else 42.0
    stage.show(beast, 50 + 14 * face, 88, size, face=-face, pose="stand")
    stage.act(one, 50 - 30 * face, 95, 42, face=face, pose=stage.pick(("stand", "wave")))
    stage.draft.does(one.name, "watch", beast.name)
