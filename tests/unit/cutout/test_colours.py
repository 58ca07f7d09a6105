from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from backcloth.cutout.colours import tell, weigh_colours

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

SIDE = 320
NOWHERE = np.zeros((SIDE, SIDE), bool)


def square(begin: int, end: int, side: int = SIDE) -> Map:
    """A square of coverage 1 with a soft outline, as networks draw it."""
    body = np.zeros((side, side), np.float32)
    body[begin:end, begin:end] = 1
    return np.asarray(cv2.GaussianBlur(body, (0, 0), 1.5 * side / SIDE), np.float32)


def photo(subject: tuple[int, int, int], wall: tuple[int, int, int], side: int = SIDE) -> Pixels:
    """A noisy square of one colour, from a quarter to three quarters of each side, before another colour."""
    picture = np.full((side, side, 3), wall, np.float32)
    quarter = side // 4
    picture[quarter:-quarter, quarter:-quarter] = subject
    noise = np.random.Generator(np.random.PCG64(1)).normal(0, 6, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def misplaced(coarse: Map, true: Map) -> int:
    """Pixels on the wrong side of the outline."""
    return int(np.count_nonzero((coarse > 0.5) ^ (true > 0.5)))


def weighed_at_its_size(coarse: Map, picture: Pixels, openings: npt.NDArray[np.bool_]) -> Map:
    """The weighed matte brought back to the coarse one's size."""
    weighed = weigh_colours(coarse, picture, openings)
    return np.asarray(cv2.resize(weighed, coarse.shape[::-1], interpolation=cv2.INTER_AREA), np.float32)


@pytest.mark.parametrize(("side", "size"), [(SIDE, 640), (640, 640), (800, 800)])
def test_colours_are_weighed_in_pixels_enough(side: int, size: int) -> None:
    """A matte comes back at its own size, or at 640 pixels where it has fewer."""
    coarse = square(side // 4, side - side // 4, side)
    openings = np.zeros((side, side), bool)
    weighed = weigh_colours(coarse, photo((180, 60, 40), (60, 90, 160), 900), openings)
    assert weighed.shape == (size, size)


@pytest.mark.parametrize("side", [SIDE, 2 * SIDE])
@pytest.mark.parametrize("off", [-3, 3])
def test_an_outline_beside_the_edge_moves_to_it(off: int, side: int) -> None:
    """A square drawn three pixels too small or too large goes most of the way to the colours' edge."""
    quarter, off = side // 4, off * side // SIDE
    true = square(quarter, side - quarter, side)
    coarse = square(quarter - off, side - quarter + off, side)
    weighed = weighed_at_its_size(
        coarse, photo((180, 60, 40), (60, 90, 160), side), np.zeros((side, side), bool)
    )
    assert weighed.shape == coarse.shape
    assert weighed.dtype == np.float32
    assert weighed.min() >= 0
    assert weighed.max() <= 1
    assert misplaced(weighed, true) < misplaced(coarse, true) / 2


def test_sides_of_one_colour_move_nothing() -> None:
    """Where both sides look alike, the network's outline stays within a pixel."""
    coarse = square(77, 243)
    weighed = weighed_at_its_size(coarse, photo((120, 120, 120), (120, 120, 120)), NOWHERE)
    assert np.abs(weighed - coarse).mean() < 0.01
    assert misplaced(weighed, coarse) < 2 * 4 * 166


def test_colours_are_not_asked_far_from_the_outline() -> None:
    """A patch of the background's colour deep in the subject, and the reverse, stay what they are."""
    picture = photo((180, 60, 40), (60, 90, 160))
    picture[150:170, 150:170] = (60, 90, 160)
    picture[10:30, 10:30] = (180, 60, 40)
    weighed = weighed_at_its_size(square(80, 240), picture, NOWHERE)
    assert weighed[150:170, 150:170].min() > 0.99
    assert weighed[10:30, 10:30].max() < 0.01


def test_an_undecided_region_follows_its_colour() -> None:
    """What a network sees by half belongs to the side whose colour it has."""
    picture = photo((180, 60, 40), (60, 90, 160))
    coarse = square(80, 240)
    coarse[140:180, 140:180] = 0.5
    coarse[20:60, 140:180] = 0.5
    weighed = weighed_at_its_size(coarse, picture, NOWHERE)
    assert weighed[145:175, 145:175].mean() > 0.9
    assert weighed[25:55, 145:175].mean() < 0.1


def test_an_opening_is_not_filled() -> None:
    """A slit that a network shows stays open though the subject's colour is in it; one it doubts fills."""
    picture, coarse = photo((180, 60, 40), (60, 90, 160)), square(80, 240)
    coarse[130:190, 150:160] = 0.3
    slit = np.zeros((SIDE, SIDE), bool)
    slit[130:190, 150:160] = True
    assert weighed_at_its_size(coarse, picture, NOWHERE)[135:185, 152:158].mean() > 0.5
    assert weighed_at_its_size(coarse, picture, slit)[135:185, 152:158].max() <= 0.3


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_without_an_outline_nothing_changes(value: float) -> None:
    """A matte that is all empty or all full has no outline to move."""
    coarse = np.full((SIDE, SIDE), value, np.float32)
    picture = photo((180, 60, 40), (60, 90, 160))
    assert np.array_equal(weighed_at_its_size(coarse, picture, NOWHERE), coarse)


def test_colours_tell_the_sides_apart() -> None:
    """A patch of the background's colour in the subject is told to be background, what is around it not."""
    picture = photo((180, 60, 40), (60, 90, 160))
    picture[85:105, 150:170] = (60, 90, 160)
    told = tell(square(80, 240), picture)
    assert told.shape == (SIDE, SIDE)
    assert np.median(told[87:103, 152:168]) < -1
    assert np.median(told[50:75, 50:270]) < -1
    assert np.median(told[110:235, 85:235]) > 1
