"""A flat lay: the surface fills the picture, seen from straight above."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb
from backcloth.scene.studio.props.dress import on_flat
from backcloth.scene.studio.sets import pattern
from backcloth.scene.studio.shadow import Shadows
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.surfaces import build, ray

_SIZE = 0.25
"""Metres that the subject is taken for."""


def draw_flatlay(stage: Stage) -> Radiance:
    """Draws the surface from above, with the subject's shadow beside it."""
    camera, light, scene = stage.camera, stage.light, stage.scene
    longest = max(camera.width, camera.height)
    pixel = _SIZE / stage.stance.extent
    name = scene.surface or "plaster"
    beam = replace(ray(stage), x=-0.8 * stage.key.side, y=0.6)
    tile = build(name, scene.surface_colour, stage.rng(12), stage.texels, pixel, lit=beam)
    shift = stage.rng(13).integers(0, stage.texels, 2)
    ground = np.roll(tile.colour, (int(shift[0]), int(shift[1])), axis=(0, 1))
    if longest > stage.texels:
        ground = as_field(cv2.resize(ground, (longest, longest), interpolation=cv2.INTER_CUBIC))
    ground = np.maximum(ground[: camera.height, : camera.width], 0.0)
    cast, ambient = _shadows(stage)
    through = pattern.flat(stage) if scene.pattern else None
    key = rgb(light.key) * (1.0 - cast)[..., None]
    if through is not None:
        key = key * through[..., None]
    x = np.linspace(-1.0, 1.0, camera.width, dtype=np.float32)[None, :]
    y = np.linspace(-1.0, 1.0, camera.height, dtype=np.float32)[:, None]
    slant = 1.0 + 0.12 * stage.key.side * x - 0.08 * y - 0.5 * light.pool * 0.5 * (x * x + y * y)
    arriving = (key + rgb(light.ambient) * (1.0 - ambient)[..., None]) * slant[..., None]
    strewn = on_flat(stage, Shadows(cast, ambient, np.zeros_like(cast)), through, pixel)
    lit = as_field(ground * arriving)
    return lit if strewn is None else strewn(lit, 0)


def _shadows(stage: Stage) -> tuple[Field, Field]:
    """(cast, ambient) darkness beside a thing that lies flat."""
    none = np.zeros(stage.matte.shape, np.float32)
    if not (stage.scene.shadow != "none" and stage.stance.present):
        return none, none
    size = min(stage.stance.extent, stage.stance.right - stage.stance.left + 1.0)
    reach = 0.07 * size * max(stage.key.reach, 0.6)
    cast = none
    for step in (0.35, 0.7, 1.0):
        move = np.asarray(
            [[1, 0, -stage.key.side * 0.8 * reach * step], [0, 1, 0.6 * reach * step]], np.float32
        )
        moved = cv2.warpAffine(stage.matte, move, (stage.camera.width, stage.camera.height))
        sigma = 1.0 + step * reach * (0.25 + 1.2 * stage.light.softness)
        cast = np.maximum(cast, cv2.GaussianBlur(moved, (0, 0), sigma))
    near = cv2.GaussianBlur(stage.matte, (0, 0), 0.012 * size + 0.6)
    wide = cv2.GaussianBlur(stage.matte, (0, 0), 0.07 * size + 0.6)
    return cast, np.asarray(1.0 - (1.0 - 0.6 * near) * (1.0 - 0.35 * wide), np.float32)
