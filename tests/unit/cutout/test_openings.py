from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.cutout.openings import openings

SIDE = 320
HOLE = np.s_[150:170, 150:170]
NOTHING_SAID = np.zeros((SIDE, SIDE), np.float32)


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
    assert np.array_equal(openings(body(0), NOTHING_SAID), expected)


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
    assert not openings(body(value, hole), NOTHING_SAID).any()


def test_what_touches_the_frame_is_no_opening() -> None:
    """A subject that fills the frame around an empty strip at its edge encloses nothing."""
    fine = np.ones((SIDE, SIDE), np.float32)
    fine[100:200, :40] = 0
    assert not openings(fine, NOTHING_SAID).any()


@pytest.mark.parametrize(("said", "opens"), [(-2.0, True), (-0.5, False), (2.0, False)])
def test_colours_decide_on_a_half_empty_part(*, said: float, opens: bool) -> None:
    """What a map shows by half is an opening if the colours in it are clearly the background's."""
    evidence = np.full((SIDE // 2, SIDE // 2), said, np.float32)
    assert openings(body(0.2), evidence)[HOLE].all() == opens
    assert not openings(body(0.45), evidence).any()
