"""The far background: surroundings and sky, out of focus, computed small because it is blurred."""

from __future__ import annotations

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, Rgb, as_field, mix, rgb
from backcloth.scene.studio.environment import SURROUNDINGS, look
from backcloth.scene.studio.lens import blur
from backcloth.scene.studio.sky import SKIES, draw_sky
from backcloth.scene.studio.stage import Stage

_LONGEST = 420
"""Longest side that the far background is computed at."""

_WIDE = 0.52
"""Share of the focal length that surroundings are seen with: a little more of them fits in."""

SKY_OF_LIGHT = {
    "day": "day",
    "bright": "day",
    "soft": "day",
    "morning": "golden",
    "window": "day",
    "overcast": "overcast",
    "golden": "golden",
    "sunset": "sunset",
    "dusk": "dusk",
    "night": "night",
    "warm": "golden",
    "dramatic": "dusk",
}

_LAND: dict[str, Rgb] = {
    "day": (1.0, 0.98, 0.92),
    "overcast": (0.92, 0.97, 1.02),
    "golden": (1.10, 0.84, 0.58),
    "sunset": (0.62, 0.45, 0.37),
    "dusk": (0.20, 0.21, 0.29),
    "night": (0.040, 0.048, 0.080),
}
"""Light on houses and trees under each sky."""


def directions(stage: Stage) -> tuple[Field, Field]:
    """(elevation, azimuth) in radians for each pixel of the small far background."""
    camera = stage.camera
    scale = min(1.0, _LONGEST / max(camera.width, camera.height))
    width, height = max(1, round(camera.width * scale)), max(1, round(camera.height * scale))
    focal = camera.focal * _WIDE
    x = ((np.arange(width, dtype=np.float32) + 0.5) / width - 0.5) * camera.width / focal
    horizon = max(camera.horizon, -0.12 * camera.height)
    y = (horizon - (np.arange(height, dtype=np.float32) + 0.5) / height * camera.height) / focal
    shape = (height, width)
    return (
        np.ascontiguousarray(np.broadcast_to(np.arctan(y)[:, None], shape)),
        np.ascontiguousarray(np.broadcast_to(np.arctan(x)[None, :], shape)),
    )


def finish(stage: Stage, small: Radiance, radius: float) -> Radiance:
    """The small far background at full size, with a blur circle of `radius` pixels of the plate."""
    camera = stage.camera
    scale = small.shape[1] / camera.width
    soft = blur(small, max(radius * scale, 0.6))
    soft = as_field(cv2.GaussianBlur(soft, (0, 0), 0.9))
    large = cv2.resize(soft, (camera.width, camera.height), interpolation=cv2.INTER_CUBIC)
    return np.maximum(large, 0.0)


def outdoors(stage: Stage, around: str, ground: Rgb | None, *, radius: float) -> Radiance:
    """Surroundings under the sky of the stage's light.

    Args:
        stage: The picture.
        around: Name in SURROUNDINGS, or empty for sky alone.
        ground: Linear colour that the surroundings' own ground is scaled to; None leaves them as they are.
        radius: Blur circle in pixels.
    """
    elevation, azimuth = directions(stage)
    rng = stage.rng(21)
    name = SKY_OF_LIGHT[stage.scene.light]
    sun = stage.key.side * (0.22 + 0.5 * float(rng.random()))
    light = draw_sky(
        SKIES[name], elevation, azimuth, rng, sun_azimuth=sun, clouds=stage.scene.clouds, sun=stage.scene.sun
    )
    if not around:
        return finish(stage, light, radius)
    panorama = SURROUNDINGS[around]
    heading = panorama.headings[int(rng.integers(len(panorama.headings)))] + float(rng.uniform(-9, 9))
    seen, sky = look(panorama, heading, elevation, azimuth)
    land = np.minimum(seen * _exposure(seen, elevation, ground), 6.0) * rgb(_LAND[name])
    if name in ("night", "dusk"):
        land += _windows(stage, elevation, sky, rng)
    return finish(stage, mix(land, light, sky), radius)


def indoors(
    stage: Stage, around: str, *, radius: float, level: float, heading: float | None = None
) -> Radiance:
    """A room around the subject.

    Args:
        stage: The picture.
        around: Name in SURROUNDINGS.
        radius: Blur circle in pixels.
        level: Brightness its median is brought to.
        heading: Degrees along the panorama; None draws one.
    """
    elevation, azimuth = directions(stage)
    rng = stage.rng(22)
    panorama = SURROUNDINGS[around]
    chosen = panorama.headings[int(rng.integers(len(panorama.headings)))] if heading is None else heading
    seen, _sky = look(panorama, chosen + float(rng.uniform(-6, 6)), elevation, azimuth)
    total = np.asarray(stage.light.key, np.float32) + np.asarray(stage.light.ambient, np.float32)
    tint = total / float(total.mean())
    usual = float(np.median(seen.mean(axis=2)))
    cap = 3.6 * max(usual, 1e-3)
    shown = -np.expm1(seen / -cap) * np.float32(cap * level * stage.light.background / max(usual, 1e-3))
    return finish(stage, shown * tint, radius)


def _exposure(seen: Radiance, elevation: Field, ground: Rgb | None) -> Radiance:
    """The factor that brings the panorama's ground to the colour of the ground drawn before it."""
    if ground is None:
        return np.full(3, 0.32, np.float32)
    floor = seen[(elevation < np.radians(-4)) & (elevation > np.radians(-20))]
    if floor.size == 0:
        return np.full(3, 0.32, np.float32)
    own = np.median(floor.reshape(-1, 3), axis=0)
    wanted = rgb(ground)
    level = float(wanted.mean() / own.mean())
    tint = (wanted / own) / level
    return np.asarray(level * tint**0.5, np.float32)


def _windows(stage: Stage, elevation: Field, sky: Field, rng: np.random.Generator) -> Radiance:
    """Lamps and lit windows along the horizon of a dark town or park."""
    height, width = elevation.shape
    out = np.zeros((height, width, 3), np.float32)
    count = 90 if stage.scene.setting in ("street", "parking", "city") else 14
    palette = np.asarray(
        [(1.0, 0.62, 0.26), (1.0, 0.78, 0.48), (0.75, 0.85, 1.0), (1.0, 0.35, 0.16)], np.float32
    )
    for _lamp in range(count):
        up = abs(float(rng.normal(0.0, 0.085))) + 0.004
        column = int(rng.integers(width))
        row = int(np.searchsorted(-elevation[:, 0], -up))
        strength = float(rng.lognormal(1.6, 0.9))
        colour = palette[int(rng.integers(len(palette)))]
        if row < height and sky[min(row, height - 1), column] < 0.3:
            out[row, column] += colour * strength
    return out
