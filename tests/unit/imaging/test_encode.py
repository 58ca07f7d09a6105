from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from backcloth.imaging.encode import encode_png


def noise(channels: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Random pixels, the same each time."""
    return np.random.Generator(np.random.PCG64(5)).integers(0, 256, (37, 53, channels), dtype=np.uint8)


@pytest.mark.parametrize(("channels", "mode"), [(3, "RGB"), (4, "RGBA")])
def test_pixels_come_back(channels: int, mode: str) -> None:
    """The PNG holds exactly the pixels given, alpha and colours under it included."""
    picture = noise(channels)
    image = Image.open(io.BytesIO(encode_png(picture)))
    assert image.format == "PNG"
    assert image.mode == mode
    assert np.array_equal(np.asarray(image), picture)


def test_same_pixels_same_bytes() -> None:
    """Encoding is deterministic."""
    assert encode_png(noise(3)) == encode_png(noise(3).copy())


def test_it_says_that_it_is_srgb() -> None:
    """The file carries the sRGB chunk, with the perceptual intent."""
    assert Image.open(io.BytesIO(encode_png(noise(3)))).info["srgb"] == 0


def test_one_pixel() -> None:
    """The smallest picture works."""
    picture = np.array([[[1, 2, 3]]], np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(picture)))), picture)


@pytest.mark.parametrize("array", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)])
def test_other_arrays_are_refused(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    """What is no RGB or RGBA picture is the caller's mistake, said at once."""
    with pytest.raises(ValueError, match="not an RGB or RGBA picture"):
        encode_png(array)
