"""Reopens gaps through which the old background shows: between a chair's spindles, inside a handle.

Of two networks one may close such a gap. Whether it is a hole in the map or in the subject, its colour
tells: a gap is as plain as the background nearby, of the very same colour, and unlike the subject around it.
White print on a shirt before a white wall would be so too; that is why a network has to have seen the gap,
enclosed and narrow, before its colour is asked.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

_SEEN = 0.35
"""A gap's lowest coverage in some network's map is below this."""

_LEAST_AREA, _LARGEST_RADIUS, _MOST = 4, 10, 32
"""Pixels of the 320 that a gap has, its half width, and how many gaps are looked at."""

_NEARBY = 40
"""Pixels of the 320 around a gap in which subject and background are compared with it."""

_BACKGROUND, _SUBJECT = 0.05, 0.8
"""Coverage below which a pixel shows the background for sure, and above which in every map the subject."""

_LEAST_BACKGROUND, _LEAST_SUBJECT = 50, 20
"""Such pixels nearby that a comparison needs."""

_PLAIN, _PLAIN_BACKGROUND = 6.0, 30.0
"""Largest median deviation of a gap's colours and standard deviation of the background's, of 255."""

_SAME = 7.0
"""Largest difference between a gap's colour and the background's mean, of 255."""

_OTHER, _ALIKE = 50.0, 0.1
"""At most this share of the subject's pixels differs less than this, of 255, from a gap's colour. With these,
9 of the 112 narrow holes in the maps of 85 photos open; in the true mattes all nine are at least 74 % gap."""

_RIM = 3
"""Pixels of the 320 around a gap in which the map that shows it counts."""


def open_gaps(coarse: Map, maps: list[Map], thumbnail: Pixels) -> Map:
    """Lowers a coarse matte where a gap shows the background.

    Args:
        coarse: (h, w) float32 coverage 0..1, made of the maps.
        maps: The networks' saliency, (h, w) float32 0..1 each.
        thumbnail: (h, w, 3) uint8 sRGB, the photo at their size.

    Returns:
        (h, w) float32, nowhere above `coarse`.
    """
    if not coarse.any():
        return coarse
    least = np.minimum.reduce(maps)
    subject = np.greater(least, _SUBJECT)
    background = cv2.erode(np.less(coarse, _BACKGROUND).view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    gaps = np.zeros(least.shape, np.uint8)
    for rows, columns, hole in _holes(least):
        near = (_widened(rows), _widened(columns))
        inside = thumbnail[rows, columns][_core(least[rows, columns], hole)]
        if _shows(inside, thumbnail[near][background[near]], thumbnail[near][subject[near]]):
            gaps[rows, columns] |= hole
    rim = cv2.dilate(gaps, np.ones((2 * _RIM + 1, 2 * _RIM + 1), np.uint8)) > 0
    return np.where(rim, np.minimum(coarse, least), coarse)


def _holes(least: Map) -> list[tuple[slice, slice, npt.NDArray[np.uint8]]]:
    """The largest narrow holes that do not touch the frame: rows, columns and the uint8 mask in that box."""
    height, width = least.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats(np.less(least, 0.5).view(np.uint8), connectivity=4)
    found: list[tuple[slice, slice, npt.NDArray[np.uint8]]] = []
    for label in 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable"):
        x, y, across, down, area = (int(value) for value in stats[label])
        if area < _LEAST_AREA or len(found) == _MOST:
            break
        if x == 0 or y == 0 or x + across == width or y + down == height:
            continue
        rows, columns = slice(y, y + down), slice(x, x + across)
        hole = np.equal(labels[rows, columns], label).view(np.uint8)
        depth = cv2.distanceTransform(np.pad(hole, 1), cv2.DIST_L2, 3).max()
        if depth <= _LARGEST_RADIUS and least[rows, columns][hole > 0].min() < _SEEN:
            found.append((rows, columns, hole))
    return found


def _core(least: Map, hole: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """The surer half of a hole, which the colours of its rim do not reach."""
    return np.asarray((hole > 0) & (least <= np.median(least[hole > 0])))


def _widened(span: slice) -> slice:
    return slice(max(0, span.start - _NEARBY), span.stop + _NEARBY)


def _shows(inside: Pixels, background: Pixels, subject: Pixels) -> bool:
    """Whether (N, 3) colours inside a hole are the background's and not the subject's."""
    if len(background) < _LEAST_BACKGROUND or len(subject) < _LEAST_SUBJECT:
        return False
    colour = np.median(inside, axis=0).astype(np.float32)
    if np.median(np.abs(inside - colour).max(axis=1)) > _PLAIN:
        return False
    mean, deviation = cv2.meanStdDev(background[None])
    if deviation.max() > _PLAIN_BACKGROUND or np.abs(mean[:3, 0] - colour).max() > _SAME:
        return False
    alike = np.abs(subject - colour).max(axis=1) < _OTHER
    return bool(np.count_nonzero(alike) <= _ALIKE * len(alike))
