from __future__ import annotations

import numpy as np
import pytest
from bench.cutout.deltae import difference, lab
from bench.cutout.sheet import softest_window
from bench.cutout.truth import BACKGROUNDS, composite_errors, truth_of


def test_composite_error_of_the_truth_and_of_nothing() -> None:
    """The true cut-out has no error; an empty one has, on white, the difference of the subject from white."""
    picture = np.full((60, 80, 3), (10, 90, 160), np.uint8)
    matte = np.zeros((60, 80), np.uint8)
    matte[:, :40] = 255
    truth = truth_of(picture, matte)
    assert composite_errors(np.dstack([picture, matte]), truth) == dict.fromkeys(BACKGROUNDS, 0.0)
    nothing = composite_errors(np.dstack([picture, np.zeros_like(matte)]), truth)
    white, subject = lab(np.array([[255, 255, 255]], np.uint8)), lab(picture[0, :1])
    # Half of the band is subject.
    assert nothing["white"] == pytest.approx(difference(subject, white)[0] / 2)


def test_the_softest_place_is_found() -> None:
    """The window lies over the one soft patch, and is no larger than the picture."""
    matte = np.zeros((200, 300), np.uint8)
    matte[120:140, 200:220] = 128
    rows, columns = softest_window(matte, 50)
    assert rows.start <= 120
    assert rows.stop >= 140
    assert columns.start <= 200
    assert columns.stop >= 220
    assert softest_window(matte[:30, :40], 50) == (slice(0, 30), slice(0, 40))
