"""How a rough mirror spreads what it shows: more along the view than across it."""

from __future__ import annotations

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, Radiance, as_field

_ACROSS = 0.30
"""Width over height of the blur of a rough mirror: at grazing view it draws streaks."""

_STEPS = (0.0, 0.8, 1.8, 4.0, 9.0, 20.0, 45.0)
"""Standard deviations, in pixels, for which a blurred copy of the mirrored subject is made."""


def streaked(image: Radiance, along: float) -> Radiance:
    """Gaussian blur of `along` pixels down the rows and less across them; wide ones are computed small."""
    if along < 0.6:
        return image
    across = _ACROSS * along
    height, width = image.shape[:2]
    fx, fy = max(1.0, across / 2.0), max(1.0, along / 2.0)
    size = (max(1, round(width / fx)), max(1, round(height / fy)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(
        small,
        (0, 0),
        sigmaX=max(across * size[0] / width, 0.3),
        sigmaY=max(along * size[1] / height, 0.3),
        borderType=cv2.BORDER_REPLICATE,
    )
    if size == (width, height):
        return as_field(small)
    return as_field(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))


def softened(layer: Field, sigma: Field) -> Field:
    """(H, W, C) with a blur of its own for each pixel: mixed from copies with the widths around `sigma`.

    Args:
        layer: (H, W, C) premultiplied light and cover.
        sigma: (H, W) pixels down the rows.
    """
    steps = [step for step in _STEPS if step <= float(sigma.max()) * 1.5] or [0.0]
    level = np.interp(sigma, steps, np.arange(len(steps))).astype(np.float32)
    out = np.zeros_like(layer)
    for index, step in enumerate(steps):
        share = np.clip(1.0 - np.abs(level - index), 0.0, 1.0)
        rows = np.flatnonzero(share.max(axis=1) > 0)
        if rows.size == 0:
            continue
        margin = int(3 * step) + 2
        band = slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1)
        copy = streaked(layer[band], step) if step else layer[band]
        out[band] += copy * share[band, :, None]
    return out
