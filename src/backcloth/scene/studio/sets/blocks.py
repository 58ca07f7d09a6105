"""Which solids a podium or a flight of blocks is made of, and how large they are for a subject."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from backcloth.scene.studio.sets.solid import Solid, block, drum
from backcloth.scene.studio.stage import Stage


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """Solids from far to near; the subject stands on number `under`. `foot` is the floor's height."""

    solids: tuple[Solid, ...]
    under: int
    foot: float


def size_of(stage: Stage) -> tuple[float, float, float, float]:
    """(extent, base, middle x, middle depth) of what stands, in metres."""
    camera, stance = stage.camera, stage.stance
    pixel = camera.pixel
    base = max(stance.base_width, 0.30 * (stance.right - stance.left), 4.0) * pixel
    own = 0.5 * base * float(np.clip(0.25 + 2.2 * camera.foreshortening, 0.4, 0.9))
    return (
        stance.extent * pixel,
        base,
        (stance.base_centre - camera.width / 2) * pixel,
        camera.focus + own,
    )


def podium(stage: Stage) -> Build:
    """A drum or a block, in some seeds on a wider one."""
    rng = stage.rng(19)
    camera, stance = stage.camera, stage.stance
    extent, base, x, depth = size_of(stage)
    wide = (stance.right - stance.left) * camera.pixel
    filled = float(np.clip((base / (camera.width * camera.pixel) - 0.3) / 0.3, 0.0, 1.0))
    radius = min(max((0.92 - 0.34 * filled) * base, 0.56 * wide), 0.60 * camera.width * camera.pixel)
    radius = min(radius * float(rng.uniform(0.94, 1.22)), 0.55 * depth)
    from_above = wide > 1.2 * extent or camera.foreshortening > 0.45
    if from_above:
        filling = wide > 0.55 * camera.width * camera.pixel
        radius = max(radius, (0.98 if filling else 0.72) * wide)
        x = ((stance.left + stance.right) / 2 - camera.width / 2) * camera.pixel
    upright = math.cos(math.atan(camera.foreshortening))
    tall = max(0.40 * extent, 0.24 * camera.height * camera.pixel) * float(rng.uniform(0.8, 1.25)) * upright
    square = rng.random() < 0.36 and not from_above
    double = rng.random() < 0.36 and not from_above
    yaw = float(rng.uniform(0.16, 0.55)) * (1.0 if rng.random() < 0.5 else -1.0)

    def shape(half: float, low: float, high: float) -> Solid:
        if square:
            return block((x, depth), (1.72 * half, 1.72 * half), (low, high), yaw=yaw)
        return drum(x, depth, half, low, high)

    if not double:
        return Build((shape(radius, -tall, 0.0),), 0, -tall)
    step = float(rng.uniform(0.10, 0.16)) * extent * upright
    outer = min(1.45 * radius, 0.62 * depth)
    return Build((shape(outer, -tall, -step), shape(radius, -step, 0.0)), 1, -tall)


def steps(stage: Stage) -> Build:
    """Three blocks: a higher one behind, a lower one, and the subject's."""
    rng = stage.rng(19)
    camera, stance = stage.camera, stage.stance
    extent, base, x, depth = size_of(stage)
    wide = max(1.35 * base, 1.06 * (stance.right - stance.left) * camera.pixel)
    deep = min(wide, 0.8 * depth)
    upright = math.cos(math.atan(camera.foreshortening))
    rise = float(rng.uniform(0.20, 0.30)) * extent * upright
    foot = -max(1.25 * rise, 0.20 * camera.height * camera.pixel * upright)
    side = 1.0 if rng.random() < 0.5 else -1.0
    under = block((x, depth), (wide, deep), (foot, 0.0))
    higher = block(
        (x + side * (0.97 * wide), depth + 0.42 * deep),
        (0.92 * wide, deep),
        (foot, float(rng.uniform(0.9, 1.3)) * rise),
    )
    lower = block(
        (x - side * 0.96 * wide, depth + 0.10 * deep), (0.90 * wide, 0.9 * deep), (foot, -0.85 * rise)
    )
    return Build((higher, lower, under), 2, foot)
