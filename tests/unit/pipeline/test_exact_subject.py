"""Opaque pixels are the photo's and empty ones the new background's, in any format, size and mode.

Everything between the file's bytes and the result's is real, but for the network and the scene.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from backcloth.domain.background import Background, Prompt, Solid
from backcloth.domain.colour import Colour
from backcloth.domain.request import Checks, ReplaceBackground, Stored
from backcloth.pipeline.cutout import cut_out
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.inputs import load_photo
from backcloth.pipeline.run import remove_background, replace_background
from harness.fakes import engines_around, noise

Pixels = npt.NDArray[np.uint8]
IMAGE = Stored("image")
LEVEL = np.float32(1 / 255)

FORMATS = ("jpeg", "jpeg grey", "png", "png alpha", "png grey", "png deep", "webp", "webp alpha")
SIDES = st.integers(1, 48)
SEEDS = st.integers(0, 2**32 - 1)
CHANNEL = st.integers(0, 255)
COLOURS = st.builds(Colour, CHANNEL, CHANNEL, CHANNEL, st.sampled_from([255, 255, 128, 1, 0]) | CHANNEL)
BACKGROUNDS = st.builds(Solid, COLOURS) | st.just(Prompt("noise"))


def coverage(seed: int, height: int, width: int) -> Pixels:
    """A matte in which full, soft and empty pixels lie side by side, the first pixel full, 0..255."""
    random = np.random.Generator(np.random.PCG64(seed))
    matte = random.choice(np.array([0, 0, 1, 2, 90, 127, 200, 253, 254, 255, 255], np.uint8), (height, width))
    if seed % 3:
        matte = np.where(matte < 128, matte, np.uint8(255))
    matte[: 1 + height // 3] = 255
    return matte


def photo_file(kind: str, seed: int, width: int, height: int) -> bytes:
    """A file of noise in one of FORMATS."""
    pixels = noise(seed, height, width)
    if kind == "png deep":
        return deep_png(pixels, np.random.Generator(np.random.PCG64(seed)))
    form, _, variant = kind.partition(" ")
    image = Image.fromarray(pixels)
    if variant == "grey":
        image = image.convert("L")
    if variant == "alpha":
        image.putalpha(Image.fromarray(coverage(seed + 1, height, width)))
    options: dict[str, Any] = {"webp": {"lossless": True, "exact": True}}.get(form, {})
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def deep_png(pixels: Pixels, random: np.random.Generator) -> bytes:
    """A PNG of 16-bit colour whose high bytes are these pixels."""
    height, width, _ = pixels.shape
    low = random.integers(0, 256, pixels.shape, dtype=np.uint8)
    samples = np.stack([pixels, low], axis=-1).reshape(height, -1)
    body = b"".join(b"\0" + row.tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def opened(png: bytes) -> Pixels:
    """The result's pixels, with its own channels."""
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image)


def engines_for(data: bytes, seed: int) -> Engines:
    """Fakes with the file in their store and a matte of this seed."""
    engines = engines_around(lambda height, width: coverage(seed, height, width).astype(np.float32) * LEVEL)
    engines.store.put(IMAGE.key, data)
    return engines


def check(data: bytes, seed: int, background: Background, *, original: bool, force: bool) -> None:
    """Replaces the background, and compares every pixel that is not soft."""
    engines = engines_for(data, seed)
    request = ReplaceBackground(
        IMAGE,
        background,
        seed=seed,
        refine_prompt=False,
        original_quality=original,
        force_background_detection=force,
        checks=Checks(prompt=False),
    )
    outcome = replace_background("test", request, engines)
    photo = load_photo(IMAGE, engines, original=original)
    matte = cut_out(photo, engines, force=force).matte
    result = opened(outcome.png)
    assert (matte == 255).any()
    assert result.shape[:2] == matte.shape
    assert np.array_equal(result[matte == 255][:, :3], photo.picture[matte == 255])
    assert outcome.record["subject_pixels_changed"] == 0
    if isinstance(background, Solid):
        colour = background.colour
        expected = (*colour.rgb, colour.alpha)[: result.shape[2]]
        assert (result[matte == 0] == expected).all()
    else:
        assert np.array_equal(result[matte == 0], noise(seed, *matte.shape)[matte == 0])
    if result.shape[2] == 4:
        assert (result[matte == 255][:, 3] == 255).all()


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(FORMATS), SEEDS, SIDES, SIDES, BACKGROUNDS, st.booleans())
def test_at_the_original_size(
    kind: str, seed: int, width: int, height: int, background: Background, force: bool
) -> None:
    """Whatever the file, matte and background are."""
    check(photo_file(kind, seed, width, height), seed, background, original=True, force=force)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(FORMATS), SEEDS, SIDES, SIDES, BACKGROUNDS, st.booleans())
def test_at_one_megapixel(
    kind: str, seed: int, width: int, height: int, background: Background, force: bool
) -> None:
    """Scaled, the photo that counts is the scaled one."""
    check(photo_file(kind, seed, width, height), seed, background, original=False, force=force)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(FORMATS), SEEDS, SIDES, SIDES, st.booleans())
def test_a_cut_out_alone(kind: str, seed: int, width: int, height: int, force: bool) -> None:
    """The RGBA cut-out holds the photo where it is opaque and nothing where it is empty."""
    engines = engines_for(photo_file(kind, seed, width, height), seed)
    outcome = remove_background(IMAGE, engines, original_quality=True, force=force)
    photo = load_photo(IMAGE, engines, original=True)
    matte = cut_out(photo, engines, force=force).matte
    result = opened(outcome.png)
    assert np.array_equal(result[..., 3], matte)
    assert np.array_equal(result[matte == 255][:, :3], photo.picture[matte == 255])
    assert not result[matte == 0].any()
    assert outcome.record["subject_pixels_changed"] == 0


@pytest.mark.parametrize("kind", ["png", "png deep", "webp", "png alpha", "webp alpha"])
def test_lossless_files_come_back_sample_by_sample(kind: str) -> None:
    """The photo that the result is compared with is the file's own samples, not merely what was decoded."""
    engines = engines_for(photo_file(kind, 7, 48, 31), 7)
    photo = load_photo(IMAGE, engines, original=True)
    shown = np.ones((31, 48), np.bool_) if photo.alpha is None else photo.alpha > 0
    assert np.array_equal(photo.picture[shown], noise(7, 31, 48)[shown])
