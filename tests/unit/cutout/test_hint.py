from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.cutout.hint import follow_hint
from backcloth.cutout.spec import NetworkSpec

Pixels = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

SIDE = 100


class Wavering:
    """Stands where a network stands: sees red, faintly until a tenth of what it is shown is red.

    Args:
        fickle: Whether it then takes the left half of what is red, whichever way round it is shown.
    """

    spec = NetworkSpec((SIDE, SIDE))

    def __init__(self, *, fickle: bool) -> None:
        self.fickle = fickle
        self.shown = 0

    def map(self, thumbnail: Pixels) -> Map:
        """See Network."""
        self.shown += 1
        red = thumbnail[..., 0] > 127
        if red.mean() < 0.1:
            return np.asarray(0.3 * red, np.float32)
        if self.fickle:
            red[:, int(np.flatnonzero(red.any(axis=0)).mean()) :] = False
        return red.astype(np.float32)


def spot(width: int, height: int) -> Pixels:
    """A small red rectangle right of the middle of a black picture."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[height * 4 // 10 : height * 5 // 10, width * 6 // 10 : width * 7 // 10, 0] = 255
    return picture


@pytest.mark.parametrize("size", [(400, 400), (600, 300)])
def test_what_is_seen_twice_when_shown_larger_counts(size: tuple[int, int]) -> None:
    """A spot that was faint in the whole view stands in its place once two larger looks agree."""
    picture, network = spot(*size), Wavering(fickle=False)
    first = network.map(network.spec.thumbnail(picture))
    found = follow_hint(picture, first, network)
    assert found.shape == first.shape
    assert found.dtype == np.float32
    assert np.abs(found - first / 0.3).mean() < 0.005
    assert found[42:48, 62:68].min() > 0.99


def test_what_the_mirror_image_contradicts_does_not_count() -> None:
    """A network that sees another half of the spot in its mirror image has seen nothing."""
    picture, network = spot(400, 400), Wavering(fickle=True)
    first = network.map(network.spec.thumbnail(picture))
    assert follow_hint(picture, first, network) is first
    assert network.shown == 4


def test_where_nothing_is_hinted_at_nothing_is_looked_at() -> None:
    """An empty map costs the mirrored look and no closer one."""
    picture, network = np.zeros((200, 200, 3), np.uint8), Wavering(fickle=False)
    first = network.map(network.spec.thumbnail(picture))
    assert follow_hint(picture, first, network) is first
    assert network.shown == 2
