"""Whether a reference is a clean plate or shows a subject of its own."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.imaging.geometry import shrunk
from backcloth.scene.studio.arrays import Field

Pixels = npt.NDArray[np.uint8]

_LEAST = 0.03
"""Share of the frame above one half from which a map shows a subject, and not a detail."""

_SURE = 0.85
"""Mean of the map inside a subject, at least."""

_UNDECIDED, _UNDECIDED_INSIDE = 0.06, 0.38
"""Share of the frame between 0.2 and 0.8, at most: of the whole, or of the subject's own where that is
more. On 85 photos of subjects the gate found 80; of 22 empty places and abstract pictures it took two for a
subject, rocks before a canyon and a dial on a hill. The limits were set on these pictures."""

_BELONGS = 0.15
"""Value of the map from which a pixel belongs to the subject's hole."""

_SPECK = 0.002
"""Share of the frame below which a part is no part of the subject."""

_RIM = 0.02
"""Reach of the hole beyond the map's outline, as a share of the longer side."""

_BELOW = 0.10
"""Reach of the hole below the subject, for what it casts on the ground, as a share of its height."""

_DARK = 0.85
"""Brightness over that of its row from which the ground beside the subject lies in its shadow."""

_WORK = 320
"""Longest side of the picture that the shadow is sought at."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnSubject:
    """What stands in a reference.

    Attributes:
        hole: (H, W) bool at the reference's size: the subject, a rim, and what it casts on the ground.
    """

    hole: npt.NDArray[np.bool_]

    @property
    def share(self) -> float:
        """Share of the frame that the hole takes."""
        return float(self.hole.mean())


def own_subject(saliency: Field, picture: Pixels) -> OwnSubject | None:
    """The subject of a reference, None for a clean plate.

    Args:
        saliency: (h, w) 0..1, a network's map of what stands out, not stretched: in an empty landscape a
            stretched map always shows something.
        picture: (H, W, 3) uint8 sRGB, the reference.
    """
    inside = saliency > 0.5
    share = float(inside.mean())
    if share < _LEAST or float(saliency[inside].mean()) < _SURE:
        return None
    undecided = float(((saliency > 0.2) & (saliency < 0.8)).mean())
    if undecided > max(_UNDECIDED, _UNDECIDED_INSIDE * share) or _spans(inside):
        return None
    return _grown(saliency, picture)


def _spans(inside: npt.NDArray[np.bool_]) -> bool:
    """Whether one part runs from the left edge to the right one with ground before it: hills, houses."""
    _, labels = cv2.connectedComponents(inside.view(np.uint8), connectivity=8)
    across = np.intersect1d(labels[:, :2], labels[:, -2:])
    return bool(np.setdiff1d(across[across > 0], labels[-2:]).size)


def _grown(saliency: Field, picture: Pixels) -> OwnSubject | None:
    """The subject with its rim and its shadow; None where it is but specks."""
    height, width = picture.shape[:2]
    size = shrunk(width, height, _WORK)
    body = cv2.resize(saliency, size, interpolation=cv2.INTER_LINEAR)
    body = _without_specks(np.greater(body, _BELONGS).view(np.uint8))
    if not body.any():
        return None
    rim = max(1, round(_RIM * max(size)))
    disc = np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1)), np.uint8)
    hole = np.maximum(cv2.dilate(body, disc), _cast(body, picture, disc))
    large = cv2.resize(hole.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return OwnSubject(large > 0.5)


def _cast(body: npt.NDArray[np.uint8], picture: Pixels, disc: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(h, w) the ground right below the subject, and the dark ground beside its lower half that touches it.

    Args:
        body: (h, w) 1 where the subject is, 0 elsewhere.
        picture: The reference, at any size.
        disc: What the shadow is grown by.
    """
    rows, columns = np.flatnonzero(body.any(axis=1)), np.flatnonzero(body.any(axis=0))
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    below = max(1, round(_BELOW * (bottom - top)))
    # The kernel's anchor lies at its lower end, so that the hole grows downwards and a little to the sides.
    foot = np.ones((below, 2 * (below // 2) + 1), np.uint8)
    under = cv2.dilate(body, foot, anchor=(below // 2, below - 1))
    grey = cv2.resize(picture, (body.shape[1], body.shape[0]), interpolation=cv2.INTER_AREA).mean(axis=2)
    soft = cv2.GaussianBlur(grey, (0, 0), 0.012 * max(body.shape))
    usual = np.asarray([_median(line[there == 0]) for line, there in zip(grey, body, strict=True)])
    dark = soft < _DARK * cv2.GaussianBlur(usual[:, None], (0, 0), 2.0)
    near = np.zeros(body.shape, np.bool_)
    wide, tall = right - left, bottom - top
    near[bottom - tall // 3 : bottom + tall // 3, max(0, left - wide // 2) : right + wide // 2] = True
    shadow = np.asarray(dark & near, np.uint8)
    _, labels = cv2.connectedComponents(np.maximum(shadow, under), connectivity=8)
    touching = np.unique(labels[under > 0])
    shadow &= np.isin(labels, touching[touching > 0]).view(np.uint8)
    if np.count_nonzero(shadow) > np.count_nonzero(body):
        shadow[:] = 0
    return np.maximum(under, cv2.dilate(shadow, disc))


def _median(values: npt.NDArray[np.floating]) -> float:
    return float(np.median(values)) if values.size else 0.0


def _without_specks(body: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(body, connectivity=8)
    kept = stats[:, cv2.CC_STAT_AREA] >= _SPECK * body.size
    kept[0] = False
    return np.asarray(kept[labels], np.uint8)
