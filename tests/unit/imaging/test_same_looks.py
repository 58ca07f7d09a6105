"""The same picture in every form that a file can give it comes out looking the same.

A picture of soft colours is encoded in each colour space by the space's own definition, in floats and
independently of the code under test, and what is decoded is compared with it as ΔE (CIE 1976).
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageCms

from backcloth.imaging.decode import Photo, decode

Reals = npt.NDArray[np.float64]

SRGB = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
ADOBE_RGB = (0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
DISPLAY_P3 = (0.3127, 0.3290, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
PROPHOTO = (0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001)
"""x and y of white, red, green and blue."""

TO_D50 = {
    0.3127: np.array([[1.0479, 0.0229, -0.0502], [0.0296, 0.9904, -0.0171], [-0.0092, 0.0151, 0.7519]]),
    0.3457: np.eye(3),
}
"""Bradford's adaptation for each white, by its x; as published by B. Lindbloom."""


def scene() -> Reals:
    """(48, 64, 3) encoded sRGB 0..1: hue across, lightness down, none of it at the edge of sRGB's gamut."""
    down, across = np.mgrid[0:48, 0:64]
    hue = across[..., None] / 64 * 2 * np.pi + np.array([0, 2, 4]) * np.pi / 3
    light = 0.12 + 0.76 * down[..., None] / 47
    return np.asarray(light + 0.22 * np.minimum(light, 1 - light) * 2 * np.cos(hue))


def linear(encoded: Reals) -> Reals:
    """Light of sRGB values (IEC 61966-2-1)."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def unlinear(light: Reals) -> Reals:
    """The sRGB values of light."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def to_xyz(points: tuple[float, ...]) -> Reals:
    """The matrix from a space's light to XYZ under D50."""
    columns = np.array(
        [[x / y, 1, (1 - x - y) / y] for x, y in zip(points[::2], points[1::2], strict=True)]
    ).T
    scale = np.linalg.solve(columns[:, 1:], columns[:, 0])
    return np.asarray(TO_D50[points[0]] @ (columns[:, 1:] * scale))


def in_space(picture: Reals, points: tuple[float, ...]) -> Reals:
    """Light of an sRGB picture as amounts of another space's primaries."""
    light = linear(picture) @ to_xyz(SRGB).T @ np.linalg.inv(to_xyz(points)).T
    assert light.min() > -1e-3
    assert light.max() < 1 + 1e-3
    return np.clip(light, 0, 1)


def lab(picture: Reals) -> Reals:
    """CIE L*a*b* under D50 of sRGB values 0..1."""
    share = linear(picture) @ to_xyz(SRGB).T / np.array([0.9642, 1, 0.8249])
    root = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def difference(photo: Photo, picture: Reals) -> float:
    """The largest ΔE between what was decoded and what was meant."""
    return float(np.linalg.norm(lab(photo.picture / 255) - lab(picture), axis=-1).max())


def eight(values: Reals) -> npt.NDArray[np.uint8]:
    """0..1 as bytes."""
    return np.rint(values * 255).astype(np.uint8)


def read(data: bytes) -> Photo:
    """Decodes as the pipeline does."""
    return decode(data, parameter="image", max_pixels=10**6)


def saved(pixels: npt.NDArray[np.uint8], form: str, mode: str | None = None, **options: Any) -> Photo:
    """An array written in a format and read again."""
    file = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(file, form, **options)
    return read(file.getvalue())


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(samples: npt.NDArray[Any], *extra: tuple[bytes, bytes]) -> bytes:
    """A PNG of (H, W, 1 to 4) uint8 or uint16 samples, with chunks before the pixels."""
    height, width, channels = samples.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    depth = samples.dtype.itemsize * 8
    rows = samples.astype(samples.dtype.newbyteorder(">")).reshape(height, -1)
    body = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    chunks = [(b"IHDR", header), *extra, (b"IDAT", zlib.compress(body)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def gamma_chunk(encoding: float) -> tuple[bytes, bytes]:
    """PNG's gAMA."""
    return b"gAMA", struct.pack(">I", round(encoding * 100_000))


def primaries_chunk(points: tuple[float, ...]) -> tuple[bytes, bytes]:
    """PNG's cHRM."""
    return b"cHRM", struct.pack(">8I", *(round(point * 100_000) for point in points))


def display_profile(points: tuple[float, ...], gamma: float | None) -> bytes:
    """An ICC version 2 profile of these primaries, with a power curve or a table of sRGB's."""
    if gamma is None:
        steps = np.rint(linear(np.linspace(0, 1, 1024)) * 65535).astype(">u2")
        curve = b"curv" + bytes(4) + struct.pack(">I", 1024) + steps.tobytes()
    else:
        curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    tags = {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    columns = [*to_xyz(points).T, np.array([0.9642, 1, 0.8249])]
    for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt"), columns, strict=True):
        tags[name] = b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in column))
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


SPACES = {
    "adobe": (ADOBE_RGB, 563 / 256),
    "p3": (DISPLAY_P3, None),
    "prophoto": (PROPHOTO, 1.8),
}


def encoded_in(space: str) -> tuple[Reals, bytes]:
    """The scene's values in a space, and the space's profile."""
    points, gamma = SPACES[space]
    light = in_space(scene(), points)
    return (unlinear(light) if gamma is None else light ** (1 / gamma)), display_profile(points, gamma)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("space", SPACES)
def test_wide_gamuts(space: str, form: str) -> None:
    """Adobe RGB, Display P3 and ProPhoto RGB, each with its profile."""
    values, profile = encoded_in(space)
    options = {"quality": 98, "subsampling": 0} if form == "JPEG" else {"lossless": True}
    photo = saved(eight(values), form, icc_profile=profile, **options)
    assert difference(photo, scene()) < (5.0 if form == "JPEG" else 2.5)
    assert difference(saved(eight(values), form, **options), scene()) > 8


@pytest.mark.parametrize("primary", [(255, 0, 0), (0, 255, 0), (0, 0, 255)])
def test_what_srgb_does_not_have_is_clipped(primary: tuple[int, int, int]) -> None:
    """Display P3's pure colours become sRGB's own, not something paler."""
    flat = np.full((8, 8, 3), primary, np.uint8)
    photo = saved(flat, "PNG", icc_profile=display_profile(DISPLAY_P3, None))
    assert np.abs(photo.picture.astype(int) - primary).max() <= 11


@pytest.mark.parametrize("space", SPACES)
def test_wide_gamuts_at_sixteen_bits(space: str) -> None:
    """Sixteen bits with a profile, as photo editors export them."""
    values, profile = encoded_in(space)
    deep = np.rint(values * 65535).astype(np.uint16)
    photo = read(png(deep, (b"iCCP", b"p\0\0" + zlib.compress(profile))))
    assert difference(photo, scene()) < 2.5


def test_sixteen_bits_are_one_step_from_eight_at_most() -> None:
    """Sixteen-bit colour keeps its high byte, sixteen-bit grey is rounded; alpha comes along."""
    deep = np.rint(scene() * 65535).astype(np.uint16)
    alpha = np.full((48, 64, 1), 40_000, np.uint16)
    for samples in (deep, np.dstack([deep, alpha]), deep[..., :1], np.dstack([deep[..., :1], alpha])):
        photo = read(png(samples))
        meant = scene() if samples.shape[2] > 2 else np.repeat(scene()[..., :1], 3, axis=2)
        assert np.abs(photo.picture - meant * 255).max() <= 1.01
        if samples.shape[2] in (2, 4):
            assert photo.alpha is not None
            assert np.abs(photo.alpha.astype(int) - 40_000 / 257).max() <= 1.01


@pytest.mark.parametrize(("encoding", "most"), [(1.0, 6.5), (1 / 1.8, 2.0), (0.45455, 1.0)])
def test_png_gamma(encoding: float, most: float) -> None:
    """The gAMA chunk counts, in colour and in grey; 1/2.2 stands for sRGB itself.

    Of light itself, gamma 1, eight bits have too few dark steps.
    """
    light = linear(scene())
    values = scene() if encoding == 0.45455 else light**encoding
    deep = np.rint(values * 65535).astype(np.uint16)
    assert difference(read(png(eight(values), gamma_chunk(encoding))), scene()) < most
    assert difference(read(png(deep, gamma_chunk(encoding))), scene()) < most
    grey = np.repeat(scene()[..., :1], 3, axis=2)
    assert difference(read(png(deep[..., :1], gamma_chunk(encoding))), grey) < most


def test_png_primaries() -> None:
    """Primaries in cHRM count too, and an sRGB chunk outranks both."""
    values, _ = encoded_in("adobe")
    said = (gamma_chunk(256 / 563 + 0.04), primaries_chunk(ADOBE_RGB))
    values = values ** ((256 / 563 + 0.04) * 563 / 256)
    assert difference(read(png(eight(values), *said)), scene()) < 2.0
    outranked = read(png(eight(scene()), (b"sRGB", b"\0"), *said))
    assert np.array_equal(outranked.picture, eight(scene()))


def test_srgb_said_in_old_chunks_changes_no_pixel() -> None:
    """What most encoders write, gAMA 1/2.2 with sRGB's primaries, leaves the samples as they are."""
    photo = read(png(eight(scene()), gamma_chunk(0.45455), primaries_chunk(SRGB)))
    assert np.array_equal(photo.picture, eight(scene()))


@pytest.mark.parametrize(
    "nonsense",
    [
        [gamma_chunk(0)],
        [gamma_chunk(0.0001)],
        [gamma_chunk(40_000)],
        [primaries_chunk((0.0,) * 8)],
        [primaries_chunk((0.3127, 0.3290) * 4)],
        [gamma_chunk(0.6), primaries_chunk((0.3127, 0.3290, 0.64, 0.0, 0.3, 0.6, 0.15, 0.06))],
    ],
)
def test_nonsense_in_old_chunks_costs_nothing(nonsense: list[tuple[bytes, bytes]]) -> None:
    """Values that describe no colours leave the samples as they are."""
    assert np.array_equal(read(png(eight(scene()), *nonsense)).picture, eight(scene()))


def camera_marks(index: str) -> Image.Exif:
    """EXIF as cameras write it: uncalibrated, and the DCF option by its name."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 65535
    exif.get_ifd(0x8769)[0xA005] = {1: index}
    return exif


def test_a_cameras_adobe_rgb_without_a_profile() -> None:
    """The mark R03 alone makes a picture Adobe RGB; R98, which means sRGB, changes nothing."""
    values, _ = encoded_in("adobe")
    options: dict[str, Any] = {"quality": 98, "subsampling": 0}
    assert difference(saved(eight(values), "JPEG", exif=camera_marks("R03"), **options), scene()) < 4.0
    plain = saved(eight(values), "JPEG", **options)
    marked = saved(eight(values), "JPEG", exif=camera_marks("R98"), **options)
    assert np.array_equal(marked.picture, plain.picture)


def test_a_profile_outranks_the_cameras_mark() -> None:
    """A profile says more than a mark."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = saved(eight(scene()), "PNG", icc_profile=srgb, exif=camera_marks("R03"))
    assert np.array_equal(photo.picture, eight(scene()))


def test_inks_without_a_profile() -> None:
    """CMYK whose inks take away exactly what is missing comes out as meant, black ink or not."""
    missing = 1 - scene()
    for black in (np.zeros_like(missing[..., :1]), missing.min(axis=2, keepdims=True)):
        inks = np.clip((missing - black) / (1 - black), 0, 1)
        cmyk = Image.fromarray(eight(np.dstack([inks, black])), "CMYK")
        file = io.BytesIO()
        cmyk.save(file, "JPEG", quality=100, subsampling=0)
        assert difference(read(file.getvalue()), scene()) < 2.0


def test_grey_forms() -> None:
    """Grey with and without alpha, in PNG, JPEG and WEBP."""
    grey = np.repeat(scene()[..., :1], 3, axis=2)
    assert np.array_equal(saved(eight(grey), "PNG", "L").picture, eight(grey))
    assert np.array_equal(saved(eight(grey), "WEBP", lossless=True).picture, eight(grey))
    assert difference(saved(eight(grey), "JPEG", "L", quality=98), grey) < 1.0
    photo = read(png(np.dstack([eight(grey)[..., :1], np.full((48, 64, 1), 99, np.uint8)])))
    assert np.array_equal(photo.picture, eight(grey))
    assert photo.alpha is not None
    assert (photo.alpha == 99).all()


def test_a_palette_with_transparency() -> None:
    """Of a palette, colours and graded transparency come out entry by entry."""
    colours = eight(scene()).reshape(-1, 3)[::13][:200]
    index = np.arange(200, dtype=np.uint8).reshape(10, 20)
    image = Image.fromarray(index, "P")
    image.putpalette(colours.tobytes())
    file = io.BytesIO()
    image.save(file, "PNG", transparency=bytes(range(200)))
    photo = read(file.getvalue())
    assert np.array_equal(photo.picture.reshape(-1, 3)[1:], colours[1:])
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha, index)
