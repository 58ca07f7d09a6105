"""Drawn leaves, ready to be laid: outline, veins, curl."""

from __future__ import annotations

import math

import cv2
import numpy as np

from backcloth.scene.studio.arrays import as_field
from backcloth.scene.studio.materials.relief import Ray, relief
from backcloth.scene.studio.materials.stamp import Sprite
from backcloth.scene.studio.noise import noise

_KINDS = 5
_EACH = 4
"""Leaves of each kind, every one turned and curled its own way."""

_LARGE = 60
"""Texels from which on a leaf is drawn twice as large before it is reduced; a smaller one thrice."""


def leaf_sprites(rng: np.random.Generator, size: int, ray: Ray) -> list[Sprite]:
    """Leaves of several kinds in neutral tone: reflectance around 1, height 0..1.

    Args:
        rng: Draws their shapes.
        size: Texels from stalk to tip.
        ray: The light, which their curl is shaded by.
    """
    return [_leaf(rng, size, kind % _KINDS, ray) for kind in range(_KINDS * _EACH)]


def _outline(rng: np.random.Generator, kind: int) -> tuple[np.ndarray, np.ndarray]:
    """((P, 2) outline, (V, 2, 2) veins) with the stalk at (-0.5, 0) and the tip near (0.5, 0)."""
    t = np.linspace(0.0, 2 * np.pi, 181)[:-1]
    if kind in (0, 1):  # maple-like: lobes around the stalk's end
        lobes = 5 if kind == 0 else 3
        centre = np.asarray([-0.12, 0.0])
        lobe = np.cos(0.5 * lobes * t) ** 2
        radius = 0.26 + 0.34 * lobe * (0.75 + 0.25 * np.cos(t)) + 0.025 * np.cos(23 * t)
        radius *= 0.86 + 0.14 * np.cos(t)
        points = centre + np.stack([radius * np.cos(t), radius * np.sin(t)], axis=1)
        tips = np.arange(-(lobes // 2), lobes // 2 + 1) * 2 * np.pi / lobes
        ends = centre + 0.48 * np.stack([np.cos(tips), np.sin(tips)], axis=1)
        return points, np.stack([np.broadcast_to(centre, ends.shape), ends], axis=1)
    width = (0.30, 0.22, 0.26)[kind - 2] * rng.uniform(0.85, 1.15)
    x = -0.5 * np.cos(t)
    shape = np.sin(t) * (1.0 + 0.35 * np.cos(t)) * width
    if kind == 4:  # oak-like: rounded lobes along the sides
        shape *= 0.80 + 0.26 * np.cos(26.0 * x + 0.6)
    else:
        shape *= 1.0 + 0.05 * np.cos(70.0 * x)
    points = np.stack([x, shape], axis=1)
    along = np.linspace(-0.36, 0.30, 6)
    half = width * np.sqrt(np.maximum(1.0 - (2 * along) ** 2, 0.05)) * 0.85
    veins = [[(a, 0.0), (a + 0.15, sign * h)] for a, h in zip(along, half, strict=True) for sign in (1, -1)]
    return points, np.asarray(veins)


def _leaf(rng: np.random.Generator, size: int, kind: int, ray: Ray) -> Sprite:
    points, veins = _outline(rng, kind)
    side, over = 2 * round(0.66 * size) + 2, 3 if size < _LARGE else 2
    big = side * over
    scale = size * over * float(rng.uniform(0.72, 1.0))
    angle = float(rng.uniform(0, 2 * np.pi))
    squash = float(rng.uniform(0.72, 1.0))
    bend = float(rng.uniform(-0.5, 0.5))
    spin = np.asarray([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])

    def placed(shape: np.ndarray) -> np.ndarray:
        bent = shape.copy()
        bent[..., 1] = bent[..., 1] * squash + bend * (bent[..., 0] ** 2 - 0.08)
        return np.asarray(np.round((bent @ spin * scale + big / 2) * 8), np.int32)

    cover = np.zeros((big, big), np.uint8)
    cv2.fillPoly(cover, [placed(points)], 255, cv2.LINE_AA, 3)
    ribs = np.zeros((big, big), np.uint8)
    thin = max(1, round(0.010 * scale))
    spine = placed(np.stack([np.linspace(-0.62, 0.48, 12), np.zeros(12)], axis=1))
    cv2.polylines(ribs, [spine], False, 255, 2 * thin, cv2.LINE_AA, 3)
    cv2.polylines(cover, [spine[:3]], False, 255, 2 * thin, cv2.LINE_AA, 3)
    for vein in veins:
        cv2.polylines(ribs, [placed(np.asarray(vein))], False, 190, thin, cv2.LINE_AA, 3)
    area = cv2.INTER_AREA
    mask = as_field(cv2.resize(cover, (side, side), interpolation=area)) / np.float32(255)
    rib = as_field(cv2.resize(ribs, (side, side), interpolation=area)) / np.float32(255)
    even = -(-side // 8) * 8
    curl = noise(rng, even, 1.4 * size, 0.25 * size, slope=1.6)[:side, :side]
    blotch = noise(rng, even, 0.5 * size, 2.0, slope=1.0)[:side, :side]
    rounded = cv2.GaussianBlur(mask, (0, 0), 0.10 * size)
    height = as_field(0.075 * size * curl + 0.10 * size * rounded)
    bright = relief(height, 0.55, ray) * (1.0 + 0.05 * curl)
    edge = 1.0 - 0.25 * np.clip(1.6 - 2.4 * rounded, 0.0, 1.0)
    tone = bright * (1.0 + 0.10 * blotch) * edge * (1.0 + 0.22 * rib)
    warm = (0.07 * blotch)[..., None] * np.asarray([1.0, -0.3, -1.0], np.float32)
    colour = tone[..., None] * (1.0 + warm)
    rise = 0.25 + 0.15 * rounded + 0.05 * curl
    light = np.dstack([np.maximum(colour, 0.05), rise]) * mask[..., None]
    soft = max(0.7, 0.035 * size)
    shade = 1.0 - 0.62 * cv2.GaussianBlur(mask, (0, 0), soft)
    rim = math.ceil(2.5 * soft)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (
        slice(max(rows[0] - rim, 0), rows[-1] + rim + 1),
        slice(max(columns[0] - rim, 0), columns[-1] + rim + 1),
    )
    return Sprite(
        as_field(np.ascontiguousarray(light[box])),
        as_field(np.ascontiguousarray(1.0 - mask[box]))[..., None],
        as_field(np.ascontiguousarray(shade[box]))[..., None],
    )
