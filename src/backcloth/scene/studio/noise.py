"""Periodic random fields: the stuff that stone, wood, sand and clouds are made of."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field

_FINEST = 5.0
"""Texels that the shortest wave needs; coarser fields are drawn from fewer numbers."""

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
    even: bool = False,
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
        even: The field is grain so even that it may repeat within the tile unseen; a quarter is made.
    """
    if even and size % 64 == 0 and longest * stretch < size / 8:
        quarter = noise(rng, size // 2, longest, shortest, slope=slope, stretch=stretch)
        return np.tile(quarter, (2, 2))
    shortest = max(shortest, _SHORTEST)
    longest = max(longest, 1.8 * shortest)
    small = size
    while small >= 64 and shortest * small / size > 2 * _FINEST and small % 4 == 0:
        small //= 2
    white = rng.standard_normal((2, small, small // 2 + 1), dtype=np.float32)
    down = np.fft.fftfreq(small).astype(np.float32)[:, None]
    over = np.fft.rfftfreq(small).astype(np.float32)[None, :]
    square = (np.square(over * np.float32(stretch)) + np.square(down)) * np.float32((small / size) ** 2)
    square[0, 0] = 1.0
    shape = np.power(square, np.float32(-0.5 * slope))
    shape /= (1.0 + np.square(np.float32(longest**-2) / square)) * (
        1.0 + np.square(square * np.float32(shortest**2))
    )
    shape[0, 0] = 0.0
    waves = np.fft.irfft2(_widened((white[0] + 1j * white[1]) * shape, size), s=(size, size))
    return as_field(waves / max(float(waves.std()), 1e-12))


def _widened(spectrum: npt.NDArray[np.complex64], size: int) -> npt.NDArray[np.complex64]:
    """The spectrum of a small field with zeros for the higher waves of a larger one.

    Made so, a coarse field is smooth in its slopes too, which enlarging it would not give: relief would
    show the small field's grid.
    """
    small, half = spectrum.shape[0], spectrum.shape[0] // 2
    if small == size:
        return spectrum
    wide = np.zeros((size, size // 2 + 1), np.complex64)
    wide[:half, :half] = spectrum[:half, :half]
    wide[-half + 1 :, :half] = spectrum[half + 1 :, :half]
    return wide


def warp(field: Field, shift_x: Field | float, shift_y: Field | float) -> Field:
    """The periodic field looked up at positions moved by (shift_x, shift_y) texels."""
    size = field.shape[0]
    axis = np.arange(size, dtype=np.float32)
    x = as_field(np.ascontiguousarray(np.broadcast_to(axis[None, :] + shift_x, field.shape)))
    y = as_field(np.ascontiguousarray(np.broadcast_to(axis[:, None] + shift_y, field.shape)))
    return as_field(cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))
