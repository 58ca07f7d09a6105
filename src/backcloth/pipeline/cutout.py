"""Cuts the subject out: the arrow that every route about a subject has in common."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.cutout.subject import CutOut, extract
from backcloth.imaging.decode import Photo
from backcloth.pipeline.engines import Engines


def cut_out(photo: Photo, engines: Engines, *, force: bool) -> CutOut:
    """The photo's subject, by its own alpha channel or, without one or with `force`, by the segmenter.

    Raises:
        NoSubject: nothing stands out.
    """
    return extract(photo, engines.segmenter, force=force)


def facts(cutout: CutOut, engines: Engines, result: npt.NDArray[np.uint8]) -> dict[str, Any]:
    """What the job notes say of a cut-out and of the (H, W, 3 or 4) uint8 sRGB picture made with it."""
    height, width = cutout.matte.shape
    return {
        "cutout": cutout.source,
        "segmenter": engines.segmenter.fingerprint,
        "size": [width, height],
        "matte": cutout.measure(),
        "subject_pixels_changed": changed_subject_pixels(cutout, result),
    }


def changed_subject_pixels(cutout: CutOut, result: npt.NDArray[np.uint8]) -> int:
    """How many fully opaque subject pixels differ from the photo's: 0 by construction, and measured.

    The photo is the decoded one at the size of the canvas.
    """
    difference = cv2.absdiff(np.ascontiguousarray(result[..., :3]), cutout.picture)
    same = cv2.inRange(difference, (0, 0, 0), (0, 0, 0))
    return int(np.count_nonzero((cutout.matte == 255) & (same == 0)))
