from __future__ import annotations

import numpy as np
import pytest
from bench.cutout.deltae import difference, lab

PUBLISHED = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0009), 7.1792),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0011), 7.2195),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0011, -2.4900), 4.7461),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]
"""Pairs from table 1 of Sharma, Wu and Dalal (2005), among them those on either side of each branch."""


@pytest.mark.parametrize(("one", "other", "expected"), PUBLISHED)
def test_published_pairs(one: tuple[float, ...], other: tuple[float, ...], expected: float) -> None:
    """The published differences come out to their four digits, whichever colour comes first."""
    first, second = np.array([one]), np.array([other])
    assert difference(first, second)[0] == pytest.approx(expected, abs=5e-5)
    assert difference(second, first)[0] == pytest.approx(expected, abs=5e-5)


def test_lab_of_known_colours() -> None:
    """White, black and the primaries have the L*a*b* values that sRGB gives them under D65."""
    pixels = np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8)
    expected = [
        [100.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [53.24, 80.09, 67.20],
        [87.73, -86.18, 83.18],
        [32.30, 79.19, -107.86],
    ]
    np.testing.assert_allclose(lab(pixels), expected, atol=0.02)


def test_greys_differ_by_lightness_alone() -> None:
    """Two greys have no chroma, so their difference is that of their lightness, weighted as published."""
    one, other = lab(np.array([[119, 119, 119]], np.uint8)), lab(np.array([[136, 136, 136]], np.uint8))
    off_middle = ((one[0, 0] + other[0, 0]) / 2 - 50) ** 2
    weight = 1 + 0.015 * off_middle / (20 + off_middle) ** 0.5
    assert difference(one, other)[0] == pytest.approx((other[0, 0] - one[0, 0]) / weight, abs=1e-6)
