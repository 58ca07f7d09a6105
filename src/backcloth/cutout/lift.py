"""Fills a fine matte's ghosts with the sure core of a coarse map.

A fine network sees where the edge is and leaves half-seen patches inside plain bodies; a coarse one sees what
the subject is, roughly, and rarely has such holes. So the coarse map's confident part, drawn in from its
outline, is the least the matte may be. Only losses wider than a thin gap are made good: what shows between
spokes stays open.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Map = npt.NDArray[np.float32]

_FROM, _TO = 0.5, 0.9
"""Coarse coverage that is not, and that is fully, the subject's core."""

_REACH = 0.006
"""Share of the side by which the core is drawn in, and half the width of a loss that is made good."""


def lift(fine: Map, coarse: Map) -> Map:
    """The fine matte with the coarse map's core in it.

    Args:
        fine: (h, w) float32, 0..1.
        coarse: float32, 0..1, of the same view at any size.

    Returns:
        (h, w) float32, nowhere below `fine`.
    """
    size = (fine.shape[1], fine.shape[0])
    radius = max(1, round(_REACH * max(size)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    core = cv2.resize(np.clip((coarse - _FROM) / (_TO - _FROM), 0, 1), size, interpolation=cv2.INTER_LINEAR)
    core = cv2.GaussianBlur(cv2.erode(core, disc), (0, 0), radius / 2)
    lost = np.maximum(core - fine, 0)
    wide = cv2.dilate(cv2.morphologyEx(lost, cv2.MORPH_OPEN, disc), disc)
    return np.asarray(fine + np.minimum(lost, wide), np.float32)
