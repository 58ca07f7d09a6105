"""The seam between the pipeline and whatever finds the subject."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""(H, W, 3) sRGB."""

Matte = npt.NDArray[np.float32]
"""(H, W), 0 background .. 1 subject, linear coverage."""


class Segmenter(Protocol):
    """Finds the subject of a photo."""

    @property
    def name(self) -> str:
        """The preset's name, as in the settings and the job notes."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same picture could give another matte: preset and weights' checksums."""
        ...

    def matte(self, picture: Picture) -> Matte:
        """The subject's coverage at the picture's own size.

        The matte is not stretched: a picture without a subject gives a matte near 0 everywhere.
        Safe to call from several threads.
        """
        ...

    def saliency(self, picture: Picture) -> Matte:
        """What stands out in a picture, as the coarsest network sees it: (h, w), 0..1, at the network's size.

        It is neither cleaned nor stretched nor refined, and tells whether a picture has a subject at all.
        Safe to call from several threads.
        """
        ...
