"""Small-scale relief: a height field seen under a slanting light."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, as_field

_NARROW = 3.0
"""Texels up to which a blur is made by its kernel."""


@dataclass(frozen=True, slots=True)
class Ray:
    """The key light, seen by a tile.

    Attributes:
        x, y: Unit vector along columns and rows of the tile along which shadows fall.
        reach: Length of a shadow over the height of what casts it.
        share: Part of all the light that comes from the key, 0..1.
    """

    x: float = 0.82
    y: float = -0.57
    reach: float = 1.0
    share: float = 0.55

    @property
    def strength(self) -> float:
        """How strongly slopes show: much under a low sun, hardly under an overcast sky; 1 is usual."""
        return min(1.35, math.pow(max(self.reach, 0.2), 0.7) * self.share / 0.55)


def relief(height: Field, strength: float, ray: Ray) -> Field:
    """How much brighter or darker each texel is for its slope.

    Args:
        height: (T, T) periodic height, any unit with variance about 1.
        strength: Share of brightness that a slope of 1 a texel changes under the usual light.
        ray: The light.

    Returns:
        (T, T) factor around 1, within 0.15 and 1.8.
    """
    wide = cv2.copyMakeBorder(height, 1, 1, 1, 1, cv2.BORDER_WRAP)
    facing = (wide[1:-1, 2:] - wide[1:-1, :-2]) * np.float32(ray.x)
    facing += (wide[2:, 1:-1] - wide[:-2, 1:-1]) * np.float32(ray.y)
    facing *= np.float32(0.61 * strength * ray.strength)
    facing += np.float32(1.0)
    return as_field(np.clip(facing, np.float32(0.15), np.float32(1.8), out=facing))


def cast(height: Field, ray: Ray, tallest: float, *, soft: float = 1.0) -> Field:
    """How much light arrives where higher parts of the same surface throw their shadow.

    Each texel looks towards the light in a dozen steps that grow with distance.

    Args:
        height: (T, T) periodic height in texels.
        ray: The light.
        tallest: Largest difference in height, in texels: how far shadows may reach.
        soft: Texels of height over which a shadow deepens.

    Returns:
        (T, T) factor 0..1: what is left of all light.
    """
    reach = min(max(ray.reach, 0.25), 1.6)
    farthest = min(tallest * reach, height.shape[0] / 3)
    lead = np.zeros_like(height)
    step = 1.0
    while step <= farthest:
        move = (round(step * ray.y), round(step * ray.x))
        np.maximum(lead, np.roll(height, move, axis=(0, 1)) - height - np.float32(step / reach), out=lead)
        step = max(step + 1.0, step * 1.35)
    shadow = np.minimum(lead * np.float32(1.0 / soft), np.float32(1.0))
    return as_field(np.float32(1.0) - np.float32(min(0.85, 1.15 * ray.share)) * shadow)


def cavity(height: Field, radius: float, strength: float) -> Field:
    """How much of the sky's light reaches each texel: less where the surface around it is higher.

    Args:
        height: (T, T) periodic height.
        radius: Texels around that count.
        strength: Share of light lost for each unit that the surroundings are higher.

    Returns:
        (T, T) factor in (0, 1].
    """
    lower = np.maximum(soften(height, radius) - height, np.float32(0.0))
    return as_field(np.float32(1.0) / (np.float32(1.0) + np.float32(strength) * lower))


def soften(field: Field, radius: float) -> Field:
    """A periodic (T, T) field blurred by about a Gaussian of `radius` texels, still periodic.

    Wide blurs are three running means, which cost the same for every width and leave slopes smooth.
    """
    if radius <= _NARROW:
        rim = min(math.ceil(4.0 * radius) + 1, field.shape[0])
        padded = cv2.copyMakeBorder(field, rim, rim, rim, rim, cv2.BORDER_WRAP)
        blurred = cv2.GaussianBlur(padded, (0, 0), radius)
    else:
        width = 2 * round(math.sqrt(radius * radius + 0.25) - 0.5) + 1
        rim = min(3 * (width // 2), field.shape[0])
        blurred = cv2.copyMakeBorder(field, rim, rim, rim, rim, cv2.BORDER_WRAP)
        for _ in range(3):
            blurred = cv2.blur(blurred, (width, width))
    return as_field(np.ascontiguousarray(blurred[rim:-rim, rim:-rim]))


def rise(height: Field) -> tuple[Field, Field]:
    """Slopes of a periodic (T, T) field along columns and along rows, in its unit a texel."""
    over, down = (0.5 * (np.roll(height, -1, axis) - np.roll(height, 1, axis)) for axis in (1, 0))
    return as_field(over), as_field(down)


def unit(height: Field) -> Field:
    """The heights as 0..1: all but the highest and lowest hundredth fill the range."""
    low, high = np.quantile(height[::7, ::7], (0.01, 0.99))
    return as_field(np.clip((height - low) / max(float(high - low), 1e-6), 0.0, 1.0))
