"""What the subject's own photo tells about the camera: its noise and how sharp it is."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field

_BLOCK = 12
"""Side in pixels of the blocks whose noise is compared."""

_FLAT, _LUCKY = 0.06, 1.2
"""Share of the blocks, the quietest, that are taken to be flat, and by how much chance makes them quieter
than the noise. Fur and cloth have few flat blocks, and their texture is no noise."""

_USUAL = 0.75
"""Noise, in 8-bit steps, taken where the subject has no flat part."""

_NOISE = (0.40, 1.6)
"""Limits of the noise: less than the one looks computed, and more than the other is texture."""

_KEEN = 0.85
"""Blur, as a standard deviation in pixels, of the sharpest edges of a photo in focus."""

_SOFTEST = 2.0
"""Pixels by which the ground is softened at most."""


def noise_of(subject: npt.NDArray[np.uint8], matte: Field) -> float:
    """Standard deviation of the subject's noise in 8-bit steps, within limits.

    The mean response to a filter that is blind to planes and edges' slopes (Immerkær, Fast Noise Variance
    Estimation, 1996), over the quietest blocks of the opaque part that is neither black nor white.

    Args:
        subject: (H, W, 3) uint8 sRGB.
        matte: (H, W) coverage 0..1.
    """
    grey = cv2.cvtColor(subject, cv2.COLOR_RGB2GRAY).astype(np.float32)
    blind = np.asarray([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = np.abs(cv2.filter2D(grey, -1, blind)) * np.float32(np.sqrt(np.pi / 2) / 6)
    sure = ((matte > 0.99) & (grey > 8) & (grey < 247)).astype(np.float32)
    sure = as_field(cv2.erode(sure, np.ones((5, 5), np.uint8)))
    rows, columns = (side // _BLOCK for side in sure.shape)
    if rows == 0 or columns == 0:
        return _USUAL
    crop = (slice(0, rows * _BLOCK), slice(0, columns * _BLOCK))
    shape = (rows, _BLOCK, columns, _BLOCK)
    whole = sure[crop].reshape(shape).min(axis=(1, 3)) > 0
    level = response[crop].reshape(shape).mean(axis=(1, 3))[whole]
    if level.size < 12:
        return _USUAL
    quiet = np.sort(level)[: max(4, round(_FLAT * level.size))]
    return float(np.clip(_LUCKY * np.median(quiet), *_NOISE))


def softness_of(subject: npt.NDArray[np.uint8], matte: Field) -> float:
    """Radius in pixels of the blur that makes sharp ground as soft as the subject; 0 for a sharp photo.

    An edge of blur s loses gradient by sqrt(s² + 1) / s when it is blurred once more with 1 (Zhuo & Sim,
    Defocus map estimation from a single image, 2011); the sharpest edges of the
    subject and of its outline count.

    Args:
        subject: (H, W, 3) uint8 sRGB.
        matte: (H, W) coverage 0..1.
    """
    grey = cv2.cvtColor(subject, cv2.COLOR_RGB2GRAY).astype(np.float32)
    inside = cv2.dilate((matte > 0.5).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if np.count_nonzero(inside) < 400:
        return 0.0
    keen = _gradient(grey)
    dull = _gradient(as_field(cv2.GaussianBlur(grey, (0, 0), 1.0)))
    edges = inside & (keen >= max(float(np.quantile(keen[inside], 0.985)), 12.0))
    if np.count_nonzero(edges) < 40:
        return 0.0
    lost = np.maximum(keen[edges] / np.maximum(dull[edges], 1e-3), 1.01)
    blur = float(np.quantile(1.0 / np.sqrt(np.square(lost) - 1.0), 0.25))
    return float(np.clip(1.5 * np.sqrt(max(blur * blur - _KEEN**2, 0.0)), 0.0, _SOFTEST))


def _gradient(grey: Field) -> Field:
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3)
    return as_field(cv2.magnitude(across, cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3)))
