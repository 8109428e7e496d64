"""Recipes of home and office: couches, desks, television and parties."""

from __future__ import annotations

from explorer.demo.colours import hex_colour
from explorer.demo.food import draw_cake, draw_cup
from explorer.demo.furniture import draw_armchair, draw_chair, draw_couch, draw_table, draw_tv
from explorer.demo.stage import ADULTS, CHILDREN, GROWN, Stage
from explorer.demo.things import draw_book, draw_laptop, draw_party_balloon

CLOTHS = ("teal", "red", "grey", "blue", "green", "yellow", "orange")
COVERS = ("red", "blue", "green", "orange", "purple")
BEECH = hex_colour("c9a27a")
LAP = ((0.22, -0.42), (0.26, -0.42))
SHOWS = ("field", "sea", "news")


def sit_on_couch(stage: Stage) -> None:
    """Somebody sits on a couch: reads, writes, or just sits, perhaps beside a cat."""
    stage.set_in("living")
    task, colour, face = stage.pick(("laptop", "book", "")), stage.pick(CLOTHS), stage.side()
    draw_couch(stage.canvas, 50, 88, 64, colour)
    stage.hold(14, 50, 86, 90)
    one = stage.cast()
    x, tall = 50 - 9 * face, 56 * one.tall
    how = {"hands": LAP} if task else {}
    stage.mount(one, x, 71.5, 56, pose="sit", face=face, hip=(0, -0.3), **how)
    hand = (x + 0.27 * tall * face, 71.5 - 0.12 * tall)
    couch = stage.place("couch", colour)
    if task == "laptop":
        draw_laptop(stage.canvas, hand[0] + 2 * face, hand[1] + 3.5, 16, -face)
    elif task == "book":
        draw_book(stage.canvas, hand[0] + face, hand[1] + 1.5, 12, stage.pick(COVERS))
    if task:
        act = "read" if task == "book" else "use"
        stage.draft.does(one.name, act, stage.place(task))
    else:
        stage.draft.does(one.name, "sit_on", couch)
    if stage.chance(0.3):
        stage.show(stage.bring("cat"), 50 + 20 * face, 73, 23, face=-face, pose="sit")


def rest_pet(stage: Stage) -> None:
    """A cat or a dog on a couch or an armchair."""
    stage.set_in("living")
    colour, pet, face = stage.pick(CLOTHS), stage.bring(stage.pick(("cat", "dog"))), stage.side()
    pose = stage.pick(("lie", "sit"))
    if stage.chance(0.7):
        draw_couch(stage.canvas, 50, 90, 70, colour)
        stage.hold(11, 50, 89, 91)
        size, seat, name = (42.0 if pose == "lie" else 36.0), 72.5, "couch"
    else:
        draw_armchair(stage.canvas, 50, 92, 52, colour)
        stage.hold(24, 40, 76, 93)
        size, seat, name = 31.0, 70.0, "chair"
    stage.show(pet, stage.about(50, 6 if name == "couch" else 1), seat, size, face=face, pose=pose)
    act = "lie_on" if pose == "lie" else "sit_on"
    stage.draft.does(pet.name, act, stage.place(name, colour))


def watch_tv(stage: Stage) -> None:
    """Somebody, or a pet, watches television."""
    stage.set_in("living")
    face, colour = stage.side(), stage.pick(CLOTHS)
    draw_tv(stage.canvas, 50 + 26 * face, 82, 38, stage.pick(SHOWS))
    stage.hold(50 + 26 * face - 22, 46, 50 + 26 * face + 22, 84)
    x = 50 - 26 * face
    if stage.chance(0.35):
        pet = stage.bring(stage.pick(("cat", "dog")))
        stage.show(pet, x + 6 * face, 93, 34, face=face, pose="sit")
        stage.draft.does(pet.name, "watch", stage.place("tv"))
        return
    draw_armchair(stage.canvas, x, 92, 38, colour)
    stage.hold(x - 20, 53, x + 20, 93)
    one = stage.cast()
    stage.mount(one, x, 76, 50, pose="sit", face=face, hip=(0, -0.3))
    stage.draft.does(one.name, "watch", stage.place("tv"))
    stage.place("chair", colour)


def celebrate(stage: Stage) -> None:
    """Children, or a grown person and a child, around a birthday cake."""
    stage.set_in("living", "living", "park", "kitchen")
    one = stage.cast(CHILDREN, wears="party")
    other = stage.cast(GROWN, wears=stage.pick(("party", "")))
    for x, y in ((9, 26), (22, 17), (80, 18), (92, 28)):
        draw_party_balloon(stage.canvas, x, y, 12, stage.pick(("red", "blue", "yellow", "pink")))
    face = stage.side()
    cheer = stage.pick((((-0.14, -0.42), (0.18, -0.48)), ((-0.24, -0.96), (0.22, -0.96))))
    for player, side, hands in ((one, -1, cheer), (other, 1, ((-0.14, -0.42), (0.18, -0.48)))):
        stage.act(player, 50 + 25 * side * face, 97, 62, face=-side * face, hands=hands,
                  shade=False)  # fmt: skip
    draw_table(stage.canvas, 50, 101, 60, 17, BEECH)
    draw_cake(
        stage.canvas, 50, 82.5, 28, stage.pick((3, 5)), stage.pick(("pink", "yellow", "white"))
    )
    stage.hold(20, 60, 80, 100)
    stage.draft.does(one.name, "celebrate", stage.place("cake", detail="birthday"))
    stage.place("table")


def work_at_desk(stage: Stage) -> None:
    """Somebody uses a laptop at a desk."""
    stage.set_in("office")
    one, face = stage.cast(ADULTS), stage.side()
    extra = stage.pick(("cup", "cat", "phone", ""))
    x = 50 - 9 * face
    draw_chair(stage.canvas, x - 6 * face, 101, 48, face, hex_colour("4f5a66"))
    stage.act(one, x, 102, 74, face=face, hands=((0.14, -0.4), (0.24, -0.41)), shade=False)
    draw_table(stage.canvas, 54, 101, 82, 22, BEECH)
    draw_laptop(stage.canvas, 50 + 13 * face, 77.2, 26, -face)
    stage.hold(20, 28, 80, 92)
    laptop = stage.place("laptop")
    stage.draft.does(one.name, "use", laptop)
    stage.place("desk")
    if extra == "cup":
        colour = stage.pick(("red", "blue", "white"))
        draw_cup(stage.canvas, 50 + 33 * face, 78.5, 12, colour)
        stage.hold(50 + 33 * face - 6, 70, 50 + 33 * face + 6, 80)
        stage.place("cup", colour)
    elif extra == "cat":
        stage.show(stage.bring("cat"), 50 + 33 * face, 78.5, 25, face=-face, pose="sit")


def show_desk(stage: Stage) -> None:
    """A laptop, a cup and a book on a desk, with nobody at it."""
    where = stage.set_in("office", "office", "tabletop")
    if where == "tabletop":
        floor, size = 84.0, 52.0
    else:
        floor, size = 79.5, 38.0
        draw_table(stage.canvas, 50, 101, 86, 20, BEECH)
    side = stage.side()
    draw_laptop(stage.canvas, 50 - 8 * side, floor, size, stage.side())
    stage.hold(
        50 - 8 * side - 0.55 * size, floor - 0.55 * size, 50 - 8 * side + 0.55 * size, floor + 5
    )
    stage.place("laptop")
    extra, x = stage.pick(("cup", "book", "")), 50 + 29 * side
    if extra == "cup":
        colour = stage.pick(("red", "blue", "white"))
        draw_cup(stage.canvas, x, floor + 1, 0.4 * size, colour)
        stage.hold(x - 8, floor - 12, x + 8, floor + 2)
        stage.place("cup", colour)
    elif extra == "book":
        draw_book(stage.canvas, x, floor + 1, 0.55 * size, stage.pick(COVERS))
        stage.hold(x - 0.3 * size, floor - 0.3 * size, x + 0.3 * size, floor + 2)
        stage.place("book")
    if where == "office":
        stage.place("desk")


def share_desk(stage: Stage) -> None:
    """A cat beside or upon a laptop."""
    stage.set_in("office")
    cat, side = stage.bring("cat"), stage.side()
    draw_table(stage.canvas, 50, 101, 86, 20, BEECH)
    draw_laptop(stage.canvas, 50 - 12 * side, 79.5, 36)
    stage.show(cat, 50 + 22 * side, 80, 34, face=-side, pose=stage.pick(("sit", "lie")))
    stage.hold(18, 44, 82, 84)
    stage.draft.does(cat.name, "next", stage.place("laptop"))
    stage.place("desk")


def read_in_chair(stage: Stage) -> None:
    """Somebody reads in an armchair."""
    stage.set_in("living")
    colour, one, face = stage.pick(CLOTHS), stage.cast(), stage.side()
    x = stage.about(50, 8)
    draw_armchair(stage.canvas, x, 92, 48, colour)
    stage.hold(x - 25, 44, x + 25, 94)
    tall = 60 * one.tall
    stage.mount(one, x - 2 * face, 72, 60, pose="sit", face=face, hip=(0, -0.3), hands=LAP)
    hand = (x - 2 * face + 0.27 * tall * face, 72 - 0.12 * tall)
    draw_book(stage.canvas, hand[0] + face, hand[1] + 1.5, 13, stage.pick(COVERS))
    stage.draft.does(one.name, "read", stage.place("book"))
    stage.place("chair", colour)
