"""Tidies a network's map: what is no subject goes, what is inside a subject becomes solid, holes stay."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Map = npt.NDArray[np.float32]

_SETTLED = 0.04
"""Below this, and above 1 minus this, the network means 0 and 1."""

_CONFIDENT = 0.9
_CONFIDENT_SHARE = 0.001
"""A subject has at least this share of the frame above _CONFIDENT. Of 85 photos with a subject, two stay
below it (their maps are empty by any reading)."""

_FOG_SHARE = 0.6
"""Share of the frame between 0.2 and 0.8 beyond which the network saw nothing in particular; photos with a
subject reach 0.45."""

_FULL_SHARE = 0.995
"""Share of the frame above 0.5 beyond which there is no background to stand out from."""

_COMPANION_SHARE = 0.05
"""Further subjects count from this share of the largest one's mass."""

_INSIDE = 6
"""Pixels of the map from the outline at which a body starts to turn solid; at twice that it is. Networks
leave ghosts of the background inside plain bodies; an outline's softness, in their pixels, is narrower."""


def clean(saliency: Map) -> Map:
    """Turns a saliency map into a coarse matte.

    Keeps every subject that is large beside the largest; removes specks; makes bodies solid. A hole
    stays one: filling those of up to 0.05 % of the frame won nothing on 85 photos, and some are handles and
    spokes. A map in which nothing stands out (no sure region, fog, or the whole frame) gives 0 everywhere.

    Args:
        saliency: (H, W) float32, 0..1, at the network's size.

    Returns:
        (H, W) float32, 0..1.
    """
    if not _stands_out(saliency):
        return np.zeros_like(saliency)
    matte = np.clip((saliency - _SETTLED) / (1 - 2 * _SETTLED), 0, 1)
    return _solid_inside(_without_specks(matte))


def _stands_out(saliency: Map) -> bool:
    confident = np.count_nonzero(saliency > _CONFIDENT) / saliency.size
    undecided = np.count_nonzero(np.abs(saliency - 0.5) < 0.3) / saliency.size
    covered = np.count_nonzero(saliency > 0.5) / saliency.size
    return bool(confident >= _CONFIDENT_SHARE and undecided <= _FOG_SHARE and covered <= _FULL_SHARE)


def _without_specks(matte: Map) -> Map:
    count, labels = cv2.connectedComponents(np.greater(matte, 0.1).view(np.uint8), connectivity=8)
    mass = np.bincount(labels.ravel(), weights=matte.ravel(), minlength=count)
    mass[0] = 0
    kept = mass >= _COMPANION_SHARE * mass.max()
    kept[0] = False
    return np.where(kept[labels], matte, np.float32(0))


def _solid_inside(matte: Map) -> Map:
    body = np.greater(matte, 0.5).view(np.uint8)
    depth = cv2.distanceTransform(body, cv2.DIST_L2, 5)
    return np.maximum(matte, np.clip(depth / _INSIDE - 1, 0, 1)).astype(np.float32)
