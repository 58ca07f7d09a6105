from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.cutout.lift import lift

Map = npt.NDArray[np.float32]


def disc(side: int, radius: float) -> Map:
    """A disc of 1 in the middle of a square of 0."""
    picture = np.zeros((side, side), np.uint8)
    cv2.circle(picture, (side // 2, side // 2), round(radius), 1, -1)
    return picture.astype(np.float32)


FINE, COARSE = disc(512, 150), disc(160, 47)
NO_OPENING = np.zeros((512, 512), bool)


def test_ghosts_inside_a_body_become_solid() -> None:
    """A half-seen patch well inside the coarse subject is filled, and nothing outside it appears."""
    fine = FINE.copy()
    fine[220:300, 220:300] = 0.4
    lifted = lift(fine, COARSE, NO_OPENING)
    assert lifted[230:290, 230:290].min() > 0.95
    assert lifted[disc(512, 160) == 0].max() < 1e-3


def test_an_opening_stays_open() -> None:
    """What is told to be an opening is not filled, however solid the coarse map is there; else it is."""
    fine = FINE.copy()
    fine[240:280, 220:300] = 0
    opening = NO_OPENING.copy()
    opening[240:280, 220:300] = True
    assert not lift(fine, COARSE, opening)[242:278, 222:298].any()
    assert lift(fine, COARSE, NO_OPENING)[242:278, 222:298].min() > 0.95


def test_a_thin_gap_stays_open() -> None:
    """A slit narrower than the losses that are made good is left as it is, half seen or not."""
    fine = FINE.copy()
    fine[120:380, 255:257] = 0.3
    assert np.allclose(lift(fine, COARSE, NO_OPENING)[130:370, 255:257], 0.3)


def test_the_fine_outline_is_kept() -> None:
    """A coarse map whose outline lies a little further out moves the fine one by 1 % of the side at most."""
    lifted = lift(FINE, disc(160, 48), NO_OPENING)
    assert (lifted >= FINE).all()
    assert lifted[disc(512, 155) == 0].max() < 0.5


def test_a_part_that_the_fine_network_missed_comes_back() -> None:
    """A quarter of the subject that the fine map lost is taken from the coarse one."""
    fine = FINE.copy()
    fine[256:, 256:] = 0
    assert lift(fine, COARSE, NO_OPENING)[270:340, 270:340].min() > 0.95
