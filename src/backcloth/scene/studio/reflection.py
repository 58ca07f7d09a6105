"""What glossy ground mirrors: the subject, from its contact on, and what stands behind."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field
from backcloth.scene.studio.roughness import softened, streaked
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.texture import Tile, lay
from backcloth.scene.studio.tone import linear

_HEAD_ON, _GRAZING = 0.06, 0.82
"""Mirror share of a gloss of 1 seen from above, and what is added to it at grazing view."""

_ASKED = 2.0
"""How much more of the subject is mirrored where a reflection was asked for: it is to be seen."""

_MOST = 0.8
"""Share of the subject that is mirrored at most then."""

_WORK = 1024
"""Longest side that the mirrored subject is computed at where it is sharp."""

_TORN = 0.5
"""Share of the way from the contact by which waves move the mirrored subject at most: it stays one."""


def mirror_share(
    stage: Stage, tile: Tile, rows: tuple[int, int], *, yaw: float, offset: tuple[float, float]
) -> Field:
    """(rows, W) share of light that the ground mirrors: Schlick's Fresnel term times gloss and polish.

    Schlick, An Inexpensive BRDF Model for Physically-Based Rendering, 1994; with a stronger head-on term,
    since a product's floor is lacquered or wet.
    """
    camera = stage.camera
    down = np.maximum(np.arange(*rows, dtype=np.float32) + 0.5 - camera.horizon, 1.0)
    cosine = down / np.sqrt(down**2 + camera.focal**2)
    head_on = max(tile.gloss * _HEAD_ON, tile.metal)
    share = (head_on + max(tile.gloss * _GRAZING - tile.metal, 0.0) * (1.0 - cosine) ** 5)[:, None]
    if tile.polish is None:
        return np.repeat(as_field(share), camera.width, axis=1)
    polish = _laid(stage, tile, tile.polish, rows, yaw, offset)
    return as_field(share * np.clip(polish, 0.0, 1.0))


def mirrored(
    stage: Stage,
    tile: Tile,
    behind: Radiance,
    rows: tuple[int, int],
    *,
    yaw: float,
    offset: tuple[float, float],
    foot: float | None = None,
) -> tuple[Radiance, Field]:
    """What a perfect mirror of the tile's roughness and waves would show, and the share of it that is seen.

    Args:
        stage: The picture.
        tile: Gives roughness and slope.
        behind: (H, W, 3) what stands behind, out of focus.
        rows: First row of the ground and the row after the last.
        yaw: Radians by which the surface is turned.
        offset: Metres by which it is moved.
        foot: Row where what stands behind meets the ground; None takes it for far away.

    Returns:
        (rows, W, 3) linear light, and (rows, W) share as of `mirror_share`.
    """
    first, last = rows
    bend = _bend(stage, tile, rows, yaw, offset)
    image = _backdrop(stage, behind, rows, _slack(tile.roughness), bend, foot)
    image = as_field(image * _tint(tile))
    share = mirror_share(stage, tile, rows, yaw=yaw, offset=offset)
    scene, stance = stage.scene, stage.stance
    if scene.reflection is False or not (stance.grounded and stance.present):
        return image, share
    asked = _ASKED if scene.reflection else 1.0
    start = max(first, math.floor(float(stance.base_line.min())))
    if start < last:
        below = bend[start - first :] if bend is not None else None
        light, cover = _subject(stage, (start, last), _slack(tile.roughness), below)
        light = as_field(light * _tint(tile))
        image[start - first :] *= (1.0 - cover)[..., None]
        image[start - first :] += light
        share[start - first :] *= 1.0 + (asked - 1.0) * cover
    return image, np.minimum(share, _MOST)


def _tint(tile: Tile) -> Radiance:
    """(3,) colour of what the tile mirrors: a metal's own, else white."""
    mean = tile.colour[::16, ::16].reshape(-1, 3).mean(axis=0)
    return as_field(1.0 - tile.metal + tile.metal * mean / max(float(mean.max()), 1e-3))


def with_reflection(stage: Stage, light: Radiance, *, gloss: float, roughness: float) -> Radiance:
    """A finished plain ground with the subject's reflection alone, as on a glossy studio sweep.

    Args:
        stage: The picture.
        light: (H, W, 3) lit ground, which mirrors nothing yet; a plain one looks like what it mirrors.
        gloss: As of a tile.
        roughness: As of a tile.
    """
    stance, height = stage.stance, stage.camera.height
    if not (stance.grounded and stance.present):
        return light
    rows = (max(0, math.floor(float(stance.base_line.min()))), height)
    if rows[0] >= height:
        return light
    tile = Tile(light[:1, :1], 1.0, gloss, roughness)
    share = np.minimum(_ASKED * mirror_share(stage, tile, rows, yaw=0.0, offset=(0.0, 0.0)), _MOST)[..., None]
    image, cover = _subject(stage, rows, _slack(roughness), None)
    out = light.copy()
    out[rows[0] :] += share * (image - cover[..., None] * out[rows[0] :])
    return out


def _slack(roughness: float) -> float:
    """Tangent of the spread, as a standard deviation, of the rays that a surface of a roughness mirrors."""
    return 0.002 + 0.22 * roughness**2


def _laid(
    stage: Stage, tile: Tile, layer: Field, rows: tuple[int, int], yaw: float, offset: tuple[float, float]
) -> Field:
    """A map of the tile on the ground, (rows, W) or (rows, W, C), read at half the plate's resolution."""
    camera = stage.camera
    half = replace(
        camera,
        width=(camera.width + 1) // 2,
        height=(camera.height + 1) // 2,
        focal=camera.focal / 2,
        horizon=camera.horizon / 2,
        contact_row=camera.contact_row / 2,
    )
    first, last = rows[0] // 2, (rows[1] + 1) // 2
    small = lay(tile, half, (first, last), yaw=yaw, offset=offset, layer=layer)
    large = cv2.resize(small, (2 * half.width, 2 * (last - first)), interpolation=cv2.INTER_LINEAR)
    return as_field(large[rows[0] - 2 * first : rows[1] - 2 * first, : camera.width])


def _bend(
    stage: Stage, tile: Tile, rows: tuple[int, int], yaw: float, offset: tuple[float, float]
) -> Field | None:
    """(rows, W, 2) by how much waves turn the mirrored ray, as tangents to the right and upwards."""
    if tile.slope is None:
        return None
    slope = _laid(stage, tile, tile.slope, rows, yaw, offset)
    cosine, sine = math.cos(yaw), math.sin(yaw)
    across = slope[..., 0] * cosine - slope[..., 1] * sine
    along = slope[..., 0] * sine + slope[..., 1] * cosine
    down = (np.arange(*rows, dtype=np.float32) + 0.5 - stage.camera.horizon)[:, None]
    grazing = np.clip(down / stage.camera.focal, 0.05, 1.0)
    return as_field(np.dstack([2.0 * across * grazing, -2.0 * along]))


def _backdrop(
    stage: Stage,
    behind: Radiance,
    rows: tuple[int, int],
    slack: float,
    bend: Field | None,
    foot: float | None,
) -> Radiance:
    """What stands behind, upside down; what lies above the plate's upper edge is taken for its upper part."""
    camera = stage.camera
    height, width = behind.shape[:2]
    line = camera.horizon if foot is None else foot
    down = np.arange(*rows, dtype=np.float32)[:, None] + 0.5
    row = np.broadcast_to(2 * line - down, (down.shape[0], width))
    column = np.broadcast_to(np.arange(width, dtype=np.float32)[None, :] + 0.5, row.shape)
    if bend is not None:
        row = row - camera.focal * bend[..., 1]
        column = column + camera.focal * bend[..., 0]
    top = 0.06 * height
    row = np.where(row < top, top * np.exp(np.minimum(row / top - 1.0, 0.0)), row)
    row = np.minimum(row, max(line, 1.0))
    image = as_field(
        cv2.remap(
            behind,
            as_field(column - 0.5),
            as_field(row - 0.5),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )
    sigma = min(camera.focal * slack, 0.25 * height)
    return streaked(image, sigma)


def _subject(stage: Stage, rows: tuple[int, int], slack: float, bend: Field | None) -> tuple[Radiance, Field]:
    """The subject upside down from its contact line on, softer with distance: (light times cover, cover).

    A ray that meets the ground `below` rows under the contact has run focal × below / (lift + below)
    pixels, at the subject's scale, when it meets the subject; so far a rough surface spreads it.
    """
    stance, camera = stage.stance, stage.camera
    first, last = rows
    width = camera.width
    scale = min(1.0, _WORK / max(width, camera.height))
    size = (max(1, round(width * scale)), max(1, round((last - first) * scale)))
    y = first + (np.arange(size[1], dtype=np.float32)[:, None] + 0.5) * (last - first) / size[1]
    x = (np.arange(size[0], dtype=np.float32)[None, :] + 0.5) * width / size[0]
    base = np.interp(x[0], np.arange(width) + 0.5, stance.base_line)[None, :].astype(np.float32)
    below = np.maximum(y - base, 0.0)
    lift = camera.contact_row - camera.horizon
    run = camera.focal * below / (lift + below)
    row = 2 * base - y
    column = np.broadcast_to(x, row.shape)
    if bend is not None:
        turned = cv2.resize(bend, size, interpolation=cv2.INTER_AREA)
        row = row - _within(run * turned[..., 1], _TORN * below)
        column = column + _within(run * turned[..., 0], _TORN * below)
    top = max(0, math.floor(2 * stance.bottom - last) - 2)
    part = slice(top, min(camera.height, stance.bottom + 2))
    colour = linear(stage.subject[part].astype(np.float32) / 255.0)
    layer = np.dstack([colour * stage.matte[part, :, None], stage.matte[part]])
    flipped = as_field(cv2.remap(layer, as_field(column - 0.5), as_field(row - top - 0.5), cv2.INTER_LINEAR))
    flipped *= (y >= base - 0.5)[..., None]
    sigma = run * (slack * scale)
    flipped = softened(flipped, as_field(sigma))
    steep = lift / math.hypot(lift, camera.focal)
    fade = np.exp(-below / (0.9 * stance.extent * (1.0 - steep) ** 2))
    flipped = flipped * fade[..., None]
    full = as_field(cv2.resize(flipped, (width, last - first), interpolation=cv2.INTER_LINEAR))
    return full[..., :3], np.clip(full[..., 3], 0.0, 1.0)


def _within(shift: Field, most: Field) -> Field:
    """The shift, bent so that it never exceeds `most`."""
    return as_field(most * np.tanh(shift / np.maximum(most, 1e-3)))
