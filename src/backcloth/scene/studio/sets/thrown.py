"""The shadow that a solid throws on a level plane."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.sets.solid import Solid, row_of
from backcloth.scene.studio.stage import Stage

_LONGEST = 360
"""Longest side that shadows of solids are computed at."""


def light_left(stage: Stage, solids: Iterable[Solid], plane: float) -> Field:
    """(H, W) share of all the light that solids leave to the level plane at height `plane`.

    Only those that rise above the plane count; the stage's camera is that of the subject's plane.
    """
    camera = stage.camera
    factor = max(1, max(camera.width, camera.height) // _LONGEST)
    size = (-(-camera.width // factor), -(-camera.height // factor))
    left = np.ones(size[::-1], np.float32)
    for solid in solids:
        if solid.high > plane + 1e-6:
            cast = 0.9 * stage.light.key_share * _cast(stage, solid, plane, factor, size)
            left *= (1.0 - cast) * _open_sky(stage, solid, plane, factor, size)
    full = cv2.resize(left, (camera.width, camera.height), interpolation=cv2.INTER_CUBIC)
    return as_field(full.clip(0.0, 1.0))


def _scale(stage: Stage, solid: Solid, plane: float, factor: int) -> tuple[float, float]:
    """(pixels of the smaller picture to a metre at the solid, rows to a column of ground there)."""
    depth = float(solid.outline[:, 1].mean())
    return stage.camera.focal / depth / factor, max(0.15, (stage.camera.rise - plane) / depth)


def _cast(stage: Stage, solid: Solid, plane: float, factor: int, size: tuple[int, int]) -> Field:
    """(h, w) darkness of the key light: what the footprint sweeps, softer the higher what casts it."""
    cast = np.zeros(size[::-1], np.float32)
    if stage.scene.shadow == "none":
        return cast
    pixel, squash = _scale(stage, solid, plane, factor)
    away = np.asarray(stage.key.away) * stage.key.reach * (solid.high - plane)
    for share in (0.30, 0.65, 1.0):
        hull = np.concatenate([solid.outline, solid.outline + share * away])
        dark = _filled_hull(stage.camera, hull, plane, factor, size)
        sigma = 0.8 * stage.light.softness * share * float(np.hypot(*away)) * pixel + 0.8
        cast = np.maximum(cast, cv2.GaussianBlur(dark, (0, 0), sigma, sigmaY=max(0.6, sigma * squash)))
    return cast


def _open_sky(stage: Stage, solid: Solid, plane: float, factor: int, size: tuple[int, int]) -> Field:
    """(h, w) share of the light from everywhere that is left around the solid's foot."""
    pixel, squash = _scale(stage, solid, plane, factor)
    foot = _filled_hull(stage.camera, solid.outline, plane, factor, size)
    left = np.ones_like(foot)
    for share, strength in ((0.05, 0.50), (0.22, 0.45)):
        sigma = share * min(solid.width, 3.0 * (solid.high - plane)) * pixel + 0.5
        soft = cv2.GaussianBlur(foot, (0, 0), sigma, sigmaY=max(0.6, sigma * squash))
        left *= 1.0 - strength * np.minimum(1.6 * soft, 1.0)
    return left


def _filled_hull(
    camera: Camera, points: npt.NDArray[np.float64], plane: float, factor: int, size: tuple[int, int]
) -> Field:
    """(h, w) coverage of the convex hull of ground points on a level plane, on a smaller picture."""
    depth = np.maximum(points[:, 1], 0.2 * camera.focus)
    column = camera.width / 2 + camera.focal * points[:, 0] / depth
    seen = np.stack([column, row_of(camera, plane, depth)], axis=1) / factor
    hull = cv2.convexHull(seen.clip(-4000, 8000).astype(np.float32))
    mask = np.zeros(size[::-1], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(hull * 16).astype(np.int32), 255, lineType=cv2.LINE_AA, shift=4)
    return as_field(mask / np.float32(255.0))
