"""How far the camera looked down on the subject, read from what it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from backcloth.scene.studio.arrays import Field
from backcloth.scene.studio.outline import Foot

_SKEW = 0.12
"""Share of its perimeter by which a rectangle's image may miss being a parallelogram."""


def pitch_of_round_base(outline: Field, contact: Field, tall: int) -> float | None:
    """Degrees a camera looks down on a round base: its front edge is half an ellipse, b / a = sin(pitch).

    Args:
        outline: (W,) lowest row of the subject in each column.
        contact: (W,) share by which each column stands.
        tall: Rows of the subject.

    Returns:
        None where the base is not one run of columns or its edge is no such arc.
    """
    columns = np.flatnonzero(contact > 0.3)
    if columns.size < 24 or columns[-1] - columns[0] + 1 > 1.05 * columns.size:
        return None
    x = (columns - columns.mean()) / (columns.size / 2)
    inner = np.abs(x) < 0.93
    arc = np.sqrt(1.0 - np.square(x[inner]))
    rows = outline[columns][inner].astype(np.float64)
    drop = float(np.polyfit(arc, rows, 1)[0])
    misfit = float(np.std(rows - np.polyval(np.polyfit(arc, rows, 1), arc)))
    if misfit > 0.012 * tall + 1.0 or drop < 0.02 * columns.size:
        return None
    return float(np.degrees(np.arcsin(min(drop / (columns.size / 2), 0.9))))


def pitch_of_rectangle(feet: Sequence[Foot]) -> float | None:
    """Degrees a camera looks down on furniture, whose four feet are the corners of a rectangle.

    From far away its image is a parallelogram with sides (x1, y1) and (x2, y2). On the ground, where rows
    are 1 / sin(pitch) times as long, the sides are at right angles: x1 x2 + y1 y2 / sin(pitch)² = 0.

    Returns:
        None where the feet are no such corners.
    """
    if len(feet) != 4:
        return None
    points = np.asarray([(foot.centre, foot.row) for foot in feet])
    start = points[0]
    for a, b in combinations((1, 2, 3), 2):
        c = 6 - a - b
        one, two = points[a] - start, points[b] - start
        around = 2 * float(np.hypot(*one) + np.hypot(*two))
        missed = float(np.hypot(*(start + one + two - points[c])))
        across = float(one[0] * two[0])
        if missed > _SKEW * around or abs(across) < 1e-3:
            continue
        square = -float(one[1] * two[1]) / across
        if 0.004 < square < 0.6:
            return float(np.degrees(np.arcsin(np.sqrt(square))))
    return None
