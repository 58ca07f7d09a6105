"""WEBP: canvases, sizes, chunks and frames that lie or are many."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from PIL import Image

from security.bombs.bomb import DAMAGED, PICTURE, TOO_LARGE, Bomb, noise, saved, subject


def webps() -> Iterator[Bomb]:
    """All of them."""
    yield from _claims()
    yield from _frames()
    yield from _structure()


def riff(body: bytes, *, size: int | None = None) -> bytes:
    """A WEBP file around chunks."""
    told = len(body) + 4 if size is None else size
    return b"RIFF" + struct.pack("<I", told & 0xFFFFFFFF) + b"WEBP" + body


def piece(kind: bytes, body: bytes, *, size: int | None = None) -> bytes:
    """A chunk of a WEBP file."""
    return kind + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def vp8x(width: int, height: int, *, flags: int = 0x10) -> bytes:
    """The extended header that claims this canvas."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return piece(b"VP8X", bytes([flags, 0, 0, 0]) + sides)


def _lossless(image: Image.Image) -> bytes:
    return saved(image, "WEBP", lossless=True)[12:]


def still() -> bytes:
    """The pixels of a good still picture."""
    return _lossless(subject())


def _claims() -> Iterator[Bomb]:
    """Headers that claim too much."""
    yield Bomb("claims-16383x16383.webp", riff(vp8x(16_383, 16_383) + still()), (TOO_LARGE,))
    yield Bomb("claims-2^24-squared.webp", riff(vp8x(2**24, 2**24) + still()), (TOO_LARGE,))
    lossless = b"\x2f" + struct.pack("<I", 0x3FFF | 0x3FFF << 14) + bytes(40)
    yield Bomb("claims-16384x16384-lossless.webp", riff(piece(b"VP8L", lossless)), (TOO_LARGE,))
    lossy = b"\x30\x01\x00\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(40)
    yield Bomb("claims-16383x16383-lossy.webp", riff(piece(b"VP8 ", lossy)), (TOO_LARGE,))


def _frames() -> Iterator[Bomb]:
    """Ten thousand frames, and one that lies."""
    frame = piece(b"ANMF", bytes(6) + b"\x5f\0\0\x47\0\0\x64\0\0\0" + _lossless(subject()))
    many = riff(vp8x(96, 72, flags=0x12) + piece(b"ANIM", bytes(6)) + frame * 10_000)
    yield Bomb("frames-10000.webp", many, (PICTURE,))
    beyond = piece(b"ANMF", b"\xff" * 6 + b"\x5f\0\0\x47\0\0\x64\0\0\0" + _lossless(subject()))
    lying = riff(vp8x(96, 72, flags=0x12) + piece(b"ANIM", bytes(6)) + beyond)
    yield Bomb("frame-outside.webp", lying, (DAMAGED,))


def _structure() -> Iterator[Bomb]:
    """Canvases, sizes and chunks that lie."""
    for width, height in ((8, 8), (97, 72), (5_000, 5_000)):
        yield Bomb(
            f"canvas-{width}x{height}-of-96x72.webp", riff(vp8x(width, height) + still()), (PICTURE, DAMAGED)
        )
    for name, size in {"0": 0, "2^32": 2**32 - 1, "odd": 21}.items():
        yield Bomb(f"riff-of-{name}.webp", riff(still(), size=size), (PICTURE, DAMAGED))
    yield Bomb("chunk-of-2^32.webp", riff(piece(b"VP8L", b"\x2f" + bytes(50), size=2**32 - 1)), (DAMAGED,))
    yield Bomb("no-pixels.webp", riff(vp8x(96, 72)), (DAMAGED,))
    yield Bomb("no-chunks.webp", riff(b""), (DAMAGED,))
    yield Bomb(
        "lossless-of-noise.webp", riff(piece(b"VP8L", still()[8:13] + noise(4000))), (PICTURE, DAMAGED)
    )
    lossy = saved(subject("RGB"), "WEBP", lossless=False)[12:]
    alpha = piece(b"ALPH", b"\1" + noise(300))
    yield Bomb("alpha-of-noise.webp", riff(vp8x(96, 72) + alpha + lossy), (PICTURE, DAMAGED))
    unknown = piece(b"JUNK", b"") * 200_000
    yield Bomb("chunks-200000.webp", riff(vp8x(96, 72) + still() + unknown), (PICTURE, DAMAGED))
    claims_all = riff(vp8x(96, 72, flags=0xFF) + still())
    yield Bomb("claims-all-features.webp", claims_all, (PICTURE, DAMAGED))
