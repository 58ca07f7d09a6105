"""What is known of one reference before it is used."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from backcloth.scene.reference.gate import OwnSubject, own_subject
from backcloth.scene.reference.horizon import Horizon, find_horizon
from backcloth.scene.reference.normalise import normalised
from backcloth.scene.reference.remove import fill
from backcloth.scene.studio.arrays import Field

Pixels = npt.NDArray[np.uint8]

_LARGE = 0.50
"""Share of the frame above which a hole is not filled: what is left would be seen several times."""

_FITS = 110.0
"""Price, see `remove.fill`, above which a filled hole shows. Of 62 holes of up to half the frame, judged by
eye at the size of a thumbnail, 38 were below: 30 sound, 8 with clones of bystanders, scraps or smears. Of the
24 above, all torn streets, fences and posters among them, 9 were sound."""

_CLEAR = 0.5
"""Clearness from which a horizon that only the filled picture has is one."""


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """One reference.

    Attributes:
        index: Its place in the caller's list.
        picture: (H, W, 3) uint8 sRGB, normalised.
        own: Its own subject; None for a clean plate.
        horizon: Where its ground ends.
    """

    index: int
    picture: Pixels
    own: OwnSubject | None
    horizon: Horizon


def study_reference(index: int, reference: Pixels, saliency: Field | None, photo: Pixels) -> Study:
    """Normalises a reference and looks at it.

    Args:
        index: Its place in the caller's list.
        reference: (H, W, 3) uint8 sRGB.
        saliency: (h, w) 0..1 map of what stands out in it; None where nobody looked: it then counts as clean.
        photo: (h, w, 3) uint8 sRGB, the subject's photo.
    """
    own = None if saliency is None else own_subject(saliency, reference)
    return Study(index, normalised(reference, photo), own, find_horizon(reference))


def without_subject(study: Study) -> Study | None:
    """The study of the reference with its own subject removed; None where that would show."""
    if study.own is None:
        return study
    if study.own.share > _LARGE:
        return None
    picture, price = fill(study.picture, study.own.hole)
    if price > _FITS:
        return None
    horizon = find_horizon(picture)
    # Pieces that were moved along the rows draw rows: where the reference showed no horizon, little is none.
    if not study.horizon.found and horizon.clearness < _CLEAR:
        horizon = study.horizon
    return replace(study, picture=picture, horizon=horizon)
