from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.cutout.veto import veto

Map = npt.NDArray[np.float32]

SIDE = 200


def gate() -> Map:
    """What a coarse network sees: a gate in the left half, at a quarter of the fine map's size."""
    seen = np.zeros((50, 50), np.float32)
    seen[10:40, 5:20] = 1
    return seen


def fine(*parts: tuple[slice, slice]) -> Map:
    """The gate in the fine map, with soft outlines, and further parts."""
    seen = np.zeros((SIDE, SIDE), np.float32)
    seen[40:160, 20:80] = 1
    for part in parts:
        seen[part] = 1
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), 0.8), np.float32)


POST = (slice(40, 160), slice(140, 160))
CHAIN = (slice(60, 64), slice(70, 140))


def test_a_post_on_a_chain_is_left_out() -> None:
    """What only the fine network sees and a thread joins to the subject goes, all but its faintest fringe."""
    kept = veto(fine(POST, CHAIN), gate())
    assert kept[:, 100:].max() <= 0.04
    assert np.array_equal(kept[:, :70], fine()[:, :70])


def test_what_stands_apart_unseen_is_left_out() -> None:
    """Without any chain it goes likewise."""
    assert veto(fine(POST), gate())[:, 100:].max() <= 0.04


def test_a_tail_stays() -> None:
    """A part as large that hangs on by its whole width stays, though the coarse network missed it."""
    with_tail = fine((slice(60, 90), slice(70, 160)))
    assert np.array_equal(veto(with_tail, gate()), with_tail)


def test_an_antenna_stays() -> None:
    """A thin part reaches as far, but is little beside its bearer."""
    with_antenna = fine((slice(60, 63), slice(70, 180)))
    assert np.array_equal(veto(with_antenna, gate()), with_antenna)


def test_what_the_coarse_network_half_sees_stays() -> None:
    """The fine network is believed wherever the coarse one has a suspicion."""
    coarse, posted = gate(), fine(POST, CHAIN)
    coarse[8:42, 33:42] = 0.2
    assert veto(posted, coarse)[60:140, 142:158].min() > 0.9


def test_without_a_coarse_subject_nothing_is_left_out() -> None:
    """Of a glass that only the fine network finds, all stays."""
    alone = fine(POST)
    assert veto(alone, np.zeros((50, 50), np.float32)) is alone
