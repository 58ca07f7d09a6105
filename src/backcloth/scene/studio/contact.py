"""Contact shadow: darkness in the crevice where the subject meets the ground, hugging each foot."""

from __future__ import annotations

import math

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, as_field
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.outline import Foot
from backcloth.scene.studio.stance import Stance

_CREVICE = ((0.12, 0.006, 0.64), (0.50, 0.045, 0.75), (1.40, 0.130, 0.45))
"""Layers of the contact shadow: width as a share of the foot's, at most a share of the subject's extent,
and how dark. Light is shut out about as far from a foot as the foot is wide."""

_SEEN = 1.7
"""Gain: of the blurred sole, the subject hides the dark half and only what is beside it is seen."""

_FLAT = 0.40
"""Least height over width of a contact shadow: seen from lower still it would vanish."""


def contact_shadow(matte: Field, stance: Stance, camera: Camera) -> Field:
    """Darkness in the crevice under each foot: tight and strong, wider and faint, as wide as the foot."""
    squash = float(np.clip(camera.foreshortening, 0.06, 1.0))
    light = 1.0 - _underside(stance, camera, squash)
    for foot in stance.feet:
        sigmas = [min(share * foot.width, most * stance.extent) + 0.5 for share, most, _dark in _CREVICE]
        reach = int(3.2 * sigmas[-1]) + 4
        deep = min(float(foot.width), 0.30 * stance.extent) * max(squash, _FLAT)
        top = max(0, int(foot.row - 2.5 * deep - reach))
        rows = slice(top, min(camera.height, int(foot.row) + reach))
        columns = slice(max(0, foot.first - reach), min(camera.width, foot.last + 1 + reach))
        sole = _sole(stance, foot, deep, matte)[rows, columns]
        for sigma, (_share, _most, dark) in zip(sigmas, _CREVICE, strict=True):
            soft = _soften(sole, sigma, max(squash, _FLAT))
            light[rows, columns] *= 1.0 - dark * np.minimum(_SEEN * soft, 1.0)
    return np.asarray(1.0 - light, np.float32)


def _sole(stance: Stance, foot: Foot, deep: float, matte: Field) -> Field:
    """(H, W) where a foot stands: a rounded print behind its outline, hidden by the foot but for a rim."""
    mask = np.zeros_like(matte)
    rim = 1 + int(min(0.10 * foot.width, 0.004 * stance.extent))
    for column in range(foot.first, foot.last + 1):
        row = float(stance.outline[column])
        side = (column - foot.centre) / (0.5 * foot.width)
        back = max(deep * math.sqrt(max(1.0 - side * side, 0.0)), 2.0)
        rows = slice(max(0, int(row - back)), max(0, int(row + 0.5)))
        mask[rows.stop : rows.stop + rim, column] = stance.contact[column] ** 2
        mask[rows, column] = matte[rows, column] * stance.contact[column] ** 2
    return mask


def _underside(stance: Stance, camera: Camera, squash: float) -> Field:
    """Darkness on the ground below a body that hangs low between its feet, as under a car."""
    mask = np.zeros((camera.height, camera.width), np.float32)
    feet = stance.feet
    if len(feet) < 2:
        return mask
    wide = stance.base_width
    deep = max(2.0, 0.42 * wide * squash)
    line = stance.base_line
    gap = np.where(stance.outline > 0, np.maximum(line - stance.outline, 0.0), 1e4).astype(np.float32)
    past_legs = np.ones((1, 2 * round(0.12 * wide) + 1), np.uint8)
    body = cv2.dilate(gap[None, :], past_legs, borderType=cv2.BORDER_REPLICATE)[0]
    for column in range(feet[0].first, feet[-1].last + 1):
        dark = 0.90 * math.exp(-float(body[column]) / (0.15 * wide))
        mask[max(0, int(line[column] - deep)) : max(0, int(line[column] + 0.5)), column] = dark
    return _soften(mask, max(1.0, 0.035 * wide), max(squash, 0.15))


def _soften(mask: Field, sigma: float, squash: float) -> Field:
    factor = max(1.0, sigma * squash / 2.0)
    size = (max(1, round(mask.shape[1] / factor)), max(1, round(mask.shape[0] / factor)))
    small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    sx, sy = sigma * size[0] / mask.shape[1], max(0.5, sigma * squash * size[1] / mask.shape[0])
    small = cv2.GaussianBlur(small, (0, 0), sigmaX=max(sx, 0.5), sigmaY=sy, borderType=cv2.BORDER_REPLICATE)
    return as_field(cv2.resize(small, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_LINEAR))
