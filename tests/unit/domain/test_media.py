from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from backcloth.domain.media import MediaType, sniff
from harness.pictures import encoded

DOT = Image.new("RGB", (2, 2))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_accepted_formats_are_known_by_twelve_bytes(kind: str) -> None:
    """Whatever follows."""
    assert sniff(encoded(DOT, kind)[:12]) is MediaType[kind]


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO"])
def test_other_pictures_are_not_accepted(kind: str) -> None:
    """Although they are pictures."""
    assert sniff(encoded(DOT, kind)) is None


@pytest.mark.parametrize(
    "data",
    [
        *(
            b"",
            b"\xff",
            b"\xff\xd8",
            b"\x89PNG",
            b"\x89PNG\n\r\x1a\n",
            b"RIFF\x10\0\0\0WAVE",
            b"RIFF\x10\0\0\0WEB",
        ),
        *(b"GIF89a", b"<svg/>", b"%PDF-1.7", b" \xff\xd8\xff", b"\0\0\0\x20ftypavif", b"PK\x03\x04"),
    ],
)
def test_beginnings_that_are_none(data: bytes) -> None:
    """Cut short, a transfer-mangled PNG, a sound file, and other formats."""
    assert sniff(data) is None


@given(st.binary(max_size=32))
def test_any_bytes_are_judged(data: bytes) -> None:
    """More bytes never change the answer."""
    assert sniff(data) is sniff(data[:12])
