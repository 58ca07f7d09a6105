"""Puts the subject on a new background.

All maths is on sRGB values, not on linear light. The matte and the foreground colour are solved from
photo = matte · foreground + (1 − matte) · background on sRGB values, so blending in the same space
gives the photo back over its own background; blending in linear light would brighten every soft edge.

Mixtures are rounded, not dithered: they lie within half a step of the exact value, and one step of the matte
moves them by one at most. docs/colour.md has the whole policy.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.domain.colour import Colour

Pixels = npt.NDArray[np.uint8]


def composite(picture: Pixels, foreground: Pixels, matte: Pixels, plate: Pixels) -> Pixels:
    """Lays the subject over an opaque plate.

    Args:
        picture: (H, W, 3) uint8 sRGB photo.
        foreground: (H, W, 3) uint8 sRGB pure subject colour; read only where the matte is soft.
        matte: (H, W) uint8 coverage, 255 subject.
        plate: (H, W, 3) uint8 sRGB new background.

    Returns:
        A new (H, W, 3) uint8 sRGB picture: `picture` exactly where the matte is 255, `plate` exactly
        where it is 0, and between them matte · foreground + (1 − matte) · plate, rounded.
    """
    result = np.ascontiguousarray(plate).copy()
    cv2.copyTo(picture, np.equal(matte, 255).view(np.uint8), result)
    soft = _soft_pixels(matte)
    coverage = matte.reshape(-1)[soft].astype(np.uint16)[:, None]
    above, below = foreground.reshape(-1, 3)[soft], plate.reshape(-1, 3)[soft]
    # The sum reaches at most 255 · 255 + 127, which still fits 16 bits.
    result.reshape(-1, 3)[soft] = (above * coverage + below * (255 - coverage) + 127) // 255
    return result


def composite_over_colour(picture: Pixels, foreground: Pixels, matte: Pixels, colour: Colour) -> Pixels:
    """Lays the subject over a flat colour that may be see-through (Porter and Duff's "over").

    Args:
        picture: (H, W, 3) uint8 sRGB photo.
        foreground: (H, W, 3) uint8 sRGB pure subject colour; read only where the matte is soft.
        matte: (H, W) uint8 coverage, 255 subject.
        colour: The background with its alpha.

    Returns:
        A new (H, W, 4) uint8 sRGB picture with straight alpha: `picture` and 255 where the matte is
        255, exactly the colour and its alpha where the matte is 0.
    """
    result = np.empty((*matte.shape, 4), np.uint8)
    result[:] = (*colour.rgb, colour.alpha)
    opaque = cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA)
    cv2.copyTo(opaque, np.equal(matte, 255).view(np.uint8), result)
    soft = _soft_pixels(matte)
    coverage = matte.reshape(-1)[soft].astype(np.float32)[:, None] / 255
    behind = (1 - coverage) * (colour.alpha / 255)
    total = coverage + behind
    backing = np.array(colour.rgb, np.float32)
    mixed = (foreground.reshape(-1, 3)[soft] * coverage + backing * behind) / total
    result.reshape(-1, 4)[soft] = np.rint(np.hstack([mixed, total * 255]))
    return result


def _soft_pixels(matte: Pixels) -> npt.NDArray[np.intp]:
    """Flat indices of the pixels that are neither all subject nor all background."""
    return np.flatnonzero((matte.reshape(-1) - np.uint8(1)) < 254)
