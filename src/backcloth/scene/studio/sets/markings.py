"""What is painted on asphalt, and the kerb beside it."""

from __future__ import annotations

import math

import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.stage import Stage

_BAY, _LINE = 2.5, 0.11
"""Metres that a parking bay and a line are wide."""

_PAINT = (0.62, 0.61, 0.57)
"""Linear reflectance of road paint that has been driven over."""


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


def paint_kerb(stage: Stage, yaw: float, ground: Radiance, first: int) -> Radiance:
    """A kerb that runs along the far side of the carriageway, a pavement behind it, a line in the middle."""
    rng = stage.rng(46)
    v, u, deep = _lengthwise(stage, 0.5 * yaw, first)
    kerb = float(rng.uniform(2.4, 3.6))
    if rng.random() < 0.5:
        line = -float(rng.uniform(0.7, 1.0))
        dash = smoothstep(-0.03, 0.03, as_field(np.sin(u * 1.1 + float(rng.uniform(0, 6))) + 0.25))
        cover = _stripe(np.abs(v - line), deep) * dash * 0.8
        ground = mix(ground, as_field(np.broadcast_to(rgb(_PAINT), ground.shape)), as_field(cover))
    gutter = _beyond(v, kerb - 0.30, deep) * (1.0 - _beyond(v, kerb - 0.02, deep))
    face = _beyond(v, kerb - 0.05, deep) * (1.0 - _beyond(v, kerb, deep))
    stone = _beyond(v, kerb, deep) * (1.0 - _beyond(v, kerb + 0.18, deep))
    paved = _beyond(v, kerb + 0.18, deep)
    joint = np.abs(u - np.round(u)) < 0.012
    tone = 1.0 - 0.16 * gutter - 0.55 * face + 0.95 * stone * (1.0 - 0.3 * joint) + 0.62 * paved
    slabs = np.minimum(
        np.abs(u / 0.5 - np.round(u / 0.5)), np.abs((v - kerb) / 0.5 - np.round((v - kerb) / 0.5))
    )
    tone = tone * (
        1.0 - 0.22 * paved * smoothstep(0.03, 0.0, as_field(slabs)) * np.clip(1.2 - deep * 4, 0, 1)
    )
    return as_field(ground * tone[..., None] * (1.0 + (rgb((1.03, 1.0, 0.95)) - 1.0) * paved[..., None]))


def _lengthwise(stage: Stage, yaw: float, first: int) -> tuple[Field, Field, Field]:
    """(away from the subject, along the street, footprint of a row), in units of a 1.4 m tall subject."""
    camera = stage.camera
    depth = camera.depth(np.arange(first, camera.height, dtype=np.float32) + 0.5)[:, None]
    x = (np.arange(camera.width, dtype=np.float32)[None, :] + 0.5 - camera.width / 2) * depth / camera.focal
    z = depth - camera.focus
    scale = 1.4 / max(stage.stance.extent * camera.pixel, 1e-6)
    v = z * math.cos(yaw) - x * math.sin(yaw)
    u = x * math.cos(yaw) + z * math.sin(yaw)
    deep = 0.75 * depth**2 / (camera.focal * camera.rise)
    return as_field(v * scale), as_field(u * scale), as_field(deep * scale)


def _beyond(v: Field, at: float, soft: Field) -> Field:
    return as_field(np.clip((v - at) / np.maximum(soft, 1e-4) + 0.5, 0.0, 1.0))


def _stripe(distance: Radiance, soft: Radiance) -> Radiance:
    """Coverage of a line `_LINE` wide at a distance from its middle, averaged over a footprint."""
    ramp = np.clip((_LINE / 2 - distance) / np.maximum(soft, 1e-4) + 0.5, 0.0, 1.0)
    return np.asarray(ramp * np.minimum(1.0, _LINE / np.maximum(soft, 1e-4)), np.float32)
