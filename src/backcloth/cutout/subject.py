"""From a photo to a subject that can be put on a new background."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.cutout.foreground import estimate_foreground
from backcloth.cutout.protocol import Segmenter
from backcloth.domain.colour import Colour
from backcloth.errors import NoSubject
from backcloth.imaging.blend import composite_over_colour
from backcloth.imaging.decode import Photo

Pixels = npt.NDArray[np.uint8]

_NEARLY_OPAQUE = 250
"""Alpha from here up everywhere is an opaque photo whose alpha channel was rounded."""

_LEAST_SHARE = 0.0005
"""Share of pixels that are more subject than not, below which there is no subject."""

_EDGE = 0.012
"""Reach of the edge band on either side of the outline, as a share of the root of the picture's area."""

_MEASURED_AREA = 1024 * 1024
"""From four times as many pixels on, only every second one of each row and column is measured, and so on."""

_CLEAR = Colour(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class CutOut:
    """A subject without its background.

    Attributes:
        picture: (H, W, 3) uint8 sRGB, the photo as it is.
        matte: (H, W) uint8 coverage, 255 subject.
        foreground: (H, W, 3) uint8 sRGB, the photo with the subject's own colour along the edge.
        source: `alpha` where the photo brought its matte, else the segmenter's name.
    """

    picture: Pixels
    matte: Pixels
    foreground: Pixels
    source: str

    def rgba(self) -> Pixels:
        """(H, W, 4) uint8 sRGB with straight alpha.

        The photo where alpha is 255, pure subject colour where it is soft, 0 in all four where it is 0.
        """
        return composite_over_colour(self.picture, self.foreground, self.matte, _CLEAR)

    def measure(self) -> dict[str, float]:
        """What can be said of a matte without knowing the true one.

        Returns:
            `opaque`, `soft` and `empty`: shares of the frame, 0..1, that are all subject, mixed, and all
            background. `edge_uncertainty`: the mean of 4a(1 − a) over the band along the outline (coverage
            a = 0.5) that reaches 1.2 % of the root of the area to either side. It is near 0 where the edge
            is crisp and 1 where the matte is undecided everywhere; hair and blur raise it too. Over 28
            photos with true mattes (`floor`), its rank correlation with the mean error in the band was
            0.63, and with that over the whole photo 0.75.
        """
        size = self.matte.size
        opaque, empty = (int(np.count_nonzero(self.matte == end)) for end in (255, 0))
        return {
            "opaque": opaque / size,
            "soft": (size - opaque - empty) / size,
            "empty": empty / size,
            "edge_uncertainty": round(_edge_uncertainty(self.matte), 4),
        }


def extract(photo: Photo, segmenter: Segmenter, *, force: bool) -> CutOut:
    """Cuts the subject out of a photo.

    A photo with real transparency brings its own cut-out: its alpha is the matte and its colours are the
    subject's. With `force` the segmenter looks at it nevertheless, seeing it over white. What the file says
    is see-through stays so, with the file's colours.

    Raises:
        NoSubject: nothing stands out, or the photo is transparent everywhere.
    """
    alpha = photo.alpha
    if alpha is not None and alpha.min() >= _NEARLY_OPAQUE:
        alpha = None
    if alpha is not None and not force:
        if not alpha.any():
            raise NoSubject("image: every pixel is transparent")
        return CutOut(photo.picture, alpha, photo.picture, "alpha")
    seen = photo.picture if alpha is None else _over_white(photo.picture, alpha)
    matte = np.rint(segmenter.matte(seen) * 255).astype(np.uint8)
    if alpha is not None:
        matte = np.minimum(matte, alpha)
    if np.count_nonzero(matte > 127) < _LEAST_SHARE * matte.size:
        raise NoSubject("image: no subject stands out from the background")
    foreground = estimate_foreground(seen, matte)
    if alpha is not None:
        foreground = np.where(alpha[..., None] < 255, photo.picture, foreground)
    return CutOut(photo.picture, matte, foreground, segmenter.name)


def _edge_uncertainty(matte: Pixels) -> float:
    step = max(1, math.isqrt(matte.size // _MEASURED_AREA))
    matte = np.ascontiguousarray(matte[::step, ::step])
    side = 2 * max(1, round(_EDGE * math.sqrt(matte.size))) + 1
    body = np.greater(matte, 127).view(np.uint8)
    band = cv2.morphologyEx(body, cv2.MORPH_GRADIENT, np.ones((side, side), np.uint8))
    found = cv2.calcHist([matte], [0], band, [256], [0, 256]).reshape(-1)
    coverage = np.arange(256) / 255
    return float(found @ (4 * coverage * (1 - coverage))) / max(1.0, float(found.sum()))


def _over_white(picture: Pixels, alpha: Pixels) -> Pixels:
    coverage = alpha.astype(np.float32)[..., None] / 255
    return np.rint(picture * coverage + 255 * (1 - coverage)).astype(np.uint8)
