"""Periodic random fields: the stuff that stone, wood, sand and clouds are made of."""

from __future__ import annotations

import cv2
import numpy as np

from backcloth.scene.studio.arrays import Field, as_field

_FINEST = 5.0
"""Texels that the shortest wave needs; coarser fields are made small and enlarged."""

_SHORTEST = 2.6
"""Texels of the shortest wave ever made: anything nearer to 2 turns into a chequerboard when enlarged."""


def noise(
    rng: np.random.Generator,
    size: int,
    longest: float,
    shortest: float,
    *,
    slope: float = 1.0,
    stretch: float = 1.0,
) -> Field:
    """A (size, size) periodic Gaussian field with mean 0 and variance 1, made by spectral synthesis.

    White complex noise is shaped in the frequency domain (Saupe, in Peitgen & Saupe, The Science of
    Fractal Images, 1988, §2.4) and transformed back.

    Args:
        rng: Source of randomness.
        size: Side of the square tile, in texels.
        longest: Longest wave, in texels.
        shortest: Shortest wave, in texels.
        slope: Amplitude falls with frequency to this power; 0 is even, 1 cloudy, 2 very smooth.
        stretch: How many times longer the waves are along x than along y.
    """
    shortest = max(shortest, _SHORTEST)
    longest = max(longest, 1.8 * shortest)
    small = size
    while small >= 64 and shortest * small / size > 2 * _FINEST and small % 2 == 0:
        small //= 2
    scale = size / small
    white = rng.standard_normal((2, small, small), dtype=np.float32)
    spectrum = white[0] + 1j * white[1]
    axis = np.fft.fftfreq(small).astype(np.float32)
    frequency = np.sqrt((axis[None, :] * np.float32(stretch)) ** 2 + axis[:, None] ** 2) / scale
    low, high = 1.0 / longest, 1.0 / shortest
    safe = np.maximum(frequency, 1e-9)
    shape = safe**-slope / (1.0 + (low / safe) ** 4) / (1.0 + (safe / high) ** 4)
    shape[0, 0] = 0.0
    waves = np.fft.ifft2(spectrum * shape.astype(np.float32)).real
    field = as_field(waves / max(float(waves.std()), 1e-12))
    return field if small == size else enlarge(field, size)


def enlarge(field: Field, size: int) -> Field:
    """A periodic field at a larger size, bicubic, still periodic."""
    factor = size // field.shape[0]
    padded = cv2.copyMakeBorder(field, 4, 4, 4, 4, cv2.BORDER_WRAP)
    large = cv2.resize(padded, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    rim = 4 * factor
    return as_field(np.ascontiguousarray(large[rim : rim + size, rim : rim + size]))


def warp(field: Field, shift_x: Field, shift_y: Field) -> Field:
    """The periodic field looked up at positions moved by (shift_x, shift_y) texels."""
    size = field.shape[0]
    axis = np.arange(size, dtype=np.float32)
    x, y = axis[None, :] + shift_x, axis[:, None] + shift_y
    return as_field(cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))
