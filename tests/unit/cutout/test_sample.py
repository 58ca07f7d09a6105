from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from backcloth.cutout.sample import portions, sample


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4)])
def test_equals_enlarging_the_whole_map(shape: tuple[int, ...]) -> None:
    """Sampled values are those of a bilinear enlargement, to the precision of the look-up."""
    small = np.random.Generator(np.random.PCG64(3)).random(shape, np.float32)
    whole = cv2.resize(small, (91, 64), interpolation=cv2.INTER_LINEAR)
    pixels = np.arange(0, 64 * 91, 5)
    found = sample(small, pixels, (91, 64))
    assert found.shape == (pixels.size, *shape[2:])
    assert np.abs(found - whole.reshape(-1, *shape[2:])[pixels]).max() < 0.02


def test_more_points_than_one_row_holds() -> None:
    """A whole megapixel can be asked for at once."""
    ramp = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (64, 1))
    found = sample(ramp, np.arange(1024 * 1024), (1024, 1024)).reshape(1024, 1024)
    assert (np.diff(found[500]) >= 0).all()
    assert np.array_equal(found[0], found[1023])


def test_portions_cover_everything_once() -> None:
    """The slices follow each other without gap or overlap, for none, one and many portions."""
    for count in (0, 5, 1 << 20, (5 << 20) + 3):
        covered = [(part.start, min(part.stop, count)) for part in portions(count)]
        assert sum(stop - start for start, stop in covered) == count
        assert all(before[1] == after[0] for before, after in pairwise(covered))
