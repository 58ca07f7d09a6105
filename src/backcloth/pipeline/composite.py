"""Puts the subject's own pixels on the plate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from backcloth.cutout.subject import CutOut
from backcloth.domain.background import Background, Solid
from backcloth.imaging.blend import composite, composite_over_colour
from backcloth.scene.protocol import Plate


def put_back(cutout: CutOut, plate: Plate, background: Background) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 sRGB, or (H, W, 4) straight alpha when a translucent colour was asked for."""
    if isinstance(background, Solid) and background.colour.alpha < 255:
        return composite_over_colour(cutout.picture, cutout.foreground, cutout.matte, background.colour)
    return composite(cutout.picture, cutout.foreground, cutout.matte, plate.picture)
