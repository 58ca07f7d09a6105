"""The subject's shadows on the ground, cast by its own silhouette.

The silhouette stands as a thin upright sheet over its contact line. A light's shadow of a sheet on a
plane is one homography of the silhouette, so cast shadow and ambient occlusion are warps of the matte:
one towards the key, and an average over directions of the sky's dome.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, as_field
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.light import Key, Light
from backcloth.scene.studio.stance import Stance

_WORK = 420
"""Longest side of the picture that shadows are computed at."""

_TURN = 0.25
"""Tangent of the most that the sheet turns from facing the camera: edge-on to the light it casts a line."""

_SLICES = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Where through the subject's thickness the sheet is repeated for the key light."""

_DOME = 28
"""Directions of the sky that are averaged."""


@dataclass(frozen=True, slots=True, eq=False)
class Shadows:
    """How much light the subject takes from each point of the ground, all (H, W), 0 none .. 1 all.

    Attributes:
        cast: Of the key light.
        ambient: Of the light from everywhere.
        contact: Of any light, in the crevice where the subject touches the ground.
    """

    cast: Field
    ambient: Field
    contact: Field

    def dimmed(self, light: Light) -> Field:
        """(H, W, 3) light that arrives, unshadowed open ground having key + ambient."""
        key = np.asarray(light.key, np.float32) * (1.0 - self.cast)[..., None]
        sky = np.asarray(light.ambient, np.float32) * (1.0 - self.ambient)[..., None]
        return np.asarray((key + sky) * (1.0 - self.contact)[..., None], np.float32)


def no_shadows(size: tuple[int, int]) -> Shadows:
    """Nothing is in the way of the light."""
    none = np.zeros((size[1], size[0]), np.float32)
    return Shadows(none, none, none)


def cast_shadows(matte: Field, stance: Stance, camera: Camera, light: Light, key: Key) -> Shadows:
    """The subject's shadows on the ground plane of `camera`."""
    height, width = matte.shape
    scale = min(1.0, _WORK / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = as_field(cv2.resize(matte, size, interpolation=cv2.INTER_AREA))
    sheet = _Sheet(stance, camera, scale)
    full = (width, height)
    cast = _key_shadow(small, sheet, light, key)
    ambient = _dome_shadow(small, sheet)
    return Shadows(
        cast=cv2.resize(cast, full, interpolation=cv2.INTER_CUBIC).clip(0.0, 1.0),
        ambient=cv2.resize(ambient, full, interpolation=cv2.INTER_CUBIC).clip(0.0, 1.0),
        contact=_contact_shadow(stance, camera),
    )


class _Sheet:
    """The silhouette's upright plane, and where light from a direction lays it on the ground."""

    def __init__(self, stance: Stance, camera: Camera, scale: float) -> None:
        self._stance = stance
        self._camera = camera
        self._scale = scale
        self.thickness = 0.16 * stance.base_width * camera.pixel

    def base_row(self, column: float) -> float:
        """Row of the contact line."""
        stance = self._stance
        steepest = _TURN * self._camera.foreshortening
        slope = min(max(stance.slope, -steepest), steepest)
        return stance.contact_row + slope * (column - stance.base_centre)

    def laid(self, alpha: Field, away: tuple[float, float], reach: float, push: float) -> Field:
        """The shadow of `alpha` for light going `away`, `reach` long per height, from a sheet pushed back."""
        stance, camera = self._stance, self._camera
        source, target = [], []
        for column in (stance.left - 1.0, stance.right + 1.0):
            x, depth = camera.ground(column, self.base_row(column))
            depth += push
            base = self.base_row(column)
            tall = (base - stance.top) * depth / camera.focal
            stretch = reach
            if away[1] < 0:
                stretch = min(reach, 0.75 * depth / max(-away[1] * tall, 1e-6))
            for row, lift in ((base, 0.0), (float(stance.top), tall * stretch)):
                source.append((column * self._scale, row * self._scale))
                px, py = camera.project(x + away[0] * lift, depth + away[1] * lift)
                target.append((px * self._scale, py * self._scale))
        warp = cv2.getPerspectiveTransform(np.asarray(source, np.float32), np.asarray(target, np.float32))
        size = (alpha.shape[1], alpha.shape[0])
        return as_field(cv2.warpPerspective(alpha, warp, size, flags=cv2.INTER_LINEAR))

    def height_of(self, rows: int) -> Field:
        """(rows,) small pixels above the contact row."""
        foot = self._stance.contact_row * self._scale
        return as_field(np.maximum(foot - np.arange(rows, dtype=np.float32) - 0.5, 0.0))


def _standing(small: Field, sheet: _Sheet) -> Field:
    """The silhouette without what hangs below its contact line."""
    above = np.clip(sheet.height_of(small.shape[0]) + 1.0, 0.0, 1.0)
    return np.asarray(small * above[:, None], np.float32)


def _key_shadow(small: Field, sheet: _Sheet, light: Light, key: Key) -> Field:
    alpha = _standing(small, sheet)
    sigma = sheet.height_of(small.shape[0]) * light.softness * 0.8 + 0.6 + 0.006 * _WORK * light.softness**0.5
    soft = _blur_by_row(alpha, sigma)
    laid = [sheet.laid(soft, key.away, key.reach, share * sheet.thickness) for share in _SLICES]
    return np.asarray(0.5 * np.maximum.reduce(laid) + 0.5 * np.mean(laid, axis=0), np.float32)


def _blur_by_row(alpha: Field, sigma: Field) -> Field:
    """Gaussian blur whose width changes from row to row."""
    steps = [0.0, *np.geomspace(1.0, max(2.0, float(sigma.max())), 6)]
    level = np.interp(sigma, steps, np.arange(len(steps)))
    out = np.zeros_like(alpha)
    for index, step in enumerate(steps):
        share = np.clip(1.0 - np.abs(level - index), 0.0, 1.0).astype(np.float32)
        if share.any():
            copy = (
                alpha if step == 0 else cv2.GaussianBlur(alpha, (0, 0), step, borderType=cv2.BORDER_CONSTANT)
            )
            out += copy * share[:, None]
    return out


def _dome_shadow(small: Field, sheet: _Sheet) -> Field:
    """Mean shadow over cosine-weighted directions of the dome (a spiral, so no direction is preferred)."""
    alpha = _blur_by_row(_standing(small, sheet), sheet.height_of(small.shape[0]) * 0.12 + 0.8)
    total = np.zeros_like(alpha)
    for index in range(_DOME):
        sine = math.sqrt((index + 0.5) / _DOME)
        reach = min(3.0, sine / math.sqrt(max(1.0 - sine * sine, 1e-4)))
        turn = index * 2.399963
        away = (math.cos(turn), math.sin(turn))
        push = sheet.thickness * math.cos(index * 1.7)
        total += sheet.laid(alpha, away, reach, push)
    total /= _DOME
    return as_field(cv2.GaussianBlur(total, (0, 0), 0.018 * max(small.shape)))


def _contact_shadow(stance: Stance, camera: Camera) -> Field:
    """Darkness in the crevice under each standing column: tight and strong, wider and faint."""
    height, width = camera.height, camera.width
    mask = np.zeros((height, width), np.float32)
    squash = float(np.clip(camera.foreshortening, 0.06, 1.0))
    tight = 0.007 * stance.extent + 0.5
    for column in np.flatnonzero(stance.contact > 0.05):
        row = int(stance.outline[column])
        first, last = (
            max(0, int(row - 2 * tight)),
            min(height, int(row + max(1.5, 1.4 * tight * max(squash, 0.4)))),
        )
        mask[first:last, column] = stance.contact[column]
    near = _soften(mask, tight, squash)
    wide = _soften(mask, 5.0 * tight, squash)
    wide = wide / max(float(wide.max()), 1e-6)
    far = _soften(mask, 14.0 * tight, squash)
    far = far / max(float(far.max()), 1e-6)
    under = _underside(stance, camera, squash)
    light = (1.0 - 0.90 * near) * (1.0 - 0.55 * wide) * (1.0 - 0.26 * far) * (1.0 - under)
    return np.asarray(1.0 - light, np.float32)


def _underside(stance: Stance, camera: Camera, squash: float) -> Field:
    """Darkness on the ground below a body that hangs low between its feet, as under a car."""
    columns = np.flatnonzero(stance.contact > 0.4)
    mask = np.zeros((camera.height, camera.width), np.float32)
    if columns.size < 2:
        return mask
    wide = stance.base_width
    deep = max(2.0, 0.42 * wide * squash)
    line = stance.base_line
    for column in range(int(columns[0]), int(columns[-1]) + 1):
        gap = max(0.0, line[column] - stance.outline[column]) if stance.outline[column] > 0 else 1e9
        dark = 0.90 * math.exp(-gap / (0.20 * wide))
        mask[max(0, int(line[column] - deep)) : max(0, int(line[column] + 0.5)), column] = dark
    return _soften(mask, max(1.0, 0.035 * wide), max(squash, 0.15))


def _soften(mask: Field, sigma: float, squash: float) -> Field:
    factor = max(1.0, sigma * squash / 2.0)
    size = (max(1, round(mask.shape[1] / factor)), max(1, round(mask.shape[0] / factor)))
    small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    sx, sy = sigma * size[0] / mask.shape[1], max(0.5, sigma * squash * size[1] / mask.shape[0])
    small = cv2.GaussianBlur(small, (0, 0), sigmaX=max(sx, 0.5), sigmaY=sy, borderType=cv2.BORDER_REPLICATE)
    return as_field(cv2.resize(small, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_LINEAR))
