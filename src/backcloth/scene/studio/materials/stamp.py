"""Single things put onto a tile one over the other: leaves, twigs, blades, holes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field

_SUB = 3
"""Binary digits of a texel that drawing is exact to."""

Bytes = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float32]


def copies(x: float, y: float, reach: float, texels: int) -> Iterator[tuple[float, float]]:
    """The places where a thing at (x, y) is drawn so that it goes on across the tile's edges."""
    for step_y in (0, texels, -texels):
        if not -reach <= y + step_y <= texels + reach:
            continue
        for step_x in (0, texels, -texels):
            if -reach <= x + step_x <= texels + reach:
                yield x + step_x, y + step_y


def draw_strokes(canvas: Bytes, paths: Points, values: npt.NDArray[np.int64], width: int) -> None:
    """Draws lines over one another, anti-aliased and going on across the tile's edges.

    Args:
        canvas: (T, T, C) uint8, changed in place.
        paths: (N, P, 2) points of each line in texels, near its first one.
        values: (N, C) 0..255 that each line is drawn with.
        width: Of all lines, in texels.
    """
    texels = canvas.shape[0]
    low, high = paths.min(axis=1), paths.max(axis=1)
    fixed = np.round(paths * (1 << _SUB)).astype(np.int32)
    tones = [tuple(row) for row in values.tolist()]
    inner = (low.min(axis=1) > width) & (high.max(axis=1) < texels - width)
    for index, whole in enumerate(inner.tolist()):
        if whole:
            cv2.polylines(canvas, [fixed[index]], False, tones[index], width, cv2.LINE_AA, _SUB)
            continue
        for step_y in (0, texels, -texels):
            for step_x in (0, texels, -texels):
                moved = fixed[index] + np.asarray([step_x, step_y], np.int32) * (1 << _SUB)
                cv2.polylines(canvas, [moved], False, tones[index], width, cv2.LINE_AA, _SUB)


def draw_discs(texels: int, centres: Points, radii: Field, values: Field) -> Field:
    """(T, T) field of anti-aliased discs on 0, periodic.

    Args:
        texels: Side of the tile.
        centres: (N, 2) of (x, y) in texels.
        radii: (N,) in texels.
        values: (N,) 0..1 of each disc; where discs meet, the later one shows.
    """
    canvas = np.zeros((texels, texels), np.uint8)
    for (x, y), radius, value in zip(centres.tolist(), radii.tolist(), values.tolist(), strict=True):
        for place in copies(x, y, radius + 1, texels):
            centre = (round(place[0] * (1 << _SUB)), round(place[1] * (1 << _SUB)))
            size = max(1, round(radius * (1 << _SUB)))
            cv2.circle(canvas, centre, size, round(255 * value), -1, cv2.LINE_AA, _SUB)
    return as_field(canvas) / np.float32(255.0)


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """One thing, ready to be laid.

    Attributes:
        light: (h, w, 4) linear colour and height, premultiplied by its cover.
        keep: (h, w, 1) what shows of the ground below it: 1 minus its cover.
        shade: (h, w, 1) light that its shadow leaves.
    """

    light: Field
    keep: Field
    shade: Field

    def dyed(self, tone: npt.NDArray[np.floating]) -> Sprite:
        """The same thing with its colour multiplied by a tone (3,)."""
        return Sprite(
            as_field(self.light * np.append(as_field(tone), np.float32(1.0))), self.keep, self.shade
        )


class Pile:
    """Sprites laid over one another, each with a soft shadow on what lies below it."""

    def __init__(self, ground: Field, rim: int, shadow: tuple[float, float]) -> None:
        """Starts with bare ground.

        Args:
            ground: (T, T, 4) its linear colour and height.
            rim: Texels that no sprite is larger than.
            shadow: (x, y) texels that a shadow falls from its sprite.
        """
        self._rim = rim
        self._texels = ground.shape[0]
        self._sheet: Field = as_field(cv2.copyMakeBorder(ground, rim, rim, rim, rim, cv2.BORDER_WRAP))
        self._move = (round(shadow[0]), round(shadow[1]))

    @property
    def sheet(self) -> Field:
        """(T, T, 4) linear colour and height of what lies on top."""
        cut = slice(self._rim, self._rim + self._texels)
        return as_field(np.ascontiguousarray(self._sheet[cut, cut]))

    def lay(self, sprite: Sprite, x: float, y: float) -> None:
        """Lays one sprite with its middle at (x, y) in texels."""
        tall, wide = sprite.light.shape[:2]
        for place_x, place_y in copies(x, y, max(tall, wide) / 2, self._texels):
            column, row = round(place_x - wide / 2) + self._rim, round(place_y - tall / 2) + self._rim
            side, down = column + self._move[0], row + self._move[1]
            below = self._sheet[down : down + tall, side : side + wide, :3]
            if below.shape[:2] == (tall, wide):
                below *= sprite.shade
            under = self._sheet[row : row + tall, column : column + wide]
            if under.shape[:2] == (tall, wide):
                under *= sprite.keep
                under += sprite.light
