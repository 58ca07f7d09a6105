"""What hangs in the air behind the subject: lamps out of focus, and mist."""

from __future__ import annotations

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Radiance, as_field, mix, rgb, smoothstep
from backcloth.scene.studio.noise import noise
from backcloth.scene.studio.stage import Stage

_LONGEST = 640
"""Longest side that blur circles are drawn at."""

_WARM = ((1.0, 0.60, 0.24), (1.0, 0.72, 0.38), (1.0, 0.48, 0.17), (1.0, 0.82, 0.56))


def draw_lights(stage: Stage, behind: Radiance, edge: float) -> Radiance:
    """Small lamps far behind: each a blur circle with a brighter rim, above the row `edge`."""
    camera = stage.camera
    longest = max(camera.width, camera.height)
    scale = min(1.0, _LONGEST / longest)
    width, height = max(1, round(camera.width * scale)), max(1, round(camera.height * scale))
    rng = stage.rng(84)
    glow = np.zeros((height, width, 3), np.float32)
    radius = max(2.0, 0.92 * stage.bokeh * scale)
    lowest = min(edge, camera.height) * scale - 0.4 * radius
    count = int(rng.integers(24, 38))
    for _lamp in range(count):
        size = radius * rng.uniform(0.75, 1.35)
        high = max(lowest, 0.03 * height)
        x, y = rng.uniform(0, width), high + (size + 1.0 - high) * min(1.0, rng.random() ** 1.3)
        strength = float(rng.lognormal(-1.15, 0.55))
        reach = int(size) + 3
        rows = slice(max(0, int(y) - reach), min(height, int(y) + reach + 1))
        columns = slice(max(0, int(x) - reach), min(width, int(x) + reach + 1))
        dy = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + 0.5 - y
        dx = np.arange(columns.start, columns.stop, dtype=np.float32)[None, :] + 0.5 - x
        away = np.sqrt(dx * dx + dy * dy)
        disc = np.clip((size - away) / 1.6 + 0.5, 0.0, 1.0) * (
            0.72 + 0.38 * smoothstep(0.6, 1.0, away / size)
        )
        glow[rows, columns] += strength * disc[..., None] * rgb(_WARM[int(rng.integers(len(_WARM)))])
    glow += 0.10 * cv2.GaussianBlur(glow, (0, 0), 2.2 * radius)
    large = cv2.resize(
        cv2.GaussianBlur(glow, (0, 0), 0.8), (camera.width, camera.height), interpolation=cv2.INTER_CUBIC
    )
    return as_field(behind + np.maximum(large, 0.0))


def draw_mist(stage: Stage, picture: Radiance, edge: float) -> Radiance:
    """Haze that lies low, thickest about the far end of the ground."""
    camera = stage.camera
    width, height = 256, 256
    rng = stage.rng(85)
    field = noise(rng, 256, 150, 14, slope=1.3, stretch=4.0)
    rows = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height * camera.height
    middle = min(edge, camera.contact_row - 0.04 * camera.height) + 0.02 * camera.height
    above = np.exp(-np.square(np.minimum(rows - middle, 0.0) / (0.15 * camera.height)))
    below = np.exp(-np.square(np.maximum(rows - middle, 0.0) / (0.13 * camera.height)))
    share = np.clip(above * below * (0.60 + 0.11 * field[:height, :width]), 0.0, 0.80)
    large = cv2.resize(as_field(share), (camera.width, camera.height), interpolation=cv2.INTER_CUBIC)
    level = 0.62 * rgb(stage.light.key) + 0.75 * rgb(stage.light.ambient)
    veil = np.broadcast_to(as_field(level * 0.92), picture.shape)
    return mix(picture, veil, np.clip(large, 0.0, 1.0))
