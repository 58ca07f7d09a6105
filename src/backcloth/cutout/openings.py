"""The openings that a map shows: between spokes, through a handle, in the crook of an arm, between strands.

A fine network leaves half-seen ghosts in plain bodies, enclosed ones too. What is empty for sure is an
opening; what is so by half may be either, and is one if the colours in it are clearly the background's.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Map = npt.NDArray[np.float32]

_EMPTY, _HALF_EMPTY = 0.05, 0.3
"""Most of a sure opening is below the one, most of a doubtful one below the other."""

_CLEAR = -1.0
"""Mean logarithm of what colours say below which a doubtful opening is one. Of the 256 openings in 85 fine
maps that the true mattes confirm, 223 stay open in the matte by the maps alone and 240 with the colours'
word; taking the background's side at 0 keeps 249 and loses .001 of IoU, and asking no colour keeps 251 and
loses .0017: it empties a pencil holder of wire mesh."""

_LEAST = 6e-5
"""Share of the frame from which an opening counts."""


def openings(fine: Map, evidence: Map) -> npt.NDArray[np.bool_]:
    """Where a map has an enclosed opening.

    Args:
        fine: (h, w) float32, 0..1.
        evidence: float32, what colours say of each place at any size, see `colours.tell`.

    Returns:
        (h, w)
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(np.less(fine, 0.5).view(np.uint8), connectivity=4)
    left, top, across, down, area = stats.T
    height, width = fine.shape
    enclosed = (left > 0) & (top > 0) & (left + across < width) & (top + down < height)
    enclosed &= area >= _LEAST * fine.size
    enclosed[0] = False
    said = cv2.resize(evidence, (width, height), interpolation=cv2.INTER_LINEAR)
    empty, half_empty, sums = (
        np.bincount(labels.ravel(), weights=weights.ravel(), minlength=len(stats))
        for weights in (np.less(fine, _EMPTY), np.less(fine, _HALF_EMPTY), said)
    )
    opening = (empty > area / 2) | ((half_empty > area / 2) & (sums < _CLEAR * area))
    return np.asarray((enclosed & opening)[labels])
