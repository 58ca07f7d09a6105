"""Where the ground of a plate ends: the row of its horizon, or of the edge of what is underfoot."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field

_WIDE, _TALL = 64, 96
"""Columns and rows that a plate is looked at with."""

_NEAR = 6
"""Rows above and below a candidate that are compared right at it."""

_EVEN = 14.0
"""Step below which even the largest one is no edge but a gradient, in the steps that rows are compared in."""

_FIRST, _LAST = 0.12, 0.86
"""Shares of the height between which a horizon is sought."""

_CLEAR = 0.30
"""Clearness from which a horizon counts as found; on the plates that were looked at it sorts textures, walls
and thickets from places."""


_FRONT = 16
"""Rows at the lower end that show the ground in front."""

_ALIKE = 7.0
"""Deviation from the ground in front that is nothing at all, in the steps that rows are compared in."""

_NEARER = 0.50
"""Clearness from which a boundary nearer than the skyline is taken for the end of the ground."""

_SMOOTH, _BRIGHT, _BLUE = 7.0, 40.0, -15.0
"""The sky's coarseness is below the first; it is lighter than the second or its Lab b below the third, all in
the steps that rows are compared in."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """The boundary between ground and what stands or hangs beyond it.

    Attributes:
        row: Its row as a share of the plate's height.
        clearness: 0 none .. 1 two flat halves.
    """

    row: float
    clearness: float

    @property
    def found(self) -> bool:
        """Whether the plate has one."""
        return self.clearness >= _CLEAR


def find_horizon(picture: npt.NDArray[np.uint8]) -> Horizon:
    """The clearest boundary across an (H, W, 3) uint8 sRGB plate.

    A row counts by two things: how much of what rows differ by it explains (two halves, each alike), and how
    large the step right at it is in most columns. Colour and coarseness both count: a meadow before a wood
    may have one colour.
    """
    looks = _looks(picture)
    horizon = _split(looks, 0)
    if horizon.found and _is_sky(looks[: round(horizon.row * _TALL)]):
        # Beyond a ridge or a line of houses there is sky; the ground may end before them.
        nearer = _split(looks, round(horizon.row * _TALL))
        if nearer.clearness >= _NEARER and nearer.row < 0.72:
            return nearer
        return replace(horizon, row=_ground_end(looks, round(horizon.row * _TALL)) / _TALL)
    return horizon


def _ground_end(looks: Field, skyline: int) -> int:
    """Row down to which less than half of what is seen below the skyline looks like the ground in front."""
    front = looks[-_FRONT:].reshape(-1, looks.shape[2])
    spread = np.maximum(front.std(axis=0), _ALIKE)
    off = np.square((looks - front.mean(axis=0)) / spread).mean(axis=2)
    alike = (off < 2.5).mean(axis=1)
    alike = np.convolve(np.pad(alike, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    end = len(alike) - 1
    while end > skyline and alike[end - 1] >= 0.5:
        end -= 1
    beyond = alike[skyline:end]
    if end - skyline < _NEAR or end > 0.72 * _TALL or float(beyond.mean()) > 0.3:
        return skyline
    # Ground that only fades with distance does not end there.
    return end if float(alike[min(end + 6, len(alike) - 1)] - alike[end - 6]) > 0.4 else skyline


def _split(looks: Field, top: int) -> Horizon:
    part = looks[top:]
    explained = _explained(np.median(part, axis=1))
    score = explained * (0.35 + 0.65 * _step(part))
    score[: max(round(_FIRST * _TALL) - top, _NEAR)] = 0.0
    score[round(_LAST * _TALL) - top :] = 0.0
    row = int(np.argmax(score))
    return Horizon((top + row) / _TALL, float(score[row]))


def _is_sky(upper: Field) -> bool:
    level, _, blue, rough = (float(np.median(upper[..., look])) for look in range(4))
    return rough < _SMOOTH and (level > _BRIGHT or blue < _BLUE)


def _looks(picture: npt.NDArray[np.uint8]) -> Field:
    """(_TALL, _WIDE, 4) colour in Lab and coarseness, in comparable steps."""
    size = (4 * _WIDE, 4 * _TALL)
    grid = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    lab = as_field(cv2.cvtColor(grid, cv2.COLOR_RGB2LAB))
    grey = lab[..., 0]
    rough = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 1.5))
    looks = np.dstack([lab * np.asarray([0.8, 1.3, 1.3], np.float32), 4.0 * rough])
    return np.asarray(cv2.resize(looks, (_WIDE, _TALL), interpolation=cv2.INTER_AREA), np.float32)


def _explained(rows: Field) -> Field:
    """(n,) share of the variance over all rows that a split before each row explains."""
    count = len(rows)
    above = np.arange(count, dtype=np.float32)[:, None]
    total = rows.sum(axis=0)
    so_far = np.cumsum(rows, axis=0) - rows
    with_any = np.maximum(above, 1.0)
    gap = so_far / with_any - (total - so_far) / (count - above)
    between = (above * (count - above) / count**2)[:, 0] * np.square(gap).sum(axis=1)
    return np.asarray(between / max(float(rows.var(axis=0).sum()), 4.0), np.float32)


def _step(looks: Field) -> Field:
    """(n,) 0..1 the step right at each row that most columns share."""
    steps = np.zeros(len(looks), np.float32)
    for row in range(_NEAR, len(looks) - _NEAR):
        change = looks[row : row + _NEAR].mean(axis=0) - looks[row - _NEAR : row].mean(axis=0)
        steps[row] = float(np.linalg.norm(np.median(change, axis=0)))
    return np.asarray(steps / max(float(steps.max()), _EVEN), np.float32)
