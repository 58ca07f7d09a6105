from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backcloth.imaging.geometry import (
    LONGEST_SIDE,
    MEGAPIXEL,
    canvas_size,
    cover,
    resize_matte,
    resize_picture,
    resize_premultiplied,
    shrunk,
)

SIDES = st.integers(1, 20_000)


def noise(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Random pixels, the same each time."""
    return np.random.Generator(np.random.PCG64(11)).integers(0, 256, shape, dtype=np.uint8)


@given(SIDES, SIDES)
def test_original_size_is_kept(width: int, height: int) -> None:
    """With the original asked for, the canvas is the photo."""
    assert canvas_size(width, height, original=True) == (width, height)


@given(SIDES, SIDES, st.integers(1, 2000))
def test_what_is_shrunk_fits_and_keeps_its_shape(width: int, height: int, longest: int) -> None:
    """The longer side is at most the limit, the shorter in proportion; what fits is left alone."""
    wide, tall = shrunk(width, height, longest)
    if max(width, height) <= longest:
        assert (wide, tall) == (width, height)
    else:
        assert max(wide, tall) == longest
        assert min(wide, tall) == max(1, round(min(width, height) * longest / max(width, height)))


@given(SIDES, SIDES)
def test_every_side_has_pixels_and_none_explodes(width: int, height: int) -> None:
    """No side of a scaled canvas is zero or beyond the longest allowed."""
    canvas = canvas_size(width, height, original=False)
    assert min(canvas) >= 1
    assert max(canvas) <= LONGEST_SIDE


@given(SIDES, SIDES)
def test_one_megapixel_at_the_same_aspect(width: int, height: int) -> None:
    """Up to 1:16, area is one megapixel and the aspect ratio the photo's, to the rounding of a side."""
    if max(width, height) > 16 * min(width, height):
        return
    across, down = canvas_size(width, height, original=False)
    assert abs(across * down - MEGAPIXEL) <= (across + down) / 2 + 1
    exact = (MEGAPIXEL * width / height) ** 0.5
    assert abs(across - exact) <= 0.5 + 1e-6


@given(SIDES, SIDES)
def test_a_turned_photo_has_a_turned_canvas(width: int, height: int) -> None:
    """Width and height are treated alike."""
    assert canvas_size(width, height, original=False) == canvas_size(height, width, original=False)[::-1]


@pytest.mark.parametrize(
    ("size", "canvas"),
    [
        ((1024, 1024), (1024, 1024)),
        ((4000, 3000), (1182, 887)),
        ((100, 100), (1024, 1024)),
        ((1, 5000), (1, 4096)),
        ((1, 1), (1024, 1024)),
        ((50_000, 10), (4096, 1)),
    ],
)
def test_known_canvases(size: tuple[int, int], canvas: tuple[int, int]) -> None:
    """Large photos shrink, small ones grow, strips stop at the longest side."""
    assert canvas_size(*size, original=False) == canvas


def test_no_size_no_canvas() -> None:
    """A side of zero is refused."""
    with pytest.raises(ValueError, match="not a picture's size"):
        canvas_size(0, 5, original=False)


def test_equal_size_is_the_identity() -> None:
    """Nothing is resampled where the size is right already."""
    picture, alpha = noise(20, 30, 3), noise(20, 30)
    assert resize_picture(picture, (30, 20)) is picture
    assert resize_matte(alpha, (30, 20)) is alpha
    assert resize_premultiplied(picture, alpha, (30, 20)) == (picture, alpha)


@pytest.mark.parametrize("size", [(15, 10), (45, 31), (7, 40), (1, 1)])
def test_sizes_are_width_and_height(size: tuple[int, int]) -> None:
    """Results have the size asked for, width first."""
    picture, alpha = noise(20, 30, 3), noise(20, 30)
    assert resize_picture(picture, size).shape == (size[1], size[0], 3)
    assert resize_matte(alpha, size).shape == (size[1], size[0])
    coloured, covered = resize_premultiplied(picture, alpha, size)
    assert coloured.shape == (size[1], size[0], 3)
    assert covered.shape == (size[1], size[0])
    assert cover(picture, size).shape == (size[1], size[0], 3)


@pytest.mark.parametrize("size", [(10, 10), (37, 37), (80, 80)])
def test_see_through_pixels_lend_no_colour(size: tuple[int, int]) -> None:
    """A red subject beside transparent green stays pure red along its edge."""
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[:, :20], picture[:, 20:] = (200, 30, 10), (0, 255, 0)
    alpha = np.zeros((40, 40), np.uint8)
    alpha[:, :20] = 255
    coloured, covered = resize_premultiplied(picture, alpha, size)
    seen = coloured[covered > 0].astype(int)
    assert np.abs(seen - (200, 30, 10)).max() <= 1
    assert not coloured[covered == 0].any()


def test_cover_fills_and_keeps_the_middle() -> None:
    """A wide picture loses its sides, a tall one its top and bottom, in equal parts."""
    picture = np.zeros((10, 30, 3), np.uint8)
    picture[:, 10:20] = 255
    assert (cover(picture, (10, 10)) == 255).all()
    assert (cover(picture.transpose(1, 0, 2), (20, 20)) == 255).all()


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_cover_always_fits(width: int, height: int, across: int, down: int) -> None:
    """Any picture covers any canvas."""
    assert cover(np.full((height, width, 3), 7, np.uint8), (across, down)).shape == (down, across, 3)
