"""The openings that a map shows for sure: between spokes, through a handle, in the crook of an arm."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Map = npt.NDArray[np.float32]

_EMPTY = 0.05
"""Most of an opening is below this; a ghost in a body is not."""

_LEAST = 6e-5
"""Share of the frame from which an opening counts."""


def openings(fine: Map) -> npt.NDArray[np.bool_]:
    """(h, w) where a map, (h, w) float32 0..1, has an enclosed opening that is empty for sure."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(np.less(fine, 0.5).view(np.uint8), connectivity=4)
    left, top, across, down, area = stats.T
    height, width = fine.shape
    enclosed = (left > 0) & (top > 0) & (left + across < width) & (top + down < height)
    empty = np.bincount(labels.ravel(), weights=np.less(fine, _EMPTY).ravel(), minlength=len(stats))
    opening = enclosed & (area >= _LEAST * fine.size) & (empty > area / 2)
    opening[0] = False
    return np.asarray(opening[labels])
