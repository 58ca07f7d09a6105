"""What may stand behind a table, podium or shelf, out of focus."""

from __future__ import annotations

from collections.abc import Callable

from backcloth.scene.studio.arrays import Radiance, Rgb, rgb
from backcloth.scene.studio.far import finish, indoors, outdoors, small_size
from backcloth.scene.studio.lamps import bokeh
from backcloth.scene.studio.ridges import COAST, PEAKS, Range
from backcloth.scene.studio.sets.backcloths import draw_curtain, draw_leaves
from backcloth.scene.studio.sets.furnished import draw_bathroom, draw_books, draw_kitchen
from backcloth.scene.studio.sets.sea import sea_view
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.tone import surface_colour

_LOWEST = 0.30
"""Share of the height above which a view's horizon does not rise, however steeply a table is seen."""

_ROOMS: dict[str, tuple[tuple[str, float, tuple[float, ...]], ...]] = {
    "window": (("home", 0.40, (203.0, 208.0, 232.0)),),
    "room": (("home", 0.42, (100.0, 150.0, 205.0, 290.0)), ("hotel", 0.36, (150.0, 200.0))),
    "cafe": (("hotel", 0.24, (150.0, 200.0, 285.0)), ("lobby", 0.26, (130.0, 200.0, 265.0))),
    "office": (("lobby", 0.42, (105.0, 190.0, 240.0)), ("bridge", 0.36, (150.0, 155.0))),
    "warehouse": (("warehouse", 0.30, (60.0, 150.0, 200.0, 250.0, 320.0)),),
}
"""Panoramas of a room: name, brightness of its median, headings."""

_PLACES: dict[str, tuple[tuple[str, tuple[Range, ...]], ...]] = {
    "park": (("park", ()), ("garden", ())),
    "forest": (("woods", ()),),
    "city": (("city", ()), ("street", ())),
    "street": (("street", ()), ("piazza", ())),
    "alps": (("highland", PEAKS), ("ridge", PEAKS)),
    "snow": (("alps", ()), ("alps", PEAKS)),
}
"""Panoramas of a place, and what rises behind it."""

_DUNES = (
    Range(5.2, 2.6, 0.50, 2.3, 0.34, 1.0),
    Range(2.6, 2.0, 0.38, 2.3, 0.16, 1.0),
    Range(0.2, 1.4, 0.30, 2.3, 0.04, 1.0),
)
"""Dunes close behind a stand."""

_DRAWN: dict[str, Callable[[Stage, tuple[int, int]], Radiance]] = {
    "books": draw_books,
    "kitchen": draw_kitchen,
    "bathroom": draw_bathroom,
    "leaves": draw_leaves,
    "curtain": draw_curtain,
    "lights": bokeh,
}
_SAND = (222, 192, 146)
_SOFTNESS = {"lights": 0.12, "leaves": 0.45, "curtain": 0.35}
"""Blur circle of what is drawn soft already, as a share of the usual."""


def _sand(stage: Stage) -> Rgb:
    light = rgb(stage.light.key) + rgb(stage.light.ambient)
    red, green, blue = rgb(surface_colour(_SAND)) * light
    return (float(red), float(green), float(blue))


def view(stage: Stage, name: str, radius: float) -> Radiance:
    """The whole plate filled with a view.

    Args:
        stage: The picture.
        name: One of `scene.VIEWS`.
        radius: Blur circle in pixels.

    Returns:
        (H, W, 3) linear light.

    Raises:
        KeyError: There is no such view.
    """
    chosen = stage.rng(26)
    if name in _ROOMS:
        rooms = _ROOMS[name]
        around, level, headings = rooms[int(chosen.integers(len(rooms)))]
        heading = headings[int(chosen.integers(len(headings)))]
        return indoors(stage, around, radius=radius, level=level, heading=heading, lowest=_LOWEST)
    if name in _PLACES:
        places = _PLACES[name]
        around, beyond = places[int(chosen.integers(len(places)))]
        return outdoors(stage, around, None, radius=radius, beyond=beyond, lowest=_LOWEST)
    if name == "dunes":
        return outdoors(stage, "", _sand(stage), radius=0.6 * radius, beyond=_DUNES, lowest=_LOWEST)
    if name == "sky":
        return outdoors(stage, "", None, radius=0.5 * radius, lowest=1.0)
    if name == "sea":
        beyond = COAST if chosen.random() < 0.4 else ()
        return sea_view(
            stage, outdoors(stage, "", None, radius=0.5 * radius, beyond=beyond, lowest=_LOWEST), _LOWEST
        )
    return finish(stage, _DRAWN[name](stage, small_size(stage)), _SOFTNESS.get(name, 1.0) * radius)
