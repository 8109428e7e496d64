"""Recipes of sport: on waves, on snow, on fields and in the wind."""

from __future__ import annotations

from explorer.demo.animals import draw_dog
from explorer.demo.canvas import Canvas, drawn
from explorer.demo.colours import hex_colour, lighter
from explorer.demo.people import draw_person
from explorer.demo.scenery import draw_sky, scatter
from explorer.demo.settings_town import draw_baseball_field, draw_goal, draw_tennis_court
from explorer.demo.sports import (
    draw_ball,
    draw_bat,
    draw_frisbee,
    draw_kite,
    draw_racket,
    draw_skis,
    draw_snowboard,
    draw_surfboard,
)
from explorer.demo.stage import CHILDREN, GROWN, OUTDOOR_TIMES, Player, Stage

BOARDS = ("yellow", "red", "white", "orange", "teal")
CLOTHS = ("red", "blue", "purple", "orange", "green", "yellow")
FOAM = (250, 252, 252)


def ride_surfboard(stage: Stage) -> None:
    """Somebody rides a wave on a surfboard."""
    colour, rider = stage.pick(BOARDS), stage.cast()
    x, y, face = _raise_wave(stage, colour)
    stage.act(rider, x - face, y, 42, pose="crouch", face=face, shade=False)
    _splash(stage.canvas, x, face)
    stage.draft.does(rider.name, "ride", stage.place("surfboard", colour))


def let_dog_surf(stage: Stage) -> None:
    """A dog rides a wave on a surfboard."""
    colour, dog = stage.pick(BOARDS), stage.bring("dog")
    x, y, face = _raise_wave(stage, colour)
    stage.show(dog, x, y, 32, face=face, pose=stage.pick(("stand", "sit")))
    _splash(stage.canvas, x, face)
    stage.draft.does(dog.name, "ride", stage.place("surfboard", colour))


def _raise_wave(stage: Stage, colour: str) -> tuple[float, float, int]:
    """Draw sea, a wave and a board; where one stands on the board, and which way it goes."""
    stage.draft.setting = "beach"
    stage.draft.time = stage.pick(OUTDOOR_TIMES)
    x, face = stage.about(50), stage.side()
    _draw_wave(stage.canvas, stage)
    with stage.canvas.push(x, 73.5, face, 1):
        draw_surfboard(stage.canvas, 0, 0, 50, colour, -0.1)
    stage.hold(x - 28, 50, x + 28, 82)
    return x, 73.0, face


@drawn
def _draw_wave(canvas: Canvas, stage: Stage) -> None:
    rng, time = stage.detail, stage.draft.time
    horizon = rng.uniform(32, 42)
    draw_sky(canvas, rng, time, horizon)
    sea = hex_colour("4d6fa5" if time == "sunset" else ("2f8fb8", "2f9aa8")[rng.integers(2)])
    canvas.gradient(horizon, 100, tuple(int(0.85 * c) for c in sea), lighter(sea, 0.25))
    arch = [(-5, 62), (15, 52), (40, 44), (70, 50), (105, 64)]
    crest = [(a, b + rng.uniform(-3, 3)) for a, b in arch]
    canvas.blob([*crest, (105, 104), (-5, 104)], lighter(sea, 0.13))
    canvas.curve([(a, b - 0.5) for a, b in crest], 1.6, FOAM)
    canvas.blob([(-5, 74), (20, 66), (50, 70), (80, 72), (105, 70), (105, 104), (-5, 104)], sea)
    for x, y in scatter(rng, 14, 72, 84):
        canvas.ellipse(x, y, rng.uniform(2, 6), 1.1, (*FOAM, 190))
    for x, y in scatter(rng, 16, 84, 98):
        canvas.line([(x, y), (x + rng.uniform(4, 12), y)], 0.5, (255, 255, 255, 90))


@drawn
def _splash(canvas: Canvas, x: float, face: int) -> None:
    spray = [(-34, 79), (-18, 72.5), (-6, 76), (8, 78.5), (-18, 82)]
    canvas.blob([(x + a * face, b) for a, b in spray], (*FOAM, 220))
    for a, b in ((-30, 70), (-26, 66), (-34, 74), (-22, 69)):
        canvas.ellipse(x + a * face, b, 0.8, 0.8, FOAM)


def carry_surfboard(stage: Stage) -> None:
    """Somebody carries a surfboard along the beach."""
    stage.set_in("beach")
    colour, face, one = stage.pick(BOARDS), stage.side(), stage.cast()
    x, y = stage.about(48, 7), stage.about(92, 3)
    tall = 52 * one.tall
    with stage.canvas.push(x, y - 0.46 * tall, face, 1):
        draw_surfboard(stage.canvas, 0, 0, 52, colour, -0.06)
    stage.hold(x - 27, y - tall, x + 28, y)
    stage.act(one, x, y, 52, pose="walk", face=face, hands=((0.13, -0.45), (0.08, -0.43)))
    stage.draft.does(one.name, "carry", stage.place("surfboard", colour))


def ski(stage: Stage) -> None:
    """One or two people ski down a slope."""
    stage.set_in("snow")
    with_other = stage.chance(0.35)
    first = stage.cast(wears="beanie")
    face = stage.side()
    if with_other:
        other = stage.cast(wears="beanie")
        _draw_skier(stage, (50 + 30 * face, 80, 32), face, other)
    _draw_skier(stage, (stage.about(48, 4), stage.about(91, 2), 52), face, first)
    stage.place("skis")
    stage.draft.does(first.name, "ski")


def _draw_skier(stage: Stage, place: tuple[float, float, float], face: int, player: Player) -> None:
    x, y, height = place
    tall = height * player.tall
    colour = stage.pick(("red", "blue", "orange"))
    with stage.canvas.push(x, y, face, 1, 0.14 * face):
        draw_skis(stage.canvas, 0, 0.8, 0.9 * tall, colour)
        draw_person(
            stage.canvas, 0, 0, tall, player.look, "ski", headgear=player.wears, shade=False
        )
        for hand, tip in ((0.25, -0.32), (0.3, 0.4)):
            pole = [(hand * tall, -0.51 * tall), (tip * tall, 1)]
            stage.canvas.line(pole, 0.55, hex_colour("464a54"))
    stage.hold(x - 0.5 * tall, y - tall, x + 0.5 * tall, y + 0.1 * tall)


def ride_snowboard(stage: Stage) -> None:
    """Somebody rides a snowboard, on the snow or in the air."""
    stage.set_in("snow")
    rider, face, colour = stage.cast(wears="beanie"), stage.side(), stage.pick(CLOTHS)
    x, y = stage.about(50), stage.pick((76.0, 82.0, 90.0))
    stage.canvas.shadow(x, 93, 14, 1.6)
    draw_snowboard(stage.canvas, x, y + 0.6, 36, colour, -0.16 * face)
    stage.hold(x - 19, y - 44, x + 19, 94)
    stage.act(rider, x, y, 46, pose="crouch", face=face, shade=False)
    stage.draft.does(rider.name, "ride", stage.place("snowboard", colour))


def kick_ball(stage: Stage) -> None:
    """Somebody plays football in a stadium or a park."""
    where = stage.set_in("stadium", "stadium", "park")
    if where == "stadium":
        draw_goal(stage.canvas, stage.about(64, 8))
    one, face = stage.cast(), stage.side()
    x, y, tall = stage.about(50, 6) - 5 * face, stage.about(91, 2), 54 * one.tall
    stage.act(one, x, y, 54, pose="run", face=face, feet=((-0.1, 0), (0.27, -0.1)))
    draw_ball(stage.canvas, x + 0.4 * tall * face, y - 3.2, 3.8, "soccer")
    stage.hold(x - 22, y - tall, x + 24, y)
    stage.draft.does(one.name, "play", stage.place("ball", detail="soccer"))


def hit_tennis_ball(stage: Stage) -> None:
    """Somebody hits a ball on a tennis court."""
    _enter_stadium(stage)
    if not stage.canvas.dry:
        draw_tennis_court(stage.canvas, stage.detail, stage.draft.time)
    one, face = stage.cast(wears=stage.pick(("cap", "", "sun"))), stage.side()
    x, y, tall = stage.about(46), stage.about(91, 2), 52 * one.tall
    stage.act(one, x, y, 52, face=face, feet=((-0.16, 0), (0.16, 0)),
              hands=((-0.24, -0.6), (0.27, -0.76)))  # fmt: skip
    hand = (x + 0.27 * tall * face, y - 0.76 * tall)
    draw_racket(stage.canvas, *hand, 21, face, stage.pick(("red", "blue", "orange")))
    ball = (hand[0] + 17 * face, hand[1] - 11)
    draw_ball(stage.canvas, *ball, 1.9, "tennis", shade=False)
    stage.hold(min(x - 14, ball[0] - 3), hand[1] - 24, max(x + 14, ball[0] + 3), y)
    stage.place("racket", detail="tennis")
    stage.draft.does(one.name, "hit", stage.place("ball", detail="tennis"))


def hit_baseball(stage: Stage) -> None:
    """Somebody swings a bat on a baseball field."""
    _enter_stadium(stage)
    if not stage.canvas.dry:
        draw_baseball_field(stage.canvas, stage.detail, stage.draft.time)
    one, face = stage.cast(wears="helmet"), stage.side()
    x, y, tall = stage.about(48), stage.about(92, 2), 52 * one.tall
    hand = (x + 0.12 * tall * face, y - 0.7 * tall)
    draw_bat(stage.canvas, *hand, 24, face)
    stage.act(one, x, y, 52, face=face, feet=((-0.18, 0), (0.18, 0)),
              hands=((0.1, -0.68), (0.14, -0.71)))  # fmt: skip
    draw_ball(stage.canvas, x + 33 * face, 56, 2, "baseball", shade=False)
    stage.hold(x - 35, hand[1] - 22, x + 35, y)
    stage.place("bat", detail="baseball")
    stage.draft.does(one.name, "hit", stage.place("ball", detail="baseball"))


def _enter_stadium(stage: Stage) -> None:
    stage.draft.setting = "stadium"
    stage.draft.time = stage.pick(OUTDOOR_TIMES)


def catch_ball(stage: Stage) -> None:
    """Somebody jumps and catches a ball."""
    stage.set_in("stadium", "park", "beach")
    one, face, kind = stage.cast(), stage.side(), stage.pick(("soccer", "beach", "baseball"))
    x, y, tall = stage.about(50), 86.0, 48 * one.tall
    stage.canvas.shadow(x, 93, 9, 1.6)
    stage.act(one, x, y, 48, pose="cheer", face=face, feet=((-0.14, -0.04), (0.12, -0.1)),
              hands=((0.05, -0.98), (0.2, -0.98)), shade=False)  # fmt: skip
    radius = 2.4 if kind == "baseball" else 4.6
    draw_ball(stage.canvas, x + 0.14 * tall * face, y - tall - radius, radius, kind, shade=False)
    stage.hold(x - 12, y - tall - 2 * radius - 2, x + 12, 94)
    stage.draft.does(one.name, "catch", stage.place("ball", detail=kind))


def fly_kite(stage: Stage) -> None:
    """Somebody flies a kite."""
    stage.set_in("park", "beach", "farm")
    one, colour, face = stage.cast((*GROWN, *CHILDREN)), stage.pick(CLOTHS), stage.side()
    x, y, tall = 50 - 16 * face, stage.about(92, 2), 44 * one.tall
    kite = (50 + stage.about(24, 5) * face, stage.about(22, 4))
    hand = (x + 0.25 * tall * face, y - 0.95 * tall)
    draw_kite(stage.canvas, *kite, 20, colour, True, hand)
    stage.hold(kite[0] - 10, kite[1] - 12, kite[0] + 10, kite[1] + 20)
    stage.act(one, x, y, 44, pose="wave", face=face)
    stage.draft.does(one.name, "fly", stage.place("kite", colour))


def let_dog_catch_frisbee(stage: Stage) -> None:
    """A dog jumps for a flying disc, perhaps thrown by somebody."""
    stage.set_in("park", "beach", "snow")
    dog, colour, face = stage.bring("dog"), stage.pick(CLOTHS), stage.side()
    x = stage.about(46) - 6 * face
    stage.canvas.shadow(x, 92, 13, 1.8)
    stage.hold(x - 24, 44, x + 32, 93)
    with stage.canvas.push(x, 84, face, 1, -0.35 * face):
        draw_dog(stage.canvas, 0, 0, 36, 1, dog.colour, "run")
    draw_frisbee(stage.canvas, x + 27 * face, 52, 11, colour)
    stage.draft.does(dog.name, "catch", stage.place("frisbee", colour))


def catch_frisbee(stage: Stage) -> None:
    """Somebody catches a flying disc."""
    stage.set_in("park", "beach")
    one, colour, face = stage.cast(), stage.pick(CLOTHS), stage.side()
    x, y, tall = stage.about(48), stage.about(92, 2), 50 * one.tall
    stage.act(one, x, y, 50, pose="run", face=face, hands=((0.22, -0.86), (0.28, -0.88)))
    disc = (x + 0.34 * tall * face, y - 0.92 * tall)
    draw_frisbee(stage.canvas, *disc, 11, colour)
    stage.hold(x - 16, y - 1.05 * tall, x + 24, y)
    stage.draft.does(one.name, "catch", stage.place("frisbee", colour))
