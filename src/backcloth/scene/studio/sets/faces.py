"""What is seen of a solid: the coverage of its side and its top, and its side in the stage's light."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb
from backcloth.scene.studio.light import lamps
from backcloth.scene.studio.sets.pattern import on_points
from backcloth.scene.studio.sets.solid import Profile, Solid, meet, row_of, slopes
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.texture import Tile

_FINER = 3
"""Lines of sight to a column, averaged, so that upright edges are smooth."""


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """What is seen of a solid in a window of the plate.

    Attributes:
        rows, columns: The window.
        side, top: (h, w) coverage; the two add up to the silhouette.
        paint: (h, w, 3) lit colour of the side.
        rim: (h, w) 0..1 along the bevel between top and side.
    """

    rows: slice
    columns: slice
    side: Field
    top: Field
    paint: Radiance
    rim: Field


def faces(stage: Stage, solid: Solid, tile: Tile) -> Faces | None:
    """Finds and paints what is seen of a solid; None where it is outside the picture."""
    camera = stage.camera
    columns = np.flatnonzero(meet(solid, slopes(camera, np.arange(camera.width) + 0.5)).hit)
    if columns.size == 0:
        return None
    left, right = max(0, int(columns[0]) - 2), min(camera.width, int(columns[-1]) + 3)
    fine = left + (np.arange((right - left) * _FINER) + 0.5) / _FINER
    profile = meet(solid, slopes(camera, fine))
    lip = row_of(camera, solid.high, profile.near)
    foot = row_of(camera, solid.low, profile.near)
    back = np.minimum(lip, row_of(camera, solid.high, profile.far))
    hit = profile.hit
    first = int(np.clip(math.floor(float(back[hit].min())) - 2, 0, camera.height))
    last = int(np.clip(math.ceil(float(foot[hit].max())) + 2, first, camera.height))
    if last <= first:
        return None
    y = np.arange(first, last, dtype=np.float32)[:, None] + 0.5
    side = np.zeros((last - first, right - left), np.float32)
    whole = np.zeros_like(side)
    for index in range(_FINER):
        every = slice(index, None, _FINER)
        inside = hit[every].astype(np.float32)[None, :]
        below = np.clip(as_field(foot[every])[None, :] - y + 0.5, 0.0, 1.0) * inside
        side += below * np.clip(y - as_field(lip[every])[None, :] + 0.5, 0.0, 1.0)
        whole += below * np.clip(y - as_field(back[every])[None, :] + 0.5, 0.0, 1.0)
    side, whole = as_field(side / _FINER), as_field(whole / _FINER)
    middle = slice(_FINER // 2, None, _FINER)
    paint, rim = _paint(stage, solid, tile, _filled(profile, middle), y)
    return Faces(slice(first, last), slice(left, right), side, as_field(whole - side), paint, rim)


def compose(behind: Radiance, seen: Faces, top: Radiance) -> Radiance:
    """The picture with a solid in it. `top` is the whole picture's (H, W, 3), or one colour (3,)."""
    out = behind.copy()
    at = (seen.rows, seen.columns)
    above = top[at] if top.ndim == 3 else top
    bevel = (1.0 + 0.30 * seen.rim)[..., None]
    solid = seen.paint * seen.side[..., None] + above * seen.top[..., None]
    out[at] = behind[at] * (1.0 - seen.side - seen.top)[..., None] + solid * bevel
    return out


def _filled(profile: Profile, every: slice) -> Profile:
    """One line of sight to a column; columns that only touch the solid take their neighbour's values."""
    hit = profile.hit
    good = np.flatnonzero(hit)
    nearest = good[np.clip(np.searchsorted(good, np.arange(hit.size)), 0, good.size - 1)]
    pick = nearest[every]
    return Profile(
        profile.slope[every],
        profile.near[pick],
        profile.far[pick],
        profile.normal[pick],
        profile.along[pick],
        hit[every],
    )


def _paint(stage: Stage, solid: Solid, tile: Tile, profile: Profile, y: Field) -> tuple[Radiance, Field]:
    """The side's texture in the stage's light, and the bevel at its upper rim."""
    camera = stage.camera
    near = as_field(profile.near)[None, :]
    high = as_field(camera.rise - (y - camera.horizon) * near / camera.focal)
    columns = camera.width / 2 + profile.slope * camera.focal
    x = as_field((columns - stage.stance.centre) * profile.near / camera.focal)[None, :]
    arriving = _arriving(stage, tile, profile, np.clip(columns, 0, camera.width - 1).astype(np.intp))
    key, sky, glint = (light[None] for light in arriving)
    through = on_points(stage, x, high, near)
    if through is not None:
        key, glint = key * through[..., None], glint * through[..., None]
    down = np.clip((solid.high - high) / max(solid.high - solid.low, 1e-6), 0.0, 1.0)
    shade = 1.0 - 0.26 * down - 0.16 * np.exp(-(1.0 - down) / 0.07)
    paint = (_texture(tile, solid, profile, high) * (key + sky) + glint) * shade[..., None]
    lip = as_field(row_of(camera, solid.high, profile.near))[None, :]
    width = max(0.9, 0.0032 * max(camera.width, camera.height))
    towards = -(profile.normal @ np.asarray(stage.key.away))
    lit = as_field(0.35 + 0.65 * np.clip(towards + 0.3, 0.0, 1.0))[None, :]
    return as_field(paint), as_field(np.exp(-(((y - lip) / width) ** 2)) * lit)


def _texture(tile: Tile, solid: Solid, profile: Profile, high: Field) -> Radiance:
    """The tile wrapped around the side, (h, w, 3); each solid shows a part of its own."""
    texel = tile.colour.shape[0] / tile.side
    start_x, start_y = 7.3 * np.abs(solid.outline).sum(axis=0)
    at_x = np.mod(as_field((profile.along + start_x) * texel)[None, :] + 0.0 * high, tile.colour.shape[1])
    at_y = np.mod((start_y - high) * texel, tile.colour.shape[0])
    wrapped = cv2.copyMakeBorder(tile.colour, 0, 1, 0, 1, cv2.BORDER_WRAP)
    return as_field(cv2.remap(wrapped, as_field(at_x), as_field(at_y), cv2.INTER_LINEAR))


def _arriving(
    stage: Stage, tile: Tile, profile: Profile, columns: npt.NDArray[np.intp]
) -> tuple[Radiance, Radiance, Radiance]:
    """Light of the lamps, of the surroundings, and the lamps' glint on each column's normal, (w, 3) each."""
    light, normal = stage.light, profile.normal
    wrap = 0.25 + 0.5 * light.softness
    sharp = 12.0 + 60.0 * (1.0 - tile.roughness) ** 2
    key = np.zeros((columns.size, 3), np.float32)
    glint = np.zeros((columns.size, 3), np.float32)
    for lamp, place in zip(
        lamps(light, stage.key, stage.camera.width), (stage.key, stage.key.opposite), strict=True
    ):
        across, along = place.away
        towards = -(normal[:, 0] * across + normal[:, 1] * along)
        lambert = np.clip((towards + wrap) / (1.0 + wrap), 0.0, 1.0) * min(place.reach, 1.15)
        half = np.asarray((-across, -along - 1.0)) / math.hypot(across, along + 1.0)
        shine = 0.55 * tile.gloss * np.clip(normal @ half, 0.0, 1.0) ** sharp
        key += lamp[0, columns] * as_field(lambert)[:, None]
        glint += lamp[0, columns] * as_field(shine)[:, None]
    facing = np.clip(-normal[:, 1], 0.0, 1.0)
    rim = 0.12 * np.clip((np.abs(normal[:, 0]) - 0.8) / 0.2, 0.0, 1.0)
    return key, rgb(light.ambient) * as_field(0.48 + 0.20 * facing + rim)[:, None], glint
