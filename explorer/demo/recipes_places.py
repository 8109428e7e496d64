"""Recipes of places without anybody: rooms, and views with one thing in them."""

from __future__ import annotations

from explorer.demo.colours import hex_colour
from explorer.demo.food import draw_cup, draw_fruit_bowl
from explorer.demo.furniture import draw_armchair, draw_chair, draw_couch, draw_table, draw_tv
from explorer.demo.settings_town import draw_goal
from explorer.demo.sports import draw_ball, draw_kite, draw_skis, draw_snowboard, draw_surfboard
from explorer.demo.stage import Stage
from explorer.demo.things import (
    draw_backpack,
    draw_bench,
    draw_suitcase,
    draw_traffic_light,
    draw_umbrella,
)

CLOTHS = ("teal", "red", "grey", "blue", "green", "yellow", "orange")
FABRICS = ("4f5a66", "b4534a", "3f6f8f")  # of office chairs
GEAR = ("red", "blue", "orange", "green", "purple", "yellow")


def show_living_room(stage: Stage) -> None:
    """An empty living room with a couch or an armchair, perhaps a television set."""
    stage.set_in("living")
    colour, side = stage.pick(CLOTHS), stage.side()
    with_tv = stage.chance(0.4)
    if stage.chance(0.65):
        x = 50 - (14 * side if with_tv else 0)
        draw_couch(stage.canvas, x, 88, 60, colour)
        stage.place("couch", colour)
    else:
        x = 50 - 20 * side
        draw_armchair(stage.canvas, x, 90, 42, colour)
        stage.place("chair", colour)
    if with_tv:
        draw_tv(stage.canvas, 50 + 34 * side, 86, 30, stage.pick(("field", "sea")))
        stage.hold(50 + 34 * side - 16, 56, 50 + 34 * side + 16, 88)
        stage.place("tv")
    stage.hold(20, 46, 80, 90)


def show_kitchen(stage: Stage) -> None:
    """An empty kitchen with a table and chairs."""
    stage.set_in("kitchen")
    for x, face in ((18, 1), (82, -1)):
        draw_chair(stage.canvas, x, 95, 40, face)
    draw_table(stage.canvas, 50, 97, 52, 20)
    stage.hold(14, 50, 86, 98)
    stage.place("table")
    stage.place("chair", count=2)
    extra = stage.pick(("cup", "fruit", ""))
    if extra == "cup":
        colour = stage.pick(("red", "blue", "white"))
        draw_cup(stage.canvas, stage.about(50, 12), 76, 10, colour)
        stage.place("cup", colour)
    elif extra == "fruit":
        draw_fruit_bowl(stage.canvas, stage.about(50, 8), 76, 22)
        stage.place("fruit")


def show_office(stage: Stage) -> None:
    """An empty office with a desk and a chair."""
    stage.set_in("office")
    side = stage.side()
    draw_chair(stage.canvas, 50 - 22 * side, 94, 40, side, hex_colour(stage.pick(FABRICS)))
    draw_table(stage.canvas, 50 + 8 * side, 96, 62, 24, hex_colour("c9a27a"))
    stage.hold(18, 44, 82, 97)
    stage.place("desk")
    stage.place("chair")


def show_bench(stage: Stage) -> None:
    """An empty bench with a view."""
    stage.set_in("park", "forest", "harbour", "beach", "snow")
    x, y = stage.about(50, 10), stage.about(91, 3)
    paint = stage.pick(("a8713f", "8a5a34", "6f8f7a", "4f6f8f"))
    draw_bench(stage.canvas, x, y, 56, hex_colour(paint))
    stage.hold(x - 32, y - 32, x + 32, y + 1)
    stage.place("bench")


def show_beach(stage: Stage) -> None:
    """An empty beach with an umbrella, a ball or a surfboard."""
    stage.set_in("beach")
    name, colour, side = (
        stage.pick(("umbrella", "surfboard", "ball")),
        stage.pick(GEAR),
        stage.side(),
    )
    x = stage.about(50, 10)
    if name == "umbrella":
        draw_umbrella(stage.canvas, x, 90, 48, colour, 0.95, 0.1 * side)
        stage.hold(x - 28, 34, x + 28, 92)
        stage.place(name, colour)
    elif name == "surfboard":
        stage.canvas.shadow(x, 91, 9, 1.6)
        draw_surfboard(stage.canvas, x, 66, 54, colour, -1.5 + 0.06 * side)
        stage.hold(x - 10, 36, x + 10, 94)
        stage.place(name, colour)
    else:
        draw_ball(stage.canvas, x, 84, 9, "beach")
        stage.hold(x - 10, 72, x + 10, 94)
        stage.place(name, detail="beach")


def show_slope(stage: Stage) -> None:
    """An empty slope with skis or a snowboard in the snow."""
    stage.set_in("snow")
    colour, x = stage.pick(GEAR), stage.about(50, 12)
    stage.canvas.shadow(x, 91, 9, 1.8)
    if stage.chance(0.5):
        for lean in (-0.1, 0.1):
            draw_skis(stage.canvas, x + 30 * lean, 70, 44, colour, -1.5 + lean)
        stage.place("skis", colour)
    else:
        draw_snowboard(stage.canvas, x, 70, 44, colour, -1.45)
        stage.place("snowboard", colour)
    stage.hold(x - 12, 44, x + 12, 94)


def show_field(stage: Stage) -> None:
    """An empty sports field with a ball."""
    stage.set_in("stadium")
    draw_goal(stage.canvas, stage.about(37, 20))
    x, y = stage.about(50, 16), stage.about(84, 5)
    draw_ball(stage.canvas, x, y, stage.about(7, 1.5), "soccer")
    stage.hold(x - 10, y - 10, x + 10, y + 10)
    stage.place("ball", detail="soccer")


def show_crossing(stage: Stage) -> None:
    """An empty street with a traffic light."""
    stage.set_in("street")
    lit, x = stage.pick((0, 1, 2)), stage.about(50, 26)
    draw_traffic_light(stage.canvas, x, 88, 66, lit)
    stage.hold(x - 8, 12, x + 8, 90)
    stage.place("traffic light", ("red", "yellow", "green")[lit])
    stage.draft.pose = "standing"


def show_luggage(stage: Stage) -> None:
    """Suitcases or a backpack that nobody minds."""
    where = stage.set_in("station", "station", "forest", "living")
    colour, x = stage.pick(("red", "blue", "yellow", "green")), stage.about(50, 10)
    if where == "forest" or stage.chance(0.3):
        stage.canvas.shadow(x, 91, 10, 2)
        draw_backpack(stage.canvas, x, 91, 27, colour)
        stage.place("backpack", colour)
    else:
        draw_suitcase(stage.canvas, x, 92, 30, colour)
        stage.place("suitcase", colour)
    stage.hold(x - 14, 56, x + 14, 94)
    stage.draft.pose = "standing"


def show_kite(stage: Stage) -> None:
    """A kite high in the air."""
    stage.set_in("sky", "beach", "park")
    colour, x, y = stage.pick(GEAR), stage.about(50, 14), stage.about(34, 6)
    draw_kite(stage.canvas, x, y, 30, colour, True, (x - 30, 104))
    stage.hold(x - 14, y - 18, x + 14, y + 36)
    stage.place("kite", colour)
    stage.draft.pose = "flying"
