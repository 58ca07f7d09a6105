"""One small thing on the ground: its sprite warped into place, its shadow under it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, Radiance, as_field

Points = npt.NDArray[np.float64]

Project = Callable[[Points], Points]
"""(N, 3) points (x, height, depth) in metres to (N, 2) pixels."""

_SQUARE = np.asarray([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])

_TALL, _SUNK = 0.62, 0.10
"""Height of an upright thing over its length, and how much of it hangs below where it lies."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Where a thing lies and how.

    Attributes:
        x, depth: Its middle, in metres.
        length: Metres.
        turn: Radians by which it is turned on the ground.
        lift: Height of its raised end as a share of its length.
        upright: Whether its sprite faces the camera, as a stone's does.
        dark: Darkness of its shadow, 0..1.
    """

    x: float
    depth: float
    length: float
    turn: float
    lift: float
    upright: bool
    dark: float

    def corners(self) -> Points:
        """(4, 3) corners of its sprite: x, height, depth."""
        half = self.length / 2
        if self.upright:
            x = self.x + half * _SQUARE[:, 0]
            high = self.length * np.where(_SQUARE[:, 1] < 0, _TALL, -_SUNK)
            return np.stack([x, high, np.full(4, self.depth)], axis=1)
        cosine, sine = math.cos(self.turn), math.sin(self.turn)
        x = self.x + half * (_SQUARE[:, 0] * cosine - _SQUARE[:, 1] * sine)
        depth = self.depth + half * (_SQUARE[:, 0] * sine + _SQUARE[:, 1] * cosine)
        high = self.length * np.where(_SQUARE[:, 0] > 0, self.lift, 0.02)
        return np.stack([x, high, depth], axis=1)

    def fallen(self, away: tuple[float, float], reach: float) -> Points:
        """(4, 3) corners of its shadow on the ground."""
        if self.upright:
            flat = self.length * np.stack([0.5 * _SQUARE[:, 0], -0.20 * _SQUARE[:, 1]], axis=1)
            high = np.full(4, 0.22 * self.length)
        else:
            raised = self.corners()
            flat = raised[:, ::2] - (self.x, self.depth)
            high = raised[:, 1] + 0.02 * self.length
        x = self.x + flat[:, 0] + away[0] * reach * high
        return np.stack([x, np.zeros(4), self.depth + flat[:, 1] + away[1] * reach * high], axis=1)


def stamp(
    out: Radiance,
    sprite: list[Radiance],
    corners: tuple[Points, Points],
    dark: float,
    light: Radiance,
    softness: float,
) -> None:
    """Puts a sprite into the picture, its shadow first.

    Args:
        out: (H, W, 3) linear light; changed.
        sprite: The sprite as a pyramid from large to small, each (S, S, 4) light times coverage, coverage.
        corners: (4, 2) pixels of the sprite's corners and of its shadow's.
        dark: Darkness of the shadow.
        light: (3,) light on the thing.
        softness: Of the key, as in Light.
    """
    low, high = np.floor(corners[0].min(axis=0)).astype(int), np.ceil(corners[0].max(axis=0)).astype(int)
    size = float(max(*(high - low), 2))
    margin = int(0.6 * size) + 3
    left, top = max(0, low[0] - margin), max(0, low[1] - margin)
    right, bottom = min(out.shape[1], high[0] + margin), min(out.shape[0], high[1] + margin)
    if right - left < 2 or bottom - top < 2:
        return
    place = out[top:bottom, left:right]
    level = sprite[min(int(max(0.0, math.log2(sprite[0].shape[0] / size))), len(sprite) - 1)]
    shadow = _warped(level[..., 3], corners[1] - (left, top), place.shape[:2])
    shadow = as_field(cv2.GaussianBlur(shadow, (0, 0), size * (0.03 + 0.10 * softness) + 0.5))
    place *= (1.0 - dark * shadow)[..., None]
    seen = _warped(level, corners[0] - (left, top), place.shape[:2])
    place *= (1.0 - seen[..., 3])[..., None]
    place += seen[..., :3] * light


def _warped(sprite: Radiance | Field, corners: Points, shape: tuple[int, ...]) -> Radiance:
    side = float(sprite.shape[0])
    source = as_field((_SQUARE + 1.0) * side / 2 - 0.5)
    matrix = cv2.getPerspectiveTransform(source, as_field(corners - 0.5))
    return as_field(
        cv2.warpPerspective(sprite, matrix, (shape[1], shape[0]), flags=cv2.INTER_LINEAR, borderValue=0)
    )
