"""How the subject stands in the photo: read from its matte alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field
from backcloth.scene.studio.outline import Foot, standing, tips, without_crumbs
from backcloth.scene.studio.pitch import pitch_of_rectangle, pitch_of_round_base

_HIGHEST = 0.18
"""Share of the subject's height above its lowest point where nothing stands any more."""

_ROUND = 0.26
"""The same for the front of a round base seen from above, which rises far towards its sides."""

_LEG, _CORNER = 0.22, 0.40
"""The same for the end of a thin leg, and for that of the farthest leg of furniture."""

_STANDS = 0.4
"""Contact from which a column counts as part of a foot."""

_MOST = 6
"""Feet that are told apart at most: the widest ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Stance:
    """Where the subject meets the ground. All lengths are pixels of the plate.

    Attributes:
        present: False where the matte is empty; the numbers then describe a stand-in.
        grounded: False where the frame cuts the subject off below, so that no contact is visible.
        left, right, top, bottom: The subject's box, right and bottom exclusive.
        contact_row: The row of the ground under the subject's middle.
        slope: Rows per column by which the contact line falls to the right.
        contact: (W,) share by which each column stands on the ground.
        outline: (W,) lowest row of the subject in each column; 0 where there is none.
        lit_from: Side the photo's light seems to come from, -1 left .. 1 right, 0 unclear.
        pitch: Degrees the camera looks down, read from a round base or from the four feet of furniture;
            None where neither tells.
    """

    present: bool
    grounded: bool
    left: int
    right: int
    top: int
    bottom: int
    contact_row: float
    slope: float
    contact: Field
    outline: Field
    lit_from: float
    pitch: float | None

    @property
    def centre(self) -> float:
        """Middle column."""
        return (self.left + self.right) / 2

    @property
    def extent(self) -> float:
        """The subject's size for judging scale: its height, or most of its width where it lies."""
        return max(self.bottom - self.top, 0.55 * (self.right - self.left), 1.0)

    @property
    def base_width(self) -> float:
        """Width of the part that stands, from the first to the last contact."""
        columns = np.flatnonzero(self.contact > 0.5)
        return float(columns[-1] - columns[0] + 1) if columns.size else 0.3 * (self.right - self.left)

    @property
    def base_line(self) -> Field:
        """(W,) row of the ground under each column: the feet, and straight lines between and beyond them."""
        every = np.arange(self.contact.size, dtype=np.float32)
        straight = self.contact_row + self.slope * (every - self.base_centre)
        columns = np.flatnonzero(self.contact > _STANDS)
        if columns.size < 2:
            return np.asarray(straight, np.float32)
        return np.interp(every, columns, self.outline[columns]).astype(np.float32)

    @property
    def feet(self) -> tuple[Foot, ...]:
        """The parts that stand, from left to right: runs of columns in contact, the widest if many."""
        columns = np.flatnonzero(self.contact > _STANDS)
        gap = max(1.0, 0.008 * self.extent)
        runs = np.split(columns, np.flatnonzero(np.diff(columns) > gap) + 1) if columns.size else []
        feet = [Foot(int(run[0]), int(run[-1]), float(self.outline[run].max())) for run in runs]
        widest = sorted(feet, key=lambda foot: foot.width, reverse=True)[:_MOST]
        return tuple(sorted(widest, key=lambda foot: foot.first))

    @property
    def spread(self) -> float:
        """Rows between the nearest foot and the farthest; 0 for one foot."""
        rows = [foot.row for foot in self.feet]
        return max(rows) - min(rows) if rows else 0.0

    @property
    def base_centre(self) -> float:
        """Middle column of the part that stands."""
        columns = np.flatnonzero(self.contact > 0.5)
        return float(columns[-1] + columns[0]) / 2 if columns.size else self.centre


def read_stance(picture: npt.NDArray[np.uint8], matte: Field) -> Stance:
    """Reads box, contact, light side and camera pitch off the (H, W) matte and its picture."""
    height, width = matte.shape
    solid = without_crumbs(matte > 0.5)
    columns = np.flatnonzero(solid.any(axis=0))
    rows = np.flatnonzero(solid.any(axis=1))
    if columns.size < 2 or rows.size < 2 or solid.mean() < 0.0005:
        return _stand_in(width, height)
    left, right, top, bottom = int(columns[0]), int(columns[-1]) + 1, int(rows[0]), int(rows[-1]) + 1
    outline = np.zeros(width, np.float32)
    outline[columns] = height - np.argmax(solid[::-1, columns], axis=0)
    tolerance = max(1.0, 0.012 * height)
    cut = columns[outline[columns] >= height - tolerance]
    grounded = cut.size < 0.30 * (right - left) or bottom < height - tolerance
    contact, slope, contact_row = _contact(outline, columns, bottom - top)
    stance = Stance(
        present=True,
        grounded=bool(grounded),
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        contact_row=min(contact_row, height - 1.0),
        slope=slope,
        contact=contact,
        outline=outline,
        lit_from=_lit_side(picture, matte),
        pitch=None,
    )
    if not stance.grounded:
        return stance
    base = standing(outline, columns, bottom - top, rise=_ROUND)
    pitch = pitch_of_round_base(outline, base, bottom - top)
    return replace(stance, pitch=pitch if pitch is not None else pitch_of_rectangle(stance.feet))


def _stand_in(width: int, height: int) -> Stance:
    row = max(1, round(0.78 * height))
    return Stance(
        present=False,
        grounded=False,
        left=round(0.35 * width),
        right=max(round(0.65 * width), round(0.35 * width) + 1),
        top=min(round(0.28 * height), row - 1),
        bottom=row,
        contact_row=float(row),
        slope=0.0,
        contact=np.zeros(width, np.float32),
        outline=np.zeros(width, np.float32),
        lit_from=0.0,
        pitch=None,
    )


def _contact(outline: Field, columns: npt.NDArray[np.intp], tall: int) -> tuple[Field, float, float]:
    """Which columns stand, and the straight line through them: (contact, slope, row at their middle)."""
    contact = standing(outline, columns, tall, rise=_HIGHEST)
    for foot in _legs(outline, tall):
        contact[foot.first : foot.last + 1] = 1.0
    stands = contact[columns]
    weight = stands + 1e-6
    middle = float(np.average(columns, weights=weight))
    spread = float(np.average((columns - middle) ** 2, weights=weight))
    row = float(np.average(outline[columns], weights=weight))
    tilt = float(np.average((columns - middle) * (outline[columns] - row), weights=weight))
    slope = float(np.clip(tilt / max(spread, 1.0), -0.25, 0.25))
    return contact, slope, row


def _legs(outline: Field, tall: int) -> list[Foot]:
    """Ends of legs: far up only where four of them are the corners of furniture seen from above."""
    corners = tips(outline, tall, rise=_CORNER)
    return corners if pitch_of_rectangle(corners) is not None else tips(outline, tall, rise=_LEG)


def _lit_side(picture: npt.NDArray[np.uint8], matte: Field) -> float:
    """Which half of the subject is the brighter one."""
    scale = 128.0 / max(matte.shape)
    small = cv2.resize(matte, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.resize(picture, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA).mean(axis=2)
    total = float(small.sum())
    if total < 1.0:
        return 0.0
    x = np.arange(small.shape[1], dtype=np.float32)[None, :]
    middle = float((small * x).sum()) / total
    spread = float((small * (x - middle) ** 2).sum()) / total
    level = float((small * grey).sum()) / total
    tilt = float((small * (x - middle) * (grey - level)).sum()) / total
    return float(np.clip(tilt / max(spread**0.5 * level, 1e-3) * 6.0, -1.0, 1.0))
