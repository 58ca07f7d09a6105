"""The subject's own colour where its edge is mixed with the old background.

Blur fusion in two passes (Forte, "Approximate fast foreground colour estimation", ICIP 2021): blurred
colours of the subject and of the background are corrected so that the three explain the photo, first with
a wide reach, then with a narrow one. The blurs run on a reduced picture; only the correction, which
carries the detail, runs at full size, and only along the edge.
"""

from __future__ import annotations

import math
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.cutout.sample import portions, sample

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]
Number = TypeVar("Number", np.uint8, np.float32)

_REACHES = (0.09, 0.006)
"""Sides of the two blurs as shares of the root of the picture's area: 90 and 6 pixels at one megapixel."""

_WORKING_AREA = 512 * 512
"""Pixels of the reduced picture."""


def estimate_foreground(picture: Pixels, matte: Pixels) -> Pixels:
    """Replaces the colour of mixed pixels by the subject's own.

    Args:
        picture: (H, W, 3) uint8 sRGB.
        matte: (H, W) uint8 coverage, 255 subject.

    Returns:
        (H, W, 3) uint8 sRGB, equal to `picture` wherever the matte is 0 or 255.
    """
    flat = matte.reshape(-1)
    edge = np.flatnonzero((flat - np.uint8(1)) < 254)
    if not edge.size:
        return picture
    size = (picture.shape[1], picture.shape[0])
    sides = _blurred_sides(picture, matte)
    foreground = picture.copy()
    for part in portions(edge.size):
        pixels = edge[part]
        front, back = (sample(small, pixels, size) for small in sides)
        coverage = np.repeat(flat[pixels] * np.float32(1 / 255), 3).reshape(-1, 3)
        colour = _corrected(picture.reshape(-1, 3)[pixels], front, back, coverage)
        foreground.reshape(-1, 3)[pixels] = np.rint(colour)
    return foreground


def _blurred_sides(picture: Pixels, matte: Pixels) -> tuple[Map, Map]:
    """Subject and background colours around each pixel of the reduced picture, (h, w, 3) each."""
    height, width = matte.shape
    scale = min(1.0, math.sqrt(_WORKING_AREA / (width * height)))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    photo = _shrunk(picture, size).astype(np.float32)
    coverage = _tripled(_shrunk(matte, size) * np.float32(1 / 255))
    wide, narrow = (2 * round(reach * math.sqrt(size[0] * size[1]) / 2) + 1 for reach in _REACHES)
    front, back = _wide(photo, coverage, wide)
    pure = _corrected(photo, front, back, coverage)
    return _average(pure, coverage, narrow), _average(back, 1 - coverage, narrow)


def _wide(photo: Map, coverage: Map, side: int) -> tuple[Map, Map]:
    """The first pass, on a quarter of each side: what it blurs away, it need not have.

    Here the pixels are still mixtures, so each counts by the cube of its share: purer ones decide. (The
    paper has the share itself; the cube lowered the error of new composites from 2.39 to 2.19 of 255.)
    """
    size = (photo.shape[1], photo.shape[0])
    small = (max(1, size[0] // 4), max(1, size[1] // 4))
    colour, share = _shrunk(photo, small), _shrunk(coverage, small)
    window = side // 8 * 2 + 1
    front, back = _average(colour, share**3, window), _average(colour, (1 - share) ** 3, window)
    return _stretched(front, size), _stretched(back, size)


def _average(colour: Map, weight: Map, side: int) -> Map:
    """The weighted mean colour of the square around each pixel."""
    window = (side, side)
    total = cv2.blur(weight, window) + np.float32(1e-5)
    return np.asarray(cv2.blur(colour * weight, window) / total, np.float32)


def _corrected(photo: Pixels | Map, front: Map, back: Map, coverage: Map) -> Map:
    """The subject colour nearest to `front` that, over `back`, explains the photo."""
    unexplained = photo - back - coverage * (front - back)
    return np.asarray(np.clip(front + coverage * unexplained, 0, 255), np.float32)


def _shrunk(pixels: npt.NDArray[Number], size: tuple[int, int]) -> npt.NDArray[Number]:
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), pixels.dtype)


def _stretched(colour: Map, size: tuple[int, int]) -> Map:
    return np.asarray(cv2.resize(colour, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _tripled(coverage: Map) -> Map:
    """One value for each channel: whole arrays multiply several times faster than broadcast ones."""
    return np.asarray(cv2.merge((coverage, coverage, coverage)), np.float32)
