"""A cloth that lies in folds on the ground, at one side of the subject."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field, rgb, smoothstep
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.shadow import Shadows
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.tone import surface_colour

_COLOURS = ((228, 220, 208), (206, 190, 168), (214, 198, 190), (190, 196, 188))
"""sRGB of undyed and softly dyed linen."""

_STEP = 0.010
"""Subject extents over which the relief's slope is taken."""

_TILE = 256
"""Texels of the field that bends the folds."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Ground coordinates of pixels, in subject extents from its foot.

    Attributes:
        x, z: To the right and away from the camera; they broadcast to (rows, W).
        keep_off: Half the width that stays free around the subject.
        away: Where shadows fall, as in Key.
        reach: Length of a shadow over the height of what casts it.
        pixel: Extents that a pixel shows at the subject, for softness.
        front: Where the ground ends towards the camera; the cloth stays on it.
    """

    x: Field
    z: Field
    keep_off: float
    away: tuple[float, float]
    reach: float
    pixel: float
    front: float = -100.0


def lay_cloth(
    stage: Stage, lit: Radiance, first: int, spread: Spread, shadows: Shadows, pattern: Field | None
) -> Radiance:
    """The lit ground from row `first` down with the cloth on it."""
    x, z = np.broadcast_arrays(spread.x, spread.z)
    folds = _Folds(stage.rng(95))
    edge = as_field(folds.across(x, z) - (spread.keep_off + 0.16) + folds.hem(x, z))
    edge = np.minimum(edge, z - spread.front - 0.05 + 0.3 * folds.hem(x, z))
    away_x, away_z = spread.away
    high = folds.height(x, z)
    beside = folds.height(as_field(x - _STEP * away_x), as_field(z - _STEP * away_z))
    slope = (beside - high) / _STEP
    facing = np.clip(1.0 - min(spread.reach, 1.3) * slope, 0.10, 1.7)
    rows = slice(first, first + lit.shape[0])
    direct = facing * (1.0 - shadows.cast[rows]) * (1.0 if pattern is None else pattern[rows])
    hollow = 0.60 + 0.40 * smoothstep(-0.035, 0.045, high)
    sky = hollow * (1.0 - shadows.ambient[rows])
    light = rgb(stage.light.key) * direct[..., None] + rgb(stage.light.ambient) * sky[..., None]
    colour = rgb(surface_colour(_COLOURS[int(stage.rng(96).integers(len(_COLOURS)))]))
    soft = spread.pixel * np.maximum(1.0, 1.0 + 2.0 * np.abs(spread.z))
    cover = np.clip(edge / soft + 0.5, 0.0, 1.0)
    seam = 1.0 - 0.16 * np.exp(-np.square((edge - 0.035) / 0.004)) + 0.10 * np.exp(-np.square(edge / 0.012))
    thrown = 0.42 * smoothstep(-0.07, 0.01, edge) + 0.32 * smoothstep(-0.022, 0.0, edge)
    ground = lit * (1.0 - thrown)[..., None]
    cloth = colour * light * seam[..., None]
    return as_field(ground * (1.0 - cover)[..., None] + cloth * cover[..., None])


class _Folds:
    """The cloth's relief; lengths in subject extents."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._side = 1.0 if rng.random() < 0.5 else -1.0
        turn = float(rng.uniform(0.25, 0.7))
        self._cosine, self._sine = math.cos(turn), math.sin(turn)
        self._bend = noise(rng, _TILE, 150, 62, slope=2.0)
        self._fine = noise(rng, _TILE, 60, 18, slope=1.5)
        self._phase = rng.uniform(0.0, 2.0 * math.pi, 5)
        self._lean = float(rng.uniform(-0.5, 0.5))

    def across(self, x: Field, z: Field) -> Field:
        """How far a point lies on the cloth's side of the subject."""
        return as_field(self._side * x * self._cosine + z * self._sine)

    def hem(self, x: Field, z: Field) -> Field:
        """How the edge swings in and out."""
        along = z * self._cosine - self._side * x * self._sine
        swing = 0.07 * np.sin(3.1 * along + self._phase[0]) + 0.018 * np.sin(8.3 * along + self._phase[1])
        return as_field(swing + 0.025 * _read(self._bend, x, z, 1.9))

    def height(self, x: Field, z: Field) -> Field:
        """Ridges with round hollows between them that run into each other, and small creases."""
        bend = _read(self._bend, x, z, 1.9)
        across = self.across(x, z) + self._lean * (z * self._cosine - self._side * x * self._sine)
        high = np.zeros_like(bend)
        for index, (wave, tall) in enumerate(((1.5, 0.050), (3.1, 0.020), (5.3, 0.0045))):
            swing = 2.0 * math.pi * wave * across + (1.1 + 0.4 * index) * bend + self._phase[2 + index]
            high += tall * (1.0 - 2.0 * np.sqrt(0.06 + np.square(np.sin(0.5 * swing))))
        return as_field(high * (0.75 + 0.35 * bend) + 0.0012 * _read(self._fine, x, z, 0.9))


def _read(field: Field, x: Field, z: Field, size: float) -> Field:
    """A periodic field on the ground, `size` extents to a period."""
    scale = _TILE / size
    return as_field(
        cv2.remap(
            field,
            as_field(np.mod(x * scale, _TILE)),
            as_field(np.mod(z * scale, _TILE)),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_WRAP,
        )
    )
