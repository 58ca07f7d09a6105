"""Levels the steps of tone between pieces of a picture, and between them and what is around them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field

_STEPS = 160
"""Steps of conjugate gradients at most."""

_DONE = 1e-2
"""Squared residue, summed over the picture in 8-bit steps, that ends them."""


def level_steps(picture: Field, pieces: npt.NDArray[np.intp]) -> Field:
    """What to add so that tone runs over the seams without a step: (h, w, 3), 0 where `pieces` is negative.

    Inside a piece gradients stay as they are, across a seam they vanish, in the sense of least squares.

    Args:
        picture: (h, w, 3), in 8-bit steps.
        pieces: (h, w) number of the piece each point is from; negative for what is around the hole.
    """
    across = np.where((pieces[:, 1:] != pieces[:, :-1])[..., None], picture[:, :-1] - picture[:, 1:], 0.0)
    down = np.where((pieces[1:] != pieces[:-1])[..., None], picture[:-1] - picture[1:], 0.0)
    inner = (pieces >= 0)[..., None].astype(np.float32)
    residue = _gather(across, down) * inner
    found, heading = np.zeros_like(residue), residue.copy()
    size = np.square(residue).sum(axis=(0, 1))
    for _ in range(_STEPS):
        if float(size.max()) < _DONE:
            break
        turned = _gather(heading[:, 1:] - heading[:, :-1], heading[1:] - heading[:-1]) * inner
        stride = size / np.maximum((heading * turned).sum(axis=(0, 1)), 1e-9)
        found += stride * heading
        residue -= stride * turned
        after = np.square(residue).sum(axis=(0, 1))
        heading = residue + after / np.maximum(size, 1e-9) * heading
        size = after
    return found


def _gather(across: Field, down: Field) -> Field:
    """Steps to the right and downwards, summed at the points that they lie between."""
    out = np.zeros((down.shape[0] + 1, down.shape[1], 3), np.float32)
    out[:, 1:] += across
    out[:, :-1] -= across
    out[1:] += down
    out[:-1] -= down
    return out
