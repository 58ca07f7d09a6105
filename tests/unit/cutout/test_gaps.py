from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.cutout.clean import clean
from backcloth.cutout.gaps import open_gaps

WALL = (204, 203, 200)
WOOD = (150, 90, 50)
GAP = np.s_[130:190, 150:164]
"""A slit of 60 by 14 pixels in the middle of the panel."""


@pytest.fixture
def panel() -> npt.NDArray[np.uint8]:
    """A wooden panel before a wall, at the networks' size, with a slit that shows the wall."""
    picture = np.full((320, 320, 3), WALL, np.uint8)
    picture[100:220, 100:220] = WOOD
    picture[GAP] = WALL
    return picture


def saliency(*, slit: bool) -> Any:
    """A network's map of the panel, with or without its slit."""
    result = np.zeros((320, 320), np.float32)
    result[100:220, 100:220] = 1
    if slit:
        result[GAP] = 0
    return result


def opened(picture: npt.NDArray[np.uint8], *maps: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The coarse matte of maps that are joined as a preset joins them."""
    return open_gaps(clean(np.maximum.reduce(maps)), list(maps), picture)


def test_a_gap_that_one_network_closed_opens(panel: npt.NDArray[np.uint8]) -> None:
    """Where one network sees a slit and the wall's colour is in it, it is background; the panel stays."""
    matte = opened(panel, saliency(slit=False), saliency(slit=True))
    assert (matte[GAP] == 0).all()
    assert (matte[100:125, 100:220] == 1).all()
    assert (matte[130:190, 165:220] == 1).all()


def test_a_gap_that_no_network_saw_stays_closed(panel: npt.NDArray[np.uint8]) -> None:
    """Colour alone opens nothing: white print on a shirt is not a hole."""
    assert (opened(panel, saliency(slit=False))[GAP] == 1).all()


@pytest.mark.parametrize(
    "colour", [(188, 187, 184), (150, 90, 50), (20, 20, 20)], ids=["a shade darker", "wood", "black"]
)
def test_another_colour_stays_subject(panel: npt.NDArray[np.uint8], colour: tuple[int, int, int]) -> None:
    """What differs from the background nearby is subject, whatever one network says."""
    panel[GAP] = colour
    assert (opened(panel, saliency(slit=False), saliency(slit=True))[GAP] == 1).all()


def test_a_textured_hole_stays_subject(panel: npt.NDArray[np.uint8]) -> None:
    """A region of the background's mean colour that is not as plain is subject: a printed label."""
    noise = np.random.Generator(np.random.PCG64(5)).integers(-40, 41, (60, 14, 1))
    panel[GAP] = np.clip(panel[GAP] + noise, 0, 255)
    assert (opened(panel, saliency(slit=False), saliency(slit=True))[GAP] == 1).all()


def test_a_subject_of_the_walls_colour_stays_whole(panel: npt.NDArray[np.uint8]) -> None:
    """A white shirt before a white wall keeps what one network drops."""
    panel[100:220, 100:220] = WALL
    panel[100:115, 100:220] = WOOD
    assert (opened(panel, saliency(slit=False), saliency(slit=True))[GAP] == 1).all()


def test_a_wide_region_stays_subject(panel: npt.NDArray[np.uint8]) -> None:
    """A region wider than gaps are is taken for a part that one network dropped."""
    wide = saliency(slit=False)
    wide[130:190, 130:190] = 0
    panel[130:190, 130:190] = WALL
    assert (opened(panel, saliency(slit=False), wide)[130:190, 130:190] == 1).all()


def test_a_region_open_to_the_outside_stays_subject(panel: npt.NDArray[np.uint8]) -> None:
    """Only what the subject encloses is a gap."""
    notched = saliency(slit=True)
    notched[:190, 150:164] = 0
    assert (opened(panel, saliency(slit=False), notched)[GAP] == 1).all()


def test_nothing_stays_nothing(panel: npt.NDArray[np.uint8]) -> None:
    """An empty coarse matte has no gaps."""
    assert not open_gaps(np.zeros((320, 320), np.float32), [saliency(slit=True)], panel).any()
