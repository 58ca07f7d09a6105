"""A periodic tile of surface laid on the ground plane and seen through the camera without aliasing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field
from backcloth.scene.studio.camera import Camera

_BAND = 1.22
"""Rows whose pixel footprints differ by less than this factor share one filtered copy of the tile."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A square of surface that repeats.

    Attributes:
        colour: (T, T, 3) linear reflectance, height-based shading included.
        side: Metres that the tile covers.
        gloss: Mirror reflectance at grazing view, 0 matt .. 1 polished.
        roughness: Spread of that reflection, 0 sharp .. 1 dull.
    """

    colour: Radiance
    side: float
    gloss: float = 0.0
    roughness: float = 1.0


def lay(
    tile: Tile, camera: Camera, rows: tuple[int, int], *, yaw: float, offset: tuple[float, float]
) -> Radiance:
    """The ground between two rows, seen through the camera.

    Each band of rows with about one pixel footprint reads a copy of the tile averaged down to that
    footprint, separately along and across the view (a rip-map built on demand; Williams, Pyramidal
    Parametrics, 1983, and its anisotropic successors), so distant ground neither shimmers nor smears.

    Args:
        tile: The surface.
        camera: The view.
        rows: First row and the row after the last; rows above the horizon repeat the last depth.
        yaw: Radians by which the surface is turned.
        offset: Metres by which it is moved, so that another seed shows another part.

    Returns:
        (rows, W, 3) linear reflectance.
    """
    first, last = rows
    depth = camera.depth(np.arange(first, last, dtype=np.float32) + 0.5)
    across = depth / camera.focal
    along = np.square(depth) / (camera.focal * camera.rise)
    out = np.empty((last - first, camera.width, 3), np.float32)
    start = 0
    while start < last - first:
        stop = start + 1
        while stop < last - first and along[start] < _BAND**2 * along[stop]:
            stop += 1
        band = slice(start, stop)
        middle = (start + stop - 1) // 2
        out[band] = _band(
            tile, camera, depth[band], (float(across[middle]), float(along[middle])), yaw, offset
        )
        start = stop
    return out


def _band(
    tile: Tile,
    camera: Camera,
    depth: Field,
    footprint: tuple[float, float],
    yaw: float,
    offset: tuple[float, float],
) -> Radiance:
    cosine, sine = math.cos(yaw), math.sin(yaw)
    across, along = footprint
    need_u = math.hypot(cosine * across, sine * along)
    need_v = math.hypot(sine * across, cosine * along)
    copy = _averaged(tile, need_u, need_v)
    columns = np.arange(camera.width, dtype=np.float32) + 0.5 - camera.width / 2
    x = columns[None, :] * (depth / camera.focal)[:, None]
    z = depth[:, None] - camera.focus
    u = (x * cosine + z * sine + offset[0]) * (copy.shape[1] / tile.side)
    v = (z * cosine - x * sine + offset[1]) * (copy.shape[0] / tile.side)
    column, row = as_field(np.mod(u, copy.shape[1]) - 0.5), as_field(np.mod(v, copy.shape[0]) - 0.5)
    return as_field(cv2.remap(copy, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))


def _averaged(tile: Tile, need_u: float, need_v: float) -> Radiance:
    texels = tile.colour.shape[0]
    texel = tile.side / texels
    wide = int(np.clip(round(texels * min(1.0, 1.15 * texel / need_u)), 4, texels))
    tall = int(np.clip(round(texels * min(1.0, 1.15 * texel / need_v)), 4, texels))
    if wide == texels and tall == texels:
        return tile.colour
    return as_field(cv2.resize(tile.colour, (wide, tall), interpolation=cv2.INTER_AREA))
