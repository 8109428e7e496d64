"""Recipes of travel: trains, boats, airplanes and balloons."""

from __future__ import annotations

from explorer.demo.canvas import Canvas, drawn
from explorer.demo.colours import COLOURS, darker, hex_colour, with_alpha
from explorer.demo.settings_town import draw_platform
from explorer.demo.stage import Stage
from explorer.demo.things import draw_suitcase
from explorer.demo.vehicles import draw_airplane, draw_balloon, draw_boat, draw_train

LIVERIES = ("blue", "red", "green", "orange", "teal")
HULLS = ("white", "blue", "red", "green", "yellow")
CLOTHS = ("red", "blue", "purple", "orange", "teal", "green")
PLATFORMS = ("PLATFORM 2", "CENTRAL", "PLATFORM 4", "NORTH", "HARBOUR", "AIRPORT")


def stop_train(stage: Stage) -> None:
    """A train stands at a platform with nobody on it."""
    _bring_train(stage)
    stage.draft.pose = "stopped"


def wait_for_train(stage: Stage) -> None:
    """Somebody with a suitcase waits for a train."""
    train = _bring_train(stage)
    one, luggage = stage.cast(), stage.pick(("red", "blue", "yellow", "green"))
    side = stage.side()
    x = 50 + 14 * side
    stage.act(one, x, 96, 46, face=-side, hands=((-0.15, -0.42), (0.19, -0.43)))
    draw_suitcase(stage.canvas, x - 14 * side, 96.5, 17, luggage)
    stage.hold(x - 22, 74, x + 22, 97)
    stage.draft.does(one.name, "wait", train)
    stage.place("suitcase", luggage)


def pull_suitcase(stage: Stage) -> None:
    """Somebody walks with a suitcase through a station or a street."""
    stage.set_in("station", "street")
    one, luggage, face = stage.cast(), stage.pick(("red", "blue", "yellow", "green")), stage.side()
    x = stage.about(52) + 6 * face
    draw_suitcase(stage.canvas, x - 15 * face, 94, 19, luggage)
    stage.hold(x - 24, 74, x + 24, 96)
    stage.act(one, x, 94.5, 52, pose="walk", face=face, hands=((-0.24, -0.44), (0.13, -0.45)))
    stage.draft.does(one.name, "push", stage.place("suitcase", luggage))


def _bring_train(stage: Stage) -> str:
    stage.set_in("station")
    colour = stage.pick(LIVERIES)
    draw_train(stage.canvas, stage.about(60, 12), 73, 56, 1, colour, 3)
    draw_platform(stage.canvas)
    stage.hold(22, 44, 78, 80)
    train = stage.place("train", colour)
    if stage.chance(0.6):
        text = stage.pick(PLATFORMS)
        _hang_sign(stage.canvas, 40, text)
        stage.hold(22, 18, 58, 80)
        stage.place("sign", "blue", detail="station")
        stage.write(text)
    return train


@drawn
def _hang_sign(canvas: Canvas, x: float, text: str) -> None:
    for rod in (-10, 10):
        canvas.line([(x + rod, 10), (x + rod, 22)], 0.5, hex_colour("5d6672"))
    canvas.rounded(x - 18, 20, x + 18, 30, 0.8, hex_colour("26425f"))
    canvas.text(x, 25, text, 4.2, (255, 255, 255))


def send_train(stage: Stage) -> None:
    """A train runs through open country."""
    where = stage.set_in("farm", "snow", "savanna")
    bed = hex_colour("8d8580" if where != "savanna" else "9a8468")
    stage.canvas.rect(0, 86, 100, 92, bed)
    for sleeper in range(-2, 104, 5):
        stage.canvas.rect(sleeper, 87.5, sleeper + 2.4, 89.5, darker(bed, 0.75))
    stage.canvas.line([(0, 87.6), (100, 87.6)], 0.7, hex_colour("5d5853"))
    colour = stage.pick(LIVERIES)
    draw_train(stage.canvas, stage.about(64, 8), 87.4, 52, 1, colour, 3)
    stage.hold(30, 56, 90, 92)
    stage.place("train", colour)
    stage.draft.pose = "travelling"


def moor_boats(stage: Stage) -> None:
    """Boats in a harbour with nobody in sight."""
    stage.set_in("harbour")
    _bring_boats(stage, (1, 2, 3))
    stage.draft.pose = stage.pick(("floating", "docked", "sailing"))


def watch_boats(stage: Stage) -> None:
    """Somebody on the jetty watches boats."""
    stage.set_in("harbour")
    boats = _bring_boats(stage, (1, 1, 2))
    one = stage.cast()
    stage.act(one, 16, 96, 42, face=1, pose=stage.pick(("stand", "wave")))
    stage.draft.does(one.name, "watch", boats)


def _bring_boats(stage: Stage, numbers: tuple[int, ...]) -> str:
    count, colour = stage.pick(numbers), stage.pick(HULLS)
    places = ((stage.about(56), 75.0, 42.0), (20.0, 60.0, 21.0), (84.0, 61.0, 24.0))
    for i, (x, y, size) in sorted(enumerate(places[:count]), key=lambda place: place[1][1]):
        hull = colour if i == 0 else stage.pick(HULLS)
        kind = stage.pick(("sail", "sail", "motor"))
        draw_boat(stage.canvas, x, y, size, stage.side(), hull, kind)
        stage.hold(x - 0.5 * size, y - size, x + 0.5 * size, y + 2)
    return stage.place("boat", colour if count == 1 else "", count=count)


def ride_boat(stage: Stage) -> None:
    """Somebody sits in a rowing boat."""
    stage.set_in("harbour")
    colour, face, one = stage.pick(HULLS), stage.side(), stage.cast()
    x, y = stage.about(48, 8), stage.about(78, 2)
    stage.mount(
        one, x - 3 * face, y - 8, 34, pose="sit", face=face, hip=(0, -0.3),
        feet=((0.2, -0.1), (0.25, -0.1)), hands=((0.26, -0.45), (0.3, -0.45)),
    )  # fmt: skip
    _draw_hull(stage.canvas, (x, y, 56), face, colour)
    stage.hold(x - 28, y - 30, x + 30, y + 6)
    stage.draft.does(one.name, "ride", stage.place("boat", colour))


@drawn
def _draw_hull(canvas: Canvas, place: tuple[float, float, float], face: int, colour: str) -> None:
    """A rowing boat that hides the legs of whoever sits in it."""
    x, y, size = place
    paint = COLOURS[colour]
    canvas.line([(x + 5 * face, y - 14), (x + 19 * face, y + 5)], 1.0, hex_colour("8a5a34"))
    with canvas.push(x, y, size * face, size):
        canvas.blob([(-0.5, -0.2), (0, -0.13), (0.54, -0.22), (0.4, 0), (0, 0.03), (-0.38, 0)],
                    paint)  # fmt: skip
        canvas.blob([(-0.45, -0.08), (0.46, -0.1), (0.4, 0), (0, 0.03), (-0.36, 0)],
                    with_alpha(darker(paint, 0.6), 110))  # fmt: skip
        canvas.curve([(-0.48, -0.19), (0, -0.125), (0.52, -0.205)], 0.025, darker(paint, 0.7))
    for ripple in (-0.3, 0.1):
        left = x + ripple * size
        canvas.line([(left, y + 3.2), (left + 12, y + 3.2)], 0.5, (255, 255, 255, 120))


def fly_airplane(stage: Stage) -> None:
    """An airplane in the sky."""
    stage.set_in("sky")
    colour = stage.pick(("blue", "red", "green", "orange"))
    size = stage.about(62, 10)
    x, y = stage.about(50, 6), stage.about(50, 12)
    draw_airplane(stage.canvas, x, y, size, stage.side(), colour)
    stage.hold(x - 0.55 * size, y - 0.4 * size, x + 0.55 * size, y + 0.4 * size)
    stage.place("airplane", colour)
    stage.draft.pose = "flying"


def watch_airplane(stage: Stage) -> None:
    """Somebody watches an airplane."""
    stage.set_in("park", "beach", "farm")
    colour, face, one = stage.pick(("blue", "red", "green")), stage.side(), stage.cast()
    draw_airplane(stage.canvas, 50 + 16 * face, 24, 40, -face, colour)
    stage.hold(50 + 16 * face - 22, 10, 50 + 16 * face + 22, 36)
    stage.act(one, 50 - 18 * face, 93, 44, pose=stage.pick(("wave", "stand")), face=face)
    stage.draft.does(one.name, "watch", stage.place("airplane", colour))


def float_balloons(stage: Stage) -> None:
    """Hot air balloons in the sky or over a meadow."""
    stage.set_in("sky", "sky", "farm", "savanna")
    count, colour = stage.pick((1, 2, 3)), stage.pick(CLOTHS)
    places = ((stage.about(46), 76.0, 56.0), (81.0, 46.0, 26.0), (15.0, 42.0, 20.0))
    for i, (x, y, size) in enumerate(places[:count]):
        draw_balloon(stage.canvas, x, y, size, colour if i == 0 else stage.pick(CLOTHS))
        stage.hold(x - 0.4 * size, y - 1.1 * size, x + 0.4 * size, y + 2)
    stage.place("balloon", colour if count == 1 else "", count=count)
    stage.draft.pose = "floating"


def ride_balloon(stage: Stage) -> None:
    """Somebody rides in the basket of a hot air balloon."""
    stage.set_in("sky", "sky", "savanna", "farm")
    colour, one = stage.pick(CLOTHS), stage.cast()
    x, y, size = stage.about(50, 8), 91.0, 88.0
    draw_balloon(stage.canvas, x, y, size, colour)
    stage.act(one, x, y + 11.5, 30 / one.tall, face=stage.side(), shade=False,
              feet=((-0.05, -0.35), (0.05, -0.35)),
              hands=((-0.16, -0.62), stage.pick(((0.16, -0.62), (0.24, -0.9)))))  # fmt: skip
    _draw_basket(stage.canvas, x, y, size)
    stage.hold(x - 0.38 * size, 0, x + 0.38 * size, y + 4)
    stage.draft.does(one.name, "ride", stage.place("balloon", colour))


@drawn
def _draw_basket(canvas: Canvas, x: float, y: float, size: float) -> None:
    """The front of a balloon's basket, before whoever stands in it."""
    wicker = hex_colour("8c6038")
    with canvas.push(x, y, size):
        canvas.rounded(-0.1, -0.095, 0.1, 0.045, 0.02, wicker)
        canvas.rounded(-0.11, -0.105, 0.11, -0.075, 0.015, darker(wicker, 0.78))
        for low in (-0.045, -0.015, 0.015):
            canvas.line([(-0.09, low), (0.09, low)], 0.007, darker(wicker, 0.78))
