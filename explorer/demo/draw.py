"""From a number to a scene and its picture."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image

from explorer.demo.camera import Box, choose_shot, take_picture
from explorer.demo.canvas import Canvas
from explorer.demo.recipes import RECIPES
from explorer.demo.scene import Scene, SceneDraft
from explorer.demo.stage import Stage

VERSION = 1  # a new version draws other scenes under the same numbers
MIDDLE = Box(25.0, 25.0, 75.0, 90.0)  # kept in the picture if a recipe keeps nothing
CAST, DETAIL, CAMERA, DECK = range(4)  # streams of random numbers


def make_scene(number: int) -> Scene:
    """The graph of scene ``number`` (from 1), without a picture."""
    return _stage(number, Canvas(dry=True)).draft.finish()


def draw_scene(number: int, size: int = 256) -> tuple[Image.Image, Scene]:
    """The picture, RGB and ``size`` by ``size`` pixels, of scene ``number``, and its graph."""
    canvas = Canvas(size)
    stage = _stage(number, canvas)
    scene = stage.draft.finish()
    rng = _stream(number, CAMERA)
    shot = choose_shot(rng, stage.keep or MIDDLE, bool(scene.text), scene.time)
    return take_picture(canvas.image, shot, size, rng), scene


def recipe_for(number: int) -> str:
    """Name of the recipe that scene ``number`` is made by.

    Recipes are dealt from a shuffled deck that holds each as often as it weighs, so that any run
    of scenes as long as the deck is balanced.
    """
    if number < 1:
        raise ValueError(f"scenes are numbered from 1, not {number}")
    size = sum(recipe.weight for recipe in RECIPES.values())
    return _deck((number - 1) // size)[(number - 1) % size]


@lru_cache(4)
def _deck(index: int) -> tuple[str, ...]:
    cards = [name for name, recipe in RECIPES.items() for _ in range(recipe.weight)]
    order = np.random.default_rng([VERSION, DECK, index]).permutation(len(cards))
    return tuple(cards[i] for i in order)


def _stage(number: int, canvas: Canvas) -> Stage:
    """The stage after the recipe of ``number`` has been played on it."""
    name = recipe_for(number)
    draft = SceneDraft(number, name)
    stage = Stage(canvas, draft, _stream(number, CAST), _stream(number, DETAIL))
    RECIPES[name].function(stage)
    return stage


def _stream(number: int, stream: int) -> np.random.Generator:
    return np.random.default_rng([VERSION, stream, number])
