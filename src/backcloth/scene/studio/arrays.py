"""The array types of the studio.

All is numpy and OpenCV. Compiled loops were measured (numba 0.68): lighting a megapixel takes 1 ms instead
of 34, the tone curve 40 instead of 45, but two such kernels cost 0.8 CPU-seconds and 170 MB to compile once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
"""(H, W) float32."""

Radiance = npt.NDArray[np.float32]
"""(H, W, 3) float32, linear light with sRGB primaries; 1 is a white surface under the scene's main light."""

Rgb = tuple[float, float, float]
"""One linear colour, in the units of Radiance."""


def as_field(values: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """The same numbers as float32, which is what the studio computes in; no copy where they are already."""
    return np.asarray(values, np.float32)


def smoothstep(low: float, high: float, x: npt.NDArray[np.floating[Any]]) -> Field:
    """The cubic ramp from 0 at `low` to 1 at `high`; `low` may be the larger. Where they are one, a step."""
    t = np.clip((x - low) / ((high - low) or 1e-6), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def mix(a: Radiance, b: Radiance, share: Field) -> Radiance:
    """`a` where share is 0, `b` where it is 1; share is (H, W)."""
    out = np.subtract(b, a, dtype=np.float32)
    out *= share[..., None]
    out += a
    return out


def rgb(colour: Rgb) -> npt.NDArray[np.float32]:
    """A colour as an array that multiplies (H, W, 3)."""
    return np.asarray(colour, np.float32)


def triple(values: npt.NDArray[np.floating[Any]]) -> Rgb:
    """An array (3,) as a colour."""
    return (float(values[0]), float(values[1]), float(values[2]))
