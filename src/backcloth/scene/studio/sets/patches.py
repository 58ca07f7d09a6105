"""What makes one stretch of ground differ from the next: slow tones, ripples, old snow, dappled light."""

from __future__ import annotations

import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.stage import Stage
from backcloth.scene.studio.texture import Tile, lay


def _patches(stage: Stage, stream: int, size: float, rows: tuple[int, int]) -> Field:
    """(rows, W) cloudy field on the ground with mean 0 and variance 1, `size` subjects to a tile."""
    field = noise(stage.rng(stream), 256, 110, 6, slope=1.2)
    side = size * stage.stance.extent * stage.camera.pixel
    tile = Tile(np.repeat(field[..., None], 3, axis=2), side)
    return lay(tile, stage.camera, rows, yaw=0.5, offset=(0.37 * side, 0.61 * side))[..., 0]


def varied(stage: Stage, ground: Radiance, first: int) -> Radiance:
    """Slow changes of tone over the ground, so that no repeat of its tile shows."""
    slow = _patches(stage, 16, 11.0, (first, stage.camera.height))
    strength = 0.05 if stage.scene.setting in ("parking", "street", "city", "terrace") else 0.10
    return np.asarray(ground * np.clip(1.0 + strength * slow, 0.5, 1.5)[..., None], np.float32)


def rippled(stage: Stage, ground: Radiance, first: int) -> Radiance:
    """Ripples that the wind leaves in sand: long crests across the view, lit on one flank."""
    field = noise(stage.rng(42), 512, 17, 8, slope=0.4, stretch=5.0)
    bend = noise(stage.rng(43), 512, 300, 60, slope=1.5)
    flank = field - np.roll(field, 2, axis=0)
    strength = smoothstep(-1.6, 0.6, bend)
    side = 1.9 * stage.stance.extent * stage.camera.pixel
    tile = Tile(np.repeat((flank * strength)[..., None], 3, axis=2), side)
    rows = (first, stage.camera.height)
    turn = 0.35 * stage.key.side
    shade = lay(tile, stage.camera, rows, yaw=turn, offset=(0.2 * side, 0.7 * side))[..., 0]
    return np.asarray(ground * np.clip(1.0 + 0.13 * shade, 0.6, 1.4)[..., None], np.float32)


def snow_patches(stage: Stage, ground: Radiance, first: int) -> Radiance:
    """Old snow in the hollows; all over the ground while it snows."""
    level = -1.2 if stage.scene.weather == "snowfall" else 0.75
    field = _patches(stage, 44, 2.6, (first, stage.camera.height))
    fine = _patches(stage, 45, 0.5, (first, stage.camera.height))
    share = smoothstep(level - 0.45, level + 0.45, as_field(field + 0.40 * fine))
    white = rgb((0.80, 0.84, 0.90)) * (1.0 + 0.04 * fine)[..., None]
    return mix(ground, as_field(white), as_field(0.94 * share))


def dappled(stage: Stage) -> Field:
    """(H, W) sunlight that falls through leaves: patches on the ground."""
    patches = _patches(stage, 17, 3.2, (0, stage.camera.height))
    return np.asarray(0.34 + 1.05 * smoothstep(-0.6, 1.4, patches), np.float32)
