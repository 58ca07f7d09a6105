"""From linear light to 8-bit sRGB: one tone curve, grain, and dither so that gradients do not band."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Radiance, Rgb

_KNEE = 0.50
"""Linear value up to which light is shown as it is; above it the shoulder bends towards white."""

_ROOM = 1.0 - _KNEE


def linear(srgb: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Linear light from encoded sRGB, both 0..1 (IEC 61966-2-1)."""
    low = srgb / 12.92
    high = ((np.maximum(srgb, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.asarray(np.where(srgb <= 0.04045, low, high), np.float32)


def encoded(light: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Encoded sRGB from linear light, both 0..1 (IEC 61966-2-1)."""
    high = 1.055 * np.power(np.maximum(light, 0.0031308), np.float32(1 / 2.4)) - 0.055
    return np.asarray(np.where(light <= 0.0031308, light * 12.92, high), np.float32)


def surface_colour(srgb: tuple[int, int, int]) -> Rgb:
    """The linear surface colour that the tone curve shows as `srgb` (0..255) under unit light."""
    wanted = linear(np.asarray(srgb, np.float32) / 255.0)
    bent = np.minimum((wanted - _KNEE) / _ROOM, 0.93)
    value = np.where(wanted <= _KNEE, wanted, _KNEE - _ROOM * np.log1p(-bent))
    return (float(value[0]), float(value[1]), float(value[2]))


def develop(light: Radiance, rng: np.random.Generator, *, grain: float) -> npt.NDArray[np.uint8]:
    """The finished (H, W, 3) uint8 sRGB picture.

    Args:
        light: Linear light, 0 and up.
        rng: Draws grain and dither.
        grain: Standard deviation of the film grain in 8-bit steps; the dither is always there.
    """
    above = np.maximum(light - _KNEE, 0.0)
    shown = np.minimum(light, _KNEE)
    shown += _ROOM * -np.expm1(above / -_ROOM)
    steps = encoded(np.maximum(shown, 0.0)) * np.float32(255.0)
    height, width = steps.shape[:2]
    if grain > 0:
        silver = cv2.GaussianBlur(rng.standard_normal((height, width), dtype=np.float32), (0, 0), 0.7)
        middle = steps[..., 1] / 255.0
        steps += (silver * (grain * 2.4 * (0.35 + 2.6 * middle * (1.0 - middle))))[..., None]
    dither = rng.random((height, width, 3), dtype=np.float32)
    return np.asarray(np.clip(steps + dither, 0.0, 255.0), np.uint8)
