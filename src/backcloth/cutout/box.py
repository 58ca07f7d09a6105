"""A part of the frame that a network is shown alone, and its way back to the whole."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Box:
    """Edges as shares of the frame's width and height, 0..1."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Share of the frame, 0..1."""
        return (self.right - self.left) * (self.bottom - self.top)

    def of(self, picture: Pixels) -> Pixels:
        """The part of an (H, W, 3) picture, to whole pixels."""
        height, width = picture.shape[:2]
        rows = slice(round(height * self.top), round(height * self.bottom))
        columns = slice(round(width * self.left), round(width * self.right))
        return np.ascontiguousarray(picture[rows, columns])

    def placed(self, seen: Map, whole: Map) -> Map:
        """What was seen in the box, (h, w) float32, shrunk to it, and the `whole` view around it."""
        height, width = whole.shape
        scale = (
            (self.right - self.left) * width / seen.shape[1],
            (self.bottom - self.top) * height / seen.shape[0],
        )
        # Pixel centres lie at halves.
        shift = (self.left * width + (scale[0] - 1) / 2, self.top * height + (scale[1] - 1) / 2)
        matrix = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]], np.float32)
        return np.asarray(
            cv2.warpAffine(seen, matrix, (width, height), whole.copy(), borderMode=cv2.BORDER_TRANSPARENT),
            np.float32,
        )


def box_around(occupied: npt.NDArray[np.bool_], margin: float, picture: Pixels) -> Box | None:
    """The box of what is occupied, (h, w), within a margin; its edges lie between the picture's pixels.

    Args:
        occupied: Where something is.
        margin: Shares of its width and height that are added on each side, as far as the frame reaches.
        picture: (H, W, 3), what will be shown.

    Returns:
        None where nothing is occupied.
    """
    spans = [
        _span(np.asarray(occupied.any(axis=axis)), margin, length)
        for axis, length in zip((0, 1), (picture.shape[1], picture.shape[0]), strict=True)
    ]
    if spans[0] is None or spans[1] is None:
        return None
    return Box(spans[0][0], spans[1][0], spans[0][1], spans[1][1])


def _span(occupied: npt.NDArray[np.bool_], margin: float, length: int) -> tuple[float, float] | None:
    """From where to where, 0..1, in whole pixels of a length."""
    found = np.flatnonzero(occupied)
    if not found.size:
        return None
    begin, end = float(found[0]), float(found[-1] + 1)
    added = margin * (end - begin)
    begin, end = max(0.0, begin - added) / occupied.size, min(occupied.size, end + added) / occupied.size
    return round(begin * length) / length, round(end * length) / length
