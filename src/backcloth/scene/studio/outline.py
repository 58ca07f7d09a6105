"""The lower outline of a subject: which columns of it stand, and where the ends of thin legs are."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field

_TOUCH = 0.035
"""Share of the subject's height by which a foot may hang above the lower outline and still stand."""

_TIP = 0.05
"""Share of the subject's size that the end of a leg stands out below what is beside it."""

_CRUMB = 0.004
"""Share of the subject below which a separate piece of its matte is a leftover of the photo's ground."""


@dataclass(frozen=True, slots=True)
class Foot:
    """One part that stands: its first and last column, and the row of the ground under it."""

    first: int
    last: int
    row: float

    @property
    def width(self) -> int:
        """Columns that stand."""
        return self.last - self.first + 1

    @property
    def centre(self) -> float:
        """Middle column."""
        return (self.first + self.last) / 2


def without_crumbs(solid: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The (H, W) mask without pieces that are tiny beside the whole: a pebble at a foot is no foot."""
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(solid.astype(np.uint8), connectivity=8)
    if count <= 2:
        return solid
    area = stats[:, cv2.CC_STAT_AREA]
    keep = area >= _CRUMB * area[1:].sum()
    keep[0] = False
    return np.asarray(keep[labels], np.bool_)


def lower_hull(columns: npt.NDArray[np.intp], outline: Field) -> Field:
    """The lower convex hull of the outline, as a row for each of `columns` (monotone chain)."""
    chain: list[int] = []
    rows = outline[columns].astype(np.float64)
    for index in range(columns.size):
        while len(chain) > 1:
            a, b = chain[-2], chain[-1]
            turn = (columns[b] - columns[a]) * (rows[index] - rows[a]) - (rows[b] - rows[a]) * (
                columns[index] - columns[a]
            )
            if turn < 0:
                break
            chain.pop()
        chain.append(index)
    return np.interp(columns, columns[chain], rows[chain]).astype(np.float32)


def standing(outline: Field, columns: npt.NDArray[np.intp], tall: int, *, rise: float) -> Field:
    """(W,) share by which each column reaches the lower outline; none from `rise` of the height upwards."""
    hang = (lower_hull(columns, outline) - outline[columns]) / max(_TOUCH * tall, 1.5)
    lift = (float(outline[columns].max()) - outline[columns]) / max(rise * tall, 2.0)
    stands = np.zeros_like(outline)
    stands[columns] = np.exp(-(hang**2)) * np.clip(1.7 - 1.7 * lift, 0.0, 1.0)
    return stands


def tips(outline: Field, tall: int, *, rise: float) -> list[Foot]:
    """Ends of thin legs, steep on both sides, up to `rise` of the height above the lowest point.

    Such a leg stands, and further off where it ends higher up.
    """
    depth = max(_TIP * tall, 3.0)
    found: list[Foot] = []
    reach = max(2, round(0.045 * tall))
    for column in np.flatnonzero(outline > float(outline.max()) - rise * tall):
        tip = outline[column]
        around = outline[max(0, column - reach) : column + reach + 1]
        left, right = outline[max(0, column - reach) : column], outline[column + 1 : column + reach + 1]
        if tip < around.max() or (found and column <= found[-1].last):
            continue
        if not ((left < tip - depth).any() and (right < tip - depth).any()):
            continue
        near = np.flatnonzero(np.abs(outline[column : column + reach] - tip) < 0.25 * depth)
        stop = int(near[np.flatnonzero(np.diff(near, append=near[-1] + 2) > 1)[0]])
        found.append(Foot(int(column), int(column) + stop, float(tip)))
    return found
