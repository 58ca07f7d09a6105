"""Looks up a small map at some pixels of a large picture."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

Map = npt.NDArray[np.float32]

_ROW = 1024
"""OpenCV refuses rows beyond 32767, so the points are laid out in rows of this length."""

_PORTION = 1 << 20
"""Pixels worked on at once: an edge band that covers the whole of a large photo then needs no gigabyte."""


def sample(small: Map, pixels: npt.NDArray[np.intp], size: tuple[int, int]) -> Map:
    """Bilinear values of a map that shows the same view as a larger picture.

    It costs what the pixels cost, not what the picture does, which is the point: edges are a tenth of it.

    Args:
        small: (h, w) or (h, w, C) float32, C at most 4.
        pixels: Flat indices into the large picture, row by row.
        size: (width, height) of the large picture.

    Returns:
        (N,) or (N, C) float32.
    """
    width, height = size
    rows = -(-pixels.size // _ROW)
    y, x = np.divmod(np.resize(pixels, rows * _ROW), width)
    across = _position(x, small.shape[1] / width).reshape(rows, _ROW)
    down = _position(y, small.shape[0] / height).reshape(rows, _ROW)
    found = cv2.remap(small, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32).reshape(-1, *small.shape[2:])[: pixels.size]


def portions(count: int) -> Iterator[slice]:
    """Slices that together cover `count` pixels, each small enough to work on at once."""
    return (slice(begin, begin + _PORTION) for begin in range(0, count, _PORTION))


def _position(coordinate: npt.NDArray[np.intp], scale: float) -> Map:
    """Where a large picture's pixel centre lies in the small one."""
    return ((coordinate.astype(np.float32) + np.float32(0.5)) * np.float32(scale) - np.float32(0.5)).astype(
        np.float32
    )
