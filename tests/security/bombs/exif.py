"""EXIF and profiles that are deep, endless, huge or wrong, in any format."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator

from PIL import ImageCms

from security.bombs.bomb import DAMAGED, MIB, PICTURE, Bomb, noise, saved, subject


def metadata() -> Iterator[Bomb]:
    """EXIF and profiles, in JPEG."""
    picture = subject("RGB", (64, 48))
    for name, exif in {"deep": deep_exif(), "loop": looping_exif(), "counts": counting_exif()}.items():
        yield Bomb(f"exif-{name}.jpg", saved(picture, "JPEG", exif=exif), (PICTURE,))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    large = bytearray(profile + bytes(10 * MIB))
    large[:4] = struct.pack(">I", len(large))
    yield Bomb("profile-of-10-MiB.jpg", saved(picture, "JPEG", icc_profile=bytes(large)), (PICTURE,))
    yield Bomb("profile-of-noise.jpg", saved(picture, "JPEG", icc_profile=noise(60_000)), (PICTURE,))
    wrong = bytearray(profile)
    wrong[128:132] = b"\xff\xff\xff\xff"
    yield Bomb("profile-of-2^32-tags.jpg", saved(picture, "JPEG", icc_profile=bytes(wrong)), (PICTURE,))
    grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    yield Bomb("profile-of-another-space.jpg", saved(picture, "JPEG", icc_profile=grey), (PICTURE,))
    yield Bomb("profile-of-10-MiB.png", saved(subject(), icc_profile=bytes(large)), (PICTURE, DAMAGED))
    yield Bomb("profile-of-10-MiB.webp", saved(subject(), "WEBP", icc_profile=bytes(large)), (PICTURE,))
    yield Bomb("exif-counts.webp", saved(subject(), "WEBP", exif=counting_exif()), (PICTURE,))


def _tiff(entries: list[tuple[int, int, int, int]], next_at: int = 0, behind: bytes = b"") -> bytes:
    """EXIF with one directory of (tag, type, count, value)."""
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return (
        b"Exif\0\0II*\0\x08\0\0\0"
        + struct.pack("<H", len(entries))
        + rows
        + struct.pack("<I", next_at)
        + behind
    )


def deep_exif() -> bytes:
    """A thousand directories, each in the one before by three pointers: two kinds of child, and the next."""
    rows = b""
    for level in range(1, 1001):
        at = 8 + 30 * level
        rows += struct.pack("<HHHIIHHIII", 2, 0x8769, 4, 1, at, 0xA005, 4, 1, at, at)
    return b"Exif\0\0II*\0\x08\0\0\0" + rows + bytes(30)


def looping_exif() -> bytes:
    """Directories that point to themselves."""
    return _tiff([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0xA005, 4, 1, 8), (0x0112, 3, 1, 1)], next_at=8)


def counting_exif() -> bytes:
    """Entries of four thousand million values each, and all types."""
    tags = itertools.chain((0x0112, 0xA005, 0x8769), range(0x100, 0x100 + 1000))
    return _tiff([(tag, 1 + number % 13, 2**32 - 1, 2**31) for number, tag in enumerate(tags)])
