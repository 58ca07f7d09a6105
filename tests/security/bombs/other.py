"""Files cut short, sides of one pixel, odd modes, and what is no picture, or something else besides."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator

from PIL import Image

from security.bombs.bomb import DAMAGED, MIB, NO_PICTURE, PICTURE, Bomb, noise, saved, subject
from security.bombs.png import SIGNATURE, around_idat, chunk


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
    yield Bomb("signature-and-noise.jpg", b"\xff\xd8\xff" + noise(100_000), (DAMAGED,))
