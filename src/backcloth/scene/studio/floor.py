"""The plane the subject stands on: surface, light, shadows, reflections, blur."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.lens import blur_rows
from backcloth.scene.studio.light import lamps
from backcloth.scene.studio.reflection import mirrored
from backcloth.scene.studio.shadow import Shadows, cast_shadows, no_shadows
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.texture import Tile, lay

_FILL = 0.32
"""Power of the surroundings' colour with which it tints the ambient light."""

_LEAN = 0.12
"""How much brighter the ambient light is on the side of brighter surroundings."""

_POLISHED = 0.75
"""Least gloss of a ground that reflections were asked for on."""

Hook = Callable[[Radiance, int], Radiance]
"""Takes the ground from some row down to the plate's foot, and that row; gives it back changed."""


def shadows_of(stage: Stage) -> Shadows:
    """The subject's shadows on the stage's ground; none where it does not stand or none are wanted."""
    if not (stage.scene.shadow != "none" and stage.stance.present and stage.stance.grounded):
        return no_shadows((stage.camera.width, stage.camera.height))
    return cast_shadows(stage.matte, stage.stance, stage.camera, stage.light, stage.key)


def pool_of_light(stage: Stage, share: float) -> Field:
    """(H, W) falloff of light away from the subject, 1 beside it, 1 - share far off."""
    camera, stance = stage.camera, stage.stance
    x = (np.arange(camera.width, dtype=np.float32) - stance.centre - stage.key.side * 0.12 * stance.extent)[
        None, :
    ]
    y = (np.arange(camera.height, dtype=np.float32) - camera.contact_row + 0.05 * stance.extent)[:, None]
    reach = 0.75 * stance.extent + 0.25 * max(camera.width, camera.height)
    squash = max(camera.foreshortening * 1.6, 0.30)
    distance = np.sqrt((x / reach) ** 2 + (y / (reach * squash * 1.3)) ** 2)
    return np.asarray(1.0 - share * smoothstep(0.25, 1.9, distance), np.float32)


def slant_of_light(stage: Stage, share: float) -> Field:
    """(1, W) light that falls off from the key's side to the other."""
    x = np.linspace(-1.0, 1.0, stage.camera.width, dtype=np.float32)[None, :]
    return np.asarray(1.0 + share * stage.key.side * x, np.float32)


def draw_floor(  # noqa: PLR0913  (the pieces that a set composes)
    stage: Stage,
    tile: Tile,
    behind: Radiance,
    edge: float,
    shadows: Shadows,
    *,
    fade: tuple[float, float] | None = None,
    pattern: Field | None = None,
    yaw: float = 0.0,
    dress: Hook | None = None,
    overlay: Hook | None = None,
    foot: float | None = None,
) -> Radiance:
    """Draws the ground over what stands behind it.

    Args:
        stage: The picture.
        tile: The surface.
        behind: (H, W, 3) far background, already out of focus; mirrored in glossy ground.
        edge: Row where the ground ends: the far edge of a table, or the horizon.
        shadows: Of the subject.
        fade: Depths, in multiples of the subject's, over which the ground turns into `behind`.
        pattern: (H, W) share of the key light that passes, for light through a window.
        yaw: Radians by which the surface is turned.
        dress: Changes the ground's reflectance before it is lit: painted lines, wet sand.
        overlay: Changes the lit ground before it is blurred: grass, water.
        foot: Row where what stands behind meets the ground, for its reflection; None takes it for far away.

    Returns:
        The whole picture, linear light.
    """
    camera = stage.camera
    height = camera.height
    soft = float(stage.circle(np.asarray([edge], np.float32))[0])
    first = int(np.clip(np.floor(edge - 1.5 * soft - 2), 0, height))
    if first >= height:
        return behind
    rows = slice(first, height)
    rng = stage.rng(11)
    offset = (float(rng.random()) * tile.side, float(rng.random()) * tile.side)
    ground = lay(tile, camera, (first, height), yaw=yaw, offset=offset)
    if dress is not None:
        ground = dress(ground, first)
    ground *= _arriving(stage, shadows, pattern, fill_light(behind, edge))[rows]
    tile = _wanted(stage, tile)
    if tile.gloss > 0:
        image, share = mirrored(stage, tile, behind, (first, height), yaw=yaw, offset=offset, foot=foot)
        ground = mix(ground, image, share)
    if overlay is not None:
        ground = overlay(ground, first)
    y = np.arange(first, height, dtype=np.float32) + 0.5
    ground = blur_rows(ground, stage.circle(y))
    share = smoothstep(edge - soft - 0.6, edge + soft + 0.6, y)
    if fade is not None:
        depth = camera.depth(y) / camera.focus
        share = share * smoothstep(fade[1], fade[0], depth)
    out = behind.copy()
    out[rows] = mix(behind[rows], ground, np.broadcast_to(share[:, None], ground.shape[:2]))
    return out


def _wanted(stage: Stage, tile: Tile) -> Tile:
    """The tile, polished where reflections were asked for."""
    if not stage.scene.reflection:
        return tile
    return replace(tile, gloss=max(tile.gloss, _POLISHED), roughness=min(tile.roughness, 0.22))


def _arriving(stage: Stage, shadows: Shadows, pattern: Field | None, fill: Field) -> Radiance:
    """(H, W, 3) light on the ground; `fill` (1, W, 3) tints what comes from everywhere."""
    light = stage.light
    key, second = lamps(light, stage.key, stage.camera.width)
    key = key * (1.0 - shadows.cast)[..., None]
    if pattern is not None:
        key *= pattern[..., None]
    total = as_field(key + fill * rgb(light.ambient) * (1.0 - shadows.ambient)[..., None])
    if shadows.second is not None:
        total += second * (1.0 - shadows.second)[..., None]
    pool = pool_of_light(stage, light.pool) * slant_of_light(stage, 0.10)
    return as_field(total * ((1.0 - shadows.contact) * pool)[..., None])


def fill_light(behind: Radiance, edge: float) -> Field:
    """(1, W, 3) tint of the ambient light by the surroundings: their colour, and from which side more comes.

    The first two orders of the irradiance that what stands behind gives (Ramamoorthi & Hanrahan, An
    Efficient Representation for Irradiance Environment Maps, 2001), toned down, since the rest of the
    surroundings is not known and the subject is not relit: a forest's shade is green, but mildly.

    Args:
        behind: (H, W, 3) linear light.
        edge: Row where the ground begins.
    """
    rows = max(1, min(behind.shape[0], round(edge)))
    thirds = cv2.resize(np.minimum(behind[:rows], 4.0), (3, 1), interpolation=cv2.INTER_AREA)
    mean = thirds.mean(axis=(0, 1))
    level = float(mean.mean())
    if level < 0.02:
        return np.ones((1, behind.shape[1], 3), np.float32)
    tint = np.clip(mean / level, 0.3, 3.0) ** _FILL
    sides = np.clip(thirds.mean(axis=2)[0] / level, 0.25, 4.0)
    lean = float(np.clip(0.5 * np.log(sides[2] / sides[0]), -1.0, 1.0)) * _LEAN
    across = 1.0 + lean * np.linspace(-1.0, 1.0, behind.shape[1], dtype=np.float32)
    return as_field((tint / float(tint.mean())) * across[None, :, None])
