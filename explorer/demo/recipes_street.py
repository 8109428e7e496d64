"""Recipes of the street: cycling, driving, signs, lights and rain."""

from __future__ import annotations

from explorer.demo.sports import draw_skateboard
from explorer.demo.stage import ADULTS, Stage
from explorer.demo.things import draw_sign, draw_traffic_light, draw_umbrella
from explorer.demo.vehicles import draw_bicycle, draw_bus, draw_car, draw_motorcycle

PAINT = ("red", "blue", "white", "yellow", "green", "black", "orange", "teal")
FRAMES = ("red", "blue", "green", "yellow", "teal", "orange")
STREET_NAMES = ("MAIN ST", "OAK AVE", "5TH AVE", "PARK RD", "ELM ST", "LAKE DR")
NOTICES = ("OPEN", "TAXI", "CAFE", "HOTEL", "PARKING")
PATH_NOTICES = ("NO DOGS", "TRAIL", "DANGER", "WELCOME", "LAKE", "PICNIC")
PARK_NOTICES = ("NO DOGS", "WELCOME", "PICNIC", "LAKE")
BEACH_NOTICES = ("DANGER", "WELCOME", "NO DOGS", "SURF")
CANOPIES = ("red", "blue", "yellow", "purple", "pink", "teal")
LIGHTS = ("red", "yellow", "green")


def ride_bicycle(stage: Stage) -> None:
    """Somebody rides a bicycle."""
    where = stage.set_in("street", "street", "park", "beach")
    face, colour = stage.side(), stage.pick(FRAMES)
    if where == "street" and stage.chance(0.4):
        far, paint = -face, stage.pick(PAINT)
        draw_car(stage.canvas, 50 - 34 * far, 78, 25, -far, paint)
        stage.hold(50 - 34 * far - 13, 62, 50 - 34 * far + 13, 80)
    else:
        paint = ""
    rider = stage.cast(wears=stage.pick(("helmet", "helmet", "")))
    x, y, size = stage.about(50), stage.about(91, 3), 43 * rider.tall
    draw_bicycle(stage.canvas, x, y, size, face, colour)
    stage.hold(x - 0.55 * size, y - 0.6 * size, x + 0.55 * size, y + 1)
    stage.mount(
        rider, x - 0.14 * size * face, y - 0.57 * size, 44, face=face, hip=(0, -0.46), lean=0.09,
        feet=((0.07, -0.08), (0.17, -0.17)), hands=((0.45, -0.5), (0.47, -0.5)),
    )  # fmt: skip
    stage.draft.does(rider.name, "ride", stage.place("bicycle", colour))
    if paint:
        stage.place("car", paint)


def push_bicycle(stage: Stage) -> None:
    """Somebody walks and pushes a bicycle."""
    stage.set_in("street", "park", "beach", "forest")
    face, colour, owner = stage.side(), stage.pick(FRAMES), stage.cast()
    x, y = stage.about(50, 4) + 8 * face, stage.about(91, 3)
    stage.act(
        owner, x - 27 * face, y + 0.5, 48, pose="walk", face=face,
        hands=((0.2, -0.52), (0.28, -0.54)),
    )  # fmt: skip
    _park_bicycle(stage, x, y, face, colour)
    stage.draft.does(owner.name, "push", stage.place("bicycle", colour))


def stand_by_bicycle(stage: Stage) -> None:
    """Somebody stands beside a bicycle."""
    stage.set_in("street", "park", "beach", "station")
    face, colour, owner = stage.side(), stage.pick(FRAMES), stage.cast()
    x, y = stage.about(50, 4) + 12 * face, stage.about(91, 3)
    stage.act(
        owner, x - 34 * face, y + 1, 48, face=stage.side(), pose=stage.pick(("stand", "wave"))
    )
    _park_bicycle(stage, x, y, stage.side(), colour)
    stage.draft.does(owner.name, "next", stage.place("bicycle", colour))


def _park_bicycle(stage: Stage, x: float, y: float, face: int, colour: str) -> None:
    draw_bicycle(stage.canvas, x, y, 42, face, colour)
    stage.hold(x - 23, y - 26, x + 23, y + 1)


def ride_motorcycle(stage: Stage) -> None:
    """Somebody rides a motorcycle."""
    stage.set_in("street", "street", "forest", "savanna")
    colour, face = stage.pick(("red", "black", "blue", "green")), stage.side()
    rider = stage.cast(ADULTS, wears="helmet")
    x, y = stage.about(50), stage.about(91, 3)
    draw_motorcycle(stage.canvas, x, y, 50, face, colour)
    stage.hold(x - 27, y - 30, x + 27, y + 1)
    stage.mount(
        rider, x - 9 * face, y - 22.5, 42, face=face, hip=(0, -0.43), lean=0.1,
        feet=((0.1, -0.12), (0.16, -0.1)), hands=((0.42, -0.57), (0.46, -0.58)),
    )  # fmt: skip
    stage.draft.does(rider.name, "ride", stage.place("motorcycle", colour))


def pass_bus(stage: Stage) -> None:
    """A bus in the street, with nobody about."""
    stage.set_in("street")
    face, pose = stage.side(), stage.pick(("driving", "parked", "stopped"))
    _bring_bus(stage, stage.about(50), face)
    stage.draft.pose = pose


def wait_for_bus(stage: Stage) -> None:
    """Somebody waits for a bus."""
    stage.set_in("street")
    face = stage.side()
    bus = _bring_bus(stage, 50 - 5 * face, face)
    one = stage.cast()
    stage.act(one, 50 + 37 * face, 97, 40, face=-face, pose=stage.pick(("stand", "wave")))
    stage.draft.does(one.name, "wait", bus)


def _bring_bus(stage: Stage, x: float, face: int) -> str:
    colour = stage.pick(("red", "yellow", "blue", "green", "orange"))
    double = colour in ("red", "blue") and stage.chance(0.5)
    draw_bus(stage.canvas, x, 90, 70, face, colour, double)
    stage.hold(x - 36, 34 if double else 54, x + 36, 91)
    return stage.place("bus", colour, detail="double decker" if double else "")


def park_car_by_sign(stage: Stage) -> None:
    """A car beside a sign."""
    stage.set_in("street")
    colour, side = stage.pick(PAINT), stage.side()
    stage.place("car", colour)
    kind, text = _choose_sign(stage, NOTICES)
    draw_car(stage.canvas, 50 - 12 * side, 91, 54, stage.side(), colour)
    stage.hold(50 - 12 * side - 29, 60, 50 - 12 * side + 29, 92)
    _put_sign(stage, 50 + 31 * side, 95, 40 if kind == "street" else 44, (kind, text))
    stage.draft.pose = "parked"


def drive_cars(stage: Stage) -> None:
    """Traffic: cars, perhaps a bus, and a traffic light."""
    stage.set_in("street")
    first, second = stage.pick(PAINT), stage.pick(PAINT)
    draw_car(stage.canvas, stage.about(28), 79, 30, 1, second)
    with_bus = stage.chance(0.4)
    paint = stage.pick(("yellow", "green", "orange"))
    if with_bus:
        draw_bus(stage.canvas, 74, 79, 40, 1, paint)
    else:
        draw_car(stage.canvas, stage.about(72), 79, 31, 1, second)
    x = stage.about(48, 8)
    draw_car(stage.canvas, x, 96, 46, -1, first)
    stage.hold(min(x - 24, 12), 58, max(x + 24, 88), 98)
    stage.place("car", first if first == second else "", count=2 if with_bus else 3)
    if with_bus:
        stage.place("bus", paint)
    if stage.chance(0.4):
        draw_traffic_light(stage.canvas, 92, 82, 48, 2)
        stage.hold(87, 26, 97, 62)
        stage.place("traffic light", "green")
    stage.draft.pose = "driving"


def stand_by_car(stage: Stage) -> None:
    """Somebody stands beside a car."""
    stage.set_in("street", "farm", "beach")
    colour, side, one = stage.pick(PAINT), stage.side(), stage.cast()
    draw_car(stage.canvas, 50 - 10 * side, 89, 56, side, colour)
    stage.hold(50 - 10 * side - 29, 58, 50 - 10 * side + 29, 91)
    pose = stage.pick(("stand", "wave", "walk"))
    stage.act(one, 50 + 31 * side, 94, 46, face=stage.side(), pose=pose)
    stage.draft.does(one.name, "next", stage.place("car", colour))


def show_sign(stage: Stage) -> None:
    """A sign that fills the picture, sometimes with a bird on it."""
    where = stage.set_in("street", "park", "beach", "forest", "farm")
    notices = {"street": NOTICES, "park": PARK_NOTICES, "beach": BEACH_NOTICES}
    choice = _choose_sign(stage, notices.get(where, PATH_NOTICES))
    x = stage.about(50, 8)
    with_bird = stage.chance(0.3)
    bird = stage.bring("bird") if with_bird else None
    _put_sign(stage, x, 95, 60, choice)
    if bird:
        top = {"stop": 1.36, "street": 1.165, "wood": 1.225}[choice[0]]
        stage.show(bird, x, 95.4 - 60 * top, 15, face=stage.side(), pose="perch")
        stage.draft.does(bird.name, "sit_on", "#0")
    else:
        stage.draft.pose = "standing"
        stage.draft.close = True


def _choose_sign(stage: Stage, notices: tuple[str, ...]) -> tuple[str, str]:
    kind = stage.pick(("stop", "street", "wood", "wood"))
    if stage.draft.setting != "street":
        kind = stage.pick(("stop", "wood", "wood", "wood"))
    return kind, {"stop": "STOP", "street": stage.pick(STREET_NAMES)}.get(kind, stage.pick(notices))


def _put_sign(stage: Stage, x: float, y: float, size: float, choice: tuple[str, str]) -> None:
    kind, text = choice
    half = size * {"stop": 0.32, "street": 0.085, "wood": 0.075}[kind]
    half = half if kind == "stop" else half * len(text) + 0.1 * size
    x = min(max(x, half + 2), 98 - half)
    draw_sign(stage.canvas, x, y, size, kind, text)
    stage.hold(x - half - 1, y - 1.4 * size, x + half + 1, y)
    stage.place("sign", {"stop": "red", "street": "green", "wood": ""}[kind], detail=kind)
    stage.write(text)


def cross_road(stage: Stage) -> None:
    """Somebody crosses the road at a traffic light."""
    stage.set_in("street")
    lit, side, one = stage.pick((0, 2)), stage.side(), stage.cast()
    for stripe in range(6):
        left = 50 - 8 * side + (stripe - 3) * 11
        points = [(left, 75), (left + 6, 75), (left + 5, 99), (left - 2, 99)]
        stage.canvas.polygon(points, (245, 245, 240, 225))
    draw_traffic_light(stage.canvas, 50 + 34 * side, 84, 58, lit)
    stage.hold(50 + 34 * side - 6, 18, 50 + 34 * side + 6, 60)
    stage.act(one, 50 - 10 * side, 92, 46, pose="walk", face=stage.side())
    stage.place("traffic light", LIGHTS[lit])
    stage.draft.does(one.name, "cross")


def ride_skateboard(stage: Stage) -> None:
    """Somebody rides a skateboard, on the ground or in the air."""
    stage.set_in("street", "park")
    rider = stage.cast(("boy", "man", "girl", "woman"), wears=stage.pick(("cap", "helmet", "")))
    x, y = roll_skateboard(stage)
    stage.act(rider, x, y, 44, pose="crouch", face=stage.side(), shade=False)
    stage.draft.does(rider.name, "ride", stage.place("skateboard"))


def let_dog_skate(stage: Stage) -> None:
    """A dog rides a skateboard."""
    stage.set_in("street", "park")
    dog = stage.bring("dog")
    x, y = roll_skateboard(stage)
    stage.show(dog, x, y, 30, face=stage.side(), pose="stand")
    stage.draft.does(dog.name, "ride", stage.place("skateboard"))


def roll_skateboard(stage: Stage) -> tuple[float, float]:
    """Draw a skateboard on the ground, or a little above it; returns where one stands on it."""
    x, y = stage.about(50), stage.pick((82.0, 88.5, 88.5))
    stage.canvas.shadow(x, 92, 13, 1.8)
    draw_skateboard(stage.canvas, x, y + 0.5, 27, stage.pick(("orange", "blue", "red", "green")))
    stage.hold(x - 14, 60, x + 14, 93)
    return x, y


def walk_in_rain(stage: Stage) -> None:
    """Somebody holds an umbrella in the rain."""
    stage.set_in("street", "park", "harbour", "market", time="cloudy")
    colour, one = stage.pick(CANOPIES), stage.cast()
    tall = 52 * one.tall
    x, y = stage.about(46), stage.about(93, 2)
    walks = stage.chance(0.5)
    stage.act(
        one, x, y, 52, pose="walk" if walks else "stand",
        hands=((0.1, -0.55), (0.15, -0.62)),
    )  # fmt: skip
    draw_umbrella(stage.canvas, x + 0.15 * tall, y - 0.58 * tall, 0.95 * tall, colour, 0.62)
    stage.hold(x - 0.33 * tall, y - 1.55 * tall, x + 0.63 * tall, y + 1)
    for left, top in stage.detail.uniform((0, -3), (101, 98), (110, 2)):
        drop = [(float(left), float(top)), (float(left) - 0.8, float(top) + 3.4)]
        stage.canvas.line(drop, 0.28, (255, 255, 255, 125))
    stage.draft.weather = "rain"
    stage.draft.does(one.name, "hold", stage.place("umbrella", colour))
