"""JPEG: markers, scans, EXIF and profiles."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from PIL import Image

from security.bombs.bomb import DAMAGED, MIB, PICTURE, TOO_LARGE, Bomb, noise, saved, subject


def jpegs() -> Iterator[Bomb]:
    """All of them."""
    yield from _claims()
    yield from _markers()
    pages = [subject("RGB")] * 50
    yield Bomb("pictures-50.mpo.jpg", saved(pages[0], "MPO", save_all=True, append_images=pages), (PICTURE,))


def _claims() -> Iterator[Bomb]:
    """Headers that claim too much."""
    good = bytearray(saved(subject("RGB"), "JPEG"))
    at = good.index(b"\xff\xc0")
    good[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    yield Bomb("claims-65535x65535.jpg", bytes(good), (TOO_LARGE,))
    progressive = bytearray(saved(subject("RGB"), "JPEG", progressive=True))
    at = progressive.index(b"\xff\xc2")
    progressive[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    yield Bomb("claims-65535x65535-progressive.jpg", bytes(progressive), (TOO_LARGE,))


def _markers() -> Iterator[Bomb]:
    """Markers and scans."""
    good = saved(subject("RGB", (64, 48)), "JPEG")
    segment = b"\xff\xe5\0\4ab"
    yield Bomb("segments-200000.jpg", good[:2] + segment * 200_000 + good[2:], (PICTURE,))
    comment = b"\xff\xfe\xff\xff" + b"c" * 65_533
    yield Bomb("comments-of-13-MiB.jpg", good[:2] + comment * 200 + good[2:], (PICTURE,))
    part = b"\xff\xe2" + struct.pack(">H", 16 + 4) + b"ICC_PROFILE\0" + b"\7\xffabcd"
    yield Bomb("profile-in-wrong-parts.jpg", good[:2] + part * 300 + good[2:], (PICTURE, DAMAGED))
    progressive = saved(Image.effect_noise((1000, 1000), 90), "JPEG", progressive=True, quality=30)
    last = progressive.rindex(b"\xff\xda")
    scans = progressive[:-2] + progressive[last:-2] * 60 + progressive[-2:]
    yield Bomb("scans-60.jpg", scans, (PICTURE, DAMAGED, TOO_LARGE))
    empty = progressive[last : last + 2 + int.from_bytes(progressive[last + 2 : last + 4], "big")]
    yield Bomb(
        "scans-50000-empty.jpg",
        progressive[:-2] + empty * 50_000 + b"\xff\xd9",
        (PICTURE, TOO_LARGE, DAMAGED),
    )
    at = good.index(b"\xff\xc0")
    frame = good[at : at + 2 + int.from_bytes(good[at + 2 : at + 4], "big")]
    yield Bomb("frame-twice.jpg", good[:at] + frame + good[at:], (DAMAGED,))
    for name, place, value in (
        ("height-0", 5, b"\0\0"),
        ("width-0", 7, b"\0\0"),
        ("samples-of-12-bit", 4, b"\x0c"),
        ("components-0", 9, b"\0"),
        ("components-255", 9, b"\xff"),
        ("sampling-0", 11, b"\0"),
        ("table-255", 12, b"\xff"),
    ):
        changed = bytearray(good)
        changed[at + place : at + place + len(value)] = value
        yield Bomb(f"{name}.jpg", bytes(changed), (PICTURE, DAMAGED))
    for number in (0xC1, 0xC3, 0xC5, 0xC9, 0xCB, 0xCF):
        changed = bytearray(good)
        changed[at + 1] = number
        yield Bomb(f"frame-of-kind-{number:x}.jpg", bytes(changed), (PICTURE, DAMAGED))
    yield Bomb("tables-of-noise.jpg", good[:2] + b"\xff\xc4\1\2" + noise(256) + good[2:], (DAMAGED,))
    yield Bomb("start-alone.jpg", b"\xff\xd8\xff", (DAMAGED,))
    yield Bomb(
        "fill-bytes-of-10-MiB.jpg", good[:2] + b"\xff" * (10 * MIB) + good[2:], (PICTURE, DAMAGED, TOO_LARGE)
    )
    restart = good[:-2] + b"\xff\xd0" * 100_000 + good[-2:]
    yield Bomb("restarts-100000.jpg", restart, (PICTURE,))
