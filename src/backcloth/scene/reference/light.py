"""From which side a plate is lit, and which of the studio's lights comes near."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

_GAIN = 4.0
"""What makes a quarter more light on one side, in the sky and on the ground, a clear case."""


def light_side(plate: Pixels, row: float) -> float:
    """Side that a plate's light seems to come from, -1 left .. 1 right, 0 unclear.

    The brighter half of the sky and of the ground is the one towards the light; where the two disagree it
    is unclear.

    Args:
        plate: (H, W, 3) uint8 sRGB.
        row: Where its ground ends, as a share of the height.
    """
    grey = cv2.resize(cv2.cvtColor(plate, cv2.COLOR_RGB2GRAY), (48, 48), interpolation=cv2.INTER_AREA)
    split = int(np.clip(round(48 * row), 4, 44))
    tilts = [_tilt(part.astype(np.float32)) for part in (grey[:split], grey[split:])]
    if tilts[0] * tilts[1] < 0:
        return 0.0
    weaker = min(tilts, key=abs)
    return float(np.clip(_GAIN * weaker, -1.0, 1.0))


def _tilt(grey: npt.NDArray[np.float32]) -> float:
    """How much brighter the right half is than the left one, over the mean."""
    half = grey.shape[1] // 2
    return float((grey[:, half:].mean() - grey[:, :half].mean()) / max(float(grey.mean()), 1.0))


def light_name(plate: Pixels, *, outdoors: bool = True) -> str:
    """The name in `studio.light.LIGHTS` that comes nearest to a plate's light."""
    grid = cv2.resize(plate, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    lab = cv2.cvtColor(grid, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    level = float(np.median(lab[:, 0]))
    contrast = float(lab[:, 0].std())
    bright = lab[lab[:, 0] >= np.quantile(lab[:, 0], 0.8)]
    warmth = float(np.median(bright[:, 2]))
    if level < 22:
        return ("night" if level < 12 else "dusk") if outdoors else "dramatic"
    if warmth > 20:
        return "golden" if outdoors else "warm"
    if outdoors:
        return "day" if contrast > 22 else "overcast"
    return "window" if contrast > 19 else "soft"
