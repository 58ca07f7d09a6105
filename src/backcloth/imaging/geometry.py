"""Sizes and resampling: the canvas of a job, and pictures and mattes brought to it."""

from __future__ import annotations

import math
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Number = TypeVar("Number", np.uint8, np.float32)

MEGAPIXEL = 1024 * 1024
"""Area of the canvas unless the caller keeps the photo's own size."""

LONGEST_SIDE = 4096
"""Cap on a scaled canvas's side. It binds only for strips narrower than 1:16, where one megapixel would
mean tens of thousands of rows."""


def canvas_size(width: int, height: int, *, original: bool) -> tuple[int, int]:
    """The (width, height) that a photo is worked on and delivered at.

    With `original` it is the photo's own size. Otherwise the photo is scaled, up or down, to an area of
    1024 × 1024 at the same aspect ratio, each side rounded. Strips narrower than 1:16 are scaled until
    their long side is LONGEST_SIDE, and a side that would round to nothing becomes 1, so a 1 × 5000
    photo gives 1 × 4096.

    Raises:
        ValueError: a side below 1.
    """
    if min(width, height) < 1:
        raise ValueError(f"not a picture's size: {width} × {height}")
    if original:
        return width, height
    scale = min(math.sqrt(MEGAPIXEL / (width * height)), LONGEST_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def shrunk(width: int, height: int, longest: int) -> tuple[int, int]:
    """The (width, height) at which no side is longer than `longest` and none is 0; the same if it fits."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def resize_picture(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """An (H, W, 3) uint8 sRGB picture at `size` (width, height); the same array where it has it already.

    Area averaging to shrink, bicubic to enlarge (Lanczos rings along the hard edges of a cut-out).
    """
    return _resize(picture, size)


def resize_matte(matte: Pixels, size: tuple[int, int]) -> Pixels:
    """An (H, W) uint8 matte at `size` (width, height); the same array where it has it already."""
    return _resize(matte, size)


def resize_premultiplied(picture: Pixels, alpha: Pixels, size: tuple[int, int]) -> tuple[Pixels, Pixels]:
    """Resizes a picture with transparency so that see-through pixels lend no colour to their neighbours.

    Args:
        picture: (H, W, 3) uint8 sRGB, straight (not multiplied by alpha).
        alpha: (H, W) uint8 coverage.
        size: (width, height) wanted.

    Returns:
        Picture, straight again, and alpha at `size`. Pixels with alpha 0 are black.
    """
    if _has_size(picture, size):
        return picture, alpha
    weight = alpha.astype(np.float32)
    premultiplied = np.empty(picture.shape, np.float32)
    for channel in range(3):  # plane by plane: less memory at once, and no slow broadcasting
        np.multiply(picture[..., channel], weight, out=premultiplied[..., channel])
    coverage = _resize(weight, size)
    colour = _resize(premultiplied, size)
    new_alpha = np.rint(np.clip(coverage, 0, 255)).astype(np.uint8)
    empty, divisor = new_alpha == 0, np.maximum(coverage, np.float32(0.5))
    straight = np.empty(colour.shape, np.uint8)
    for channel in range(3):
        plane = np.clip(colour[..., channel] / divisor, 0, 255)
        plane[empty] = 0
        straight[..., channel] = np.rint(plane)
    return straight, new_alpha


def cover(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """Scales and centre-crops an (H, W, 3) uint8 sRGB picture so that it fills `size` (width, height)."""
    height, width = picture.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    crop_width = min(width, max(1, round(size[0] / scale)))
    crop_height = min(height, max(1, round(size[1] / scale)))
    left, top = (width - crop_width) // 2, (height - crop_height) // 2
    return _resize(picture[top : top + crop_height, left : left + crop_width], size)


def _has_size(pixels: npt.NDArray[Number], size: tuple[int, int]) -> bool:
    return (pixels.shape[1], pixels.shape[0]) == size


def _resize(pixels: npt.NDArray[Number], size: tuple[int, int]) -> npt.NDArray[Number]:
    if _has_size(pixels, size):
        return pixels
    shrinks = size[0] * size[1] < pixels.shape[0] * pixels.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=method), dtype=pixels.dtype)
