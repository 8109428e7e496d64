"""Recipes of people outdoors, and of people with dogs and cats."""

from __future__ import annotations

from explorer.demo.canvas import Canvas
from explorer.demo.colours import hex_colour
from explorer.demo.sports import draw_ball
from explorer.demo.stage import ADULTS, CHILDREN, Stage
from explorer.demo.things import (
    draw_backpack,
    draw_bench,
    draw_book,
    draw_bowl,
    draw_laptop,
    draw_phone,
    draw_umbrella,
)

GIVE = ((0.18, -0.5), (0.28, -0.46))  # hands that offer something
LAP = ((0.22, -0.44), (0.26, -0.44))  # hands of one who sits and holds something
CLOTHS = ("red", "blue", "yellow", "green", "orange")


def walk_dog(stage: Stage) -> None:
    """Somebody walks a dog on a lead."""
    stage.set_in("beach", "park", "street", "snow", "forest")
    one, dog, face = stage.cast(), stage.bring("dog"), stage.side()
    x, y = 50 - 12 * face + stage.about(0, 3), stage.about(91, 2)
    tall = 48 * one.tall
    stage.show(dog, x + 29 * face, y + 1.5, 21, face=face, pose=stage.pick(("walk", "walk", "run")))
    stage.act(one, x, y, 48, pose="walk", face=face, hands=((-0.12, -0.42), (0.2, -0.5)))
    lead = [(x + 0.2 * tall * face, y - 0.5 * tall), (x + 22 * face, y - 12),
            (x + 36 * face, y - 11)]  # fmt: skip
    stage.canvas.curve(lead, 0.45, hex_colour("3c3232"))
    stage.draft.does(one.name, "walk", dog.name)


def chase_dog(stage: Stage) -> None:
    """A person chases a dog."""
    _run(stage, "dog", person_first=True)


def flee_from_dog(stage: Stage) -> None:
    """A dog chases a person."""
    _run(stage, "dog", person_first=False)


def chase_cat(stage: Stage) -> None:
    """A person chases a cat."""
    _run(stage, "cat", person_first=True)


def flee_from_cat(stage: Stage) -> None:
    """A cat chases a person."""
    _run(stage, "cat", person_first=False)


def _run(stage: Stage, kind: str, *, person_first: bool) -> None:
    """A person and an animal run; the one who chases is cast first or second by chance."""
    where = stage.set_in("park", "beach", "farm", "living" if kind == "cat" else "park")
    one, beast, face = stage.cast(), stage.bring(kind), stage.side()
    behind, ahead = 50 - stage.about(23, 2) * face, 50 + stage.about(22, 2) * face
    y = 93 if where == "living" else 91
    stage.show(beast, ahead if person_first else behind, y + 1, 31, face=face, pose="run")
    stage.act(one, behind if person_first else ahead, y, 46, pose="run", face=face)
    pair = (one.name, beast.name) if person_first else (beast.name, one.name)
    stage.draft.does(pair[0], "chase", pair[1])


def feed_dog(stage: Stage) -> None:
    """Somebody feeds a dog."""
    _stand_with(stage, "dog", "feed", ("park", "living", "kitchen", "farm"))


def feed_cat(stage: Stage) -> None:
    """Somebody feeds a cat."""
    _stand_with(stage, "cat", "feed", ("living", "kitchen", "park"))


def stand_by_dog(stage: Stage) -> None:
    """Somebody stands beside a dog."""
    _stand_with(stage, "dog", "next", ("park", "living", "beach", "farm", "street"))


def play_with_dog(stage: Stage) -> None:
    """Somebody plays with a dog."""
    _stand_with(stage, "dog", "play", ("park", "living", "beach", "farm", "snow"))


def play_with_cat(stage: Stage) -> None:
    """Somebody plays with a cat."""
    _stand_with(stage, "cat", "play", ("living", "park"))


def watch_cat(stage: Stage) -> None:
    """A cat watches somebody, or the other way round."""
    _watch(stage, "cat", ("living", "park", "street"))


def watch_dog(stage: Stage) -> None:
    """A dog watches somebody, or the other way round."""
    _watch(stage, "dog", ("park", "street", "snow"))


def _watch(stage: Stage, kind: str, settings: tuple[str, ...]) -> None:
    stage.set_in(*settings)
    one, beast, face = stage.cast(), stage.bring(kind), stage.side()
    stage.act(one, 50 - 19 * face, 93, 50, face=face)
    stage.show(beast, 50 + 22 * face, 94, 33, face=-face, pose="sit")
    pair = (one.name, beast.name) if stage.chance(0.5) else (beast.name, one.name)
    stage.draft.does(pair[0], "watch", pair[1])


def _stand_with(stage: Stage, kind: str, act: str, settings: tuple[str, ...]) -> None:
    where = stage.set_in(*settings)
    one, beast = stage.cast(wears="beanie" if where == "snow" else ""), stage.bring(kind)
    face, y = stage.side(), stage.about(92, 1.5)
    pose = {"feed": "hold", "play": stage.pick(("wave", "reach"))}.get(act, "stand")
    near = 6 if act == "next" else 0
    x, tall = 50 - (18 - near) * face, 52 * one.tall
    how = {"hands": GIVE} if act == "feed" else {}
    stage.act(one, x, y, 52, pose=pose, face=face, **how)
    turn = -face if act != "next" else stage.side()
    rest = "run" if act == "play" and stage.chance(0.4) else "sit"
    stage.show(beast, 50 + (22 - near) * face, y + 1.5, 32, face=turn, pose=rest)
    if act == "feed":
        _feed(stage, (x + 0.3 * tall * face, y - 0.47 * tall), (50 + 8 * face, y + 3))
    if act == "play":
        draw_ball(stage.canvas, 50 + 2 * face, y - 1, 3.2, stage.pick(("tennis", "beach")))
    stage.draft.does(one.name, act, beast.name)


def _feed(stage: Stage, hand: tuple[float, float], bowl: tuple[float, float]) -> None:
    if stage.chance(0.5):
        draw_bowl(stage.canvas, *bowl, 9, stage.pick(("red", "blue", "teal")))
    with stage.canvas.push(*hand, 1, 1, 0.3):
        bone = hex_colour("f0e2c6")
        stage.canvas.line([(-1.8, 0), (1.8, 0)], 1.1, bone)
        for a in (-2, 2):
            for b in (-0.6, 0.6):
                stage.canvas.ellipse(a, b, 0.85, 0.85, bone)


def show_dog(stage: Stage) -> None:
    """A dog runs, stands or lies in the open."""
    where = stage.set_in("snow", "snow", "park", "beach", "farm")
    dog, face = stage.bring("dog"), stage.side()
    pose = "run" if where == "snow" else stage.pick(("run", "stand", "lie"))
    stage.show(dog, stage.about(50, 8), stage.about(91, 2), 40, face=face, pose=pose)
    stage.draft.pose = {"run": "running", "stand": "standing", "lie": "lying"}[pose]


def hike(stage: Stage) -> None:
    """Somebody hikes with a backpack, perhaps with a dog."""
    stage.set_in("forest", "forest", "savanna", "snow")
    one, face = stage.cast(wears=stage.pick(("", "sun", "cap"))), stage.side()
    colour = stage.pick(("green", "red", "blue", "orange"))

    def carry(canvas: Canvas) -> None:
        draw_backpack(canvas, -0.16, -0.44, 0.32, colour)

    with_dog = stage.chance(0.4)
    x = 50 - 11 * face if with_dog else stage.about(50)
    stage.act(one, x, stage.about(92, 2), 54, pose="walk", face=face, item=(carry, "behind"))
    stage.place("backpack", colour)
    stage.draft.does(one.name, "hike")
    if with_dog:
        stage.show(stage.bring("dog"), x + 30 * face, 94, 27, face=face, pose="walk")


def sit_on_bench(stage: Stage) -> None:
    """Somebody sits on a bench: reads, writes, telephones, eats or does nothing."""
    stage.set_in("park", "park", "harbour", "street")
    task, one, face = stage.pick(("book", "laptop", "phone", "")), stage.cast(), stage.side()
    x, y = 50 - 5 * face, stage.about(91, 2)
    draw_bench(stage.canvas, 50, y - 1, 58, hex_colour(stage.pick(("a8713f", "8a5a34", "6f8f7a"))))
    stage.hold(19, y - 30, 81, y)
    how = {"hands": LAP} if task else {}
    tall = 52 * one.tall
    stage.mount(one, x, y - 16, 52, pose="sit", face=face, hip=(0, -0.3), **how)
    _hold_in_lap(stage, task, (x + 0.27 * tall * face, y - 16 - 0.14 * tall), face)
    bench = stage.place("bench")
    if task:
        act = "read" if task == "book" else "use"
        stage.draft.does(one.name, act, stage.place(task))
    else:
        stage.draft.does(one.name, "sit_on", bench)
    if stage.chance(0.25):
        stage.show(stage.bring("dog"), 50 + 33 * face, y + 2, 24, face=-face, pose="sit")


def _hold_in_lap(stage: Stage, task: str, hand: tuple[float, float], face: int) -> None:
    x, y = hand
    if task == "book":
        draw_book(stage.canvas, x + face, y + 1, 11, stage.pick(CLOTHS))
    elif task == "laptop":
        draw_laptop(stage.canvas, x + 2 * face, y + 3.5, 15, -face)
    elif task == "phone":
        draw_phone(stage.canvas, x + 0.4 * face, y - 1.6, 6.5, 0.2 * face)


def use_phone(stage: Stage) -> None:
    """Somebody stands or walks and uses a phone."""
    stage.set_in("street", "station", "park", "market", "office")
    one, face = stage.cast(("man", "woman", "girl", "boy")), stage.side()
    x, y, tall = stage.about(50, 8), 96.0, 62 * one.tall
    pose = stage.pick(("stand", "walk"))
    stage.act(one, x, y, 62, pose=pose, face=face, hands=((-0.12, -0.44), (0.2, -0.62)))
    draw_phone(stage.canvas, x + 0.22 * tall * face, y - 0.66 * tall, 7.5, 0.25 * face)
    stage.draft.does(one.name, "use", stage.place("phone"))


def rest_under_umbrella(stage: Stage) -> None:
    """Somebody sits under an umbrella on the beach."""
    stage.set_in("beach")
    colour, one, face = stage.pick(CLOTHS), stage.cast(), stage.side()
    extra = stage.pick(("ball", "child", ""))
    draw_umbrella(stage.canvas, 50 + 9 * face, 88, 46, colour, 0.95, 0.08 * face)
    stage.hold(50 + 9 * face - 26, 34, 50 + 9 * face + 26, 90)
    stage.act(one, 50 - 7 * face, 92, 52, pose="sit", face=face, hip=(0, -0.17),
              feet=((0.34, 0), (0.38, 0)))  # fmt: skip
    umbrella = stage.place("umbrella", colour)
    stage.draft.does(one.name, "sit_under", umbrella)
    if extra == "ball":
        draw_ball(stage.canvas, 50 + 30 * face, 91, 4.6, "beach")
        stage.hold(50 + 30 * face - 6, 85, 50 + 30 * face + 6, 96)
        stage.place("ball", detail="beach")
    elif extra == "child":
        stage.act(stage.cast(CHILDREN), 50 + 34 * face, 93, 42, face=-face,
                  pose=stage.pick(("stand", "cheer", "wave")))  # fmt: skip


def smile(stage: Stage) -> None:
    """A portrait: somebody smiles, perhaps with a cat or a book in front."""
    stage.set_in("park", "living", "office", "beach", "street", "forest", "market", "harbour")
    extra = stage.pick(("", "", "cat", "book"))
    one = stage.cast(
        (*ADULTS, *CHILDREN), wears="" if extra else stage.pick(("", "", "cap", "sun"))
    )
    height = stage.about(124, 10)
    tall, x = height * one.tall, stage.about(50, 5)
    y = 22 + tall if extra else stage.about(20, 5) + tall
    face = stage.side()
    hands = ((0.06, -0.5), (0.13, -0.5)) if extra else ((-0.17, -0.42), (0.17, -0.42))
    stage.act(one, x, y, height, face=face, hands=hands, shade=False)
    stage.draft.close = True
    if extra == "cat":
        cat = stage.bring("cat")
        stage.show(cat, x + 9 * face, 98, 40, face=-face, pose="sit")
        stage.draft.does(one.name, "hold", cat.name)
    elif extra == "book":
        draw_book(stage.canvas, x + 8 * face, 96, 30, stage.pick(CLOTHS))
        stage.draft.does(one.name, "read", stage.place("book"))
    else:
        stage.draft.does(one.name, "smile")


def stand_together(stage: Stage) -> None:
    """Two people stand side by side and smile."""
    stage.set_in("park", "beach", "street", "forest", "snow", "savanna", "harbour")
    first, second, face = stage.cast(), stage.cast(), stage.side()
    stage.act(second, 50 + 13 * face, 93, 60, face=-face, pose=stage.pick(("stand", "wave")))
    stage.act(first, 50 - 13 * face, 94, 60, face=face)
    stage.draft.does(first.name, "next", second.name)


def walk_together(stage: Stage) -> None:
    """A grown person and a child walk side by side."""
    stage.set_in("beach", "park", "forest", "street")
    first, second, face = stage.cast(ADULTS), stage.cast(CHILDREN), stage.side()
    stage.act(first, 50 - 9 * face, 92, 52, pose="walk", face=face)
    stage.act(second, 50 + 15 * face, 93, 52, pose="walk", face=face)
    pair = (first, second) if stage.chance(0.5) else (second, first)
    stage.draft.does(pair[0].name, "walk", pair[1].name)


def chase_person(stage: Stage) -> None:
    """One person chases another."""
    stage.set_in("park", "beach", "snow", "farm")
    first, second, face = stage.cast(), stage.cast(), stage.side()
    stage.act(first, 50 - 21 * face, 92, 48, pose="run", face=face)
    stage.act(second, 50 + 20 * face, 92, 48, pose="run", face=face)
    stage.draft.does(first.name, "chase", second.name)


def sit_baby(stage: Stage) -> None:
    """A baby with a dog, a cat or a ball."""
    stage.set_in("living", "park", "kitchen", "beach")
    kind, face = stage.pick(("dog", "cat", "ball", "ball")), stage.side()
    x = 50 - 14 * face
    baby = stage.seat_baby(x, 94, 42)
    if kind == "ball":
        draw_ball(stage.canvas, 50 + 17 * face, 88, 7, "beach")
        stage.hold(50 + 17 * face - 8, 80, 50 + 17 * face + 8, 95)
        stage.draft.does(baby, "play", stage.place("ball", detail="beach"))
        return
    beast = stage.bring(kind)
    stage.show(beast, 50 + 24 * face, 94.5, 38, face=-face, pose="sit")
    pair = (baby, beast.name) if stage.chance(0.5) else (beast.name, baby)
    stage.draft.does(pair[0], stage.pick(("next", "watch")), pair[1])
