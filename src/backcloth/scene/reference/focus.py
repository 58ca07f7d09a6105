"""How blurred a picture is where it is not the subject: what the subject's lens says about depth.

The width of an edge is read from how much a known blur lowers its gradient (Zhuo and Sim, "Defocus map
estimation from a single image", 2011).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.imaging.geometry import shrunk
from backcloth.scene.studio.arrays import Field

Pixels = npt.NDArray[np.uint8]

_WORK = 640
"""Longest side of the picture that is measured."""

_FINE, _SOFT = 1.0, 2.0
"""Standard deviations of the two blurs that gradients are compared under, in pixels."""

_WEAKEST = 2.2
"""Gradient, in 8-bit steps a pixel, below which an edge is noise."""

_LEAST = 0.004
"""Share of the region that has to be edges for its blur to be known."""

_STRONGEST = 0.06
"""Share of the region, its strongest edges, that is read."""


def edge_blur(picture: Pixels, region: npt.NDArray[np.bool_]) -> float | None:
    """How blurred the edges in a region are: the standard deviation, as a share of the longer side.

    Args:
        picture: (H, W, 3) uint8 sRGB.
        region: (H, W), where to look.

    Returns:
        0 for sharp, None where too few edges are to be seen.
    """
    size = shrunk(picture.shape[1], picture.shape[0], _WORK)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    inside = cv2.resize(region.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(np.bool_)
    if not inside.any():
        return None
    fine, soft = (_gradient(grey, sigma)[inside] for sigma in (_FINE, _SOFT))
    strong = fine > max(_WEAKEST, float(np.quantile(fine, 1.0 - _STRONGEST)))
    if np.count_nonzero(strong) < _LEAST * inside.sum():
        return None
    ratio = np.square(np.clip(fine[strong] / np.maximum(soft[strong], 1e-3), 1.02, _SOFT / _FINE))
    width = np.sqrt((_SOFT**2 - ratio * _FINE**2) / (ratio - 1.0))
    # A picture that was enlarged or compressed has half a pixel of blur everywhere.
    return float(max(0.0, float(np.median(width)) - 0.5) / max(size))


def _gradient(grey: Field, sigma: float) -> Field:
    soft = cv2.GaussianBlur(grey, (0, 0), sigma)
    across = cv2.Scharr(soft, cv2.CV_32F, 1, 0)
    down = cv2.Scharr(soft, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down) / np.float32(32), np.float32)
