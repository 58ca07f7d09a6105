"""Leaves out what a fine network alone takes for the subject and what no more than a thread joins to it.

A fine network is fond of thin things: with a gate it takes the posts beside it and the chains between them.
A coarse network knows better what the subject is, but it misses parts of it that are hard to see: a tail
among leaves, a dark jacket. Those hang on broadly. And an antenna or a fishing rod, which does not, is little
beside its bearer.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

Map = npt.NDArray[np.float32]

_SEEN = 0.1
"""Coarse coverage below which the coarse network sees nothing."""

_BODY = 0.5
"""Coverage, coarse or fine, from which a pixel counts as seen for sure."""

_FRINGE = 0.04
"""Fine coverage that goes with what is left out."""

_AROUND = 0.015
"""Share of the side around the coarse body in which the fine network is believed: the outline is its own."""

_FAR, _MUCH = 0.2, 0.1
"""What is left out reaches this share of the side away from the coarse body, and has this share of its
area."""

_THREAD = 0.3
"""Width of what joins it to the rest, by the root of its area. Posts and chains have 0.12 and 0.16, the tail
of a lizard and the flank of a cheetah that the coarse one misses 1.3 and more, a plant in its pot 0.37."""

_TOUCH = np.ones((5, 5), np.uint8)


def veto(fine: Map, coarse: Map) -> Map:
    """The fine map without what the coarse one's subject is joined to by a thread.

    Args:
        fine: (h, w) float32, 0..1.
        coarse: float32, 0..1, the cleaned map of the same view at any size.

    Returns:
        (h, w) float32, nowhere above `fine`; `fine` itself where the coarse map has no subject.
    """
    side = max(fine.shape)
    coarse = np.asarray(cv2.resize(coarse, fine.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    body = coarse > _BODY
    if not body.any():
        return fine
    away = cv2.distanceTransform((~body).view(np.uint8), cv2.DIST_L2, 5)
    alone = (fine > _FRINGE) & (coarse < _SEEN) & (away > _AROUND * side)
    sure = alone & (fine > _BODY)
    rest = np.asarray((fine > _BODY) & ~alone)
    # Two rows of pixels touch the rest.
    joint = sure & (cv2.dilate(rest.view(np.uint8), _TOUCH) > 0)
    count, labels = cv2.connectedComponents(alone.view(np.uint8), connectivity=8)
    areas, joints = (np.bincount(labels[where], minlength=count) for where in (sure, joint))
    left_out = np.zeros(count, bool)
    for label in np.flatnonzero(areas >= _MUCH * np.count_nonzero(body)):
        far = away[sure & (labels == label)].max() >= _FAR * side
        left_out[label] = far and joints[label] / 2 < _THREAD * math.sqrt(areas[label])
    return np.where(left_out[labels], np.float32(0), fine)
