"""What the lens does: blur that grows with distance from the focus plane, and a vignette."""

from __future__ import annotations

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field

_RADII = (0.0, 1.2, 2.4, 4.8, 9.6, 19.2, 38.4, 76.8)
"""Blur circles, in pixels, for which a copy is made; radii between two are mixed from both."""


def disc(radius: float) -> Field:
    """A blur circle with a soft rim, summing to 1, as a filter kernel."""
    reach = max(1, int(np.ceil(radius + 0.5)))
    axis = np.arange(-reach, reach + 1, dtype=np.float32)
    distance = np.sqrt(axis[None, :] ** 2 + axis[:, None] ** 2)
    kernel = np.clip(radius + 0.5 - distance, 0.0, 1.0)
    return np.asarray(kernel / kernel.sum(), np.float32)


def blur(light: Radiance, radius: float) -> Radiance:
    """The picture with one blur circle everywhere. Large circles are computed on a smaller picture."""
    if radius < 0.3:
        return light
    factor = max(1, int(radius // 4))
    if factor == 1:
        return as_field(cv2.filter2D(light, -1, disc(radius), borderType=cv2.BORDER_REPLICATE))
    height, width = light.shape[:2]
    small_size = (max(1, round(width / factor)), max(1, round(height / factor)))
    small = cv2.resize(light, small_size, interpolation=cv2.INTER_AREA)
    small = cv2.filter2D(small, -1, disc(radius / factor), borderType=cv2.BORDER_REPLICATE)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return as_field(cv2.blur(large, (factor, factor), borderType=cv2.BORDER_REPLICATE))


def blur_rows(light: Radiance, radius: Field) -> Radiance:
    """The picture with a blur circle of its own for each row.

    Args:
        light: (H, W, 3) linear light.
        radius: (H,) pixels.
    """
    level = np.interp(radius, _RADII, np.arange(len(_RADII))).astype(np.float32)
    out = light * np.clip(1.0 - level, 0.0, 1.0)[:, None, None]
    for index in range(1, len(_RADII)):
        share = np.clip(1.0 - np.abs(level - index), 0.0, 1.0)
        rows = np.flatnonzero(share > 0)
        if rows.size == 0:
            continue
        first, last = int(rows[0]), int(rows[-1]) + 1
        margin = int(_RADII[index] * 1.5) + 2
        above = max(0, first - margin)
        copy = blur(light[above : last + margin], _RADII[index])
        out[first:last] += copy[first - above : last - above] * share[first:last, None, None]
    return np.asarray(out, np.float32)


def vignette(light: Radiance, strength: float) -> Radiance:
    """Darkens towards the corners: by `strength` in the corner itself."""
    height, width = light.shape[:2]
    y = (np.arange(height, dtype=np.float32) + 0.5) / height * 2 - 1
    x = (np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1
    corner = (x[None, :] ** 2 + y[:, None] ** 2) / 2
    return np.asarray(light * (1.0 - np.float32(strength) * corner**1.4)[..., None], np.float32)
