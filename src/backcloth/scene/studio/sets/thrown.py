"""The shadow that a solid throws on a level plane."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.sets.solid import Solid, row_of
from backcloth.scene.studio.stage import Stage


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
    seen = np.stack([column, row_of(camera, plane, depth)], axis=1) / factor
    hull = cv2.convexHull(seen.clip(-4000, 8000).astype(np.float32))
    mask = np.zeros(size[::-1], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(hull * 16).astype(np.int32), 255, lineType=cv2.LINE_AA, shift=4)
    return as_field(mask / np.float32(255.0))
