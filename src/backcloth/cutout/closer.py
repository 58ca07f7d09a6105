"""A second look at a subject that is small in the frame, so that the network sees it larger.

A network sees every photo in the same few pixels. Of a subject that fills half of them it shows parts and
an outline that it misses in the whole view. What it loses is the surroundings, so the first look still
counts: the larger value of both, like that of two networks.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from backcloth.cutout.box import box_around
from backcloth.cutout.network import Network

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

_MARGIN = 0.3
"""Shares of the subject's width and height that are shown around it. Half as much scores less: a network
has to see what a subject stands out from."""

_MOST = 0.75
"""Share of the frame from which the box shows nothing that the whole view did not."""


def look_closer(picture: Pixels, first: Map, coarse: Map, network: Network) -> Map:
    """What a network sees of the subject alone.

    Args:
        picture: (H, W, 3) uint8 sRGB.
        first: (h, w) float32 saliency 0..1 of the whole picture.
        coarse: (h, w) float32 coverage 0..1 made of it, which says where the subject is.
        network: The network that saw `first`.

    Returns:
        (h, w) float32 saliency 0..1 of the whole picture: `first` outside the subject's surroundings, and
        everywhere if there is no subject or it fills the frame.
    """
    box = box_around(np.greater(coarse, 0.5), _MARGIN, picture)
    if box is None or box.area > _MOST:
        return first
    return box.placed(network.map(network.spec.thumbnail(box.of(picture))), first)
