"""Small-scale relief: a height field seen under a slanting light."""

from __future__ import annotations

import numpy as np

from backcloth.scene.studio.arrays import Field, as_field


def relief(height: Field, strength: float, side: float = -1.0) -> Field:
    """How much brighter or darker each texel is for its slope.

    Args:
        height: (T, T) periodic height, any unit with variance about 1.
        strength: Share of brightness that a slope of 1 a texel changes.
        side: -1 for light from the left, 1 from the right; it also comes a little from behind.

    Returns:
        (T, T) factor around 1, never below 0.15.
    """
    along_x = np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)
    along_y = np.roll(height, -1, axis=0) - np.roll(height, 1, axis=0)
    slope = side * 0.5 * along_x + 0.35 * along_y
    return as_field(np.maximum(1.0 - np.float32(strength) * slope, 0.15))
