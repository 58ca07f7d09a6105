from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.cutout.closer import look_closer
from backcloth.cutout.spec import NetworkSpec

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

SIDE = 100


class Reading:
    """Stands where a network stands: its map is the red of its thumbnail. Remembers what it was shown."""

    spec = NetworkSpec((SIDE, SIDE))

    def __init__(self) -> None:
        self.shown: list[Pixels] = []

    def map(self, thumbnail: Pixels) -> Map:
        """See Network."""
        self.shown.append(thumbnail)
        return np.asarray(thumbnail[..., 0] / np.float32(255), np.float32)


def disc(width: int, height: int, radius: int) -> Pixels:
    """A red disc at (0.6, 0.5) of a black picture."""
    down, across = np.mgrid[0:height, 0:width]
    inside = np.hypot(across + 0.5 - 0.6 * width, down + 0.5 - 0.5 * height) < radius
    return np.where(inside[..., None], np.array([255, 0, 0]), 0).astype(np.uint8)


@pytest.mark.parametrize("size", [(400, 400), (600, 300)])
def test_a_small_subject_is_seen_in_its_place(size: tuple[int, int]) -> None:
    """The network is shown the subject larger, and what it says comes back to the pixels it is about."""
    picture, network = disc(*size, 40), Reading()
    first = np.asarray(network.spec.thumbnail(picture)[..., 0] / np.float32(255), np.float32)
    second = look_closer(picture, first, first, network)
    assert second.shape == first.shape
    assert second.dtype == np.float32
    assert (network.shown[0][..., 0] > 127).mean() > 2 * (first > 0.5).mean()
    assert np.abs(second - first).mean() < 0.005
    down, across = np.nonzero(second > 0.5)
    assert across.mean() + 0.5 == pytest.approx(60, abs=0.3)
    assert down.mean() + 0.5 == pytest.approx(50, abs=0.3)


def test_the_first_look_stands_around_the_subject() -> None:
    """What lies outside the box is as the whole view showed it."""
    picture, network = disc(400, 400, 40), Reading()
    first = np.full((SIDE, SIDE), 0.25, np.float32)
    coarse = np.asarray(network.spec.thumbnail(picture)[..., 0] / np.float32(255), np.float32)
    second = look_closer(picture, first, coarse, network)
    assert (second[:25] == 0.25).all()
    assert (second[:, :40] == 0.25).all()
    assert second[45:55, 55:65].min() > 0.9


@pytest.mark.parametrize("radius", [0, 180])
def test_no_second_look_without_need(radius: int) -> None:
    """Without a subject, or with one that fills the frame, the network is not asked again."""
    picture, network = disc(400, 400, radius), Reading()
    first = np.asarray(network.spec.thumbnail(picture)[..., 0] / np.float32(255), np.float32)
    assert look_closer(picture, first, first, network) is first
    assert not network.shown
