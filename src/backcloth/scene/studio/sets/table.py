"""A table top: a surface near the camera, a wall, window, room or garden out of focus behind it."""

from __future__ import annotations

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Radiance
from backcloth.scene.studio.floor import draw_floor, shadows_of
from backcloth.scene.studio.props.dress import around, behind, standing
from backcloth.scene.studio.scene import VIEWS, WALLS
from backcloth.scene.studio.sets.pattern import on_floor
from backcloth.scene.studio.sets.views import view
from backcloth.scene.studio.sets.walls import wall
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import build, ray

_WALL = Colour(226, 221, 213)
_DARK = Colour(70, 68, 67)

_FREE, _AGAINST_WALL = (1.9, 3.3), (0.8, 1.5)
"""How far a table goes on behind the subject, in its extents."""


def draw_table(stage: Stage) -> Radiance:
    """Draws a table top."""
    camera, scene = stage.camera, stage.scene
    far, foot = behind_stand(stage), None
    if far is None:
        away = 1.12 * _reach(stage)
        far, foot = wall_behind(stage, away), camera.row(away)
    edge = table_end(stage)
    yaw = float(stage.rng(13).uniform(-0.10, 0.10))
    tile = build(
        scene.surface or "wood",
        scene.surface_colour,
        stage.rng(12),
        stage.texels,
        camera.pixel,
        lit=ray(stage, yaw),
    )
    shadows, pattern = shadows_of(stage), on_floor(stage)
    overlay = around(stage, shadows, pattern, edge=edge)
    far = behind(stage, far, edge, plants=True)
    drawn = draw_floor(stage, tile, far, edge, shadows, pattern=pattern, yaw=yaw, overlay=overlay, foot=foot)
    return standing(stage, drawn, edge, plants=False)


def table_end(stage: Stage) -> float:
    """The row where a table ends and what stands behind it begins."""
    camera = stage.camera
    if not stage.stance.grounded and stage.stance.present:
        return 0.74 * camera.height
    return float(min(camera.row(_reach(stage)), camera.contact_row - 0.07 * camera.height))


def _reach(stage: Stage) -> float:
    """Metres from the camera to the table's far edge."""
    camera = stage.camera
    least, most = _AGAINST_WALL if stage.scene.backdrop in WALLS else _FREE
    return camera.focus + float(stage.rng(15).uniform(least, most)) * stage.stance.extent * camera.pixel


def behind_stand(stage: Stage) -> Radiance | None:
    """The place behind a table or podium, out of focus; None where only a wall is wanted."""
    name = stage.scene.backdrop
    return view(stage, name, 0.85 * stage.bokeh) if name in VIEWS else None


def wall_behind(stage: Stage, depth: float) -> Radiance:
    """The wall behind a stand, `depth` metres away: of the backdrop's material, or painted."""
    scene = stage.scene
    if scene.backdrop in WALLS:
        return wall(stage, scene.backdrop_colour, depth=depth, material=scene.backdrop, stood=True)
    usual = _DARK if scene.light == "dramatic" else _WALL
    return wall(stage, scene.backdrop_colour or _varied(usual, stage), depth=depth, stood=True)


def _varied(colour: Colour, stage: Stage) -> Colour:
    """A wall nobody named a colour for differs a little from seed to seed."""
    shift = stage.rng(14).uniform(-13, 13, 3) * np.asarray([1.0, 0.6, 1.0]) + stage.rng(18).uniform(-26, 8)
    red, green, blue = (int(np.clip(c + d, 0, 255)) for c, d in zip(colour.rgb, shift, strict=True))
    return Colour(red, green, blue)
