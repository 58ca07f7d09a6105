from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from backcloth.imaging.decode import decode

RED, GREEN, BLUE = (0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
"""sRGB's primaries adapted to D50."""


def fixed(*numbers: float) -> bytes:
    """ICC's s15Fixed16 numbers."""
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)


def profile(device: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC version 2 profile from its tags."""
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        padded = content + b"\0" * (-len(content) % 4)
        table += name + struct.pack(">II", start + len(body), len(content))
        body += padded
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02400000, device, space, connection)
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + fixed(0.9642, 1, 0.8249)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def matrix_profile(red: tuple[float, ...], green: tuple[float, ...], blue: tuple[float, ...]) -> bytes:
    """A display profile with these primaries and gamma 2.2."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    tags = {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    for name, primary in ((b"rXYZ", red), (b"gXYZ", green), (b"bXYZ", blue), (b"wtpt", (0.9642, 1, 0.8249))):
        tags[name] = b"XYZ \0\0\0\0" + fixed(*primary)
    return profile(b"mntr", b"RGB ", b"XYZ ", tags)


def ink_profile(lightness: int, *, black: int = 0, kind: bytes = b"prtr") -> bytes:
    """A CMYK profile: paper white, magenta with yellow a grey of `lightness`, all other inks `black`."""
    grid = [255, *[black] * 5, lightness, *[black] * 9]
    inks = b"".join(bytes([value, 128, 128]) for value in grid)
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += bytes(range(256)) * 4 + inks + bytes(range(256)) * 3
    return profile(kind, b"CMYK", b"Lab ", {b"A2B0": table, b"A2B1": table})


def decoded(image: Image.Image, form: str, icc: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The pixels of an image saved with a profile and read again."""
    file = io.BytesIO()
    image.save(file, form, icc_profile=icc)
    return decode(file.getvalue(), parameter="image", max_pixels=10_000).picture


def test_a_profile_is_applied() -> None:
    """With the red and green primaries exchanged, what the file calls red is green."""
    swapped = matrix_profile(GREEN, RED, BLUE)
    red, green, blue = decoded(Image.new("RGB", (4, 4), (255, 0, 0)), "PNG", swapped)[0, 0].tolist()
    assert green > 250
    assert max(red, blue) < 10


def test_srgb_under_its_own_name_changes_no_pixel() -> None:
    """An embedded sRGB profile leaves every pixel exactly as it is."""
    noise = np.random.Generator(np.random.PCG64(3)).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(decoded(Image.fromarray(noise), "PNG", srgb), noise)


@pytest.mark.parametrize("icc", [b"rubbish", b"\0" * 200, ink_profile(128)])
def test_a_broken_or_foreign_profile_counts_as_srgb(icc: bytes) -> None:
    """A profile that cannot be used leaves the numbers as they are."""
    assert decoded(Image.new("RGB", (4, 4), (9, 99, 199)), "PNG", icc)[0, 0].tolist() == [9, 99, 199]


def test_transparency_survives_a_profile() -> None:
    """A profile changes colour and leaves alpha alone."""
    file = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 77)).save(file, "PNG", icc_profile=matrix_profile(GREEN, RED, BLUE))
    photo = decode(file.getvalue(), parameter="image", max_pixels=100)
    assert photo.picture[0, 0, 1] > 250
    assert photo.alpha is not None
    assert photo.alpha[0, 0] == 77


def test_cmyk_goes_through_its_profile() -> None:
    """CMYK with a profile has the profile's colours, not the naive ones."""
    icc = ink_profile(lightness=128)
    grey = decoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", icc)[8, 8].astype(int)
    assert np.ptp(grey) <= 3
    assert 90 < grey[0] < 150


def test_the_darkest_ink_becomes_black() -> None:
    """Ink that is dark grey on paper is black on a screen, as white paper is white."""
    icc = ink_profile(128, black=40, kind=b"scnr")
    image = Image.new("CMYK", (16, 32), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (0, 16, 16, 32))
    pixels = decoded(image, "JPEG", icc)
    assert pixels[24, 8].max() <= 6
    assert pixels[8, 8].min() >= 250
