"""Upright solids with a convex footprint: drums, blocks and boards, seen through the stage's camera.

The image plane is upright, so a vertical side lies, in each column, at one depth: where that column's
line of sight meets the footprint. Sides, tops and their coverage are therefore found column by column.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.sets.pattern import on_points
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.texture import Tile

_FINER = 3
"""Lines of sight to a column, averaged, so that upright edges are smooth."""

_CORNER = 6
"""Facets of a rounded corner."""


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """One solid; metres, heights counted from the plane that the subject stands on.

    Attributes:
        outline: (N, 2) ground points (x, depth) of the convex footprint, in order.
        normals: (N, 2) outward unit normal at each of them.
        low, high: Heights of its foot and its top.
    """

    outline: npt.NDArray[np.float64]
    normals: npt.NDArray[np.float64]
    low: float
    high: float

    @property
    def width(self) -> float:
        """Metres from its leftmost to its rightmost point."""
        return float(np.ptp(self.outline[:, 0]))


def drum(x: float, depth: float, radius: float, low: float, high: float) -> Solid:
    """A cylinder around a ground point."""
    turn = np.linspace(0.0, 2.0 * math.pi, 128, endpoint=False)
    normals = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return Solid(np.asarray((x, depth)) + radius * normals, normals, low, high)


def block(
    middle: tuple[float, float], size: tuple[float, float], heights: tuple[float, float], *, yaw: float = 0.0
) -> Solid:
    """A block with rounded upright edges; size is (width, depth), heights (low, high)."""
    corner = 0.035 * min(size)
    half = np.asarray(size) / 2 - corner
    points, normals = [], []
    for index, (right, back) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        for turn in np.linspace(0.0, math.pi / 2, _CORNER) + index * math.pi / 2:
            out = np.asarray((math.cos(turn), math.sin(turn)))
            points.append(half * (right, back) + corner * out)
            normals.append(out)
    turned = np.asarray([[math.cos(yaw), math.sin(yaw)], [-math.sin(yaw), math.cos(yaw)]])
    return Solid(np.asarray(middle) + np.asarray(points) @ turned, np.asarray(normals) @ turned, *heights)


@dataclass(frozen=True, slots=True, eq=False)
class _Profile:
    """Lines of sight x = slope · depth: nearest and farthest depth, normal and arc length there, hit."""

    slope: npt.NDArray[np.float64]
    near: npt.NDArray[np.float64]
    far: npt.NDArray[np.float64]
    normal: npt.NDArray[np.float64]
    along: npt.NDArray[np.float64]
    hit: npt.NDArray[np.bool_]


def _profile(solid: Solid, slope: npt.NDArray[np.float64]) -> _Profile:
    """Meets lines of sight x = slope · depth with the footprint."""
    start, stop = solid.outline, np.roll(solid.outline, -1, axis=0)
    step = stop - start
    lengths = np.hypot(step[:, 0], step[:, 1])
    begins = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    across = step[:, :1] - slope[None, :] * step[:, 1:]
    share = (slope[None, :] * start[:, 1:] - start[:, :1]) / np.where(np.abs(across) < 1e-12, 1e-12, across)
    met = (share >= 0.0) & (share <= 1.0)
    depth = start[:, 1:] + share * step[:, 1:]
    first = np.argmin(np.where(met, depth, np.inf), axis=0)
    every = np.arange(slope.size)
    at = np.clip(share[first, every], 0.0, 1.0)[:, None]
    normal = solid.normals[first] * (1 - at) + np.roll(solid.normals, -1, axis=0)[first] * at
    normal /= np.maximum(np.hypot(normal[:, 0], normal[:, 1]), 1e-9)[:, None]
    hit = np.asarray(met.any(axis=0), np.bool_)
    return _Profile(
        slope,
        np.where(hit, depth[first, every], 1.0),
        np.where(hit, np.where(met, depth, -np.inf).max(axis=0), 1.0),
        normal,
        begins[first] + at[:, 0] * lengths[first],
        hit,
    )


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
    columns = np.flatnonzero(_profile(solid, _slopes(camera, np.arange(camera.width) + 0.5)).hit)
    if columns.size == 0:
        return None
    left, right = max(0, int(columns[0]) - 2), min(camera.width, int(columns[-1]) + 3)
    fine = left + (np.arange((right - left) * _FINER) + 0.5) / _FINER
    profile = _profile(solid, _slopes(camera, fine))
    lip = _row(camera, solid.high, profile.near)
    foot = _row(camera, solid.low, profile.near)
    back = np.minimum(lip, _row(camera, solid.high, profile.far))
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


def shadow_on_plane(stage: Stage, solid: Solid, plane: float, *, least: float = 0.0) -> tuple[Field, Field]:
    """(cast, ambient) darkness, each (H, W), that a solid brings to the level plane at height `plane`.

    Args:
        stage: The picture; its camera is that of the subject's plane.
        solid: What stands in the light.
        plane: Height of the plane.
        least: Height of the solid above the plane from which it is taken to cast.
    """
    camera = stage.camera
    factor = max(1, max(camera.width, camera.height) // 360)
    size = (-(-camera.width // factor), -(-camera.height // factor))
    tall = solid.high - plane
    none = np.zeros((camera.height, camera.width), np.float32)
    if tall <= least:
        return none, none
    pixel = camera.focal / float(solid.outline[:, 1].mean()) / factor
    squash = max(0.15, (camera.rise - plane) / float(solid.outline[:, 1].mean()))
    cast = np.zeros(size[::-1], np.float32)
    away = np.asarray(stage.key.away) * stage.key.reach * tall
    for share in (0.30, 0.65, 1.0):
        hull = np.concatenate([solid.outline, solid.outline + share * away])
        dark = _filled_hull(camera, hull, plane, factor, size)
        sigma = (stage.light.softness * share * tall * stage.key.reach * 0.8) * pixel + 0.8
        cast = np.maximum(cast, cv2.GaussianBlur(dark, (0, 0), sigma, sigmaY=max(0.6, sigma * squash)))
    if stage.scene.shadow == "none":
        cast = np.zeros_like(cast)
    foot = _filled_hull(camera, solid.outline, plane, factor, size)
    ambient = np.ones_like(foot)
    for share, strength in ((0.05, 0.50), (0.22, 0.45)):
        sigma = share * min(solid.width, 3.0 * tall) * pixel + 0.5
        soft = cv2.GaussianBlur(foot, (0, 0), sigma, sigmaY=max(0.6, sigma * squash))
        ambient *= 1.0 - strength * np.minimum(1.6 * soft, 1.0)
    full = (camera.width, camera.height)
    return (
        as_field(cv2.resize(cast, full, interpolation=cv2.INTER_CUBIC).clip(0.0, 1.0)),
        as_field(cv2.resize(1.0 - ambient, full, interpolation=cv2.INTER_CUBIC).clip(0.0, 1.0)),
    )


def _filled_hull(
    camera: Camera, points: npt.NDArray[np.float64], plane: float, factor: int, size: tuple[int, int]
) -> Field:
    """(h, w) coverage of the convex hull of ground points on a level plane, on a smaller picture."""
    depth = np.maximum(points[:, 1], 0.2 * camera.focus)
    column = camera.width / 2 + camera.focal * points[:, 0] / depth
    seen = np.stack([column, _row(camera, plane, depth)], axis=1) / factor
    hull = cv2.convexHull(seen.clip(-4000, 8000).astype(np.float32))
    mask = np.zeros(size[::-1], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(hull * 16).astype(np.int32), 255, lineType=cv2.LINE_AA, shift=4)
    return as_field(mask / np.float32(255.0))


def _slopes(camera: Camera, columns: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    return np.asarray((columns - camera.width / 2) / camera.focal, np.float64)


def _row(camera: Camera, height: float, depth: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return camera.horizon + camera.focal * (camera.rise - height) / depth


def _filled(profile: _Profile, every: slice) -> _Profile:
    """One line of sight to a column; columns that only touch the solid take their neighbour's values."""
    hit = profile.hit
    good = np.flatnonzero(hit)
    nearest = good[np.clip(np.searchsorted(good, np.arange(hit.size)), 0, good.size - 1)]
    pick = nearest[every]
    return _Profile(
        profile.slope[every],
        profile.near[pick],
        profile.far[pick],
        profile.normal[pick],
        profile.along[pick],
        hit[every],
    )


def _paint(stage: Stage, solid: Solid, tile: Tile, profile: _Profile, y: Field) -> tuple[Radiance, Field]:
    """The side's texture in the stage's light, and the bevel at its upper rim."""
    camera, light, (across, along) = stage.camera, stage.light, stage.key.away
    near = as_field(profile.near)[None, :]
    high = camera.rise - (y - camera.horizon) * near / camera.focal
    texel = tile.colour.shape[0] / tile.side
    at_x = np.mod(as_field(profile.along * texel)[None, :] + 0.0 * y, tile.colour.shape[1])
    at_y = np.mod(-high * texel, tile.colour.shape[0])
    wrapped = cv2.copyMakeBorder(tile.colour, 0, 1, 0, 1, cv2.BORDER_WRAP)
    texture = as_field(cv2.remap(wrapped, as_field(at_x), as_field(at_y), cv2.INTER_LINEAR))
    wrap = 0.25 + 0.5 * light.softness
    towards = -(profile.normal[:, 0] * across + profile.normal[:, 1] * along)
    lambert = np.clip((towards + wrap) / (1.0 + wrap), 0.0, 1.0) * min(stage.key.reach, 1.15)
    facing = np.clip(-profile.normal[:, 1], 0.0, 1.0)
    rim_light = 0.12 * np.clip((np.abs(profile.normal[:, 0]) - 0.8) / 0.2, 0.0, 1.0)
    half = np.asarray((-across, -along - 1.0)) / math.hypot(across, along + 1.0)
    shine = np.clip(profile.normal @ half, 0.0, 1.0) ** (12.0 + 60.0 * (1.0 - tile.roughness) ** 2)
    key = rgb(light.key) * as_field(lambert)[:, None]
    sky = rgb(light.ambient) * as_field(0.48 + 0.20 * facing + rim_light)[:, None]
    glint = 0.55 * tile.gloss * as_field(shine)[:, None] * rgb(light.key)
    depth_down = np.clip((solid.high - high) / max(solid.high - solid.low, 1e-6), 0.0, 1.0)
    shade = 1.0 - 0.26 * depth_down - 0.16 * np.exp(-(1.0 - depth_down) / 0.07)
    columns = camera.width / 2 + np.asarray(profile.slope) * camera.focal - stage.stance.centre
    through = on_points(stage, as_field(columns * profile.near / camera.focal)[None, :], as_field(high), near)
    direct = key[None] if through is None else key[None] * through[..., None]
    paint = (texture * (direct + sky[None]) + glint[None]) * shade[..., None]
    lip = as_field(_row(camera, solid.high, profile.near))[None, :]
    width = max(0.9, 0.0032 * max(camera.width, camera.height))
    lit = as_field(0.35 + 0.65 * np.clip(towards + 0.3, 0.0, 1.0))[None, :]
    return as_field(paint), as_field(np.exp(-(((y - lip) / width) ** 2)) * lit)
