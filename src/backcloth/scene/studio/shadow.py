"""The subject's shadows on the ground, cast by its own silhouette.

The silhouette stands as a thin upright sheet over its contact line. A light's shadow of a sheet on a
plane is one homography of the silhouette, so cast shadow and ambient occlusion are warps of the matte:
one towards the key, and an average over directions of the sky's dome.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, as_field
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.contact import contact_shadow
from backcloth.scene.studio.light import Key, Light
from backcloth.scene.studio.sheet import Sheet
from backcloth.scene.studio.slab import lay_slab
from backcloth.scene.studio.stance import Stance

_SHARP, _SOFT, _DIM = 960, 480, 288
"""Longest side of the picture that is computed for a hard key's shadow, a soft one's, and the dome's."""

_HARD = 0.08
"""Softness of a light below which its shadow is drawn sharp."""

_FINER = 4
"""Rows drawn for each row of the key's shadow."""

_SLICES = 18
"""Slices of a round body that cast its shadow, from its back to its front."""

_SOLID = 2.4
"""Power of the open sky's share: a body closes more of the sky than its silhouette's sheet does."""

_DOME = 96
"""Directions of the sky that are averaged."""


@dataclass(frozen=True, slots=True, eq=False)
class Shadows:
    """How much light the subject takes from each point of the ground, all (H, W), 0 none .. 1 all.

    Attributes:
        cast: Of the key light.
        ambient: Of the light from everywhere.
        contact: Of any light, in the crevice where the subject touches the ground.
        second: Of the second lamp's light; None where there is none.
    """

    cast: Field
    ambient: Field
    contact: Field
    second: Field | None = None


def no_shadows(size: tuple[int, int]) -> Shadows:
    """Nothing is in the way of the light."""
    none = np.zeros((size[1], size[0]), np.float32)
    return Shadows(none, none, none)


def cast_shadows(matte: Field, stance: Stance, camera: Camera, light: Light, key: Key) -> Shadows:
    """The subject's shadows on the ground plane of `camera`."""
    height, width = matte.shape
    full = (width, height)
    cast = _key_shadow(matte, stance, camera, light, key)
    ambient = _dome_shadow(matte, stance, camera)
    second = None
    if any(light.second):
        other = _key_shadow(matte, stance, camera, light, key.opposite)
        second = cv2.resize(other, full, interpolation=cv2.INTER_CUBIC).clip(0.0, 1.0)
    return Shadows(
        cast=cv2.resize(cast, full, interpolation=cv2.INTER_CUBIC).clip(0.0, 1.0),
        ambient=cv2.resize(ambient, full, interpolation=cv2.INTER_CUBIC).clip(0.0, 1.0),
        contact=contact_shadow(matte, stance, camera),
        second=second,
    )


def _stood(matte: Field, stance: Stance, camera: Camera, longest: int) -> tuple[Field, Sheet]:
    """The silhouette at the size that a shadow is computed at, and its sheet."""
    height, width = matte.shape
    scale = min(1.0, longest / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return as_field(cv2.resize(matte, size, interpolation=cv2.INTER_AREA)), Sheet(stance, camera, scale)


def _key_shadow(matte: Field, stance: Stance, camera: Camera, light: Light, key: Key) -> Field:
    """The key's shadow: sharp where the subject touches the ground, softer the higher what casts it."""
    longest = _SHARP if light.softness < _HARD else _SOFT
    small, sheet = _stood(matte, stance, camera, longest)
    sigma = sheet.height_of(small.shape[0]) * light.softness * 0.8 + 0.6 + 0.004 * _SOFT * light.softness**0.5
    dark = np.zeros_like(small)
    parts, slab = sheet.parts(small)
    if slab is not None:
        tall = slab.tall * small.shape[1] / camera.width
        spread = tall * light.softness * 0.8 + 0.6 + 0.004 * _SOFT * light.softness**0.5
        dark = lay_slab(slab, camera, dark.shape, key.away, key.reach, spread)
    for part in parts:
        soft = part.blurred(sigma)
        laid, thick = np.zeros_like(small), part.thickness
        if part.turned:
            thick *= 1.0 / _SLICES
            for index in range(_SLICES):
                cut = sheet.laid(soft, small.shape, key.away, key.reach, around=_slice(index))
                laid = np.maximum(laid, cut)
        else:
            laid = sheet.laid(soft, small.shape, key.away, key.reach, finer=_FINER)
        dark += _thickened(laid, thick, min(0.5, 1.5 * light.softness))
    return as_field(np.minimum(dark, 1.0))


def _slice(index: int) -> tuple[float, float]:
    """Width and place of a slice of a round body: as wide as the narrower of its two sides."""
    front = (2 * index + 1) / _SLICES - 1.0
    outer = abs(front) + 1.0 / _SLICES
    return math.sqrt(max(1.0 - outer * outer, 0.0)) or 1e-3, front


def _thickened(laid: Field, rows: float, soft: float) -> Field:
    """The shadow of a body instead of a sheet: the union and, by a share of `soft`, the mean of its copies.

    Moved along the depth a sheet's shadow moves along the rows, so all copies at once are a filter.
    """
    lit = np.flatnonzero(laid.max(axis=1) > 1e-3)
    if lit.size == 0:
        return laid
    margin = int(3 * rows) + 4
    band = slice(max(0, int(lit[0]) - margin), min(laid.shape[0], int(lit[-1]) + margin + 1))
    reach = 2 * max(1, round(rows)) + 1
    union = cv2.dilate(
        laid[band], np.ones((reach, 1), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    mean = cv2.GaussianBlur(laid[band], (0, 0), sigmaX=0.8, sigmaY=max(0.8, 0.6 * rows))
    union = cv2.GaussianBlur(union, (0, 0), sigmaX=0.8, sigmaY=max(0.8, 0.6 * soft * rows))
    out = np.zeros_like(laid)
    out[band] = (1.0 - soft) * union + soft * mean
    return out


def _dome_shadow(matte: Field, stance: Stance, camera: Camera) -> Field:
    """Mean shadow over cosine-weighted directions of the dome (a spiral, so no direction is preferred)."""
    small, sheet = _stood(matte, stance, camera, _DIM)
    sigma = sheet.height_of(small.shape[0]) * 0.20 + 0.6
    dark = np.zeros_like(small)
    parts, slab = sheet.parts(small)
    for part in parts:
        soft = part.blurred(sigma)
        total = np.zeros_like(small)
        for away, reach in _dome():
            total += sheet.laid(soft, small.shape, away, reach)
        spread = (0.011 if len(soft.strips) > 1 else 0.018) * max(small.shape)
        dark += cv2.GaussianBlur(
            total / _DOME, (0, 0), sigmaX=spread, sigmaY=max(0.9 * spread, part.thickness)
        )
    if slab is not None:
        total = np.zeros_like(small)
        for away, reach in _dome():
            total += lay_slab(slab, camera, small.shape, away, reach, 0.0)
        dark += cv2.GaussianBlur(total / _DOME, (0, 0), 0.012 * max(small.shape))
    return as_field(1.0 - np.clip(1.0 - dark, 0.0, 1.0) ** _SOLID)


def _dome() -> Iterator[tuple[tuple[float, float], float]]:
    """Directions of the dome: which way light goes on the ground, and how far per height."""
    for index in range(_DOME):
        sine = math.sqrt((index + 0.5) / _DOME)
        turn = index * 2.399963
        yield (math.cos(turn), math.sin(turn)), min(3.0, sine / math.sqrt(max(1.0 - sine * sine, 1e-4)))
