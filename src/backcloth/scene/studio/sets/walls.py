"""Walls behind a subject: painted, or of a material, in the stage's light, with the subject's shadow."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from backcloth.domain.colour import Colour
from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb, smoothstep
from backcloth.scene.studio.far import finish
from backcloth.scene.studio.light import lamps
from backcloth.scene.studio.materials.relief import Ray
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.sets.pattern import on_wall
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import WOODS, build, build_floor, ray
from backcloth.scene.studio.tone import surface_colour

_PAINTED = 420
"""Longest side that a plain wall is computed at: there is nothing fine on it."""

_NEAR = 0.42
"""Blur circle of a wall of some material as a share of the lens's own at its depth, so that it is told."""


def wall(
    stage: Stage, colour: Colour | None, *, depth: float, material: str = "", stood: bool = False
) -> Radiance:
    """A wall that faces the camera, brighter near the key and towards the middle.

    Args:
        stage: The picture.
        colour: Of the paint, or of the material; None for the material's own.
        depth: Metres from the camera.
        material: Name of a surface; empty for paint.
        stood: Whether what the subject stands on reaches the wall, so that its shadow ends there.

    Returns:
        (H, W, 3) linear light, blurred as far as it is out of focus.
    """
    camera, light = stage.camera, stage.light
    radius = stage.bokeh * max(0.0, 1.0 - camera.focus / depth)
    longest = max(camera.width, camera.height)
    if material:
        radius *= _NEAR
        scale = min(1.0, max(_PAINTED / longest, 2.2 / max(radius, 1.0)))
    else:
        scale = min(1.0, _PAINTED / longest)
    width, height = max(1, round(camera.width * scale)), max(1, round(camera.height * scale))
    key, second = lamps(light, stage.key, width)
    key = key * np.ones((height, width, 1), np.float32)
    if stage.scene.pattern:
        key = key * on_wall(stage, depth, width, height)[..., None]
    thrown = subject_on_wall(stage, depth, width, height)
    if stood:
        rows = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / scale
        thrown = as_field(thrown * (rows < camera.row(depth)))
    key = key * (1.0 - thrown)[..., None]
    fall = _falloff(stage, width, height) * light.background
    arriving = (key + second + rgb(light.ambient)) * fall[..., None]
    if material:
        paint = _covering(stage, material, colour, depth, (width, height))
    else:
        mottle = noise(stage.rng(31), 256, 200, 20, slope=1.6)
        cloudy = mottle[np.ix_(np.arange(height) % 256, np.arange(width) % 256)]
        named = colour or Colour(226, 221, 213)
        paint = as_field(rgb(surface_colour(named.rgb)) * (1.0 + 0.012 * cloudy)[..., None])
    return finish(stage, as_field(paint * arriving), radius)


def subject_on_wall(stage: Stage, depth: float, width: int, height: int) -> Field:
    """(height, width) darkness of the key light that the subject throws on a wall behind it.

    On a wall that is parallel to the subject's plane the shadow is the silhouette, smaller and moved.
    """
    camera, stance, (across, along) = stage.camera, stage.stance, stage.key.away
    if stage.scene.shadow == "none" or not stance.present or along <= 0:
        return np.zeros((height, width), np.float32)
    gap = (depth - camera.focus) * camera.focal / depth
    share = camera.focus / depth
    blur = 0.8 + 0.55 * stage.light.softness * gap * width / camera.width
    factor = max(1, int(blur / 3.0))
    size = (max(1, width // factor), max(1, height // factor))
    scale = size[0] / camera.width
    move_x = camera.width / 2 * (1 - share) + gap * across / along
    move_y = camera.horizon * (1 - share) + gap / (along * stage.key.reach)
    small = cv2.resize(stage.matte, size, interpolation=cv2.INTER_AREA)
    moved = np.asarray([[share, 0, move_x * scale], [0, share, move_y * scale]], np.float32)
    shadow = cv2.warpAffine(small, moved, size, flags=cv2.INTER_LINEAR)
    shadow = cv2.GaussianBlur(shadow, (0, 0), max(0.6, blur / factor), borderType=cv2.BORDER_CONSTANT)
    large = cv2.resize(shadow, (width, height), interpolation=cv2.INTER_CUBIC)
    return as_field(0.9 * large.clip(0.0, 1.0))


def _falloff(stage: Stage, width: int, height: int) -> Field:
    x = (np.arange(width, dtype=np.float32)[None, :] + 0.5) / width * 2 - 1
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height * 2 - 1
    fall = 0.96 - 0.22 * smoothstep(-0.9, 1.4, as_field(-x * stage.key.side)) - 0.10 * (0.5 - 0.5 * y)
    centre = np.sqrt(((x - 0.25 * stage.key.side) / 1.2) ** 2 + ((y + 0.05) / 0.95) ** 2)
    return as_field(fall * (1.0 - stage.light.pool * smoothstep(0.15, 1.7, centre)))


def _grazing(stage: Stage) -> Ray:
    """The key light as an upright wall sees it: shadows of its relief fall sideways and down."""
    across, along = stage.key.away
    down = 1.0 / stage.key.reach
    length = math.hypot(across, down)
    reach = min(2.0, length / max(along, 0.3))
    return replace(ray(stage), x=across / length, y=down / length, reach=reach)


def _covering(
    stage: Stage, material: str, colour: Colour | None, depth: float, size: tuple[int, int]
) -> Radiance:
    """(height, width, 3) the wall's material, seen straight on."""
    width, height = size
    texels = max(128, -(-max(size) // 128) * 128)
    metres = depth / stage.camera.focal * stage.camera.width / width
    make = build_floor if material in WOODS else build
    tile = make(material, colour, stage.rng(34), texels, metres, lit=_grazing(stage))
    start = stage.rng(35).uniform(0.0, texels, 2)
    texel = metres * texels / tile.side
    column = np.mod(np.arange(width, dtype=np.float32) * texel + float(start[0]), texels)
    row = np.mod(np.arange(height, dtype=np.float32) * texel + float(start[1]), texels)
    at_x, at_y = np.meshgrid(as_field(column) + 0.5, as_field(row) + 0.5)
    wrapped = cv2.copyMakeBorder(tile.colour, 1, 1, 1, 1, cv2.BORDER_WRAP)
    return as_field(cv2.remap(wrapped, at_x, at_y, cv2.INTER_LINEAR))
