"""Whether a plate may show writing, which must not be mirrored."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.imaging.geometry import shrunk

_WORK = 640
"""Longest side of the picture that is searched."""

_STROKES = 5
"""Strokes that a line of writing has at least: light-dark-light changes along its middle rows."""


def may_have_lettering(picture: npt.NDArray[np.uint8]) -> bool:
    """Whether something in an (H, W, 3) uint8 sRGB picture looks like a line of writing.

    It asks for a flat patch, wider than tall, with a plain outline, filled with upright edges that come one
    after the other in like distances. It is meant to err on one side: fences and windows count too.
    """
    size = shrunk(picture.shape[1], picture.shape[0], _WORK)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    edges = np.abs(cv2.Sobel(grey.astype(np.float32), cv2.CV_32F, 1, 0))
    strong = np.asarray(edges > max(120.0, float(np.quantile(edges, 0.93))), np.uint8)
    joined = cv2.morphologyEx(strong, cv2.MORPH_CLOSE, np.ones((3, 13), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((5, 9), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for left, top, wide, tall, area in stats[1:]:
        flat = wide > 2.2 * tall and 6 <= tall < 0.25 * size[1] and area > 0.62 * wide * tall
        if flat and _strokes(grey[top : top + tall, left : left + wide]) >= _STROKES:
            return True
    return False


def _strokes(line: npt.NDArray[np.uint8]) -> int:
    """Changes from light to dark along the middle rows, the median of them."""
    third = max(1, line.shape[0] // 3)
    rows = line[third : line.shape[0] - third].astype(np.float32)
    if rows.size == 0:
        return 0
    middle = (rows.max(axis=1, keepdims=True) + rows.min(axis=1, keepdims=True)) / 2
    changes = np.count_nonzero(np.diff((rows < middle).astype(np.int8), axis=1) == 1, axis=1)
    return int(np.median(changes))
