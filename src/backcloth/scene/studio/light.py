"""Light: what colour it has, where it comes from, and how soft its shadows are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from backcloth.scene.studio.arrays import Rgb


@dataclass(frozen=True, slots=True)
class Light:
    """A key light and the ambient light around it. The two add up to about 1 on open ground.

    Attributes:
        name: As in the vocabulary.
        key: Colour and strength of the key light on the ground.
        ambient: Colour and strength of everything else.
        elevation: Degrees of the key above the ground.
        softness: Tangent of half the key's apparent size: how fast shadows blur with distance.
        background: How bright the far background is, relative to the ground.
        pool: 0 even light .. 1 a pool of light around the subject and darkness beyond.
    """

    name: str
    key: Rgb
    ambient: Rgb
    elevation: float
    softness: float
    background: float = 1.0
    pool: float = 0.0


LIGHTS = {
    light.name: light
    for light in (
        Light("soft", (0.50, 0.49, 0.48), (0.50, 0.51, 0.52), 52, 0.30, pool=0.18),
        Light("bright", (0.52, 0.52, 0.51), (0.58, 0.58, 0.59), 56, 0.40, 1.12, pool=0.05),
        Light("window", (0.68, 0.64, 0.58), (0.36, 0.38, 0.42), 38, 0.16, pool=0.20),
        Light("morning", (0.78, 0.66, 0.50), (0.34, 0.36, 0.41), 30, 0.10, pool=0.15),
        Light("day", (0.80, 0.76, 0.68), (0.26, 0.30, 0.36), 46, 0.035),
        Light("overcast", (0.16, 0.16, 0.16), (0.74, 0.77, 0.81), 65, 0.60),
        Light("golden", (0.86, 0.62, 0.38), (0.26, 0.27, 0.33), 22, 0.05, pool=0.10),
        Light("sunset", (0.58, 0.38, 0.24), (0.30, 0.29, 0.35), 16, 0.09, 0.85, pool=0.18),
        Light("dusk", (0.10, 0.11, 0.15), (0.25, 0.29, 0.40), 50, 0.5, 0.7, pool=0.35),
        Light("night", (0.34, 0.28, 0.20), (0.055, 0.07, 0.115), 58, 0.14, 0.35, pool=0.85),
        Light("warm", (0.58, 0.46, 0.33), (0.36, 0.31, 0.26), 46, 0.22, 0.85, pool=0.30),
        Light("dramatic", (0.62, 0.60, 0.57), (0.09, 0.095, 0.105), 40, 0.10, 0.28, pool=0.75),
    )
}


@dataclass(frozen=True, slots=True)
class Key:
    """Where the key stands for one picture.

    Attributes:
        side: -1 when it stands on the left, 1 on the right.
        away: Unit vector on the ground, (x, depth), along which shadows fall.
        reach: Length of a shadow over the height of what casts it.
    """

    side: float
    away: tuple[float, float]
    reach: float


def place_key(light: Light, lit_from: float, rng: np.random.Generator, *, behind: bool = False) -> Key:
    """Puts the key on the side that the subject is lit from, or on a side drawn by chance.

    Args:
        light: Gives the elevation.
        lit_from: -1 left .. 1 right, 0 unknown.
        rng: Draws the side where it is unknown, and a small turn.
        behind: True puts the key behind the subject, so that shadows fall towards the camera.
    """
    chance = 1.0 if rng.random() < 0.5 else -1.0
    side = float(np.sign(lit_from)) if abs(lit_from) > 0.12 else chance
    angle = math.radians(float(rng.uniform(34, 52)))
    depth = -math.sin(angle) if behind else math.sin(angle)
    elevation = light.elevation + float(rng.uniform(-4, 4))
    return Key(side, (-side * math.cos(angle), depth), min(2.6, 1 / math.tan(math.radians(elevation))))
