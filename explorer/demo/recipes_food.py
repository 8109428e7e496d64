"""Recipes of food: cooked, bought, held, eaten, and all by itself."""

from __future__ import annotations

from collections.abc import Callable

from explorer.demo.canvas import Canvas
from explorer.demo.food import (
    draw_apple,
    draw_banana,
    draw_cake,
    draw_cake_slice,
    draw_cup,
    draw_donut,
    draw_fruit_bowl,
    draw_orange,
    draw_pizza,
    draw_plate,
    draw_sandwich,
    draw_slice,
)
from explorer.demo.furniture import draw_table
from explorer.demo.stage import Stage
from explorer.demo.things import draw_laptop, draw_sign

DISHES = ("pizza", "cake", "donut", "banana", "apple", "sandwich")
ICINGS = ("pink", "white", "yellow", "brown")
OFFERS = ("FRESH", "FRUIT", "OPEN", "SALE")


def _draw_snack(canvas: Canvas, name: str, x: float, y: float, size: float) -> None:
    """Something to eat about (x, y) in a hand, about ``size`` wide."""
    drawers: dict[str, Callable[[], None]] = {
        "pizza": lambda: draw_slice(canvas, x, y, 1.3 * size, 1.2),
        "cake": lambda: draw_cake_slice(canvas, x, y, 1.1 * size),
        "donut": lambda: draw_donut(canvas, x, y, 0.5 * size),
        "banana": lambda: draw_banana(canvas, x, y, 1.3 * size, -0.7),
        "apple": lambda: draw_apple(canvas, x, y, 0.38 * size),
        "orange": lambda: draw_orange(canvas, x, y, 0.38 * size),
        "sandwich": lambda: draw_sandwich(canvas, x, y + 0.3 * size, 1.2 * size),
    }
    drawers[name]()


def _serve(canvas: Canvas, name: str, x: float, y: float, size: float) -> None:
    """A dish that stands on (x, y), about ``size`` wide."""
    if name == "pizza":
        draw_pizza(canvas, x, y - 0.12 * size, 0.86 * size, flat=0.34)
    elif name == "cake":
        draw_cake(canvas, x, y, 0.86 * size, 0)
    elif name == "donut":
        draw_plate(canvas, x, y - 0.08 * size, 0.46 * size, 0.24)
        draw_donut(canvas, x - 0.15 * size, y - 0.17 * size, 0.2 * size, "brown")
        draw_donut(canvas, x + 0.17 * size, y - 0.15 * size, 0.2 * size, "white")
    elif name == "sandwich":
        draw_sandwich(canvas, x, y - 0.08 * size, 0.75 * size)
    else:
        draw_fruit_bowl(canvas, x, y, 0.9 * size)


def eat(stage: Stage) -> None:
    """Somebody eats at a table."""
    stage.set_in("kitchen", "living", "park", "market")
    one, name, face = stage.cast(), stage.pick(DISHES), stage.side()
    height, x = 80.0, 50 - 8 * face
    tall = height * one.tall
    child = one.tall < 1
    mouth = (0.14, -0.66) if child else (0.13, -0.78)
    hands = ((-0.1, -0.4), (mouth[0] + 0.04, mouth[1] + 0.04))
    y = 104.0 if not child else 100.0
    stage.act(one, x, y, height, face=face, hands=hands, shade=False)
    _draw_snack(stage.canvas, name, x + (mouth[0] + 0.07) * tall * face, y + mouth[1] * tall, 9)
    draw_table(stage.canvas, 50 + 4 * face, 102, 78, 15)
    _serve(stage.canvas, name, 50 + 19 * face, 86.2, 24)
    if stage.chance(0.4):
        colour = stage.pick(("red", "blue", "white", "teal"))
        draw_cup(stage.canvas, 50 - 26 * face, 86, 9, colour)
        stage.hold(50 - 26 * face - 6, 80, 50 - 26 * face + 6, 88)
        cup = colour
    else:
        cup = ""
    stage.hold(22, y - tall, 82, 90)
    stage.draft.does(one.name, "eat", stage.place(name))
    stage.place("table")
    if cup:
        stage.place("cup", cup)


def hold_food(stage: Stage) -> None:
    """Somebody holds something to eat."""
    where = stage.set_in("kitchen", "living", "park", "market", "street")
    one, name, face = stage.cast(), stage.pick((*DISHES, "orange")), stage.side()
    x, tall = 50 - 6 * face, 76 * one.tall
    y = 98.0
    whole = name in ("pizza", "cake") and where != "street"
    hands = ((0.17, -0.55), (0.27, -0.55))
    hand = (x + 0.27 * tall * face, y - 0.57 * tall)
    if whole:
        stage.act(one, x, y, 76, face=face, hands=hands)
        _serve(stage.canvas, name, hand[0] + 4 * face, hand[1] + 3, 26)
    else:
        stage.act(one, x, y, 76, face=face, hands=hands)
        _draw_snack(stage.canvas, name, hand[0] + 1.5 * face, hand[1] - 1.5, 10)
    stage.hold(x - 14, y - tall, hand[0] + 18, 90)
    stage.hold(hand[0] - 18, hand[1] - 14, x + 14, 90)
    stage.draft.does(one.name, "hold", stage.place(name))


def make_food(stage: Stage) -> None:
    """Somebody makes a dish in a kitchen."""
    stage.set_in("kitchen")
    one, name = (
        stage.cast(wears=stage.pick(("chef", ""))),
        stage.pick(("pizza", "cake", "sandwich")),
    )
    face = stage.side()
    x = 50 - 10 * face
    stage.act(one, x, 97, 70, face=face, hands=((0.14, -0.48), (0.26, -0.46)), shade=False)
    draw_table(stage.canvas, 50 + 6 * face, 101, 72, 18)
    _serve(stage.canvas, name, 50 + 13 * face, 83.5, 30)
    stage.hold(24, 30, 82, 92)
    stage.draft.does(one.name, "make", stage.place(name))
    stage.place("table")


def show_food(stage: Stage) -> None:
    """A dish that fills the picture."""
    stage.set_in("tabletop")
    name = stage.pick(("pizza", "cake", "fruit", "sandwich", "donut", "apple", "orange", "banana"))
    x, canvas, icing = stage.about(50, 4), stage.canvas, stage.pick(ICINGS)
    stage.draft.close = True
    extra = stage.pick(("cup", "laptop", "", ""))
    if extra == "cup":
        mug = stage.pick(("white", "red", "teal"))
        draw_cup(canvas, 86, 58, 17, mug)
        stage.hold(79, 46, 95, 60)
    elif extra == "laptop":
        draw_laptop(canvas, 16, 56, 28)
        stage.hold(3, 42, 30, 60)
    detail, count = "", 1
    if name == "pizza":
        draw_pizza(canvas, x, 68, 76, flat=0.55)
    elif name == "cake":
        candles = stage.pick((0, 0, 3, 5))
        detail = "birthday" if candles else ""
        draw_cake(canvas, x, 88, 68, candles, icing)
    elif name == "fruit":
        draw_fruit_bowl(canvas, x, 90, 74)
    elif name == "sandwich":
        draw_sandwich(canvas, x, 84, 66)
    else:
        count = _lay_out(stage, name, x)
    stage.hold(x - 40, 40 if name != "cake" else 36, x + 40, 92)
    stage.place(name, icing if name == "cake" else "", count=count, detail=detail)
    stage.place("table")
    if extra == "cup":
        stage.place("cup", mug)
    elif extra == "laptop":
        stage.place("laptop")


def _lay_out(stage: Stage, name: str, x: float) -> int:
    """Draw three of something on a plate; returns three."""
    canvas = stage.canvas
    draw_plate(canvas, x, 74, 39, 0.36)
    for dx, dy, icing in ((-17, -4, "pink"), (17, -5, "brown"), (1, 5, "white")):
        if name == "donut":
            draw_donut(canvas, x + dx, 70 + dy, 12.5, icing)
        elif name == "apple":
            draw_apple(
                canvas, x + dx, 67 + dy, 11, {"pink": "red", "brown": "green"}.get(icing, "red")
            )
        elif name == "orange":
            draw_orange(canvas, x + dx, 68 + dy, 11)
        else:
            draw_banana(canvas, x + 0.4 * dx, 70 + 1.6 * dy, 48, 0.1 * dy / 5)
    return 3


def buy_food(stage: Stage) -> None:
    """Somebody holds fruit at a market, perhaps beside a sign."""
    stage.set_in("market")
    one, face = stage.cast(wears=stage.pick(("", "", "sun"))), stage.side()
    name = stage.pick(("banana", "apple", "orange", "fruit"))
    with_sign = stage.chance(0.5)
    x = 50 - 14 * face if with_sign else stage.about(48)
    y, tall = stage.about(95, 2), 58 * one.tall
    stage.act(one, x, y, 58, face=face, hands=((0.16, -0.55), (0.24, -0.55)))
    hand = (x + 0.25 * tall * face, y - 0.58 * tall)
    if name == "fruit":
        draw_fruit_bowl(stage.canvas, hand[0] + 3 * face, hand[1] + 4, 19)
    else:
        _draw_snack(stage.canvas, name, hand[0] + face, hand[1] - 1, 9)
    stage.hold(x - 20, y - tall, x + 24, y)
    stage.draft.does(one.name, "hold", stage.place(name))
    if with_sign:
        _put_offer(stage, 50 + 28 * face)


def _put_offer(stage: Stage, x: float) -> None:
    text = stage.pick(OFFERS)
    draw_sign(stage.canvas, x, 96, 38, "wood", text)
    stage.hold(x - 19, 48, x + 19, 97)
    stage.place("sign", detail="wood")
    stage.write(text)


def show_market(stage: Stage) -> None:
    """A market with nobody in front of its stalls."""
    stage.set_in("market")
    draw_table(stage.canvas, 50, 96, 62, 13)
    for x in (31, 50, 69):
        draw_fruit_bowl(stage.canvas, x, 82.5, 18)
    stage.hold(18, 60, 82, 96)
    stage.place("fruit")
    stage.place("table")
    if stage.chance(0.5):
        _put_offer(stage, 50 + 34 * stage.side())
