"""Cells: a tile divided among scattered points, as stones, chips and grains divide it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field
from backcloth.scene.studio.texture import TURNS


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A periodic Voronoi diagram.

    Attributes:
        label: (T, T) number of the cell that each texel belongs to.
        count: How many cells there are.
        border: (T, T) texels to the nearest border of the cell.
        points: (count, 2) the cells' points.
    """

    label: npt.NDArray[np.int32]
    count: int
    border: Field
    points: npt.NDArray[np.float32]

    def each(self, values: npt.NDArray[np.floating]) -> Field:
        """(T, T, ...) map of one value, or one colour, for each cell: (count, ...)."""
        return as_field(np.take(as_field(values), self.label, axis=0))

    def numbers(self, rng: np.random.Generator) -> Field:
        """(T, T) one number 0..1 for each cell, turned where its point lies in the next repeat."""
        texels = self.label.shape[0]
        half, place = np.float32(0.5 * texels), np.arange(texels, dtype=np.float32)
        number = self.each(rng.random(self.count))
        for axis, way in ((0, place[None, :]), (1, place[:, None])):
            away = way - self.each(self.points[:, axis])
            number += np.float32(TURNS[axis]) * (as_field(away > half) - as_field(away < -half))
        return as_field(np.mod(number, 1.0))


def scatter(
    rng: np.random.Generator, texels: int, spacing: float, *, jitter: float = 1.0, rows: bool = False
) -> npt.NDArray[np.float32]:
    """(N, 2) points, (x, y) in texels: a periodic grid, each point moved by chance.

    Args:
        rng: Moves the points.
        texels: Side of the tile.
        spacing: Texels between points.
        jitter: Share of the spacing that a point may move.
        rows: Whether every second row is set half a step aside, as setts and bricks are.
    """
    count = max(2, round(texels / spacing))
    if rows:
        count += count % 2
    grid = np.stack(np.meshgrid(np.arange(count), np.arange(count)), axis=-1).astype(np.float32) + 0.5
    if rows:
        grid[1::2, :, 0] += 0.5
    grid += jitter * rng.uniform(-0.5, 0.5, grid.shape).astype(np.float32)
    return as_field(np.mod(grid.reshape(-1, 2) * np.float32(texels / count), texels))


def voronoi(points: npt.NDArray[np.float32], texels: int) -> Cells:
    """Divides the tile among the points, by two distance transforms over the whole tile at once.

    Args:
        points: (N, 2) of (x, y) in texels.
        texels: Side of the tile.
    """
    rim = int(min(texels, 1.4 * texels / np.sqrt(len(points)) + 4))
    size = texels + 2 * rim
    free = np.full((size, size), 255, np.uint8)
    number = np.zeros((size, size), np.int32)
    x0, y0 = np.floor(points[:, 0]).astype(np.intp) % texels, np.floor(points[:, 1]).astype(np.intp) % texels
    for step_y in (-1, 0, 1):
        for step_x in (-1, 0, 1):
            x, y = x0 + rim + step_x * texels, y0 + rim + step_y * texels
            seen = (x >= 0) & (x < size) & (y >= 0) & (y < size)
            free[y[seen], x[seen]] = 0
            number[y[seen], x[seen]] = np.flatnonzero(seen)
    _, zone = cv2.distanceTransformWithLabels(free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    place = np.flatnonzero(free.ravel() == 0)
    owner = np.zeros(len(place) + 1, np.int32)
    owner[zone.ravel()[place]] = number.ravel()[place]
    label = owner[zone]
    inside = np.full((size, size), 255, np.uint8)
    inside[:, :-1][label[:, 1:] != label[:, :-1]] = 0
    inside[:-1][label[1:] != label[:-1]] = 0
    border = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    cut = slice(rim, rim + texels)
    return Cells(
        np.ascontiguousarray(label[cut, cut]),
        len(points),
        as_field(np.ascontiguousarray(border[cut, cut])),
        points,
    )
