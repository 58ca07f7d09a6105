"""Pictures whose every hidden corner holds a mark, and a search for those marks."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator

from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from harness.pictures import encoded, subject_picture
from harness.quick_job import quick_picture

MARK = re.compile(rb"PLANTED-[a-z]+")

_ICC_NAME = "sRGB built-in"
"""What Pillow's own profile is called; a mark of the same length takes its place."""

_TOP, _CAMERA = (
    (ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.Artist, ExifTags.Base.Copyright),
    (ExifTags.Base.BodySerialNumber, ExifTags.Base.LensSerialNumber, ExifTags.Base.CameraOwnerName),
)


def marked_jpeg() -> bytes:
    """A photo as a telephone writes it, and then some: EXIF, XMP, ICC, IPTC, a comment, a tail."""
    options = {"exif": _exif(), "xmp": _xmp(), "icc_profile": _icc(), "comment": b"PLANTED-comment"}
    data = encoded(subject_picture(), "JPEG", quality=95, **options)
    thumbnail = encoded(subject_picture(32, 24), "JPEG", comment=b"PLANTED-thumbnail")
    extras = b"".join(
        b"\xff" + bytes([kind]) + struct.pack(">H", len(body) + 2) + body
        for kind, body in (
            (0xE0, b"JFXX\0\x10" + thumbnail),
            (0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10PLANTED-iptc    "),
            (0xEF, b"PLANTED-segment"),
        )
    )
    return data[:2] + extras + data[2:] + b"PLANTED-tail"


def marked_png() -> bytes:
    """A PNG with marks in each kind of text, its EXIF, its profile, a private chunk and behind its end."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("PLANTED-keyword", "PLANTED-text")
    notes.add_text("Comment", "PLANTED-zipped" * 50, zip=True)
    notes.add_itxt("XML:com.adobe.xmp", _xmp().decode(), zip=True)
    notes.add(b"prVt", b"PLANTED-private")
    data = encoded(subject_picture(), pnginfo=notes, exif=_exif(), icc_profile=_icc())
    return data + b"PLANTED-tail"


def marked_webp() -> bytes:
    """A WEBP that brings its own cut-out, with EXIF, XMP and a profile."""
    picture = Image.open(io.BytesIO(quick_picture()))
    return encoded(picture, "WEBP", lossless=True, exif=_exif(), xmp=_xmp(), icc_profile=_icc())


def _exif() -> bytes:
    exif = Image.Exif()
    for tag in _TOP:
        exif[tag] = f"PLANTED-{tag.name.lower()}"
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    for tag in _CAMERA:
        camera[tag] = f"PLANTED-{tag.name.lower()}"
    camera[ExifTags.Base.MakerNote] = b"PLANTED-makernote"
    camera[ExifTags.Base.UserComment] = b"UNICODE\0" + "PLANTED-usercomment".encode("utf-16-le")
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    place[ExifTags.GPS.GPSAreaInformation] = b"ASCII\0\0\0PLANTED-gps"
    return exif.tobytes()


def _xmp() -> bytes:
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="PLANTED-xmp"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )


def _icc() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    name, mark = _ICC_NAME.encode("utf-16-be"), "PLANTED-icc..".encode("utf-16-be")
    assert name in profile
    assert len(name) == len(mark)
    return profile.replace(name, mark)


def marks(data: bytes) -> set[str]:
    """The marks in some bytes: as they are, as UTF-16, and in whatever a PNG has compressed."""
    return {mark.decode() for form in _forms(data) for mark in MARK.findall(form)}


def _forms(data: bytes) -> Iterator[bytes]:
    for part in (data, *_inflated(data)):
        yield part
        yield part.replace(b"\0", b"")


def _inflated(data: bytes) -> Iterator[bytes]:
    """What lies compressed in a PNG's chunks, but for the pixels."""
    for kind, body in png_chunks(data):
        for begin in range(len(body)) if kind != b"IDAT" else ():
            if body[begin] == 0x78:
                try:
                    yield zlib.decompressobj().decompress(body[begin:])
                except zlib.error:
                    continue


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The names and bodies of a PNG's chunks, in order; of another file none."""
    at = 8 if data.startswith(b"\x89PNG") else len(data)
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        yield kind, data[at + 8 : at + 8 + length]
        if kind == b"IEND":
            return
        at += 12 + length
