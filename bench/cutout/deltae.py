"""How different two colours look: CIE ΔE2000.

Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", Color Research and Application 30, 2005.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Colours = npt.NDArray[np.float64]
"""(N, 3)."""

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""Linear sRGB to CIE XYZ (IEC 61966-2-1)."""

_WHITE = _TO_XYZ.sum(axis=1)
"""What the matrix makes of white, so that greys have no chroma at all."""

_VALUES = np.arange(256) / 255
_LINEAR = np.where(_VALUES <= 0.04045, _VALUES / 12.92, ((_VALUES + 0.055) / 1.055) ** 2.4)

_25_TO_7 = 25.0**7


def lab(pixels: npt.NDArray[np.uint8]) -> Colours:
    """CIE L*a*b* under D65 of (N, 3) uint8 sRGB pixels."""
    ratio = _LINEAR[pixels] @ _TO_XYZ.T / _WHITE
    bent = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = bent.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def difference(one: Colours, other: Colours) -> npt.NDArray[np.float64]:
    """ΔE2000 of (N, 3) L*a*b* colours, pair by pair, with kL = kC = kH = 1. About 1 is just visible.

    Symbols are those of the paper, equations 2 to 22.
    """
    lightness1, lightness2 = one[:, 0], other[:, 0]
    mean_chroma = (np.hypot(one[:, 1], one[:, 2]) + np.hypot(other[:, 1], other[:, 2])) / 2
    g = 0.5 * (1 - _saturating(mean_chroma))
    chroma1, hue1 = _polar(one, g)
    chroma2, hue2 = _polar(other, g)
    coloured = chroma1 * chroma2 > 0

    turn = hue2 - hue1
    turn = np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn))
    turn = np.where(coloured, turn, 0.0)
    d_lightness = lightness2 - lightness1
    d_chroma = chroma2 - chroma1
    d_hue = 2 * np.sqrt(chroma1 * chroma2) * np.sin(np.radians(turn) / 2)

    lightness = (lightness1 + lightness2) / 2
    chroma = (chroma1 + chroma2) / 2
    hue = np.where(coloured, _mean_hue(hue1, hue2), hue1 + hue2)
    t = (
        1
        - 0.17 * _cosine(hue - 30)
        + 0.24 * _cosine(2 * hue)
        + 0.32 * _cosine(3 * hue + 6)
        - 0.20 * _cosine(4 * hue - 63)
    )
    off_middle = (lightness - 50) ** 2
    s_lightness = 1 + 0.015 * off_middle / np.sqrt(20 + off_middle)
    s_chroma = 1 + 0.045 * chroma
    s_hue = 1 + 0.015 * chroma * t
    blue = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    rotation = -np.sin(np.radians(2 * blue)) * 2 * _saturating(chroma)

    by_lightness, by_chroma, by_hue = d_lightness / s_lightness, d_chroma / s_chroma, d_hue / s_hue
    # Rounding can leave a sum of nearly equal colours a hair below 0.
    total = by_lightness**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue
    return np.asarray(np.sqrt(np.maximum(total, 0.0)))


def _polar(colours: Colours, g: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
    """Chroma C' and hue angle h' in degrees, 0..360, with a* stretched by 1 + G."""
    a = (1 + g) * colours[:, 1]
    b = colours[:, 2]
    return np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _mean_hue(hue1: npt.NDArray[np.float64], hue2: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The angle in the middle of the shorter arc between two, in degrees."""
    total = hue1 + hue2
    wraps = np.abs(hue1 - hue2) > 180
    return np.where(wraps, np.where(total < 360, total + 360, total - 360), total) / 2


def _saturating(chroma: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    seventh = chroma**7
    return np.sqrt(seventh / (seventh + _25_TO_7))


def _cosine(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.cos(np.radians(degrees))
