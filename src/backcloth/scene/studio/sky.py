"""Skies by procedure: a gradient for the time of day, a sun's glow, and clouds."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, Rgb, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.noise import noise

_CLOUD_TILE = 256
"""Texels of the field that clouds are cut from."""


@dataclass(frozen=True, slots=True)
class Sky:
    """One time of day.

    Attributes:
        stops: Colours at 0, 7, 24 and 65 degrees above the horizon.
        glow: Colour around the sun.
        sun: Degrees of the sun above the horizon; glow and warm cloud edges come from there.
        lit: Colour of a cloud's bright side.
        shade: Colour of its dark side.
        cover: Share of the sky that clouds take, 0..1.
    """

    stops: tuple[Rgb, Rgb, Rgb, Rgb]
    glow: Rgb
    sun: float
    lit: Rgb
    shade: Rgb
    cover: float


SKIES = {
    "day": Sky(
        ((0.62, 0.75, 0.88), (0.46, 0.65, 0.86), (0.20, 0.42, 0.76), (0.07, 0.20, 0.52)),
        (0.25, 0.22, 0.16),
        40,
        (1.05, 1.04, 1.02),
        (0.55, 0.62, 0.72),
        0.42,
    ),
    "overcast": Sky(
        ((0.72, 0.75, 0.78), (0.70, 0.73, 0.77), (0.64, 0.68, 0.72), (0.56, 0.60, 0.65)),
        (0.05, 0.05, 0.05),
        50,
        (0.84, 0.86, 0.88),
        (0.52, 0.56, 0.61),
        0.85,
    ),
    "golden": Sky(
        ((1.05, 0.76, 0.42), (0.88, 0.72, 0.50), (0.44, 0.53, 0.62), (0.16, 0.27, 0.46)),
        (1.10, 0.70, 0.28),
        9,
        (1.10, 0.82, 0.52),
        (0.52, 0.46, 0.46),
        0.34,
    ),
    "sunset": Sky(
        ((1.00, 0.44, 0.15), (0.80, 0.36, 0.20), (0.33, 0.23, 0.30), (0.08, 0.10, 0.22)),
        (1.30, 0.60, 0.16),
        3,
        (1.00, 0.46, 0.26),
        (0.26, 0.17, 0.22),
        0.42,
    ),
    "dusk": Sky(
        ((0.40, 0.25, 0.24), (0.24, 0.20, 0.28), (0.08, 0.11, 0.23), (0.025, 0.045, 0.12)),
        (0.30, 0.16, 0.08),
        -4,
        (0.24, 0.19, 0.25),
        (0.06, 0.07, 0.13),
        0.35,
    ),
    "night": Sky(
        ((0.040, 0.042, 0.062), (0.022, 0.027, 0.050), (0.009, 0.014, 0.033), (0.004, 0.007, 0.020)),
        (0.0, 0.0, 0.0),
        -20,
        (0.030, 0.032, 0.048),
        (0.008, 0.010, 0.020),
        0.30,
    ),
}


def draw_sky(
    sky: Sky,
    elevation: Field,
    azimuth: Field,
    rng: np.random.Generator,
    *,
    sun_azimuth: float,
    clouds: bool,
    sun: bool = True,
) -> Radiance:
    """The sky seen in directions given in radians.

    Args:
        sky: Time of day.
        elevation: (H, W) above the horizon; what lies below is drawn as the horizon.
        azimuth: (H, W) from the middle of the view, to the right.
        rng: Draws the clouds.
        sun_azimuth: Where the sun stands, radians from the middle of the view.
        clouds: Whether there are any.
        sun: Whether the sun's glow is drawn.
    """
    up = np.maximum(elevation, 0.0)
    degrees = np.degrees(up)
    at = (0.0, 7.0, 24.0, 65.0)
    colours = np.asarray(sky.stops, np.float32)
    light = as_field(np.stack([np.interp(degrees, at, colours[:, channel]) for channel in range(3)], axis=2))
    away = as_field(np.sqrt((azimuth - sun_azimuth) ** 2 + (1.5 * (elevation - np.radians(sky.sun))) ** 2))
    halo = 0.55 * np.exp(-away / 0.34) + 0.9 * np.exp(-((away / 0.10) ** 2))
    if sun:
        light += rgb(sky.glow) * halo[..., None]
    if clouds:
        light = _clouded(light, sky, up, azimuth, away, rng)
    return light


def _clouded(
    light: Radiance, sky: Sky, up: Field, azimuth: Field, from_sun: Field, rng: np.random.Generator
) -> Radiance:
    shape = noise(rng, _CLOUD_TILE, 90, 3, slope=1.55, stretch=1.8)
    distance = 1.0 / (np.sin(up) + 0.16)
    u = (azimuth * 30.0 * (0.6 + 0.4 * distance / 3.0) + 40.0 * float(rng.random())) * 1.4
    v = distance * 46.0
    looked = _look(shape, as_field(u), as_field(v))
    towards = _look(shape, as_field(u + 2.5), as_field(v + 3.0))
    level = float(np.quantile(shape, 1.0 - sky.cover))
    cover = smoothstep(level - 0.05, level + 1.0, looked) * smoothstep(0.0, 0.07, up)
    thick = np.clip(0.62 + 0.5 * (looked - towards) - 0.16 * np.maximum(looked - level, 0.0), 0.0, 1.0)
    thick = np.clip(thick + 0.35 * np.exp(-from_sun / 0.4), 0.0, 1.0).astype(np.float32)
    shaded = np.broadcast_to(rgb(sky.shade), light.shape)
    return mix(light, mix(shaded, np.broadcast_to(rgb(sky.lit), light.shape), thick), 0.88 * cover)


def _look(tile: Field, u: Field, v: Field) -> Field:
    size = tile.shape[0]
    x, y = np.mod(u, size), np.mod(v, size)
    return as_field(cv2.remap(tile, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))
