from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from backcloth.cutout.edge import refine_edge
from backcloth.cutout.u2net import SIDE, thumbnail_of


def coarse_of(matte: npt.NDArray[np.float32], blur: float) -> npt.NDArray[np.float32]:
    """A network's view of a true matte: small and soft."""
    small = cv2.resize(matte, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), blur), np.float32)


def striped_subject(
    front: tuple[int, int, int], back: tuple[int, int, int]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """A block whose upper edge has teeth that no 320-pixel map can show."""
    matte = np.zeros((900, 1200), np.float32)
    matte[300:, 200:1000] = 1
    matte[285:300, 200:1000:6] = 1
    matte[285:300, 201:1000:6] = 1
    matte[285:300, 202:1000:6] = 1
    picture = np.array(back) + matte[..., None] * (np.array(front) - np.array(back))
    return picture.astype(np.uint8), matte


def test_the_edge_follows_the_colours() -> None:
    """Detail finer than the coarse matte comes back where subject and background differ in colour."""
    picture, matte = striped_subject((200, 60, 40), (40, 120, 200))
    coarse = coarse_of(matte, 2)
    refined = refine_edge(picture, thumbnail_of(picture), coarse)
    enlarged = np.clip(cv2.resize(coarse, (1200, 900), interpolation=cv2.INTER_CUBIC), 0, 1)
    band = np.s_[280:320, 240:960]
    assert np.abs(refined - matte)[band].mean() < 0.3 * np.abs(enlarged - matte)[band].mean()


def test_equal_colours_leave_the_coarse_matte() -> None:
    """Where both sides look alike, colour says nothing and the network's word stands."""
    picture, matte = striped_subject((120, 120, 120), (120, 120, 120))
    coarse = coarse_of(matte, 2)
    refined = refine_edge(picture, thumbnail_of(picture), coarse)
    enlarged = np.clip(cv2.resize(coarse, (1200, 900), interpolation=cv2.INTER_CUBIC), 0, 1)
    assert np.abs(refined - enlarged).max() < 0.03


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_or_nothing_stays(value: float) -> None:
    """A matte without an edge is not touched."""
    picture = np.full((90, 70, 3), 99, np.uint8)
    refined = refine_edge(picture, thumbnail_of(picture), np.full((SIDE, SIDE), value, np.float32))
    assert refined.shape == (90, 70)
    assert (refined == value).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (700, 3), (320, 320)])
def test_odd_sizes(shape: tuple[int, int]) -> None:
    """Any picture size works, and the result is coverage at that size."""
    picture = np.random.Generator(np.random.PCG64(2)).integers(0, 256, (*shape, 3), dtype=np.uint8)
    coarse = coarse_of(np.eye(320, dtype=np.float32), 20) * 10
    refined = refine_edge(picture, thumbnail_of(picture), np.clip(coarse, 0, 1))
    assert refined.shape == shape
    assert refined.dtype == np.float32
    assert refined.min() >= 0
    assert refined.max() <= 1
