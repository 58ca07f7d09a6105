"""PNG: headers, chunks, pixels and frames that lie, inflate or are many."""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Iterator

from security.bombs.bomb import DAMAGED, MIB, PICTURE, TOO_LARGE, Bomb, noise, saved, subject
from security.bombs.exif import deep_exif

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def pngs() -> Iterator[Bomb]:
    """All of them."""
    yield from _claims()
    yield from _chunks()
    yield from _structure()
    yield from _pixels()
    yield from _frames()


def chunk(kind: bytes, body: bytes, *, length: int | None = None, crc: int | None = None) -> bytes:
    """A PNG chunk, its length and checksum told as they are or as wanted."""
    told = zlib.crc32(kind + body) if crc is None else crc
    return struct.pack(">I", len(body) if length is None else length) + kind + body + struct.pack(">I", told)


def header(width: int, height: int, depth: int = 8, colour: int = 6, interlace: int = 0) -> bytes:
    """IHDR."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


END = chunk(b"IEND", b"")


@functools.cache
def zeros(count: int) -> bytes:
    """That many zero bytes, deflated without ever holding them: a thousandth of it."""
    deflate = zlib.compressobj(9)
    pieces = [deflate.compress(bytes(min(MIB, count - at))) for at in range(0, count, MIB)]
    return b"".join(pieces) + deflate.flush()


def around_idat(before: bytes = b"", after: bytes = b"") -> bytes:
    """The good picture with chunks before and after its pixels."""
    good = saved(subject())
    at = good.index(b"IDAT") - 4
    return good[:at] + before + good[at:-12] + after + good[-12:]


def _claims() -> Iterator[Bomb]:
    """Headers that claim too much, in few bytes."""
    pixels = chunk(b"IDAT", zeros(1000))
    for width, height in ((65_535, 65_535), (2**31 - 1, 2**31 - 1), (100_000, 501), (2**31 - 1, 1)):
        yield Bomb(
            f"claims-{width}x{height}.png", SIGNATURE + header(width, height) + pixels + END, (TOO_LARGE,)
        )
    solid = SIGNATURE + header(10_000, 5_010, 8, 2) + chunk(b"IDAT", zeros(5_010 * 30_001)) + END
    yield Bomb("solid-50.1-megapixels.png", solid, (TOO_LARGE,))
    yield Bomb(
        "claims-2^32.png", SIGNATURE + header(2**32 - 1, 2**32 - 1) + pixels + END, (DAMAGED, TOO_LARGE)
    )
    yield Bomb("claims-nothing.png", SIGNATURE + header(0, 0) + pixels + END, (DAMAGED,))


def _chunks() -> Iterator[Bomb]:
    """Chunks beside the pixels that inflate, or are many."""
    for megabytes in (10, 100):
        text, name = zeros(megabytes * MIB), f"inflates-{megabytes}-MiB"
        yield Bomb(f"zTXt-{name}.png", around_idat(chunk(b"zTXt", b"bomb\0\0" + text)), (DAMAGED,))
        international = b"bomb\0\1\0en\0\0" + text
        yield Bomb(f"iTXt-{name}.png", around_idat(chunk(b"iTXt", international)), (DAMAGED,))
        yield Bomb(f"iCCP-{name}.png", around_idat(chunk(b"iCCP", b"bomb\0\0" + text)), (DAMAGED,))
        after = around_idat(after=chunk(b"zTXt", b"bomb\0\0" + text))
        yield Bomb(f"zTXt-{name}-after-the-pixels.png", after, (DAMAGED,))
    many = b"".join(chunk(b"zTXt", b"%d\0\0" % number + zeros(MIB - 1)) for number in range(200))
    yield Bomb("zTXt-200-of-a-MiB.png", around_idat(many), (DAMAGED,))
    yield Bomb("chunks-100000.png", around_idat(chunk(b"tEXt", b"a\0b") * 100_000), (PICTURE,))
    yield Bomb("chunks-100000-unknown.png", around_idat(chunk(b"prIv", b"") * 100_000), (PICTURE,))
    yield Bomb("text-of-20-MiB.png", around_idat(chunk(b"tEXt", b"a\0" + bytes(20 * MIB))), (PICTURE,))
    exif = saved(subject(), exif=deep_exif())
    yield Bomb("exif-deep.png", exif, (PICTURE,))


def _structure() -> Iterator[Bomb]:
    """Broken chunks, in the wrong order, twice, or missing."""
    good = saved(subject())
    pixels = good[good.index(b"IDAT") - 4 : -12]
    start = SIGNATURE + header(96, 72)
    yield Bomb("ihdr-bad-checksum.png", SIGNATURE + chunk(b"IHDR", header(96, 72)[8:-4], crc=1), (DAMAGED,))
    bad = pixels[:-4] + b"\0\0\0\0"
    yield Bomb("idat-bad-checksum.png", start + bad + END, (PICTURE, DAMAGED))
    yield Bomb("text-bad-checksum.png", around_idat(chunk(b"tEXt", b"a\0b", crc=1)), (PICTURE, DAMAGED))
    yield Bomb(
        "ihdr-twice-huge.png", start + header(60_000, 60_000) + pixels + END, (PICTURE, DAMAGED, TOO_LARGE)
    )
    huge = around_idat(after=header(60_000, 60_000))
    yield Bomb("ihdr-huge-after-the-pixels.png", huge, (PICTURE, DAMAGED, TOO_LARGE))
    yield Bomb("no-ihdr.png", SIGNATURE + pixels + END, (DAMAGED,))
    yield Bomb("no-idat.png", start + END, (DAMAGED,))
    yield Bomb("no-iend.png", start + pixels, (PICTURE, DAMAGED))
    yield Bomb("signature-alone.png", SIGNATURE, (DAMAGED,))
    yield Bomb("length-2^31.png", start + chunk(b"IDAT", b"", length=2**31 - 1), (DAMAGED,))
    yield Bomb("length-2^32.png", start + chunk(b"tEXt", b"a", length=2**32 - 1) + pixels + END, (DAMAGED,))
    yield Bomb(
        "chunk-names-of-noise.png", start + chunk(b"\xff\0\n\r", b"?") + pixels + END, (PICTURE, DAMAGED)
    )
    for depth, colour in ((3, 0), (16, 3), (8, 1), (8, 7), (0, 0), (255, 255)):
        odd = SIGNATURE + header(96, 72, depth, colour) + pixels + END
        yield Bomb(f"depth-{depth}-colour-{colour}.png", odd, (DAMAGED,))
    yield Bomb("interlace-9.png", SIGNATURE + header(96, 72, interlace=9) + pixels + END, (PICTURE, DAMAGED))
    yield Bomb(
        "claims-interlace.png", SIGNATURE + header(96, 72, interlace=1) + pixels + END, (PICTURE, DAMAGED)
    )


def _pixels() -> Iterator[Bomb]:
    """Pixels that are too many, too few, or no such colours; palettes and keys that do not fit."""
    start = SIGNATURE + header(96, 72)
    more = start + chunk(b"IDAT", zeros(100 * MIB)) + END
    yield Bomb("idat-inflates-100-MiB.png", more, (PICTURE, DAMAGED))
    yield Bomb("idat-too-short.png", start + chunk(b"IDAT", zeros(1000)) + END, (PICTURE, DAMAGED))
    yield Bomb("idat-of-noise.png", start + chunk(b"IDAT", noise(5000)) + END, (DAMAGED,))
    yield Bomb("idat-empty-100000.png", start + chunk(b"IDAT", b"") * 100_000 + END, (DAMAGED,))
    filters = zlib.compress(b"".join(bytes([99]) + noise(384) for _ in range(72)))
    yield Bomb("filter-99.png", start + chunk(b"IDAT", filters) + END, (DAMAGED,))
    rows = zlib.compress(b"".join(b"\0" + bytes((x + y) % 256 for x in range(96)) for y in range(72)))
    indexed = SIGNATURE + header(96, 72, 8, 3)
    for name, palette in {
        "none": b"",
        "of-one": chunk(b"PLTE", b"\1\2\3"),
        "of-300": chunk(b"PLTE", bytes(900)),
        "of-no-triples": chunk(b"PLTE", bytes(100)),
        "twice": chunk(b"PLTE", bytes(768)) + chunk(b"PLTE", bytes(range(256)) * 3),
        "of-one-with-300-alphas": chunk(b"PLTE", b"\1\2\3") + chunk(b"tRNS", bytes(300)),
        "with-alphas-before": chunk(b"tRNS", bytes(10)) + chunk(b"PLTE", bytes(768)),
        "without-alphas": chunk(b"PLTE", bytes(range(256)) * 3) + chunk(b"tRNS", b""),
        "see-through": chunk(b"PLTE", bytes(range(256)) * 3) + chunk(b"tRNS", bytes(256)),
    }.items():
        file = indexed + palette + chunk(b"IDAT", rows) + END
        yield Bomb(f"palette-{name}.png", file, (PICTURE, DAMAGED))
    for colour, key in ((0, b""), (0, b"\xff"), (0, b"\xff" * 9), (2, b"\xff" * 3), (6, b"\xff" * 6)):
        channels = {0: 1, 2: 3, 6: 4}[colour]
        plain = zlib.compress((b"\0" + bytes(range(96)) * channels) * 72)
        file = SIGNATURE + header(96, 72, 8, colour) + chunk(b"tRNS", key) + chunk(b"IDAT", plain) + END
        yield Bomb(f"key-of-{len(key)}-for-colour-{colour}.png", file, (PICTURE, DAMAGED))
    invisible = subject()
    invisible.putalpha(0)
    yield Bomb("see-through.png", saved(invisible), (PICTURE, DAMAGED))


def _frames() -> Iterator[Bomb]:
    """Ten thousand frames, and frames that lie."""
    control = struct.pack(">IIIIIHHBB", 0, 96, 72, 0, 0, 1, 100, 0, 0)
    opening = chunk(b"acTL", struct.pack(">II", 10_000, 0)) + chunk(b"fcTL", control)
    small = zlib.compress(bytes(5))
    frames = b"".join(
        chunk(b"fcTL", struct.pack(">IIIIIHHBB", 2 * n + 1, 1, 1, 0, 0, 1, 100, 0, 0))
        + chunk(b"fdAT", struct.pack(">I", 2 * n + 2) + small)
        for n in range(9_999)
    )
    yield Bomb("frames-10000.png", around_idat(opening, frames), (PICTURE,))
    yield Bomb("frames-2^32.png", around_idat(chunk(b"acTL", b"\xff" * 8)), (PICTURE, DAMAGED))
    outside = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 2**31, 2**31, 2**31, 2**31, 1, 1, 0, 0))
    claims_two = chunk(b"acTL", struct.pack(">II", 2, 0))
    yield Bomb("frame-outside.png", around_idat(claims_two + outside), (PICTURE, DAMAGED))
