"""The top of four-legged furniture as a level slab over its feet, and where light lays it on the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, as_field
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.outline import Foot
from backcloth.scene.studio.pitch import pitch_of_rectangle
from backcloth.scene.studio.stance import Stance

_LOWEST = 0.14
"""Height of the slab, as a share of the subject's extent, below which it is a box and no top on legs."""

_THICK = 0.09
"""Thickness of the slab as a share of its height."""

_CLEAR = 0.02
"""Share of the subject's extent around the slab that is taken to belong to it."""


@dataclass(frozen=True, slots=True)
class Slab:
    """A seat or a table top.

    Attributes:
        corners: (x, depth) in metres of the ground under its four corners.
        height: Metres of its underside above the ground.
        top: Row of the picture from which on the silhouette's solid part is the slab.
        tall: Pixels of its height at the subject.
    """

    corners: tuple[tuple[float, float], ...]
    height: float
    top: float
    tall: float


def find_slab(solid: Field, stance: Stance, camera: Camera, scale: float) -> Slab | None:
    """The slab on the feet of furniture; None where the feet are no rectangle or carry none.

    Args:
        solid: (h, w) the silhouette without what is slender, at `scale`.
        stance: Of the subject, in the plate's pixels.
        camera: The view.
        scale: Pixels of `solid` per pixel of the plate.
    """
    feet = stance.feet
    if pitch_of_rectangle(feet) is None:
        return None
    legs = [_leg(solid, foot, scale) for foot in feet]
    found = [
        (leg / scale) * camera.ground(foot.centre, foot.row)[1] / camera.focal
        for leg, foot in zip(legs, feet, strict=True)
        if leg is not None
    ]
    if len(found) < 3:
        return None
    height = float(np.median(found))
    tall = height / camera.pixel
    if tall < _LOWEST * stance.extent:
        return None
    raised = [foot.row - (1 + _THICK) * tall * _nearer(camera, foot) for foot in feet]
    corners = tuple(camera.ground(foot.centre, foot.row) for foot in feet)
    return Slab(corners, height, min(raised) - _CLEAR * stance.extent, tall)


def _nearer(camera: Camera, foot: Foot) -> float:
    """How much larger things show at a foot than at the contact."""
    return (foot.row - camera.horizon) / (camera.contact_row - camera.horizon)


def _leg(solid: Field, foot: Foot, scale: float) -> float | None:
    """Rows from a foot up to the first solid part above it."""
    column = int(np.clip(foot.centre * scale, 0, solid.shape[1] - 1))
    row = int(np.clip(foot.row * scale, 1, solid.shape[0]))
    above = np.flatnonzero(solid[:row, column] > 0.5)
    return float(row - above[-1] - 1) if above.size else None


def lay_slab(
    slab: Slab,
    camera: Camera,
    shape: tuple[int, int],
    away: tuple[float, float],
    reach: float,
    sigma: float,
) -> Field:
    """(h, w) shadow of the slab for light going `away`, `reach` long per height, blurred by `sigma`."""
    scale = shape[1] / camera.width
    points = []
    for level in (slab.height, slab.height * (1 + _THICK)):
        for x, depth in slab.corners:
            moved = max(depth + away[1] * reach * level, 0.35 * camera.focus)
            points.append(camera.project(x + away[0] * reach * level, moved))
    limit = 8.0 * max(shape)
    hull = cv2.convexHull(np.clip(np.asarray(points, np.float32) * scale, -limit, limit))
    filled = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(filled, np.rint(hull * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    shadow = as_field(filled.astype(np.float32) / 255.0)
    if sigma < 0.4 or not math.isfinite(sigma):
        return shadow
    return as_field(cv2.GaussianBlur(shadow, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))
