"""A second look at a subject that is small in the frame, so that the network sees it larger.

A network sees every photo in the same few pixels. Of a subject that fills half of them it shows parts and
an outline that it misses in the whole view. What it loses is the surroundings, so the first look still
counts: the larger value of both, like that of two networks.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.cutout.network import Network

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

_MARGIN = 0.3
"""Shares of the subject's width and height that are shown around it. Half as much scores less: a network
has to see what a subject stands out from."""

_MOST = 0.75
"""Share of the frame from which the box shows nothing that the whole view did not."""


def look_closer(picture: Pixels, first: Map, coarse: Map, network: Network) -> Map:
    """What a network sees of the subject alone.

    Args:
        picture: (H, W, 3) uint8 sRGB.
        first: (h, w) float32 saliency 0..1 of the whole picture.
        coarse: (h, w) float32 coverage 0..1 made of it, which says where the subject is.
        network: The network that saw `first`.

    Returns:
        (h, w) float32 saliency 0..1 of the whole picture: `first` outside the subject's surroundings, and
        everywhere if there is no subject or it fills the frame.
    """
    body = np.greater(coarse, 0.5)
    rows, columns = (_span(np.asarray(body.any(axis=axis))) for axis in (1, 0))
    if rows is None or columns is None:
        return first
    if (rows[1] - rows[0]) * (columns[1] - columns[0]) > _MOST:
        return first
    height, width = picture.shape[:2]
    top, bottom = (round(height * edge) for edge in rows)
    left, right = (round(width * edge) for edge in columns)
    seen = network.map(network.spec.thumbnail(np.ascontiguousarray(picture[top:bottom, left:right])))
    return _placed(seen, first, (left / width, top / height), (right / width, bottom / height))


def _span(occupied: npt.NDArray[np.bool_]) -> tuple[float, float] | None:
    """From where to where, 0..1, with the margin; None where nothing is occupied."""
    found = np.flatnonzero(occupied)
    if not found.size:
        return None
    begin, end = float(found[0]), float(found[-1] + 1)
    margin = _MARGIN * (end - begin)
    return max(0.0, begin - margin) / occupied.size, min(occupied.size, end + margin) / occupied.size


def _placed(seen: Map, first: Map, begin: tuple[float, float], end: tuple[float, float]) -> Map:
    """`seen` shrunk to its box, 0..1 of the frame each way, and `first` around it."""
    height, width = first.shape
    scale = ((end[0] - begin[0]) * width / seen.shape[1], (end[1] - begin[1]) * height / seen.shape[0])
    # Pixel centres lie at halves.
    shift = (begin[0] * width + (scale[0] - 1) / 2, begin[1] * height + (scale[1] - 1) / 2)
    matrix = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]], np.float32)
    return np.asarray(
        cv2.warpAffine(seen, matrix, (width, height), first.copy(), borderMode=cv2.BORDER_TRANSPARENT),
        np.float32,
    )
