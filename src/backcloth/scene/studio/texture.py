"""A periodic tile of surface laid on the ground plane and seen through the camera without aliasing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field, smoothstep
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.noise import noise

_BAND = 1.22
"""Rows whose pixel footprints differ by less than this factor share one filtered copy of the tile."""

_SECOND = (0.381966, 0.618034)
"""Where the second reading of a tile starts, in tiles: far from every simple fraction."""

TURNS = (0.754878, 0.569840)
"""By how much a stone's number turns from one repeat to the next along u and along v."""

_MASK = 3.7
"""Tiles that one period of the mask between the two readings covers."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A square of surface that repeats.

    Attributes:
        colour: (T, T, 3) linear reflectance, height-based shading included.
        side: Metres that the tile covers.
        gloss: Mirror reflectance at grazing view, 0 matt .. 1 polished.
        roughness: Spread of that reflection, 0 sharp .. 1 dull.
        polish: (T, T) 0..1 that multiplies gloss: scratches, worn or dry patches; None is 1 everywhere.
        slope: (T, T, 2) rise over run along columns and rows of a surface whose waves bend its
            mirror image; None is flat.
        height: (T, T) 0..1, what lies higher; where two readings of the tile meet, the higher is seen.
        lattice: Metres by which every next row of repeats may be moved along u with its pattern still
            fitting; the whole side where nothing may be moved or mixed, as in folds; 0 for a pattern
            without rows, whose repeats are hidden by mixing two readings instead.
        stones: (T, T) one number 0..1 for each stone or brick, -1 between them; every repeat draws
            their tones anew from it, so in a stone that lies across the tile's edge the far part has
            turned by TURNS. Only for a tile with a lattice.
        uneven: How much those tones differ, as a share.
        metal: Share of light that is mirrored straight from above, in the tile's own colour: of bare metal.
    """

    colour: Radiance
    side: float
    gloss: float = 0.0
    roughness: float = 1.0
    polish: Field | None = None
    slope: Field | None = None
    height: Field | None = None
    lattice: float = 0.0
    stones: Field | None = None
    uneven: float = 0.0
    metal: float = 0.0


def lay(
    tile: Tile,
    camera: Camera,
    rows: tuple[int, int],
    *,
    yaw: float,
    offset: tuple[float, float],
    layer: Field | None = None,
) -> Radiance:
    """The ground between two rows, seen through the camera.

    Each band of rows with about one pixel footprint reads a copy of the tile averaged down to that
    footprint, separately along and across the view (a rip-map built on demand; Williams, Pyramidal
    Parametrics, 1983, and its anisotropic successors), so distant ground neither shimmers nor smears.

    Ground that needs more than one tile would show its repeats. A tile without rows is therefore read
    twice, at unrelated places, and a slow mask chooses between the two; where they mix, deviations from
    the mean are rescaled so that the mixture keeps its contrast (after Heitz & Neyret, High-Performance
    By-Example Noise using a Histogram-Preserving Blending Operator, 2018). In a tile with rows, every
    row of repeats is moved by a step of its own.

    Args:
        tile: The surface.
        camera: The view.
        rows: First row and the row after the last; rows above the horizon repeat the last depth.
        yaw: Radians by which the surface is turned.
        offset: Metres by which it is moved, so that another seed shows another part.
        layer: (T, T) or (T, T, C) map to read in place of the colour, such as the tile's polish, at the
            same places.

    Returns:
        (rows, W, 3) linear reflectance, or (rows, W) or (rows, W, C) of the layer.
    """
    first, last = rows
    source = tile.colour if layer is None else layer
    stack = source if source.ndim == 3 else source[..., None]
    depth = camera.depth(np.arange(first, last, dtype=np.float32) + 0.5)
    across = depth / camera.focal
    along = np.square(depth) / (camera.focal * camera.rise)
    repeats = _repeats(tile, camera, depth)
    choose = repeats and tile.lattice == 0.0
    if choose and tile.height is not None:
        stack = np.dstack([stack, tile.height])
    channels = source.shape[2] if source.ndim == 3 else 1
    mean = as_field(np.asarray(cv2.mean(stack))[:channels]) if choose else None
    out = np.empty((last - first, camera.width, channels), np.float32)
    start = 0
    while start < last - first:
        stop = start + 1
        while stop < last - first and along[start] < _BAND**2 * along[stop]:
            stop += 1
        band = slice(start, stop)
        middle = (start + stop - 1) // 2
        place = _places(camera, depth[band], tile.side, yaw, offset)
        footprint = (float(across[middle]) / tile.side, float(along[middle]) / tile.side)
        if mean is not None:
            out[band] = _chosen(stack, place, footprint, yaw, mean)
        else:
            place = _stepped(place, tile.lattice / tile.side if repeats else 0.0)
            out[band] = _read(_averaged(stack, footprint, yaw), *place)
            if layer is None:
                out[band] *= _tones(tile, place, footprint)
        start = stop
    return out if source.ndim == 3 else out[..., 0]


def _repeats(tile: Tile, camera: Camera, depth: Field) -> bool:
    """Whether more than about one tile is in view."""
    far, near = float(depth.max()), float(depth.min())
    return far / camera.focal * camera.width > 1.3 * tile.side or far - near > 1.3 * tile.side


def _places(
    camera: Camera, depth: Field, side: float, yaw: float, offset: tuple[float, float]
) -> tuple[Field, Field]:
    """(u, v) of each pixel on the surface, in tiles."""
    cosine, sine = math.cos(yaw), math.sin(yaw)
    columns = np.arange(camera.width, dtype=np.float32) + 0.5 - camera.width / 2
    x = columns[None, :] * (depth / camera.focal)[:, None]
    z = depth[:, None] - camera.focus
    u = (x * cosine + z * sine + offset[0]) / side
    v = (z * cosine - x * sine + offset[1]) / side
    return as_field(u), as_field(v)


def _stepped(place: tuple[Field, Field], step: float) -> tuple[Field, Field]:
    """Every row of repeats moved along u by some number of steps."""
    if step == 0.0:
        return place
    u, v = place
    row = np.floor(v)
    count = np.floor(np.mod(row * np.float32(0.754877), 1.0) * np.float32(max(1.0, round(1.0 / step))))
    return as_field(u + count * np.float32(step)), v


def _tones(tile: Tile, place: tuple[Field, Field], footprint: tuple[float, float]) -> Radiance | np.float32:
    """What each stone's colour is multiplied by in its repeat; 1 where stones are too far to tell apart."""
    amount = tile.uneven * float(smoothstep(1 / 20, 1 / 60, np.asarray(footprint[1])))
    if tile.stones is None or amount < 0.004:
        return np.float32(1.0)
    (u, v), texels = place, tile.stones.shape[0]
    column, row = np.floor(u), np.floor(v)
    x, y = ((u - column) * texels).astype(np.intp) % texels, ((v - row) * texels).astype(np.intp) % texels
    own = tile.stones[y, x]
    drawn = np.mod(own + column * np.float32(TURNS[0]) + row * np.float32(TURNS[1]), 1.0)
    light = (2.0 * drawn - 1.0)[..., None]
    warm = (2.0 * np.mod(drawn * np.float32(5.7), 1.0) - 1.0)[..., None]
    tone = (1.0 + amount * light) * (1.0 + 0.4 * amount * warm * np.asarray([1.0, 0.0, -1.0], np.float32))
    return as_field(np.where(own[..., None] < 0, np.float32(1.0), tone))


def _chosen(
    stack: Field,
    place: tuple[Field, Field],
    footprint: tuple[float, float],
    yaw: float,
    mean: Field,
) -> Field:
    """Two readings at unrelated places, chosen between by a slow mask, never darker than both."""
    (u, v), channels = place, len(mean)
    copy = _averaged(stack, footprint, yaw)
    one = _read(copy, u, v)
    two = _read(copy, u + np.float32(_SECOND[0]), v + np.float32(_SECOND[1]))
    coarse = _averaged(_CHOICE, (footprint[0] / _MASK, footprint[1] / _MASK), yaw)
    mask = _read(coarse, u / np.float32(_MASK), v / np.float32(_MASK))[..., 0]
    if stack.shape[2] > channels:
        lead = np.float32(5.0) * mask + (one[..., -1] - two[..., -1])
        share = smoothstep(-0.06, 0.06, lead)[..., None]
        return as_field(two[..., :channels] + (one[..., :channels] - two[..., :channels]) * share)
    share = smoothstep(-0.5, 0.5, mask)[..., None]
    mixed = (one - mean) * share + (two - mean) * (1.0 - share)
    mixed /= np.sqrt(share * share + np.square(1.0 - share))
    return as_field(np.maximum(mixed + mean, np.minimum(one, two)))


_SIZE = 512
_CHOICE = noise(np.random.Generator(np.random.PCG64(20)), _SIZE, _SIZE / 3.0, _SIZE / 10.0, slope=1.0)[
    ..., None
]
"""The mask: (512, 512, 1), the same for every picture, since offset and yaw differ from seed to seed."""


def _read(copy: Field, u: Field, v: Field) -> Field:
    """A copy of the tile at (u, v) in tiles."""
    tall, wide, channels = copy.shape
    column = as_field(u - np.floor(u)) * np.float32(wide) - np.float32(0.5)
    row = as_field(v - np.floor(v)) * np.float32(tall) - np.float32(0.5)
    read = cv2.remap(copy, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return as_field(read.reshape(*column.shape, channels))


def _averaged(stack: Field, footprint: tuple[float, float], yaw: float) -> Field:
    """The tile averaged down to the footprint of a pixel, in tiles across and along the view."""
    cosine, sine = math.cos(yaw), math.sin(yaw)
    across, along = footprint
    need_u = math.hypot(cosine * across, sine * along)
    need_v = math.hypot(sine * across, cosine * along)
    texels = stack.shape[0]
    wide = int(np.clip(round(texels * min(1.0, 1.15 / (texels * need_u))), 4, texels))
    tall = int(np.clip(round(texels * min(1.0, 1.15 / (texels * need_v))), 4, texels))
    if wide == texels and tall == texels:
        return stack
    smaller = cv2.resize(stack, (wide, tall), interpolation=cv2.INTER_AREA)
    return as_field(smaller.reshape(tall, wide, stack.shape[2]))
