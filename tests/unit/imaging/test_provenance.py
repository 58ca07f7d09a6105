from __future__ import annotations

import io
import struct
import zlib
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

import backcloth
from backcloth.domain.provenance import Origin, Provenance
from backcloth.imaging.encode import encode_png
from backcloth.imaging.provenance import xmp

PICTURE = np.random.Generator(np.random.PCG64(5)).integers(0, 256, (37, 53, 3), dtype=np.uint8)
DESCRIPTION = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"
CREATOR_TOOL = "{http://ns.adobe.com/xap/1.0/}CreatorTool"
SOURCE_TYPE = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"


def chunks(png: bytes) -> dict[bytes, bytes]:
    """The bodies of a PNG's chunks by their names, each checked by its CRC."""
    found, at = {}, 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + body),)
        found[kind] = body
        at += 12 + length
    return found


@pytest.mark.parametrize("origin", [None, *Origin])
def test_a_reader_of_png_finds_the_packet(origin: Origin | None) -> None:
    """In the text chunk where XMP belongs, as well-formed XML with the term and the software, and no more."""
    made = Provenance(origin)
    image = Image.open(io.BytesIO(encode_png(PICTURE, xmp(made))))
    (description,) = ET.fromstring(image.info["XML:com.adobe.xmp"]).iter(DESCRIPTION)  # noqa: S314  # our own
    about = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
    assert description.attrib == {
        about: "",
        CREATOR_TOOL: f"Backcloth {backcloth.__version__}",
        SOURCE_TYPE: made.source_type.value,
    }
    assert (np.asarray(image) == PICTURE).all()


def test_the_packet_is_small_and_always_the_same() -> None:
    """It costs a result some hundred bytes, before the pixels, and no promise of equal bytes."""
    first, second = (encode_png(PICTURE, xmp(Provenance(Origin.DRAWN))) for _ in range(2))
    assert first == second
    assert len(first) - len(encode_png(PICTURE)) < 700
    assert list(chunks(first)) == [b"IHDR", b"sRGB", b"iTXt", b"IDAT", b"IEND"]


def test_without_a_packet_the_file_says_nothing() -> None:
    """Pictures that go to a painter elsewhere carry none."""
    assert b"iTXt" not in chunks(encode_png(PICTURE))
