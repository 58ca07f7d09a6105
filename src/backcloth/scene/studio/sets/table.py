"""A table top: a surface near the camera, a wall, window, room or garden out of focus behind it."""

from __future__ import annotations

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Radiance
from backcloth.scene.studio.far import indoors, outdoors
from backcloth.scene.studio.floor import draw_floor, shadows_of
from backcloth.scene.studio.sets.sea import sea_view
from backcloth.scene.studio.sets.walls import wall, window_on_floor
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import build

_WALL = Colour(226, 221, 213)
_DARK = Colour(70, 68, 67)

_ROOMS: dict[str, tuple[str, float, float | None]] = {
    "window": ("home", 0.40, 208.0),
    "room": ("home", 0.42, None),
    "kitchen": ("hotel", 0.36, 165.0),
    "cafe": ("hotel", 0.26, None),
    "warehouse": ("warehouse", 0.30, None),
}
"""Panorama, brightness and heading of the rooms a table may stand in."""


def draw_table(stage: Stage) -> Radiance:
    """Draws a table top."""
    camera, scene = stage.camera, stage.scene
    behind = behind_stand(stage)
    if behind is None:
        behind = _wall(stage)
    reach = float(stage.rng(15).uniform(1.9, 3.3))
    depth = camera.focus + reach * stage.stance.extent * camera.pixel
    edge = float(min(camera.row(depth), camera.contact_row - 0.07 * camera.height))
    if not stage.stance.grounded and stage.stance.present:
        edge = 0.74 * camera.height
    tile = build(scene.surface, scene.surface_colour, stage.rng(12), stage.texels, camera.pixel)
    pattern = window_on_floor(stage) if scene.pattern else None
    yaw = float(stage.rng(13).uniform(-0.10, 0.10))
    return draw_floor(stage, tile, behind, edge, shadows_of(stage), pattern=pattern, yaw=yaw)


def behind_stand(stage: Stage) -> Radiance | None:
    """The place behind a table or podium, out of focus; None where only a wall is wanted."""
    kind, radius = stage.scene.backdrop, 0.85 * stage.bokeh
    if kind in _ROOMS:
        around, level, heading = _ROOMS[kind]
        return indoors(stage, around, radius=radius, level=level, heading=heading)
    if kind in ("park", "forest", "city", "street", "alps"):
        return outdoors(stage, kind, None, radius=radius)
    if kind == "sky":
        return outdoors(stage, "", None, radius=0.5 * radius)
    if kind == "sea":
        return sea_view(stage, outdoors(stage, "", None, radius=0.5 * radius))
    return None


def _wall(stage: Stage) -> Radiance:
    named = stage.scene.backdrop_colour
    usual = _DARK if stage.scene.light == "dramatic" else _WALL
    return wall(stage, named or _varied(usual, stage), radius=0.85 * stage.bokeh)


def _varied(colour: Colour, stage: Stage) -> Colour:
    """A wall nobody named a colour for differs a little from seed to seed."""
    shift = stage.rng(14).uniform(-13, 13, 3) * np.asarray([1.0, 0.6, 1.0]) + stage.rng(18).uniform(-26, 8)
    red, green, blue = (int(np.clip(c + d, 0, 255)) for c, d in zip(colour.rgb, shift, strict=True))
    return Colour(red, green, blue)
