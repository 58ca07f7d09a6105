"""A gallery: a floor that meets a wall close behind the subject."""

from __future__ import annotations

import math

import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Radiance, as_field, mix, rgb
from backcloth.scene.studio.floor import draw_floor, shadows_of
from backcloth.scene.studio.props.dress import around, behind, standing
from backcloth.scene.studio.scene import WALLS
from backcloth.scene.studio.sets.pattern import on_floor
from backcloth.scene.studio.sets.walls import wall
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import WOODS, build_floor, ray
from backcloth.scene.studio.tone import surface_colour

_WHITE = Colour(232, 230, 226)

_SKIRTED = frozenset({"", "plaster", "white wood"})
"""Walls with a skirting board; the others end in a shadow gap."""

_BOARD, _GAP = 0.085, 0.012
"""Metres that a skirting board and a shadow gap are high."""


def draw_gallery(stage: Stage) -> Radiance:
    """Draws floor and wall with what joins them."""
    camera, scene = stage.camera, stage.scene
    material = scene.backdrop if scene.backdrop in WALLS else ""
    extent = stage.stance.extent * camera.pixel
    depth = _wall_at(stage)
    colour = scene.backdrop_colour or (None if material else _WHITE)
    far = _foot(stage, wall(stage, colour, depth=depth, material=material), material, depth)
    floor = scene.surface or "concrete"
    rng = stage.rng(13)
    yaw = float(rng.uniform(-0.08, 0.08))
    if floor in WOODS:
        yaw += math.pi / 2
    lit = ray(stage, yaw)
    tile = build_floor(floor, scene.surface_colour, stage.rng(12), stage.texels, camera.pixel, lit=lit)

    def dress(ground: Radiance, first: int) -> Radiance:
        rows = np.arange(first, camera.height, dtype=np.float32) + 0.5
        away = np.maximum(depth - camera.depth(rows), 0.0)
        return as_field(ground * (1.0 - 0.45 * np.exp(-away / (0.16 * extent)))[:, None, None])

    edge = camera.row(depth)
    shadows, pattern = shadows_of(stage), on_floor(stage, depth)
    out = draw_floor(
        stage,
        tile,
        behind(stage, far, edge),
        edge,
        shadows,
        pattern=pattern,
        yaw=yaw,
        dress=dress,
        overlay=around(stage, shadows, pattern, edge=edge),
        foot=edge,
    )
    return standing(stage, out, edge)


def gallery_end(stage: Stage) -> float:
    """The row where the floor meets the wall."""
    return stage.camera.row(_wall_at(stage))


def _wall_at(stage: Stage) -> float:
    """Metres from the camera to the wall."""
    camera = stage.camera
    gap = float(stage.rng(15).uniform(0.75, 1.35)) * stage.stance.extent * camera.pixel
    return camera.focus + min(gap, 1.2 * camera.focus)


def _foot(stage: Stage, far: Radiance, material: str, depth: float) -> Radiance:
    """The wall's lower end: darker towards the floor, a skirting board or a shadow gap."""
    camera = stage.camera
    metre = camera.focal / depth
    rows = np.arange(camera.height, dtype=np.float32) + 0.5
    high = (camera.row(depth) - rows) / metre
    soft = 0.7 / metre + 0.25 * stage.bokeh * (1.0 - camera.focus / depth) / metre
    fall = 1.0 - 0.22 * np.exp(-np.maximum(high, 0.0) / 0.30)
    out = as_field(far * fall[:, None, None])
    if material in _SKIRTED:
        light = rgb(stage.light.key) + rgb(stage.light.ambient)
        paint = rgb(surface_colour((228, 226, 222))) * light * 0.92
        lit = far / np.maximum(far.mean(axis=1, keepdims=True), 1e-4)
        board = as_field(paint * fall[:, None, None] * np.clip(lit, 0.3, 1.5))
        ledge = 1.0 - 0.35 * np.exp(-(((high - _BOARD) / (0.012 + soft)) ** 2))
        out = mix(as_field(out * ledge[:, None, None]), board, _share(high, _BOARD, soft, camera.width))
    dark = 1.0 - 0.75 * _share(high, _GAP, soft, camera.width)
    return as_field(out * dark[..., None])


def _share(high: Field, top: float, soft: float, width: int) -> Field:
    """(H, W) coverage of what reaches from the floor to `top` metres, out of focus by `soft` metres."""
    edge = np.clip((top - high) / (2.0 * soft) + 0.5, 0.0, 1.0)
    return as_field(np.broadcast_to(edge[:, None], (high.size, width)))
