"""Mountains and dunes at the horizon, by procedure: outlines one behind the other, paler with distance."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, Rgb, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.noise import noise

_TILE = 512
_SPAN = 2.4
"""Radians of azimuth that the outline's noise spans before it repeats: more than a view shows."""


@dataclass(frozen=True, slots=True)
class Range:
    """One range of mountains or dunes.

    Attributes:
        height: Degrees of its usual top above the horizon.
        relief: Degrees that its tops differ by.
        longest, slope: Of the outline's noise, in shares of the tile and as a power of the frequency.
        veil: Share of the air's colour in front of it, 0..1.
        steep: How strongly its flanks turn from lit to shaded.
        snow: Share of its height above which snow lies; 1 and up for none.
    """

    height: float
    relief: float
    longest: float
    slope: float
    veil: float
    steep: float
    snow: float = 2.0


PEAKS = (
    Range(8.0, 4.6, 0.55, 1.9, 0.55, 0.9, 0.45),
    Range(4.6, 3.0, 0.45, 1.85, 0.38, 0.8, 0.85),
    Range(2.0, 1.3, 0.35, 1.8, 0.24, 0.6),
)
HILLS = (Range(3.4, 2.0, 0.45, 1.9, 0.55, 0.4), Range(1.7, 1.1, 0.35, 1.8, 0.34, 0.4))
DUNES = (
    Range(4.6, 2.4, 0.50, 2.3, 0.36, 1.0),
    Range(2.6, 1.9, 0.38, 2.3, 0.20, 1.0),
    Range(0.7, 1.2, 0.30, 2.3, 0.08, 1.0),
)
COAST = (Range(0.8, 2.4, 0.60, 2.2, 0.55, 0.6), Range(-0.6, 1.8, 0.50, 2.1, 0.34, 0.5))
SHORE = (
    Range(5.5, 3.2, 0.55, 2.0, 0.50, 0.7),
    Range(3.0, 1.6, 0.40, 1.9, 0.34, 0.6),
    Range(1.2, 0.35, 0.05, 0.9, 0.10, 0.2),
)
"""What may lie at the horizon, far to near; the last of `SHORE` is a row of trees."""


@dataclass(frozen=True, slots=True)
class Land:
    """What ranges are made of, all as linear light that leaves them.

    Attributes:
        lit, shaded: Of flanks towards the key and away from it.
        snow: Of snow in the key's light.
        air: Of the air before them.
    """

    lit: Rgb
    shaded: Rgb
    snow: Rgb
    air: Rgb


def draw_ranges(
    behind: Radiance,
    ranges: tuple[Range, ...],
    land: Land,
    elevation: Field,
    azimuth: Field,
    rng: np.random.Generator,
    *,
    side: float,
) -> tuple[Radiance, Field]:
    """Draws ranges over the sky.

    Args:
        behind: (H, W, 3) sky.
        ranges: Far to near.
        land: Their colours.
        elevation: (H, W) radians above the horizon.
        azimuth: (H, W) radians from the middle of the view.
        rng: Draws the outlines.
        side: -1 where the key stands on the left, 1 on the right.

    Returns:
        (H, W, 3) light, and (H, W) share of it that is land.
    """
    out, cover = behind, np.zeros(elevation.shape, np.float32)
    pixel = abs(float(elevation[0, 0] - elevation[-1, 0])) / max(elevation.shape[0] - 1, 1)
    for layer in ranges:
        outline = noise(rng, _TILE, layer.longest * _TILE, 5.0, slope=layer.slope)
        flanks = noise(rng, _TILE, 0.10 * _TILE, 6.0, slope=1.5)
        start = float(rng.random()) * _TILE
        along = as_field(np.mod(azimuth / _SPAN * _TILE + start, _TILE))
        top = np.radians(np.maximum(layer.height + layer.relief * _read(outline, along, 7.0), -0.4))
        mask = smoothstep(-0.8 * pixel, 0.8 * pixel, as_field(top - elevation))
        below = np.maximum(top - elevation, 0.0)
        shape = _read(outline, along + 3.0, 7.0 + below * 90) - _read(outline, along - 3.0, 7.0 + below * 90)
        facet = _read(flanks, along + 2.0, below * 600) - _read(flanks, along - 2.0, below * 600)
        turned = 0.5 - side * layer.steep * (1.6 * shape + 0.22 * facet)
        light = smoothstep(0.0, 1.0, as_field(turned))
        colour = mix(_flat(land.shaded, light), _flat(land.lit, light), light)
        if layer.snow < 1.0:
            line = np.radians(layer.height + layer.relief) * layer.snow
            lying = smoothstep(-0.012, 0.02, as_field(elevation - line + 0.022 * facet))
            snowy = _flat(land.snow, light) * (0.42 + 0.58 * light)[..., None]
            colour = mix(colour, as_field(snowy), as_field(0.92 * lying))
        veil = np.clip(layer.veil + 0.20 * np.exp(-np.maximum(elevation, 0.0) / 0.03), 0.0, 1.0)
        colour = mix(colour, _flat(land.air, light), as_field(veil))
        out = mix(out, colour, mask)
        cover = np.maximum(cover, mask)
    return out, cover


def _flat(colour: Rgb, like: Field) -> Radiance:
    return np.broadcast_to(rgb(colour), (*like.shape, 3))


def _read(tile: Field, x: Field, y: Field | float) -> Field:
    rows = np.broadcast_to(np.mod(np.asarray(y, np.float32), _TILE), x.shape)
    columns = as_field(np.mod(x, _TILE))
    return as_field(cv2.remap(tile, columns, as_field(rows), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))
