"""The sixteen settings of scenes, by name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explorer.demo import settings_indoor as indoor
from explorer.demo import settings_nature as nature
from explorer.demo import settings_town as town
from explorer.demo.canvas import Canvas, drawn

# Each of ``explorer.demo.scene.SETTINGS``, and what draws it.
PAINTERS: dict[str, Callable[[Canvas, np.random.Generator, str], None]] = {
    "beach": nature.draw_beach,
    "street": town.draw_street,
    "kitchen": indoor.draw_kitchen,
    "snow": nature.draw_snow,
    "park": nature.draw_park,
    "stadium": town.draw_stadium,
    "living": indoor.draw_living_room,
    "office": indoor.draw_office,
    "forest": nature.draw_forest,
    "harbour": nature.draw_harbour,
    "market": town.draw_market,
    "sky": nature.draw_open_sky,
    "savanna": nature.draw_savanna,
    "farm": nature.draw_farm,
    "station": town.draw_station,
    "tabletop": indoor.draw_tabletop,
}


@drawn
def draw_setting(canvas: Canvas, rng: np.random.Generator, name: str, time: str) -> None:
    """Draw a setting over the whole canvas.

    Parameters
    ----------
    canvas : drawn over
    rng : source of its details: clouds, plants, buildings, colours, patterns
    name : one of ``SETTINGS``
    time : one of ``TIMES``; indoors it changes nothing but the light of the station's windows
    """
    PAINTERS[name](canvas, rng, time)
