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
from backcloth.scene.studio.contact import contact_shadow
from backcloth.scene.studio.light import Key, Light
from backcloth.scene.studio.sheet import Sheet
from backcloth.scene.studio.stance import Stance

_WORK = 480
"""Longest side of the picture that shadows are computed at."""

_FINER = 6
"""Rows drawn for each row of the key's shadow."""

_SOLID = 2.4
"""Power of the open sky's share: a body closes more of the sky than its silhouette's sheet does."""

_DOME = 44
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
    sheet = Sheet(stance, camera, scale)
    full = (width, height)
    cast = _key_shadow(small, sheet, light, key)
    ambient = _dome_shadow(small, sheet)
    return Shadows(
        cast=cv2.resize(cast, full, interpolation=cv2.INTER_CUBIC).clip(0.0, 1.0),
        ambient=cv2.resize(ambient, full, interpolation=cv2.INTER_CUBIC).clip(0.0, 1.0),
        contact=contact_shadow(matte, stance, camera),
    )


def _key_shadow(small: Field, sheet: Sheet, light: Light, key: Key) -> Field:
    sigma = sheet.height_of(small.shape[0]) * light.softness * 0.8 + 0.6 + 0.004 * _WORK * light.softness**0.5
    dark = np.zeros_like(small)
    for part in sheet.parts(small):
        laid = sheet.laid(part.blurred(sigma), key.away, key.reach, finer=_FINER)
        dark += _thickened(laid, part.thickness)
    return as_field(np.minimum(dark, 1.0))


def _thickened(laid: Field, rows: float) -> Field:
    """The shadow of a body instead of a sheet: the union and the mean of its copies through the thickness.

    Moved along the depth a sheet's shadow moves along the rows, so all copies at once are a filter.
    """
    reach = 2 * max(1, round(rows)) + 1
    union = cv2.dilate(laid, np.ones((reach, 1), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    mean = cv2.GaussianBlur(laid, (0, 0), sigmaX=0.8, sigmaY=max(0.8, 0.6 * rows))
    union = cv2.GaussianBlur(union, (0, 0), sigmaX=1.0, sigmaY=max(1.0, 0.3 * rows))
    return as_field(0.5 * union + 0.5 * mean)


def _dome_shadow(small: Field, sheet: Sheet) -> Field:
    """Mean shadow over cosine-weighted directions of the dome (a spiral, so no direction is preferred)."""
    sigma = sheet.height_of(small.shape[0]) * 0.12 + 0.8
    dark = np.zeros_like(small)
    for part in sheet.parts(small):
        soft = part.blurred(sigma)
        total = np.zeros_like(small)
        for index in range(_DOME):
            sine = math.sqrt((index + 0.5) / _DOME)
            reach = min(3.0, sine / math.sqrt(max(1.0 - sine * sine, 1e-4)))
            turn = index * 2.399963
            total += sheet.laid(soft, (math.cos(turn), math.sin(turn)), reach)
        spread = (0.011 if len(soft.strips) > 1 else 0.018) * max(small.shape)
        dark += cv2.GaussianBlur(
            total / _DOME, (0, 0), sigmaX=spread, sigmaY=max(0.5 * spread, part.thickness)
        )
    return as_field(1.0 - np.clip(1.0 - dark, 0.0, 1.0) ** _SOLID)
