from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from backcloth.cutout.foreground import estimate_foreground


def soft_disc(size: int, blur: float) -> tuple[Any, Any]:
    """A red disc with a wide soft edge on green: the picture and its matte."""
    sharp = cv2.circle(np.zeros((size, size), np.uint8), (size // 2, size // 2), size // 4, 255, -1)
    matte = np.asarray(cv2.GaussianBlur(sharp, (0, 0), blur), np.uint8)
    weight = matte[..., None] / 255
    picture = np.array([220, 30, 40]) * weight + np.array([20, 200, 60]) * (1 - weight)
    return np.rint(picture).astype(np.uint8), matte


@pytest.mark.parametrize(("size", "blur"), [(200, 1.5), (900, 6)])
def test_the_old_background_leaves_the_edge(size: int, blur: float) -> None:
    """Along a soft edge the estimate is the subject's red and no longer mixed with green."""
    picture, matte = soft_disc(size, blur)
    foreground = estimate_foreground(picture, matte).astype(int)
    edge = (matte > 40) & (matte < 255)
    before = np.abs(picture[edge].astype(int) - (220, 30, 40)).mean()
    after = np.abs(foreground[edge] - (220, 30, 40)).mean()
    assert before > 30
    assert after < 6


def test_only_mixed_pixels_change() -> None:
    """Pixels that are all subject or all background keep their value, and the input is not written to."""
    picture, matte = soft_disc(300, 4)
    copy = picture.copy()
    foreground = estimate_foreground(picture, matte)
    settled = (matte == 0) | (matte == 255)
    assert np.array_equal(foreground[settled], picture[settled])
    assert np.array_equal(picture, copy)
    assert not np.array_equal(foreground, picture)


@pytest.mark.parametrize("value", [0, 255])
def test_nothing_mixed_nothing_to_do(value: int) -> None:
    """A matte without soft pixels gives the picture itself."""
    picture = np.full((20, 30, 3), 50, np.uint8)
    assert estimate_foreground(picture, np.full((20, 30), value, np.uint8)) is picture


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (400, 2)])
def test_odd_sizes_with_soft_pixels_only(shape: tuple[int, int]) -> None:
    """A picture without any sure pixel still gives finite colours."""
    picture = np.full((*shape, 3), 77, np.uint8)
    foreground = estimate_foreground(picture, np.full(shape, 128, np.uint8))
    assert foreground.shape == picture.shape
    assert np.abs(foreground.astype(int) - 77).max() <= 1
