from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backcloth.domain.colour import Colour
from backcloth.imaging.blend import composite, composite_over_colour

SEEDS = st.integers(0, 2**32 - 1)
CHANNEL = st.integers(0, 255)


def specimen(seed: int) -> tuple[Any, Any, Any, Any]:
    """Random picture, foreground, matte (a third each opaque, soft, empty) and plate."""
    random = np.random.Generator(np.random.PCG64(seed))
    picture, foreground, plate = random.integers(0, 256, (3, 9, 13, 3), dtype=np.uint8)
    matte = random.integers(0, 256, (9, 13), dtype=np.uint8)
    kind = random.integers(0, 3, (9, 13))
    matte[kind == 0], matte[kind == 1] = 0, 255
    return picture, foreground, matte, plate


@given(SEEDS)
def test_opaque_pixels_are_the_photos_own(seed: int) -> None:
    """Where the matte is 255 the output equals the picture exactly, whatever the rest is."""
    picture, foreground, matte, plate = specimen(seed)
    assert np.array_equal(composite(picture, foreground, matte, plate)[matte == 255], picture[matte == 255])


@given(SEEDS)
def test_empty_pixels_are_the_plates_own(seed: int) -> None:
    """Where the matte is 0 the output equals the plate exactly."""
    picture, foreground, matte, plate = specimen(seed)
    assert np.array_equal(composite(picture, foreground, matte, plate)[matte == 0], plate[matte == 0])


@given(SEEDS)
def test_soft_pixels_mix_foreground_and_plate(seed: int) -> None:
    """Between, the output is the rounded weighted mean of foreground and plate."""
    picture, foreground, matte, plate = specimen(seed)
    soft = (matte > 0) & (matte < 255)
    weight = (matte[soft] / 255.0)[:, None]
    exact = foreground[soft] * weight + plate[soft] * (1 - weight)
    assert np.array_equal(composite(picture, foreground, matte, plate)[soft], np.rint(exact))


def test_inputs_stay_as_they_are() -> None:
    """Compositing changes none of its arguments."""
    arrays = specimen(1)
    before = [array.copy() for array in arrays]
    composite(*arrays)
    assert all(np.array_equal(array, copy) for array, copy in zip(arrays, before, strict=True))


@given(SEEDS, CHANNEL, CHANNEL, CHANNEL, CHANNEL)
def test_over_a_colour_both_ends_are_exact(seed: int, red: int, green: int, blue: int, alpha: int) -> None:
    """The empty part is exactly the colour with its alpha, the opaque part the photo with 255."""
    picture, foreground, matte, _ = specimen(seed)
    result = composite_over_colour(picture, foreground, matte, Colour(red, green, blue, alpha))
    assert (result[matte == 0] == (red, green, blue, alpha)).all()
    assert np.array_equal(result[matte == 255][:, :3], picture[matte == 255])
    assert (result[matte == 255][:, 3] == 255).all()


@given(SEEDS, CHANNEL)
def test_a_see_through_colour_laid_over_a_plate_is_the_plain_composite(seed: int, alpha: int) -> None:
    """Laying the RGBA result over any plate equals laying colour and then subject over it."""
    picture, foreground, matte, plate = specimen(seed)
    colour = Colour(10, 200, 90, alpha)
    result = composite_over_colour(picture, foreground, matte, colour).astype(float)
    shown = result[..., :3] * result[..., 3:] / 255 + plate * (1 - result[..., 3:] / 255)
    tinted = np.array(colour.rgb) * (alpha / 255) + plate * (1 - alpha / 255)
    weight = matte[..., None] / 255
    top = np.where(matte[..., None] == 255, picture, foreground)
    assert np.abs(shown - (top * weight + tinted * (1 - weight))).max() <= 1.5


def test_over_an_invisible_colour_the_edge_is_pure_foreground() -> None:
    """With a fully transparent colour, soft pixels keep the foreground colour and the matte as alpha."""
    picture, foreground, matte, _ = specimen(4)
    result = composite_over_colour(picture, foreground, matte, Colour(1, 2, 3, 0))
    soft = (matte > 0) & (matte < 255)
    assert np.array_equal(result[soft], np.dstack([foreground, matte])[soft])
