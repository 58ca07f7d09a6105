"""Looks again where a network half saw something in a photo of which it is sure of nothing.

A small animal in a forest leaves a faint spot in the map of the whole view, and so does a row of trees in
an empty landscape. Shown larger, both may stand out. What tells them apart is whether the network means it:
it is shown the spot and the spot's mirror image, and only what it sees the same way twice counts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from backcloth.cutout.box import box_around
from backcloth.cutout.clean import clean
from backcloth.cutout.network import Network

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

_SPOT = 0.5
"""Share of the faint map's highest value from which a pixel belongs to the spot."""

_MARGIN = 1.0
"""Shares of the spot's width and height that are shown around it."""

_SAME = 0.6
"""Intersection over union from which two looks saw the same. Of 22 photos in which `floor` is sure of nothing
at first, it finds something in four: a rabbit, a bird, the top of a temple, a fold in a pattern. The others
are landscapes, streets and patterns, and a glass."""


def follow_hint(picture: Pixels, first: Map, network: Network) -> Map:
    """What a network sees where it half saw something.

    Args:
        picture: (H, W, 3) uint8 sRGB.
        first: (h, w) float32 saliency 0..1 of the whole picture, in which nothing stands out.
        network: The network that saw it.

    Returns:
        (h, w) float32 saliency 0..1 of the whole picture: `first` if nothing stands out on a closer look
        either, or not twice.
    """
    faint = (first + _mirrored(network.spec.thumbnail(picture), network)) / 2
    box = box_around(np.greater(faint, _SPOT * faint.max()), _MARGIN, picture)
    if box is None:
        return first
    thumbnail = network.spec.thumbnail(box.of(picture))
    looks = [network.map(thumbnail), _mirrored(thumbnail, network)]
    bodies = [np.greater(clean(look), 0.5) for look in looks]
    shared, either = np.count_nonzero(bodies[0] & bodies[1]), np.count_nonzero(bodies[0] | bodies[1])
    if shared == 0 or shared < _SAME * either:
        return first
    return box.placed(np.asarray((looks[0] + looks[1]) / 2, np.float32), first)


def _mirrored(thumbnail: Pixels, network: Network) -> Map:
    return network.map(np.ascontiguousarray(thumbnail[:, ::-1]))[:, ::-1]
