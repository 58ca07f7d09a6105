from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.cutout.openings import openings

SIDE = 320
HOLE = np.s_[150:170, 150:170]


def body(value: float, hole: tuple[slice, slice] = HOLE) -> npt.NDArray[np.float32]:
    """A map of a square subject with one value in a part of it."""
    result = np.zeros((SIDE, SIDE), np.float32)
    result[100:220, 100:220] = 1
    result[hole] = value
    return result


def test_an_empty_enclosed_part_is_an_opening() -> None:
    """The opening is found, whole, and nothing else is."""
    expected = np.zeros((SIDE, SIDE), bool)
    expected[HOLE] = True
    assert np.array_equal(openings(body(0)), expected)


@pytest.mark.parametrize(
    ("value", "hole"),
    [
        (0.45, HOLE),
        (0.0, np.s_[100:170, 150:170]),
        (0.0, np.s_[150:152, 150:152]),
    ],
    ids=["ghost", "open to the outside", "pinhole"],
)
def test_other_parts_are_none(value: float, hole: tuple[slice, slice]) -> None:
    """A half-seen patch, a bay in the outline and a pinhole are no openings."""
    assert not openings(body(value, hole)).any()


def test_what_touches_the_frame_is_no_opening() -> None:
    """A subject that fills the frame around an empty strip at its edge encloses nothing."""
    fine = np.ones((SIDE, SIDE), np.float32)
    fine[100:200, :40] = 0
    assert not openings(fine).any()
