"""Hostile picture files, made here: `python tests/security/make_bombs.py FOLDER` writes them all.

Each is small itself. `answers` says what the service may answer to it: 200 is a picture.
"""

from __future__ import annotations

import functools
import io
import itertools
import random
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageDraw

PICTURE, DAMAGED, TOO_LARGE, NO_PICTURE = 200, 400, 413, 415

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MIB = 2**20


@dataclass(frozen=True)
class Bomb:
    """One file.

    Attributes:
        name: Its file name.
        data: The file.
        answers: The HTTP statuses that are right for it.
    """

    name: str
    data: bytes
    answers: tuple[int, ...]


@functools.cache
def bombs() -> tuple[Bomb, ...]:
    """All of them."""
    families: tuple[Callable[[], Iterator[Bomb]], ...] = (
        claims,
        png_chunks,
        png_structure,
        png_pixels,
        animations,
        metadata,
        jpegs,
        webps,
        truncated,
        thin,
        disguises,
    )
    return tuple(bomb for family in families for bomb in family())


def subject(mode: str = "RGBA", size: tuple[int, int] = (96, 72)) -> Image.Image:
    """A picture with its own cut-out, so that its job is quick; in another mode a disc on a pale ground."""
    disc = Image.new("L", size, 0)
    ImageDraw.Draw(disc).ellipse((size[0] // 4, size[1] // 6, size[0] * 3 // 4, size[1] * 5 // 6), fill=255)
    picture = Image.composite(Image.new("RGB", size, "#7a1f2b"), Image.new("RGB", size, "#e8e4dc"), disc)
    picture.putalpha(disc)
    return picture.convert(mode)


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The picture's file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


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


def claims() -> Iterator[Bomb]:
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
    good = bytearray(saved(subject("RGB"), "JPEG"))
    at = good.index(b"\xff\xc0")
    good[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    yield Bomb("claims-65535x65535.jpg", bytes(good), (TOO_LARGE,))
    progressive = bytearray(saved(subject("RGB"), "JPEG", progressive=True))
    at = progressive.index(b"\xff\xc2")
    progressive[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    yield Bomb("claims-65535x65535-progressive.jpg", bytes(progressive), (TOO_LARGE,))
    yield Bomb("claims-16383x16383.webp", riff(vp8x(16_383, 16_383) + still()), (TOO_LARGE,))
    yield Bomb("claims-2^24-squared.webp", riff(vp8x(2**24, 2**24) + still()), (TOO_LARGE,))
    lossless = b"\x2f" + struct.pack("<I", 0x3FFF | 0x3FFF << 14) + bytes(40)
    yield Bomb("claims-16384x16384-lossless.webp", riff(piece(b"VP8L", lossless)), (TOO_LARGE,))
    lossy = b"\x30\x01\x00\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(40)
    yield Bomb("claims-16383x16383-lossy.webp", riff(piece(b"VP8 ", lossy)), (TOO_LARGE,))


def png_chunks() -> Iterator[Bomb]:
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
    exif = saved(subject(), exif=_deep_exif())
    yield Bomb("exif-deep.png", exif, (PICTURE,))


def png_structure() -> Iterator[Bomb]:
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


def png_pixels() -> Iterator[Bomb]:
    """Pixels that are too many, too few, or no such colours; palettes and keys that do not fit."""
    start = SIGNATURE + header(96, 72)
    more = start + chunk(b"IDAT", zeros(100 * MIB)) + END
    yield Bomb("idat-inflates-100-MiB.png", more, (PICTURE, DAMAGED))
    yield Bomb("idat-too-short.png", start + chunk(b"IDAT", zeros(1000)) + END, (PICTURE, DAMAGED))
    yield Bomb("idat-of-noise.png", start + chunk(b"IDAT", _noise(5000)) + END, (DAMAGED,))
    yield Bomb("idat-empty-100000.png", start + chunk(b"IDAT", b"") * 100_000 + END, (DAMAGED,))
    filters = zlib.compress(b"".join(bytes([99]) + _noise(384) for _ in range(72)))
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


def animations() -> Iterator[Bomb]:
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
    frame = piece(b"ANMF", bytes(6) + b"\x5f\0\0\x47\0\0\x64\0\0\0" + _lossless(subject()))
    many = riff(vp8x(96, 72, flags=0x12) + piece(b"ANIM", bytes(6)) + frame * 10_000)
    yield Bomb("frames-10000.webp", many, (PICTURE,))
    beyond = piece(b"ANMF", b"\xff" * 6 + b"\x5f\0\0\x47\0\0\x64\0\0\0" + _lossless(subject()))
    lying = riff(vp8x(96, 72, flags=0x12) + piece(b"ANIM", bytes(6)) + beyond)
    yield Bomb("frame-outside.webp", lying, (DAMAGED,))
    pages = [subject("RGB")] * 50
    yield Bomb("pictures-50.mpo.jpg", saved(pages[0], "MPO", save_all=True, append_images=pages), (PICTURE,))


def metadata() -> Iterator[Bomb]:
    """EXIF and profiles, in JPEG."""
    picture = subject("RGB", (64, 48))
    for name, exif in {"deep": _deep_exif(), "loop": _looping_exif(), "counts": _counting_exif()}.items():
        yield Bomb(f"exif-{name}.jpg", saved(picture, "JPEG", exif=exif), (PICTURE,))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    large = bytearray(profile + bytes(10 * MIB))
    large[:4] = struct.pack(">I", len(large))
    yield Bomb("profile-of-10-MiB.jpg", saved(picture, "JPEG", icc_profile=bytes(large)), (PICTURE,))
    yield Bomb("profile-of-noise.jpg", saved(picture, "JPEG", icc_profile=_noise(60_000)), (PICTURE,))
    wrong = bytearray(profile)
    wrong[128:132] = b"\xff\xff\xff\xff"
    yield Bomb("profile-of-2^32-tags.jpg", saved(picture, "JPEG", icc_profile=bytes(wrong)), (PICTURE,))
    grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    yield Bomb("profile-of-another-space.jpg", saved(picture, "JPEG", icc_profile=grey), (PICTURE,))
    yield Bomb("profile-of-10-MiB.png", saved(subject(), icc_profile=bytes(large)), (PICTURE, DAMAGED))
    yield Bomb("profile-of-10-MiB.webp", saved(subject(), "WEBP", icc_profile=bytes(large)), (PICTURE,))
    yield Bomb("exif-counts.webp", saved(subject(), "WEBP", exif=_counting_exif()), (PICTURE,))


def jpegs() -> Iterator[Bomb]:
    """Markers and scans."""
    good = saved(subject("RGB", (64, 48)), "JPEG")
    segment = b"\xff\xe5\0\4ab"
    yield Bomb("segments-200000.jpg", good[:2] + segment * 200_000 + good[2:], (PICTURE,))
    comment = b"\xff\xfe\xff\xff" + b"c" * 65_533
    yield Bomb("comments-of-13-MiB.jpg", good[:2] + comment * 200 + good[2:], (PICTURE,))
    part = b"\xff\xe2" + struct.pack(">H", 16 + 4) + b"ICC_PROFILE\0" + b"\7\xffabcd"
    yield Bomb("profile-in-wrong-parts.jpg", good[:2] + part * 300 + good[2:], (PICTURE, DAMAGED))
    noise = Image.effect_noise((1400, 1400), 90)
    progressive = saved(noise, "JPEG", progressive=True, quality=30)
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
    yield Bomb("tables-of-noise.jpg", good[:2] + b"\xff\xc4\1\2" + _noise(256) + good[2:], (DAMAGED,))
    yield Bomb("start-alone.jpg", b"\xff\xd8\xff", (DAMAGED,))
    yield Bomb(
        "fill-bytes-of-10-MiB.jpg", good[:2] + b"\xff" * (10 * MIB) + good[2:], (PICTURE, DAMAGED, TOO_LARGE)
    )
    restart = good[:-2] + b"\xff\xd0" * 100_000 + good[-2:]
    yield Bomb("restarts-100000.jpg", restart, (PICTURE,))


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


def webps() -> Iterator[Bomb]:
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
        "lossless-of-noise.webp", riff(piece(b"VP8L", still()[8:13] + _noise(4000))), (PICTURE, DAMAGED)
    )
    lossy = saved(subject("RGB"), "WEBP", lossless=False)[12:]
    alpha = piece(b"ALPH", b"\1" + _noise(300))
    yield Bomb("alpha-of-noise.webp", riff(vp8x(96, 72) + alpha + lossy), (PICTURE, DAMAGED))
    unknown = piece(b"JUNK", b"") * 200_000
    yield Bomb("chunks-200000.webp", riff(vp8x(96, 72) + still() + unknown), (PICTURE, DAMAGED))
    claims_all = riff(vp8x(96, 72, flags=0xFF) + still())
    yield Bomb("claims-all-features.webp", claims_all, (PICTURE, DAMAGED))


def truncated() -> Iterator[Bomb]:
    """Good files, cut short."""
    for kind, name in (("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")):
        data = saved(subject("RGB", (200, 150)), kind)
        for percent in (10, 50, 95):
            cut = data[: max(12, len(data) * percent // 100)]
            yield Bomb(f"cut-at-{percent}-percent.{name}", cut, (DAMAGED,))


def thin() -> Iterator[Bomb]:
    """Sides of one pixel, and odd modes."""
    for width, height in ((1, 1), (1, 20_000), (20_000, 1), (2, 3), (1, 2)):
        for mode in ("RGB", "RGBA"):
            picture = Image.new(mode, (width, height), (200, 10, 20, 255)[: len(mode)])
            if mode == "RGBA":
                picture.putpixel((0, 0), (0, 0, 0, 0))
            yield Bomb(f"thin-{width}x{height}-{mode}.png", saved(picture), (PICTURE, DAMAGED))
    for mode in ("1", "L", "P", "LA", "I;16"):
        yield Bomb(
            f"mode-{mode.replace(';', '-')}.png",
            saved(subject("L" if mode == "I;16" else mode).convert(mode)),
            (PICTURE, DAMAGED),
        )
    for mode in ("L", "CMYK"):
        yield Bomb(f"mode-{mode}.jpg", saved(subject(mode, (64, 48)), "JPEG"), (PICTURE, DAMAGED))


def disguises() -> Iterator[Bomb]:
    """What is no picture, or something else besides."""
    script = b"<script>alert(1)</script>"
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/>' + script + b"</svg>"
    entities = b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 1000 + b'">]><svg>' + b"&b;" * 10_000 + b"</svg>"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bomb", bytes(10 * MIB))
    vector = b"push graphic-context\nfill 'url(https://127.0.0.1/\"|ls \"-la)'\npop graphic-context"
    for name, data in {
        "page.png": b"<!doctype html><html>" + script,
        "drawing.jpg": svg,
        "entities.png": entities,
        "document.png": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF",
        "archive.png": archive.getvalue(),
        "vector.jpg": vector,
        "postscript.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file",
        "other.gif.png": saved(subject("P"), "GIF"),
        "other.tiff.png": saved(subject("RGB"), "TIFF"),
        "other.bmp.png": saved(subject("RGB"), "BMP"),
        "other.ico.png": saved(subject(), "ICO"),
        "riff-wave.webp": b"RIFF\x24\0\0\0WAVEfmt " + bytes(20),
        "mark-before.png": b"\xef\xbb\xbf" + saved(subject()),
    }.items():
        yield Bomb(f"disguised-{name}", data, (NO_PICTURE,))
    good, photo = saved(subject()), saved(subject("RGB", (64, 48)), "JPEG")
    yield Bomb("picture-and-archive.png", good + archive.getvalue(), (PICTURE,))
    yield Bomb("picture-and-page.png", around_idat(chunk(b"tEXt", b"Comment\0" + script)), (PICTURE,))
    yield Bomb("picture-and-pages-behind.png", good + script * 1000, (PICTURE,))
    document = b"%PDF-1.7\n%%EOF"
    segment = b"\xff\xfe" + struct.pack(">H", len(document) + 2) + document
    yield Bomb("picture-and-document.jpg", photo[:2] + segment + photo[2:], (PICTURE,))
    yield Bomb("signature-and-page.png", SIGNATURE + b"<html>" + script, (DAMAGED,))
    yield Bomb("signature-and-vector.jpg", b"\xff\xd8\xff" + vector, (DAMAGED,))
    yield Bomb("signature-and-drawing.webp", b"RIFF\xff\xff\0\0WEBP" + svg, (DAMAGED,))
    yield Bomb("signature-and-noise.jpg", b"\xff\xd8\xff" + _noise(100_000), (DAMAGED,))


def _noise(count: int) -> bytes:
    return random.Random(count).randbytes(count)


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


def _deep_exif() -> bytes:
    """A thousand directories, each in the one before by three pointers: two kinds of child, and the next."""
    rows = b""
    for level in range(1, 1001):
        at = 8 + 30 * level
        rows += struct.pack("<HHHIIHHIII", 2, 0x8769, 4, 1, at, 0xA005, 4, 1, at, at)
    return b"Exif\0\0II*\0\x08\0\0\0" + rows + bytes(30)


def _looping_exif() -> bytes:
    """Directories that point to themselves."""
    return _tiff([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0xA005, 4, 1, 8), (0x0112, 3, 1, 1)], next_at=8)


def _counting_exif() -> bytes:
    """Entries of four thousand million values each, and all types."""
    tags = itertools.chain((0x0112, 0xA005, 0x8769), range(0x100, 0x100 + 1000))
    return _tiff([(tag, 1 + number % 13, 2**32 - 1, 2**31) for number, tag in enumerate(tags)])


def main() -> None:
    """Writes all of them into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for bomb in bombs():
        (folder / bomb.name).write_bytes(bomb.data)


if __name__ == "__main__":
    main()
