from __future__ import annotations

import numpy as np
import pytest

from backcloth.cutout.spec import NetworkSpec


def test_a_thumbnail_has_the_networks_size() -> None:
    """Photos larger and smaller than the network are squeezed into it, width before height."""
    spec = NetworkSpec((96, 64))
    for shape in ((200, 300, 3), (20, 30, 3), (20, 300, 3)):
        thumbnail = spec.thumbnail(np.full(shape, 7, np.uint8))
        assert thumbnail.shape == (64, 96, 3)
        assert thumbnail.dtype == np.uint8
        assert (thumbnail == 7).all()


def test_enlarging_does_not_leave_blocks() -> None:
    """A photo smaller than the network becomes a smooth thumbnail."""
    ramp = np.repeat(np.arange(0, 160, 10, dtype=np.uint8)[None, :, None], 3, axis=2).repeat(16, axis=0)
    enlarged = NetworkSpec((64, 64)).thumbnail(ramp)[32, :, 0].astype(int)
    assert np.diff(enlarged).max() <= 4


def test_colours_are_brought_to_what_the_network_knows() -> None:
    """Channels come first, and each is scaled by its own mean and deviation."""
    spec = NetworkSpec((2, 2), mean=(0.5, 0, 0), std=(0.5, 1, 2))
    thumbnail = np.array([[[255, 51, 102], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]], np.uint8)
    batch = spec.batch(thumbnail)
    assert batch.shape == (1, 3, 2, 2)
    assert batch.dtype == np.float32
    assert batch[0, :, 0, 0] == pytest.approx([1, 0.2, 0.2])
    assert batch[0, :, 1, 1] == pytest.approx([-1, 0, 0])


def test_the_brightest_value_can_be_one() -> None:
    """A dim photo fills the scale; a black one is not divided by nothing."""
    spec = NetworkSpec((1, 1), mean=(0, 0, 0), std=(1, 1, 1), scale="max")
    assert spec.batch(np.array([[[50, 25, 0]]], np.uint8)).ravel() == pytest.approx([1, 0.5, 0])
    assert spec.batch(np.zeros((1, 1, 3), np.uint8)).ravel() == pytest.approx([0, 0, 0])


def test_a_map_is_bounded_and_not_stretched() -> None:
    """Values outside 0..1 are clipped; a faint map stays faint."""
    spec = NetworkSpec((3, 1))
    assert spec.map(np.array([[[[-1, 0.2, 3]]]], np.float32)) == pytest.approx(np.array([[0, 0.2, 1]]))
    assert spec.map(np.full((1, 1, 3), 0.1, np.float16)).dtype == np.float32


def test_raw_numbers_are_activated() -> None:
    """The logistic function, without overflow."""
    spec = NetworkSpec((3, 1), activation="sigmoid")
    raw = np.array([[[[-1e4, 0, 1e4]]]], np.float32)
    assert spec.map(raw) == pytest.approx(np.array([[0, 0.5, 1]]))


@pytest.mark.parametrize("shape", [(1, 1, 3, 2), (1, 2, 2, 3), (6,), (1, 1, 6, 1)])
def test_an_output_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    """One map of the network's own size is due."""
    with pytest.raises(ValueError, match="instead of"):
        NetworkSpec((3, 2)).map(np.zeros(shape, np.float32))


@pytest.mark.parametrize("activation", ["none", "sigmoid"])
def test_an_output_that_is_no_number_is_refused(activation: str) -> None:
    """Half precision that ran over does not become a matte."""
    spec = NetworkSpec((2, 1), activation="sigmoid" if activation == "sigmoid" else "none")
    with pytest.raises(ValueError, match="no numbers"):
        spec.map(np.array([[[[np.nan, 0.5]]]], np.float32))
