"""Painted lines on asphalt."""

from __future__ import annotations

import math

import numpy as np

from backcloth.scene.studio.arrays import Radiance, mix, rgb
from backcloth.scene.studio.stage import Stage

_BAY = 2.5
_LINE = 0.11
_PAINT = (0.62, 0.61, 0.57)


def paint_lines(stage: Stage, yaw: float, ground: Radiance, first: int) -> Radiance:
    """Parking bays around the subject: lines along the depth, one across, worn where the asphalt is rough.

    Edges are softened by each row's pixel footprint, so they stay clean into the distance.
    """
    camera = stage.camera
    rows = np.arange(first, camera.height, dtype=np.float32) + 0.5
    depth = camera.depth(rows)[:, None]
    x = (np.arange(camera.width, dtype=np.float32)[None, :] + 0.5 - camera.width / 2) * depth / camera.focal
    middle = (stage.stance.centre - camera.width / 2) * camera.pixel
    z = depth - camera.focus
    u = (x - middle) * math.cos(yaw) + z * math.sin(yaw)
    v = z * math.cos(yaw) - (x - middle) * math.sin(yaw)
    rng = stage.rng(41)
    u = u + _BAY * (0.5 + float(rng.uniform(-0.14, 0.14)))
    soft = 0.75 * (
        depth / camera.focal + 0.35 * np.abs(math.sin(yaw)) * depth**2 / (camera.focal * camera.rise)
    )
    bays = _stripe(np.abs(u - _BAY * np.round(u / _BAY)), soft)
    far = float(rng.uniform(2.6, 3.4))
    deep = 0.75 * depth**2 / (camera.focal * camera.rise)
    cover = bays * np.clip((far - v) / np.maximum(deep, 1e-3) + 0.5, 0.0, 1.0)
    cover = np.maximum(cover, _stripe(np.abs(v - far), deep))
    tone = ground.mean(axis=2)
    usual = float(np.median(tone[:: max(1, len(tone) // 64), ::16]))
    wear = np.clip(1.02 - 0.75 * np.abs(tone / max(usual, 1e-4) - 1.0), 0.25, 0.92)
    paint = rgb(_PAINT) * np.clip(tone / max(usual, 1e-4), 0.6, 1.3)[..., None]
    return mix(ground, np.asarray(paint, np.float32), np.asarray(cover * wear, np.float32))


def _stripe(distance: Radiance, soft: Radiance) -> Radiance:
    """Coverage of a line `_LINE` wide at a distance from its middle, averaged over a footprint."""
    ramp = np.clip((_LINE / 2 - distance) / np.maximum(soft, 1e-4) + 0.5, 0.0, 1.0)
    return np.asarray(ramp * np.minimum(1.0, _LINE / np.maximum(soft, 1e-4)), np.float32)
