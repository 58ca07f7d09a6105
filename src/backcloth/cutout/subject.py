"""From a photo to a subject that can be put on a new background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from backcloth.cutout.foreground import estimate_foreground
from backcloth.cutout.protocol import Segmenter
from backcloth.errors import NoSubject
from backcloth.imaging.decode import Photo

Pixels = npt.NDArray[np.uint8]

_NEARLY_OPAQUE = 250
"""Alpha from here up everywhere is an opaque photo whose alpha channel was rounded."""

_LEAST_SHARE = 0.0005
"""Share of pixels that are more subject than not, below which there is no subject."""


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

    def measure(self) -> dict[str, float]:
        """Shares of the frame, 0..1, that are all subject, mixed, and all background."""
        opaque = int(np.count_nonzero(self.matte == 255)) / self.matte.size
        empty = int(np.count_nonzero(self.matte == 0)) / self.matte.size
        return {"opaque": opaque, "soft": 1 - opaque - empty, "empty": empty}


def extract(photo: Photo, segmenter: Segmenter, *, force: bool) -> CutOut:
    """Cuts the subject out of a photo.

    A photo with real transparency brings its own cut-out: its alpha is the matte and its colours are the
    subject's. With `force` the segmenter looks at it nevertheless, seeing it over white, and what the file
    says is see-through stays so.

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
    return CutOut(photo.picture, matte, estimate_foreground(photo.picture, matte), segmenter.name)


def _over_white(picture: Pixels, alpha: Pixels) -> Pixels:
    coverage = alpha.astype(np.float32)[..., None] / 255
    return np.rint(picture * coverage + 255 * (1 - coverage)).astype(np.uint8)
